"""A piece of this program as a job of its own: `monitored` and `task`."""

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
from .rank import rank
from .recording import recording_directory
from .reporter import Reporter, reporter

F = TypeVar("F", bound=Callable[..., Any])

PATIENCE = 0.1
# Of a param's text; what is longer is no name for anything.
TEXT_AT_MOST = 1_000


class monitored:
    """Runs what is inside as a job: `with jobmon.monitored(name="fit", params={"year": 1995}):`.

    The monitor knows when it began, that it is alive, and how it ended: COMPLETE at the end of the
    block; FAILED, with the whole traceback, when it is left by an exception, which goes on;
    CANCELLED by KeyboardInterrupt and asyncio's cancellation. With the monitor away, hung or
    missing nothing else about the block changes: what is said is kept in the directory.

    - `name`: what people know it by; else the program's own name.
    - `params`: named values to filter by (`jobmon jobs --param year=1995`). In a process of a
      parallel program (MPI, a step of Slurm) `rank` is one of them.
    - `directory`: the monitor's directory, else $JOBMON_DIR, else that of the CentralJobMonitor
      that this program started; without any of them nothing is recorded.

    A decorator too, and each call is a job then: `@jobmon.monitored(name="fit")`.
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
        self._open: List[Tuple[Reporter, str, int]] = []

    def __enter__(self) -> monitored:
        where = recording_directory(self.directory)
        if where is not None:
            to, key = reporter(where), str(uuid.uuid4())
            self._open.append((to, key, os.getpid()))
            _harmless(lambda: to.say("submitted", key, members_text(self._submission())))
            _harmless(lambda: to.running(key))
        else:
            self._open.append((_nobody, "", 0))
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        value: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> Literal[False]:
        to, key, pid = self._open.pop()
        # A child that was forked meanwhile is not the one whose end this is.
        if to is not _nobody and pid == os.getpid():
            _harmless(lambda: to.ended(*ending(key, value)))
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
    """Makes each call of a function a job: `@jobmon.task`, or `@jobmon.task(name="fit")`.

    Its simple arguments (text, numbers, truth values) are the job's params, beside `params`. What
    the function returns and raises is as without it; `async` functions too. See `monitored`.
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
                    pass  # The call itself will say it better.
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


def ending(key: str, value: Optional[BaseException]) -> Tuple[str, str, str]:
    """What an exception (or none) means: the event's kind, the key, and its further members."""
    if value is None or isinstance(value, GeneratorExit):
        return "complete", key, ""
    if isinstance(value, SystemExit) and value.code in (None, 0):
        return "complete", key, ""
    if isinstance(value, (KeyboardInterrupt, asyncio.CancelledError)):
        return "cancelled", key, members_text({"cause": "cancelled"})
    told = {
        "cause": "exit",
        "description": tracebacks.text(value),
        "traceback": tracebacks.structure(value),
    }
    return "failed", key, members_text(told)


def plain(params: Mapping[str, Any]) -> Dict[str, Any]:
    """Values as JSON has them; what is none becomes its text."""
    found: Dict[str, Any] = {}
    for name, value in params.items():
        try:
            found[str(name)[:TEXT_AT_MOST]] = _plain(value)
        except Exception:  # Their __str__ is anybody's code.
            found[str(name)] = f"<{type(value).__name__}>"
    return found


def _plain(value: Any) -> Any:
    if value is None or type(value) is bool:
        return value
    # The ledger's integers have 64 bits; numpy's numbers become texts.
    if type(value) is int and -(2**63) <= value < 2**63:
        return value
    if type(value) is float and math.isfinite(value):
        return value
    return str(value)[:TEXT_AT_MOST]


def _cwd() -> Optional[str]:
    try:
        return os.getcwd()
    except OSError:
        return None


def _harmless(act: Callable[[], Any]) -> None:
    # Whatever is wrong with the recording, the program is not to feel it.
    try:
        act()
    except Exception as failure:
        print(f"jobmon: a fact could not be recorded: {failure}", file=sys.stderr)


class _Nobody:
    """Stands where nothing is recorded."""


_nobody: Any = _Nobody()
