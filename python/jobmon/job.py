"""A job, and how a program that is the job itself reports its progress."""

from __future__ import annotations

import os
import sys
import uuid
from typing import Any, Dict, List, Optional

from ._classic.job_command import checked_word, command
from ._reporting.identity import instance_key
from ._reporting.instance import JobInstance, _AbstractJobInstance
from .exceptions import problem
from .requester import Requester

__all__ = ["Job", "JobInstance", "_AbstractJobInstance", "arguments"]


class Job:
    """A job of the monitor of `mon_dir`. It is registered at once, and `jid` is its number.

    With `jid`, it is the job of that number, and nothing is registered. In a process that jobmon runs, a `Job` without
    `runfile` is the job of this process: logged errors belong to it, and jobmon records its end.

    - `name`: its name in lists. `runfile`, `job_args`: the program and its arguments. `params`: named values to filter
      by.
    - `job_instance_ids`: the numbers of its attempts that the queue knows: process ids, or ids of the scheduler.

    Raises `CannotConnectToCentralJobMonitor` (an OSError) when there is no monitor. Nothing is registered then.
    """

    def __init__(
        self,
        mon_dir: Any = None,
        jid: Optional[int] = None,
        name: Optional[str] = None,
        runfile: Optional[str] = None,
        job_args: Any = None,
        request_retries: int = 3,
        request_timeout: float = 10_000,
        monitor_host: Optional[str] = None,
        monitor_port: Optional[int] = None,
        monitor_connection: Any = None,
        out_dir: Any = None,
        batch_id: Any = None,
        params: Optional[Dict[str, Any]] = None,
        queue: Optional[str] = None,
        job_key: Optional[str] = None,
    ) -> None:
        self.requester = Requester(
            mon_dir if mon_dir is not None else out_dir,
            request_retries,
            request_timeout,
            monitor_host,
            monitor_port,
            monitor_connection,
        )
        self.mon_dir = self.requester.out_dir
        self.name = None if name is None else str(name)
        self.runfile = None if runfile is None else os.fspath(runfile)
        self.job_args = arguments(job_args)
        self.batch_id = batch_id
        self.params = dict(params or {})
        if batch_id is not None:
            self.params.setdefault("batch_id", batch_id)
        self.queue = queue or self.requester.queue
        self.job_key: Optional[str] = job_key
        self.job_instance_ids: List[Any] = []
        self._instance: Optional[JobInstance] = None
        own = instance_key(self.mon_dir) if runfile is None and job_key is None else None
        own_jid = os.environ.get("JOBMON_JID", "")
        if own is not None and jid is not None and own_jid.isdigit() and int(own_jid) != int(jid):
            own = None
        self.jid: int = -1
        if jid is not None:
            self.jid = int(jid)
        elif own is None:
            self.jid = self.register_with_monitor()
        elif own_jid.isdigit():
            self.jid = int(own_jid)
        if own is not None:
            self._instance = JobInstance(self.requester, own, self.jid, attached=True)
            self.jid = self._instance.jid

    @property
    def job_instances(self) -> List[Any]:
        """The same as `job_instance_ids`."""
        return self.job_instance_ids

    def register_with_monitor(self) -> int:
        """Registers the job, and returns its number. Jobs with the same `job_key` in a queue have one number."""
        if self.job_key is None:
            self.job_key = str(uuid.uuid4())
        event = {
            "kind": "job",
            "queue": self.queue,
            "job_key": self.job_key,
            "job": self.description(),
        }
        result = self.requester.connection.post_events([event], self.requester.timeout)[0]
        if result["outcome"] == "refused":
            raise problem(result.get("problem"))
        return int(result["jid"])

    def description(self) -> Dict[str, Any]:
        """The description of the job (docs/protocol.md, "A description")."""
        described: Dict[str, Any] = {}
        if self.params:
            described["params"] = self.params
        if self.runfile is None:
            described["name"] = self.name or os.path.basename(sys.argv[0]) or "python"
            if self.job_args:
                described["args"] = self.job_args
            return described
        words = command(self.runfile, self.job_args)
        described["name"] = self.name or os.path.basename(self.runfile)
        described.update(runfile=words[0], args=words[1:], cwd=os.getcwd())
        return described

    # Reports of a program that is the job itself.

    @property
    def instance(self) -> JobInstance:
        """The attempt at this job by this process. It is registered at its first use."""
        if self._instance is None:
            self._instance = JobInstance.of_this_process(self.requester, self.jid)
        return self._instance

    def log_started(self) -> None:
        """Reports that this process runs the job from now on."""
        self.instance.log_started()

    def log_completed(self) -> None:
        """Reports the end: COMPLETE. In a process that jobmon runs, its exit code decides instead."""
        self.instance.log_completed()

    def log_failed(self) -> None:
        """Reports the end: FAILED. In a process that jobmon runs, its exit code decides instead."""
        self.instance.log_failed()

    def log_error(self, error_msg: Any) -> None:
        """Reports an error as text. When the job fails, it is in the table `error` of the ledger."""
        self.instance.log_error(error_msg)

    def log_exception(self, exception: BaseException, message: str = "") -> None:
        """Reports an exception: its whole traceback, as text and as structure."""
        self.instance.log_exception(exception, message)

    start = log_started
    finish = log_completed
    failed = log_failed

    def query(self, query: str) -> List[Any]:
        """Runs one read-only SQL statement on the ledger. Returns `[0, rows]`; each row is a dict."""
        return self.send_request({"action": "query", "args": [query]})

    def send_request(self, message: Any) -> List[Any]:
        """See `Requester.send_request`."""
        return self.requester.send_request(message)

    def __repr__(self) -> str:
        return f"Job(jid={self.jid}, name={self.name!r})"


def arguments(job_args: Any) -> List[str]:
    """The arguments of a job as text. A value that is not a list or tuple is the only argument."""
    if job_args is None:
        return []
    if not isinstance(job_args, (list, tuple)):
        job_args = [job_args]
    return [checked_word(str(argument)) for argument in job_args]
