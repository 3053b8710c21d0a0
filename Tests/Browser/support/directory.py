"""A directory of jobmon in a temporary folder: its monitor, its runs, its ledger. All processes are real."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import urllib.request
from typing import Any

from .waiting import wait_for

EXECUTABLE = os.environ.get("JOBMON_EXECUTABLE", "jobmon")


class Directory:
    """`folder` is the working folder of commands, `path` the directory with the ledger in it."""

    def __init__(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="jobmon-page."))
        self.path = self.folder / "run one"
        self.monitor: subprocess.Popen[str] | None = None
        self.processes: list[subprocess.Popen[str]] = []

    # Commands

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Starts jobmon, in a process group of its own; `close` ends it."""
        environment = {**os.environ, "NO_COLOR": "1", "JOBMON_DIR": str(self.path)}
        # The browser that jobmon would open is none of the tests'.
        environment.pop("DISPLAY", None)
        process = subprocess.Popen([EXECUTABLE, *arguments], cwd=self.folder, env=environment, text=True,
                                   stdin=subprocess.DEVNULL, start_new_session=True, **options)
        self.processes.append(process)
        return process

    def jobmon(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
        """Runs jobmon to its end, and returns its stdout."""
        process = self.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = process.communicate(timeout=240)
        assert process.returncode in codes, f"jobmon {' '.join(arguments)}: exit code {process.returncode}\n{out}{err}"
        return out

    def background(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts jobmon with its output in a file."""
        with open(self.folder / f"{arguments[0]}.{len(self.processes)}.log", "w") as log:
            return self.start(*arguments, stdout=log, stderr=log)

    # Monitor

    def serve(self, *options: str) -> None:
        """Starts the monitor, and returns when it is ready."""
        log = self.folder / "monitor.log"
        before = log.stat().st_size if log.exists() else 0
        with open(log, "a") as file:
            self.monitor = self.start("monitor", str(self.path), *options, stdout=file, stderr=file)
        monitor = self.monitor

        def ready() -> bool:
            assert monitor.poll() is None, f"the monitor ended: {log.read_text()[before:]}"
            return "ready " in log.read_text()[before:]
        wait_for("the monitor is ready", ready)

    @property
    def log(self) -> str:
        """What the monitors wrote."""
        return (self.folder / "monitor.log").read_text()

    def kill(self) -> None:
        """SIGKILL for the monitor."""
        assert self.monitor is not None
        self.monitor.kill()
        self.monitor.wait()

    @property
    def info(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.path / "monitor_info.json").read_text())
        return found

    @property
    def port(self) -> int:
        return int(self.info["port"])

    def post(self, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Records events, as any program can."""
        info = self.info
        request = urllib.request.Request(
            f"http://{info['address']}:{info['port']}/v1/events", json.dumps({"events": events}).encode(),
            {"Authorization": f"Bearer {info['secret']}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            results: list[dict[str, Any]] = json.load(answer)["results"]
        bad = [r for r in results if r["outcome"] != "recorded"]
        assert not bad, bad[:3]
        return results

    def link(self, *options: str) -> str:
        """A new link to the page."""
        return self.jobmon("dashboard", "--no-open", *options).strip()

    def connections(self) -> int:
        """Connections that browsers and others have to the monitor."""
        out = subprocess.run(["ss", "-Htn", "state", "established", f"( sport = :{self.port} )"], text=True,
                             capture_output=True, check=True).stdout
        return len(out.splitlines())

    # Ledger

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the ledger, read only, past the monitor."""
        ledger = sqlite3.connect(f"file:{self.path}/job_monitor.sqlite?mode=ro", uri=True, timeout=20)
        try:
            return ledger.execute(statement, values).fetchall()
        finally:
            ledger.close()

    def number(self, statement: str, *values: Any) -> int:
        """The number that a statement gives."""
        return int(self.rows(statement, *values)[0][0] or 0)

    def statuses(self) -> dict[str, int]:
        """Jobs by status."""
        return dict(self.rows("SELECT lower(s.label), count(*) FROM job j JOIN status s ON s.id = j.status "
                              "WHERE j.forgotten IS NULL GROUP BY 1"))

    # End

    def close(self) -> None:
        """Ends what was started, and removes the folder."""
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
        end = time.monotonic() + 10
        for process in reversed(self.processes):
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
