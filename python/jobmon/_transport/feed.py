"""The process `jobmon run --feed`, which runs a queue, and the requests to it (docs/feed.md)."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
import weakref
from typing import Any, Dict, List, Optional, Sequence

from .. import _limits
from ..exceptions import JobmonError, QueueNotAlive, problem
from . import executable
from .wire import encode


class Feed:
    """One queue of one directory. It is safe to use from any thread, but not from a forked child.

    `options` are further options of `jobmon run`.

    Raises `RequestRefused` or `QueueNotAlive`, with the executable's message, when the queue does not start.
    """

    def __init__(
        self,
        directory: str,
        queue: str,
        executor: str,
        parallelism: Optional[int] = None,
        options: Sequence[str] = (),
    ) -> None:
        self.directory = directory
        self.queue = queue
        self._pid = os.getpid()
        command = [executable.find(), "run", "--feed", "-d", directory, "--queue", queue]
        command += ["--executor", executor, "--no-progress"]
        if parallelism is not None:
            command += ["-j", str(parallelism)]
        command += options
        try:
            # In our process group, so that Ctrl-C reaches it. Its stderr is ours.
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=True
            )
        except OSError as error:
            raise QueueNotAlive(f"{command[0]} can't be started: {error}") from None
        self._changed = threading.Condition()
        self._writing = threading.Lock()
        self._answers: Dict[int, Dict[str, Any]] = {}
        self._asked = 0
        self._over = False
        self.is_stopped = False
        self.is_interrupted = False
        self._problem: Optional[Dict[str, Any]] = None
        first = self._read_line()
        if not first.get("ready"):
            self._process.stdin.close()  # type: ignore[union-attr]
            code = self._process.wait()
            self._process.stdout.close()  # type: ignore[union-attr]
            if "problem" in first:
                raise problem(first["problem"])
            raise QueueNotAlive(
                f"the queue {queue} of {directory} did not start (exit code {code})",
                "its message on stderr says why",
            )
        self._reader = threading.Thread(target=self._read, name="jobmon-queue", daemon=True)
        self._reader.start()
        _feeds.add(self)

    @property
    def alive(self) -> bool:
        """Whether the process of the queue runs."""
        return self._pid == os.getpid() and not self._over and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process id of the queue."""
        return self._process.pid

    def add(self, job: Dict[str, Any]) -> int:
        """Adds a job, and returns its number once the ledger has it."""
        return int(self.ask({"job": job})["jid"])

    def wait(self) -> Dict[str, Any]:
        """Waits until every added job has ended and is recorded. Returns counts and failures."""
        summary: Dict[str, Any] = self.ask({"wait": True})["summary"]
        return summary

    def ask(self, request: Dict[str, Any]) -> Dict[str, Any]:
        """Sends one request and returns its answer. Raises `RequestRefused`, and `QueueNotAlive` after its end."""
        if self._pid != os.getpid():
            raise QueueNotAlive(
                f"the queue {self.queue} belongs to process {self._pid}",
                "a forked process needs a JobQueue of its own",
            )
        with self._changed:
            self._asked += 1
            number = self._asked
        self._write({"id": number, **request})
        try:
            answer = self._await(number)
        except KeyboardInterrupt:
            self.is_interrupted = True
            raise
        if "problem" in answer:
            raise problem(answer["problem"])
        return answer

    def _await(self, number: int) -> Dict[str, Any]:
        with self._changed:
            # The reading thread notices the end of the process.
            while number not in self._answers and not self._over:
                if not self._changed.wait(1.0) and self._process.poll() is not None:
                    # The process ended, but a child of it still holds its stdout.
                    self._changed.wait_for(lambda: number in self._answers or self._over, 2.0)
                    break
            if number not in self._answers:
                raise self._dead()
            return self._answers.pop(number)

    def stop(self) -> None:
        """Ends the jobs that run on this host (TERM, and KILL after 5 s), records their ends, and ends the queue."""
        self._end("stop")

    def settle(self) -> None:
        """Ends the queue if it has nothing left to do, or after Ctrl-C. Called before the monitor ends."""
        if self.is_interrupted:
            return self.stop()
        try:
            counts = self.ask({"counts": True})["counts"]
        except JobmonError:
            return  # It has ended already, or is ending.
        if not any(counts[state] for state in ("queued", "running", "unclear")):
            self._end("end")

    def close(self, at_most: float = _limits.STOP_SECONDS) -> None:
        """Closes the queue: it starts no more jobs; jobs that run go on under their supervisor."""
        if self._pid != os.getpid():
            return
        with self._writing:
            try:
                self._process.stdin.close()  # type: ignore[union-attr]
            except OSError:
                pass
        try:
            self._process.wait(at_most)
        except subprocess.TimeoutExpired:
            pass  # It ends when its jobs have ended.

    def release(self) -> None:
        """Tells the queue to end once its jobs have ended, and does not wait. For a queue that is garbage-collected."""
        if self.alive:
            try:
                self._write({"id": 0, "end": True})
            except JobmonError:
                pass  # It has ended already.

    def _end(self, word: str, at_most: float = _limits.STOP_SECONDS) -> None:
        self.is_stopped = True
        if not self.alive:
            return
        try:
            self.ask({word: True})
        except QueueNotAlive:
            pass  # It has ended already.
        self.close(at_most)

    def _write(self, request: Dict[str, Any]) -> None:
        line = encode(request) + b"\n"
        with self._writing:
            try:
                self._process.stdin.write(line)  # type: ignore[union-attr]
                self._process.stdin.flush()  # type: ignore[union-attr]
            except (OSError, ValueError):
                raise self._dead() from None

    def _read(self) -> None:
        while True:
            answer = self._read_line()
            if not answer:
                # The message about its end names its exit code.
                try:
                    self._process.wait(2.0)
                except subprocess.TimeoutExpired:
                    pass
            with self._changed:
                if not answer:
                    self._over = True
                elif isinstance(answer.get("id"), int):
                    self._answers[answer["id"]] = answer
                elif "problem" in answer:
                    self._problem = answer["problem"]
                self._changed.notify_all()
            if not answer:
                self._process.wait()
                for pipe in (self._process.stdin, self._process.stdout):
                    try:
                        pipe.close()  # type: ignore[union-attr]
                    except OSError:
                        pass  # A buffered request can't be sent any more.
                return

    def _read_line(self) -> Dict[str, Any]:
        """The next answer; empty at the end of the process."""
        while True:
            line = self._process.stdout.readline()  # type: ignore[union-attr]
            if not line:
                return {}
            try:
                answer = json.loads(line)
            except ValueError:
                continue  # Not an answer.
            if isinstance(answer, dict) and answer:
                return answer

    def _dead(self) -> Exception:
        if self._problem is not None:
            return problem(self._problem)
        code = self._process.poll()
        how = "was closed" if code is None else f"ended (exit code {code})"
        return QueueNotAlive(
            f"the process of the queue {self.queue} {how}: it accepts no more jobs",
            "running jobs go on and are recorded; create another JobQueue to continue",
        )


