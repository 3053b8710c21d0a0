"""Runs commands of Grid Engine, and reads the table that `qstat` prints."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import datetime
from typing import Any, Dict, List, Optional, Sequence

from ..exceptions import SGENotAvailable

COLUMNS = (
    "job_id",
    "hostname",
    "name",
    "slots",
    "user",
    "status",
    "status_start",
    "runtime",
    "runtime_seconds",
)
TIME = "%m/%d/%Y %H:%M:%S"
# How many seconds to wait for a command.
PATIENCE = 120.0


def run(*words: str) -> str:
    """Runs a command and returns its stdout. Raises `SGENotAvailable` with its message when it fails."""
    if shutil.which(words[0]) is None:
        raise SGENotAvailable(
            f"there is no {words[0]} on PATH: Grid Engine is not set up here",
            "source $SGE_ROOT/default/common/settings.sh, or use another executor",
        )
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SGENotAvailable(f"{words[0]} did not answer: {error}") from None
    if done.returncode != 0:
        message = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
        raise SGENotAvailable(f"{words[0]} failed (exit code {done.returncode}): {message}")
    return done.stdout.decode("utf-8", "replace")


def qstat(
    status: Optional[str] = None,
    pattern: Optional[str] = None,
    user: Optional[str] = None,
    jids: Optional[Sequence[Any]] = None,
) -> Any:
    """The jobs that Grid Engine has at the moment.

    `status` and `user` are the filters of qstat. `pattern` is a regular expression that is searched in the names.
    `jids` are numbers of jobs. Returns a DataFrame with the columns `COLUMNS` if pandas is installed, else a list of
    dicts. `runtime_seconds` counts from `status_start`.
    """
    words = ["qstat", "-r"]
    if status is not None:
        words += ["-s", str(status)]
    if user is not None:
        words += ["-u", str(user)]
    rows = _read_qstat(run(*words), datetime.now())
    if pattern is not None:
        rows = [row for row in rows if re.search(pattern, row["name"])]
    if jids is not None:
        wanted = {int(str(jid).split(".")[0]) for jid in jids}
        rows = [row for row in rows if row["job_id"] in wanted]
    return _table(rows)


def _read_qstat(printed: str, now: datetime) -> List[Dict[str, Any]]:
    rows: List[Dict[str, Any]] = []
    for line in printed.splitlines():
        words = line.split()
        # The line of a job: number, priority, name, user, state, date, time, queue, slots.
        if len(words) >= 8 and words[0].isdigit() and re.match(r"\d+/\d+/\d+$", words[5]):
            began = datetime.strptime(" ".join(words[5:7]), TIME)
            slots = next((word for word in words[7:9] if word.isdigit()), "1")
            rows.append(
                {
                    "job_id": int(words[0]),
                    "hostname": "",
                    "name": words[2],
                    "slots": int(slots),
                    "user": words[3],
                    "status": words[4],
                    "status_start": began.strftime(TIME),
                    "runtime": str(now - began),
                    "runtime_seconds": (now - began).total_seconds(),
                }
            )
        elif rows and line.strip().startswith("Full jobname:"):
            rows[-1]["name"] = line.partition(":")[2].strip()
        elif rows and line.strip().startswith("Master Queue:"):
            rows[-1]["hostname"] = line.partition("@")[2].strip()
    return rows


def _table(rows: List[Dict[str, Any]]) -> Any:
    try:
        import pandas  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError:
        return rows
    return pandas.DataFrame(rows, columns=list(COLUMNS))


def records(table: Any) -> List[Dict[str, Any]]:
    if isinstance(table, list):
        return table
    records: List[Dict[str, Any]] = table.to_dict(orient="records")
    return records


def job_ids(table: Any) -> List[int]:
    """The numbers of the jobs in a result of `qstat`."""
    return [int(row["job_id"]) for row in records(table)]
