"""Creates the workers of a pool and notices their ends, in the program that created the pool."""

from __future__ import annotations

import itertools
import os
import signal
import threading
import time
from multiprocessing import connection
from typing import Any, Dict, List, Optional, Tuple

from .messages import Settings
from .slot import Slot
from .tasks import FAILED_STARTS_LIMIT, Tasks, Worker
from .worker import main

# Items that are asked for at once.
PAGE = 10_000


class Watch:
    """Creates workers and notices their ends, by a thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.tasks: Optional[Tasks] = None
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._workers: Dict[Any, Tuple[Any, Worker]] = {}
        # Workers that may not have started yet, each with its end of the pipe for results.
        self._new: List[Tuple[Any, Worker, Any]] = []
        self._wakes, self._wake = os.pipe()
        self._is_over = False
        self._thread: Optional[threading.Thread] = None

    def make_process(self, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Creates a worker of the pool, as its `Process` does, and watches it."""
        tasks = self.tasks
        assert tasks is not None
        if tasks.refusal is not None:
            return NoWorker()
        if tasks.failed_starts >= FAILED_STARTS_LIMIT:
            time.sleep(1)  # Earlier workers still run: try again, but slowly.
        # Close our ends of the pipes of started workers, or the new worker would inherit them.
        self._take_started()
        receiving, sending = context.Pipe(duplex=False)
        slot = Slot(context)
        number = next(self._numbers)
        given = kwargs.get("args", ())
        kwargs["args"] = (number, slot, sending, tasks.taker, self._settings, *given)
        kwargs["target"] = main
        process = context.Process(*args, **kwargs)
        worker = Worker(number, receiving, slot)
        tasks.add_worker(worker)
        self._add(process, worker, sending)
        return process

    def _add(self, process: Any, worker: Worker, sending: Any) -> None:
        with self._lock:
            self._new.append((process, worker, sending))
            if self._is_over:
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="jobmon-pool", daemon=True)
                self._thread.start()
            os.write(self._wake, b"x")

    def stop(self) -> None:
        """Stops watching: the pool itself ends its workers from now on."""
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
            with self._lock:
                waits: List[Any] = [self._wakes, *self._workers]
                # A worker that has not started has no sentinel to wait for: look again later.
                patience = 0.1 if self._new else None
            ready = connection.wait(waits, timeout=patience)
            if self._wakes in ready:
                os.read(self._wakes, 4096)
            with self._lock:
                if self._is_over:
                    return
            self._take_started()
            for sentinel in ready:
                if sentinel in self._workers:
                    self._ended(*self._workers.pop(sentinel))

    def _take_started(self) -> None:
        with self._lock:
            new, self._new = self._new, []
            for process, worker, sending in new:
                sentinel = _sentinel(process)
                if sentinel is None:
                    self._new.append((process, worker, sending))
                    continue
                self._workers[sentinel] = (process, worker)
                sending.close()

    def _ended(self, process: Any, worker: Worker) -> None:
        how, outcome = _words(_exit_code(process))
        tasks = self.tasks
        assert tasks is not None
        try:
            tasks.note("died", worker.number, worker.slot.at, how, outcome)
        except OSError:
            pass  # The pool has ended.


class NoWorker:
    """Stands for a worker in a pool whose workers can't start."""

    name = ""
    daemon = True
    pid = 0
    exitcode: Optional[int] = None

    def start(self) -> None: ...

    def terminate(self) -> None: ...

    def join(self) -> None: ...

    def is_alive(self) -> bool:
        """It never runs."""
        return False


def _sentinel(process: Any) -> Any:
    """What becomes ready when the process ends; None: it has not started. Its `pid` is known before its sentinel is."""
    try:
        return process.sentinel
    except ValueError:
        return None


def _exit_code(process: Any) -> Optional[int]:
    # A thread of the pool may have collected the exit code; then it is available after a moment.
    deadline = time.monotonic() + 2
    while process.exitcode is None and time.monotonic() < deadline:
        time.sleep(0.005)
    code: Optional[int] = process.exitcode
    return code


def _words(code: Optional[int]) -> Tuple[str, Dict[str, Any]]:
    if code is None:
        return "ended, and its exit code is not known", {"cause": "lost"}
    if code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        return f"was killed by {name}", {"signal": -code}
    how = f"ended with exit code {code}"
    return how, {"cause": "exit", "exit_code": code, "description": f"its worker {how}"}
