"""What stands in for a monitor, in every mode of the comparison."""

import ctypes
import fcntl
import hashlib
import http.server
import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

PYTHON = [sys.executable, "-I", "-S"]
REMARK = re.compile(rb"jobmon exec: no monitor's directory[^\n]*\r?\n")
LIMIT = 60


# ---- monitors ----


class Answering(http.server.BaseHTTPRequestHandler):
    """What a monitor answers, as far as a wrapper needs it."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with open(self.server.record, "a") as file:
            for event in body["events"]:
                file.write(json.dumps(event) + "\n")
        answer = json.dumps({"results": [{"outcome": "recorded", "jid": 1, "job_instance_id": 1}
                                         for _ in body["events"]]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def serve(mode, record, ready):
    """The monitor's process."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if mode in ("up", "stopped"):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        server.daemon_threads = True
        server.record = record
        os.write(ready, b"%d\n" % server.server_port)
        server.serve_forever()
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    os.write(ready, b"%d\n" % listener.getsockname()[1])
    kept = []
    while True:
        connection, _ = listener.accept()
        kept = kept[-200:] + [connection]
        if mode == "garbage":
            try:
                connection.sendall(os.urandom(3000) + b"\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")
            except OSError:
                pass


class Monitor:
    def __init__(self, mode, base):
        self.mode = mode
        self.pid = None
        self.directory = os.path.join(base, "mon")
        self.record = os.path.join(base, "events.jsonl")
        if mode == "none":
            return
        os.makedirs(os.path.join(self.directory, "spool"))
        if mode == "absent":
            return
        reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                serve(mode, self.record, writing)
            finally:
                os._exit(1)
        os.close(writing)
        port = int(os.read(reading, 20))
        os.close(reading)
        if mode == "stopped":
            os.kill(self.pid, signal.SIGSTOP)
        with open(os.open(os.path.join(self.directory, "monitor_info.json"), os.O_CREAT | os.O_WRONLY, 0o600),
                  "w") as file:
            json.dump({"host": socket.gethostname(), "address": "127.0.0.1", "port": port, "pid": self.pid,
                       "host_boot_id": None, "secret": "s3cret", "started": "2026-01-01T00:00:00.000Z",
                       "version": "0"}, file)

    def close(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)

    def events(self):
        """Everything that was said, by wrapper and by number: answered or left in the spool."""
        lines = []
        if os.path.exists(self.record):
            lines += open(self.record).read().splitlines()
        spool = os.path.join(self.directory, "spool")
        for name in os.listdir(spool):
            if name.endswith(".json") and not name.startswith("."):
                lines.append(open(os.path.join(spool, name)).read())
        by_sender = {}
        for line in lines:
            event = json.loads(line)
            if "sender" in event:
                by_sender.setdefault(event["sender"], {})[event["seq"]] = event
        return by_sender
