"""Reports the events of this process: they are spooled first, and sent by a thread.

The program never waits for the monitor. While the monitor is away or hangs, events stay in the spool, from which the
monitor, or the next one, reads them.
"""

from __future__ import annotations

import atexit
import itertools
import json
import os
import random
import sys
import threading
import time
import uuid
import weakref
from typing import Dict, Iterable, List, Optional, Tuple

from .. import _limits
from .._transport.connection import MonitorConnection
from ..exceptions import JobmonError
from .event_text import members_text, now
from .identity import process_facts
from .segment import Segment

# The size of one request: events and bytes.
BATCH = 2_000
BATCH_BYTES = 4 << 20
# Events that are written to the spool together.
WRITE_BATCH = 500
# Events that wait in memory to be sent. Further ones are in the spool only.
WAITING_LIMIT = 50_000
# Seconds that the end of a program waits for the monitor.
PATIENCE = 0.5


class Reporter:
    """Reports the events of this process to the monitor of one directory. It is safe to use from any thread."""

    def __init__(self, directory: str, sender: str = "") -> None:
        self.directory = directory
        self._given_sender = sender
        self._connection = MonitorConnection(directory)
        self._begin()
        _reporters.add(self)

    def _begin(self) -> None:
        self.sender = self._given_sender or str(uuid.uuid4())
        self._lock = threading.Lock()
        self._wake = threading.Condition(self._lock)
        self._segment = Segment(self.directory, self.sender)
        self._seq = -1
        self._waiting: List[Tuple[int, bytes]] = []
        self._sending = False
        # How many batches the monitor has acknowledged.
        self._acknowledged = 0
        # Some events in the spool were not sent: only the monitor may remove them.
        self._has_gap = False
        self._alive: Dict[str, None] = {}
        self._next_beat = 0.0
        self._thread: Optional[threading.Thread] = None
        self._closed = False
        self._where = ""
        self._prefix = '{"sender":' + json.dumps(self.sender) + ',"seq":'

    def report(self, kind: str, key: str, members: str = "", at: str = "") -> None:
        """Reports an event of an instance. `members`: its further members, as `members_text` gives them.

        The event is in the spool when this returns, and will be sent. `at`: when it happened (see `now`); default: now.
        """
        self.report_all(kind, ((key, members),), at)

    def report_all(self, kind: str, events: Iterable[Tuple[str, str]], at: str = "") -> None:
        """Reports an event of each of several instances: their keys, and further members."""
        each = iter(events)
        while self._report_some(kind, list(itertools.islice(each, WRITE_BATCH)), at):
            pass

    def _report_some(self, kind: str, events: List[Tuple[str, str]], at: str) -> bool:
        if not events:
            return False
        with self._lock:
            time_and_kind = f',"time":"{at or now()}","kind":"{kind}","instance_key":"'
            lines = []
            first = self._seq + 1
            for key, members in events:
                self._seq += 1
                text = f'{self._prefix}{self._seq}{time_and_kind}{key}"{members}}}\n'
                lines.append((self._seq, text.encode("utf-8", "replace")))
            self._segment.append(b"".join([line for _, line in lines]), first, self._seq)
            had = len(self._waiting)
            if had < WAITING_LIMIT:
                self._waiting += lines
            else:
                self._has_gap = True
            if self._thread is None:
                self._start()
            elif had == 0 or had < BATCH <= len(self._waiting):
                self._wake.notify_all()
        return len(events) == WRITE_BATCH

    def running(self, key: str) -> None:
        """Reports that the instance runs in this process. Heartbeats follow until `ended`."""
        if not self._where:
            self._where = members_text(process_facts(os.getpid()))
        self._alive[key] = None
        self.report("running", key, self._where)

    def start_heartbeat(self, key: str) -> None:
        """Sends heartbeats for the instance, from the thread of this reporter, until `stop_heartbeat`."""
        with self._lock:
            self._alive[key] = None
            if self._thread is None:
                self._start()

    def ended(self, kind: str, key: str, members: str = "") -> None:
        """Reports the end of the instance: `kind` is complete, failed or cancelled."""
        self.stop_heartbeat(key)
        self.report(kind, key, members)

    def stop_heartbeat(self, key: str) -> None:
        """Sends no further heartbeats for the instance. Its end is reported elsewhere."""
        self._alive.pop(key, None)

    def settle(self, seconds: float = PATIENCE, per_batch: bool = False) -> bool:
        """Waits until the monitor has acknowledged all events. Returns False after `seconds`.

        `per_batch`: the time begins again with each acknowledged batch.
        """
        deadline = time.monotonic() + seconds
        with self._lock:
            acknowledged = self._acknowledged
            while self._waiting or self._sending:
                if per_batch and acknowledged != self._acknowledged:
                    acknowledged, deadline = self._acknowledged, time.monotonic() + seconds
                left = deadline - time.monotonic()
                if left <= 0 or self._thread is None:
                    return False
                self._wake.notify_all()
                self._wake.wait(min(left, 0.05))
            return True

    def close(self, seconds: float = PATIENCE) -> None:
        """Ends the reporter after `settle`. Events that are not acknowledged are left to the monitor."""
        self.settle(seconds)
        with self._lock:
            self._closed = True
            self._segment.close()
            self._wake.notify_all()

    def _start(self) -> None:
        self._next_beat = time.monotonic() + _pause()
        self._thread = threading.Thread(target=self._run, name="jobmon-reporter", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:
            # The interpreter is ending: the events are in the spool.
            self._thread = None

    def _run(self) -> None:
        while True:
            with self._lock:
                while not self._waiting and not self._closed:
                    left = self._next_beat - time.monotonic()
                    if left <= 0:
                        break
                    self._wake.wait(left)
                if self._closed and not self._waiting:
                    return
            # Wait a moment for more events, and send them together.
            if len(self._waiting) < BATCH:
                time.sleep(0.02)
            with self._lock:
                count = _fitting(self._waiting)
                batch, self._waiting = self._waiting[:count], self._waiting[count:]
                self._sending = bool(batch)
            self._send(batch)
            if time.monotonic() >= self._next_beat:
                self._beat()

    def _send(self, batch: List[Tuple[int, bytes]]) -> None:
        if not batch:
            return
        acknowledged = False
        try:
            acknowledged = self._connection.post_lines([line for _, line in batch])
        except (JobmonError, OSError):
            pass  # The events are in the spool, and the monitor reads them from there.
        except Exception as failure:
            # The thread must not end: it also sends the heartbeats.
            print(f"jobmon: events could not be sent: {failure}", file=sys.stderr)
        with self._lock:
            self._acknowledged += acknowledged
            self._has_gap = self._has_gap or not acknowledged
            if not self._has_gap:
                self._segment.acknowledge(batch[-1][0])
            elif acknowledged and not self._waiting:
                # The monitor is back. It reads the events that were not sent from the spool.
                self._segment.abandon()
                self._has_gap = False
            self._sending = False
            self._wake.notify_all()

    def _beat(self) -> None:
        self._next_beat = time.monotonic() + _pause()
        keys = list(self._alive)
        if not keys:
            return
        instances = [{"instance_key": key} for key in keys]
        try:
            self._connection.post_events([{"kind": "heartbeat", "instances": instances}])
        except (JobmonError, OSError):
            pass  # The next heartbeat follows.

    def _after_fork(self) -> None:
        self._segment.forget()
        # A sender of its own: events of two processes with one sender would be taken for repeats.
        self._given_sender = ""
        self._begin()


def _pause() -> float:
    """Seconds until the next heartbeat: random, so that many jobs do not send theirs at once."""
    return _limits.HEARTBEAT_SECONDS * random.uniform(0.8, 1.2)


def _fitting(waiting: List[Tuple[int, bytes]]) -> int:
    """How many of the first events fit into one request."""
    size = 0
    for count, (_, line) in enumerate(waiting[:BATCH]):
        size += len(line)
        if count and size > BATCH_BYTES:
            return count
    return min(len(waiting), BATCH)


_reporters: weakref.WeakSet[Reporter] = weakref.WeakSet()
_by_directory: Dict[str, Reporter] = {}


def reporter(directory: str) -> Reporter:
    """The reporter of this process for a directory."""
    found = _by_directory.get(directory)
    if found is None:
        found = _by_directory.setdefault(directory, Reporter(directory))
    return found


def _forked() -> None:
    for one in list(_reporters):
        one._after_fork()


def settle_all(directory: str = "", seconds: float = 2.0) -> None:
    """Settles the reporters of one directory, or of all. Called before the monitor ends."""
    for one in list(_reporters):
        if directory in ("", one.directory):
            one.settle(seconds)


def _end() -> None:
    for one in list(_reporters):
        one.close()


os.register_at_fork(after_in_child=_forked)
atexit.register(_end)
