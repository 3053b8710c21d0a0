"""Programs beside the monitor: a forwarder of a port as ssh -L has it, and a web page of another origin."""

from __future__ import annotations

import http.server
import selectors
import socket
import threading
from collections.abc import Callable


class Forwarder:
    """Passes on the connections of a free local port to another port of this host, as `ssh -L` does. `requests` has the
    first line of each request, `streams` how many event streams are open."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.open: list[socket.socket] = []
        self.requests: list[str] = []
        self.streams = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                near.close()
                continue
            self.open += [near, far]
            threading.Thread(target=self._pass, args=(near, far), daemon=True).start()

    def _pass(self, near: socket.socket, far: socket.socket) -> None:
        stream = 0
        with selectors.DefaultSelector() as selector:
            selector.register(near, selectors.EVENT_READ, far)
            selector.register(far, selectors.EVENT_READ, near)
            try:
                while True:
                    for key, _ in selector.select():
                        source: socket.socket = key.fileobj  # type: ignore[assignment]
                        data = source.recv(65536)
                        if not data:
                            return
                        if source is near and data.startswith((b"GET ", b"POST ", b"DELETE ")):
                            self.requests.append(data.split(b" HTTP/", 1)[0].decode())
                            if "/v1/view/ticks" in self.requests[-1]:
                                stream = 1
                                self.streams += 1
                        key.data.sendall(data)
            except (OSError, ValueError):
                return
            finally:
                self.streams -= stream
                near.close()
                far.close()

    def close(self) -> None:
        self.listener.close()
        for one in self.open:
            one.close()


class ForeignPage:
    """A web page of another origin, on a free port: it answers every GET with the given markup."""

    def __init__(self, markup: Callable[[], str]) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):  # allowed: a name of Python
            def do_GET(self) -> None:
                body = markup().encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                pass

        self.responder = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)  # allowed: a name of Python
        self.port: int = self.responder.server_address[1]
        threading.Thread(target=self.responder.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.responder.shutdown()
        self.responder.server_close()
