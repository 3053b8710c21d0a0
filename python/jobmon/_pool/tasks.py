"""Sends the tasks of a pool to its workers, and receives the results.

Two threads of `multiprocessing.Pool` call this module: one sends tasks (`put`), the other waits for results (`get`).
The content of a task must not end either of them. `get` returns every result, also that of a task that could not be
sent or whose worker died.
"""

from __future__ import annotations

import collections
import os
import pickle
import select
import threading
from multiprocessing import pool as plain_pool
from multiprocessing import util
from typing import Any, Deque, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

from .._reporting.event_text import members_text
from .._reporting.reporter import Reporter
from . import item_text, transfer
from .messages import APPLY, STAR, Failure, StartFailure, Value, WorkerDied, not_run
from .slot import IDLE, NOBODY, REFUSED, STARTING, Slot, Taker

# After so many failed starts of workers in a row, the pool starts no more of them.
FAILED_STARTS_LIMIT = 8
# The function of a task by which `multiprocessing.Pool` passes on an exception of the iterable.
_RERAISES = plain_pool._helper_reraises_exception  # type: ignore[attr-defined]


class Work(NamedTuple):
    """What a call does with each of its items. It replaces the function in the tasks of a pool."""

    function: Any
    mode: int
    chunksize: int = 1


class Chunk(NamedTuple):
    """The same for a list of items. The result is a list."""

    work: Work


class Worker:
    """A worker and the pipe of its results."""

    def __init__(self, number: int, results: Any, slot: Slot) -> None:
        self.number = number
        self.results = results
        self.slot = slot
        # How its start failed, as it reported itself.
        self.start_failure: Optional[StartFailure] = None


class _Task:
    """A task that has not ended: its items, and their results so far."""

    def __init__(
        self, work: Work, part: int, several: bool, numbered: Sequence[Tuple[Any, ...]]
    ) -> None:
        self.work = work
        self.several = several
        self.numbers = [one[0] for one in numbered]
        self.first_index = None if work.mode == APPLY else part * work.chunksize
        self.texts = [_text(work.mode, one) for one in numbered]
        self.values: List[Any] = []
        self.error: Optional[Exception] = None
        self.is_sent = False

    def name(self, number: int) -> str:
        """The item, in messages."""
        position = self.numbers.index(number)
        index = None if self.first_index is None else self.first_index + position
        return item_text.item(item_text.function_name(self.work.function), self.texts[position], index)

    def fail(self, error: Exception) -> None:
        """The task has no result. The first error is kept."""
        self.error = self.error or error

    def result(self) -> Tuple[bool, Any]:
        """The result as in `multiprocessing`: True and the values, or False and the exception."""
        if self.error is not None:
            return False, self.error
        return True, self.values if self.several else self.values[0]


