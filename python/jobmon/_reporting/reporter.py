"""What this process says of itself: spooled first, sent second, and nobody waits for it.

With the monitor away, hung or missing the program goes on at its own pace; what it said lies in
the spool, from where the monitor, or the next one, takes it in.
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

BATCH = 2_000
BYTES_AT_MOST = 4 << 20
WRITTEN_TOGETHER = 500
# Facts that may wait here to be sent. What is more lies in the spool alone.
WAITING_AT_MOST = 50_000
# The end of a program waits so long for the monitor's word, at most.
PATIENCE = 0.5


class Reporter:
    """Facts of one process for one directory. Any thread may say one."""

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
        # Batches that the monitor has acknowledged.
        self._taken = 0
        # Something in the spool was not sent: nobody but the monitor may remove it.
        self._has_gap = False
        self._alive: Dict[str, None] = {}
        self._next_beat = 0.0
        self._thread: Optional[threading.Thread] = None
        self._closed = False
        self._where = ""
        self._prefix = '{"sender":' + json.dumps(self.sender) + ',"seq":'

    def say(self, kind: str, key: str, members: str = "", at: str = "") -> None:
        """Records a fact about an instance. `members`: more of it, JSON that begins with a comma.

        It is in the spool when this returns, and on its way to the monitor. `at`: when it
        happened, as `now` has it; else now.
        """
        self.say_all(kind, ((key, members),), at)

    def say_all(self, kind: str, facts: Iterable[Tuple[str, str]], at: str = "") -> None:
        """The same of many instances: keys, and further members of each."""
        each = iter(facts)
        while self._say_some(kind, list(itertools.islice(each, WRITTEN_TOGETHER)), at):
            pass

    def _say_some(self, kind: str, facts: List[Tuple[str, str]], at: str) -> bool:
        if not facts:
            return False
        with self._lock:
            time_and_kind = f',"time":"{at or now()}","kind":"{kind}","instance_key":"'
            lines = []
            first = self._seq + 1
            for key, members in facts:
                self._seq += 1
                text = f'{self._prefix}{self._seq}{time_and_kind}{key}"{members}}}\n'
                lines.append((self._seq, text.encode("utf-8", "replace")))
            self._segment.append(b"".join([line for _, line in lines]), first, self._seq)
            had = len(self._waiting)
            if had < WAITING_AT_MOST:
                self._waiting += lines
            else:
                self._has_gap = True
            if self._thread is None:
                self._start()
            elif had == 0 or had < BATCH <= len(self._waiting):
                self._wake.notify_all()
        return len(facts) == WRITTEN_TOGETHER

    def running(self, key: str) -> None:
        """The instance runs, in this process; signs of life follow until `ended`."""
        if not self._where:
            self._where = members_text(process_facts(os.getpid()))
        self._alive[key] = None
        self.say("running", key, self._where)

    def beat_for(self, key: str) -> None:
        """Signs of life of the instance follow until `over`."""
        with self._lock:
            self._alive[key] = None
            if self._thread is None:
                self._start()

    def ended(self, kind: str, key: str, members: str = "") -> None:
        """The instance is over: `kind` is complete, failed or cancelled."""
        self.over(key)
        self.say(kind, key, members)

    def over(self, key: str) -> None:
        """No further signs of life: somebody else says how it ended."""
        self._alive.pop(key, None)

    def settle(self, seconds: float = PATIENCE, while_it_goes_on: bool = False) -> bool:
        """Waits until the monitor has everything, at most so long. True when it has.

        `while_it_goes_on`: at most so long for each batch, as long as the monitor takes them.
        """
        deadline = time.monotonic() + seconds
        with self._lock:
            taken = self._taken
            while self._waiting or self._sending:
                if while_it_goes_on and taken != self._taken:
                    taken, deadline = self._taken, time.monotonic() + seconds
                left = deadline - time.monotonic()
                if left <= 0 or self._thread is None:
                    return False
                self._wake.notify_all()
                self._wake.wait(min(left, 0.05))
            return True

    def close(self, seconds: float = PATIENCE) -> None:
        """Nothing more is said: what the monitor does not have by then is left to it."""
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
            # The interpreter is about to end: the spool has it.
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
            # What comes in the next moments goes with it.
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
        taken = False
        try:
            taken = self._connection.post_lines([line for _, line in batch])
        except (JobmonError, OSError):
            pass  # It lies in the spool, and the monitor takes it in from there.
        except Exception as failure:
            # Nothing of ours may end the thread, and with it the signs of life.
            print(f"jobmon: facts could not be sent: {failure}", file=sys.stderr)
        with self._lock:
            self._taken += taken
            self._has_gap = self._has_gap or not taken
            if not self._has_gap:
                self._segment.acknowledge(batch[-1][0])
            elif taken and not self._waiting:
                # The monitor is back: what it does not have yet it takes in from the spool.
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
            pass  # The next one tells.

    def _after_fork(self) -> None:
        self._segment.forget()
        # Two of one name would be taken for one that repeats itself.
        self._given_sender = ""
        self._begin()


def _pause() -> float:
    """Seconds until the next sign of life: by chance, so that many jobs do not give theirs at once."""
    return _limits.HEARTBEAT_SECONDS * random.uniform(0.8, 1.2)


def _fitting(waiting: List[Tuple[int, bytes]]) -> int:
    """How many of the first go into one request."""
    size = 0
    for count, (_, line) in enumerate(waiting[:BATCH]):
        size += len(line)
        if count and size > BYTES_AT_MOST:
            return count
    return min(len(waiting), BATCH)


_reporters: weakref.WeakSet[Reporter] = weakref.WeakSet()
_by_directory: Dict[str, Reporter] = {}


def reporter(directory: str) -> Reporter:
    """The one of this process for a directory."""
    found = _by_directory.get(directory)
    if found is None:
        found = _by_directory.setdefault(directory, Reporter(directory))
    return found


def _forked() -> None:
    for one in list(_reporters):
        one._after_fork()


def settle_all(directory: str = "", seconds: float = 2.0) -> None:
    """Before the monitor ends: it is to have what was said. Of one directory, or of all."""
    for one in list(_reporters):
        if directory in ("", one.directory):
            one.settle(seconds)


def _end() -> None:
    for one in list(_reporters):
        one.close()


os.register_at_fork(after_in_child=_forked)
atexit.register(_end)
