"""The jobs as the scheduler would see them now, for lists and accounting."""

import copy
import time

from state import new_record


def shown(state, scheduler):
    """The jobs that the scheduler knows. For an id that was reused, the other job is shown."""
    found = []
    for job in state.jobs(scheduler):
        if job.get("forgotten"):
            continue
        foreign = job.get("foreign")
        if foreign:
            job = copy.deepcopy(job)
            job["name"], job["mark"] = foreign["name"], ""
            for task in job["tasks"].values():
                task.update(phase=foreign["phase"], records=[], gone=False, started=foreign["since"], why=None)
                task.setdefault("raw", job["id"])
                task.setdefault("node", "node1")
                if foreign["phase"] == "over":
                    task["records"].append(new_record(task, None, foreign["since"]))
        found.append(job)
    return found


def accounted(record, fault):
    """A record as the accounting shows it now: the record, a copy that is not final yet, or None."""
    age = time.time() - record["made"]
    mode = fault.get("mode")
    young = age < float(fault.get("seconds", 3600))
    if mode == "late" and young:
        return None
    if mode in ("running", "unfinished") and young:
        return dict(record, stage=mode)
    if mode == "midnight":
        day = time.localtime()
        night = time.mktime((day.tm_year, day.tm_mon, day.tm_mday, 0, 0, 0, 0, 0, -1))
        start, end = night - 2, night + 1
        if fault.get("backwards"):
            start, end = end, start
        return dict(record, start=start if record["start"] else None, end=end)
    return record


def elapsed(record):
    return max(0, int(record["end"] - (record["start"] or record["end"])))
