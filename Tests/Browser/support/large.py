"""A directory of 200,000 jobs: those that fail, and a few that work, are recorded by a real monitor; the others are
copies of these in its ledger, since to record them takes half a minute."""

from __future__ import annotations

import sqlite3

from .directory import Directory
from .events import life

FAILED = 1500
CAUSES = [
    "MemoryError: Unable to allocate 2.4 GiB", "ValueError: could not convert string to float: 'n/a'",
    "FileNotFoundError: [Errno 2] No such file or directory: '/data/in.csv'", "KeyError: 'temperature'",
    "ZeroDivisionError: division by zero", "PermissionError: [Errno 13] Permission denied: '/data/out'",
    "RuntimeError: solver did not converge", "OSError: [Errno 28] No space left on device",
    "TimeoutError: no answer from the database", "ImportError: No module named 'netCDF4'",
    "IndexError: list index out of range", "AssertionError: mass is not conserved",
]
TRACE = 'Traceback (most recent call last):\n  File "model.py", line {line}, in <module>\n    run()\n{cause}\n'


def make_large(directory: Directory, jobs: int = 200_000) -> None:
    """Makes the ledger; no monitor runs afterwards."""
    directory.serve()
    events = []
    for number in range(FAILED + 500):
        fails = number < FAILED
        # The first cause has most jobs: 400, of which the fewest has 100.
        cause = 0 if number < 400 else 1 + number % (len(CAUSES) - 1)
        events += life(
            "model.py", f"n{number % 40 + 1:02}", -3600 + number, 30 + number % 17,
            stderr=TRACE.format(line=10 + cause, cause=CAUSES[cause]) if fails else None,
            job={"params": {"year": 1990 + number % 30, "site": f"s{number % 50}"}, "resources": {"memory": 4 << 30}},
            reference={"queue": "models", "job_key": f"k{number}"})
    for start in range(0, len(events), 3000):
        directory.post(events[start:start + 3000])
    directory.jobmon("stop")
    assert directory.monitor is not None
    directory.monitor.wait(30)
    ledger = sqlite3.connect(directory.path / "job_monitor.sqlite", isolation_level=None)
    ledger.execute("BEGIN")
    made, step = FAILED + 500, 500
    while made < jobs:
        step = min(step, jobs - made)
        copy(ledger, step, made)
        made += step
        step = made - FAILED
    ledger.execute("UPDATE tally SET count = count + ? WHERE queue IN ('', 'models') AND count = 500",
                   (jobs - FAILED - 500,))
    ledger.execute("COMMIT")
    ledger.close()


def copy(ledger: sqlite3.Connection, count: int, to: int) -> None:
    """Copies the first complete jobs, with their attempts, behind the job of number `to`."""
    shift = to - FAILED
    for table in ("job", "job_instance", "job_status", "job_param"):
        names = [row[1] for row in ledger.execute(f"PRAGMA table_info({table})")]
        moved = {"jid": f"jid + {shift}", "job_instance_id": f"job_instance_id + {shift}",
                 "latest_instance_id": f"latest_instance_id + {shift}", "id": f"id + {3 * shift}",
                 "job_key": f"'c' || (jid + {shift})", "instance_key": f"'c' || (job_instance_id + {shift})"}
        values = ", ".join(moved.get(name, name) for name in names)
        where = f"jid BETWEEN {FAILED + 1} AND {FAILED + count}"
        ledger.execute(f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} WHERE {where}")
