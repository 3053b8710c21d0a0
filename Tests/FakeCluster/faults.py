"""Faults: the content of `faults.json`, which tests write and every command reads."""

import json
import os
import sys
import time

CONNECT = "Unable to contact slurm controller (connect failure)"
TIMED_OUT = "Socket timed out on send/recv operation"
MUNGE = "Protocol authentication error"
REFUSED = "error: commlib error: got select error (Connection refused)"
SEND = 'unable to send message to qmaster using port 6444 on host "localhost": got send error'

# The prefix of error messages of each Slurm command, and its exit codes without a connection and without an answer.
SLURM = {
    "sbatch": ("sbatch: error: Batch job submission failed: ", 1, 1),
    "squeue": ("slurm_load_jobs error: ", 1, 1),
    "scontrol": ("slurm_load_jobs error: ", 1, 1),
    "scancel": ("scancel: error: Kill job error on job id {job}: ", 8, 140),
    "sinfo": ("slurm_load_partitions: ", 1, 1),
}
# Commands that ask the controller; those that ask the accounting are separate.
CONTROLLER = ("sbatch", "squeue", "scontrol", "scancel", "sinfo", "qsub", "qstat", "qdel", "qconf")


def find(state, command, argv):
    """The fault for this call, which counts as used; an empty one if there is none."""
    wanted = state.faults()
    found = wanted.get(command)
    if not found and command in CONTROLLER:
        found = wanted.get("controller")
    for fault in found if isinstance(found, list) else [found] if found else []:
        if fault.get("match") and fault["match"] not in " ".join(argv):
            continue
        if "times" not in fault and "after" not in fault:
            return fault
        key = command + " " + json.dumps(fault, sort_keys=True)
        with state:
            used = state.read(f"{state.root}/used.json", {})
            used[key] = used.get(key, 0) + 1
            state.write(f"{state.root}/used.json", used)
        seen = used[key] - int(fault.get("after", 0))
        if 0 < seen <= int(fault.get("times", 1 << 30)):
            return fault
    return {}


def sleep(state, seconds):
    """Sleeps; exits if the test is over."""
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        if not os.path.isdir(state.root):
            sys.exit(1)
        time.sleep(min(0.05, max(0, end - time.monotonic())))


def answer(state, command, argv, fault):
    """Applies faults that are the same for every command. - Returns: an exit code, or None."""
    mode = fault.get("mode")
    if "delay" in fault:
        sleep(state, fault["delay"])
    if mode == "hang":
        sleep(state, fault.get("seconds", 3600))
        return None
    if mode == "say":
        sys.stdout.write(fault.get("stdout", ""))
        sys.stderr.write(fault.get("stderr", ""))
        return int(fault.get("status", 0))
    if mode in ("unreachable", "timeout", "munge"):
        return unreachable(command, argv, mode)
    return None


def unreachable(command, argv, mode):
    """Prints the error of a command without an answer, and returns its exit code."""
    if command in SLURM:
        introduction, down, hung = SLURM[command]
        if command == "scontrol" and argv[:1] == ["ping"]:
            print("Slurmctld(primary) at fake is DOWN")
            return 1
        if mode == "munge":
            complain(munge_complaint(command))
        words = {"unreachable": CONNECT, "timeout": TIMED_OUT, "munge": MUNGE}[mode]
        job = argv[-1] if argv else ""
        complain(introduction.replace("{job}", job) + words)
        return hung if mode == "timeout" else down
    if command == "sacct":
        if mode == "munge":
            complain(munge_complaint(command))
            complain(f"sacct: error: Problem talking to the database: {MUNGE}")
        else:
            for words in ("failed to open persistent connection to host:127.0.0.1:6819", "Sending PersistInit msg",
                          "Problem talking to the database"):
                complain(f"sacct: error: {words}: Connection refused")
        return 1
    if command == "qacct":
        complain("accounting: No such file or directory\nno jobs running since startup")
        return 1
    if mode != "timeout":
        complain(REFUSED)
    if command == "qsub":
        complain(f"Unable to run job: {SEND}\nExiting.")
    elif command == "qdel":
        print(SEND)
    else:
        complain(f"error: {SEND}")
    return 1


def munge_complaint(command):
    return (f"{command}: error: If munged is up, restart with --num-threads=10\n"
            f"{command}: error: Munge encode failed: Failed to access \"munge.socket.2\": No such file or directory"
            f" (Did you start munged?)\n{command}: error: slurm_send_node_msg: auth_g_create: REQUEST has"
            " authentication error")


def complain(text):
    print(text, file=sys.stderr)


def spoil(text, fault):
    """The text of a list changed by a fault: cut off in the middle, or not a list at all."""
    if fault.get("mode") == "truncated":
        return text[: int(len(text) * float(fault.get("part", 0.5)))]
    if fault.get("mode") == "garbage":
        return fault.get("text", "\x00\x7f<<<|||\nSegmentation fault\n")
    return text


def omitted(fault, job, number):
    """Whether a fault omits this task from lists: the tasks in `tasks`, or all."""
    if fault.get("mode") != "omit":
        return False
    if "job" in fault and str(fault["job"]) != str(job["id"]):
        return False
    return "tasks" not in fault or number in fault["tasks"]
