"""`jobmon.query`: rows of the ledger by an SQL statement."""

from __future__ import annotations

import importlib
import json
from typing import Any, Dict, List, Optional, Tuple

from .. import _limits
from .._transport.connection import MonitorConnection
from .._transport.directory import directory_of
from ..exceptions import CannotConnectToCentralJobMonitor, NoResponseRecieved, problem


def query(sql: str, directory: Optional[str] = None, frame: Optional[bool] = None) -> Any:
    """Runs one read-only SQL statement. Returns a DataFrame if pandas is installed, else a list of dicts.

    `frame`: False always returns a list of dicts; True raises ImportError without pandas. The monitor answers, or,
    without a monitor, the ledger file is read. Raises `RequestRefused` with the reason when the statement is not valid.
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


def _query(sql: str, directory: str) -> Tuple[List[str], List[List[Any]]]:
    try:
        status, answer = MonitorConnection(directory).request(
            "POST", "/v1/query", {"sql": sql, "rows": _limits.QUERY_ROWS}
        )
    except (CannotConnectToCentralJobMonitor, NoResponseRecieved):
        return _query_file(sql, directory)
    if status != 200:
        raise problem(answer, status)
    return answer["columns"], answer["rows"]


def _query_file(sql: str, directory: str) -> Tuple[List[str], List[List[Any]]]:
    from .._transport.command_output import output  # Its import takes as long as a query.

    rows: List[Dict[str, Any]] = json.loads(output("query", "--json", f"--dir={directory}", sql))
    columns = list(rows[0]) if rows else []
    return columns, [list(row.values()) for row in rows]
