"""Jobs of other hosts, as their events: what a cluster would report."""

from __future__ import annotations

import datetime
import uuid
from typing import Any


def moment(seconds: float) -> str:
    """A time, by its distance from now."""
    when = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    return when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def life(name: str, host: str, begin: float, seconds: float | None, *, stderr: str | None = None,
         outcome: dict[str, Any] | None = None, job: dict[str, Any] | None = None,
         reference: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The events of a job that began `begin` seconds from now and took `seconds` (None: it runs); it failed if it has a
    stderr."""
    key = str(uuid.uuid4())
    events: list[dict[str, Any]] = [
        {"kind": "submitted", "instance_key": key, "executor": "slurm", "time": moment(begin - 2),
         "job": {"name": name, "runfile": "/bin/true", **(job or {})}, **(reference or {})},
        {"kind": "running", "instance_key": key, "host": host, "time": moment(begin)}]
    if seconds is None:
        return events
    usage = {"wallclock": seconds, "cpu": seconds * 0.5, "maxrss": 50_000_000 + int(seconds * 1e5)}
    end = {"instance_key": key, "time": moment(begin + seconds), "usage": usage}
    if stderr is None and outcome is None:
        return [*events, {"kind": "complete", "exit_code": 0, **end}]
    return [*events, {"kind": "failed", **(outcome or {"exit_code": 1}), "stderr": stderr or "", **end}]


def cluster() -> list[dict[str, Any]]:
    """120 jobs on four hosts: n3 is slow, n4 fails a lot, one of n2 runs for far too long."""
    events: list[dict[str, Any]] = []
    resources = {"memory": 1 << 30, "slots": 2}
    for number in range(120):
        host = f"n{number % 4 + 1}"
        stderr = "OSError: [Errno 28] No space left on device\n" if host == "n4" and number % 8 == 3 else None
        events += life("simulate", host, -900 + 5 * number, (40 if host == "n3" else 20) + number % 5, stderr=stderr,
                       job={"resources": resources, "params": {"part": number % 6}})
    return events + life("simulate", "n2", -800, None, job={"resources": resources})
