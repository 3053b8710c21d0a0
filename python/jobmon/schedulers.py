"""What follows failures of jobs. The queue of the executable does the retries."""

from __future__ import annotations

from typing import Any, List, Optional, Sequence


class _BaseScheduler:
    """Sets the maximum number of attempts of the jobs of an executor.

    Jobs start when they are queued, without a thread of the scheduler. `run_scheduler` and `stop_scheduler` exist for
    programs that call them.
    """

    def __init__(
        self, executor: Any = None, retries: int = 0, options: Optional[List[str]] = None
    ) -> None:
        if isinstance(retries, bool) or not isinstance(retries, int) or retries < 0:
            raise ValueError(f"retries must be 0 or more, not {retries!r}")
        self.executor = executor
        self.retries = retries
        if executor is not None:
            executor.max_attempts = retries + 1
            executor.run_options += options or []

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
    """Does not retry failed jobs, whatever their cause."""

    def __init__(self, executor: Any = None) -> None:
        super().__init__(executor, options=["--retry", "none"])


class RetryScheduler(_BaseScheduler):
    """Retries a failed job up to `retries` times, and by rules about the cause of its failure.

    - `retries`: the maximum number of retries. Default: 1.
    - `rules`: rules as `jobmon run --retry` takes them, such as `["oom:3,mem=1.5x", "exit=75:5"]`. Default: once with
      1.5 times the memory or the run time after a job was ended for it, and up to 3 times in a row after its host
      failed. `["none"]`: no default.
    - `max_memory`, `max_runtime`: up to where memory and run time may grow, such as `"64G"` and `"2d"`.
    """

    def __init__(
        self,
        retries: int = 1,
        executor: Optional[Any] = None,
        rules: Sequence[str] = (),
        max_memory: Optional[str] = None,
        max_runtime: Optional[str] = None,
    ) -> None:
        if isinstance(rules, str) or not all(isinstance(rule, str) for rule in rules):
            raise ValueError(f"rules must be a list of texts, not {rules!r}")
        options = [word for rule in rules for word in ("--retry", rule)]
        for name, value in (("--max-memory", max_memory), ("--max-runtime", max_runtime)):
            if value is not None:
                options += [name, str(value)]
        super().__init__(executor, retries, options)
