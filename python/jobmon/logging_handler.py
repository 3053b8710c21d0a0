"""A logging handler that reports the errors of a log as errors of a job."""

from __future__ import annotations

import logging
from typing import Any


class JobErrorHandler(logging.Handler):
    """Reports log records as errors of `job`, with the whole traceback if the record has `exc_info`.

    `level`: the lowest level that is reported. Default: ERROR. When a record can't be reported, `logging` prints that
    on stderr, and the program goes on.
    """

    def __init__(self, job: Any, level: int = logging.ERROR) -> None:
        super().__init__(level)
        self.job = job

    def emit(self, record: logging.LogRecord) -> None:
        # Not the records of this package: a failed report is logged, and would be reported again.
        if record.name.split(".")[0] == "jobmon":
            return
        try:
            text = self.format(record)
            exception = record.exc_info[1] if record.exc_info else None
            if exception is not None and hasattr(self.job, "log_exception"):
                self.job.log_exception(exception, record.getMessage())
            else:
                self.job.log_error(text)
        except Exception:
            self.handleError(record)


class ZmqHandler(JobErrorHandler):
    """The handler by its name of 2017. It reports records of all levels."""

    def __init__(self, job: Any, level: int = logging.NOTSET) -> None:
        super().__init__(job, level)
