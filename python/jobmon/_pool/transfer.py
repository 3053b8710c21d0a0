"""Pickles the items of a `jobmon.Pool`, their values and their exceptions.

An object that can't be pickled or unpickled becomes an exception with the reason. It must not end the thread or process
that reads the messages.
"""

from __future__ import annotations

import io
import pickle
from multiprocessing.pool import MaybeEncodingError, RemoteTraceback  # type: ignore[attr-defined]
from multiprocessing.reduction import ForkingPickler
from typing import Any, Callable, Optional, Sequence, Tuple

from .._reporting import tracebacks

# A larger value may be lost with a worker that is killed while it sends the value.
PLAIN_BYTES = 16 << 10
# The number of characters that are kept of the message of an exception, in a message of ours.
MESSAGE_LENGTH = 800


class TransferError(MaybeEncodingError):  # type: ignore[misc]
    """What an item returned or raised can't be transferred to the caller. The message has the reason.

    In some of these cases `multiprocessing` raises `MaybeEncodingError`; in the others it waits forever.
    """

    def __init__(self, message: str) -> None:
        Exception.__init__(self, message)
        self.message = message

    def __str__(self) -> str:
        return self.message

    def __repr__(self) -> str:
        return f"TransferError({self.message!r})"


class CannotSend(Exception):
    """A task can't be pickled: the reason, and the position of the item (None: the function)."""

    def __init__(self, why: BaseException, position: Optional[int]) -> None:
        super().__init__(why, position)
        self.why = why
        self.position = position


class _Plain(ForkingPickler):
    """Notices whether a value holds other types than the basic ones of Python, which can always be unpickled."""

    plain = True

    def reducer_override(self, obj: Any) -> Any:
        self.plain = False
        return NotImplemented


class _Exceptions(ForkingPickler):
    """Pickles exceptions, also nested ones, so that they are created without `__init__` if that fails.

    It fails if it takes other arguments than those that `Exception.__init__` got.
    """

    def reducer_override(self, obj: Any) -> Any:
        if not isinstance(obj, BaseException):
            return NotImplemented
        reduced = obj.__reduce_ex__(self._protocol)
        if isinstance(reduced, tuple) and reduced and isinstance(reduced[0], type):
            return (_made, (reduced[0], *reduced[1]), *reduced[2:])
        return reduced

    _protocol = pickle.DEFAULT_PROTOCOL


def _made(kind: Any, *args: Any) -> Any:
    try:
        return kind(*args)
    except Exception:
        made = kind.__new__(kind, *args)
        if isinstance(made, BaseException):
            made.args = args
        return made


def pack_task(header: Tuple[Any, ...], function: Any, items: Sequence[Any]) -> memoryview:
    """A task as one message: the header, of plain values; the function; each item.

    Objects that items share are pickled once. Raises `CannotSend`.
    """
    out = io.BytesIO()
    ForkingPickler(out).dump(header)
    pickler = ForkingPickler(out)
    position = None
    try:
        pickler.dump(function)
        for position, item in enumerate(items):  # noqa: B007 - read below, when an item fails
            pickler.dump(item)
    except BaseException as why:  # __reduce__ is the user's code.
        raise CannotSend(why, position) from None
    return out.getbuffer()


def unpack_task(message: bytes) -> Tuple[Tuple[Any, ...], Callable[[], Any]]:
    """The header of a task, and a function that returns the function of the task first, and then each item."""
    source = io.BytesIO(message)
    header = pickle.Unpickler(source).load()
    return header, pickle.Unpickler(source).load


def pack_value(value: Any) -> Tuple[bytes, bool]:
    """A pickled value, and whether it can certainly be unpickled. Raises what pickling raises."""
    out = io.BytesIO()
    pickler = _Plain(out)
    pickler.dump(value)
    data = out.getvalue()
    return data, pickler.plain and len(data) <= PLAIN_BYTES


def pack_exception(error: BaseException) -> Tuple[Optional[bytes], str]:
    """A pickled exception; or None, and the reason why it can't be pickled."""
    out = io.BytesIO()
    try:
        _Exceptions(out).dump(error)
        return out.getvalue(), ""
    except BaseException as why:
        return None, in_words(why)


def read_exception(data: Optional[bytes], reason: str, story: str, trace: str) -> Exception:
    """The exception that an item raised, or a `TransferError` that describes it.

    `story`: the item and what it raised, as text; `reason`: why the exception could not be pickled.
    """
    error: Any = None
    if data is not None:
        try:
            error = pickle.loads(data)
            if not isinstance(error, Exception):
                error, reason = None, f"it is unpickled as {_named(type(error))}"
            else:
                str(error)  # It may fail on an exception that was created without its __init__.
        except BaseException as why:
            error, reason = None, in_words(why)
    if error is None:
        error = TransferError(f"{story}; the exception itself can't be transferred: {reason}")
    try:
        error.__cause__ = remote(trace)
    except Exception:
        pass  # __setattr__ is the user's code.
    return error  # type: ignore[no-any-return]


def remote(trace: str) -> BaseException:
    """A traceback of another process as the cause of an exception, as in `multiprocessing`."""
    return RemoteTraceback(f'\n"""\n{trace}"""')  # type: ignore[no-any-return]


def in_words(error: BaseException) -> str:
    """Type and message of an exception, in one line."""
    message = " ".join(tracebacks.message(error).split())[:MESSAGE_LENGTH]
    name = _named(type(error))
    return f"{name}: {message}" if message else name


def _named(kind: type) -> str:
    return kind.__qualname__
