"""A queue of jobs: adds jobs, runs them, and blocks until they have ended."""

from __future__ import annotations

import logging
import time
import uuid
from collections import Counter
from typing import Any, Dict, Optional, Sequence, Union

from ._transport import notify_options
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

    - `mon_dir`: the monitor's directory, or an executor. The monitor must run.
    - `executor`, `executor_params`: the class of the executor, which says where jobs run, and its arguments, such as
      `{"parallelism": 20}`. Default: `LocalExecutor`.
    - `scheduler`, `scheduler_params`: the class of the scheduler, which says how often failed jobs are retried, and its
      arguments, such as `RetryScheduler` and `{"retries": 2}`. Default: `SimpleScheduler`, no retries.
    - `max_alive_wait_time`: how many seconds to wait for a monitor that does not answer. Default: 45.
    - `name`: continues the queue of that name: a job with the same name, runfile and parameters as a completed one is
      not run again. Without a name the queue is a new one, and a program that is run again runs its jobs again.
    - `notify`, `notify_url_from`: send a message for each new group of errors and at the end of the queue, to a command
      (a text, or a list of its words), or to a webhook whose URL is in the environment variable of `"env:NAME"` or in a
      private file. `notify_details=True` adds an example job, its error and host (docs/notify.md).

    A process of the `jobmon` executable runs the jobs. When this program dies, no more jobs are started; jobs that run
    go on to their end and are recorded.

    Raises `CannotConnectToCentralJobMonitor`, `CentralJobMonitorNotAlive`, `ExecutableNotFound`, and `RequestRefused`
    or `QueueNotAlive` when the queue does not start.
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
        notify: Union[str, Sequence[str], None] = None,
        notify_url_from: Any = None,
        notify_details: bool = False,
    ) -> None:
        self.logger = logger
        notifications = notify_options.options(notify, notify_url_from, notify_details)
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
        if notifications:
            if self.executor.queue is not None:
                raise ValueError("notify has no effect: the queue of this executor was started before")
            self.executor.run_options += notifications
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
        """The name of the queue, for `jobmon jobs --queue` and `jobmon run --queue`."""
        return str(self.executor.queue)

    @property
    def jobs(self) -> Dict[int, Job]:
        """The queued jobs, by number."""
        return {jid: known["job"] for jid, known in self.executor.jobs.items()}

    def central_job_monitor_alive(self) -> bool:
        """Whether the monitor answers."""
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
        """Registers a job, which gets its number. It does not run before `queue_job`.

        - `runfile`: the file to run. `.py` runs with this interpreter, `.R`, `.do` and `.sh` with theirs; other files
          are executed.
        - `parameters`: the list of its arguments.
        - `params`: named values to filter by, such as `{"year": 1995}`.
        """
        key = str(uuid.uuid4())
        if self._named:
            text = repr((str(jobname), str(runfile), arguments(parameters)))
            self._seen[text] += 1
            key = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{text}{self._seen[text]}"))
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
        """Queues a job to run, and returns at once. `BaseExecutor.queue_job` describes the options."""
        self.executor.queue_job(job, process_timeout, *args, **kwargs)

    def refresh_queues(self, flush_lost_jobs: bool = True) -> None:
        """Reads the states of all jobs: updates the lists of `executor`."""
        self.executor.refresh_queues(flush_lost_jobs)

    def run_scheduler(self, *args: Any, **kwargs: Any) -> None:
        """Starts the queue, if it has not started yet. Jobs start when they are queued."""
        self.scheduler.run_scheduler(*args, **kwargs)

    def stop_scheduler(self) -> None:
        """Does nothing. `stop` ends the queue."""
        self.scheduler.stop_scheduler()

    def block_till_done(
        self,
        poll_interval: float = 60,
        stop_scheduler_when_done: bool = True,
        *args: Any,
        **kwargs: Any,
    ) -> Dict[str, Any]:
        """Blocks until every queued job has ended, after all retries, and is recorded.

        It returns at once then; `poll_interval` is not used. More jobs may be queued afterwards. Returns
        `{"counts": {...}, "failures": [...]}`. Raises `QueueNotAlive` as soon as the process of the queue dies.
        """
        return self.executor.wait()

    def stop(self) -> None:
        """Ends the queue. Jobs that run on this host are ended and recorded, and waiting jobs are not started.

        Jobs in a cluster go on.
        """
        self.executor.stop()


MonitoredQ = JobQueue
