"""Files and folders that only this user can read, whatever the umask is: they hold parameters and output."""

from __future__ import annotations

import os

FILE = 0o600
FOLDER = 0o700


def make_folder(path: str) -> None:
    """Makes a folder and its missing parents with mode 0700. An existing folder keeps its mode.

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
    # A umask such as 0277 takes away rights that the owner needs.
    os.chmod(path, FOLDER)


def open_file(path: str, flags: int) -> int:
    """Opens a file for writing and returns its descriptor. Sets mode 0600, also on an existing file that we own.

    Raises OSError.
    """
    file = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC, FILE)
    try:
        if os.fstat(file).st_mode & 0o777 != FILE:
            os.fchmod(file, FILE)
    except OSError:
        pass  # The file belongs to another user.
    return file
