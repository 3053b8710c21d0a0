#!/usr/bin/env bash
# Parsl: the argument walltime of a Python app.
#
# One would guess: a call that lasts longer than walltime=1 is ended after 1 second, as it is with a bash app, or the
# limit is checked at its end.
# What happens: with an app that waits in a call, such as sleep, a numeric kernel or a read, neither: nothing ends it,
# and when the call comes back after 4 seconds the app is given AppTimeout. Its work was done and is thrown away.
# Why it matters: a limit that is meant to free a worker occupies it to the end and loses the result as well.
. "$(dirname "$0")/lib.sh"
python_packages parsl==2026.10.26

cat >apps.py <<'PYTHON'
import time
import parsl

@parsl.python_app
def python(walltime=1):
    import time
    time.sleep(4)
    open("done", "w").close()

@parsl.bash_app
def bash(walltime=1):
    return "sleep 4"

executor = parsl.executors.ThreadPoolExecutor(max_threads=2)
with parsl.load(parsl.config.Config(executors=[executor], run_dir="runs")):
    for app in (python, bash):
        began = time.time()
        error = app().exception()
        print(app.__name__, type(error).__name__, "after", int(time.time() - began), "seconds")
PYTHON
run timeout 60 python3 apps.py
expected "AppTimeout after 1 second for both"
claim "bash app: after 1 second" says out "bash AppTimeout after 1 seconds"
claim "Python app: after 4 seconds, with its time spent" says out "python AppTimeout after 4 seconds"
finish
