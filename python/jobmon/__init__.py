"""jobmon: a monitor and queue for jobs in scientific computing.

The names of 2017 are modules: `central_job_monitor`, `qmaster`, `job`, `requester`, `subscriber`, `schedulers`,
`executors`, `models`, `exceptions`, `sge`. The other names are `monitored`, `task`, `Pool`, `events`, `query` and
`errors`. Each name is loaded at its first use, so that importing the package takes less than a millisecond.
"""

import sys

# Older Pythons compile this file, too: it must have no syntax that they do not know.
if sys.version_info < (3, 8):
    raise ImportError(
        "jobmon needs Python 3.8 or later, and this is {}.{}: use a newer one (the command jobmon "
        "itself needs none)".format(*sys.version_info[:2])
    )

__version__ = "0.1.0"

TYPE_CHECKING = False  # Importing typing would take longer than importing this package.
if TYPE_CHECKING:
    from typing import List  # noqa: F401 - in a type comment

    from . import central_job_monitor as central_job_monitor
    from . import connection_config as connection_config
    from . import exceptions as exceptions
    from . import executors as executors
    from . import job as job
    from . import logging_handler as logging_handler
    from . import models as models
    from . import publisher as publisher
    from . import qmaster as qmaster
    from . import requester as requester
    from . import responder as responder
    from . import schedulers as schedulers
    from . import sge as sge
    from . import subscriber as subscriber
    from ._pool.messages import WorkerDied as WorkerDied
    from ._pool.pool import Pool as Pool
    from ._pool.transfer import TransferError as TransferError
    from ._reading.errors import errors as errors
    from ._reading.events import events as events
    from ._reading.query import query as query
    from ._reporting.monitored import monitored as monitored
    from ._reporting.monitored import task as task

_NAMES = {
    "monitored": "_reporting.monitored",
    "task": "_reporting.monitored",
    "Pool": "_pool.pool",
    "TransferError": "_pool.transfer",
    "WorkerDied": "_pool.messages",
    "errors": "_reading.errors",
    "events": "_reading.events",
    "query": "_reading.query",
}

_MODULES = [
    "central_job_monitor",
    "connection_config",
    "exceptions",
    "executors",
    "job",
    "logging_handler",
    "models",
    "publisher",
    "qmaster",
    "requester",
    "responder",
    "schedulers",
    "sge",
    "subscriber",
]

__all__ = ["__version__"] + list(_NAMES) + _MODULES

if not TYPE_CHECKING:  # Type checkers report names that do not exist.

    def __getattr__(name):
        # type: (str) -> object
        from importlib import import_module

        if name in _NAMES:
            value = getattr(import_module("." + _NAMES[name], __name__), name)
            globals()[name] = value
            return value
        if name in _MODULES:
            return import_module("." + name, __name__)
        raise AttributeError("module 'jobmon' has no attribute {!r}".format(name))


def __dir__():
    # type: () -> List[str]
    return sorted(set(globals()) | set(__all__))
