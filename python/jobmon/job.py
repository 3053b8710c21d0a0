"""A job: what is to be done, and, for the program that does it, how it goes."""

from __future__ import annotations

import os
import sys
import uuid
from typing import Any, Dict, List, Optional

from ._classic.command import checked_word, command
from ._reporting.identity import instance_key
from ._reporting.instance import JobInstance, _AbstractJobInstance
from .exceptions import problem
from .requester import Requester

__all__ = ["Job", "JobInstance", "_AbstractJobInstance", "arguments"]


class Job:
    """A job of the monitor of `mon_dir`. It is registered at once, and has its number in `jid`.

    With `jid`, it is that one, and nothing is registered. Inside a process that jobmon itself
    runs, a `Job` without `runfile` is the job that the process is: errors that are logged belong
    to it, and how it ends is seen from outside.

    - `name` is for people; `runfile` and `job_args` say what is to be run; `params` are named
      values to find it by.
    - `job_instance_ids` are the numbers of its attempts, as far as its queue has heard: process
      ids, or the scheduler's.

    Raises `CannotConnectToCentralJobMonitor` (an OSError) when there is no monitor, and nothing is
    registered then.
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
        """The same as `job_instance_ids`, by its first name."""
        return self.job_instance_ids

    def register_with_monitor(self) -> int:
        """Registers the job, and returns its number. The same job (`job_key`) has one number."""
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
        """The job as docs/protocol.md describes one: what is run, and where."""
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

    # How it goes, for a program that is the job itself.

    @property
    def instance(self) -> JobInstance:
        """The attempt at this job that this process is. It is made where there is none yet."""
        if self._instance is None:
            self._instance = JobInstance.of_this_process(self.requester, self.jid)
        return self._instance

    def log_started(self) -> None:
        """This process works at the job from now on."""
        self.instance.log_started()

    def log_completed(self) -> None:
        """It is done. In a process that jobmon runs, its exit code says so instead."""
        self.instance.log_completed()

    def log_failed(self) -> None:
        """It failed. In a process that jobmon runs, its exit code says so instead."""
        self.instance.log_failed()

    def log_error(self, error_msg: Any) -> None:
        """What went wrong, in words. It stands in the ledger's `error` when the job has failed."""
        self.instance.log_error(error_msg)

    def log_exception(self, exception: BaseException, message: str = "") -> None:
        """The same of an exception: its whole traceback, as text and as structure."""
        self.instance.log_exception(exception, message)

    start = log_started
    finish = log_completed
    failed = log_failed

    def query(self, query: str) -> List[Any]:
        """Runs one reading SQL statement on the ledger: `[0, rows]`, each row a dict."""
        return self.send_request({"action": "query", "args": [query]})

    def send_request(self, message: Any) -> List[Any]:
        """See `Requester.send_request`."""
        return self.requester.send_request(message)

    def __repr__(self) -> str:
        return f"Job(jid={self.jid}, name={self.name!r})"


def arguments(job_args: Any) -> List[str]:
    """The arguments of a job as texts; one that is no list or tuple is the only one."""
    if job_args is None:
        return []
    if not isinstance(job_args, (list, tuple)):
        job_args = [job_args]
    return [checked_word(str(argument)) for argument in job_args]
