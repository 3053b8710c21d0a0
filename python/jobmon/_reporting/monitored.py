"""A part of this program as a job of its own: `monitored` and `task`."""

from __future__ import annotations

import asyncio
import functools
import inspect
import math
import os
import sys
import uuid
from types import TracebackType
from typing import Any, Callable, Dict, List, Literal, Mapping, Optional, Tuple, Type, TypeVar, overload

from . import tracebacks
from .event_text import members_text
from .memory import PeakMemory
from .rank import rank
from .recording import recording_directory
from .reporter import Reporter, reporter

F = TypeVar("F", bound=Callable[..., Any])

# Seconds that the end of a block waits for the monitor.
PATIENCE = 0.1
# The number of characters that are kept of the name and the text of a parameter.
TEXT_LENGTH = 1_000


class monitored:
    """Records a block as a job: `with jobmon.monitored(name="fit", params={"year": 1995}):`.

    The job is RUNNING in the block. At the end of the block it is COMPLETE. After an exception it is FAILED, with the
    whole traceback; after KeyboardInterrupt or asyncio's cancellation it is CANCELLED. The exception is raised on. A
    monitor that is away or hangs does not change the block: events are kept in the directory.

    - `name`: the name of the job. Default: the name of the program.
    - `params`: named values to filter by (`jobmon jobs --param year=1995`). In a process of a parallel program (MPI, a
      Slurm step) `rank` is added.
    - `directory`: the monitor's directory. Default: $JOBMON_DIR, else the directory of the `CentralJobMonitor` that
      this program started. Without any of them, nothing is recorded.

    As a decorator, `@jobmon.monitored(name="fit")`, it records each call as a job.
    """

    def __init__(
        self,
        name: Optional[str] = None,
        params: Optional[Mapping[str, Any]] = None,
        directory: Optional[str] = None,
    ) -> None:
        self.name = name or os.path.basename(sys.argv[0] if sys.argv else "") or "python"
        self.params = dict(params or {})
        self.directory = directory
        self._open: List[Tuple[Reporter, str, int, PeakMemory]] = []

    def __enter__(self) -> monitored:
        where = recording_directory(self.directory)
        if where is not None:
            to, key, memory = reporter(where), str(uuid.uuid4()), PeakMemory()
            self._open.append((to, key, os.getpid(), memory))
            _harmless(lambda: to.report("submitted", key, members_text(self._submission())))
            _harmless(lambda: to.running(key))
            _harmless(memory.begin)
        else:
            self._open.append((_no_reporter, "", 0, PeakMemory()))
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        value: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> Literal[False]:
        to, key, pid, memory = self._open.pop()
        # A child that was forked in the block must not report the end of its parent's job.
        if to is not _no_reporter and pid == os.getpid():
            _harmless(lambda: to.ended(*ending(key, value, memory.end())))
            _harmless(lambda: to.settle(PATIENCE))
        return False

    async def __aenter__(self) -> monitored:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: Optional[Type[BaseException]],
        value: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> Literal[False]:
        return self.__exit__(kind, value, trace)

    def __call__(self, function: F) -> F:
        return _decorated(
            function, lambda *_, **__: monitored(self.name, self.params, self.directory)
        )

    def _submission(self) -> Dict[str, Any]:
        params, own = plain(self.params), rank()
        if own is not None:
            params.setdefault("rank", str(own))
        return {
            "executor": "python",
            "executor_id": str(os.getpid()),
            "job": {
                "name": self.name,
                "runfile": sys.argv[0] if sys.argv and sys.argv[0] else sys.executable,
                "args": [str(word) for word in sys.argv[1:]],
                "params": params,
                "cwd": _cwd(),
            },
        }


