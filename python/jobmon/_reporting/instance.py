"""Instances of jobs: attempts that report their own progress."""

from __future__ import annotations

import abc
import os
import sys
import traceback
import uuid
from typing import Any, Dict, Optional

from ..exceptions import CannotConnectToCentralJobMonitor, NoResponseRecieved, problem
from ..requester import Requester
from . import spool_file
from .identity import process_facts
from .reporter import reporter


class _AbstractJobInstance(abc.ABC):
    """The interface of all classes of instances."""

    @property
    def job_instance_type(self) -> str:
        """The name of the class."""
        return type(self).__name__

    @abc.abstractmethod
    def log_job_stats(self) -> None: ...

    @abc.abstractmethod
    def register_with_monitor(self) -> Any: ...

    @abc.abstractmethod
    def log_started(self) -> None: ...

    @abc.abstractmethod
    def log_completed(self) -> None: ...

    @abc.abstractmethod
    def log_failed(self) -> None: ...

    @abc.abstractmethod
    def log_error(self, error_msg: Any) -> None: ...


class JobInstance(_AbstractJobInstance):
    """An attempt at a job, identified by its key.

    `attached`: jobmon runs this process and records its start and its end, so this object does not report them. It
    reports errors; while no monitor can be reached, they wait in the spool.
    """

    executor = "external"

    def __init__(
        self,
        requester: Requester,
        key: Optional[str] = None,
        jid: Optional[int] = None,
        attached: bool = False,
    ) -> None:
        self.requester = requester
        self.key = key or str(uuid.uuid4())
        self.attached = attached
        self.jid: int = -1 if jid is None else jid
        self.job_instance_id: Any = os.getpid()
        self._usage: Dict[str, Any] = {}
        if attached and self.jid < 0:
            self.jid = self._ask_for_jid()

    @classmethod
    def of_this_process(cls, requester: Requester, jid: Optional[int]) -> JobInstance:
        """Registers a new attempt at the job, which is this process."""
        instance = cls(requester, None, jid)
        instance.register_with_monitor()
        return instance

    def register_with_monitor(self) -> Any:
        """Registers the attempt, and returns its number (`job_instance_id`)."""
        if not self.attached:
            event: Dict[str, Any] = {
                "kind": "submitted",
                "executor": self.executor,
                "executor_id": str(self.job_instance_id),
            }
            if self.jid >= 0:
                event["jid"] = self.jid
            else:
                event["job"] = {"name": os.path.basename(sys.argv[0]) or "python"}
            self.jid = int(self._send(event).get("jid", self.jid))
        return self.job_instance_id

    def log_job_stats(self) -> None:
        """Keeps the resources used so far. They are reported with the end."""
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        self._usage.update(cpu=used.ru_utime + used.ru_stime, maxrss=used.ru_maxrss * 1024)

    def log_started(self) -> None:
        """Reports that the attempt runs. Heartbeats follow from this process until its end is reported."""
        if not self.attached:
            self._send({"kind": "running", **self._where()})
            reporter(self.requester.out_dir).start_heartbeat(self.key)

    def log_completed(self) -> None:
        """Reports the end: COMPLETE."""
        self._end({"kind": "complete", "exit_code": 0})

    def log_failed(self) -> None:
        """Reports the end: FAILED, with the errors that were logged."""
        self._end({"kind": "failed", "cause": "exit"})

    def log_error(self, error_msg: Any) -> None:
        """Reports an error as text."""
        if isinstance(error_msg, bytes):
            error_msg = error_msg.decode("utf-8", "replace")
        self._report({"kind": "error", "description": str(error_msg)})

    def log_exception(self, exception: BaseException, message: str = "") -> None:
        """Reports an exception: its whole traceback, as text and as structure."""
        described = _described(exception)
        if message:
            described["description"] = f"{message}\n{described['description']}"
        self._report({"kind": "error", **described})

    def _where(self) -> Dict[str, Any]:
        return process_facts(os.getpid())

    def _end(self, event: Dict[str, Any]) -> None:
        if self.attached:
            return
        reporter(self.requester.out_dir).stop_heartbeat(self.key)
        if self._usage:
            event["usage"] = self._usage
        self._send(event)

    def _report(self, event: Dict[str, Any]) -> None:
        try:
            self._send(event)
        except (CannotConnectToCentralJobMonitor, NoResponseRecieved) as away:
            if not self.attached:
                raise
            try:
                spool_file.write_event(self.requester.out_dir, {**event, "instance_key": self.key})
            except OSError:
                raise away from None

    def _send(self, event: Dict[str, Any]) -> Dict[str, Any]:
        """Raises `RequestRefused` when the event contradicts the ledger."""
        connection = self.requester.connection
        event = {**event, "instance_key": self.key}
        result = connection.post_events([event], self.requester.timeout)[0]
        if result["outcome"] == "refused":
            raise problem(result.get("problem"))
        return result

    def _ask_for_jid(self) -> int:
        path = f"/v1/instances?key={self.key}"
        try:
            status, answer = self.requester.connection.request(
                "GET", path, timeout=self.requester.timeout
            )
        except (CannotConnectToCentralJobMonitor, NoResponseRecieved):
            return -1  # Errors are spooled by the key, without the number of the job.
        found = answer["instances"] if status == 200 else []
        return int(found[0]["jid"]) if found else -1


def _described(exception: BaseException) -> Dict[str, Any]:
    try:
        from . import tracebacks

        return {
            "description": tracebacks.text(exception),
            "traceback": tracebacks.structure(exception),
        }
    except Exception:
        # For example, its `__str__` fails. It is reported as far as possible.
        lines = traceback.format_exception(type(exception), exception, exception.__traceback__)
        return {"description": "".join(lines)}
