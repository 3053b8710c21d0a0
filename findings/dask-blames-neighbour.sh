#!/usr/bin/env bash
# dask.distributed: a task that runs beside one that kills its worker.
#
# One would guess: the task that died is tried again or fails, and its neighbour on another thread of the same worker
# is run again elsewhere. retries=5 gives it five more starts.
# What happens: the scheduler counts a dead worker against every task that ran there. After four (the setting
# allowed-failures, which is 3) each of them fails with KilledWorker, and retries makes no difference. The error
# says that the workers "died while running it".
# Why it matters: the error blames a task that never did anything wrong, and retries that were asked for do not happen.
. "$(dirname "$0")/lib.sh"
python_packages distributed==2026.8.0 dask==2026.8.0

cat >neighbours.py <<'PYTHON'
import logging, os, time
import distributed

def bad():
    time.sleep(0.5)
    os.kill(os.getpid(), 9)

def good(path):
    with open(path, "a") as file:
        file.write("x")
    time.sleep(2)
    return "done"

if __name__ == "__main__":
    with distributed.LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=None,
                                  silence_logs=logging.CRITICAL) as cluster, distributed.Client(cluster) as dask:
        futures = {"good": dask.submit(good, os.path.abspath("starts"), retries=5), "bad": dask.submit(bad)}
        for name, future in futures.items():
            error = future.exception(timeout=90)
            print(name, type(error).__name__, str(error)[:70])
        print("good was started", os.path.getsize("starts"), "times")
PYTHON
quietly timeout 150 python3 neighbours.py
show stdout out
expected "good returns \"done\", since it has five retries and killed nothing"
claim "good failed with KilledWorker" says out "good KilledWorker"
claim "bad failed with the same error" says out "bad KilledWorker"
claim "good was started 4 times, not 6" says out "good was started 4 times"
finish
