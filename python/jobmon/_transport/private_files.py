"""Files and folders of this user alone, whatever the umask: params and output are in them."""

from __future__ import annotations

import os

FILE = 0o600
FOLDER = 0o700


def make_folder(path: str) -> None:
    """Makes a folder, 0700, and those above it that are missing. One that is there stays as it is.

    Raises OSError.
    """
    if os.path.isdir(path):
        return
    above = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(above):
        make_folder(above)
    try:
        os.mkdir(path, FOLDER)
    except FileExistsError:
        if not os.path.isdir(path):
            raise
        return
    # A umask may have taken away more than it should.
    os.chmod(path, FOLDER)


def open_file(path: str, flags: int) -> int:
    """Opens a file for writing, which becomes 0600 also where it was there already, if it is ours.

    Returns its descriptor. Raises OSError.
    """
    file = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC, FILE)
    try:
        if os.fstat(file).st_mode & 0o777 != FILE:
            os.fchmod(file, FILE)
    except OSError:
        pass  # Somebody else's.
    return file
