#!/usr/bin/env bash
# luigi: the exit code of a run in which tasks failed, and a task whose output is missing.
#
# One would guess: a non-zero exit code when a task failed, as with make. And a task that ran without making its
# output has failed, since the output is what luigi takes for "done".
# What happens: both exit with 0. The failed one ends with ":(" in its summary on stderr. The one without output is said
# to have run successfully, with ":)". Exit codes have to be set by name, for each kind of failure, in the section
# [retcode] of a configuration file; they help with the first case alone.
# Why it matters: under cron, a scheduler or a monitor, a broken pipeline is a success for as long as nobody reads it.
. "$(dirname "$0")/lib.sh"
python_packages luigi==3.8.1

cat >tasks.py <<'PYTHON'
import luigi

class Fails(luigi.Task):
    def run(self):
        raise ValueError("no data for 1995")

class Forgets(luigi.Task):
    def output(self):
        return luigi.LocalTarget("never.csv")
    def run(self):
        pass
PYTHON
export PYTHONPATH=$work
lines=3
run luigi --module tasks Fails --local-scheduler
expected "a non-zero exit code"
claim "a failed task: exit code 0" test "$code" = 0
claim "the task did fail" says err "1 failed"
run luigi --module tasks Forgets --local-scheduler
claim "a missing output: exit code 0" test "$code" = 0
claim "it counts as a success" says err "1 ran successfully"
printf '[retcode]\ntask_failed=30\nmissing_data=31\nalready_running=32\nscheduling_error=33\nnot_run=34\n' >luigi.cfg
run luigi --module tasks Fails --local-scheduler
claim "with [retcode] a failed task has its exit code" test "$code" = 30
run luigi --module tasks Forgets --local-scheduler
claim "with all of [retcode] a missing output still has exit code 0" test "$code" = 0
finish
