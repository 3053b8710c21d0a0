#!/usr/bin/env bash
# submitit, LocalExecutor: the state of a job that failed.
#
# One would guess: state is FAILED, CANCELLED or TIMEOUT, as it is with submitit's executor for Slurm, which takes
# Slurm's words.
# What happens: state is FINISHED and done() is true for a job that returned, one that raised, one that SIGKILL ended
# and one that ended itself with exit code 3. Neither the signal nor the exit code is kept. Asking a killed job for its
# result takes some 15 seconds, in which submitit waits for the file of the result.
# Why it matters: a program that counts FINISHED counts failures as successes, and one tested with the local executor
# has never seen another state.
. "$(dirname "$0")/lib.sh"
python_packages submitit==1.5.4

cat >jobs.py <<'PYTHON'
import os, signal, sys, time
import submitit

def good(): return 42
def raises(): raise ValueError("no data for 1995")
def killed(): os.kill(os.getpid(), signal.SIGKILL)
def ended(): sys.exit(3)

executor = submitit.LocalExecutor(folder="logs")
jobs = {f.__name__: executor.submit(f) for f in (good, raises, killed, ended)}
for name, job in jobs.items():
    began = time.time()
    error = job.exception()
    waited = time.time() - began
    text = "" if error is None else f"{type(error).__name__}: {error}"
    named = name == "killed" and any(word in text for word in ("SIGKILL", "signal", "-9", "137"))
    print(name, "state", job.state, "done", job.done(), "error", type(error).__name__,
          "slow" if waited > 10 else "fast", "signal" if named else "")
PYTHON
run python3 jobs.py
expected "four different states, or FAILED for three of the four"
claim "all four are FINISHED" test "$(grep -c 'state FINISHED done True' out)" = 4
claim "what SIGKILL ended and what exited with 3 have the same error" \
    test "$(grep -cE '^(killed|ended) .* error UncompletedJobError' out)" = 2
claim "the error of the killed one does not name the signal" test "$(grep -c signal$ out)" = 0
claim "the error of a killed job comes after more than 10 seconds" grep -qE '^killed .* slow' out
finish
