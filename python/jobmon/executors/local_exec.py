"""Runs jobs as processes of this host."""

from __future__ import annotations

import os
from typing import Any, Dict, Optional

from .. import job
from .._reporting.identity import instance_key, process_facts
from ..requester import Requester
from .base import BaseExecutor


class LocalExecutor(BaseExecutor):
    """Runs the jobs of a queue on this host, at most `parallelism` at once. Default: the number of cores."""

    name = "local"


class LocalJobInstance(job.JobInstance):
    """An attempt at a job that is a process of this host, by default this process.

    `job_instance_id` is the process id. In a process that jobmon runs, the object is the existing attempt.
    """

    executor = "local"

    def __init__(
        self,
        mon_dir: Any = None,
        monitor_host: Optional[str] = None,
        monitor_port: Optional[int] = None,
        job_instance_id: Optional[int] = None,
        jid: Optional[int] = None,
        request_retries: int = 3,
        request_timeout: float = 10_000,
        monitor_connection: Any = None,
    ) -> None:
        requester = Requester(
            mon_dir,
            request_retries,
            request_timeout,
            monitor_host,
            monitor_port,
            monitor_connection,
        )
        is_other = job_instance_id is not None and int(job_instance_id) != os.getpid()
        own = None if is_other else instance_key(requester.out_dir)
        super().__init__(requester, own, jid, attached=own is not None)
        self.job_instance_id = os.getpid() if job_instance_id is None else int(job_instance_id)
        self.register_with_monitor()

    def _where(self) -> Dict[str, Any]:
        return process_facts(int(self.job_instance_id))
