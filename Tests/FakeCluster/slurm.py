"""squeue, sacct, scancel, scontrol and sinfo."""

import os
import time

import control
import faults
import options
import runner
import views
from state import SLURM, new_record, numbers_of, ranges

LISTED = {
    "--noheader": "noheader", "-h": "noheader", "--array": "array", "-r": "array", "--user": "user=", "-u": "user=",
    "--format": "format=", "-o": "format=", "--states": "states=", "-t": "states=", "--jobs": "jobs=", "-j": "jobs=",
    "--name": "name=", "-n": "name=", "--all": "hidden", "-a": "hidden",
}
ACCOUNTED = {
    "--noheader": "noheader", "-n": "noheader", "--parsable2": "parsable", "-P": "parsable", "--duplicates": "all",
    "-D": "all", "--format": "format=", "-o": "format=", "--jobs": "jobs=", "-j": "jobs=", "--name": "name=",
    "--starttime": "start=", "-S": "start=", "--endtime": "end=", "-E": "end=", "-X": "jobs-only",
    "--allocations": "jobs-only",
}
STATES = {
    "time_limit": ("TIMEOUT", "0:0", "TimeLimit"), "node_failure": ("NODE_FAIL", "0:0", "NodeDown"),
    "preempted": ("PREEMPTED", "0:0", "None"), "out_of_memory": ("OUT_OF_MEMORY", "0:125", "OutOfMemory"),
    "requeue": ("REQUEUED", "0:0", "None"), "launch": ("FAILED", "0:53", "JobLaunchFailure"),
    "cancelled": ("CANCELLED", "0:0", "None"),
}


def state_of(record, whole=False):
    """State, exit code and reason of an ended run. Before Slurm 25.11, accounting subtracts 128 from exit codes."""
    if record["why"] in STATES:
        return STATES[record["why"]]
    code, killed = record["code"], record["signal"]
    if killed:
        return "FAILED", f"0:{killed}", "JobLaunchFailure"
    shown = code - 128 if code > 128 and not whole else code
    return ("FAILED", f"{shown}:0", "NonZeroExitCode") if code else (
        "COMPLETED", "0:0", "None")


def standing(job, task):
    """State and reason of a task in the list; None if it is not listed."""
    if task.get("gone"):
        return None
    if task["phase"] == "waiting":
        if job.get("held"):
            return "PENDING", "JobHeldUser"
        return "PENDING", "BeginTime" if task["start_at"] > time.time() else "Resources"
    if task["phase"] == "running":
        if task["why"]:
            return "COMPLETING", STATES.get(task["why"], ("", "", "None"))[2]
        return "RUNNING", "None"
    state, _, reason = state_of(task["records"][-1])
    return state, reason


# Lists

def squeue(state, argv, fault):
    given, _ = options.long_options(argv, LISTED)
    wanted = options.last(given, "jobs")
    everything = options.last(given, "states") == "all"
    rows = []
    jobs = views.shown(state, SLURM)
    if wanted and "," not in wanted and not any(str(job["id"]) == wanted.split("_")[0] for job in jobs):
        faults.complain("slurm_load_jobs error: Invalid job id specified")
        return 1
    for job in [] if fault.get("mode") in ("empty", "nothing") else jobs:
        if wanted and str(job["id"]) not in [part.split("_")[0] for part in wanted.split(",")]:
            continue
        if options.last(given, "user", job["user"]) not in (job["user"], str(os.getuid())) or options.last(given, "name") not in (
                None, job["name"]):
            continue
        waiting = []
        for name, task in job["tasks"].items():
            number, seen = int(name), standing(job, task)
            if seen is None or faults.omitted(fault, job, number):
                continue
            if seen[0] == "PENDING" and "array" not in given:
                waiting.append(number)
            elif everything or seen[0] in ("PENDING", "RUNNING", "COMPLETING"):
                rows.append(fields(job, str(number), task, seen))
        if waiting:
            text = ",".join(f"{a}-{b}" if a < b else str(a) for a, b in ranges(waiting))
            first = job["tasks"][str(waiting[0])]
            rows.insert(0, fields(job, f"[{text}]", first, standing(job, first)))
    form = options.last(given, "format", "%i %P %j %u %T %r")
    lines = [] if "noheader" in given else ["JOBID PARTITION NAME USER STATE REASON"]
    for row in rows:
        text = form
        for sign, value in row.items():
            text = text.replace(sign, str(value))
        lines.append(text)
    print(faults.spoil("".join(line + "\n" for line in lines), fault), end="")
    return 0


def fields(job, number, task, seen):
    return {
        "%i": f"{job['id']}_{number}" if job["is_array"] else job["id"], "%A": task["raw"], "%F": job["id"],
        "%K": number, "%T": seen[0], "%r": seen[1], "%k": job["mark"] or "(null)", "%j": job["name"],
        "%u": job["user"], "%P": job["queue"], "%N": task.get("node", ""),
    }


