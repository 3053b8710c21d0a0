"""What can go wrong, with the names of 2017, and the codes that requests are answered with."""

from __future__ import annotations

import errno
import functools
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, Literal, Optional, Type, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class ReturnCodes:
    """The first member of an answer to a request: OK, and what went wrong otherwise."""

    OK = 0
    INVALID_RESPONSE_FORMAT = 1
    INVALID_ACTION = 2
    GENERIC_ERROR = 3
    NO_RESULTS = 4


class JobmonError(Exception):
    """Whatever this package raises: one sentence that says what is wrong, and what to do.

    `message` is the sentence, `hint` is what to do (empty where there is nothing to say); the text
    of the exception has both.
    """

    def __init__(self, message: str = "", hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class _SystemError(JobmonError, OSError):
    """One that is an `OSError` too, as what it replaces was."""

    _errno = errno.EIO

    def __init__(self, message: str = "", hint: str = "") -> None:
        super().__init__(message, hint)
        # OSError takes two arguments for its number and text.
        self.errno = self._errno
        self.strerror = message


class CannotConnectToCentralJobMonitor(_SystemError, ConnectionError):
    """There is no monitor in the directory, or it is gone, or it wants nothing to do with us.

    An `OSError`, since in 2017 jobs that may run without a monitor caught `IOError`.
    """

    _errno = errno.ECONNREFUSED


class CentralJobMonitorNotAlive(JobmonError):
    """A monitor was started, or is awaited, and does not answer."""


class CentralJobMonitorRunning(JobmonError):
    """The directory has a monitor already; the message names its process and host."""


# Names that 2017 had for the same.
ServerRunning = CentralJobMonitorRunning
MonitorAlreadyRunning = CentralJobMonitorRunning


class NoResponseRecieved(JobmonError):
    """The monitor is there, and did not answer in time. (Spelled as in 2017.)"""


NoResponseReceived = NoResponseRecieved


class RequestRefused(JobmonError):
    """The monitor, or a queue, said no to what was asked of it.

    `code` is the problem's code as docs/protocol.md lists them, `status` the HTTP status (0 where
    it came another way).
    """

    def __init__(self, message: str = "", hint: str = "", code: str = "", status: int = 0) -> None:
        super().__init__(message, hint)
        self.code = code
        self.status = status

    def __reduce__(self) -> Any:
        return (type(self), (self.message, self.hint, self.code, self.status))


class QueueNotAlive(JobmonError):
    """The process that runs the jobs of a queue is gone, or could not be started."""


class InvalidRequest(JobmonError, ValueError, TypeError):
    """What was asked for can't be sent: it is no request, or it is not JSON."""


class SGENotAvailable(JobmonError):
    """A command of the scheduler (qsub, qstat, ...) is not there, or it failed."""


class ExecutableNotFound(_SystemError):
    """The `jobmon` executable, which does the work, is not to be found."""

    _errno = errno.ENOENT


def problem(body: Any, status: int = 0) -> RequestRefused:
    """The exception for a problem as monitors and queues send it (code, message, hint)."""
    if not isinstance(body, dict):
        return RequestRefused(f"the monitor answered with HTTP status {status}", status=status)
    return RequestRefused(
        str(body.get("message") or f"the monitor answered with HTTP status {status}"),
        str(body.get("hint") or ""),
        str(body.get("code") or ""),
        status,
    )


class log_exceptions:
    """Reports whatever is raised inside to the monitor, as the error of `job`, and raises it on.

    For `with log_exceptions(job):` and as a decorator, `@log_exceptions(job)`. The whole
    traceback is sent. When the monitor is away, that is said on the log, and the exception of the
    program itself is raised all the same. `job` is a `jobmon.job.Job` or one of its instances.
    """

    def __init__(self, job: Any) -> None:
        self.job = job

    def __enter__(self) -> Any:
        return self.job

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        value: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> Literal[False]:
        # A program that ends itself in order (sys.exit(0)) has not failed.
        if value is not None and not _ends_in_order(value):
            self._report(value)
        return False

    def __call__(self, function: F) -> F:
        @functools.wraps(function)
        def logged(*args: Any, **kwargs: Any) -> Any:
            with log_exceptions(self.job):
                return function(*args, **kwargs)

        return logged  # type: ignore[return-value]

    def _report(self, value: BaseException) -> None:
        try:
            if hasattr(self.job, "log_exception"):
                self.job.log_exception(value)
            else:
                import traceback

                lines = traceback.format_exception(type(value), value, value.__traceback__)
                self.job.log_error("".join(lines))
        except Exception as failure:
            import logging

            logging.getLogger(__name__).warning("the error could not be reported: %s", failure)


def _ends_in_order(value: BaseException) -> bool:
    return isinstance(value, GeneratorExit) or (
        isinstance(value, SystemExit) and value.code in (None, 0)
    )


if TYPE_CHECKING:
    from .logging_handler import ZmqHandler as ZmqHandler
else:

    def __getattr__(name: str) -> Any:
        # Made from logging.Handler, whose import is not worth it to who only catches exceptions.
        if name == "ZmqHandler":
            from .logging_handler import ZmqHandler

            return ZmqHandler
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
