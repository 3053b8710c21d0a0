"""`jobmon.events`: the changes of the ledger, as they happen."""

from __future__ import annotations

import time
from typing import Any, Dict, Iterator, Optional

from .._transport.connection import MonitorConnection
from .._transport.directory import directory_of
from .._transport.event_stream import EventStream
from ..exceptions import CannotConnectToCentralJobMonitor, NoResponseRecieved


def events(
    directory: Optional[str] = None, after: Optional[int] = None, patience: float = 60.0
) -> Iterator[Dict[str, Any]]:
    """Follows the ledger: yields every change as it happens, in order and without gaps.

    Each change is a dict with `sequence`, `kind`, `time` and, where they are known, `jid`, `queue`, `job_instance_id`,
    `status`, `job_status`, `cause`, `error`, or `group` for a group of errors (docs/protocol.md).

    - `after`: the sequence number after which to begin; 0 begins with the first change. None (the default) begins now.
      Keep the last `sequence` to continue there later.
    - `patience`: how many seconds to wait for a monitor that goes away, before `CannotConnectToCentralJobMonitor` is
      raised. It is raised at once when there is no monitor at the beginning and `after` is None.
    """
    stream = EventStream(MonitorConnection(directory_of(directory)), after)
    away_since: Optional[float] = None
    try:
        while True:
            try:
                stream.open()
            except (CannotConnectToCentralJobMonitor, NoResponseRecieved):
                away_since = away_since or time.monotonic()
                if time.monotonic() - away_since >= patience or stream.last is None:
                    raise
                time.sleep(0.5)
                continue
            away_since = None
            yield from stream.changes()
    finally:
        stream.close()
