"""What a pool and its workers tell each other. All of it is plain: it can always be pickled and read."""

from __future__ import annotations

from typing import NamedTuple, Optional

from .._reporting.event_text import members_text

# How the function is called with an item.
APPLY, PLAIN, STAR = range(3)


class WorkerDied(RuntimeError):
    """A worker was killed, or ended itself, in the middle of an item; or no worker can start.

    The text names the item, by its index in the call and its arguments, and how the worker ended.
    """


class Settings(NamedTuple):
    """What a worker must know of its pool."""

    directory: str
    base: str


class Value(NamedTuple):
    """What an item returned, as a worker hands it to the pool."""

    number: int
    # When the item ended; empty where the worker has recorded its end.
    ended: str
    # Pickled. None in a message: it follows as one of its own, so that what is large is not copied.
    data: Optional[bytes]


class Failure(NamedTuple):
    """Why a task has no result, as a worker tells the pool. All of it is plain."""

    number: int
    # What happened to the item, whose name the pool knows: "raised ValueError: no data".
    story: str
    # The exception for the caller, pickled; None where the pool makes it.
    error: Optional[bytes] = None
    # Why it can't be pickled.
    reason: str = ""
    trace: str = ""
    # The worker ended by it.
    left: bool = False


class StartFailure(NamedTuple):
    """The worker did not come up: its initializer raised."""

    story: str
    trace: str


def not_run(why: str) -> str:
    """The outcome of an item that was not run, and will not be."""
    said = {"cause": "cancelled", "ended_by_us": True, "description": f"not run: {why}"}
    return members_text(said)
