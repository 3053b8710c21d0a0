"""The end of a pool: sends the last events of its workers, and cancels the items that did not run."""

from __future__ import annotations

import os
from typing import Iterator, List

from .._reporting.event_text import members_text
from .._reporting.reporter import BATCH_BYTES, Reporter
from .._reporting.segment import leftovers
from .._transport.connection import MonitorConnection
from ..exceptions import JobmonError

# Items in one query.
PAGE = 10_000


def forward(directory: str, base: str) -> None:
    """Sends the spooled events of the workers of a pool, which have ended."""
    connection_to = MonitorConnection(directory)
    try:
        for path in leftovers(directory, f"{base}-") or []:
            if os.path.basename(path).startswith(f"{base}-0."):
                continue  # The segments of the pool itself.
            try:
                with open(path, "rb") as file:
                    lines = file.read().split(b"\n")
            except OSError:
                continue  # The monitor has removed it already.
            if all(connection_to.post_lines(some) for some in _pieces(lines[:-1])):
                try:
                    os.unlink(path)
                except OSError:
                    pass
    except (JobmonError, OSError):
        pass  # The monitor reads the spool itself.
    finally:
        connection_to.close()


def _pieces(lines: List[bytes]) -> Iterator[List[bytes]]:
    piece: List[bytes] = []
    size = 0
    for line in lines:
        if piece and size + len(line) > BATCH_BYTES:
            yield piece
            piece, size = [], 0
        piece.append(line)
        size += len(line)
    if piece:
        yield piece


def cancel_open(directory: str, base: str, reporter: Reporter) -> None:
    """Reports the items of a terminated pool that have not ended as cancelled."""
    sql = (
        "select instance_key from job_instance where status in (1, 2) "
        f"and instance_key < '{base}/'"
    )
    why = members_text({"cause": "cancelled", "ended_by_us": True})
    connection_to = MonitorConnection(directory)
    try:
        last = f"{base}."
        while True:
            page = f"{sql} and instance_key > '{last}' order by 1 limit {PAGE}"
            query = {"sql": page, "rows": PAGE}
            status, answer = connection_to.request("POST", "/v1/query", query)
            keys = [row[0] for row in answer["rows"]] if status == 200 else []
            reporter.report_all("cancelled", [(key, why) for key in keys])
            if len(keys) < PAGE:
                return
            last = keys[-1]
    except (JobmonError, OSError):
        pass  # The ledger does not know how they ended.
    finally:
        connection_to.close()
