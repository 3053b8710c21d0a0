"""N times /bin/true on a local cluster of HyperQueue, through its Python package: one job of N tasks. Says the seconds
from the submit to the end; the cluster is up by then. Run by the venv of the cache.

    hyperqueue_jobs.py N SLOTS logs|no-logs FOLDER
"""
import sys
import time
from pathlib import Path

from hyperqueue import Job, LocalCluster
from hyperqueue.cluster import WorkerConfig

if __name__ == "__main__":
    count, slots, logs, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "logs", Path(sys.argv[4])
    with LocalCluster(str(folder / "cluster"), WorkerConfig(cores=slots)) as cluster:
        link = cluster.client()  # allowed: the peer's own word
        job = Job(default_workdir=folder)
        where = {} if logs else {"stdout": None, "stderr": None}
        begun = time.perf_counter()
        for number in range(count):
            job.program(["/bin/true", str(number)], **where)
        submitted = link.submit(job)
        link.wait_for_jobs([submitted])
        took = time.perf_counter() - begun
    print(took)