# Accounting

def moment(value, otherwise):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(value)) if value else otherwise


def sacct(state, argv, fault):
    mode = fault.get("mode")
    if mode == "refused":
        return faults.unreachable("sacct", argv, "unreachable")
    if mode in ("off", "disabled"):
        faults.complain("Slurm accounting storage is disabled")
        return 1
    given, _ = options.long_options(argv, ACCOUNTED)
    lines = []
    for job in [] if mode in ("empty", "nothing") else views.shown(state, SLURM):
        if "name" in given and job["name"] not in given["name"][-1].split(","):
            continue
        asked = asked_of(job, options.last(given, "jobs"))
        if asked is None:
            continue
        if mode == "reissued":
            older = dict(job, name="another")
            lines += rows(older, "1", {"raw": job["id"], "node": "node1"}, {
                "start": job["submitted"] - 9000, "end": job["submitted"] - 8000, "code": 0, "signal": 0, "why": None,
                "rss": 0, "made": 0})
        version = [int(part) for part in state.settings().get("slurm_version", "22.05.8").split(".")]
        lines += of_job(dict(job, whole=version >= [25, 11]), asked, fault, everything="all" in given)
    form = [name.lower() for name in options.last(given, "format", "JobID,JobName,State,ExitCode").split(",")]
    text = "" if "noheader" in given else "|".join(form) + "\n"
    for line in lines:
        if "jobs-only" not in given or "." not in str(line["jobid"]):
            text += "|".join(str(line[name]) for name in form) + "\n"
    print(faults.spoil(text, fault), end="")
    return 0


def asked_of(job, wanted):
    """The task numbers selected by `--jobs`; an empty list for all, None for none."""
    if wanted is None:
        return []
    numbers = None
    for part in wanted.split(","):
        number, _, task = part.partition("_")
        if number == str(job["id"]):
            if not task:
                return []
            numbers = (numbers or []) + numbers_of(task)
    return numbers


def of_job(job, asked, fault, everything):
    lines, waiting, cancelled = [], [], {}
    for name, task in job["tasks"].items():
        if asked and int(name) not in asked or faults.omitted(fault, job, int(name)):
            continue
        records = [record for record in (views.accounted(one, fault) for one in task["records"]) if record]
        for record in records if everything else records[-1:]:
            if record["start"] is None:
                cancelled.setdefault(int(record["end"]), []).append((int(name), task, record))
                continue
            for _ in range(2 if fault.get("mode") == "duplicates" else 1):
                lines += rows(job, name, task, record)
        if task["phase"] == "running" and not task.get("recorded"):
            lines += rows(job, name, task, {"start": task["started"], "stage": "running", "end": None, "rss": 0})
        elif task["phase"] == "waiting":
            waiting.append(int(name))
    # Tasks that never started share a record, which is not found by the number of one task.
    if not asked:
        for found in cancelled.values():
            lines += rows(job, bracketed([one[0] for one in found]), found[0][1], found[0][2])[:1]
        if waiting:
            lines += rows(job, bracketed(waiting), job["tasks"][str(waiting[0])], {
                "start": None, "end": None, "stage": "pending", "rss": 0})[:1]
    return lines


def bracketed(numbers):
    return "[" + ",".join(f"{a}-{b}" if a < b else str(a) for a, b in ranges(numbers)) + "]"


def rows(job, name, task, record):
    """The lines of a record: the job and its batch step."""
    stage = record.get("stage")
    if stage == "pending":
        state, code, reason = "PENDING", "0:0", "None"
    elif stage == "running":
        state, code, reason = "RUNNING", "0:0", "None"
    elif stage == "unfinished":
        state, code, reason = "FAILED", "0:0", "None"
    else:
        state, code, reason = state_of(record, job.get("whole", False))
    open_ended = stage is not None
    end = "Unknown" if open_ended else moment(record["end"], "Unknown")
    start = moment(record["start"], "Unknown" if stage == "pending" else "None")
    used = int((time.time() if open_ended else record["end"]) - (record["start"] or time.time()))
    label = f"{job['id']}_{name}" if job["is_array"] else str(job["id"])
    line = {
        "jobid": label, "jobidraw": task.get("raw", job["id"]), "jobname": job["name"],
        "state": f"CANCELLED by {os.getuid()}" if state == "CANCELLED" else state, "exitcode": code,
        "derivedexitcode": "0:0", "reason": reason, "submit": moment(job["submitted"], "Unknown"), "start": start,
        "end": end, "elapsedraw": max(0, used), "maxrss": "", "nodelist": task.get("node", "None assigned"),
        "timelimit": "01:00:00", "reqmem": "100M",
    }
    step = dict(
        line, jobid=f"{label}.batch", jobname="batch", maxrss=f"{record['rss']}K" if record["rss"] else "0",
        timelimit="", reqmem="")
    if record.get("why") in ("time_limit", "cancelled", "preempted", "requeue", "node_failure"):
        step.update(state="CANCELLED", exitcode="0:15")
    return [line, step]


