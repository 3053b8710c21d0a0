"""Maximum retries of failed jobs. The queue of the executable does the retries."""

from __future__ import annotations

from typing import Any, Optional


class _BaseScheduler:
    """Sets the maximum number of attempts of the jobs of an executor.

    Jobs start when they are queued, without a thread of the scheduler. `run_scheduler` and `stop_scheduler` exist for
    programs that call them.
    """

    def __init__(self, executor: Any = None, retries: int = 0) -> None:
        if isinstance(retries, bool) or not isinstance(retries, int) or retries < 0:
            raise ValueError(f"retries must be 0 or more, not {retries!r}")
        self.executor = executor
        self.retries = retries
        if executor is not None:
            executor.max_attempts = retries + 1

    def is_alive(self) -> bool:
        """Whether the queue runs."""
        return self.executor is not None and bool(self.executor.alive)

    def run_scheduler(self, *args: Any, **kwargs: Any) -> None:
        """Starts the queue, if it has not started yet."""
        if self.executor is not None:
            self.executor.start()

    def stop_scheduler(self) -> None:
        """Does nothing. `executor.stop` ends the queue."""


class SimpleScheduler(_BaseScheduler):
    """Does not retry failed jobs."""

    def __init__(self, executor: Any = None) -> None:
        super().__init__(executor)


class RetryScheduler(_BaseScheduler):
    """Retries a failed job up to `retries` times. Default: 1."""

    def __init__(self, retries: int = 1, executor: Optional[Any] = None) -> None:
        super().__init__(executor, retries)
