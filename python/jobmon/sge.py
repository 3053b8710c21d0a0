"""Grid Engine's own commands, with the functions of 2017. Jobs that jobmon should look after are
better queued: see `qmaster`."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import datetime
from typing import Any, Dict, List, Optional, Sequence

from ._classic import usage_text
from ._classic.qsub import as_list, qsub_command, true_path
from .exceptions import SGENotAvailable

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
# A scheduler that does not answer is not waited for for ever, in seconds.
PATIENCE = 120.0

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


def run(*words: str) -> str:
    """Runs a command and returns its stdout. Raises `SGENotAvailable` with what it said."""
    if shutil.which(words[0]) is None:
        raise SGENotAvailable(
            f"there is no {words[0]} on PATH: Grid Engine is not set up here",
            "source $SGE_ROOT/default/common/settings.sh, or use another executor",
        )
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SGENotAvailable(f"{words[0]} did not answer: {error}") from None
    if done.returncode != 0:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
        raise SGENotAvailable(f"{words[0]} failed (exit code {done.returncode}): {said}")
    return done.stdout.decode("utf-8", "replace")


def qstat(
    status: Optional[str] = None,
    pattern: Optional[str] = None,
    user: Optional[str] = None,
    jids: Optional[Sequence[Any]] = None,
) -> Any:
    """The jobs that Grid Engine has now.

    `status` and `user` are qstat's own filters, `pattern` is a regular expression that the name
    holds, `jids` numbers. Returns a DataFrame with the columns of `COLUMNS` where pandas is
    installed, else a list of dicts. `runtime_seconds` counts from `status_start`.
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


def _read_qstat(said: str, now: datetime) -> List[Dict[str, Any]]:
    rows: List[Dict[str, Any]] = []
    for line in said.splitlines():
        words = line.split()
        # A job: its number, priority, name, user, state, date and time, then queue and slots.
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


def _records(table: Any) -> List[Dict[str, Any]]:
    if isinstance(table, list):
        return table
    records: List[Dict[str, Any]] = table.to_dict(orient="records")
    return records


def job_ids(table: Any) -> List[int]:
    """The numbers of the jobs in what `qstat` returned."""
    return [int(row["job_id"]) for row in _records(table)]


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
    return sum(int(row["slots"]) for row in _records(qstat(user=user, status="r")))


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
