"""Runs jobs as jobs of Slurm."""

from __future__ import annotations

from .base import BaseExecutor


class SlurmExecutor(BaseExecutor):
    """Submits the jobs of a queue to Slurm, at most `parallelism` at once. Default: 10,000."""

    name = "slurm"