@overload
def task(function: F) -> F: ...
@overload
def task(
    function: None = None,
    *,
    name: Optional[str] = None,
    params: Optional[Mapping[str, Any]] = None,
    directory: Optional[str] = None,
) -> Callable[[F], F]: ...
def task(
    function: Optional[F] = None,
    *,
    name: Optional[str] = None,
    params: Optional[Mapping[str, Any]] = None,
    directory: Optional[str] = None,
) -> Any:
    """Records each call of a function as a job: `@jobmon.task`, or `@jobmon.task(name="fit")`.

    The arguments that are text, numbers or booleans become parameters of the job, beside `params`. What the function
    returns and raises does not change. It may be an `async` function or a generator. See `monitored`.
    """

    def decorate(function: F) -> F:
        try:
            signature: Optional[inspect.Signature] = inspect.signature(function)
        except (TypeError, ValueError):
            signature = None

        def piece(*args: Any, **kwargs: Any) -> monitored:
            found: Dict[str, Any] = {}
            if signature is not None:
                try:
                    found = dict(signature.bind(*args, **kwargs).arguments)
                except TypeError:
                    pass  # The call itself raises the error.
            simple = {k: v for k, v in found.items() if isinstance(v, (str, int, float, bool))}
            called = name or getattr(function, "__qualname__", type(function).__name__)
            return monitored(called, {**simple, **dict(params or {})}, directory)

        return _decorated(function, piece)

    return decorate if function is None else decorate(function)


def _decorated(function: F, piece: Callable[..., monitored]) -> F:
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def yields(*args: Any, **kwargs: Any) -> Any:
            with piece(*args, **kwargs):
                return (yield from function(*args, **kwargs))

        return yields  # type: ignore[return-value]

    if inspect.isasyncgenfunction(function):

        @functools.wraps(function)
        async def yields_later(*args: Any, **kwargs: Any) -> Any:
            with piece(*args, **kwargs):
                async for value in function(*args, **kwargs):
                    yield value

        return yields_later  # type: ignore[return-value]

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def runs_later(*args: Any, **kwargs: Any) -> Any:
            with piece(*args, **kwargs):
                return await function(*args, **kwargs)

        return runs_later  # type: ignore[return-value]

    @functools.wraps(function)
    def runs(*args: Any, **kwargs: Any) -> Any:
        with piece(*args, **kwargs):
            return function(*args, **kwargs)

    return runs  # type: ignore[return-value]


def ending(
    key: str, value: Optional[BaseException], used: Mapping[str, Any]
) -> Tuple[str, str, str]:
    """The end of a block by an exception, or by None: the kind of the event, the key, and further members.

    `used`: what the block used, as members of the event.
    """
    if value is None or isinstance(value, GeneratorExit):
        return "complete", key, members_text({**used})
    if isinstance(value, SystemExit) and value.code in (None, 0):
        return "complete", key, members_text({**used})
    if isinstance(value, (KeyboardInterrupt, asyncio.CancelledError)):
        return "cancelled", key, members_text({"cause": "cancelled", **used})
    outcome = {
        "cause": "exit",
        "description": tracebacks.text(value),
        "traceback": tracebacks.structure(value),
        **used,
    }
    return "failed", key, members_text(outcome)


def plain(params: Mapping[str, Any]) -> Dict[str, Any]:
    """The parameters as values of JSON. Other values become text."""
    found: Dict[str, Any] = {}
    for name, value in params.items():
        try:
            found[str(name)[:TEXT_LENGTH]] = _plain(value)
        except Exception:  # __str__ is the user's code.
            found[str(name)] = f"<{type(value).__name__}>"
    return found


def _plain(value: Any) -> Any:
    if value is None or type(value) is bool:
        return value
    # Integers of the ledger have 64 bits. Numbers of numpy become text.
    if type(value) is int and -(2**63) <= value < 2**63:
        return value
    if type(value) is float and math.isfinite(value):
        return value
    return str(value)[:TEXT_LENGTH]


def _cwd() -> Optional[str]:
    try:
        return os.getcwd()
    except OSError:
        return None


def _harmless(act: Callable[[], Any]) -> None:
    # An error in the recording must not reach the program.
    try:
        act()
    except Exception as failure:
        print(f"jobmon: an event could not be recorded: {failure}", file=sys.stderr)


class _NoReporter:
    """Stands for a reporter where nothing is recorded."""


_no_reporter: Any = _NoReporter()
