"""What the publisher of 2017 had to import: the topics. The monitor itself publishes."""

from __future__ import annotations

from enum import Enum

from .exceptions import CentralJobMonitorRunning

PublisherAlreadyRunning = CentralJobMonitorRunning


class PublisherTopics(Enum):
    """What a subscriber listens to: there is one topic, the statuses of instances."""

    JOB_STATE = "1"
