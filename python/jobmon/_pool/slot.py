"""Memory that a pool shares with its workers: it is still there when a worker was killed."""

from __future__ import annotations

from typing import Any

# What a worker is at, where that is not the number of an item.
STARTING = -1
IDLE = -2

# Who takes a task, where that is not the number of a worker: nobody does, or nobody may any more.
NOBODY = -1
REFUSED = -2


class Slot:
    """What one worker is at. Only the worker writes `at`, and only the pool `confirmed`."""

    def __init__(self, context: Any) -> None:
        self._words = context.RawArray("q", [STARTING, 0])

    @property
    def at(self) -> int:
        """The number of the item that runs, or STARTING, or IDLE."""
        return int(self._words[0])

    @at.setter
    def at(self, state: int) -> None:
        self._words[0] = state

    @property
    def confirmed(self) -> int:
        """How many ends of items, which the worker left to the pool, the pool has recorded."""
        return int(self._words[1])

    @confirmed.setter
    def confirmed(self, count: int) -> None:
        self._words[1] = count


class Taker:
    """The number of the worker that takes a task just now, or NOBODY, or REFUSED. One for all workers of a pool.

    It stays there when the worker is killed in the middle of it.
    """

    def __init__(self, context: Any) -> None:
        self._word = context.RawValue("q", NOBODY)

    @property
    def number(self) -> int:
        return int(self._word.value)

    @number.setter
    def number(self, number: int) -> None:
        self._word.value = number
