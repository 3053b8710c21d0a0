"""The exceptions of this package, with the names of 2017, and the return codes of requests."""

from __future__ import annotations

import errno
import functools
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, Literal, Optional, Type, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class ReturnCodes:
    """The first item of an answer to a request: OK, or a kind of error."""

    OK = 0
    INVALID_RESPONSE_FORMAT = 1
    INVALID_ACTION = 2
    GENERIC_ERROR = 3
    NO_RESULTS = 4


class JobmonError(Exception):
    """The base of all exceptions of this package.

    `message` says what is wrong. `hint` says what to do, and may be empty. The text of the exception has both.
    """

    def __init__(self, message: str = "", hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class _SystemError(JobmonError, OSError):
    """An exception that is an `OSError` as well, for programs that catch that."""

    _errno = errno.EIO

    def __init__(self, message: str = "", hint: str = "") -> None:
        super().__init__(message, hint)
        # OSError takes two arguments for its number and text.
        self.errno = self._errno
        self.strerror = message


class CannotConnectToCentralJobMonitor(_SystemError, ConnectionError):
    """No monitor runs for the directory, or it can't be reached, or it refuses the secret.

    It is an `OSError`, since jobs of 2017 that may run without a monitor catch `IOError`.
    """

    _errno = errno.ECONNREFUSED


class CentralJobMonitorNotAlive(JobmonError):
    """A monitor did not start, or does not answer."""


class CentralJobMonitorRunning(JobmonError):
    """The directory has a monitor already. The message names its process and host."""


# Names of 2017 for the same exception.
ServerRunning = CentralJobMonitorRunning
MonitorAlreadyRunning = CentralJobMonitorRunning


class NoResponseRecieved(JobmonError):
    """The monitor did not answer in time. (Spelled as in 2017.)"""


NoResponseReceived = NoResponseRecieved


class RequestRefused(JobmonError):
    """The monitor, a queue or a command refused a request.

    `code` is the code of the problem (docs/protocol.md, "Problems"), `status` the HTTP status. They are "" and 0 if the
    answer did not come by HTTP.
    """

    def __init__(self, message: str = "", hint: str = "", code: str = "", status: int = 0) -> None:
        super().__init__(message, hint)
        self.code = code
        self.status = status

    def __reduce__(self) -> Any:
        return (type(self), (self.message, self.hint, self.code, self.status))


class QueueNotAlive(JobmonError):
    """The process that runs the jobs of a queue has ended, or could not be started."""


class InvalidRequest(JobmonError, ValueError, TypeError):
    """A request can't be sent, since it is not JSON."""


class SGENotAvailable(JobmonError):
    """A command of Grid Engine (qsub, qstat, ...) is missing, or failed."""


class ExecutableNotFound(_SystemError):
    """The `jobmon` executable was not found."""

    _errno = errno.ENOENT


def problem(body: Any, status: int = 0) -> RequestRefused:
    """The exception for a problem (code, message, hint) that a monitor or a queue sent."""
    if not isinstance(body, dict):
        return RequestRefused(f"the monitor answered with HTTP status {status}", status=status)
    return RequestRefused(
        str(body.get("message") or f"the monitor answered with HTTP status {status}"),
        str(body.get("hint") or ""),
        str(body.get("code") or ""),
        status,
    )


class log_exceptions:
    """Reports an exception that is raised inside as an error of `job`, with the whole traceback, and raises it on.

    Use it as `with log_exceptions(job):`, or as a decorator, `@log_exceptions(job)`. When the monitor can't be reached,
    a warning is logged; the exception is raised on in any case. `job` is a `jobmon.job.Job` or one of its instances.
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
        # A program that ends itself by sys.exit(0) has not failed.
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
        # Imported at its first use: it imports logging, which takes long.
        if name == "ZmqHandler":
            from .logging_handler import ZmqHandler

            return ZmqHandler
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
