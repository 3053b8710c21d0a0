"""This process, as the monitor knows it: which instance it is, and where it runs."""

from __future__ import annotations

import os
import socket
from typing import Any, Dict, Optional

from .._transport.directory import directory_of


def instance_key(directory: str) -> Optional[str]:
    """The key of the instance that this process is a part of, where jobmon runs it for `directory`.

    None for a process that nobody of jobmon's started, or that belongs to another directory.
    """
    key = os.environ.get("JOBMON_INSTANCE")
    named = os.environ.get("JOBMON_DIR")
    if not key or (named and os.path.realpath(directory_of(named)) != os.path.realpath(directory)):
        return None
    return key


def process_facts(pid: int) -> Dict[str, Any]:
    """Host, boot, and a process with its start, as the event `running` wants them."""
    about: Dict[str, Any] = {"host": socket.gethostname(), "pid": pid}
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            about["boot_id"] = file.read().strip()
        with open(f"/proc/{pid}/stat", "rb") as stat:
            # The name, in parentheses, may hold anything; field 22 is the 20th after it.
            about["pid_started"] = int(stat.read().rpartition(b")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        pass  # They tell processes of one number apart; without them we say less.
    return about
