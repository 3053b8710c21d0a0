"""The name of the responder of 2017 that programs import. The monitor itself responds."""

from __future__ import annotations

from .exceptions import CentralJobMonitorRunning

MonitorAlreadyRunning = CentralJobMonitorRunning

__all__ = ["MonitorAlreadyRunning"]
