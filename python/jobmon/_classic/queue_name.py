"""The name of the queue that a process registers its jobs in."""

from __future__ import annotations

import os
import re
import sys
import threading
import uuid
from typing import Dict, Tuple

_lock = threading.Lock()
_names: Dict[Tuple[int, str], str] = {}


def of_process(directory: str) -> str:
    """The queue of jobs that this process registers in `directory` without naming another one.

    It is the queue that was started there last. Where none was, it is a name that nobody has, so
    that nothing runs what is only registered.
    """
    with _lock:
        key = (os.getpid(), directory)
        if key not in _names:
            _names[key] = new()
        return _names[key]


def take(directory: str, name: str) -> None:
    """A queue of that name has started."""
    with _lock:
        _names[os.getpid(), directory] = name


def give_back(directory: str, name: str) -> None:
    """The queue of that name is over: jobs are registered elsewhere from now on."""
    with _lock:
        if _names.get((os.getpid(), directory)) == name:
            del _names[os.getpid(), directory]


def new() -> str:
    """A name that nobody has: the program's, and something of its own.

    Another run of the same program has another one, so that it runs its jobs again.
    """
    program = os.path.splitext(os.path.basename(sys.argv[0] if sys.argv else ""))[0]
    readable = re.sub(r"[^A-Za-z0-9_]+", "-", program).strip("-")[:40] or "python"
    return f"{readable}-{uuid.uuid4().hex[:8]}"


def _after_fork() -> None:
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_after_fork)
