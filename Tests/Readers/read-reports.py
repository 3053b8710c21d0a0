#!/usr/bin/env python3
"""Reads the reports of a directory like any CSV reader, removes the ' from defused texts, and compares every row with
the ledger.

    read-reports.py LEDGER DIRECTORY
"""
import csv
import re
import sqlite3
import sys

ledger, directory = sys.argv[1:]
database = sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)
database.row_factory = sqlite3.Row
DEFUSED = re.compile(r"'+[=+\-@\t\r]")


def rows(name):
    with open(f"{directory}/{name}", newline="", encoding="utf-8") as file:
        text = file.read()
    assert text.endswith("\r\n"), "no CRLF at the end"
    found = list(csv.DictReader(text.splitlines(keepends=True), strict=True))
    for row in found:
        assert None not in row and None not in row.values(), f"a row of another length: {row}"
        for column, value in row.items():
            # No text may look like a formula. Numbers have no sign here.
            assert not re.match(r"[=+\-@\t\r]", value), f"{column} can be a formula: {value!r}"
            if DEFUSED.match(value):
                row[column] = value[1:]
    return found


def same(found, wanted, where):
    assert len(found) == len(wanted), f"{where}: {len(found)} rows, not {len(wanted)}"
    for row, true in zip(found, wanted):
        assert set(row) == set(true.keys()), f"{where}: {set(row) ^ set(true.keys())}"
        for column in row:
            value = true[column]
            if isinstance(value, float):
                assert abs(float(row[column]) - value) < 1e-9, f"{where}, {column}: {row[column]} is not {value}"
            else:
                text = "" if value is None else str(value)
                assert row[column] == text, f"{where}, {column}: {row[column]!r} is not {text!r}"


same(
    rows("job_report.csv"),
    database.execute(
        """
        select i.job_instance_id, j.jid, j.queue, j.name, j.params, j.runfile, j.args, j.cwd, sj.label as job_status,
            j.attempts, j.max_attempts, i.retry_number, i.executor, i.executor_id, si.label as status, i.cause,
            i.exit_code, i.signal, i.host, i.pid, i.submitted_date, i.started_date, i.finished_date, i.wallclock, i.cpu,
            i.maxrss, i.maxrss_at_most, i.memory_peak, i.memory_source, i.memory_bound, i.io_read, i.io_written,
            i.stdout_path, i.stderr_path, e.description as error
        from job_instance i join job j using (jid) join status sj on sj.id = j.status join status si on si.id = i.status
            left join error e using (job_instance_id) order by 1
        """
    ).fetchall(),
    "job_report.csv",
)
same(
    rows("job_status_report.csv"),
    database.execute(
        """
        select x.id, x.jid, x.job_instance_id, j.name, s.label as status, x.status_time, x.recorded_time
        from job_status x join job j using (jid) join status s on s.id = x.status order by 1
        """
    ).fetchall(),
    "job_status_report.csv",
)
print("the reports are the ledger")
