"""A spool segment: the file to which a process with many events appends them, a line each.

The process holds a lock on the file as long as it appends to it. When the process is killed, the kernel releases the
lock, and the monitor reads what is left (docs/protocol.md, "The spool").
"""

from __future__ import annotations

import fcntl
import os
import time
from typing import List, Optional, Tuple

from .. import _limits
from .._transport.private_files import make_folder, open_file


class Segment:
    """`spool/SENDER.FIRST.jsonl` of a directory. Only one thread at a time may call its methods."""

    def __init__(self, directory: str, sender: str) -> None:
        self._folder = os.path.join(directory, "spool")
        self._sender = sender
        self._file = -1
        # A file that is being closed, and the device and inode of the current one.
        self._closing = -1
        self._identity = (0, 0)
        self._path = ""
        self._size = 0
        self._opened = 0.0
        self._last = -1
        self._acknowledged = -1
        # Closed segments that are not acknowledged: the last sequence number in each, and its path.
        self._closed: List[Tuple[int, str]] = []

    def append(self, lines: bytes, first: int, last: int) -> bool:
        """Appends the events `first` to `last`, whole lines, by one write. They survive this process.

        Returns False if the disk is full.
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
            # The disk is full: remove the incomplete line.
            self._truncate()
            return False
        self._size += written
        self._last = last
        return True

    def acknowledge(self, through: int) -> None:
        """The monitor has recorded all events up to this sequence number. Removes the files that are acknowledged."""
        self._acknowledged = max(self._acknowledged, through)
        while self._closed and self._closed[0][0] <= self._acknowledged:
            _remove(self._closed.pop(0)[1])
        if self._file >= 0 and self._last <= self._acknowledged and self._size > 0:
            self._remove_open()

    def close(self) -> None:
        """Closes the segment. Events that are not acknowledged are left to the monitor."""
        if self._file < 0:
            return
        if self._last <= self._acknowledged:
            self._remove_open()
            return
        self._closed.append((self._last, self._path))
        self._release()

    def abandon(self) -> None:
        """Leaves all events to the monitor, since some of them were not sent and will not be."""
        self._closed = []
        if self._file >= 0:
            self._release()

    def forget(self) -> None:
        """Drops the parent's segment after a fork, so that this process does not keep its lock.

        Another thread of the parent may have been about to close the file. Then its descriptor may belong to another
        file here, such as a pipe.
        """
        for file in {self._file, self._closing} - {-1}:
            try:
                if _identity(file) == self._identity:
                    os.close(file)
            except OSError:
                pass  # It is closed already.
        self._file = self._closing = -1
        self._closed = []

    def _open(self, first: int) -> None:
        make_folder(self._folder)
        name = f"{self._sender}.{first}.jsonl"
        hidden = os.path.join(self._folder, f".{name}")
        file = open_file(hidden, os.O_WRONLY | os.O_APPEND | os.O_EXCL)
        self._identity, self._file = _identity(file), file
        try:
            # Locked before it gets its name, so that no reader sees an open segment without a lock.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._path = os.path.join(self._folder, name)
            os.rename(hidden, self._path)
        except OSError:
            self._release()
            _remove(hidden)
            raise
        self._size, self._opened = 0, time.monotonic()

    def _truncate(self) -> None:
        try:
            os.ftruncate(self._file, self._size)
        except OSError:
            pass  # Readers drop an incomplete last line.

    def _remove_open(self) -> None:
        # Removed while it is locked, since another segment may get its name.
        _remove(self._path)
        self._release()

    def _release(self) -> None:
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
        pass  # The monitor has removed it already.


def leftovers(directory: str, senders: str) -> Optional[List[str]]:
    """The paths of the segments whose sender begins with `senders`; None if there is no spool."""
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
