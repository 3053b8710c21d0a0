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
    """Every change of the ledger, as it happens, in order and without a gap.

    Each is a dict with `sequence`, `kind`, `time` and, where they are known, `jid`, `queue`,
    `job_instance_id`, `status`, `job_status`, `cause`, `error` (docs/protocol.md). `after`: begins
    after this sequence number; 0: with the first one; None: with what happens from now on. Who
    keeps the last number goes on from there the next time.

    A monitor that goes away is waited for, `patience` seconds; then
    `CannotConnectToCentralJobMonitor`.
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
