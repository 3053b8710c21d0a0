"""The actions of 2017, as requests of today's protocol (docs/protocol.md)."""

from __future__ import annotations

import socket
import uuid
from typing import Any, Callable, Dict, List, Optional, Tuple
from urllib.parse import quote

from .. import _limits
from .._transport.connection import MonitorConnection
from ..exceptions import ReturnCodes, problem
from ..models import FINAL, IDS, LABELS, Status
from . import usage_text

OK, ERROR, NONE = ReturnCodes.OK, ReturnCodes.GENERIC_ERROR, ReturnCodes.NO_RESULTS
Answer = List[Any]

# The kind of the event that reports a status. SUBMITTED is reported by registering.
KINDS = {
    Status.RUNNING: "running",
    Status.FAILED: "failed",
    Status.COMPLETE: "complete",
    Status.UNKNOWN: "unknown",
    Status.CANCELLED: "cancelled",
}
EXECUTORS = {"SGEJobInstance": "sge", "LocalJobInstance": "local", "SlurmJobInstance": "slurm"}


class Actions:
    """The actions, by their names of 2017. Each returns `[code, ...]`.

    An instance is identified by the caller's number: a process id, or the id of the scheduler. It is stored as
    `executor_id`, and stands for the newest instance that has it.
    """

    def __init__(
        self, connection: MonitorConnection, timeout: float, queue: Callable[[], str]
    ) -> None:
        self._connection = connection
        self._timeout = timeout
        self._queue = queue
        # In 2017 usage was reported before the end. Today's ledger takes it with the end.
        self._usage: Dict[int, Dict[str, Any]] = {}

    def find(self, name: str) -> Optional[Callable[..., Answer]]:
        """The method of an action, or None if the action does not exist."""
        if name.startswith("_") or name in ("find", "jobs"):
            return None
        found = getattr(self, name, None)
        return found if callable(found) else None

    def alive(self) -> Answer:
        self._get("/v1/alive")
        return [OK, "Yes, I am alive"]

    def cycle(self) -> Answer:
        self._get("/v1/alive")
        return [OK, "Nothing to do: the monitor answers requests as they come"]

    def stop(self) -> Answer:
        status, answer = self._connection.request("POST", "/v1/stop", {}, self._timeout)
        if status != 200:
            raise problem(answer, status)
        return [OK, "Responder stopping"]

    def register_job(
        self,
        name: Optional[str] = None,
        runfile: Optional[str] = None,
        job_args: Any = None,
        batch_id: Any = None,
    ) -> Answer:
        described = _description(name, runfile, job_args)
        if batch_id is not None:
            described["params"] = {"batch_id": batch_id}
        event = {
            "kind": "job",
            "queue": self._queue(),
            "job_key": str(uuid.uuid4()),
            "job": described,
        }
        result = self._post(event)
        return _refusal(result) or [OK, result["jid"]]

    def register_job_instance(
        self, job_instance_id: Any, jid: Optional[int] = None, *args: Any, **kwargs: Any
    ) -> Answer:
        _check_number(job_instance_id)
        kind = kwargs.get("job_instance_type")
        event: Dict[str, Any] = {
            "kind": "submitted",
            "instance_key": str(uuid.uuid4()),
            "executor": EXECUTORS.get(str(kind), "external"),
            "executor_id": str(job_instance_id),
        }
        if jid is None:
            event["job"] = _description(
                kwargs.get("name"), kwargs.get("runfile"), kwargs.get("args")
            )
        else:
            event["jid"] = jid
        return _refusal(self._post(event)) or [OK, job_instance_id]

    def update_job_instance_status(self, job_instance_id: Any, status_id: Any) -> Answer:
        if not _is_status(status_id) or status_id == Status.QUEUED:
            named = ", ".join(f"{n} {LABELS[n]}" for n in LABELS if n != Status.QUEUED)
            return [ERROR, f"{status_id!r} is not a status of an instance (use {named})"]
        found = self._find(job_instance_id)
        if found is None:
            return _nothing(job_instance_id)
        number, status = found
        if status_id == Status.SUBMITTED:
            if status != Status.SUBMITTED:
                return [ERROR, f"instance {job_instance_id} is {LABELS[status]} already"]
            return [OK, job_instance_id, status_id]
        if status in FINAL and status_id not in FINAL:
            return [
                ERROR,
                f"instance {job_instance_id} is {LABELS[status]} already: it can't become {LABELS[status_id]}",
            ]
        event: Dict[str, Any] = {"kind": KINDS[status_id], "job_instance_id": number}
        if status_id == Status.RUNNING:
            event["host"] = socket.gethostname()
        if status_id == Status.COMPLETE:
            event["exit_code"] = 0
        if status_id == Status.FAILED:
            # The process reports its own failure. Its logged errors are the reason.
            event["cause"] = "exit"
        if status_id in FINAL and number in self._usage:
            event["usage"] = self._usage[number]
        refused = _refusal(self._post(event))
        if refused is None and status_id in FINAL:
            self._usage.pop(number, None)
        return refused or [OK, job_instance_id, status_id]

    def update_job_instance_usage(self, job_instance_id: Any, *args: Any, **kwargs: Any) -> Answer:
        found = self._find(job_instance_id)
        if found is None:
            return _nothing(job_instance_id)
        number, status = found
        if status in FINAL:
            return [
                ERROR,
                f"instance {job_instance_id} is {LABELS[status]} already: report its usage before its end",
            ]
        self._usage.setdefault(number, {}).update(usage_text.read(kwargs))
        return [OK]

    def log_job_instance_error(self, job_instance_id: Any, error: Any) -> Answer:
        found = self._find(job_instance_id)
        if found is None:
            return _nothing(job_instance_id)
        event = {"kind": "error", "job_instance_id": found[0], "description": str(error)}
        return _refusal(self._post(event)) or [OK]

    def get_job_information(self, jid: Any) -> Answer:
        status, answer = self._connection.request(
            "GET", f"/v1/jobs/{quote(str(jid), safe='', errors='replace')}", timeout=self._timeout
        )
        if status in (404, 422):
            return [NONE, f"Found no job with jid {jid}"]
        if status != 200:
            raise problem(answer, status)
        return [OK, {**answer, "current_status": IDS.get(answer["status"])}]

    def get_job_instance_information(self, job_instance_id: Any) -> Answer:
        found = self._find(job_instance_id)
        if found is None:
            return _nothing(job_instance_id)
        answer = self._get(f"/v1/instances/{found[0]}")
        return [
            OK,
            {
                **answer,
                "job_instance_id": job_instance_id,
                "ledger_job_instance_id": found[0],
                "job_instance_type": answer["executor"],
                "current_status": IDS.get(answer["status"]),
                "maxvmem": answer["maxrss"],
            },
        ]

    def get_jobs_with_status(self, status_id: Any) -> Answer:
        jobs = self.jobs(status_id)
        if not jobs:
            return [NONE, f"Found no job with status {status_id}"]
        return [OK, [job["jid"] for job in jobs]]

    def query(self, query: str) -> Answer:
        status, answer = self._connection.request(
            "POST", "/v1/query", {"sql": query}, self._timeout
        )
        if status != 200:
            refused = problem(answer, status)
            return [ReturnCodes.INVALID_RESPONSE_FORMAT, f"query failed to execute: {refused}"]
        columns = answer["columns"]
        return [OK, [dict(zip(columns, row)) for row in answer["rows"]]]

    # The requests behind the actions.

    def jobs(self, status_id: Any) -> List[Dict[str, Any]]:
        """All jobs of a status. Reads page by page."""
        if not _is_status(status_id):
            return []
        jobs: List[Dict[str, Any]] = []
        after: Optional[int] = 0
        while after is not None:
            path = f"/v1/jobs?status={LABELS[status_id].lower()}&limit={_limits.LIST_PAGE}&after={after}"
            page = self._get(path)
            jobs.extend(page["jobs"])
            after = page["next"]
        return jobs

    def _find(self, job_instance_id: Any) -> Optional[Tuple[int, int]]:
        """The ledger's number and the status of the newest instance with the caller's number."""
        _check_number(job_instance_id)
        name = str(job_instance_id).replace("'", "''")
        sql = (
            f"select job_instance_id, status from job_instance where executor_id = '{name}' "
            "order by job_instance_id desc limit 1"
        )
        status, answer = self._connection.request("POST", "/v1/query", {"sql": sql}, self._timeout)
        if status != 200:
            raise problem(answer, status)
        rows = answer["rows"]
        return (int(rows[0][0]), int(rows[0][1])) if rows else None

    def _get(self, path: str) -> Any:
        status, answer = self._connection.request("GET", path, timeout=self._timeout)
        if status != 200:
            raise problem(answer, status)
        return answer

    def _post(self, event: Dict[str, Any]) -> Dict[str, Any]:
        return self._connection.post_events([event], self._timeout)[0]


def _description(name: Any, runfile: Any, job_args: Any) -> Dict[str, Any]:
    described: Dict[str, Any] = {"name": str(name)} if name is not None else {}
    if runfile is not None:
        described["runfile"] = str(runfile)
    if isinstance(job_args, (list, tuple)):
        described["args"] = [str(argument) for argument in job_args]
    elif job_args is not None:
        # 2017 joined them with commas before they were sent.
        described["args"] = str(job_args).split(",")
    return described or {"name": "job"}


def _is_status(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value in LABELS


def _check_number(job_instance_id: Any) -> None:
    if isinstance(job_instance_id, bool) or not isinstance(job_instance_id, (int, str)):
        raise TypeError(
            f"invalid job_instance_id {job_instance_id!r} (use the process id, or the id of the scheduler)"
        )


def _nothing(job_instance_id: Any) -> Answer:
    return [NONE, f"Found no job with job_instance_id {job_instance_id}"]


def _refusal(result: Dict[str, Any]) -> Optional[Answer]:
    """The answer for a refused event; None if the event was not refused."""
    if result["outcome"] != "refused":
        return None
    refused = problem(result.get("problem"))
    return [NONE if refused.code == "not_found" else ERROR, str(refused)]
