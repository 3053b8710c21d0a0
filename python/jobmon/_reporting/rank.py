"""The rank of this process in a parallel program, from the variables of MPI and Slurm."""

from __future__ import annotations

import os
from typing import Optional

# The variable with the rank, and those with the number of processes. The first one that is set is used.
_SOURCES = (
    ("OMPI_COMM_WORLD_RANK", ("OMPI_COMM_WORLD_SIZE",)),
    ("PMIX_RANK", ("PMI_SIZE", "SLURM_STEP_NUM_TASKS")),
    ("PMI_RANK", ("PMI_SIZE",)),
)


def rank() -> Optional[int]:
    """The rank; None if this is not a process of a parallel program, or its only one."""
    for name, sizes in _SOURCES:
        own = _number(name)
        if own is not None:
            many = [size for size in map(_number, sizes) if size is not None]
            return None if many[:1] == [1] else own
    own = _number("SLURM_PROCID")
    tasks = _number("SLURM_STEP_NUM_TASKS")
    count = _number("SLURM_NTASKS") if tasks is None else tasks
    if own is None or count is None or count <= 1:
        return None
    # A batch script has rank 0, too. Its step id is negative or very large.
    step = _number("SLURM_STEP_ID")
    step = _number("SLURM_STEPID") if step is None else step
    return own if own > 0 or (step is not None and 0 <= step < 1 << 31) else None


def _number(name: str) -> Optional[int]:
    try:
        return int(os.environ[name])
    except (KeyError, ValueError):
        return None
