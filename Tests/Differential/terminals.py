"""The hard cases on a terminal."""

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

from running import *
from cases import *

# ---- terminals ----


def set_size(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


class TerminalJob:
    """A command as the foreground job of a small shell on its own terminal."""

    def __init__(self, command, stdout=None):
        self.master, slave = pty.openpty()
        set_size(self.master, 31, 97)
        events, events_out = os.pipe()
        self.events = events
        words, self.words = os.pipe()
        self.shell = os.fork()
        if self.shell == 0:
            try:
                # If this process fails, it must see the end of its input, and the caller the end of its output.
                for fd in (self.master, self.words, self.events):
                    os.close(fd)
                nothing = os.open(os.devnull, os.O_RDWR)
                for fd in (0, 1, 2):
                    os.dup2(nothing, fd)
                self.act_as_shell(command, slave, events_out, words, stdout)
            finally:
                os._exit(1)
        os.close(events_out)
        os.close(words)
        os.close(slave)
        self.seen = b""

    @staticmethod
    def act_as_shell(command, slave, events, words, stdout):
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        job = os.fork()
        if job == 0:
            os.setpgid(0, 0)
            os.tcsetpgrp(slave, os.getpid())
            for number in (signal.SIGTTOU, signal.SIGTSTP, signal.SIGPIPE):
                signal.signal(number, signal.SIG_DFL)
            os.dup2(slave, 0)
            os.dup2(os.open(stdout, os.O_WRONLY | os.O_CREAT) if stdout else slave, 1)
            os.dup2(slave, 2)
            os.closerange(3, 256)
            os.execvp(command[0], command)
        while True:
            _, status = os.waitpid(job, os.WUNTRACED)
            os.tcsetpgrp(slave, os.getpgrp())
            if not os.WIFSTOPPED(status):
                os.write(events, ("%s\n" % status_of(os.waitstatus_to_exitcode(status))).encode())
                # The terminal stays open until all of its output is read.
                os.read(words, 1)
                os._exit(0)
            os.write(events, b"stopped by %d\n" % os.WSTOPSIG(status))
            if not os.read(words, 1):
                os.killpg(job, signal.SIGKILL)
                os._exit(1)
            os.tcsetpgrp(slave, job)
            os.killpg(job, signal.SIGCONT)

    def expect(self, text):
        deadline = time.monotonic() + LIMIT
        while text not in clean(self.seen):
            ready, _, _ = select.select([self.master], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError("%r did not appear, but %r" % (text, self.seen))
            self.seen += os.read(self.master, 65536)

    def type(self, data):
        os.write(self.master, data)

    def event(self):
        data = b""
        while not data.endswith(b"\n"):
            ready, _, _ = select.select([self.events, self.master], [], [], LIMIT)
            if not ready:
                raise TimeoutError("the job does not end or stop; seen: %r" % self.seen)
            # A full terminal must not block the job.
            if self.master in ready:
                self.seen += os.read(self.master, 65536)
            if self.events in ready:
                part = os.read(self.events, 1)
                if not part:
                    raise EOFError("the shell is gone")
                data += part
        return data.decode().strip()

    def go_on(self):
        os.write(self.words, b"c")

    def finish(self):
        """The whole output."""
        while select.select([self.master], [], [], 0.05)[0]:
            self.seen += os.read(self.master, 65536)
        os.write(self.words, b"x")
        try:
            # EIO comes when all processes have closed the other side.
            while part := os.read(self.master, 65536):
                self.seen += part
        except OSError:
            pass
        os.waitpid(self.shell, 0)
        for fd in (self.master, self.events, self.words):
            os.close(fd)
        return summary(self.seen)


@case("terminal: what the command sees of it")
def terminal_look(prefix, world):
    job = TerminalJob(prefix + python("import os\nprint([os.isatty(i) for i in (0, 1, 2)], os.get_terminal_size(1), "
                                      "os.get_terminal_size(2), os.tcgetpgrp(0) == os.getpgrp())"))
    return job.event(), job.finish()


@case("terminal: bytes and order")
def terminal_bytes(prefix, world):
    job = TerminalJob(prefix + sh("printf 'a\\nb\\r\\n\\tc\\033[1mX\\n'; for i in 1 2 3 4 5 6 7 8 9; do echo out$i; "
                                  "echo err$i >&2; done; seq 20000 >&2"))
    return job.event(), job.finish()


@case("terminal: only stderr is it")
def terminal_stderr(prefix, world):
    with tempfile.NamedTemporaryFile() as file:
        job = TerminalJob(prefix + python("import os\nos.write(1, b'out')\nprint([os.isatty(i) for i in (0, 1, 2)], "
                                          "file=__import__('sys').stderr)"), stdout=file.name)
        return job.event(), job.finish(), open(file.name, "rb").read()


@case("terminal: a line is read")
def terminal_line(prefix, world):
    job = TerminalJob(prefix + sh("echo ask; read x; echo got $x"))
    job.expect(b"ask")
    job.type(b"word\n")
    return job.event(), job.finish()


@case("terminal: Ctrl-C ends")
def ctrl_c(prefix, world):
    job = TerminalJob(prefix + sh("echo ready; exec sleep 100"))
    job.expect(b"ready")
    job.type(b"\x03")
    return job.event(), job.finish()


COUNTS = """
import os, signal, sys
count = 0
def note(number, frame):
    global count
    count += 1
for n in (signal.SIGINT, signal.SIGQUIT): signal.signal(n, note)
os.write(1, b"ready\\n")
line = sys.stdin.readline()
os.write(1, b"%d signals, then %s" % (count, line.encode()))
sys.exit(11)
"""


@case("terminal: Ctrl-C and Ctrl-\\ come once to a command that handles them")
def ctrl_c_once(prefix, world):
    job = TerminalJob(prefix + python(COUNTS))
    job.expect(b"ready")
    job.type(b"\x03")
    job.expect(b"^C")
    job.type(b"\x1c")
    job.expect(b"^\\")
    job.type(b"done\n")
    return job.event(), job.finish()


@case("terminal: Ctrl-Z, and going on")
def ctrl_z(prefix, world):
    job = TerminalJob(prefix + sh("echo ready; read x; echo got $x; exit 7"))
    job.expect(b"ready")
    job.type(b"\x1a")
    stopped = job.event()
    job.go_on()
    job.type(b"word\n")
    return stopped, job.event(), job.finish()


@case("terminal: a command that ignores Ctrl-Z")
def ctrl_z_ignored(prefix, world):
    job = TerminalJob(prefix + sh("trap '' TSTP; echo ready; read x; echo got $x; exit 7"))
    job.expect(b"ready")
    job.type(b"\x1a")
    job.expect(b"^Z")
    job.type(b"word\n")
    return job.event(), job.finish()


RESIZES = """
import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH])
os.write(1, b"ready\\n")
size = None
while size != (40, 120):
    signal.sigwaitinfo([signal.SIGWINCH])
    size = (os.get_terminal_size(1).lines, os.get_terminal_size(1).columns)
os.write(2, b"%d %d\\n" % size)
"""


@case("terminal: a new size")
def resized(prefix, world):
    job = TerminalJob(prefix + python(RESIZES))
    job.expect(b"ready")
    set_size(job.master, 40, 120)
    return job.event(), job.finish()


NO_ECHO = """
import os, sys, termios
settings = termios.tcgetattr(1)
settings[3] &= ~termios.ECHO
termios.tcsetattr(1, termios.TCSANOW, settings)
os.write(1, b"ready\\n")
line = sys.stdin.readline()
settings[3] |= termios.ECHO
termios.tcsetattr(1, termios.TCSANOW, settings)
os.write(1, b"got %d characters\\n" % len(line))
"""


@case("terminal: settings changed through stdout")
def settings_changed(prefix, world):
    job = TerminalJob(prefix + python(NO_ECHO))
    job.expect(b"ready")
    job.type(b"secret\n")
    event, seen = job.event(), job.finish()
    return event, seen
