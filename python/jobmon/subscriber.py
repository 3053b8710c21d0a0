"""Receives each change of an instance's status from the monitor of a directory, as it happens."""

from __future__ import annotations

import logging
import os
import queue
import threading
from typing import Any, Dict, Optional

from ._transport.connection import MonitorConnection
from ._transport.event_stream import EventStream
from .connection_config import directory
from .exceptions import CannotConnectToCentralJobMonitor, JobmonError, NoResponseRecieved
from .models import IDS

logger = logging.getLogger(__name__)

# How many updates are kept until `recieve_update`. Further ones wait in the monitor; none is lost.
KEPT = 10_000

Update = Dict[str, Dict[str, Any]]


class Subscriber:
    """Receives updates from the monitor of `out_dir`.

    When the monitor goes away, the subscriber waits for it, and receives the updates since then when it is back.
    """

    def __init__(
        self,
        out_dir: Any = None,
        publisher_host: Optional[str] = None,
        publisher_port: Optional[int] = None,
        monitor_connection: Any = None,
    ) -> None:
        self.out_dir = directory(out_dir, publisher_host, publisher_port, monitor_connection)
        self._connection = MonitorConnection(self.out_dir)
        self._listening: Optional[_Listening] = None
        self._names: Dict[int, Any] = {}

    def connect(self, topicfilter: Any = None) -> None:
        """Receives updates from now on. There is only one topic: `topicfilter` is not used.

        Raises `CannotConnectToCentralJobMonitor` when there is no monitor.
        """
        self.disconnect()
        self._listening = _Listening(self._connection)

    def disconnect(self) -> None:
        """Receives no more updates."""
        if self._listening is not None:
            self._listening.end()
            self._listening = None

    def recieve_update(self, timeout: float = 1.0) -> Optional[Update]:
        """The next update, or None if there is no update within `timeout` seconds. Connects if necessary.

        An update is `{jid: {"job_instance_id": ..., "job_instance_status_id": ...}}`: the job's number as text, the
        executor's number of the instance (a process id, or the id of the scheduler), and the number of the status
        (`models.Status`).
        """
        if self._listening is None or self._listening.pid != os.getpid():
            self.connect()
        assert self._listening is not None
        change = self._listening.next(timeout)
        if change is None:
            return None
        meta = {
            "job_instance_id": self._name(int(change["job_instance_id"])),
            "job_instance_status_id": IDS[change["status"]],
        }
        return {str(change["jid"]): meta}

    receive_update = recieve_update

    def _name(self, number: int) -> Any:
        """The executor's number of an instance, by which programs of 2017 identify it."""
        if number not in self._names:
            if len(self._names) > KEPT:
                self._names.clear()
            try:
                status, found = self._connection.request("GET", f"/v1/instances/{number}")
            except JobmonError:
                return number
            name = (found["executor_id"] or found["pid"]) if status == 200 else None
            if name is None:
                return number  # The executor has given none yet.
            self._names[number] = int(name) if str(name).isdigit() else name
        return self._names[number]


class _Listening:
    """A thread that reads a stream, and opens it again when it breaks."""

    def __init__(self, connection: MonitorConnection) -> None:
        self.pid = os.getpid()
        self._updates: queue.Queue[Dict[str, Any]] = queue.Queue(KEPT)
        self._ended = threading.Event()
        self._stream = EventStream(connection)
        self._stream.open()
        self._thread = threading.Thread(target=self._run, name="jobmon-subscriber", daemon=True)
        self._thread.start()

    def next(self, timeout: float) -> Optional[Dict[str, Any]]:
        try:
            return self._updates.get(timeout=timeout) if timeout > 0 else self._updates.get(False)
        except queue.Empty:
            return None

    def end(self) -> None:
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                for change in self._stream.changes():
                    self._take(change)
                    if self._ended.is_set():
                        break
            except ValueError:
                pass  # An invalid frame: open the stream again after the last valid one.
            self._open_again()
        self._stream.close()

    def _open_again(self) -> None:
        pause = 0.1
        while not self._ended.wait(pause):
            try:
                return self._stream.open()
            except (CannotConnectToCentralJobMonitor, NoResponseRecieved):
                pass
            except JobmonError as error:
                logger.warning("can't receive updates: %s", error)
            pause = min(pause * 2, 5.0)

    def _take(self, change: Dict[str, Any]) -> None:
        if change.get("status") is None or change.get("jid") is None:
            return
        if change.get("job_instance_id") is None or change.get("kind") in ("error", "process"):
            return  # These events change no status.
        while not self._ended.is_set():
            try:
                return self._updates.put(change, timeout=1.0)
            except queue.Full:
                continue
