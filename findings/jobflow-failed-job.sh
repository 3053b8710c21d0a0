#!/usr/bin/env bash
# jobflow, run_locally: a flow in which a job raises.
#
# One would guess: run_locally raises, or the answers of the flow name the failed job and its error.
# What happens: it returns as usual, and the failed job is missing from the dictionary of answers. The program ends with
# 0. The traceback is a message of a logger on stdout; stderr has not a word of it. raise_immediately=True is needed.
# Why it matters: a monitor that runs the program sees exit code 0 and no error text, while a part of the flow, and all
# that depended on it, has not run.
. "$(dirname "$0")/lib.sh"
python_packages jobflow==0.4.0

cat >flow.py <<'PYTHON'
import jobflow

@jobflow.job
def bad():
    raise ValueError("no data for 1995")

@jobflow.job
def good(number):
    return number

first, second, third = bad(), good(1), None
third = good(first.output)
answers = jobflow.run_locally(jobflow.Flow([first, second, third]))
for name, job in (("bad", first), ("good", second), ("depends", third)):
    print(name, "answered" if job.uuid in answers else "missing")
PYTHON
lines=4
run python3 flow.py
expected "an exception, or an exit code that is not 0"
claim "the exit code is 0" test "$code" = 0
claim "the failed job has no answer" says out "bad missing"
claim "the job that depends on it has none" says out "depends missing"
claim "the other has one" says out "good answered"
claim "the reason is on stdout" says out "no data for 1995"
claim "the reason is not on stderr" test "$(grep -c 'no data for 1995' err)" = 0
finish
