"""The processes of tasks, found by a variable in their environment (real schedulers use cgroups or group ids)."""

import os
import signal

MARK = "FAKE_CLUSTER_TASK"


def mark(state, job, number, restarts):
    return f"{state.root}:{job}.{number}.{restarts}."


def alive(prefix):
    """The processes whose mark begins with `prefix`."""
    wanted = f"{MARK}={prefix}".encode()
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            with open(f"/proc/{name}/environ", "rb") as file:
                environment = file.read()
        except OSError:
            continue
        if any(word.startswith(wanted) for word in environment.split(b"\0")):
            found.append(int(name))
    return found


def send(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            pass


def kill_all(prefix):
    """Kills processes, and those that they started meanwhile."""
    for _ in range(5):
        pids = alive(prefix)
        if not pids:
            return
        send(pids, signal.SIGKILL)


def send_group(pid, number):
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        pass
