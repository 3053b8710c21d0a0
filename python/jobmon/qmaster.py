"""Queues jobs, runs them, and blocks until they are done."""

from __future__ import annotations

import logging
import time
import uuid
from collections import Counter
from typing import Any, Dict, Optional

from .connection_config import directory
from .exceptions import (
    CannotConnectToCentralJobMonitor,
    CentralJobMonitorNotAlive,
    JobmonError,
    NoResponseRecieved,
)
from .executors.base import BaseExecutor
from .executors.local_exec import LocalExecutor
from .job import Job, arguments
from .requester import Requester
from .schedulers import SimpleScheduler

logger = logging.getLogger(__name__)


class JobQueue:
    """A queue of jobs in the directory of a monitor.

    - `mon_dir`: the monitor's directory; it must be there. An executor that was made already may
      stand here instead.
    - `executor`, `executor_params`: where the jobs run, and the arguments that it is made with:
      `{"parallelism": 20}`.
    - `scheduler`, `scheduler_params`: whether what fails is tried again: `RetryScheduler`,
      `{"retries": 2}`.
    - `max_alive_wait_time`: for how many seconds a monitor that is there and does not answer is
      waited for.
    - `name`: goes on with the queue of that name: jobs that are the same (name, runfile and
      parameters) and done are not run again. Without it every queue is a new one, and a program
      that is run again runs its jobs again.

    The jobs are run by a process of the `jobmon` executable. When this program dies, nothing more
    is started, and what runs comes to its end and is recorded.

    Raises `CannotConnectToCentralJobMonitor`, `CentralJobMonitorNotAlive`, `ExecutableNotFound`,
    and `RequestRefused` or `QueueNotAlive` when the queue can't be had.
    """

    def __init__(
        self,
        mon_dir: Any = "",
        executor: Any = LocalExecutor,
        executor_params: Optional[Dict[str, Any]] = None,
        scheduler: Any = SimpleScheduler,
        scheduler_params: Optional[Dict[str, Any]] = None,
        max_alive_wait_time: float = 45,
        monitor_connection: Any = None,
        name: Optional[str] = None,
    ) -> None:
        self.logger = logger
        if isinstance(mon_dir, BaseExecutor):
            self.executor = mon_dir
        elif isinstance(executor, BaseExecutor):
            self.executor = executor
        else:
            place = directory(mon_dir or None, monitor_connection=monitor_connection)
            self.executor = executor(mon_dir=place, **(executor_params or {}))
        self.scheduler = scheduler(executor=self.executor, **(scheduler_params or {}))
        self.mon_dir = self.executor.mon_dir
        self.request_sender = Requester(self.mon_dir)
        self._wait_for_monitor(max_alive_wait_time)
        self._named = name is not None
        self._seen: Counter[str] = Counter()
        self.executor.start(name)

    def _wait_for_monitor(self, seconds: float) -> None:
        connection = self.request_sender.connection
        deadline = time.monotonic() + seconds
        try:
            connection.request("GET", "/v1/summary", timeout=max(seconds, 1.0))
        except NoResponseRecieved as silent:
            raise CentralJobMonitorNotAlive(
                f"the monitor of {self.mon_dir} did not answer within {seconds:g} s", silent.hint
            ) from None
        except CannotConnectToCentralJobMonitor:
            raise
        if time.monotonic() > deadline + 1:
            logger.warning("the monitor of %s answers slowly", self.mon_dir)

    @property
    def name(self) -> str:
        """The queue's name, by which `jobmon jobs --queue` and `run --queue` know it."""
        return str(self.executor.queue)

    @property
    def jobs(self) -> Dict[int, Job]:
        """The jobs that were queued, by number."""
        return {jid: known["job"] for jid, known in self.executor.jobs.items()}

    def central_job_monitor_alive(self) -> bool:
        """Whether the monitor answers just now."""
        try:
            return bool(self.request_sender.send_request({"action": "alive"})[0] == 0)
        except JobmonError:
            return False

    check_pulse = central_job_monitor_alive

    def scheduler_alive(self) -> bool:
        """Whether the queue runs."""
        return bool(self.scheduler.is_alive())

    def create_job(
        self,
        runfile: str,
        jobname: str,
        parameters: Any = None,
        params: Optional[Dict[str, Any]] = None,
    ) -> Job:
        """Registers a job, which has a number then, and is not run before it is queued.

        `runfile` is what runs: `.py` under this interpreter, `.R`, `.do` and `.sh` under theirs,
        others are executed. `parameters` is a list of its arguments; `params` are named values by
        which the job is found: `{"year": 1995}`.
        """
        key = str(uuid.uuid4())
        if self._named:
            said = repr((str(jobname), str(runfile), arguments(parameters)))
            self._seen[said] += 1
            key = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{said}{self._seen[said]}"))
        return Job(
            self.mon_dir,
            name=jobname,
            runfile=runfile,
            job_args=parameters,
            params=params,
            queue=self.executor.queue,
            job_key=key,
        )

    def queue_job(
        self, job: Job, process_timeout: Optional[float] = None, *args: Any, **kwargs: Any
    ) -> None:
        """Has a job run, and returns at once: see `BaseExecutor.queue_job` for the options."""
        self.executor.queue_job(job, process_timeout, *args, **kwargs)

    def refresh_queues(self, flush_lost_jobs: bool = True) -> None:
        """Asks how all jobs are: the lists of `executor` say so then."""
        self.executor.refresh_queues(flush_lost_jobs)

    def run_scheduler(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to do: jobs start when they are queued. Here for programs that call it."""
        self.scheduler.run_scheduler(*args, **kwargs)

    def stop_scheduler(self) -> None:
        """Nothing to do: see `stop`."""
        self.scheduler.stop_scheduler()

    def block_till_done(
        self,
        poll_interval: float = 60,
        stop_scheduler_when_done: bool = True,
        *args: Any,
        **kwargs: Any,
    ) -> Dict[str, Any]:
        """Blocks until every job that was queued is over, tries again included, and recorded.

        It returns as soon as that is so, whatever `poll_interval` says. More jobs may be queued
        afterwards. Returns `{"counts": {...}, "failures": [...]}`. Raises `QueueNotAlive` when the
        queue's process dies, which is noticed at once.
        """
        return self.executor.wait()

    def stop(self) -> None:
        """Ends the queue. Jobs that run on this host are ended and recorded, waiting ones are not
        started; what is in a cluster goes on there."""
        self.executor.stop()


MonitoredQ = JobQueue
