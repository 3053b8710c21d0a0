"""The directory of a monitor, and the file in it by which the monitor is found."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, Optional

from .exceptions import CannotConnectToCentralJobMonitor

Info = Dict[str, Any]


def directory_of(directory: Optional[str] = None) -> str:
    """The absolute path of `directory`, else of $JOBMON_DIR, else of the working directory."""
    named = os.fspath(directory) if directory else os.environ.get("JOBMON_DIR") or "."
    return os.path.abspath(os.path.expanduser(named))


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
