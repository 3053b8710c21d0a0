"""sbatch."""

import os
import pwd
import sys
import time

import faults
import options
import runner
from state import SLURM, new_task, numbers_of

KNOWN = {
    "--parsable": "parsable", "--no-requeue": "no-requeue", "--requeue": "requeue", "--comment": "comment=",
    "--kill-on-invalid-dep": "kill=", "--job-name": "name=", "-J": "name=", "--array": "array=", "-a": "array=",
    "--chdir": "chdir=", "-D": "chdir=", "--export": "export=", "--output": "output=", "-o": "output=",
    "--error": "error=", "-e": "error=", "--open-mode": "open-mode=", "--cpus-per-task": "cpus=", "-c": "cpus=",
    "--mem": "mem=", "--time": "time=", "-t": "time=", "--account": "account=", "-A": "account=",
    "--partition": "partition=", "-p": "partition=", "--gpus": "gpus=", "-G": "gpus=", "--dependency": "dependency=",
    "-d": "dependency=", "--qos": "qos=", "--constraint": "constraint=", "-C": "constraint=", "--signal": "signal=",
    "--nice": "nice=", "-N": "nodes=", "--nodes": "nodes=", "-n": "tasks=", "--ntasks": "tasks=",
    "--hold": "hold", "-H": "hold",
}
PARTITIONS = ["all.q", "long.q", "preempt.q"]


def refuse(why):
    faults.complain(f"sbatch: error: Batch job submission failed: {why}")
    return 1


def sbatch(state, argv, fault):
    mode = fault.get("mode")
    if mode == "refuse":
        return refuse(fault.get("sentence", "Invalid partition name specified"))
    if mode == "hang_before":
        faults.sleep(state, fault.get("seconds", 3600))
    if mode == "timeout_unaccepted":
        return faults.unreachable("sbatch", argv, "timeout")
    try:
        given, words = options.long_options(argv, KNOWN)
    except options.Usage as error:
        faults.complain(f"sbatch: unrecognized option '{error}'\nTry \"sbatch --help\" for more information")
        return 255
    job = read(state, given, words)
    if isinstance(job, int):
        return job
    # A request may take effect even if its sender has given up.
    job["visible"] = time.time() + (float(fault.get("seconds", 1)) if mode == "accept_later" else 0)
    accept(state, job)
    if mode in ("accept_then_timeout", "accept_later"):
        return faults.unreachable("sbatch", argv, "timeout")
    if mode == "hang_after":
        faults.sleep(state, fault.get("seconds", 3600))
    print(job["id"] if "parsable" in given else f"Submitted batch job {job['id']}")
    return 0


def read(state, given, words):
    """The job of a command line, or the exit code with which it is refused."""
    partition = options.last(given, "partition", PARTITIONS[0])
    if partition not in PARTITIONS:
        faults.complain(f"sbatch: error: invalid partition specified: {partition}")
        return refuse("Invalid partition name specified")
    if options.last(given, "account") == "nosuch":
        return refuse("Invalid account or account/partition combination specified")
    if int(options.last(given, "cpus", 1)) > 64:
        return refuse("More processors requested than permitted")
    array = options.last(given, "array", "0-0")
    try:
        numbers = numbers_of(array)
    except ValueError:
        numbers = []
    if not numbers or max(numbers) >= int(state.settings().get("max_array", 1001)):
        return refuse("Invalid job array specification")
    most = state.settings().get("max_submit")
    if most is not None and submitted(state) + len(numbers) > most:
        faults.complain("sbatch: error: AssocMaxSubmitJobLimit")
        return refuse("Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)")
    table = state.settings().get("max_jobs")
    if table is not None and submitted(state) + len(numbers) > table:
        # The real sbatch tries 15 times, and sleeps one second longer each time.
        faults.complain("sbatch: error: Slurm job queue full, sleeping and retrying")
        faults.sleep(state, 120)
        return refuse("Unable to create job record, try again")
    limit = options.last(given, "time")
    if limit is not None and not limit.isdigit():
        faults.complain("sbatch: error: Invalid --time specification")
        return 255
    if not words:
        faults.complain("sbatch: error: no script was given")
        return 1
    try:
        with open(words[0], encoding="utf-8") as file:
            script = file.read()
    except OSError:
        faults.complain(f"sbatch: error: Unable to open file {words[0]}")
        return 1
    if not script.startswith("#!"):
        faults.complain("sbatch: error: This does not look like a batch script.  The first\n"
                        "sbatch: error: line must start with #! followed by the path to an interpreter.\n"
                        "sbatch: error: For instance: #!/bin/sh")
        return 1
    folder = options.last(given, "chdir", os.getcwd())
    return {
        "scheduler": SLURM, "name": options.last(given, "name", os.path.basename(words[0])),
        "mark": options.last(given, "comment", ""), "user": user(), "text": script,
        "interpreter": script.split("\n")[0][2:].split(), "cwd": folder, "submitted_in": os.getcwd(),
        "stdout": options.last(given, "output", "slurm-%A_%a.out"), "stderr": options.last(given, "error"),
        "append": options.last(given, "open-mode") == "append", "submitted": time.time(),
        "limit": 60.0 * int(limit) if limit else None, "slots": int(options.last(given, "cpus", 1)),
        "queue": partition, "project": options.last(given, "account"), "notify": True,
        "requeue": "no-requeue" not in given, "first": min(numbers), "last": max(numbers),
        "is_array": "array" in given, "held": "hold" in given,
        "tasks": {str(number): new_task() for number in numbers},
    }


def submitted(state):
    """The number of tasks that are not over."""
    with state:
        return sum(task["phase"] != "over" for job in state.jobs() for task in job["tasks"].values())


def user():
    return pwd.getpwuid(os.getuid()).pw_name


def accept(state, job):
    """Accepts a job: copies its script, as daemons do, and starts its runner."""
    text = job.pop("text")
    hidden = ("FAKE_CLUSTER_TASK",)
    job["environment"] = {name: value for name, value in os.environ.items() if name not in hidden}
    with state:
        number = state.new_job(job)
        for name, task in job["tasks"].items():
            # Each task has its own id; the last one has the id of the array.
            task["raw"] = number if int(name) == job["last"] else number * 10000 + int(name)
        job["script"] = state.path(number, "script")
        with open(job["script"], "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(job["script"], 0o700)
        state.save(job)
    sys.stdout.flush()
    runner.start(state, number)
