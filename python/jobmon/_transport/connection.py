"""Talks to the monitor of a directory, as docs/protocol.md has it: HTTP/1.1 and JSON."""

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
from .wire import encode, headers, parse, seconds

# A connection that was idle for longer is not used again: the monitor may be about to close it.
IDLE_SECONDS = _limits.IDLE_CONNECTION_SECONDS - 15
# One request of events, half of what the monitor takes.
EVENTS_PER_REQUEST = _limits.EVENTS_PER_REQUEST // 2
REQUEST_BYTES = _limits.REQUEST_BYTES // 2


class MonitorConnection:
    """A kept connection to the monitor of one directory; any thread may use it, and a fork too.

    Nothing is connected before the first request. A monitor that was started again (another port,
    another secret) is found again. `patience` is for how many seconds a monitor that is away is
    waited for; without it, that it is away is said at once.
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
        # After a fork: the socket is the parent's, the lock may be held by a thread that is not
        # here, and an identity must not be shared.
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
        """Sends one request and returns the HTTP status and the answer (JSON, parsed).

        Waits at most `timeout` seconds. What can pass is tried again until then: a connection
        that broke, a secret that is out of date, a monitor that can't write just now. Raises
        `CannotConnectToCentralJobMonitor` when there is no monitor, `NoResponseRecieved` when it
        does not answer in time, `InvalidRequest` when `body` is not JSON.
        """
        return self._request(method, path, None if body is None else encode(body), timeout)

    def post_events(
        self, events: Sequence[Dict[str, Any]], timeout: float = 30.0
    ) -> List[Dict[str, Any]]:
        """Records events, and returns what became of each, in order (docs/protocol.md).

        They are on disk when this returns. Each gets an identity (`sender`, `seq`) unless it has
        one, so that none is recorded twice although it may be sent twice. A refused event is a
        result, not an exception; a request that was refused as a whole raises `RequestRefused`.
        """
        results: List[Dict[str, Any]] = []
        # All of it is made into JSON before any of it is sent.
        for batch in list(self._batches(events)):
            status, answer = self._request("POST", "/v1/events", batch, timeout)
            if not isinstance(answer, dict) or "results" not in answer:
                raise problem(answer, status)
            results.extend(answer["results"])
        return results

    def post_lines(self, lines: Sequence[bytes], timeout: float = 30.0) -> bool:
        """Records events that are JSON texts with an identity each, as they lie in the spool.

        True once the monitor has answered for each of them: recorded, repeated, or refused and
        kept as evidence. Raises as `post_events`, but for what was refused as a whole: False.
        """
        _, answer = self._request(
            "POST", "/v1/events", b'{"events":[' + b",".join(lines) + b"]}", timeout
        )
        return isinstance(answer, dict) and "results" in answer

    def open_stream(self, path: str, extra: Dict[str, str], timeout: float) -> HTTPResponse:
        """A response that goes on, on a connection of its own; closing it closes that too.

        `timeout` is for how many seconds the monitor may say nothing.
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
                # The response has its own hold of the socket, and lets go of it when it is closed.
                connection.sock.close()
                return response
            answer = parse(response)
            connection.close()
            if response.status != 401 or attempt > 0:
                raise problem(answer, response.status)
        raise self._gone(self._info_now(), None)  # not reached

    # What follows runs under the lock, or before anything is shared.

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
                # Some chance in it, so that many jobs don't come back in one moment.
                time.sleep(wait * random.uniform(0.5, 1.0))
                pause = min(pause * 2, 1.0)

    def _once(
        self, method: str, path: str, data: Optional[bytes], deadline: float, timeout: float
    ) -> Tuple[int, Any, Optional[float]]:
        """One exchange, over a second connection where the first was out of date.

        The last of what it returns is after how many seconds to try again; None: not at all.
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
                # A kept connection that the monitor has closed meanwhile says nothing about the
                # monitor; a new one that is refused does, unless it was started again just now.
                self._drop()
                if attempt == 2 or (fresh and attempt > 0 and self._info_now(True) == info):
                    raise self._gone(info, error) from None
                continue
            except BaseException:
                self._drop()  # Ctrl-C in the middle of it: the next answer would be this one's.
                raise
            if response.status == 401:
                self._drop()
                if attempt == 2 or self._info_now(again=True) == info:
                    raise CannotConnectToCentralJobMonitor(
                        f"the monitor of {self.directory} does not take the secret of its "
                        "monitor_info.json",
                        "another process may have taken its port: start it again with "
                        f"jobmon monitor {self.directory}",
                    )
                continue
            wait = None
            if response.status == 503:
                wait = seconds(response.getheader("Retry-After"))
            return response.status, answer, wait
        raise self._gone(self._info_now(), None)  # not reached

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
            "it may be stopped or very busy: look at its process, or allow it more time",
        )

    def _gone(self, info: Info, error: Optional[BaseException]) -> CannotConnectToCentralJobMonitor:
        host, own = info.get("host"), socket.gethostname()
        if host != own and str(info["address"]).startswith(("127.", "::1")):
            return CannotConnectToCentralJobMonitor(
                f"the monitor of {self.directory} runs on {host} and listens there only, not for "
                f"{own}",
                f"start it so that other hosts reach it: jobmon monitor {self.directory} "
                "--listen any",
            )
        return CannotConnectToCentralJobMonitor(
            f"no monitor answers for {self.directory}: process {info.get('pid')} on {host}, which "
            f"monitor_info.json names, is not to be reached ({error})",
            start_hint(self.directory),
        )


def _connect(info: Info, timeout: float) -> HTTPConnection:
    # A plain socket: proxies that the environment names are not for this.
    connection = HTTPConnection(str(info["address"]), int(info["port"]), timeout=timeout)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


_connections: weakref.WeakSet[MonitorConnection] = weakref.WeakSet()


def _after_fork() -> None:
    for connection in list(_connections):
        connection._forget()


os.register_at_fork(after_in_child=_after_fork)
