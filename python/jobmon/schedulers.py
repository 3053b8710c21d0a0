"""Whether a job that failed is tried again. The trying itself is done by the executable's queue."""

from __future__ import annotations

from typing import Any, Optional


class _BaseScheduler:
    """Works on an executor: how often each of its jobs is tried.

    Jobs start when they are queued, so that there is no thread to run: `run_scheduler` and
    `stop_scheduler` are there for programs that call them.
    """

    def __init__(self, executor: Any = None, retries: int = 0) -> None:
        if isinstance(retries, bool) or not isinstance(retries, int) or retries < 0:
            raise ValueError(f"retries must be 0 or more, not {retries!r}")
        self.executor = executor
        self.retries = retries
        if executor is not None:
            executor.max_attempts = retries + 1

    def is_alive(self) -> bool:
        """Whether jobs are being run."""
        return self.executor is not None and bool(self.executor.alive)

    def run_scheduler(self, *args: Any, **kwargs: Any) -> None:
        """Starts the queue, where it is not started yet."""
        if self.executor is not None:
            self.executor.start()

    def stop_scheduler(self) -> None:
        """Nothing to stop: `executor.stop` ends the queue."""


class SimpleScheduler(_BaseScheduler):
    """A job that failed has failed."""

    def __init__(self, executor: Any = None) -> None:
        super().__init__(executor)


class RetryScheduler(_BaseScheduler):
    """A job that failed is tried again, `retries` times."""

    def __init__(self, retries: int = 1, executor: Optional[Any] = None) -> None:
        super().__init__(executor, retries)
