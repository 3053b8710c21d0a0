"""Memory that a pool shares with its workers. It outlives a worker that is killed."""

from __future__ import annotations

from typing import Any

# The states of a worker that runs no item.
STARTING = -1
IDLE = -2

# The values of a Taker that are not the number of a worker: no worker receives a task; no worker may any more.
NOBODY = -1
REFUSED = -2


class Slot:
    """The state of one worker. Only the worker writes `at`, and only the pool writes `confirmed`."""

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
        """How many ends of items the pool has reported for the worker."""
        return int(self._words[1])

    @confirmed.setter
    def confirmed(self, count: int) -> None:
        self._words[1] = count


class Taker:
    """The number of the worker that is receiving a task, or NOBODY, or REFUSED. All workers of a pool share it.

    When that worker is killed, its number stays here.
    """

    def __init__(self, context: Any) -> None:
        self._word = context.RawValue("q", NOBODY)

    @property
    def number(self) -> int:
        return int(self._word.value)

    @number.setter
    def number(self, number: int) -> None:
        self._word.value = number