class Tasks:
    """Sends tasks and receives results. It has no reference to the pool, so that the pool can be garbage-collected."""

    def __init__(
        self, base: str, reporter: Reporter, inqueue: Any, outqueue: Any, taker: Taker
    ) -> None:
        self._base = base
        self._reporter = reporter
        self._inqueue = inqueue
        self._outqueue = outqueue
        self.taker = taker
        # Why tasks are refused: no worker can start.
        self.refusal: Optional[WorkerDied] = None
        # The number of failed starts in a row.
        self.failed_starts = 0
        self._putting = threading.Lock()
        self._sentinels = 0
        self._is_ending = False
        self._open: Dict[Tuple[int, int], _Task] = {}
        # Exceptions of tasks that were not sent.
        self._errors: Dict[Tuple[int, int], BaseException] = {}
        self._ready: Deque[Tuple[int, int, Tuple[bool, Any]]] = collections.deque()
        self._workers: Dict[int, Worker] = {}
        # Workers that may still send results, by the descriptor of the pipe.
        self._sources: Dict[int, Worker] = {}
        self._poll = select.epoll()
        self._poll.register(outqueue._reader.fileno(), select.EPOLLIN)
        util.register_after_fork(self, Tasks._close_in_child)

    # Sending.

    def put(self, task: Any) -> None:
        """Sends a task of `multiprocessing.Pool`, or None, which ends one worker."""
        if task is None:
            with self._putting:
                self._sentinels += 1
                self._inqueue._writer.send(None)
            return
        job, part, function, args, _ = task
        key = (job, part)
        try:
            if function is _RERAISES:
                raise args[0]  # Raised by the caller's iterable.
            self._put(key, *_items(function, args))
        except transfer.CannotSend as refused:
            self._errors[key] = refused.why
            self.note("unsent", *key, refused.position)
        except BaseException as error:
            self._errors[key] = error
            self.note("raised", *key)

    def _put(self, key: Tuple[int, int], work: Work, several: bool, numbered: Any) -> None:
        task = self._open[key] = _Task(work, key[1], several, numbered)
        header = (*key, work.mode, task.numbers)
        given = [one[1:] if work.mode == APPLY else one[1] for one in numbered]
        message = transfer.pack_task(header, work.function, given)
        with self._putting:
            if self.refusal is None:
                task.is_sent = True
                self._inqueue._writer.send_bytes(message)
                return
        self.note("refused")

    def note(self, *note: Any) -> None:
        """Sends a note of plain values to `get`."""
        with self._outqueue._wlock:
            self._outqueue._writer.send_bytes(pickle.dumps(note))

    def add_worker(self, worker: Worker) -> None:
        """Receives the results of the worker from now on."""
        self._workers[worker.number] = self._sources[worker.results.fileno()] = worker
        self._poll.register(worker.results.fileno(), select.EPOLLIN)

    # Receiving.

    def get(self) -> Optional[Tuple[int, int, Tuple[bool, Any]]]:
        """Waits for the next result. Returns None at the end, as `multiprocessing.Pool` expects."""
        while not self._ready:
            for descriptor, _ in self._poll.poll():
                worker = self._sources.get(descriptor)
                if worker is not None:
                    self._read(worker)
                elif descriptor == self._outqueue._reader.fileno():
                    note = pickle.loads(self._outqueue._reader.recv_bytes())
                    self._is_ending = self._is_ending or note is None
                    if note is not None:
                        getattr(self, f"_on_{note[0]}")(*note[1:])
                    if self._is_ending and not self._ready:
                        # `multiprocessing.Pool` calls this once for each message in the queue.
                        return None
        return self._ready.popleft()

    def read_rest(self) -> None:
        """Reads the last results of workers that have ended, and reports the ends of their items."""
        for worker in list(self._sources.values()):
            self._read_all(worker)
            self._drop(worker)

    def _read_all(self, worker: Worker) -> None:
        while not worker.results.closed and worker.results.poll():
            self._read(worker)

    def _read(self, worker: Worker) -> None:
        try:
            message = pickle.loads(worker.results.recv_bytes())
            if len(message) == len(StartFailure._fields):
                worker.start_failure = StartFailure(*message)
                return
            job, part, plain, failed, is_over = message
            values = [Value(*one) for one in plain]
            data = [worker.results.recv_bytes() if v.data is None else v.data for v in values]
        except (EOFError, OSError):
            # The worker ended, perhaps in the middle of a message.
            self._drop(worker)
            return
        self.failed_starts = 0
        key = (job, part)
        task = self._open.get(key)
        for value, pickled in zip(values, data):
            self._take_value(task, value, pickled)
            if value.ended:
                worker.slot.confirmed += 1
        if task is None or not is_over:
            return
        if failed is not None:
            task.fail(_exception(task, Failure(*failed)))
        self._finish(key)

    def _take_value(self, task: Optional[_Task], value: Value, data: bytes) -> None:
        """Unpickles what an item returned."""
        instance = f"{self._base}.{value.number}"
        try:
            loaded = pickle.loads(data)
        except BaseException as error:
            story = f"returned a value that can't be unpickled: {transfer.in_words(error)}"
            if value.ended:
                outcome = members_text({"cause": "exit", "description": story}) + value.members
                self._reporter.report("failed", instance, outcome, at=value.ended)
            if task is not None:
                failure = transfer.TransferError(f"{task.name(value.number)} {story}")
                failure.__cause__ = error
                task.fail(failure)
            return
        if value.ended:
            self._reporter.report("complete", instance, value.members, at=value.ended)
        if task is not None:
            task.values.append(loaded)

    def _finish(self, key: Tuple[int, int]) -> None:
        task = self._open.pop(key)
        self._ready.append((*key, task.result()))

    def _drop(self, worker: Worker) -> None:
        if not worker.results.closed:
            del self._sources[worker.results.fileno()]
            self._poll.unregister(worker.results.fileno())
            worker.results.close()

    def _close_in_child(self) -> None:
        # A forked worker must not hold these pipes open: the other workers see the end of the pool by them.
        for worker in self._sources.values():
            worker.results.close()
        self._poll.close()

    # The notes of `put` and of the watch over the workers.

    def _on_unsent(self, job: int, part: int, position: Optional[int]) -> None:
        why = self._errors.pop((job, part))
        task = self._open.get((job, part))
        if task is None:
            return
        what = "the function" if position is None else "the argument"
        story = f"{what} can't be pickled: {transfer.in_words(why)}"
        culprits = task.numbers if position is None else [task.numbers[position]]
        self._report_not_started(culprits, story)
        others = [number for number in task.numbers if number not in culprits]
        self._report_not_run(others, "the argument of another item of its chunk can't be pickled")
        if isinstance(why, Exception):
            task.fail(why)
        else:
            task.fail(transfer.TransferError(f"{task.name(culprits[0])} {story}"))
        self._finish((job, part))

    def _on_raised(self, job: int, part: int) -> None:
        why = self._errors.pop((job, part))
        self._open.pop((job, part), None)
        if not isinstance(why, Exception):
            why = RuntimeError(f"the iterable ended by raising {transfer.in_words(why)}")
        self._ready.append((job, part, (False, why)))

    def _on_refused(self) -> None:
        for key, task in list(self._open.items()):
            assert self.refusal is not None
            self._report_not_started(task.numbers, str(self.refusal))
            task.fail(self.refusal)
            self._finish(key)

    def _on_died(self, number: int, state: int, how: str, outcome: Dict[str, Any]) -> None:
        """A worker ended. `state`: the state in its slot; `how` and `outcome`: how it ended, as text and as evidence.

        Its results are read first: an item whose result was sent has ended before the worker did.
        """
        worker = self._workers.pop(number)
        self._read_all(worker)
        self._drop(worker)
        if state == STARTING:
            self._did_not_start(worker.start_failure, how)
        elif state != IDLE:
            self._died_in(state, how, outcome)
        if self.taker.number == number:
            self._repair(how)

    def _died_in(self, number: int, how: str, outcome: Dict[str, Any]) -> None:
        key = next((key for key, task in self._open.items() if number in task.numbers), None)
        if key is None:
            return  # The worker sent the result of the item, and died afterwards.
        task = self._open[key]
        story = f"a worker of the pool {how} in the middle of {task.name(number)}"
        self._reporter.report("failed", f"{self._base}.{number}", members_text(outcome))
        after = task.numbers[task.numbers.index(number) + 1 :]
        self._report_not_run(after, "the worker ended in the middle of an earlier item of its chunk")
        task.fail(WorkerDied(story))
        self._finish(key)

    def _did_not_start(self, failure: Optional[StartFailure], how: str) -> None:
        self.failed_starts += 1
        if self.failed_starts < FAILED_STARTS_LIMIT or self.taker.number != NOBODY:
            return
        # In this order: a worker that starts at this moment sees REFUSED, or is seen here.
        self.taker.number = REFUSED
        if self._has_workers():
            self.taker.number = NOBODY
            return
        story = f"it {how}" if failure is None else failure.story
        self.refusal = WorkerDied(f"no worker of the pool can start: {story}")
        if failure is not None:
            self.refusal.__cause__ = transfer.remote(failure.trace)
        self._clear(self.refusal)

    def _repair(self, how: str) -> None:
        """A worker was killed while it received a task: removes the rest of that task from the pipe."""
        lock = self._inqueue._rlock
        if not lock.acquire(seconds=1):
            return  # The pool is being terminated.
        try:
            self._clear(WorkerDied(f"a worker of the pool {how} while it received a task"))
            self.taker.number = NOBODY
        finally:
            lock.release()

    def _clear(self, why: WorkerDied) -> None:
        """Fails all tasks that no worker has begun. No worker may receive a task meanwhile."""
        begun = {worker.slot.at for worker in self._workers.values()}
        for worker in list(self._workers.values()):
            self._read_all(worker)
        while not self._putting.acquire(timeout=0.01):
            self._drain()
        try:
            self._drain()
            for _ in range(self._sentinels):
                self._inqueue._writer.send(None)
            tasks = {key: task for key, task in self._open.items() if task.is_sent}
        finally:
            self._putting.release()
        for key, task in tasks.items():
            if begun.isdisjoint(task.numbers):
                self._report_not_started(task.numbers, str(why))
                task.fail(why)
                self._finish(key)

    def _drain(self) -> None:
        drain(self._inqueue, 0)

    def _report_not_started(self, numbers: Iterable[int], story: str) -> None:
        outcome = members_text({"cause": "not_started", "description": story})
        self._reporter.report_all("failed", [(f"{self._base}.{n}", outcome) for n in numbers])

    def _report_not_run(self, numbers: Iterable[int], why: str) -> None:
        self._reporter.report_all("cancelled", [(f"{self._base}.{n}", not_run(why)) for n in numbers])

    def _has_workers(self) -> bool:
        return any(worker.slot.at != STARTING for worker in self._workers.values())


