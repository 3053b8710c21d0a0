"""Instances of jobs: attempts that report how they go."""

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
    """What every class of instances can do."""

    @property
    def job_instance_type(self) -> str:
        """The name of the class: what kind of instance the monitor is told of."""
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
    """An attempt at a job, by its key.

    `attached`: jobmon runs this process and sees how it ends, so that starting and ending are not
    said here. Errors are, and when no monitor can be reached they wait in the spool.
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
        """A new attempt at the job, whose executor's number is this process's."""
        instance = cls(requester, None, jid)
        instance.register_with_monitor()
        return instance

    def register_with_monitor(self) -> Any:
        """Tells the monitor of it, and returns its number (`job_instance_id`)."""
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
        """What it has used so far; the ledger takes it with the end."""
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        self._usage.update(cpu=used.ru_utime + used.ru_stime, maxrss=used.ru_maxrss * 1024)

    def log_started(self) -> None:
        """It runs. Signs of life follow from this process until it is over."""
        if not self.attached:
            self._send({"kind": "running", **self._where()})
            reporter(self.requester.out_dir).beat_for(self.key)

    def log_completed(self) -> None:
        """It is done."""
        self._end({"kind": "complete", "exit_code": 0})

    def log_failed(self) -> None:
        """It failed, for the errors that were logged."""
        self._end({"kind": "failed", "cause": "exit"})

    def log_error(self, error_msg: Any) -> None:
        """What went wrong, in words."""
        if isinstance(error_msg, bytes):
            error_msg = error_msg.decode("utf-8", "replace")
        self._report({"kind": "error", "description": str(error_msg)})

    def log_exception(self, exception: BaseException, message: str = "") -> None:
        """The whole traceback of an exception, as text and as structure."""
        described = _described(exception)
        if message:
            described["description"] = f"{message}\n{described['description']}"
        self._report({"kind": "error", **described})

    def _where(self) -> Dict[str, Any]:
        return process_facts(os.getpid())

    def _end(self, event: Dict[str, Any]) -> None:
        if self.attached:
            return
        reporter(self.requester.out_dir).over(self.key)
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
        """Raises `RequestRefused` where it contradicts what is recorded."""
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
            return -1  # Its errors can be spooled all the same: they go by the key.
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
        # One that can't be taken apart (its own `__str__` fails, say) is reported all the same.
        lines = traceback.format_exception(type(exception), exception, exception.__traceback__)
        return {"description": "".join(lines)}
