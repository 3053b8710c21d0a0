"""The base class of executors: the jobs of an executor, and the queue that runs them."""

from __future__ import annotations

import logging
import time
import uuid
from typing import Any, Dict, List, Optional

from .._classic import queue_name
from .._classic.feed_job import job_object
from .._transport.connection import MonitorConnection
from .._transport.feed import Feed
from ..connection_config import directory
from ..exceptions import JobmonError, QueueNotAlive, problem
from ..models import Status

# Lists of jobs that are older than this, in seconds, are read again while jobs have not ended.
FRESH = 1.0
# Rows in one query.
PAGE = 50_000


class BaseExecutor:
    """Runs jobs through the queue of the executable.

    - `mon_dir`: the monitor's directory.
    - `parallelism`: the maximum number of jobs that run at once. Default: the number of cores on this host, 10,000 in a
      cluster.
    - `jobs`: the jobs by number. `queued_jobs`, `running_jobs`, `failed_jobs`, `completed_jobs`, `unknown_jobs` and
      `cancelled_jobs` are lists of numbers.

    - `limits`: the most jobs that run at once, by name, `{"stata": 4}`, or by the value of a param, `{"db=main": 2}`.

    The other arguments are those of 2017, and have no effect.
    """

    name = "local"

    def __init__(
        self,
        mon_dir: Any = None,
        request_retries: int = 3,
        request_timeout: float = 10_000,
        parallelism: Optional[int] = None,
        subscribe_to_job_state: bool = True,
        monitor_host: Optional[str] = None,
        monitor_port: Optional[int] = None,
        monitor_connection: Any = None,
        publisher_connection: Any = None,
        task_response_timeout: float = 3,
        limits: Optional[Dict[str, int]] = None,
    ) -> None:
        self.logger = logging.getLogger(__name__)
        if parallelism is not None and (isinstance(parallelism, bool) or parallelism < 1):
            raise ValueError(f"parallelism must be 1 or more, not {parallelism!r}")
        self.mon_dir = directory(mon_dir, monitor_host, monitor_port, monitor_connection)
        self.request_retries = request_retries
        self.request_timeout = request_timeout
        self.parallelism = parallelism
        self.jobs: Dict[int, Dict[str, Any]] = {}
        self.max_attempts = 1
        # Further options of `jobmon run`, which `JobQueue` and its scheduler add before the queue starts.
        self.run_options: List[str] = []
        for name, most in (limits or {}).items():
            if isinstance(most, bool) or not isinstance(most, int) or most < 0:
                raise ValueError(f"the limit of {name!r} must be a whole number, 0 or more, not {most!r}")
            self.run_options += ["--limit", f"{name}={most}"]
        self.queue: Optional[str] = None
        self.connection = MonitorConnection(self.mon_dir, patience=1.0)
        self._feed: Optional[Feed] = None
        self._resumes = False
        self._refreshed = 0.0

    def __del__(self) -> None:
        feed = getattr(self, "_feed", None)
        if feed is not None:
            feed.release()

    def defaults(self) -> Dict[str, Any]:
        """The default options of `queue_job`."""
        return {}

    # The queue.

    def start(self, queue: Optional[str] = None) -> None:
        """Starts the queue with this name, or with a new one. Does nothing if it has started."""
        if self._feed is not None:
            return
        name = queue or queue_name.new()
        feed = Feed(self.mon_dir, name, self.name, self.parallelism, self.run_options)
        if queue is None:
            # The queue has read its jobs from the ledger when this returns, and there are none. A job that is
            # registered later does not run before it is queued.
            feed.wait()
        queue_name.take(self.mon_dir, name)
        self._feed = feed
        self.queue = name
        self._resumes = queue is not None

    @property
    def alive(self) -> bool:
        """Whether the queue runs."""
        return self._feed is not None and self._feed.alive

    def stop(self) -> None:
        """Ends the queue. Jobs that run on this host are ended and recorded, and waiting jobs are not started.

        Jobs in a cluster go on. Further calls do nothing.
        """
        if self._feed is not None:
            self._feed.stop()
            queue_name.give_back(self.mon_dir, self._feed.queue)
            self._try_refresh()

    def queue_job(
        self, job: Any, process_timeout: Optional[float] = None, *args: Any, **kwargs: Any
    ) -> None:
        """Queues the job to run. A job that has failed is run again.

        `process_timeout`: the time limit of an attempt, in seconds. The options are those of qsub in 2017, and some
        more: `slots`, `memory` (GB), `gpus`, `priority`, `project`, `queue`, `holds`, `stdout`, `stderr`,
        `runtime` (s), and others.
        On this host, a job starts when the slots, the memory and the GPUs that it asks for are free.
        `after`: jobs of this queue that must be complete before this one starts: a job, its number or name (with `*`
        and `?`), `"year=1995"` for the value of a param, or a list of these. `holds` takes jobs too; numbers in it are
        those of the scheduler, and on this host those of jobs.
        `expect`: paths that must exist and not be empty after exit code 0; `fail_on`: regular expressions for lines of
        output that mean failure; a text or a list each, `{name}` in a path is replaced by the param.
        `retry`: the job's own retry rules, as `RetryScheduler` takes them.
        Raises TypeError or ValueError for an invalid option, before the job is sent.
        """
        if args:
            raise TypeError(f"queue_job takes its options by name; {args[0]!r} has no name")
        if self._feed is None:
            self.start()
        assert self._feed is not None
        options = {**self.defaults(), **kwargs}
        if job.job_key is None or job.queue != self.queue:
            self._adopt(job, process_timeout, options)
            return
        made = job_object(job, process_timeout, self.max_attempts, options, self.name)
        self._check_ledger(job)
        again = (job.jid in self.jobs or self._resumes) and self._try_again(job.jid, made)
        if not again:
            self._feed.add(made)
        self._keep(job, process_timeout, options)

    def _check_ledger(self, job: Any) -> None:
        # The numbers began again: the monitor kept its ledger in memory, and was restarted.
        known = self.jobs.get(job.jid)
        if known is not None and known["job"].job_key != job.job_key:
            raise QueueNotAlive(
                f"job {job.jid} is not the job that this queue has under that number: the monitor of "
                f"{self.mon_dir} has lost its ledger, which was in memory",
                "create another JobQueue; persistent=True keeps the ledger on disk",
            )

    def _keep(self, job: Any, process_timeout: Optional[float], options: Dict[str, Any]) -> None:
        self.jobs[job.jid] = {
            "job": job,
            "process_timeout": process_timeout,
            "args": (),
            "kwargs": options,
            "status_id": None,
        }
        self._refreshed = 0.0

    def _adopt(self, job: Any, process_timeout: Optional[float], options: Dict[str, Any]) -> None:
        """Queues a job that was registered in another queue. It gets another number.

        The other registration is cancelled, so that no one waits for it.
        """
        assert self._feed is not None and self.queue is not None
        before = (job.jid, job.queue, job.job_key)
        job.queue, job.job_key = self.queue, str(uuid.uuid4())
        try:
            made = job_object(job, process_timeout, self.max_attempts, options, self.name)
            job.jid = self._feed.add(made)
        except BaseException:
            job.jid, job.queue, job.job_key = before
            raise
        self._keep(job, process_timeout, options)
        status, earlier = self.connection.request("GET", f"/v1/jobs/{before[0]}")
        if status == 200 and earlier["status"] == "QUEUED" and not earlier["instances"]:
            self.connection.post_events([{"kind": "cancel", "jid": before[0]}])

    def _try_again(self, jid: int, made: Dict[str, Any]) -> bool:
        """Gives a failed job as many further attempts as a new one, and retries a cancelled job.

        Returns True if the job need not be added to the queue.
        """
        status, job = self.connection.request("GET", f"/v1/jobs/{jid}")
        if status != 200 or job["status"] not in ("FAILED", "CANCELLED"):
            return False
        if job["status"] == "FAILED":
            made["max_attempts"] += job["attempts"]
            return False
        result = self.connection.post_events([{"kind": "retry", "jid": jid}])[0]
        if result["outcome"] == "refused":
            raise problem(result.get("problem"))
        return True

    def wait(self) -> Dict[str, Any]:
        """Waits until every queued job has ended and is recorded. Returns counts and failures."""
        if self._feed is None:
            return {"counts": {}, "failures": []}
        summary = self._feed.wait()
        self.refresh_queues()
        return summary

    # The states of the jobs.

    @property
    def queued_jobs(self) -> List[int]:
        """Jobs that wait for their first or next attempt."""
        return self._jids_with_status(None)

    @property
    def running_jobs(self) -> List[int]:
        """Jobs that are submitted or running."""
        return self._jids_with_status(Status.SUBMITTED, Status.RUNNING)

    @property
    def failed_jobs(self) -> List[int]:
        """Jobs that failed, after all retries."""
        return self._jids_with_status(Status.FAILED)

    @property
    def completed_jobs(self) -> List[int]:
        """Jobs that are complete."""
        return self._jids_with_status(Status.COMPLETE)

    @property
    def unknown_jobs(self) -> List[int]:
        """Jobs whose state is not known at the moment."""
        return self._jids_with_status(Status.UNKNOWN)

    @property
    def cancelled_jobs(self) -> List[int]:
        """Jobs that were cancelled."""
        return self._jids_with_status(Status.CANCELLED)

    def _jids_with_status(self, *statuses: Optional[int]) -> List[int]:
        self._try_refresh()
        return [jid for jid, known in self.jobs.items() if known["status_id"] in statuses]

    def refresh_queues(self, flush_lost_jobs: bool = True) -> None:
        """Reads the states of all jobs from the monitor. `flush_lost_jobs` is an argument of 2017 without effect.

        Raises `QueueNotAlive` when the queue has died before all jobs ended.
        """
        if self.queue is None:
            return
        for jid, status in self._rows("select jid, status from job", "jid"):
            if jid in self.jobs:
                self.jobs[jid]["status_id"] = None if status == Status.QUEUED else status
        for jid in self.jobs:
            self.jobs[jid]["job"].job_instance_ids = []
        columns = "job_instance_id, job_instance.jid, coalesce(executor_id, pid)"
        table = "job_instance join job using (jid)"
        for number, jid, name in self._rows(f"select {columns} from {table}", "job_instance_id"):
            if jid in self.jobs:
                named = int(name) if str(name or "").isdigit() else name
                instances = self.jobs[jid]["job"].job_instance_ids
                instances.append(number if named is None else named)
                self.jobs[jid]["current_job_instance_id"] = instances[-1]
        self._refreshed = time.monotonic()
        if self._waits() and not self.alive:
            raise QueueNotAlive(
                f"the queue {self.queue} ended before all of its jobs ended",
                "running jobs go on and are recorded; create another JobQueue to continue",
            )

    def _waits(self) -> bool:
        waiting = (None, Status.SUBMITTED, Status.RUNNING)
        return any(known["status_id"] in waiting for known in self.jobs.values())

    def _try_refresh(self) -> None:
        """Refreshes the lists, unless they are fresh. A warning is logged when the monitor can't be reached."""
        if self.queue is None or time.monotonic() - self._refreshed < FRESH:
            return
        if not self._waits() and self._refreshed:
            return
        try:
            self.refresh_queues()
        except QueueNotAlive:
            if self._feed is not None and self._feed.is_stopped:
                return
            raise
        except JobmonError as error:
            # The queue goes on without a monitor, and the lists stay as they are.
            self._refreshed = time.monotonic()
            self.logger.warning("the state of the jobs could not be refreshed: %s", error)

    def _rows(self, select: str, key: str) -> Any:
        after = 0
        name = str(self.queue).replace("'", "''")
        while True:
            sql = f"{select} where queue = '{name}' and {key} > {after} order by {key} limit {PAGE}"
            status, answer = self.connection.request("POST", "/v1/query", {"sql": sql})
            if status != 200:
                raise problem(answer, status)
            rows = answer["rows"]
            yield from rows
            if len(rows) < PAGE:
                return
            after = rows[-1][0]