def drain(queue: Any, seconds: float) -> None:
    """Reads and drops what is in a pipe, until no byte has come for `seconds`."""
    descriptor = queue._reader.fileno()
    readable = select.poll()
    readable.register(descriptor, select.POLLIN)
    while readable.poll(seconds * 1000):
        os.read(descriptor, 1 << 16)


def _items(function: Any, args: Any) -> Tuple[Work, bool, Sequence[Tuple[Any, ...]]]:
    """The content of a task of `multiprocessing.Pool`: the work, whether the result is a list, and the items."""
    if isinstance(function, Work):
        return function, False, args
    if isinstance(function, Chunk):
        return function.work, True, args[0]
    # `mapstar`: the function, and a tuple of items.
    return args[0][0], True, args[0][1]


def _text(mode: int, numbered: Tuple[Any, ...]) -> str:
    """The arguments of an item, in messages."""
    if mode == APPLY:
        named = numbered[2] if isinstance(numbered[2], dict) else {}
        each = [f"{name}={item_text.literal(value)}" for name, value in named.items()]
        return ", ".join(item_text.literals(numbered[1]) + each)
    if mode == STAR:
        return ", ".join(item_text.literals(numbered[1]))
    return item_text.literal(numbered[1])


def _exception(task: _Task, failure: Failure) -> Exception:
    """The exception for the caller, of an item that failed in its worker."""
    story = f"{task.name(failure.number)} {failure.story}"
    if failure.left:
        died = WorkerDied(story)
        died.__cause__ = transfer.remote(failure.trace)
        return died
    if failure.error is None and not failure.reason:
        return transfer.TransferError(story)
    return transfer.read_exception(failure.error, failure.reason, story, failure.trace)
