"""The messages between a pool and its workers. They hold only plain values, so they can always be pickled and read."""

from __future__ import annotations

from typing import NamedTuple, Optional

from .._reporting.event_text import members_text

# How the function is called: f(*args, **kwargs), f(item), f(*item).
APPLY, PLAIN, STAR = range(3)


class WorkerDied(RuntimeError):
    """A worker was killed or ended itself during an item; or no worker can start.

    The message names the item, by its index in the call and its arguments, and how the worker ended.
    """


class Settings(NamedTuple):
    """The settings of a pool that its workers need."""

    directory: str
    base: str


class Value(NamedTuple):
    """What an item returned, as a worker sends it to the pool."""

    number: int
    # When the item ended; empty if the worker has reported its end.
    ended: str
    # The pickled value; None if it follows as a message of its own, so that a large value is not copied.
    data: Optional[bytes]
    # What the item used, as members of the event of its end.
    members: str = ""


class Failure(NamedTuple):
    """Why a task has no result."""

    number: int
    # What happened to the item, without its name: "raised ValueError: no data".
    story: str
    # The pickled exception for the caller; None if the pool creates it.
    error: Optional[bytes] = None
    # Why the exception can't be pickled.
    reason: str = ""
    trace: str = ""
    # The exception ended the worker.
    left: bool = False


class StartFailure(NamedTuple):
    """The worker did not start, since its initializer raised."""

    story: str
    trace: str


def not_run(why: str) -> str:
    """The outcome of an item that will not run, as members of an event."""
    return members_text({"cause": "cancelled", "ended_by_us": True, "description": f"not run: {why}"})
