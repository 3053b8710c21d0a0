"""The spool of a process that has many facts: a segment, appended to a line each.

docs/protocol.md, "The spool": the owner holds a lock on the segment for as long as it may append;
when the process is killed the lock is free, and the monitor takes in what is left.
"""

from __future__ import annotations

import fcntl
import os
import time
from typing import List, Optional, Tuple

from .. import _limits
from .._transport.private_files import make_folder, open_file


class Segment:
    """`spool/SENDER.FIRST.jsonl` of a directory. Its methods are called by one thread at a time."""

    def __init__(self, directory: str, sender: str) -> None:
        self._folder = os.path.join(directory, "spool")
        self._sender = sender
        self._file = -1
        # A file that is being closed, and which one it is.
        self._closing = -1
        self._identity = (0, 0)
        self._path = ""
        self._size = 0
        self._opened = 0.0
        self._last = -1
        self._acknowledged = -1
        # Closed ones that wait for their acknowledgement, by the last number in each.
        self._closed: List[Tuple[int, str]] = []

    def append(self, lines: bytes, first: int, last: int) -> bool:
        """Adds whole lines, the facts `first` to `last`, by one write: they survive this process.

        False where there is no room.
        """
        if self._file >= 0 and (
            self._size >= _limits.SEGMENT_BYTES
            or time.monotonic() - self._opened > _limits.SEGMENT_SECONDS
        ):
            self.close()
        try:
            if self._file < 0:
                self._open(first)
            written = os.write(self._file, lines)
        except OSError:
            return False
        if written != len(lines):
            # The disk is full: half a line is taken back.
            self._truncate()
            return False
        self._size += written
        self._last = last
        return True

    def acknowledge(self, through: int) -> None:
        """The monitor has everything up to this number."""
        self._acknowledged = max(self._acknowledged, through)
        while self._closed and self._closed[0][0] <= self._acknowledged:
            _remove(self._closed.pop(0)[1])
        if self._file >= 0 and self._last <= self._acknowledged and self._size > 0:
            self._remove_open()

    def close(self) -> None:
        """Nothing more comes into it: what is not acknowledged is left to the monitor."""
        if self._file < 0:
            return
        if self._last <= self._acknowledged:
            self._remove_open()
            return
        self._closed.append((self._last, self._path))
        self._let_go()

    def abandon(self) -> None:
        """Leaves all of it to the monitor: something in it was never sent, and never will be."""
        self._closed = []
        if self._file >= 0:
            self._let_go()

    def forget(self) -> None:
        """After a fork: it is the parent's, whose lock must not live on in here.

        Another thread of the parent may have been about to close it: then its number may be
        something else's here, such as a pipe's.
        """
        for file in {self._file, self._closing} - {-1}:
            try:
                if _identity(file) == self._identity:
                    os.close(file)
            except OSError:
                pass  # It was closed.
        self._file = self._closing = -1
        self._closed = []

    def _open(self, first: int) -> None:
        make_folder(self._folder)
        name = f"{self._sender}.{first}.jsonl"
        hidden = os.path.join(self._folder, f".{name}")
        file = open_file(hidden, os.O_WRONLY | os.O_APPEND | os.O_EXCL)
        self._identity, self._file = _identity(file), file
        try:
            # Locked before it gets its name, so that nobody sees one that is open and unlocked.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._path = os.path.join(self._folder, name)
            os.rename(hidden, self._path)
        except OSError:
            self._let_go()
            _remove(hidden)
            raise
        self._size, self._opened = 0, time.monotonic()

    def _truncate(self) -> None:
        try:
            os.ftruncate(self._file, self._size)
        except OSError:
            pass  # A torn last line is dropped by whoever reads it.

    def _remove_open(self) -> None:
        # It goes while it is locked: another may get its name.
        _remove(self._path)
        self._let_go()

    def _let_go(self) -> None:
        self._closing = self._file
        self._file = -1
        os.close(self._closing)
        self._closing = -1


def _identity(file: int) -> Tuple[int, int]:
    status = os.fstat(file)
    return status.st_dev, status.st_ino


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass  # The monitor was quicker.


def leftovers(directory: str, senders: str) -> Optional[List[str]]:
    """Paths of segments whose sender begins with `senders`."""
    folder = os.path.join(directory, "spool")
    try:
        names = os.listdir(folder)
    except OSError:
        return None
    return [
        os.path.join(folder, name)
        for name in sorted(names)
        if name.startswith(senders) and name.endswith(".jsonl")
    ]
