"""Functions of 2017 around the commands of Grid Engine. To run monitored jobs, use a queue (`qmaster`)."""

from __future__ import annotations

import re
from typing import Any, Dict, Optional, Sequence

from ._classic import usage_text
from ._classic.qstat import COLUMNS as COLUMNS
from ._classic.qstat import job_ids, qstat, records, run
from ._classic.qsub import as_list, qsub_command, true_path
from .exceptions import SGENotAvailable

__all__ = [
    "add_holds",
    "convert_wallclock_to_seconds",
    "current_slot_usage",
    "get_branch",
    "get_commit_hash",
    "get_holds",
    "git_dict",
    "job_ids",
    "long_jobs",
    "qdel",
    "qstat",
    "qstat_details",
    "qstat_usage",
    "qsub",
    "qsub_command",
    "reqsub",
    "true_path",
]


def qstat_details(jids: Any) -> Dict[int, Dict[str, Any]]:
    """The output of `qstat -j`: for each job, by number, a dict of names and values."""
    details: Dict[int, Dict[str, Any]] = {}
    current: Dict[str, Any] = {}
    for line in run("qstat", "-j", ",".join(str(jid) for jid in as_list(jids))).splitlines():
        name, colon, value = line.partition(":")
        if not colon or line.startswith("="):
            continue
        # Some names are followed by a task number: "usage    1".
        key = re.sub(r"\s+\d+$", "", name.strip())
        if key == "job_number":
            current = details.setdefault(int(value), {})
            current[key] = int(value)
        else:
            current[key] = value.strip()
    return details


def qstat_usage(jids: Any) -> Dict[int, Dict[str, Any]]:
    """The usage of running jobs: by number, a dict with `usage_str` and its values (cpu, maxvmem, ...)."""
    usage: Dict[int, Dict[str, Any]] = {}
    for jid, info in qstat_details(jids).items():
        text = str(info.get("usage", ""))
        usage[jid] = {"usage_str": text, "nodename": info.get("exec_host_list")}
        for pair in text.split(","):
            name, equals, value = pair.strip().partition("=")
            if equals:
                usage[jid][name] = value
        if "wallclock" in usage[jid]:
            usage[jid]["wallclock"] = convert_wallclock_to_seconds(usage[jid]["wallclock"])
    return usage


def convert_wallclock_to_seconds(wallclock_str: str) -> float:
    """The seconds of `[days:]hours:minutes:seconds`. Raises ValueError for other text."""
    value = usage_text.seconds(wallclock_str)
    if value is None:
        raise ValueError(f"invalid wallclock {wallclock_str!r} (use [days:]hours:minutes:seconds)")
    return value


def long_jobs(hour: int, min: int, sec: int, jobdf: Any = None) -> Any:
    """The jobs of `jobdf`, or of qstat, that have been in their state for at least that time."""
    table = qstat() if jobdf is None else jobdf
    least = hour * 3600 + min * 60 + sec
    if isinstance(table, list):
        return [row for row in table if row["runtime_seconds"] >= least]
    return table[table.runtime_seconds >= least]


def current_slot_usage(user: Optional[str] = None) -> int:
    """The number of slots of a user's running jobs."""
    return sum(int(row["slots"]) for row in records(qstat(user=user, status="r")))


def get_holds(jid: Any) -> str:
    """The numbers of the jobs that a job waits for, separated by commas."""
    details = qstat_details(jid).get(int(jid), {})
    listed = details.get("jid_predecessor_list", details.get("jid_predecessor_list (req)", ""))
    return str(listed).strip().rstrip(",")


def add_holds(jid: Any, hold_jid: Any) -> str:
    """Makes a job wait for one more job. Returns the output of qalter."""
    holds = [hold for hold in get_holds(jid).split(",") if hold]
    if str(hold_jid) not in holds:
        holds.append(str(hold_jid))
    return run("qalter", str(jid), "-hold_jid", ",".join(holds))


def reqsub(job_id: Any) -> str:
    """Puts a running job back into its queue. Returns the output of qmod."""
    return run("qmod", "-r", str(job_id))


def qdel(job_ids: Any) -> str:
    """Deletes jobs. Returns the output of qdel."""
    return run("qdel", *[str(jid) for jid in as_list(job_ids)])


def qsub(
    runfile: str, jobname: str, parameters: Sequence[Any] = (), *more: Any, **options: Any
) -> int:
    """Submits a job and returns its number. `qsub_command` describes the options."""
    printed = run(*qsub_command(runfile, jobname, parameters, *more, **options))
    found = re.search(r"\d+", printed)
    if found is None:
        raise SGENotAvailable(f"qsub printed no job number: {printed.strip()!r}")
    return int(found.group())


def get_commit_hash(dir: str = ".") -> str:
    """The commit of a git working tree."""
    return run("git", "-C", dir, "rev-parse", "HEAD").strip()


def get_branch(dir: str = ".") -> str:
    """The branch of a git working tree."""
    return run("git", "-C", dir, "rev-parse", "--abbrev-ref", "HEAD").strip()


def git_dict(dir: str = ".") -> Dict[str, str]:
    """The branch and the commit of a git working tree: `{"branch": ..., "commit": ...}`."""
    return {"branch": get_branch(dir), "commit": get_commit_hash(dir)}
