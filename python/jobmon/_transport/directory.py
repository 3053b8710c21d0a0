"""The directory of a monitor, and the file in it by which the monitor is found."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, Optional

from ..exceptions import CannotConnectToCentralJobMonitor

Info = Dict[str, Any]


#: The directory that jobmon makes for itself in a folder of the user's.
FOLDER = ".jobmon"


def directory_of(directory: Optional[str] = None) -> str:
    """The absolute path of `directory`, else of $JOBMON_DIR, else of the one that is found.

    As for every command: the working directory if it holds a ledger or its monitor, else the nearest
    `.jobmon`, here or in a parent directory; where there is none, the working directory.
    """
    named = os.fspath(directory) if directory else os.environ.get("JOBMON_DIR")
    return os.path.abspath(os.path.expanduser(named)) if named else _found() or os.getcwd()


def _found() -> Optional[str]:
    here = os.getcwd()
    for name in ("job_monitor.sqlite", "monitor_info.json"):
        if os.path.isfile(os.path.join(here, name)) and _is_trusted(here):
            return here
    device = os.stat(here).st_dev
    folder = here
    while os.stat(folder).st_dev == device:
        candidate = os.path.join(folder, FOLDER)
        if os.path.isdir(candidate) and _is_trusted(candidate):
            return candidate
        parent = os.path.dirname(folder)
        if parent == folder:
            break
        folder = parent
    return None


def _is_trusted(directory: str) -> bool:
    """Whether it belongs to this user, and nobody else could have put it there."""
    facts = os.stat(directory)
    return facts.st_uid == os.geteuid() and not facts.st_mode & 0o002


def close_to_others(directory: str) -> None:
    """Takes the right to write away from everybody: a directory that has it is refused.

    Controllers of 2017 gave it, for their jobs' output. One of another user's stays as it is.
    """
    try:
        facts = os.stat(directory)
        if facts.st_mode & 0o002 and facts.st_uid == os.geteuid():
            os.chmod(directory, facts.st_mode & 0o7775)
    except OSError:
        pass  # Whoever needs the directory says what is wrong with it.


def read_info(directory: str) -> Info:
    """Where the monitor of a directory is found. The file may be stale: nobody is asked.

    Raises `CannotConnectToCentralJobMonitor` where there is none, or what is there can't be read.
    """
    path = os.path.join(directory, "monitor_info.json")
    try:
        with open(path, encoding="utf-8") as file:
            info = json.load(file)
        if not isinstance(info, dict) or not {"address", "port", "secret"} <= info.keys():
            raise ValueError("address, port and secret are not all in it")
        return info
    except FileNotFoundError:
        raise CannotConnectToCentralJobMonitor(
            f"no monitor was started in {directory}: there is no monitor_info.json",
            start_hint(directory),
        ) from None
    except (OSError, ValueError) as error:
        raise CannotConnectToCentralJobMonitor(
            f"{path} can't be read: {error}", "it belongs to the user who started the monitor"
        ) from None


def start_hint(directory: str) -> str:
    """What to do where there is no monitor."""
    return (
        f"start one: jobmon monitor {directory}, or "
        "jobmon.central_job_monitor.CentralJobMonitor in Python"
    )
