"""The connection to the monitor of a directory: HTTP/1.1 and JSON (docs/protocol.md)."""

from __future__ import annotations

import os
import random
import socket
import threading
import time
import uuid
import weakref
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

from .. import _limits
from ..exceptions import CannotConnectToCentralJobMonitor, NoResponseRecieved, problem
from .directory import Info, directory_of, read_info, start_hint
from .wire import encode, headers, parse, retry_after

# A connection that was idle for longer is not used again, since the monitor may be about to close it.
IDLE_SECONDS = _limits.IDLE_CONNECTION_SECONDS - 15
# The size of one request of events: half of the monitor's limit.
EVENTS_PER_REQUEST = _limits.EVENTS_PER_REQUEST // 2
REQUEST_BYTES = _limits.REQUEST_BYTES // 2


class MonitorConnection:
    """A persistent connection to the monitor of one directory. It is safe to use from any thread and after a fork.

    It connects at the first request, and again to a monitor that was restarted (with another port and secret).
    `patience`: how many seconds to wait for a monitor that can't be reached; by default a request fails at once.
    """

    def __init__(self, directory: Optional[str] = None, patience: float = 0.0) -> None:
        self.directory = directory_of(directory)
        self.patience = patience
        self._info: Optional[Info] = None
        self._sender = ""
        self._sequence = 0
        self._forget()
        _connections.add(self)

    def _forget(self) -> None:
        # After a fork the socket belongs to the parent, a thread that does not exist here may hold the lock, and the
        # sender must be another one.
        inherited = getattr(self, "_connection", None)
        if inherited is not None:
            inherited.close()
        self._lock = threading.Lock()
        self._connection: Optional[HTTPConnection] = None
        self._last_used = 0.0
        self._sender = ""

    def close(self) -> None:
        """Closes the connection; the next request opens another one."""
        with self._lock:
            self._drop()

    def __del__(self) -> None:
        connection = getattr(self, "_connection", None)
        if connection is not None:
            connection.close()

    def request(
        self, method: str, path: str, body: Any = None, timeout: float = 30.0
    ) -> Tuple[int, Any]:
        """Sends one request and returns the HTTP status and the answer (parsed JSON).

        Waits at most `timeout` seconds. Temporary errors are retried until then: a broken connection, an outdated
        secret, a monitor that can't write at the moment. Raises `CannotConnectToCentralJobMonitor` when there is no
        monitor, `NoResponseRecieved` when it does not answer in time, `InvalidRequest` when `body` is not JSON.
        """
        return self._request(method, path, None if body is None else encode(body), timeout)

    def post_events(
        self, events: Sequence[Dict[str, Any]], timeout: float = 30.0
    ) -> List[Dict[str, Any]]:
        """Records events and returns the outcome of each, in order (docs/protocol.md).

        The events are on disk when this returns. An event without `sender` and `seq` gets them, so that it is recorded
        once even if it is sent twice. A refused event is a result, not an exception. When a request is refused as a
        whole, `RequestRefused` is raised.
        """
        results: List[Dict[str, Any]] = []
        # Encode all events before the first one is sent.
        for batch in list(self._batches(events)):
            status, answer = self._request("POST", "/v1/events", batch, timeout)
            if not isinstance(answer, dict) or "results" not in answer:
                raise problem(answer, status)
            results.extend(answer["results"])
        return results

    def post_lines(self, lines: Sequence[bytes], timeout: float = 30.0) -> bool:
        """Records events as they are in the spool: a JSON text each, with `sender` and `seq`.

        Returns True when the monitor has answered for each event: recorded, repeated, or refused and kept as evidence.
        Returns False when the request was refused as a whole. Raises the other errors of `post_events`.
        """
        _, answer = self._request(
            "POST", "/v1/events", b'{"events":[' + b",".join(lines) + b"]}", timeout
        )
        return isinstance(answer, dict) and "results" in answer

    def open_stream(self, path: str, extra: Dict[str, str], timeout: float) -> HTTPResponse:
        """Opens a stream on a connection of its own. Closing the response closes that connection.

        `timeout`: how many seconds may pass without a byte from the monitor.
        """
        for attempt in range(2):
            info = self._info_now(again=attempt > 0)
            connection = HTTPConnection(str(info["address"]), int(info["port"]), timeout=timeout)
            try:
                connection.request("GET", path, headers={**headers(info), **extra})
                response = connection.getresponse()
            except socket.timeout:
                connection.close()
                raise self._silent(timeout) from None
            except (OSError, HTTPException) as error:
                connection.close()
                if attempt == 0:
                    continue
                raise self._gone(info, error) from None
            if response.status == 200:
                # The response holds the socket, and releases it when it is closed.
                connection.sock.close()
                return response
            answer = parse(response)
            connection.close()
            if response.status != 401 or attempt > 0:
                raise problem(answer, response.status)
        raise AssertionError("not reached")

    # The methods below run under the lock, or before the object is shared.

    def _request(
        self, method: str, path: str, data: Optional[bytes], timeout: float
    ) -> Tuple[int, Any]:
        deadline = time.monotonic() + timeout
        away_until = time.monotonic() + min(self.patience, timeout)
        pause = 0.02
        with self._lock:
            while True:
                try:
                    status, answer, wait = self._once(method, path, data, deadline, timeout)
                except CannotConnectToCentralJobMonitor:
                    if time.monotonic() + pause >= away_until:
                        raise
                    wait = pause
                if wait is None:
                    return status, answer
                if time.monotonic() + wait >= deadline:
                    return status, answer
                # Random, so that many jobs do not reconnect at the same moment.
                time.sleep(wait * random.uniform(0.5, 1.0))
                pause = min(pause * 2, 1.0)

    def _once(
        self, method: str, path: str, data: Optional[bytes], deadline: float, timeout: float
    ) -> Tuple[int, Any, Optional[float]]:
        """One exchange, on a second connection if the first one was outdated.

        Returns the HTTP status, the answer, and the seconds after which to try again (None: do not).
        """
        for attempt in range(3):
            fresh = self._connection is None
            info = self._info_now(again=attempt > 0)
            left = deadline - time.monotonic()
            if left <= 0:
                raise self._silent(timeout)
            try:
                response = self._exchange(info, method, path, data, left)
                answer = parse(response)
            except socket.timeout:
                self._drop()
                raise self._silent(timeout) from None
            except (OSError, HTTPException) as error:
                # A broken persistent connection does not mean that the monitor is gone. A new connection that is
                # refused does, unless the monitor was restarted just now.
                self._drop()
                if attempt == 2 or (fresh and attempt > 0 and self._info_now(True) == info):
                    raise self._gone(info, error) from None
                continue
            except BaseException:
                self._drop()  # After Ctrl-C, the next answer on this connection would belong to this request.
                raise
            if response.status == 401:
                self._drop()
                if attempt == 2 or self._info_now(again=True) == info:
                    raise CannotConnectToCentralJobMonitor(
                        f"the monitor of {self.directory} refuses the secret in monitor_info.json",
                        "another process may have taken its port: start it again with "
                        f"jobmon monitor {self.directory}",
                    )
                continue
            wait = None
            if response.status == 503:
                wait = retry_after(response.getheader("Retry-After"))
            return response.status, answer, wait
        raise AssertionError("not reached")

    def _exchange(
        self, info: Info, method: str, path: str, data: Optional[bytes], left: float
    ) -> HTTPResponse:
        if self._connection is None or time.monotonic() - self._last_used > IDLE_SECONDS:
            self._drop()
            self._connection = _connect(info, left)
        connection = self._connection
        if connection.sock is not None:
            connection.sock.settimeout(left)
        sent = headers(info)
        if data is not None:
            sent["Content-Type"] = "application/json"
        connection.request(method, path, data, sent)
        response = connection.getresponse()
        self._last_used = time.monotonic()
        return response

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _info_now(self, again: bool = False) -> Info:
        if self._info is None or again:
            self._info = read_info(self.directory)
        return self._info

    def _batches(self, events: Sequence[Dict[str, Any]]) -> Iterator[bytes]:
        pieces: List[bytes] = []
        size = 0
        for event in events:
            piece = encode(event if "sender" in event else {**event, **self._identity()})
            if pieces and (len(pieces) >= EVENTS_PER_REQUEST or size + len(piece) > REQUEST_BYTES):
                yield b'{"events":[' + b",".join(pieces) + b"]}"
                pieces, size = [], 0
            pieces.append(piece)
            size += len(piece) + 1
        if pieces:
            yield b'{"events":[' + b",".join(pieces) + b"]}"

    def _identity(self) -> Dict[str, Any]:
        with self._lock:
            if not self._sender:
                self._sender, self._sequence = str(uuid.uuid4()), -1
            self._sequence += 1
            return {"sender": self._sender, "seq": self._sequence}

    def _silent(self, timeout: float) -> NoResponseRecieved:
        return NoResponseRecieved(
            f"the monitor of {self.directory} did not answer within {timeout:g} s",
            "it may be stopped or very busy: check its process, or raise the timeout",
        )

    def _gone(self, info: Info, error: Optional[BaseException]) -> CannotConnectToCentralJobMonitor:
        host, own = info.get("host"), socket.gethostname()
        if host != own and str(info["address"]).startswith(("127.", "::1")):
            return CannotConnectToCentralJobMonitor(
                f"the monitor of {self.directory} runs on {host} and accepts connections from that host only, "
                f"not from {own}",
                f"start it so that other hosts can reach it: jobmon monitor {self.directory} --listen any",
            )
        return CannotConnectToCentralJobMonitor(
            f"no monitor answers for {self.directory}: process {info.get('pid')} on {host}, which "
            f"monitor_info.json names, can't be reached ({error})",
            start_hint(self.directory),
        )


def _connect(info: Info, timeout: float) -> HTTPConnection:
    # A plain socket: proxies named in the environment are not used.
    connection = HTTPConnection(str(info["address"]), int(info["port"]), timeout=timeout)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


_connections: weakref.WeakSet[MonitorConnection] = weakref.WeakSet()


def _after_fork() -> None:
    for connection in list(_connections):
        connection._forget()


os.register_at_fork(after_in_child=_after_fork)
