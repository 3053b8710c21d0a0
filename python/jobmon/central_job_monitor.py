"""Starts the monitor of a directory, as a process of the `jobmon` executable."""

from __future__ import annotations

import atexit
import logging
import os
import select
import subprocess
import sys
from typing import IO, Any, Dict, List, Optional, Tuple

from . import _limits
from ._transport import executable
from ._transport import feed as _feed
from ._transport.command_output import last_message, output
from ._transport.directory import close_to_others, directory_of
from ._transport.private_files import make_folder, open_file
from .exceptions import CentralJobMonitorNotAlive, CentralJobMonitorRunning
from .models import Job
from .requester import Requester

logger = logging.getLogger(__name__)


class CentralJobMonitor:
    """Starts the monitor of `out_dir`. It runs until it is stopped or this program ends.

    The monitor answers when this returns. It ends when this program ends, also when the program is killed.

    - `out_dir`: the directory; it is created if it is missing. The monitor writes its messages to `monitor.log` there.
    - `persistent`: False keeps the ledger in memory: it is lost when the monitor ends. A ledger that the directory
      already has is used nevertheless. Default: True.
    - `port`: the port. Default: any free port.
    - `listen`: a further address to listen on, or `any`, so that jobs on other hosts can reach the monitor. Without it,
      jobs that jobmon runs on other hosts report through the directory.
    - `publish_job_state`, `publisher_port`: arguments of 2017. Changes are always published.

    Raises `CentralJobMonitorRunning` when the directory has a monitor already (the message names it),
    `CentralJobMonitorNotAlive` with the reason when the monitor does not start, `ExecutableNotFound`, OSError.
    """

    def __init__(
        self,
        out_dir: str,
        persistent: bool = True,
        port: Optional[int] = None,
        conn_str: Optional[str] = None,
        publish_job_state: bool = True,
        publisher_port: Optional[int] = None,
        listen: Optional[str] = None,
    ) -> None:
        if conn_str is not None:
            raise ValueError("conn_str is not supported any more: the ledger is a file in out_dir")
        self.out_dir = directory_of(out_dir)
        close_to_others(self.out_dir)
        ledger = os.path.join(self.out_dir, "job_monitor.sqlite")
        if not persistent and os.path.exists(ledger):
            # A ledger in memory would hide it.
            logger.warning("%s exists and is used: the ledger is not kept in memory", ledger)
            persistent = True
        self.persistent = persistent
        self.publish_job_state = publish_job_state
        self._owner = os.getpid()
        command = [executable.find(), "monitor", self.out_dir, "--end-with", str(self._owner)]
        if not persistent:
            command.append("--in-memory")
        if port is not None:
            command += ["--port", str(int(port))]
        if listen is not None:
            command += ["--listen", listen]
        make_folder(self.out_dir)
        path = os.path.join(self.out_dir, "monitor.log")
        with open(open_file(path, os.O_WRONLY | os.O_APPEND), "ab") as log:
            self._process, self.url = _start(command, log, path)
        self.requester = Requester(self.out_dir)
        self._publishes = True
        _running[self._process.pid] = (self._process, self._owner, self.out_dir)

    @property
    def pid(self) -> int:
        """The process id of the monitor."""
        return self._process.pid

    def responder_proc_is_alive(self) -> bool:
        """Whether the monitor runs."""
        return self._owner == os.getpid() and self._process.poll() is None

    def publisher_proc_is_alive(self) -> bool:
        """Whether changes are published. The monitor itself publishes them."""
        return self._publishes and self.responder_proc_is_alive()

    def stop_responder(self) -> Optional[int]:
        """Ends the monitor, and returns its exit code. Further calls do nothing.

        Queues of this program that have nothing left to do are ended first.
        """
        code = _stop(self._process, self._owner, self.out_dir)
        self.requester.disconnect()
        return code

    def stop_publisher(self) -> None:
        """Does nothing but change `publisher_proc_is_alive`. Publishing ends with `stop_responder`."""
        self._publishes = False

    def jobs_with_status(self, status_id: int) -> List[Job]:
        """The jobs that have a status at the moment, in the order of their numbers. See `models.Status`."""
        return [Job(job) for job in self.requester.jobs(status_id)]

    def generate_report(self) -> List[str]:
        """Writes `job_report.csv` and `job_status_report.csv` into `out_dir`, and returns their paths.

        Raises `RequestRefused` with the executable's message when it fails.
        """
        _hand_over(self.out_dir)
        output("report", "-d", self.out_dir)
        names = ("job_report.csv", "job_status_report.csv")
        return [os.path.join(self.out_dir, name) for name in names]

    def send_request(self, message: Any) -> List[Any]:
        """See `Requester.send_request`."""
        return self.requester.send_request(message)

    def __enter__(self) -> CentralJobMonitor:
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop_responder()
        self.stop_publisher()

    def __repr__(self) -> str:
        return f"CentralJobMonitor({self.out_dir!r})"


