"""The end of a pool: what its workers left is handed over, and what did not run is cancelled."""

from __future__ import annotations

import os
from typing import Iterator, List

from .._reporting.event_text import members_text
from .._reporting.reporter import BYTES_AT_MOST, Reporter
from .._reporting.segment import leftovers
from .._transport.connection import MonitorConnection
from ..exceptions import JobmonError

# Items that are asked for at once.
PAGE = 10_000


def forward(directory: str, base: str) -> None:
    """Hands over what lies in the spool from the workers of a pool, which are gone."""
    connection_to = MonitorConnection(directory)
    try:
        for path in leftovers(directory, f"{base}-") or []:
            if os.path.basename(path).startswith(f"{base}-0."):
                continue  # The pool's own.
            try:
                with open(path, "rb") as file:
                    lines = file.read().split(b"\n")
            except OSError:
                continue  # The monitor was quicker.
            if all(connection_to.post_lines(some) for some in _pieces(lines[:-1])):
                try:
                    os.unlink(path)
                except OSError:
                    pass
    except (JobmonError, OSError):
        pass  # The monitor takes the spool in itself.
    finally:
        connection_to.close()


def _pieces(lines: List[bytes]) -> Iterator[List[bytes]]:
    piece: List[bytes] = []
    size = 0
    for line in lines:
        if piece and size + len(line) > BYTES_AT_MOST:
            yield piece
            piece, size = [], 0
        piece.append(line)
        size += len(line)
    if piece:
        yield piece


def cancel_open(directory: str, base: str, reporter: Reporter) -> None:
    """Says of a pool's items that are not over that they will not be: it was terminated."""
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
            reporter.say_all("cancelled", [(key, why) for key in keys])
            if len(keys) < PAGE:
                return
            last = keys[-1]
    except (JobmonError, OSError):
        pass  # They are not over as far as the ledger knows, and that is the truth of it.
    finally:
        connection_to.close()
