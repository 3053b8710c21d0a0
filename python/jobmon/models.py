"""Statuses, with their numbers of 2017, and jobs as rows of the ledger."""

from __future__ import annotations

from typing import Any, Dict, Optional


class Status:
    """The numbers of statuses, as in the table `status` of the ledger.

    SUBMITTED to UNKNOWN have the numbers of 2017. Only jobs are QUEUED: they wait for their first or next attempt.
    """

    SUBMITTED = 1
    RUNNING = 2
    FAILED = 3
    COMPLETE = 4
    UNKNOWN = 5
    UNREGISTERED_STATE = 5
    CANCELLED = 6
    QUEUED = 7


LABELS: Dict[int, str] = {
    Status.SUBMITTED: "SUBMITTED",
    Status.RUNNING: "RUNNING",
    Status.FAILED: "FAILED",
    Status.COMPLETE: "COMPLETE",
    Status.UNKNOWN: "UNKNOWN",
    Status.CANCELLED: "CANCELLED",
    Status.QUEUED: "QUEUED",
}
IDS: Dict[str, int] = {label: number for number, label in LABELS.items()}
FINAL = frozenset((Status.FAILED, Status.COMPLETE, Status.CANCELLED))

status_names = LABELS


class Job:
    """A job of the ledger. Its attributes are the columns of the table `job`.

    `status` and `current_status` are numbers of `Status`, `args` is a list, `params` a dict.
    """

    jid: int
    name: Optional[str]
    status: int
    current_status: int

    def __init__(self, columns: Dict[str, Any]) -> None:
        self.__dict__.update(columns)
        self.status = self.current_status = IDS.get(str(columns.get("status")), Status.UNKNOWN)

    def to_wire_format_dict(self) -> Dict[str, Any]:
        """All attributes, as a dict that JSON can hold."""
        return dict(self.__dict__)

    def __repr__(self) -> str:
        return f"Job(jid={self.jid}, name={self.name!r}, status={LABELS[self.status]})"

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"a job of the ledger has no column {name!r}")
