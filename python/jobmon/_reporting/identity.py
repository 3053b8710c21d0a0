"""This process, as the monitor knows it: who it is, where it runs, and that it is alive."""

from __future__ import annotations

import json
import os
import socket
import threading
import uuid
from typing import Any, Dict, List, Optional

from .._transport.directory import directory_of
from .._transport.private_files import make_folder, open_file
from ..exceptions import JobmonError

BEAT_EVERY = 30.0


def instance_key(directory: str) -> Optional[str]:
    """The key of the instance that this process is a part of, where jobmon runs it for `directory`.

    None for a process that nobody of jobmon's started, or that belongs to another directory.
    """
    key = os.environ.get("JOBMON_INSTANCE")
    named = os.environ.get("JOBMON_DIR")
    if not key or (named and os.path.realpath(directory_of(named)) != os.path.realpath(directory)):
        return None
    return key


def identity(pid: int) -> Dict[str, Any]:
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


def spool(directory: str, event: Dict[str, Any]) -> None:
    """Leaves an event where the monitor, or the next one, takes it in (docs/protocol.md).

    For facts that must not be lost while no monitor can be reached. Raises OSError.
    """
    folder = os.path.join(directory, "spool")
    make_folder(folder)
    whole = {"sender": str(uuid.uuid4()), "seq": 0, **event}
    name = f"{whole['sender']}.{whole['seq']}.json"
    hidden = os.path.join(folder, f".{name}")
    with open(open_file(hidden, os.O_WRONLY | os.O_EXCL), "w", encoding="utf-8") as file:
        json.dump(whole, file)
    os.rename(hidden, os.path.join(folder, name))


class Heart:
    """Says every 30 s that instances of this process are alive, from a thread of its own.

    The thread ends with the process, and the signs of life with it: that is the point of them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._beating: Dict[str, Any] = {}
        self._thread: Optional[threading.Thread] = None
        self._pid = 0

    def start(self, key: str, connection: Any) -> None:
        """From now on the instance is alive, as far as `connection`'s monitor is told."""
        with self._lock:
            self._beating[key] = connection
            if self._thread is None or self._pid != os.getpid():
                self._pid = os.getpid()
                self._thread = threading.Thread(target=self._run, name="jobmon-heart", daemon=True)
                self._thread.start()

    def stop(self, key: str) -> None:
        """The instance is over."""
        with self._lock:
            self._beating.pop(key, None)

    def forget(self) -> None:
        """After a fork: this process is none of those instances."""
        self.__init__()  # type: ignore[misc]

    def _run(self) -> None:
        pause = threading.Event()
        while not pause.wait(BEAT_EVERY):
            with self._lock:
                by_monitor: Dict[int, List[str]] = {}
                connections = {id(one): one for one in self._beating.values()}
                for key, one in self._beating.items():
                    by_monitor.setdefault(id(one), []).append(key)
            for number, keys in by_monitor.items():
                instances = [{"instance_key": key} for key in keys]
                try:
                    connections[number].post_events([{"kind": "heartbeat", "instances": instances}])
                except (JobmonError, OSError):
                    pass  # The next one tells; and an end that is reported is what counts.


heart = Heart()
os.register_at_fork(after_in_child=heart.forget)
