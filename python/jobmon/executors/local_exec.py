"""Runs jobs as processes of this host."""

from __future__ import annotations

import os
from typing import Any, Dict, Optional, Sequence, Union

from .. import job
from .._classic.feed_job import memory
from .._reporting.identity import instance_key, process_facts
from ..requester import Requester
from .base import BaseExecutor


class LocalExecutor(BaseExecutor):
    """Runs the jobs of a queue on this host.

    - `parallelism`: the number of slots for all jobs together. Default: the number of cores that this process may use.
    - `total_memory`: the memory for all jobs together, in GB or as a text such as `"60G"`. Default: that of this host,
      or of its cgroup.
    - `total_gpus`: the GPUs for all jobs together: a number, or a list such as `[0, 2]`. Default: those that
      `CUDA_VISIBLE_DEVICES` names, else all NVIDIA GPUs of this host.
    - `enforce_memory`: ends a job when it has more memory than it asked for.
    """

    name = "local"

    def __init__(
        self,
        *args: Any,
        total_memory: Union[str, float, None] = None,
        total_gpus: Union[int, Sequence[Any], None] = None,
        enforce_memory: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if total_memory is not None:
            self.run_options += ["--total-memory", str(memory(total_memory))]
        if total_gpus is not None:
            one = isinstance(total_gpus, (int, str))
            text = str(total_gpus) if one else ",".join(map(str, total_gpus))  # type: ignore[arg-type]
            self.run_options += ["--total-gpus", text]
        if enforce_memory:
            self.run_options.append("--enforce-memory")


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
