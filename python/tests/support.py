"""Helpers of the tests: the executable, directories, programs, conditions to wait for."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import unittest
from typing import Any, Callable, Dict, List, Optional

from jobmon import central_job_monitor
from jobmon._transport import executable

PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PATIENCE = 120.0


def pause(pid: int) -> None:
    """Stops a process, and waits until all of its threads have stopped. SIGCONT continues it."""
    os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: all(_has_stopped(pid, task) for task in os.listdir(f"/proc/{pid}/task")))


def _has_stopped(pid: int, task: str) -> bool:
    with open(f"/proc/{pid}/task/{task}/stat", encoding="utf-8", errors="replace") as file:
        return file.read().rpartition(")")[2].split()[0] == "T"


def wait_until(condition: Callable[[], Any], what: str = "the condition") -> Any:
    """Waits until the condition returns a true value, and returns it. Fails after PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    tick = threading.Event()
    while True:
        try:
            value = condition()
        except LookupError:
            # What the condition asks about is not there yet.
            value = False
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"after {PATIENCE:g} s still not: {what}")
        tick.wait(0.02)


def is_gone(pid: int) -> bool:
    """Whether a process has ended: it does not exist, or is a zombie."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            return stat.read().rpartition(b")")[2].split()[0] == b"Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def children(pid: int) -> List[int]:
    """The processes whose parent is `pid`."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as stat:
                if int(stat.read().rpartition(b")")[2].split()[1]) == pid:
                    found.append(int(name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def command_line(pid: int) -> bytes:
    """The arguments of a process, each with a NUL at its end; empty once it is gone."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as line:
            return line.read()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def environment(**more: str) -> Dict[str, str]:
    """The environment of a program that uses this package and this executable."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JOBMON_")}
    kept.update(PYTHONPATH=PACKAGE, JOBMON_EXECUTABLE=executable.find(), PYTHONUNBUFFERED="1")
    return {**kept, **more}


class TestCase(unittest.TestCase):
    """A test with a directory of its own and without the variables of jobmon."""

    def setUp(self) -> None:
        self.executable = executable.find()
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="jobmon-python-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.mon_dir = os.path.join(self.folder, "mon")
        self.keep_environment()
        for name in ("JOBMON_DIR", "JOBMON_INSTANCE", "JOBMON_JID", "JOB_ID", "JOB_NAME"):
            os.environ.pop(name, None)

    def keep_environment(self) -> None:
        before = dict(os.environ)

        def restore() -> None:
            os.environ.clear()
            os.environ.update(before)

        self.addCleanup(restore)

    def monitor(self, **arguments: Any) -> central_job_monitor.CentralJobMonitor:
        """Starts a monitor in the directory of the test. It ends with the test."""
        monitor = central_job_monitor.CentralJobMonitor(self.mon_dir, **arguments)
        self.addCleanup(monitor.stop_responder)
        return monitor

    def write(self, name: str, text: str) -> str:
        """Writes a file in the folder of the test, and returns its path."""
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(textwrap.dedent(text))
        return path

    def start(self, program: str, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Starts a Python program. It is killed at the end of the test."""
        path = self.write("program.py", program)
        process = subprocess.Popen(
            [sys.executable, path, *arguments],
            cwd=self.folder,
            env=environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
            # It is ignored if a shell runs the tests in the background.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

        def end() -> None:
            if process.poll() is None:
                process.kill()
            process.communicate()

        self.addCleanup(end)
        return process

    def run_program(self, program: str, *arguments: str, **more: str) -> str:
        """Runs a Python program to its end, and returns its stdout. It must end with exit code 0."""
        process = self.start(program, *arguments, **more)
        out, err = process.communicate(timeout=PATIENCE * 2)
        self.assertEqual(process.returncode, 0, f"stdout:\n{out}\nstderr:\n{err}")
        return out

    def jobmon(self, *arguments: str, code: Optional[int] = 0) -> str:
        """Runs the executable, and returns its stdout."""
        done = subprocess.run(
            [self.executable, *arguments],
            env=environment(),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        if code is not None:
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def query(self, sql: str) -> List[List[str]]:
        """Rows of the ledger, as the executable reads them: the header first."""
        import csv

        return list(csv.reader(self.jobmon("query", "-d", self.mon_dir, "--csv", sql).splitlines()))
