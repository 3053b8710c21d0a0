"""The peak memory of a part of this process: of an item of a `Pool`, of a `monitored` block."""

from __future__ import annotations

import math
import os
import resource
import time
from typing import Any, Dict, Tuple

# What lives shorter, in seconds, is not measured: that would cost more than it tells.
LEAST_SECONDS = 0.1


class PeakMemory:
    """Measures the peak of the resident memory of this process from `begin` to `end`.

    The kernel keeps the peak of each process. With `resets`, it begins again at `begin`, which changes `ru_maxrss` of
    this process too: only for processes that belong to jobmon. Without, or where the kernel can't do that, the peak of
    the process is the most that the part may have had.
    """

    def __init__(self, resets: bool = False, least_seconds: float = LEAST_SECONDS) -> None:
        self._resets = resets
        self._least_seconds = least_seconds
        self._descriptor = -1
        self._owner = 0
        self._began = math.inf
        self._children: Tuple[float, ...] = ()

    def begin(self) -> None:
        """Begins a part."""
        if self._resets:
            self._reset()
        self._children = _children()
        self._began = time.monotonic()

    def end(self) -> Dict[str, Any]:
        """Members of the end of the part: `usage` with its memory; none if it was short, or nothing is known.

        All that is resident counts: files that are mapped, and what the process had before. So it is an upper bound;
        but not if the part had child processes, whose memory is not in it.
        """
        seconds = time.monotonic() - self._began
        self._began = math.inf
        if seconds < self._least_seconds:
            return {}
        peak = _peak()
        if peak <= 0:
            return {}
        usage: Dict[str, Any] = {"memory_peak": peak, "memory_source": "rss"}
        if _children() == self._children:
            usage["memory_bound"] = "at_most"
        return {"usage": usage}

    def _reset(self) -> None:
        # The descriptor of a parent resets the parent.
        if self._owner != os.getpid():
            self._close()
            self._owner = os.getpid()
            try:
                self._descriptor = os.open("/proc/self/clear_refs", os.O_WRONLY | os.O_CLOEXEC)
            except OSError:
                return
        if self._descriptor >= 0:
            try:
                os.write(self._descriptor, b"5")
            except OSError:  # Before Linux 4.0.
                self._close()

    def _close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1


def _peak() -> int:
    """The peak of this process in bytes; 0: not known."""
    try:
        with open("/proc/self/status", "rb") as file:
            for line in file:
                if line.startswith(b"VmHWM:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return 0


def _children() -> Tuple[float, ...]:
    """Changes when this process has waited for a child."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime, used.ru_stime, used.ru_minflt
