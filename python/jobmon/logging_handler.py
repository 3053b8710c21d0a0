"""A logging handler that makes a job's log its error in the ledger."""

from __future__ import annotations

import logging
from typing import Any


class JobErrorHandler(logging.Handler):
    """Reports what is logged (ERROR and above, unless another level is given) as errors of `job`.

    With `exc_info`, the whole traceback goes along. A record that can't be reported is treated as
    logging does it: said on stderr, and the program goes on.
    """

    def __init__(self, job: Any, level: int = logging.ERROR) -> None:
        super().__init__(level)
        self.job = job

    def emit(self, record: logging.LogRecord) -> None:
        # What this package itself logs, about the very reporting, say, would come round again.
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
    """The handler by its name of 2017: whatever level reaches it is reported."""

    def __init__(self, job: Any, level: int = logging.NOTSET) -> None:
        super().__init__(job, level)
