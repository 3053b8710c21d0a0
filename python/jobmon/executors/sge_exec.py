"""Runs jobs as jobs of Grid Engine."""

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
    """Submits the jobs of a queue to Grid Engine, at most `parallelism` at once. Default: 10,000.

    `path_to_conda_bin_on_target_vm` is put in front of PATH on the node. `conda_env` is the conda environment of the
    jobs. Without them, jobs run in the environment of this program.
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
        """The default options of `queue_job`."""
        return {
            "prepend_to_path": self.path_to_conda_bin_on_target_vm or None,
            "conda_env": self.conda_env or None,
        }


class SGEJobInstance(job.JobInstance):
    """The attempt at a job by this process, which is a job of Grid Engine ($JOB_ID).

    Without `jid` a new job is registered, with the name $JOB_NAME. In a process that jobmon runs, the object is the
    existing attempt. Raises `SGENotAvailable` outside of Grid Engine.
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
                "JOB_ID is not set: this process is not a job of Grid Engine",
                "use jobmon.job.Job or LocalJobInstance outside of Grid Engine",
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
        """Keeps the resources used so far, from Grid Engine, or else from the system."""
        try:
            used = sge.qstat_usage(self.job_instance_id)[self.job_instance_id]
            self._usage.update(usage_text.read(used))
        except (SGENotAvailable, KeyError, OSError):
            super().log_job_stats()
