"""Sends requests to the monitor of a directory, with the actions of 2017."""

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

# How many seconds to wait for a monitor that is being restarted.
PATIENCE = 1.0


class Requester:
    """Sends requests to the monitor of `out_dir`, and returns its answers.

    The directory is given by its path, by `monitor_connection` (a `ConnectionConfig`), by `monitor_host` and
    `monitor_port`, or by $JOBMON_DIR. A request may take `request_retries` times `request_timeout` milliseconds; it is
    sent again where that is safe. The object connects at the first request, so it can be created without a monitor.
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
        """The queue of registered jobs that name no queue."""
        return queue_name.of_process(self.out_dir)

    def connect(self) -> None:
        """Does nothing: the first request connects."""

    def is_connected(self) -> bool:
        """Whether a monitor answers."""
        try:
            return self.connection.request("GET", "/v1/alive", timeout=self.timeout)[0] == 200
        except (CannotConnectToCentralJobMonitor, NoResponseRecieved):
            return False

    def disconnect(self) -> None:
        """Closes the connection. The next request opens another one."""
        self.connection.close()

    def send_request(self, message: Any, verbose: bool = False) -> List[Any]:
        """Sends `{"action": ..., "args": [...], "kwargs": {...}}` and returns `[code, ...]`.

        `code` is one of `ReturnCodes`: OK, and the answer follows; or an error, and a sentence follows. Raises
        `CannotConnectToCentralJobMonitor` when there is no monitor, `NoResponseRecieved` when it does not answer in
        time, and `InvalidRequest` when the request is not JSON.
        """
        answer = self._answer(message)
        if verbose:
            logger.debug("%s answered %s", message, answer)
        return answer

    def jobs(self, status_id: int) -> List[Dict[str, Any]]:
        """All jobs that have a status at the moment, as in docs/protocol.md, "Reading"."""
        return self._actions.jobs(status_id)

    def _answer(self, message: Any) -> List[Any]:
        encode(message)  # Raises InvalidRequest before a part of it is sent.
        if message == "stop":
            message = {"action": "stop"}
        if not isinstance(message, dict) or "action" not in message:
            return [
                ReturnCodes.INVALID_ACTION,
                "a request must be a dict with an action, and optional args and kwargs: {'action': 'alive'}",
            ]
        name = message["action"]
        action = self._actions.find(name) if isinstance(name, str) else None
        if action is None:
            return [ReturnCodes.INVALID_ACTION, f"{name} is not a valid action for this Responder"]
        args, kwargs = message.get("args") or [], message.get("kwargs") or {}
        if not isinstance(args, (list, tuple)) or not isinstance(kwargs, dict):
            return [ReturnCodes.GENERIC_ERROR, f"{name}: args must be a list, and kwargs a dict"]
        try:
            return action(*args, **kwargs)
        except RequestRefused as refused:
            return [ReturnCodes.GENERIC_ERROR, str(refused)]
        except TypeError as error:
            text = str(error).replace("Actions.", "")
            return [ReturnCodes.GENERIC_ERROR, f"{name}: {text}"]
