"""What runs in the workers of a `jobmon.Pool`."""

from __future__ import annotations

import os
from multiprocessing.util import Finalize
from typing import Any, Callable, List, NamedTuple, Optional, Tuple

from ._monitored import ending
from ._reporter import Reporter

# In a worker's slot: it is between two items.
IDLE = -1


def said(number: int) -> int:
    """In a worker's slot: it ends by this item, which has told so itself. Its own inverse."""
    return -2 - number



class WorkerDied(RuntimeError):
    """A worker was killed, or ended itself, in the middle of an item; the job of that says how."""


class Settings(NamedTuple):
    """What a worker must know of its pool."""

    directory: str
    base: str
    initializer: Optional[Callable[..., Any]]
    initargs: Tuple[Any, ...]


_slot: Any = None
_reporter: Optional[Reporter] = None


def main(slot: Any, target: Callable[..., Any], *args: Any) -> None:
    """A worker's life. `slot` is memory that the pool sees: the number of the item that runs."""
    global _slot
    _slot = slot
    target(*args)


def begin(settings: Settings) -> None:
    """Called first in each worker."""
    global _reporter
    _reporter = Reporter(settings.directory, f"{settings.base}-{os.getpid()}")
    # At the end of a worker nothing of atexit is called.
    Finalize(None, _reporter.close, exitpriority=0)
    if settings.initializer is not None:
        settings.initializer(*settings.initargs)


class Item:
    """Runs a function on one item, and says how that went."""

    def __init__(
        self, function: Callable[..., Any], base: str, star: bool = False, apply: bool = False
    ) -> None:
        self.function = function
        self.base = base
        self.star = star
        self.apply = apply

    def __call__(self, numbered: Any) -> Any:
        key = f"{self.base}.{numbered[0]}"
        reporter, slot = _reporter, _slot
        if reporter is None or slot is None:
            # Not in a worker of ours: a subclass that starts its own.
            return self._call(numbered)
        slot.value, pid = numbered[0], os.getpid()
        reporter.running(key)
        try:
            value = self._call(numbered)
        except BaseException as error:
            if pid != os.getpid():
                raise  # A child that the item forked: it is not the one whose end this is.
            reporter.ended(*ending(key, error))
            # By what is no Exception the worker ends, and its caller would wait for ever.
            slot.value = IDLE if isinstance(error, Exception) else said(numbered[0])
            raise
        reporter.ended("complete", key)
        slot.value = IDLE
        return value

    def _call(self, numbered: Any) -> Any:
        if self.apply:
            return self.function(*numbered[1], **numbered[2])
        if self.star:
            return self.function(*numbered[1])
        return self.function(numbered[1])


class Chunk:
    """Runs a function on several items, for `imap` with a chunk size."""

    def __init__(self, item: Item) -> None:
        self.item = item

    def __call__(self, chunk: List[Any]) -> List[Any]:
        return [self.item(numbered) for numbered in chunk]
