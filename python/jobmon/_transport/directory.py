"""The directory of a monitor, and the file in it that says how to reach the monitor."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, Optional

from ..exceptions import CannotConnectToCentralJobMonitor

Info = Dict[str, Any]

#: The directory that jobmon makes in a folder of the user.
FOLDER = ".jobmon"


def directory_of(directory: Optional[str] = None) -> str:
    """The absolute path of `directory`, else of $JOBMON_DIR, else of the default directory.

    The default is the same as for every command: the working directory if it holds a ledger or `monitor_info.json`;
    else the nearest `.jobmon`, here or in a parent directory; else the working directory.
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
    """Whether the directory belongs to this user and is not writable for everybody."""
    facts = os.stat(directory)
    return facts.st_uid == os.geteuid() and not facts.st_mode & 0o002


def close_to_others(directory: str) -> None:
    """Makes a directory of this user not writable for everybody: the executable refuses one that is.

    Controllers of 2017 made it writable, for the output of their jobs.
    """
    try:
        facts = os.stat(directory)
        if facts.st_mode & 0o002 and facts.st_uid == os.geteuid():
            os.chmod(directory, facts.st_mode & 0o7775)
    except OSError:
        pass  # The next use of the directory reports the error.


def read_info(directory: str) -> Info:
    """How to reach the monitor of a directory, from `monitor_info.json`. The file may be stale: it is only read.

    Raises `CannotConnectToCentralJobMonitor` when the file is missing or can't be read.
    """
    path = os.path.join(directory, "monitor_info.json")
    try:
        with open(path, encoding="utf-8") as file:
            info = json.load(file)
        if not isinstance(info, dict) or not {"address", "port", "secret"} <= info.keys():
            raise ValueError("address, port or secret is missing")
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
    """The hint for an error that says that no monitor runs."""
    return (
        f"start one: jobmon monitor {directory}, or "
        "jobmon.central_job_monitor.CentralJobMonitor in Python"
    )
