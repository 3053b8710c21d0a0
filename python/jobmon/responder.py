"""What the responder of 2017 had to import: its exception. The monitor itself responds."""

from __future__ import annotations

from .exceptions import CentralJobMonitorRunning

MonitorAlreadyRunning = CentralJobMonitorRunning

__all__ = ["MonitorAlreadyRunning"]
