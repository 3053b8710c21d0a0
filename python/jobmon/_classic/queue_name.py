"""The name of the queue in which a process registers its jobs."""

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
    """The queue of jobs that this process registers in `directory` without the name of a queue.

    It is the queue that was started there last. Without one, it is a new name, so that no queue runs those jobs.
    """
    with _lock:
        key = (os.getpid(), directory)
        if key not in _names:
            _names[key] = new()
        return _names[key]


def take(directory: str, name: str) -> None:
    """Notes that a queue of that name has started."""
    with _lock:
        _names[os.getpid(), directory] = name


def give_back(directory: str, name: str) -> None:
    """Notes that the queue of that name has ended. Jobs are registered in another one from now on."""
    with _lock:
        if _names.get((os.getpid(), directory)) == name:
            del _names[os.getpid(), directory]


def new() -> str:
    """A new name: the name of the program and random characters.

    Another run of the program gets another name, so it runs its jobs again.
    """
    program = os.path.splitext(os.path.basename(sys.argv[0] if sys.argv else ""))[0]
    readable = re.sub(r"[^A-Za-z0-9_]+", "-", program).strip("-")[:40] or "python"
    return f"{readable}-{uuid.uuid4().hex[:8]}"


def _after_fork() -> None:
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_after_fork)
