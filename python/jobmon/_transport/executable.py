"""Finds the `jobmon` executable, which runs the monitor and the queue."""

from __future__ import annotations

import os
import sys
from typing import Iterator

from ..exceptions import ExecutableNotFound

NAME = "jobmon"


def find() -> str:
    """The path of the executable.

    It is $JOBMON_EXECUTABLE if that is set. Otherwise these places are searched, in this order: beside the interpreter;
    where pip installs the scripts of the wheel (for all users, for this user, or with `pip install --target`); PATH.
    Raises `ExecutableNotFound`.
    """
    named = os.environ.get("JOBMON_EXECUTABLE")
    if named:
        if _is_executable(named):
            return os.path.abspath(named)
        raise ExecutableNotFound(
            f"$JOBMON_EXECUTABLE names {named}, which is not an executable file",
            "set it to the path of the jobmon executable, or unset it",
        )
    looked = []
    for candidate in _candidates():
        if _is_executable(candidate):
            return candidate
        looked.append(os.path.dirname(candidate))
    import shutil

    found = shutil.which(NAME)
    if found:
        return os.path.abspath(found)
    raise ExecutableNotFound(
        f"there is no jobmon executable on PATH, nor in {', '.join(dict.fromkeys(looked))}",
        "install the jobmon wheel with pip, or set JOBMON_EXECUTABLE to the path of the executable",
    )


def _candidates() -> Iterator[str]:
    if sys.executable:
        yield os.path.join(os.path.dirname(os.path.abspath(sys.executable)), NAME)
    import sysconfig

    scripts = sysconfig.get_path("scripts")
    if scripts:
        yield os.path.join(scripts, NAME)
    user = f"{os.name}_user"
    if user in sysconfig.get_scheme_names():
        yield os.path.join(sysconfig.get_path("scripts", user), NAME)
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    yield os.path.join(os.path.dirname(package), "bin", NAME)


def _is_executable(path: str) -> bool:
    return os.path.isfile(path) and os.access(path, os.X_OK)
