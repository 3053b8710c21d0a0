#!/usr/bin/env bash
# 5,000 x `/bin/true NUMBER` by `jobmon run -j 2` (whole process: its own monitor, ledger on disk, synchronous FULL)
# against `xargs -P2 -n1`, in alternating pairs; then the ledger of each run is looked at: three job_status rows per instance,
# none recorded more than 1 s after it happened, also as a reader of the file sees it. Prints ratios; judges nothing.
# usage: run-vs-xargs.sh PATH-OF-JOBMON [JOBS] [PAIRS]
set -euo pipefail
here=$(dirname "$(realpath "$0")")
jobmon=$(realpath "$1")
jobs=${2:-5000}
pairs=${3:-3}
work=$(mktemp -d "${TMPDIR:-/tmp}/jobmon-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"

seconds() { # the wall time of a command, as a number
    local start end
    start=$(date +%s.%N)
    "$@" >run.out 2>run.err || { echo "failed: $*" >&2; cat run.out run.err >&2; exit 1; }
    end=$(date +%s.%N)
    awk -v a="$start" -v b="$end" 'BEGIN { printf "%.3f", b - a }'
}
with_xargs() { seq "$jobs" | xargs -P2 -n1 /bin/true; }

for pair in $(seq "$pairs"); do
    theirs=$(seconds with_xargs)
    ours=$(seconds "$jobmon" run -d "dir$pair" -j 2 --no-logs --no-progress --each n=1.."$jobs" -- /bin/true '{n}')
    awk -v p="$pair" -v o="$ours" -v t="$theirs" -v n="$jobs" 'BEGIN {
        printf "pair %d: jobmon run %.3f s (%.0f/s), xargs %.3f s (%.0f/s), ratio %.2f\n", p, o, n / o, t, n / t, o / t }'
    sqlite3 "dir$pair/job_monitor.sqlite" "
        select '  instances ' || (select count(*) from job_instance where status = 4)
            || ', with three rows ' || (select count(*) from (
                select job_instance_id from job_status group by 1 having count(*) = 3))
            || ', latest row ' || (select cast(max((julianday(recorded_time) - julianday(status_time)) * 86400000) as integer)
                from job_status) || ' ms after it happened'"
done

# Once more, not timed, with a reader beside it.
mkfifo watched
"$here/watch-rows.py" dir0/job_monitor.sqlite <watched &
reader=$!
exec 9>watched
seconds "$jobmon" run -d dir0 -j 2 --no-logs --no-progress --each n=1.."$jobs" -- /bin/true '{n}' 9>&- >/dev/null
exec 9>&-
wait "$reader"
