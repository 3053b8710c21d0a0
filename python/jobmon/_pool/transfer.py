"""How the items of a `jobmon.Pool`, and what they return and raise, get from process to process.

What can't be pickled, or can't be unpickled, becomes an exception that says so: in neither process
may it end what reads the messages of all.
"""

from __future__ import annotations

import io
import pickle
from multiprocessing.pool import MaybeEncodingError, RemoteTraceback  # type: ignore[attr-defined]
from multiprocessing.reduction import ForkingPickler
from typing import Any, Callable, Optional, Sequence, Tuple

from .._reporting import tracebacks

# What is larger may be lost on its way, with a worker that is killed while it sends it.
PLAIN_BYTES_AT_MOST = 16 << 10
WORDS_AT_MOST = 800


class TransferError(MaybeEncodingError):  # type: ignore[misc]
    """What an item returned or raised can't be transferred to the caller; the text says why.

    `multiprocessing` has `MaybeEncodingError` for some of these, and waits for ever at the others.
    """

    def __init__(self, message: str) -> None:
        Exception.__init__(self, message)
        self.message = message

    def __str__(self) -> str:
        return self.message

    def __repr__(self) -> str:
        return f"TransferError({self.message!r})"


class CannotSend(Exception):
    """A task can't be pickled: why, and at which of its items (None: at the function)."""

    def __init__(self, why: BaseException, position: Optional[int]) -> None:
        super().__init__(why, position)
        self.why = why
        self.position = position


class _Plain(ForkingPickler):
    """Sees whether there is anything in it that takes more than Python's own types to be read."""

    plain = True

    def reducer_override(self, obj: Any) -> Any:
        self.plain = False
        return NotImplemented


class _Exceptions(ForkingPickler):
    """Exceptions, also inside others, are made again without `__init__` where that refuses.

    An `__init__` with other arguments than the ones that `Exception` got is the usual fault.
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
    """A task as one message: `header`, of plain values; the function; then item by item.

    What items share is in it once. Raises `CannotSend`.
    """
    out = io.BytesIO()
    ForkingPickler(out).dump(header)
    pickler = ForkingPickler(out)
    position = None
    try:
        pickler.dump(function)
        for position, item in enumerate(items):  # noqa: B007 - read below, when an item fails
            pickler.dump(item)
    except BaseException as why:  # Their __reduce__ is anybody's code.
        raise CannotSend(why, position) from None
    return out.getbuffer()


def unpack_task(message: bytes) -> Tuple[Tuple[Any, ...], Callable[[], Any]]:
    """The header of a task, and what reads the function, and then item by item."""
    source = io.BytesIO(message)
    header = pickle.Unpickler(source).load()
    return header, pickle.Unpickler(source).load


def pack_value(value: Any) -> Tuple[bytes, bool]:
    """A value pickled, and whether it can certainly be read. Raises whatever pickling raises."""
    out = io.BytesIO()
    pickler = _Plain(out)
    pickler.dump(value)
    data = out.getvalue()
    return data, pickler.plain and len(data) <= PLAIN_BYTES_AT_MOST


def pack_exception(error: BaseException) -> Tuple[Optional[bytes], str]:
    """An exception pickled; or None, and why it can't be."""
    out = io.BytesIO()
    try:
        _Exceptions(out).dump(error)
        return out.getvalue(), ""
    except BaseException as why:
        return None, in_words(why)


def read_exception(data: Optional[bytes], reason: str, story: str, trace: str) -> Exception:
    """The exception that an item raised, else one that says what it was.

    `story`: the item and what it raised, in words; `reason`: why it could not be pickled.
    """
    error: Any = None
    if data is not None:
        try:
            error = pickle.loads(data)
            if not isinstance(error, Exception):
                error, reason = None, f"it is unpickled as {_named(type(error))}"
            else:
                str(error)  # One that was made without its __init__ may lack what that needs.
        except BaseException as why:
            error, reason = None, in_words(why)
    if error is None:
        error = TransferError(f"{story}; the exception itself can't be transferred: {reason}")
    try:
        error.__cause__ = remote(trace)
    except Exception:
        pass  # Their __setattr__ is anybody's code.
    return error  # type: ignore[no-any-return]


def remote(trace: str) -> BaseException:
    """A traceback of another process as the cause of an exception, as `multiprocessing` has it."""
    return RemoteTraceback(f'\n"""\n{trace}"""')  # type: ignore[no-any-return]


def in_words(error: BaseException) -> str:
    """Type and message of an exception, in one line."""
    message = " ".join(tracebacks.message(error).split())[:WORDS_AT_MOST]
    name = _named(type(error))
    return f"{name}: {message}" if message else name


def _named(kind: type) -> str:
    return kind.__qualname__
