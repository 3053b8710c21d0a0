#!/usr/bin/env python3
"""1,000 x /bin/true on each real scheduler that is up: jobmon against the same jobs as one bare array job, and as 1,000
single submits; the number of the scheduler's commands that jobmon issued; and how long after the end of a job its run
returns. Prints a line each: what, jobmon, peer or limit, ratio, aim, verdict.

    usage: clusters/with.sh benchmarks/clusters.py JOBMON [JOBS]
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time

COMMANDS = {
    "slurm": ["sbatch", "squeue", "sacct", "scancel", "scontrol", "sinfo"],
    "sge": ["qsub", "qstat", "qacct", "qdel", "qconf"],
}
TITLES = {"slurm": "Slurm", "sge": "Grid Engine"}


def out(command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout


def listed(rig):
    """How many rows of ours the scheduler lists."""
    if rig == "slurm":
        return len(out(["squeue", "-h", "-u", str(os.getuid())]).split("\n")) - 1
    return out(["qstat"]).count("\n")


def wait_until_empty(rig):
    # A look every tenth of a second costs the scheduler less than a job does.
    while listed(rig) > 0:
        time.sleep(0.1)


def submit(rig, script, folder, array=None):
    """Submits a job, or an array, as one would by hand."""
    if rig == "slurm":
        command = ["sbatch", "--parsable", "-o", "/dev/null"] + ([f"--array=1-{array}"] if array else [])
    else:
        command = ["qsub", "-terse", "-o", "/dev/null", "-j", "y", "-wd", folder] + (["-t", f"1-{array}"] if array else [])
    out(command + [script])


def bare_array(rig, script, folder, jobs):
    start = time.monotonic()
    submit(rig, script, folder, jobs)
    wait_until_empty(rig)
    return time.monotonic() - start


def single_submits(rig, script, folder, jobs):
    start = time.monotonic()
    for _ in range(jobs):
        submit(rig, script, folder)
    took = time.monotonic() - start
    wait_until_empty(rig)
    return took


def counting(rig, folder):
    """An environment in which each command of the scheduler is written down before it runs: when, which, how long."""
    bin_folder = os.path.join(folder, "bin")
    os.makedirs(bin_folder)
    log = os.path.join(folder, "commands")
    open(log, "w").close()
    for name in COMMANDS[rig]:
        path = os.path.join(bin_folder, name)
        with open(path, "w") as file:
            file.write(f"#!/bin/sh\nb=$(date +%s%N)\n{shutil.which(name)} \"$@\"\nr=$?\n")
            file.write(f"echo {name} $b $(date +%s%N) >>{log}\nexit $r\n")
        os.chmod(path, 0o755)
    return dict(os.environ, PATH=f"{bin_folder}:{os.environ['PATH']}"), log


def with_jobmon(rig, jobmon, folder, jobs):
    """(seconds in all, seconds of submitting, commands by name)"""
    environment, log = counting(rig, folder)
    start = time.monotonic()
    subprocess.run(
        [jobmon, "run", "-d", os.path.join(folder, "mon"), "--executor", rig, "--no-progress", "--no-logs",
         "--each", f"n=1..{jobs}", "--", "/bin/true", "{n}"],
        check=True, env=environment, stderr=subprocess.DEVNULL)
    took = time.monotonic() - start
    commands, submitting = {}, 0
    for line in open(log):
        name, begun, ended = line.split()
        commands[name] = commands.get(name, 0) + 1
        if name in ("sbatch", "qsub"):
            submitting += (int(ended) - int(begun)) / 1e9
    return took, submitting, commands


def latency(rig, jobmon, folder):
    """Seconds from the end of a command to the end of the run that waited for it."""
    mark = os.path.join(folder, "end")
    subprocess.run(
        [jobmon, "run", "-d", os.path.join(folder, "one"), "--executor", rig, "--no-progress", "--no-logs", "--",
         "sh", "-c", f"sleep 3; date +%s.%N >{mark}"],
        check=True, stderr=subprocess.DEVNULL)
    return time.time() - float(open(mark).read())


def line(what, ours, theirs, ratio, aim, holds):
    print(f"{what}  {ours}  {theirs}  {ratio}  {aim}  {'PASS' if holds else 'short of aim'}", flush=True)


def measure(rig, jobmon, jobs):
    with tempfile.TemporaryDirectory(prefix="jobmon-clusters-") as folder:
        script = os.path.join(folder, "true.sh")
        with open(script, "w") as file:
            file.write("#!/bin/sh\nexec /bin/true\n")
        title = TITLES[rig]
        bare, ours = [], []
        # In turns, and the better of each: the scheduler's own loops make one run half as long again as the next.
        for turn in ("first", "second"):
            bare.append(bare_array(rig, script, folder, jobs))
            took, submitting, commands = with_jobmon(rig, jobmon, os.path.join(folder, turn), jobs)
            ours.append(took)
        line(f"{title}: {jobs} x /bin/true, wall time", f"{ours[0]:.1f} and {ours[1]:.1f} s",
             f"{bare[0]:.1f} and {bare[1]:.1f} s as a bare array", f"{min(ours) / min(bare):.2f}", "<= 1.3",
             min(ours) <= 1.3 * min(bare))
        single = single_submits(rig, script, folder, jobs)
        line(f"{title}: {jobs} jobs, time of submitting", f"{submitting:.2f} s", f"{single:.1f} s one by one",
             f"{single / submitting:.0f}", ">= 10", single >= 10 * submitting)
        count = sum(commands.values())
        named = ", ".join(f"{number} {name}" for name, number in sorted(commands.items()))
        line(f"{title}: commands for {jobs} jobs", f"{count} ({named})", "30", f"{count / 30:.2f}", "< 30", count < 30)
        late = sorted(latency(rig, jobmon, tempfile.mkdtemp(dir=folder)) for _ in range(3))[1]
        line(f"{title}: end of a job to the end of its run", f"{late:.2f} s", "2 s", f"{late / 2:.2f}", "< 2 s", late < 2)


def main():
    jobmon = os.path.abspath(sys.argv[1])
    jobs = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    print("what  jobmon  peer or limit  ratio  aim")
    for rig in os.environ.get("JOBMON_TEST_CLUSTERS", "").split(","):
        if rig in COMMANDS:
            measure(rig, jobmon, jobs)


main()
