#!/usr/bin/env bash
# PSI/J (psij-python): the duration of a job with the local executor.
#
# One would guess: a job with a duration of 1 second is ended after it, or the executor refuses an attribute that it
# cannot keep. The purpose of the library is that a job behaves the same on a laptop and on a cluster.
# What happens: the duration is dropped without a word. The job runs for 3 seconds and is COMPLETED.
# Why it matters: limits that were tried locally were not tried at all; the first job that meets one does so on the
# cluster.
. "$(dirname "$0")/lib.sh"
python_packages psij-python==0.9.11

cat >limits.py <<'PYTHON'
import datetime, time
import psij

executor = psij.JobExecutor.get_instance("local")
job = psij.Job(psij.JobSpec(executable="/bin/sleep", arguments=["3"]))
job.spec.attributes = psij.JobAttributes(duration=datetime.timedelta(seconds=1))
began = time.time()
executor.submit(job)
status = job.wait(timeout=datetime.timedelta(seconds=20))
print(status.state, "exit code", status.exit_code, "after", round(time.time() - began), "seconds")
PYTHON
run python3 limits.py
expected "a job that is ended after 1 second, or an error about the duration"
claim "the job ran to its end" says out "COMPLETED exit code 0 after 3 seconds"
claim "nothing says that the duration was dropped" silent err
finish
