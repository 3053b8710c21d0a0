"""Waiting for conditions. The limits only guard against hanging."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_for(what: str, condition: Callable[[], T], within: float = 30) -> T:
    """The first value of `condition` that is true; fails after `within` seconds."""
    end = time.monotonic() + within
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {within:.0f} s in vain: {what} (last: {value!r})")
        time.sleep(0.05)
