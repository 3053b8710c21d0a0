#!/usr/bin/env python3
"""Reads a ledger's file every 100 ms while something writes it, as anybody may, and prints how long after its
status_time the latest row of job_status was first seen. Ends when its standard input ends.

    watch-rows.py LEDGER
"""
import datetime
import select
import sqlite3
import sys
import time

path = sys.argv[1]
seen, rows, worst = 0, 0, 0.0
ended = False
while True:
    begun = time.time()
    try:
        ledger = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=1)
        new = ledger.execute("select id, status_time from job_status where id > ?", (seen,)).fetchall()
        ledger.close()
    except sqlite3.OperationalError:
        new = []
    now = time.time()
    for number, moment in new:
        happened = datetime.datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()
        worst = max(worst, now - happened)
        seen = max(seen, number)
    rows += len(new)
    if ended:
        break
    # What is written last is read once more.
    ended = bool(select.select([sys.stdin], [], [], max(0, 0.1 - (time.time() - begun)))[0])
print(f"a reader every 100 ms saw {rows} rows, the latest {worst * 1000:.0f} ms after it happened")
