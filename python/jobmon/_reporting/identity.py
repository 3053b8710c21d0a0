"""How the monitor identifies this process: its instance, host and process id."""

from __future__ import annotations

import os
import socket
from typing import Any, Dict, Optional

from .._transport.directory import directory_of


def instance_key(directory: str) -> Optional[str]:
    """The key of the instance that this process belongs to, if jobmon runs it for `directory`.

    None if jobmon did not start this process, or if it belongs to another directory.
    """
    key = os.environ.get("JOBMON_INSTANCE")
    named = os.environ.get("JOBMON_DIR")
    if not key or (named and os.path.realpath(directory_of(named)) != os.path.realpath(directory)):
        return None
    return key


def process_facts(pid: int) -> Dict[str, Any]:
    """Host, boot id, process id and start time of a process: members of the event `running`."""
    about: Dict[str, Any] = {"host": socket.gethostname(), "pid": pid}
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            about["boot_id"] = file.read().strip()
        with open(f"/proc/{pid}/stat", "rb") as stat:
            # The name, in parentheses, may hold any character. Field 22 is the 20th field after it.
            about["pid_started"] = int(stat.read().rpartition(b")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        pass  # Boot id and start time are optional.
    return about
