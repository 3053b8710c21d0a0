"""The address of a monitor: its directory, or host and port."""

from __future__ import annotations

import os
from typing import Any, Optional

from ._transport.directory import directory_of, read_info
from .exceptions import CannotConnectToCentralJobMonitor


class ConnectionConfig:
    """The address of a monitor, and how long to wait for its answers.

    Give either `monitor_dir`, or both `monitor_host` and `monitor_port`. The secret of the monitor is in its directory:
    with host and port, $JOBMON_DIR (or the default directory) must be that directory. A request may take
    `request_retries` times `request_timeout` milliseconds.
    """

    def __init__(
        self,
        monitor_dir: Optional[str] = None,
        monitor_filename: str = "monitor_info.json",
        monitor_host: Optional[str] = None,
        monitor_port: Optional[int] = None,
        request_retries: int = 3,
        request_timeout: float = 10_000,
    ) -> None:
        self.monitor_dir = directory(monitor_dir, monitor_host, monitor_port)
        self.monitor_filename = monitor_filename
        self.monitor_host = monitor_host
        self.monitor_port = monitor_port
        self.request_retries = request_retries
        self.request_timeout = request_timeout

    def __repr__(self) -> str:
        return f"ConnectionConfig(monitor_dir={self.monitor_dir!r})"


def directory(
    where: Any = None,
    monitor_host: Optional[str] = None,
    monitor_port: Optional[int] = None,
    monitor_connection: Any = None,
) -> str:
    """The monitor's directory, from the arguments of 2017.

    Raises ValueError when they are missing, incomplete or contradictory, and `CannotConnectToCentralJobMonitor` for a
    host and port whose secret is not known.
    """
    place = where if where is not None else monitor_connection
    if where is not None and monitor_connection is not None and where != "":
        raise ValueError("both a directory and monitor_connection were given: leave one out")
    if isinstance(place, ConnectionConfig):
        return place.monitor_dir
    if place == "":
        place = None
    if place is not None and not isinstance(place, (str, os.PathLike)):
        raise ValueError(f"the monitor's directory must be a path, not {type(place).__name__}")
    if place is not None:
        if monitor_host is not None or monitor_port is not None:
            raise ValueError("both a directory and host and port were given: leave one out")
        return directory_of(os.fspath(place))
    if (monitor_host is None) != (monitor_port is None):
        raise ValueError("monitor_host and monitor_port belong together: give both")
    if monitor_host is None:
        if os.environ.get("JOBMON_DIR"):
            return directory_of(None)
        raise ValueError("no monitor is named: give its directory, or set JOBMON_DIR")
    return _of_port(monitor_host, monitor_port)


def _of_port(host: str, port: Any) -> str:
    candidate = directory_of(None)
    try:
        if int(read_info(candidate)["port"]) == int(port):
            return candidate
    except CannotConnectToCentralJobMonitor:
        pass
    raise CannotConnectToCentralJobMonitor(
        f"the secret of the monitor at {host}:{port} is not known",
        "it is in the monitor's directory: give the directory instead, or set JOBMON_DIR to it",
    )
