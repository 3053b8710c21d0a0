"""qsub."""

import os
import time

import faults
import options
import slurm_submit
from state import SGE, new_task, numbers_of

KNOWN = {
    "-terse": 0, "-r": 1, "-notify": 0, "-V": 0, "-w": 1, "-S": 1, "-N": 1, "-ac": 1, "-t": 1, "-wd": 1, "-cwd": 0,
    "-o": 1, "-e": 1, "-j": 1, "-pe": 2, "-l": 1, "-P": 1, "-q": 1, "-hold_jid": 1, "-v": 1, "-p": 1, "-tc": 1, "-b": 1, "-h": 0,
}
RESOURCES = ("h_rt", "s_rt", "h_vmem", "m_mem_free", "mem_free", "fthread", "archive", "hostname", "h")


def refuse(why):
    faults.complain(f"Unable to run job: {why}\nExiting.")
    return 1


def qsub(state, argv, fault):
    mode = fault.get("mode")
    if mode == "refuse":
        return refuse(fault.get("sentence", 'Job was rejected because job requests unknown queue "nosuch.q"'))
    if mode == "hang_before":
        faults.sleep(state, fault.get("seconds", 3600))
    if mode == "timeout_unaccepted":
        return faults.unreachable("qsub", argv, "timeout")
    try:
        given, words = options.one_dash_options(argv, KNOWN)
    except options.Usage as error:
        faults.complain(f'qsub: invalid option argument "{error}"')
        return 2
    job = read(state, given, words)
    if isinstance(job, int):
        return job
    job["visible"] = time.time() + (float(fault.get("seconds", 1)) if mode == "accept_later" else 0)
    slurm_submit.accept(state, job)
    if mode in ("accept_then_timeout", "accept_later"):
        return faults.unreachable("qsub", argv, "timeout")
    if mode == "hang_after":
        faults.sleep(state, fault.get("seconds", 3600))
    array = f".{job['first']}-{job['last']}:1" if job["is_array"] else ""
    if "-terse" in given:
        print(f"{job['id']}{array}")
    else:
        kind = "job-array" if array else "job"
        print(f"Your {kind} {job['id']}{array} (\"{job['name']}\") has been submitted")
    return 0


def one(given, name, otherwise=None):
    return options.last(given, name, [otherwise])[0]


def read(state, given, words):
    """The job of a command line, or the exit code with which it is refused."""
    name = one(given, "-N", os.path.basename(words[0]) if words else "job")
    if "/" in name:
        faults.complain("qsub: argument to -N option must not contain / ")
        return 2
    if name[:1].isdigit():
        return refuse(f'denied: "{name}" is not a valid object name (cannot start with a digit)')
    queue = one(given, "-q", "all.q")
    if queue not in ("all.q", "long.q"):
        return refuse(f'Job was rejected because job requests unknown queue "{queue}"')
    project = one(given, "-P")
    if project == "nosuch":
        return refuse(f'job rejected: the requested project "{project}" does not exist')
    environment = options.last(given, "-pe", [None, "1"])
    if environment[0] not in (None, "smp", "multi_slot"):
        return refuse(f'job rejected: the requested parallel environment "{environment[0]}" does not exist')
    resources = dict(part.partition("=")[::2] for part in one(given, "-l", "").split(",") if part)
    for resource in resources:
        if resource not in RESOURCES:
            return refuse(f'unknown resource "{resource}"')
    limit = resources.get("h_rt")
    if limit is not None and not limit.isdigit():
        return refuse('attribute "h_rt" is not a time value')
    if int(environment[1]) > 64 and one(given, "-w") == "e":
        return refuse("error: no suitable queues")
    array = one(given, "-t")
    numbers = numbers_of(array) if array else [1]
    if not numbers or min(numbers) < 1:
        return refuse("job rejected: 0 is an invalid task id")
    most = int(state.settings().get("max_array", 75000))
    if max(numbers) > most:
        return refuse(f"job rejected: you tried to submit a job with more than {most} tasks")
    try:
        with open(words[0] if words else "", encoding="utf-8") as file:
            script = file.read()
    except OSError as error:
        faults.complain(f"Unable to read script file because of error: error opening {error.filename}: "
                        f"{error.strerror}")
        return 14
    return {
        "scheduler": SGE, "name": name, "mark": one(given, "-ac", ""), "user": slurm_submit.user(), "text": script,
        "interpreter": [one(given, "-S", "/bin/sh")], "cwd": one(given, "-wd", os.getcwd()),
        "submitted_in": os.getcwd(), "stdout": one(given, "-o"),
        "stderr": one(given, "-e") if one(given, "-j", "n") != "y" else None, "append": True,
        "submitted": time.time(), "limit": float(limit) if limit else None, "slots": int(environment[1]),
        "queue": queue, "project": project, "notify": "-notify" in given, "requeue": one(given, "-r") == "y",
        "first": min(numbers), "last": max(numbers), "is_array": bool(array), "held": "-h" in given,
        "tasks": {str(number): new_task() for number in numbers},
    }
