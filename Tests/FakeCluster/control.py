"""Actions of tests on a fake cluster, besides its commands: `cluster.py VERB ID[_TASK] ...`.

    requeue ID_TASK [--processes kill|go-on] [--after SECONDS]   starts it again under the same id, whatever its result
    node-fail ID_TASK [--processes kill|go-on|stop]              the scheduler takes its node for lost
    preempt|time-limit|out-of-memory ID_TASK                     ends it for this reason
    cancel ID[_TASK]                                             cancels it as another user would
    hold ID_TASK REASON                                          sets a waiting task to Eqw
    forget ID [--processes kill]                                 the scheduler forgets the job
    reissue ID [--name NAME] [--phase running|over] [--processes kill]   gives the id to another job
    kill ID_TASK [--signal N]                                    signals the script's own process only
    tasks                                                        prints lines of: id task phase restarts pid
"""

import os
import signal
import time

import faults
import options
import processes
import runner
import slurm
from state import SLURM, new_record

KNOWN = {f"--{name}": f"{name}=" for name in ("processes", "after", "name", "phase", "signal")}


class Missing(Exception):
    pass


def on_tasks(state, word, act):
    """Calls `act` for the tasks that a word such as `101_3`, `101.3` or `101` names."""
    number, _, name = word.replace(".", "_").partition("_")
    with state:
        job = state.job(number)
        if job is None:
            raise Missing(word)
        for key, task in job["tasks"].items():
            if name in ("", key):
                act(job, int(key), task)
        state.save(job)
    return job


def ending(why):
    def verb(state, argv):
        def act(job, number, task):
            if task["phase"] == "running" and not task["why"]:
                if why == "out_of_memory":
                    # The kernel sends no warning.
                    task["why"] = why
                    processes.kill_all(processes.mark(state, job["id"], number, task["restarts"]))
                else:
                    runner.end(state, job, number, task, why)

        on_tasks(state, argv[0], act)
        return 0

    return verb


def requeue(state, argv):
    given, words = options.long_options(argv[1:], KNOWN)
    after = float(options.last(given, "after", 0))
    goes_on = options.last(given, "processes") == "go-on"

    def act(job, number, task):
        if task["phase"] == "running" and not goes_on:
            return runner.end(state, job, number, task, "requeue", after)
        if task["phase"] == "running":
            lose(task, "node_failure")
        elif task["phase"] == "waiting":
            return None
        task.update(phase="waiting", restarts=task["restarts"] + 1, start_at=time.time() + after, gone=False)
        return None

    job = on_tasks(state, argv[0], act)
    runner.start(state, job["id"])
    return 0


def lose(task, why):
    """The scheduler takes the task for over, and forgets its processes."""
    if task["pid"]:
        task["adrift"].append(task["pid"])
    task["records"].append(new_record(task, why, time.time()))
    task.update(pid=None, why=None, kill_at=None, phase="over")


def node_fail(state, argv):
    given, _ = options.long_options(argv[1:], KNOWN)
    fate = options.last(given, "processes", "go-on")

    def act(job, number, task):
        if task["phase"] != "running":
            return
        mark = processes.mark(state, job["id"], number, task["restarts"])
        if fate == "kill":
            processes.kill_all(mark)
        elif fate == "stop":
            processes.send(processes.alive(mark), signal.SIGSTOP)
        lose(task, "node_failure")

    on_tasks(state, argv[0], act)
    return 0


def cancel(state, argv):
    def act(job, number, task):
        if task["phase"] == "running" and not task["why"]:
            runner.end(state, job, number, task, "cancelled")
        elif task["phase"] in ("waiting", "held"):
            task.update(phase="over", gone=True)

    number, _, name = argv[0].replace(".", "_").partition("_")
    with state:
        job = state.job(number)
        if job and job["scheduler"] == SLURM:
            slurm.cancel(state, job, [int(name)] if name else [])
            state.save(job)
            return 0
    on_tasks(state, argv[0], act)
    return 0


def hold(state, argv):
    def act(job, number, task):
        if task["phase"] == "waiting":
            task["records"].append(new_record(task, "held", time.time(), code=26))
            task.update(phase="held", reason=argv[1])

    on_tasks(state, argv[0], act)
    return 0


def forget(state, argv):
    given, _ = options.long_options(argv[1:], KNOWN)

    def act(job, number, task):
        job["forgotten"] = True
        drop(state, given, job, number, task)

    on_tasks(state, argv[0], act)
    return 0


def reissue(state, argv):
    given, _ = options.long_options(argv[1:], KNOWN)
    phase = options.last(given, "phase", "running")

    def act(job, number, task):
        job["foreign"] = {"name": options.last(given, "name", "another"), "phase": phase, "since": time.time()}
        drop(state, given, job, number, task)

    on_tasks(state, argv[0], act)
    return 0


def drop(state, given, job, number, task):
    if task["phase"] == "waiting":
        task.update(phase="over", gone=True)
    elif task["phase"] == "running" and options.last(given, "processes") == "kill":
        task["adrift"].append(task["pid"])
        task.update(pid=None, phase="over", gone=True)
        processes.kill_all(processes.mark(state, job["id"], number, task["restarts"]))


def kill(state, argv):
    given, _ = options.long_options(argv[1:], KNOWN)

    def act(job, number, task):
        if task["phase"] == "running":
            processes.send([task["pid"]], int(options.last(given, "signal", signal.SIGKILL)))

    on_tasks(state, argv[0], act)
    return 0


def tasks(state, _):
    for job in state.jobs():
        for name, task in job["tasks"].items():
            print(job["id"], name, task["phase"], task["restarts"], task["pid"] or "-")
    return 0


VERBS = {
    "requeue": requeue, "node-fail": node_fail, "preempt": ending("preempted"), "time-limit": ending("time_limit"),
    "out-of-memory": ending("out_of_memory"), "cancel": cancel, "hold": hold, "forget": forget, "reissue": reissue,
    "kill": kill, "tasks": tasks,
}


def run(state, verb, argv):
    try:
        return VERBS[verb](state, argv)
    except Missing as error:
        faults.complain(f"there is no job {error}")
        return 1
