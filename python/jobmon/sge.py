"""Grid Engine's own commands, with the functions of 2017. Jobs that jobmon should look after are
better queued: see `qmaster`."""

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
    """What `qstat -j` says of jobs: by number, a dict of its names and values."""
    details: Dict[int, Dict[str, Any]] = {}
    current: Dict[str, Any] = {}
    for line in run("qstat", "-j", ",".join(str(jid) for jid in as_list(jids))).splitlines():
        name, colon, value = line.partition(":")
        if not colon or line.startswith("="):
            continue
        # Task numbers stand behind some names: "usage    1".
        key = re.sub(r"\s+\d+$", "", name.strip())
        if key == "job_number":
            current = details.setdefault(int(value), {})
            current[key] = int(value)
        else:
            current[key] = value.strip()
    return details


def qstat_usage(jids: Any) -> Dict[int, Dict[str, Any]]:
    """What running jobs have used: by number, `usage_str` and what it says (cpu, maxvmem, ...)."""
    usage: Dict[int, Dict[str, Any]] = {}
    for jid, info in qstat_details(jids).items():
        said = str(info.get("usage", ""))
        usage[jid] = {"usage_str": said, "nodename": info.get("exec_host_list")}
        for pair in said.split(","):
            name, equals, value = pair.strip().partition("=")
            if equals:
                usage[jid][name] = value
        if "wallclock" in usage[jid]:
            usage[jid]["wallclock"] = convert_wallclock_to_seconds(usage[jid]["wallclock"])
    return usage


def convert_wallclock_to_seconds(wallclock_str: str) -> float:
    """Seconds of `[days:]hours:minutes:seconds`. Raises ValueError for what is none."""
    value = usage_text.seconds(wallclock_str)
    if value is None:
        raise ValueError(f"{wallclock_str!r} is no wallclock: [days:]hours:minutes:seconds")
    return value


def long_jobs(hour: int, min: int, sec: int, jobdf: Any = None) -> Any:
    """The jobs of `jobdf`, or of qstat, that have been in their state at least so long."""
    table = qstat() if jobdf is None else jobdf
    least = hour * 3600 + min * 60 + sec
    if isinstance(table, list):
        return [row for row in table if row["runtime_seconds"] >= least]
    return table[table.runtime_seconds >= least]


def current_slot_usage(user: Optional[str] = None) -> int:
    """How many slots the running jobs of a user have."""
    return sum(int(row["slots"]) for row in records(qstat(user=user, status="r")))


def get_holds(jid: Any) -> str:
    """The jobs that a job waits for: numbers with commas between them."""
    details = qstat_details(jid).get(int(jid), {})
    listed = details.get("jid_predecessor_list", details.get("jid_predecessor_list (req)", ""))
    return str(listed).strip().rstrip(",")


def add_holds(jid: Any, hold_jid: Any) -> str:
    """Makes a job wait for one more; returns what qalter says."""
    holds = [hold for hold in get_holds(jid).split(",") if hold]
    if str(hold_jid) not in holds:
        holds.append(str(hold_jid))
    return run("qalter", str(jid), "-hold_jid", ",".join(holds))


def reqsub(job_id: Any) -> str:
    """Puts a running job back into its queue; returns what qmod says."""
    return run("qmod", "-r", str(job_id))


def qdel(job_ids: Any) -> str:
    """Deletes jobs; returns what qdel says."""
    return run("qdel", *[str(jid) for jid in as_list(job_ids)])


def qsub(
    runfile: str, jobname: str, parameters: Sequence[Any] = (), *more: Any, **options: Any
) -> int:
    """Submits a job and returns its number. See `qsub_command` for the options."""
    said = run(*qsub_command(runfile, jobname, parameters, *more, **options))
    found = re.search(r"\d+", said)
    if found is None:
        raise SGENotAvailable(f"qsub said no job number: {said.strip()!r}")
    return int(found.group())


def get_commit_hash(dir: str = ".") -> str:
    """The commit that a git working tree is at."""
    return run("git", "-C", dir, "rev-parse", "HEAD").strip()


def get_branch(dir: str = ".") -> str:
    """The branch that a git working tree is on."""
    return run("git", "-C", dir, "rev-parse", "--abbrev-ref", "HEAD").strip()


def git_dict(dir: str = ".") -> Dict[str, str]:
    """Both: `{"branch": ..., "commit": ...}`."""
    return {"branch": get_branch(dir), "commit": get_commit_hash(dir)}
