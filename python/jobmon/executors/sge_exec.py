"""Instances as jobs of Grid Engine."""

from __future__ import annotations

import os
from typing import Any, Dict, Optional

from .. import job, sge
from .._classic import usage_text
from .._reporting.identity import instance_key
from ..exceptions import SGENotAvailable
from ..requester import Requester
from .base import BaseExecutor


class SGEExecutor(BaseExecutor):
    """Submits the jobs of a queue to Grid Engine, at most `parallelism` at once.

    `path_to_conda_bin_on_target_vm` goes before PATH there, and `conda_env` is what the jobs run
    in; without them they run in this program's own environment.
    """

    name = "sge"

    def __init__(
        self,
        mon_dir: Any = None,
        request_retries: int = 3,
        request_timeout: float = 10_000,
        path_to_conda_bin_on_target_vm: str = "",
        conda_env: str = "",
        parallelism: Optional[int] = None,
        subscribe_to_job_state: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            mon_dir, request_retries, request_timeout, parallelism, subscribe_to_job_state, **kwargs
        )
        self.path_to_conda_bin_on_target_vm = path_to_conda_bin_on_target_vm
        self.conda_env = conda_env

    def defaults(self) -> Dict[str, Any]:
        """What every job is given that does not say otherwise."""
        return {
            "prepend_to_path": self.path_to_conda_bin_on_target_vm or None,
            "conda_env": self.conda_env or None,
        }


class SGEJobInstance(job.JobInstance):
    """The attempt at a job that this process is, as a job of Grid Engine's ($JOB_ID).

    Without `jid` a new job is registered, named by $JOB_NAME. In a process that jobmon runs it is
    the attempt that is known already. Raises `SGENotAvailable` outside of Grid Engine.
    """

    executor = "sge"

    def __init__(
        self,
        mon_dir: Any = None,
        monitor_host: Optional[str] = None,
        monitor_port: Optional[int] = None,
        jid: Optional[int] = None,
        request_retries: int = 3,
        request_timeout: float = 10_000,
        monitor_connection: Any = None,
    ) -> None:
        number = os.environ.get("JOB_ID", "")
        if not number.isdigit():
            raise SGENotAvailable(
                "JOB_ID is not set: this process is no job of Grid Engine's",
                "outside of it use jobmon.job.Job or LocalJobInstance",
            )
        requester = Requester(
            mon_dir,
            request_retries,
            request_timeout,
            monitor_host,
            monitor_port,
            monitor_connection,
        )
        own = instance_key(requester.out_dir)
        super().__init__(requester, own, jid, attached=own is not None)
        self.job_instance_id = int(number)
        self.name = os.environ.get("JOB_NAME")
        if own is None:
            info = self._sge_job_info()
            self.runfile = info["script_file"]
            self.job_args = info["job_args"]
            if jid is None:
                registered = requester.send_request(
                    {"action": "register_job", "kwargs": {"name": self.name or f"job {number}"}}
                )
                self.jid = int(registered[1])
            self.register_with_monitor()

    def _sge_job_info(self) -> Dict[str, str]:
        unknown = "Not Available"
        try:
            info = sge.qstat_details(self.job_instance_id).get(self.job_instance_id, {})
        except (SGENotAvailable, OSError):
            info = {}
        return {name: str(info.get(name, unknown)) for name in ("script_file", "job_args")}

    def log_job_stats(self) -> None:
        """What Grid Engine says that it has used so far, else what the system says."""
        try:
            used = sge.qstat_usage(self.job_instance_id)[self.job_instance_id]
            self._usage.update(usage_text.read(used))
        except (SGENotAvailable, KeyError, OSError):
            super().log_job_stats()
