"""A lock between processes that is released when the process that holds it is killed."""

from __future__ import annotations

import fcntl
import os
import tempfile
import threading
from multiprocessing import context, reduction
from multiprocessing.util import Finalize
from typing import Any


class FileLock:
    """Replaces the `Lock` of a `SimpleQueue`, whose semaphore a killed process never releases.

    It is a record lock of the kernel on a file without a name. Such a lock belongs to a process, and its threads share
    it. In the process that created this object, a second lock excludes the threads from each other.
    """

    def __init__(self) -> None:
        self._take(_nameless_file())

    def _take(self, file: int) -> None:
        self._file = file
        self._owner = os.getpid()
        self._threads = threading.Lock()
        Finalize(self, os.close, args=(file,))

    def acquire(self, seconds: float = -1) -> bool:
        """Waits for other processes, and for other threads of this process at most `seconds` (-1: without limit).

        Returns False if another thread still holds the lock then.
        """
        if os.getpid() == self._owner and not self._threads.acquire(timeout=seconds):
            return False
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        return True

    def release(self) -> None:
        """Releases the lock."""
        fcntl.lockf(self._file, fcntl.LOCK_UN)
        if os.getpid() == self._owner:
            self._threads.release()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: Any) -> None:
        self.release()

    def __getstate__(self) -> Any:
        context.assert_spawning(self)
        return reduction.DupFd(self._file)

    def __setstate__(self, state: Any) -> None:
        self._take(state.detach())


def _nameless_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("jobmon-pool-lock")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
