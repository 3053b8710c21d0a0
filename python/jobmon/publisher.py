"""The names of the publisher of 2017 that programs import. The monitor itself publishes."""

from __future__ import annotations

from enum import Enum

from .exceptions import CentralJobMonitorRunning

PublisherAlreadyRunning = CentralJobMonitorRunning


class PublisherTopics(Enum):
    """The topics of a subscriber. The only one is the statuses of instances."""

    JOB_STATE = "1"
