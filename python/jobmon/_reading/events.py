"""Reading: `events` and `query`."""

from __future__ import annotations

import importlib
import json
import time
from http.client import HTTPException
from typing import Any, Dict, Iterator, List, Optional

from .._transport.connection import MonitorConnection
from .._transport.directory import directory_of
from ..exceptions import (
    CannotConnectToCentralJobMonitor,
    NoResponseRecieved,
    RequestRefused,
    problem,
)

# The monitor says something every 15 s, if only that it is there.
SILENT_AT_MOST = 40.0


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
    connection = MonitorConnection(directory_of(directory))
    last = after
    away_since: Optional[float] = None
    while True:
        path = "/v1/events" if last is None else f"/v1/events?after={last}"
        try:
            stream = connection.open_stream(path, {"Accept": "text/event-stream"}, SILENT_AT_MOST)
        except (CannotConnectToCentralJobMonitor, NoResponseRecieved):
            away_since = away_since or time.monotonic()
            if time.monotonic() - away_since >= patience or last is None:
                raise
            time.sleep(0.5)
            continue
        try:
            name, data = "", ""
            for raw in stream:
                away_since = None
                line = raw.decode("utf-8", "replace").rstrip("\r\n")
                if line.startswith("event:"):
                    name = line[6:].strip()
                elif line.startswith("data:"):
                    data += line[5:].strip()
                elif not line and data:
                    value = json.loads(data)
                    if name == "start":
                        last = value["sequence"]
                    elif name == "change":
                        last = value["sequence"]
                        yield value
                    name, data = "", ""
        except (OSError, HTTPException):
            pass  # The monitor went away; it is looked for again.
        finally:
            stream.close()
        away_since = away_since or time.monotonic()


def query(sql: str, directory: Optional[str] = None, frame: Optional[bool] = None) -> Any:
    """The rows of one read-only SQL statement: a DataFrame where pandas is there, else dicts.

    `frame`: False for a list of dicts in any case, True for a DataFrame or an ImportError. With a
    monitor it is asked; without one the ledger's file is read. Raises `RequestRefused` when the
    statement is wrong, and why.
    """
    columns, rows = _query(sql, directory_of(directory))
    if frame is not False:
        try:
            pandas = importlib.import_module("pandas")
        except ImportError:
            if frame:
                raise
        else:
            return pandas.DataFrame(rows, columns=columns)
    return [dict(zip(columns, row)) for row in rows]


def _query(sql: str, directory: str) -> "tuple[List[str], List[List[Any]]]":
    try:
        status, answer = MonitorConnection(directory).request(
            "POST", "/v1/query", {"sql": sql, "rows": 100_000}
        )
    except (CannotConnectToCentralJobMonitor, NoResponseRecieved):
        return _query_file(sql, directory)
    if status != 200:
        raise problem(answer, status)
    return answer["columns"], answer["rows"]


def _query_file(sql: str, directory: str) -> "tuple[List[str], List[List[Any]]]":
    import subprocess

    from .._transport import executable

    done = subprocess.run(
        [executable.find(), "query", "-d", directory, "--json", sql],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        message = said[0] if said else f"the query failed with exit code {done.returncode}"
        if message.startswith("jobmon: "):
            message = message[len("jobmon: ") :]
        raise RequestRefused(message, " ".join(line.strip() for line in said[1:]))
    rows: List[Dict[str, Any]] = json.loads(done.stdout)
    columns = list(rows[0]) if rows else []
    return columns, [list(row.values()) for row in rows]
