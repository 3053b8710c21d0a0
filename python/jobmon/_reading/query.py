"""`jobmon.query`: rows of the ledger, by an SQL statement."""

from __future__ import annotations

import importlib
import json
import subprocess
from typing import Any, Dict, List, Optional

from .. import _limits
from .._transport import executable
from .._transport.connection import MonitorConnection
from .._transport.directory import directory_of
from ..exceptions import (
    CannotConnectToCentralJobMonitor,
    NoResponseRecieved,
    RequestRefused,
    problem,
)


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
            "POST", "/v1/query", {"sql": sql, "rows": _limits.QUERY_ROWS}
        )
    except (CannotConnectToCentralJobMonitor, NoResponseRecieved):
        return _query_file(sql, directory)
    if status != 200:
        raise problem(answer, status)
    return answer["columns"], answer["rows"]


def _query_file(sql: str, directory: str) -> "tuple[List[str], List[List[Any]]]":
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