def _start(command: List[str], log: IO[bytes], path: str) -> Tuple[subprocess.Popen[bytes], str]:
    """Starts the monitor, and waits until it is ready. Returns the process and the address of the monitor."""
    begin = log.seek(0, os.SEEK_END)
    try:
        # A session of its own, so that Ctrl-C reaches only this program, which ends its monitor last.
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    except OSError as error:
        raise CentralJobMonitorNotAlive(f"{command[0]} can't be started: {error}") from None
    try:
        line = _first_line(process)
    except BaseException:
        process.kill()
        process.wait()
        raise
    if line.startswith("ready "):
        return process, line.split(None, 1)[1].strip()
    process.terminate()
    code = process.wait()
    assert process.stdout is not None
    process.stdout.close()
    with open(path, "rb") as written:
        written.seek(begin)
        message, hint = last_message(written.read())
    if "is served by" in message:
        raise CentralJobMonitorRunning(message, hint)
    raise CentralJobMonitorNotAlive(
        message or f"the monitor did not start (exit code {code}): it printed {line!r}", hint
    )


def _first_line(process: subprocess.Popen[bytes]) -> str:
    """The first line of stdout; empty when the process ends without one."""
    assert process.stdout is not None
    descriptor = process.stdout.fileno()
    printed = b""
    while b"\n" not in printed:
        # The monitor may have to read a large spool first: wait for its line or its end, without a limit.
        select.select([descriptor], [], [], 1.0)
        if process.poll() is not None or select.select([descriptor], [], [], 0)[0]:
            piece = os.read(descriptor, 4096)
            if not piece:
                break
            printed += piece
    return printed.decode("utf-8", "replace").partition("\n")[0]


_running: Dict[int, Tuple[subprocess.Popen[bytes], int, str]] = {}


def _hand_over(directory: str) -> None:
    """Waits until the monitor has the events of this program that are not sent yet."""
    reporters = sys.modules.get("jobmon._reporting.reporter")
    if reporters is not None:
        reporters.settle_all(directory)


def _stop(process: subprocess.Popen[bytes], owner: int, directory: str) -> Optional[int]:
    if owner != os.getpid():
        return None  # A forked child: the monitor is its parent's.
    _running.pop(process.pid, None)
    if process.poll() is None:
        _hand_over(directory)
        for feed in _feed.live(directory):
            # A queue with nothing left to do ends; one that works goes on without a monitor.
            feed.settle()
        process.terminate()
        try:
            process.wait(_limits.STOP_SECONDS)
        except subprocess.TimeoutExpired:
            # Nothing is lost: acknowledged events are on disk.
            process.kill()
            process.wait()
    if process.stdout is not None:
        process.stdout.close()
    return process.returncode


@atexit.register
def _stop_all() -> None:
    # Queues and pools of this program first, so that they can record how their jobs ended.
    _feed.close_all()
    pools = sys.modules.get("jobmon._pool.pool")
    if pools is not None:
        pools.end_all()
    for process, owner, directory in list(_running.values()):
        _stop(process, owner, directory)
