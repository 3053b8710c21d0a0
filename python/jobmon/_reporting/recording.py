"""The directory in which this program records its own jobs."""

from __future__ import annotations

import os
import sys
import warnings
from typing import Optional

from .._transport.directory import directory_of

_warned = False


def recording_directory(directory: Optional[str]) -> Optional[str]:
    """`directory`, else $JOBMON_DIR, else the directory of the monitor that this program started last.

    None without any of them: nothing is recorded then. The first time, a warning says so.
    """
    if directory is not None:
        return directory_of(directory)
    if os.environ.get("JOBMON_DIR"):
        return directory_of()
    started = sys.modules.get("jobmon.central_job_monitor")
    if started is not None:
        own = [
            path
            for _, owner, path in started._running.values()
            if owner == os.getpid() or owner == os.getppid()
        ]
        if own:
            return str(own[-1])
    global _warned
    if not _warned:
        _warned = True
        warnings.warn(
            "jobmon: nothing is recorded: set JOBMON_DIR, give directory=, or start a "
            "CentralJobMonitor first",
            RuntimeWarning,
            stacklevel=4,
        )
    return None
