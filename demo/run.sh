#!/usr/bin/env bash
# The demo: five real jobs, three that work, one that raises deep in Python, one that is killed, each failure tried
# twice; then what a person looks at next. Exits 0 exactly when the ledger says 3 COMPLETE and 2 FAILED.
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
echo "The ledger, the logs and everything else of this demo is in $directory"

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
    printf '\nThree jobs COMPLETE, two FAILED, as they should. Try next, with what the demo left:\n'
    printf '  export JOBMON_DIR=%q PATH=%q:"$PATH"\n' "$directory" "$(dirname "$jobmon")"
    printf '  jobmon show 4                                  # everything about one job\n'
    printf '  jobmon retry 4 && jobmon run --queue jobs      # one more attempt, which fails in the same way\n'
    printf '  jobmon query "select cause, count(*) from job_instance group by cause"\n'
    printf 'Read on: docs/tutorial.md, My first 100 jobs.\n'
else
    printf '\nThe demo went wrong: run exited with %s (1 was due), and the ledger says:\n%s\n' "$status" "$counts" >&2
    exit 1
fi
