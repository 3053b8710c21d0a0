"""The stream of changes that a monitor sends (docs/protocol.md, "Following"): server-sent events."""

from __future__ import annotations

import json
from http.client import HTTPException, HTTPResponse
from typing import Any, Dict, Iterator, Optional, Tuple

from .. import _limits
from ..exceptions import CannotConnectToCentralJobMonitor
from .connection import MonitorConnection
from .directory import start_hint

# A stream without a sign of life for so long is dead: the monitor gives three of them in this time.
SILENCE_SECONDS = 3 * _limits.KEEP_ALIVE_SECONDS


class EventStream:
    """The changes after a sequence number, in order and without a gap, on a connection of its own.

    `last` is the number of the last change that was read. A stream that broke is opened again by `open`, and goes on
    after it. With `after` None it begins with what happens after the first `open`.
    """

    def __init__(self, connection: MonitorConnection, after: Optional[int] = None) -> None:
        self.last = after
        self._connection = connection
        self._response: Optional[HTTPResponse] = None
        self._frames: Iterator[Tuple[str, str]] = iter(())

    def open(self) -> None:
        """Connects to the monitor. When this returns, `last` is known: nothing after it is missed.

        Raises `CannotConnectToCentralJobMonitor` and `NoResponseRecieved` when there is no monitor or no answer, and
        `RequestRefused`.
        """
        self.close()
        path = "/v1/events" if self.last is None else f"/v1/events?after={self.last}"
        headers = {"Accept": "text/event-stream"}
        self._response = self._connection.open_stream(path, headers, SILENCE_SECONDS)
        self._frames = _frames(self._response)
        try:
            start = next(self._frames, None)
        except (OSError, HTTPException):
            start = None
        if start is None:
            self.close()
            directory = self._connection.directory
            raise CannotConnectToCentralJobMonitor(
                f"the monitor of {directory} closed the connection at once", start_hint(directory)
            )
        self._read(start)

    def changes(self) -> Iterator[Dict[str, Any]]:
        """The changes, as they come, until the stream breaks. Raises ValueError where it is not one of a monitor's."""
        try:
            for frame in self._frames:
                change = self._read(frame)
                if change is not None:
                    yield change
        except (OSError, HTTPException):
            pass  # The monitor went away.
        finally:
            self.close()

    def close(self) -> None:
        """Closes the connection."""
        response, self._response = self._response, None
        self._frames = iter(())
        if response is not None:
            response.close()

    def _read(self, frame: Tuple[str, str]) -> Optional[Dict[str, Any]]:
        kind, data = frame
        if kind not in ("start", "change"):
            return None  # `lagged`, or a kind of a newer monitor.
        value: Dict[str, Any] = json.loads(data)
        self.last = int(value["sequence"])
        return value if kind == "change" else None


def _frames(response: HTTPResponse) -> Iterator[Tuple[str, str]]:
    """The frames of a stream: the kind and the data of each. Lines that begin with a colon are signs of life."""
    kind, data = "", ""
    for raw in response:
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        name, _, value = line.partition(":")
        if not line:
            if data:
                yield kind, data
            kind, data = "", ""
        elif name == "event":
            kind = value.strip()
        elif name == "data":
            data += value.strip()