# Other commands

def scancel(state, argv, fault):
    if fault.get("mode") == "ignored":
        return 0
    known = {"--quiet": "quiet", "-Q": "quiet", "--user": "user=", "-u": "user=", "--name": "name=", "-n": "name="}
    given, words = options.long_options(argv, known)
    name = given["name"][-1] if "name" in given else None
    # With ids, a name restricts the selection; without ids, it selects.
    if name and not words:
        words += [str(job["id"]) for job in state.jobs(SLURM) if job["name"] == name]
    for word in words:
        number, _, tasks = word.partition("_")
        if not number.isdigit():
            faults.complain(f"scancel: error: Invalid job id {word}")
            return 1
        with state:
            job = state.job(number)
            if not job or name and job["name"] != name or job["scheduler"] != SLURM or job.get("forgotten") or job.get("foreign"):
                continue
            cancel(state, job, numbers_of(tasks) if tasks else [])
            state.save(job)
    return 0


def cancel(state, job, numbers):
    """Cancels the given tasks, or all. A waiting task leaves no record, unless it is the last one that waits."""
    waiting = [int(name) for name, task in job["tasks"].items() if task["phase"] == "waiting"]
    leaving = [number for number in waiting if not numbers or number in numbers]
    for number in leaving:
        task = job["tasks"][str(number)]
        task.update(phase="over", gone=True)
        task.pop("started", None)
        if not numbers or len(leaving) == len(waiting) == 1:
            task["records"].append(new_record(task, "cancelled", time.time()))
            task["gone"] = False
    for name, task in job["tasks"].items():
        if task["phase"] == "running" and not task["why"] and (not numbers or int(name) in numbers):
            runner.end(state, job, int(name), task, "cancelled")


def scontrol(state, argv, fault):
    words = [word for word in argv if not word.startswith("-")]
    if words[:1] == ["ping"]:
        print("Slurmctld(primary) at fake is UP")
        return 0
    if words[:2] == ["show", "config"]:
        print(f"Configuration data as of {moment(time.time(), '')}\nClusterName             = fake\n"
              f"KillWait                = 30 sec\nMaxArraySize            = {state.settings().get('max_array', 1001)}\n"
              "MinJobAge               = 300 sec\nSLURM_VERSION           = 22.05.8\n\n"
              "Slurmctld(primary) at fake is UP")
        return 0
    if words[:2] == ["show", "job"] and len(words) == 3:
        return show(state, words[2], fault)
    if words[:1] == ["requeue"] and len(words) == 2:
        return control.requeue(state, [words[1]])
    faults.complain(f"invalid keyword: {' '.join(argv)}")
    return 1


def show(state, word, fault):
    wanted, _, task_wanted = word.partition("_")
    lines = []
    for job in [] if fault.get("mode") == "unknown_job" else views.shown(state, SLURM):
        for name, task in job["tasks"].items():
            seen = standing(job, task)
            mine = str(job["id"]) == wanted and task_wanted in ("", name) or (
                not task_wanted and str(task["raw"]) == wanted)
            if not mine or seen is None:
                continue
            record = task["records"][-1] if task["records"] and task["phase"] == "over" else None
            code = state_of(record)[1] if record else "0:0"
            # While the task ends, only this distinguishes it from a cancelled one.
            preempted = moment(time.time(), "") if task["why"] == "preempted" else "None"
            lines.append(
                f"JobId={task['raw']} ArrayJobId={job['id']} ArrayTaskId={name} JobName={job['name']} "
                f"UserId={job['user']}({os.getuid()}) Account={job['project'] or 'general'} QOS=normal "
                f"JobState={seen[0]} Reason={seen[1]} Dependency=(null) Requeue={int(job['requeue'])} "
                f"Restarts={task['restarts']} BatchFlag=1 ExitCode={code} "
                f"SubmitTime={moment(job['submitted'], '')} StartTime={moment(task.get('started'), 'Unknown')} "
                f"EndTime={moment(record and record['end'], 'Unknown')} PreemptTime={preempted} Partition={job['queue']} "
                f"NodeList={task.get('node', '')} WorkDir={job['cwd']} Comment={job['mark']}")
    if not lines:
        faults.complain("slurm_load_jobs error: Invalid job id specified")
        return 1
    print("\n".join(lines))
    return 0


def sinfo(state, argv, fault):
    nodes = state.settings().get("nodes", ["127.0.0.1"] * 4)
    form = next((word.partition("=")[2] for word in argv if word.startswith("--format=")), "%N %o")
    for number, address in enumerate(nodes, 1):
        print(form.replace("%N", f"node{number}").replace("%o", address).replace("%n", address))
    return 0
