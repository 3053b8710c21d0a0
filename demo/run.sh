#!/usr/bin/env bash
# The demo runs five real jobs: three that succeed, one that raises an error in Python, and one that is killed. Each
# failed job is tried twice. Then it shows the commands to look at the result. It exits with 0 if and only if the ledger
# has 3 COMPLETE and 2 FAILED jobs.
# usage: demo/run.sh PATH-OF-JOBMON [DIRECTORY]
set -euo pipefail
jobmon=$(realpath "$1")
directory=${2:-$(mktemp -d "${TMPDIR:-/tmp}/jobmon-demo.XXXXXX")}
cd "$(dirname "$0")"

say() { printf '\n$ jobmon %s\n' "$*"; }
show() {
    say "$@"
    "$jobmon" "$@"
}

export JOBMON_DIR=$directory
echo "The ledger, the logs and all other files of this demo are in $directory"

say run -f jobs.jsonl -j 2 --retries 1
status=0
"$jobmon" run -f jobs.jsonl -j 2 --retries 1 || status=$?
show jobs
show errors
say logs 4 --stderr
"$jobmon" logs 4 --stderr

counts=$("$jobmon" query --csv "select s.label, count(*) n from job j join status s on s.id = j.status group by s.label order by s.label")
expected=$'label,n\nCOMPLETE,3\nFAILED,2'
if [ "$status" = 1 ] && [ "$(tr -d '\r' <<<"$counts")" = "$expected" ]; then
    printf '\nThree jobs COMPLETE, two FAILED, as expected. Try next, with the results of the demo:\n'
    # shellcheck disable=SC2016  # the reader's shell expands it
    printf '  export JOBMON_DIR=%q PATH=%q:"$PATH"\n' "$directory" "$(dirname "$jobmon")"
    printf '  jobmon show 4                                  # everything about one job\n'
    printf '  jobmon retry 4 && jobmon run --queue jobs      # one more attempt, which fails in the same way\n'
    printf '  jobmon query "select cause, count(*) from job_instance group by cause"\n'
    printf 'Read on: docs/tutorial.md, My first 100 jobs.\n'
else
    printf '\nThe demo failed: run exited with %s (expected 1), and the ledger has:\n%s\n' "$status" "$counts" >&2
    exit 1
fi
