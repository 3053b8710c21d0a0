#!/usr/bin/env bash
# doit: what the return value of a Python action means.
#
# One would guess: 0 is success, as for the commands that the same tool runs, and as main() functions return it.
# What happens: 0 is an error, and so is every other number. None, True, a text or a dictionary is success; False is
# failure. And of commands, exit codes up to 125 are a failure (doit exits with 1), higher ones are an error (2), but a
# command that SIGKILL ended is a failure.
# Why it matters: a function that was a program before ends the run although it succeeded, and doit's own exit code
# tells failures from errors by the number of the command's.
. "$(dirname "$0")/lib.sh"
python_packages doit==0.37.0

cat >dodo.py <<'PYTHON'
def task_zero():
    return {"actions": [lambda: 0]}

def task_text():
    return {"actions": [lambda: "failed"]}

def task_code_125():
    return {"actions": ["exit 125"]}

def task_code_126():
    return {"actions": ["exit 126"]}

def task_killed():
    return {"actions": ["kill -9 $$"]}
PYTHON
lines=3
run doit zero
expected "an action that returns 0 succeeds"
claim "an action that returns 0 is an error, exit code 2" test "$code" = 2
claim "doit says so" grep -q 'TaskError' out err
run doit text
claim "one that returns the text \"failed\" succeeds" test "$code" = 0
run doit code_125
claim "a command with exit code 125 is a failure, exit code 1" test "$code" = 1
run doit code_126
claim "one with 126 is an error, exit code 2" test "$code" = 2
run doit killed
claim "one that SIGKILL ended is a failure, exit code 1" test "$code" = 1
finish
