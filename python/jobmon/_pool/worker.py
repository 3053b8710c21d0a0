"""The main loop of the workers of a `jobmon.Pool`."""

from __future__ import annotations

import collections
import os
import pickle
import select
import time
from multiprocessing.util import Finalize
from typing import Any, Callable, Deque, Dict, List, Optional, Sequence, Tuple, Union

from .._reporting import tracebacks
from .._reporting.event_text import members_text, now
from .._reporting.memory import PeakMemory
from .._reporting.reporter import Reporter
from . import transfer
from .item_text import literal
from .messages import APPLY, STAR, Failure, Settings, StartFailure, Value, not_run
from .slot import IDLE, NOBODY, REFUSED, Slot, Taker

# Seconds that a worker waits for the pool to repair the pipe after another worker was killed.
PATIENCE = 5.0

# A larger value is sent as a message of its own.
INLINE_BYTES = 64 << 10


def main(
    number: int,
    slot: Slot,
    results: Any,
    taker: Taker,
    settings: Settings,
    inqueue: Any,
    outqueue: Any,
    initializer: Optional[Callable[..., Any]],
    initargs: Sequence[Any],
    tasks_at_most: Optional[int],
    *_: Any,
) -> None:
    """Runs a worker. `results`: the pipe for the results of its tasks. `slot`, `taker`: memory shared with the pool."""
    inqueue._writer.close()
    outqueue._reader.close()
    outqueue._writer.close()
    worker = Worker(number, slot, results, taker, settings, inqueue)
    if initializer is not None:
        try:
            initializer(*initargs)
        except BaseException as error:
            story = f"its initializer raised {transfer.in_words(error)}"
            worker.send(tuple(StartFailure(story, tracebacks.text(error))))
            raise
    slot.at = IDLE
    done = 0
    while (tasks_at_most is None or done < tasks_at_most) and worker.run_one():
        done += 1


