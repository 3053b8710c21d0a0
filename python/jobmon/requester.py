"""Asks the monitor of a directory, with the actions of 2017."""

from __future__ import annotations

import logging
from typing import Any, Dict, List, Optional

from ._classic import queue_name
from ._classic.actions import Actions
from ._transport.connection import MonitorConnection
from ._transport.wire import encode
from .connection_config import ConnectionConfig, directory
from .exceptions import (
    CannotConnectToCentralJobMonitor,
    NoResponseRecieved,
    RequestRefused,
    ReturnCodes,
)

logger = logging.getLogger(__name__)

# A monitor that is just being started again is waited for so long, in seconds.
PATIENCE = 1.0


class Requester:
    """Sends requests to the monitor of `out_dir`, and brings its answers.

    The directory is named by path, by `monitor_connection` (a `ConnectionConfig`), or by
    `monitor_host` and `monitor_port`, else by $JOBMON_DIR. A request is given up after
    `request_retries` times `request_timeout` milliseconds; in between it is sent again where that
    is safe. Nothing is connected before the first request, so that it does no harm to make one
    where no monitor is.
    """

    def __init__(
        self,
        out_dir: Any = None,
        request_retries: int = 3,
        request_timeout: float = 10_000,
        monitor_host: Optional[str] = None,
        monitor_port: Optional[int] = None,
        monitor_connection: Any = None,
    ) -> None:
        for config in (out_dir, monitor_connection):
            if isinstance(config, ConnectionConfig):
                request_retries = config.request_retries
                request_timeout = config.request_timeout
        self.out_dir = directory(out_dir, monitor_host, monitor_port, monitor_connection)
        self.request_retries = request_retries
        self.request_timeout = request_timeout
        self.timeout = max(float(request_retries) * float(request_timeout) / 1000.0, 0.001)
        self.connection = MonitorConnection(self.out_dir, patience=PATIENCE)
        self._actions = Actions(self.connection, self.timeout, lambda: self.queue)

    @property
    def queue(self) -> str:
        """The queue in which jobs are registered that name no other one."""
        return queue_name.of_process(self.out_dir)

    def connect(self) -> None:
        """Nothing to do: a request connects. Here for programs that call it."""

    def is_connected(self) -> bool:
        """Whether a monitor answers just now."""
        try:
            return self.connection.request("GET", "/v1/alive", timeout=self.timeout)[0] == 200
        except (CannotConnectToCentralJobMonitor, NoResponseRecieved):
            return False

    def disconnect(self) -> None:
        """Closes the connection; the next request opens another one."""
        self.connection.close()

    def send_request(self, message: Any, verbose: bool = False) -> List[Any]:
        """Sends `{"action": ..., "args": [...], "kwargs": {...}}` and returns `[code, ...]`.

        `code` is one of `ReturnCodes`: OK and what was asked for, or what is wrong and a sentence.
        Raises `CannotConnectToCentralJobMonitor` when there is no monitor, `NoResponseRecieved`
        when it does not answer in time, and `InvalidRequest` for what is not JSON.
        """
        answer = self._answer(message)
        if verbose:
            logger.debug("%s answered %s", message, answer)
        return answer

    def jobs(self, status_id: int) -> List[Dict[str, Any]]:
        """All jobs that have a status now, as the monitor describes them (docs/protocol.md)."""
        return self._actions.jobs(status_id)

    def _answer(self, message: Any) -> List[Any]:
        encode(message)  # before anything of it is sent
        if message == "stop":
            message = {"action": "stop"}
        if not isinstance(message, dict) or "action" not in message:
            return [
                ReturnCodes.INVALID_ACTION,
                "a request is a dict with an action: {'action': 'alive'}, and args and kwargs",
            ]
        name = message["action"]
        action = self._actions.find(name) if isinstance(name, str) else None
        if action is None:
            return [ReturnCodes.INVALID_ACTION, f"{name} is not a valid action for this Responder"]
        args, kwargs = message.get("args") or [], message.get("kwargs") or {}
        if not isinstance(args, (list, tuple)) or not isinstance(kwargs, dict):
            return [ReturnCodes.GENERIC_ERROR, f"{name}: args is a list, and kwargs a dict"]
        try:
            return action(*args, **kwargs)
        except RequestRefused as refused:
            return [ReturnCodes.GENERIC_ERROR, str(refused)]
        except TypeError as error:
            said = str(error).replace("Actions.", "")
            return [ReturnCodes.GENERIC_ERROR, f"{name}: {said}"]
