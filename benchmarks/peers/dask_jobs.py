"""N times /bin/true on a local cluster of dask: a worker process per slot, each starting the command by itself. Says
the seconds from the first submit to the last result; the cluster is up by then. Run by the venv of the cache.

    dask_jobs.py N SLOTS
"""
import subprocess
import sys
import time

import distributed  # allowed: the peer's own words follow


def start(number):
    return subprocess.call(["/bin/true", str(number)])


if __name__ == "__main__":
    count, slots = int(sys.argv[1]), int(sys.argv[2])
    with distributed.LocalCluster(n_workers=slots, threads_per_worker=1, dashboard_address=None) as cluster:
        with cluster.get_client() as cluster_link:  # allowed: the peer's own word
            begun = time.perf_counter()
            results = cluster_link.gather(cluster_link.map(start, range(count), pure=False))
            took = time.perf_counter() - begun
    assert results == [0] * count
    print(took)
