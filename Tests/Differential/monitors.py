"""The monitors for all modes of the comparison."""

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
import sqlite3
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

PYTHON = [sys.executable, "-I", "-S"]
REMARK = re.compile(rb"jobmon exec: no jobmon directory is named[^\n]*\r?\n")
LIMIT = 60


# ---- monitors ----


def serve(mode, ready):
    """The process of a false monitor: it accepts connections, and answers nothing or garbage."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
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
    """A monitor in one of the modes; `up` and `stopped` use the real one."""

    def __init__(self, mode, base, jobmon):
        self.mode = mode
        self.jobmon = jobmon
        self.real = None
        self.pid = None
        self.directory = os.path.join(base, "mon")
        if mode == "none":
            return
        os.makedirs(os.path.join(self.directory, "spool"))
        if mode == "absent":
            return
        if mode in ("up", "stopped"):
            self.real = subprocess.Popen([jobmon, "monitor", self.directory], stdout=subprocess.PIPE,
                                         stdin=subprocess.DEVNULL)
            if not self.real.stdout.readline().startswith(b"ready "):
                sys.exit("the monitor did not start")
            if mode == "stopped":
                self.real.send_signal(signal.SIGSTOP)
            return
        reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                serve(mode, writing)
            finally:
                os._exit(1)
        os.close(writing)
        port = int(os.read(reading, 20))
        os.close(reading)
        with open(os.open(os.path.join(self.directory, "monitor_info.json"), os.O_CREAT | os.O_WRONLY, 0o600),
                  "w") as file:
            json.dump({"host": socket.gethostname(), "address": "127.0.0.1", "port": port, "pid": self.pid,
                       "host_boot_id": None, "secret": "s3cret", "started": "2026-01-01T00:00:00.000Z",
                       "version": "0"}, file)

    def close(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        if self.real and self.real.poll() is None:
            self.real.kill()
            self.real.wait()

    def spooled(self):
        spool = os.path.join(self.directory, "spool")
        return [os.path.join(spool, name) for name in os.listdir(spool)
                if name.endswith(".json") and not name.startswith(".")]

    def recorded(self):
        """The content of the ledger after the real monitor has taken everything in and has ended."""
        self.real.send_signal(signal.SIGCONT)
        deadline = time.monotonic() + LIMIT
        while self.spooled() and time.monotonic() < deadline:
            time.sleep(0.1)
        self.real.terminate()
        if self.real.wait(LIMIT) != 0:
            raise OSError("the monitor ended with %d" % self.real.returncode)
        ledger = sqlite3.connect("file:%s/job_monitor.sqlite?mode=ro" % self.directory, uri=True)
        try:
            refused = ledger.execute("select problem from event where outcome = 'refused'").fetchall()
            if refused:
                raise OSError("refused: %r" % refused)
        finally:
            ledger.close()
        # Most of them are stored without their text.
        return subprocess.run([self.jobmon, "events", "--sent", "-d", self.directory], capture_output=True, text=True,
                              check=True).stdout.splitlines()

    def events(self):
        """All reported events by wrapper and number: recorded, or left in the spool."""
        lines = self.recorded() if self.real else []
        for path in self.spooled():
            lines.append(open(path).read())
        by_sender = {}
        for line in lines:
            event = json.loads(line)
            if "sender" in event:
                by_sender.setdefault(event["sender"], {})[event["seq"]] = event
        return by_sender
