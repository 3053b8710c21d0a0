#!/usr/bin/env bash
# dask-jobqueue: what the job scripts ask the scheduler for when memory is given.
#
# One would guess: each cluster class asks its scheduler for the memory, which is a required argument.
# What happens: SGECluster and OARCluster ask for none. The memory is only the limit that the worker sets itself. And
# SLURMCluster rounds up to whole units of the largest that fits: 1.1 GB become --mem=2G, nearly twice as much, where
# PBSCluster asks for 1050 MB.
# Why it matters: on Grid Engine the job is placed on a node without room, or gets the queue's default limit and is
# killed below the memory that it seemed to ask for. On Slurm, accounting shows jobs that use half of what they asked.
. "$(dirname "$0")/lib.sh"
python_packages dask-jobqueue==0.9.0 distributed==2026.8.0 dask==2026.8.0

cat >scripts.py <<'PYTHON'
import dask_jobqueue, re

for name in ("SLURMCluster", "PBSCluster", "SGECluster", "OARCluster"):
    cluster = getattr(dask_jobqueue, name)(cores=1, memory="1.1GB", walltime="00:10:00", interface="lo",
                                           scheduler_options={"dashboard_address": None})
    header = [line for line in cluster.job_script().splitlines() if line.startswith("#") and "!" not in line]
    print(name, "|", " | ".join(header))
    cluster.close()
PYTHON
lines=10
run python3 scripts.py
expected "a line for the memory in each script, and about 1100 MB in each"
claim "Slurm is asked for 2G" grep -qE '^SLURM.*--mem=2G' out
claim "PBS is asked for 1050MB" grep -qE '^PBS.*mem=1050MB' out
claim "Grid Engine is not asked for memory" test "$(grep '^SGE' out | grep -ciE 'mem|vmem|=.*[0-9][KMG]')" = 0
claim "OAR is not asked for memory" test "$(grep '^OAR' out | grep -ci mem)" = 0
finish
