"""The ends of a pool, its workers and its items, in the program that made it."""

from __future__ import annotations

import os
import signal
import threading
import time
from multiprocessing import connection
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from ._connection import MonitorConnection
from ._pool_worker import IDLE, WorkerDied, main, said
from ._reporter import BYTES_AT_MOST, Reporter, dump
from ._segment import leftovers
from .exceptions import JobmonError

# Items that are asked for at once.
PAGE = 10_000


class Call:
    """One call of a pool's method: which items are its own, and where its result is.

    Its items are numbered in a row from `first`; those of an `imap` come one by one.
    """

    def __init__(self, first: int, count: int, chunksize: int) -> None:
        self.first = first
        self.count = count
        self.chunksize = max(1, chunksize)
        self.numbers: Optional[List[int]] = None
        self._lock = threading.Lock()
        self._result: Any = None
        self._dead: List[Tuple[int, WorkerDied]] = []

    def set_result(self, result: Any) -> None:
        """What the caller was given. Workers may have died meanwhile."""
        with self._lock:
            self._result = result
            dead, self._dead = self._dead, []
        for chunk, why in dead:
            self.fail(chunk, why)

    def fail(self, chunk: int, why: WorkerDied) -> None:
        """The result of a chunk will not come: the caller is told why."""
        with self._lock:
            if self._result is None:
                self._dead.append((chunk, why))
                return
        try:
            self._result._set(chunk, (False, why))
        except Exception:
            pass  # It came all the same.

    def chunk_of(self, number: int) -> Optional[int]:
        """The number of the chunk that an item is in; None when it is not of this call."""
        if self.numbers is not None:
            try:
                return self.numbers.index(number) // self.chunksize
            except ValueError:
                return None
        if self.first <= number < self.first + self.count:
            return (number - self.first) // self.chunksize
        return None

    def is_over(self) -> bool:
        """Whether its result has come."""
        result = self._result
        ready = getattr(result, "ready", None)
        if ready is not None:
            return bool(ready())
        # An iterator: it knows its length once its source has ended.
        length = getattr(result, "_length", None)
        return length is not None and getattr(result, "_index", -1) == length


class Watch:
    """Sees workers end, and what they were at: a thread, for as long as the pool lives."""

    def __init__(
        self,
        base: str,
        reporter: Reporter,
        call_of: Callable[[], Optional[Callable[[int], Optional[Tuple[Call, int]]]]],
    ) -> None:
        self._base = base
        self._reporter = reporter
        self._call_of = call_of
        self._lock = threading.Lock()
        self._workers: Dict[Any, Tuple[Any, Any]] = {}
        self._new: List[Tuple[Any, Any]] = []
        self._wakes, self._wake = os.pipe()
        self._is_over = False
        self._thread: Optional[threading.Thread] = None

    def make_process(self, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Makes a worker of the pool, as its `Process` does, and watches it."""
        slot = context.RawValue("q", IDLE)
        kwargs["args"] = (slot, kwargs.get("target"), *kwargs.get("args", ()))
        kwargs["target"] = main
        process = context.Process(*args, **kwargs)
        self._add(process, slot)
        return process

    def _add(self, process: Any, slot: Any) -> None:
        with self._lock:
            if self._is_over:
                return
            self._new.append((process, slot))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="jobmon-pool", daemon=True)
                self._thread.start()
            os.write(self._wake, b"x")

    def stop(self) -> None:
        """Ends that come from now on are the pool's own doing."""
        with self._lock:
            if self._is_over:
                return
            self._is_over = True
            thread = self._thread
            os.write(self._wake, b"x")
        if thread is not None and thread is not threading.current_thread():
            thread.join()
        os.close(self._wakes)
        os.close(self._wake)

    def _run(self) -> None:
        while True:
            waits: List[Any] = [self._wakes, *self._workers]
            # Those that are not started yet have nothing to wait for: they are looked at again.
            ready = connection.wait(waits, timeout=0.1 if self._new else None)
            if self._wakes in ready:
                os.read(self._wakes, 4096)
            with self._lock:
                if self._is_over:
                    return
                started = [one for one in self._new if one[0].pid is not None]
                self._new = [one for one in self._new if one[0].pid is None]
            for process, slot in started:
                self._workers[process.sentinel] = (process, slot)
            for sentinel in ready:
                if sentinel in self._workers:
                    self._ended(*self._workers.pop(sentinel))

    def _ended(self, process: Any, slot: Any) -> None:
        number = slot.value
        if number == IDLE:
            return
        how, outcome = _words(_exit_code(process))
        if number < IDLE:
            number = said(number)
        else:
            self._reporter.say("failed", f"{self._base}.{number}", "," + dump(outcome)[1:-1])
        call_of = self._call_of()
        found = call_of(number) if call_of is not None else None
        if found is not None:
            found[0].fail(found[1], WorkerDied(f"a worker of the pool {how}"))


def _exit_code(process: Any) -> Optional[int]:
    # The pool's own thread may be the one that is told how it ended; then we learn it from there.
    deadline = time.monotonic() + 2
    while process.exitcode is None and time.monotonic() < deadline:
        time.sleep(0.005)
    code: Optional[int] = process.exitcode
    return code


def _words(code: Optional[int]) -> Tuple[str, Dict[str, Any]]:
    if code is None:
        return "is gone, and nobody knows how", {"cause": "lost"}
    if code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        return f"was killed by {name} while it ran this item", {"signal": -code}
    outcome = {"cause": "exit", "exit_code": code}
    return f"ended with exit code {code} in the middle of this item", outcome


def forward(directory: str, base: str) -> None:
    """Hands over what lies in the spool from the workers of a pool, which are gone."""
    connection_to = MonitorConnection(directory)
    try:
        for path in leftovers(directory, f"{base}-") or []:
            if os.path.basename(path).startswith(f"{base}-0."):
                continue  # The pool's own.
            try:
                with open(path, "rb") as file:
                    lines = file.read().split(b"\n")
            except OSError:
                continue  # The monitor was quicker.
            if all(connection_to.post_lines(some) for some in _pieces(lines[:-1])):
                try:
                    os.unlink(path)
                except OSError:
                    pass
    except (JobmonError, OSError):
        pass  # The monitor takes the spool in itself.
    finally:
        connection_to.close()


def _pieces(lines: List[bytes]) -> Iterator[List[bytes]]:
    piece: List[bytes] = []
    size = 0
    for line in lines:
        if piece and size + len(line) > BYTES_AT_MOST:
            yield piece
            piece, size = [], 0
        piece.append(line)
        size += len(line)
    if piece:
        yield piece


def cancel_open(directory: str, base: str, reporter: Reporter) -> None:
    """Says of a pool's items that are not over that they will not be: it was terminated."""
    sql = (
        "select instance_key from job_instance where status in (1, 2) "
        f"and instance_key < '{base}/'"
    )
    connection_to = MonitorConnection(directory)
    try:
        last = f"{base}."
        while True:
            page = f"{sql} and instance_key > '{last}' order by 1 limit {PAGE}"
            query = {"sql": page, "rows": PAGE}
            status, answer = connection_to.request("POST", "/v1/query", query)
            keys = [row[0] for row in answer["rows"]] if status == 200 else []
            why = ',"cause":"cancelled","ended_by_us":true'
            reporter.say_all("cancelled", [(key, why) for key in keys])
            if len(keys) < PAGE:
                return
            last = keys[-1]
    except (JobmonError, OSError):
        pass  # They are not over as far as the ledger knows, and that is the truth of it.
    finally:
        connection_to.close()
