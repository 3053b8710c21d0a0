"""Runs the tasks of one array job as real processes, like a cluster's daemons. There is one runner process per job. It
ends with the last task, when the test's directory is removed, or after five minutes."""

import fcntl
import os
import signal
import sys
import time

import environment
import processes
from state import SLURM, Gone, State, new_record

BOUND = 300.0
NODES = ["node1", "node2", "node3", "node4"]


def start(state, number):
    """Starts the runner of a job, unless there is one. It outlives this process."""
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    null = os.open("/dev/null", os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    try:
        log = os.open(f"{state.root}/runners.log", os.O_WRONLY | os.O_APPEND)
        os.dup2(log, 2)
        os.closerange(3, 256)
        here = os.path.dirname(os.path.abspath(__file__))
        os.execve(sys.executable, [sys.executable, "-IS", f"{here}/cluster.py", "run", str(number)],
                  {"FAKE_CLUSTER_STATE": state.root, "PATH": "/usr/bin:/bin"})
    finally:
        os._exit(1)


class Runner:
    def __init__(self, state, number):
        self.state = state
        self.number = number
        self.prefix = f"{state.root}:{number}."
        self.end = time.monotonic() + BOUND
        self.held = None

    def run(self):
        # Signals that the submitting process ignored are still ignored.
        for name in (signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(name, signal.SIG_DFL)
        with self.state:
            self.held = os.open(self.state.path(self.number, "runner"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(self.held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
        try:
            while self.turn():
                time.sleep(0.02)
        except Gone:
            processes.kill_all(self.prefix)

    def turn(self):
        if time.monotonic() > self.end:
            processes.kill_all(self.prefix)
            return False
        if not os.path.isdir(self.state.root):
            raise Gone("the test is over")
        with self.state:
            job = self.state.job(self.number)
            if job is None:
                raise Gone("the job is gone")
            before = repr(job)
            self.reap(job)
            self.look(job)
            if repr(job) != before:
                self.state.save(job)
            if any(task["phase"] in ("waiting", "running") or task["adrift"] for task in job["tasks"].values()):
                return True
            # Within the lock: a process that makes a task wait again then starts another runner.
            os.close(self.held)
            return False

    # Ended tasks

    def reap(self, job):
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for number, task in job["tasks"].items():
                if pid in task["adrift"]:
                    task["adrift"].remove(pid)
                elif task["pid"] == pid:
                    self.ended(job, int(number), task, status, usage)

    def ended(self, job, number, task, status, usage):
        # The daemons kill the remaining processes of a task.
        if self.state.settings().get("leftovers") != "live":
            processes.kill_all(processes.mark(self.state, job["id"], number, task["restarts"]))
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0
        killed = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        why = task["why"]
        if job["scheduler"] != SLURM and why is None and code in (99, 100):
            why = {99: "reschedule", 100: "error"}[code]
        record = new_record(
            task, why, time.time(), code, killed, usage.ru_maxrss, usage.ru_utime + usage.ru_stime)
        if task.pop("recorded", False):
            task["records"][-1].update(rss=record["rss"], cpu=record["cpu"])
        else:
            task["records"].append(record)
        task.update(pid=None, why=None, kill_at=None, phase="over")
        if job["scheduler"] != SLURM:
            self.remove_scratch(job, number)
        if why == "reschedule":
            # Started again at the next scheduling interval.
            task["delay"] = 1.0
        if why in ("requeue", "reschedule"):
            task.update(phase="waiting", restarts=task["restarts"] + 1, start_at=time.time() + task.pop("delay", 0))
        elif why == "error":
            task.update(phase="held", reason="exit_status of job start = 100")

    def remove_scratch(self, job, number):
        folder = f"{self.state.root}/tmp/{job['id']}.{number}.{job['queue']}"
        for root, folders, files in os.walk(folder, topdown=False):
            for name in files:
                os.unlink(f"{root}/{name}")
            for name in folders:
                os.rmdir(f"{root}/{name}")
        try:
            os.rmdir(folder)
        except OSError:
            pass

    # Tasks to end, and tasks to start

    def look(self, job):
        now = time.time()
        settings = self.state.settings()
        free = None
        for number, task in job["tasks"].items():
            if task["phase"] == "running":
                self.look_at_running(job, int(number), task, settings, now)
            if task["phase"] != "waiting" or job.get("held") or now < max(job["visible"], task["start_at"]):
                continue
            if free is None:
                free = self.free(job, settings)
            if free > 0 and int(number) not in settings.get("hold", []):
                self.begin(job, int(number), task, settings)
                free -= task["phase"] == "running"

    def look_at_running(self, job, number, task, settings, now):
        if task.get("kill_at") and now >= task["kill_at"]:
            processes.kill_all(processes.mark(self.state, job["id"], number, task["restarts"]))
            task["kill_at"] = None
        elif task["why"] is None and job["limit"] is not None:
            # Slurm's unit is the minute, which is too long for a test.
            limit = job["limit"] * (float(settings.get("minute", 60)) / 60 if job["scheduler"] == SLURM else 1)
            if now >= task["started"] + limit:
                end(self.state, job, number, task, "time_limit")

    def free(self, job, settings):
        used = 0
        for other in self.state.jobs(job["scheduler"]):
            other = job if other["id"] == job["id"] else other
            used += sum(task["phase"] == "running" for task in other["tasks"].values())
        return int(settings.get("slots", 16)) - used

    def begin(self, job, number, task, settings):
        task["node"] = NODES[number % len(NODES)] if job["scheduler"] == SLURM else "localhost"
        task["started"] = time.time()
        held = settings.get("eqw")
        if held and job["scheduler"] != SLURM and ("tasks" not in held or number in held["tasks"]):
            return self.hold(task, held.get("failed", 26), held.get("reason", "can't open output file \"/nowhere/x\""))
        try:
            output = self.open(job, number, task, job["stdout"] or "/dev/null")
            errors = self.open(job, number, task, job["stderr"]) if job["stderr"] else output
        except OSError as error:
            if job["scheduler"] != SLURM:
                return self.hold(task, 26, f"can't open output file \"{error.filename}\": {error.strerror}")
            task["records"].append(new_record(task, "launch", time.time()))
            task["phase"] = "over"
            return None
        folder = job["cwd"]
        if not os.path.isdir(folder):
            if job["scheduler"] != SLURM:
                return self.hold(task, 28, f"can't chdir to {folder}: No such file or directory")
            folder = "/tmp"
        variables = environment.of(self.state, job, number, task)
        variables["PWD"] = folder
        pid = os.fork()
        if pid == 0:
            try:
                os.setsid()
                os.chdir(folder)
                os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
                os.dup2(output, 1)
                os.dup2(errors, 2)
                os.closerange(3, 256)
                os.execve(job["interpreter"][0], job["interpreter"] + [job["script"]], variables)
            finally:
                os._exit(127)
        for descriptor in {output, errors}:
            os.close(descriptor)
        task.update(phase="running", pid=pid, why=None, kill_at=None)
        return None

    def hold(self, task, failed, reason):
        """Sets the error state (Eqw), in which Grid Engine already has a record."""
        task["records"].append(new_record(task, "held", time.time(), code=failed))
        task.update(phase="held", reason=reason)

    def open(self, job, number, task, path):
        path = environment.output_path(job, number, task, path)
        flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if job["append"] else os.O_TRUNC)
        return os.open(path, flags, 0o644)


def end(state, job, number, task, why, delay=0.0):
    """Starts to end a running task as its scheduler does: a warning first, the kill later."""
    settings = state.settings()
    task["why"] = why
    task["delay"] = delay
    if job["scheduler"] == SLURM:
        processes.send([task["pid"]], signal.SIGCONT)
        processes.send([task["pid"]], signal.SIGTERM)
        task["kill_at"] = time.time() + float(settings.get("kill_wait", 5))
        # The accounting has the end before it happens.
        task["records"].append(new_record(task, why, time.time()))
        task["recorded"] = True
    elif job["notify"]:
        processes.send_group(task["pid"], signal.SIGUSR2)
        task["kill_at"] = time.time() + float(settings.get("kill_wait", 2))
    else:
        processes.kill_all(processes.mark(state, job["id"], number, task["restarts"]))


def run(argv):
    state = State()
    Runner(state, int(argv[0])).run()
    return 0