class Worker:
    """Receives tasks, runs their items, and reports the outcome of each to the ledger and to the pool.

    An item is COMPLETE when the caller can have its value. If the value has only basic types of Python, this worker
    reports it. Otherwise the pool does, once it has unpickled the value; or this worker, if the pool is gone.
    """

    def __init__(
        self,
        number: int,
        slot: Slot,
        results: Any,
        taker: Taker,
        settings: Settings,
        inqueue: Any,
    ) -> None:
        self._number = number
        self._slot = slot
        self._results = results
        self._taker = taker
        self._inqueue = inqueue
        self._base = settings.base
        self._pid = os.getpid()
        self._reporter = Reporter(settings.directory, f"{settings.base}-{self._pid}")
        self._memory = PeakMemory(resets=True)
        # Workers do not call atexit functions.
        Finalize(None, self._reporter.close, exitpriority=0)
        self._readable = select.poll()
        self._readable.register(inqueue._reader.fileno(), select.POLLIN)
        # Items whose end the pool reports, with the members of their ends. It counts them in `slot.confirmed`.
        self._sent = 0
        self._unconfirmed: Deque[Tuple[int, str]] = collections.deque()

    def run_one(self) -> bool:
        """Runs the next task. Returns False when there are no more tasks."""
        try:
            taken = self._take()
            if taken is None:
                return False
            self._run(*taken)
        except (EOFError, OSError):
            if self._pid != os.getpid():
                raise
            self._pool_is_gone()
            return False
        # If the worker dies before this line, the pool sees its item in the slot.
        self._slot.at = IDLE
        return True

    def _take(self) -> Optional[Tuple[Tuple[Any, ...], Callable[[], Any]]]:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._taker.number != REFUSED:
            with self._inqueue._rlock:
                if self._taker.number == NOBODY:
                    self._readable.poll()
                    self._taker.number = self._number
                    try:
                        message = self._inqueue._reader.recv_bytes()
                    except (EOFError, OSError):
                        self._taker.number = NOBODY
                        raise
                    header, load = transfer.unpack_task(message)
                    self._slot.at = IDLE if header is None else header[3][0]
                    self._taker.number = NOBODY
                    return None if header is None else (header, load)
            # The taker was killed: the pool removes the rest of its task.
            if any(event & select.POLLHUP for _, event in self._readable.poll(0)):
                raise EOFError
            time.sleep(0.02)
        # The pool refuses tasks or is ending. Otherwise it creates another worker.
        return None

    def _run(self, header: Tuple[Any, ...], load: Callable[[], Any]) -> None:
        job, part, mode, numbers = header
        values: List[Value] = []
        failure: Optional[Failure] = None
        try:
            function = load()
        except BaseException as error:
            failure = self._not_started(numbers, "the function", error)
            self._send_result(job, part, values, failure, True)
            return
        for position, number in enumerate(numbers):
            self._slot.at = number
            try:
                given = load()
            except BaseException as error:
                failure = failure or self._not_started([number], "the argument", error)
                self._not_run(numbers[position + 1 :])
                break
            try:
                value = self._call(number, mode, function, given)
            except BaseException as error:
                if self._pid != os.getpid():
                    raise  # A child that the item forked. It must not report.
                failure = failure or self._failed(number, error)
                self._not_run(numbers[position + 1 :])
                if not isinstance(error, Exception):
                    # As in multiprocessing, it ends the worker; but it is reported first.
                    self._send_result(job, part, values, failure, True)
                    self._slot.at = IDLE
                    raise
                break
            given = None
            outcome = self._packed(number, value)
            value = None
            if isinstance(outcome, Failure):
                # The next items run nevertheless, as in multiprocessing.
                failure = failure or outcome
                continue
            values.append(outcome)
            if outcome.ended and position + 1 < len(numbers):
                # The end of the item is reported now, and not with the last item of its chunk.
                self._send_result(job, part, values, None, False)
                values = []
        self._send_result(job, part, values, failure, True)

    def _call(self, number: int, mode: int, function: Any, given: Any) -> Any:
        self._reporter.running(self._key(number))
        self._memory.begin()
        if mode == APPLY:
            value = function(*given[0], **given[1])
        else:
            value = function(*given) if mode == STAR else function(given)
        if self._pid != os.getpid():
            raise SystemExit(0)  # A child that the item forked. It is not a worker.
        return value

    def _packed(self, number: int, value: Any) -> Union[Value, Failure]:
        used = self._memory.end()
        try:
            data, plain = transfer.pack_value(value)
        except BaseException as error:
            story = f"returned a value that can't be pickled: {transfer.in_words(error)}"
            self._ended("failed", number, {"cause": "exit", "description": story, **used})
            return Failure(number, story)
        if plain:
            self._ended("complete", number, used)
            return Value(number, "", data)
        self._reporter.stop_heartbeat(self._key(number))
        return Value(number, now(), data, members_text(used))

    def _failed(self, number: int, error: BaseException) -> Failure:
        used = self._memory.end()
        described, trace = _described(error)
        described.update(used)
        if isinstance(error, Exception):
            self._ended("failed", number, {"cause": "exit", **described})
            data, reason = transfer.pack_exception(error)
            return Failure(number, f"raised {transfer.in_words(error)}", data, reason, trace)
        if isinstance(error, KeyboardInterrupt):
            # Ctrl-C reaches all processes of a program: the user cancelled it.
            self._ended("cancelled", number, {"cause": "cancelled", **described})
            return Failure(number, "was interrupted (KeyboardInterrupt)", trace=trace, left=True)
        story = f"ended its worker by raising {transfer.in_words(error)}"
        if isinstance(error, SystemExit):
            # This says more than its traceback.
            described["description"] = story = f"ended its worker by sys.exit({literal(error.code)})"
        self._ended("failed", number, {"cause": "exit", **_exit_code(error), **described})
        return Failure(number, story, trace=trace, left=True)

    def _not_started(self, numbers: Sequence[int], what: str, error: BaseException) -> Failure:
        described, trace = _described(error)
        story = f"{what} can't be unpickled in the worker: {transfer.in_words(error)}"
        for number in numbers:
            outcome = {"cause": "not_started", **described, "description": story}
            self._ended("failed", number, outcome)
        return Failure(numbers[0], story, *transfer.pack_exception(error), trace)

    def _not_run(self, numbers: Sequence[int]) -> None:
        outcome = not_run("an earlier item of its chunk failed")
        self._reporter.report_all("cancelled", [(self._key(number), outcome) for number in numbers])

    def _ended(self, kind: str, number: int, outcome: Optional[Dict[str, Any]] = None) -> None:
        self._reporter.ended(kind, self._key(number), members_text(outcome or {}))

    def _key(self, number: int) -> str:
        return f"{self._base}.{number}"

    def _send_result(
        self, job: int, part: int, values: List[Value], failure: Optional[Failure], over: bool
    ) -> None:
        """Sends the pool what the items of a task returned, or why the task has no result."""
        if failure is not None:
            # The caller does not get the other values, and the ends of those items are reported.
            values = [value for value in values if value.ended]
        for value in values:
            if value.ended:
                self._sent += 1
                self._unconfirmed.append((value.number, value.members))
        while len(self._unconfirmed) > self._sent - self._slot.confirmed:
            self._unconfirmed.popleft()
        apart = []
        plain = []
        for value in values:
            if value.data is not None and (value.ended or len(value.data) > INLINE_BYTES):
                apart.append(value.data)
                value = value._replace(data=None)
            plain.append(tuple(value))
        self.send((job, part, plain, None if failure is None else tuple(failure), over), *apart)

    def send(self, message: Tuple[Any, ...], *apart: bytes) -> None:
        """Sends the pool a message of plain values, and the pickled values that belong to it."""
        self._results.send_bytes(pickle.dumps(message))
        for data in apart:
            self._results.send_bytes(data)

    def _pool_is_gone(self) -> None:
        # The program was killed: the ends of these items are reported here.
        open_ones = self._sent - self._slot.confirmed
        for number, members in list(self._unconfirmed)[-open_ones:] if open_ones > 0 else []:
            self._reporter.ended("complete", self._key(number), members)


def _described(error: BaseException) -> Tuple[Dict[str, Any], str]:
    """An exception as members of an event, and its traceback as text."""
    try:
        text = tracebacks.text(error)
        return {"description": text, "traceback": tracebacks.structure(error)}, text
    except BaseException:  # The methods of the exception are the user's code.
        text = transfer.in_words(error)
        return {"description": text}, text


def _exit_code(error: BaseException) -> Dict[str, int]:
    if not isinstance(error, SystemExit):
        return {}
    if error.code is None or isinstance(error.code, int):
        return {"exit_code": int(error.code or 0) & 0xFF}
    return {"exit_code": 1}