_feeds: weakref.WeakSet[Feed] = weakref.WeakSet()


def live(directory: Optional[str] = None) -> List[Feed]:
    """The running queues of this process, of one directory or of all."""
    return [feed for feed in list(_feeds) if feed.alive and directory in (None, feed.directory)]


@atexit.register
def close_all() -> None:
    """Closes all queues of this process. After Ctrl-C, stops them with the jobs that run on this host."""
    interrupted = getattr(sys, "last_type", None) is KeyboardInterrupt and not hasattr(sys, "ps1")
    for feed in live():
        if interrupted or feed.is_interrupted:
            feed.stop()
        else:
            feed.close()


def _after_fork() -> None:
    # The queue ends when its stdin is closed, so a child must not hold it open. The descriptors stay in use (they
    # become /dev/null), since the objects that own them close them later.
    if not _feeds:
        return
    nothing = os.open(os.devnull, os.O_RDWR)
    for feed in list(_feeds):
        for pipe in (feed._process.stdin, feed._process.stdout):
            try:
                os.dup2(nothing, pipe.fileno(), inheritable=False)  # type: ignore[union-attr]
            except (OSError, ValueError, AttributeError):
                pass
    os.close(nothing)
    _feeds.clear()


os.register_at_fork(after_in_child=_after_fork)
