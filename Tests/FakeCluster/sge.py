"""qstat, qacct, qdel and qconf."""

import fnmatch
import os
import time
from xml.sax.saxutils import escape

import faults
import options
import runner
import views
from state import SGE, numbers_of, ranges

FAILURES = {
    19: "before writing exit_status", 25: "rescheduling", 26: "opening input/output file",
    27: "searching requested shell", 28: "changing into working directory", 30: "application error returned",
    37: "qmaster enforced h_rt, h_cpu, or h_vmem limit", 100: "assumedly after job",
}
XML = """<?xml version='1.0'?>
<job_info  xmlns:xsd="http://arc.liv.ac.uk/repos/darcs/sge/source/dist/util/resources/schemas/qstat/qstat.xsd">
  <queue_info>
{running}  </queue_info>
  <job_info>
{pending}  </job_info>
</job_info>
"""


def state_of(task):
    """The state letters of a task; None if it is over."""
    again = "R" if task["restarts"] else ""
    if task["phase"] == "waiting":
        return "Rq" if again else "qw"
    if task["phase"] == "held":
        return "Eqw"
    if task["phase"] == "running":
        return ("d" if task["why"] == "cancelled" else "") + again + "r"
    return None


def qstat(state, argv, fault):
    given, _ = options.one_dash_options(argv, {"-u": 1, "-xml": 0, "-j": 1, "-g": 1, "-s": 1, "-f": 0})
    if "-j" in given:
        return explain(state, given["-j"][-1][0])
    if fault.get("mode") == "nothing":
        return 0
    user = options.last(given, "-u", ["*"])[0]
    running, pending = [], []
    for job in [] if fault.get("mode") == "empty" else views.shown(state, SGE):
        if user not in ("*", "$user", job["user"]):
            continue
        waiting = {}
        for name, task in job["tasks"].items():
            letters = state_of(task)
            if letters is None or faults.omitted(fault, job, int(name)):
                continue
            if job.get("held") and task["phase"] == "waiting":
                letters = "h" + letters
            if task["phase"] == "running" or options.last(given, "-g") == ["d"]:
                (running if task["phase"] == "running" else pending).append((job, letters, name, task))
            else:
                waiting.setdefault(letters, []).append(int(name))
        for letters, numbers in waiting.items():
            pending.append((job, letters, spans(numbers), None))
    if "-xml" in given:
        text = XML.format(running="".join(map(row, running)), pending="".join(map(row, pending)))
    else:
        when = time.strftime("%m/%d/%Y %H:%M:%S")
        text = "".join(f"{job['id']:7} 0.50000 {job['name'][:10]:10} {job['user']:12} {letters:5} {when} "
                       f"{'' if task is None else 'all.q@localhost':30} {job['slots']:5} {tasks}\n"
                       for job, letters, tasks, task in running + pending)
    print(faults.spoil(text, fault), end="")
    return 0


def spans(numbers):
    """Task numbers in their form in a list: `3-6:1`, `5,6`."""
    found = []
    for first, last in ranges(numbers):
        found += [f"{first}-{last}:1"] if last > first + 1 else [str(number) for number in range(first, last + 1)]
    return ",".join(found)


def row(entry):
    job, letters, tasks, task = entry
    place, kind, when = "", "pending", f"<JB_submission_time>{iso(job['submitted'])}</JB_submission_time>"
    if task is not None and task["phase"] == "running":
        place, kind = f"{job['queue']}@localhost", "running"
        when = f"<JAT_start_time>{iso(task['started'])}</JAT_start_time>"
    numbers = f"      <tasks>{tasks}</tasks>\n" if job["is_array"] else ""
    return (f'    <job_list state="{kind}">\n      <JB_job_number>{job["id"]}</JB_job_number>\n'
            f"      <JAT_prio>0.50000</JAT_prio>\n      <JB_name>{escape(job['name'])}</JB_name>\n"
            f"      <JB_owner>{job['user']}</JB_owner>\n      <state>{letters}</state>\n      {when}\n"
            f"      <queue_name>{place}</queue_name>\n      <slots>{job['slots']}</slots>\n{numbers}    </job_list>\n")


def iso(value):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(value))


def explain(state, wanted):
    """`qstat -j`: missing jobs are omitted; it fails only if all are missing."""
    found = False
    for job in views.shown(state, SGE):
        alive = [task for task in job["tasks"].values() if state_of(task)]
        if str(job["id"]) not in wanted.split(",") or not alive:
            continue
        found = True
        print("==============================================================")
        values = [
            ("job_number", job["id"]), ("exec_file", f"job_scripts/{job['id']}"),
            ("submission_time", time.ctime(job["submitted"])), ("owner", job["user"]), ("uid", os.getuid()),
            ("sge_o_workdir", job["submitted_in"]), ("account", "sge"), ("cwd", job["cwd"]), ("merge", "y"),
            ("notify", str(job["notify"]).upper()), ("job_name", job["name"]),
            ("stdout_path_list", f"NONE:NONE:{job['stdout']}"), ("jobshare", 0), ("script_file", "job.sh"),
        ]
        if job["is_array"]:
            values.append(("job-array tasks", f"{job['first']}-{job['last']}:1"))
        if job["mark"]:
            values.append(("context", job["mark"]))
        for name, value in values:
            print(f"{name + ':':27} {value}")
        for number, task in job["tasks"].items():
            if task["phase"] == "held":
                when = time.strftime("%m/%d/%Y %H:%M:%S", time.localtime(task["records"][-1]["end"]))
                print(f"{'error reason':15}{number:>8}:      {when} [{os.getuid()}:{os.getpid()}]: error: "
                      f"{task['reason']}")
        print("scheduling info:            " + ("Job is in error state" if any(
            task["phase"] == "held" for task in alive) else ""))
    if not found:
        faults.complain(f"Following jobs do not exist: \n{wanted}")
        return 1
    return 0


def qacct(state, argv, fault):
    if fault.get("mode") in ("off", "disabled", "refused"):
        return faults.unreachable("qacct", argv, "unreachable")
    given, _ = options.one_dash_options(argv, {"-j": 1, "-t": 1, "-o": 1, "-b": 1, "-d": 1, "-E": 0})
    wanted = options.last(given, "-j", ["*"])[0]
    tasks = numbers_of(given["-t"][-1][0]) if "-t" in given else None
    records = []
    for job in [] if fault.get("mode") in ("empty", "nothing") else views.shown(state, SGE):
        if str(job["id"]) != wanted if wanted.isdigit() else not fnmatch.fnmatchcase(job["name"], wanted):
            continue
        if fault.get("mode") == "reissued":
            older = {"start": job["submitted"] - 9000, "end": job["submitted"] - 8000, "code": 0, "signal": 0,
                     "why": None, "rss": 0, "cpu": 0, "made": 0}
            records.append((job["submitted"] - 8000, record_text(dict(job, name="another"), "1", older)))
        for name, task in job["tasks"].items():
            if tasks is not None and int(name) not in tasks or faults.omitted(fault, job, int(name)):
                continue
            for record in task["records"]:
                record = views.accounted(record, fault)
                # Grid Engine has no records that are not final.
                if record and "stage" not in record:
                    twice = 2 if fault.get("mode") == "duplicates" else 1
                    records += [(record["made"], record_text(job, name, record))] * twice
    if not records:
        what = f"job id {wanted}" if wanted.isdigit() else f"job name {wanted}"
        faults.complain(f"error: {what} not found")
        return 1
    print(faults.spoil("".join(text for _, text in sorted(records, key=lambda one: one[0])), fault), end="")
    return 0


def failure(record):
    """The numbers `failed` and `exit_status`, and whether the record has times."""
    why, killed = record["why"], record["signal"]
    status = 128 + killed if killed else record["code"]
    if why == "held":
        return record["code"], 0, False
    if why == "node_failure":
        return 19, 0, False
    if why == "requeue":
        return 25, 0, True
    if why in ("reschedule", "error"):
        return {"reschedule": 25, "error": 30}[why], status, True
    if why == "time_limit":
        return 37, status, True
    return (100 if killed else 0), status, True


def record_text(job, name, record):
    failed, status, timed = failure(record)
    words = f"{failed:<3} : {FAILURES[failed]}" if failed else "0    "
    signal_name = {137: "(Killed)", 140: "(User defined signal 2)", 143: "(Terminated)"}.get(status, "")
    values = [
        ("qname", job["queue"]), ("hostname", "localhost"), ("group", job["user"]), ("owner", job["user"]),
        ("project", job["project"] or "NONE"), ("department", "defaultdepartment"), ("jobname", job["name"]),
        ("jobnumber", job["id"]), ("taskid", name if job["is_array"] else "undefined"), ("account", "sge"),
        ("priority", 0), ("qsub_time", time.ctime(job["submitted"])),
        ("start_time", time.ctime(record["start"]) if timed and record["start"] else "-/-"),
        ("end_time", time.ctime(record["end"]) if timed else "-/-"), ("granted_pe", "NONE"), ("slots", job["slots"]),
        ("failed", words), ("exit_status", f"{status:<20} {signal_name}"),
        ("ru_wallclock", f"{views.elapsed(record)}s"), ("ru_maxrss", f"{record['rss'] / 1000:.3f}KB"),
        ("cpu", f"{record['cpu']:.3f}s"), ("mem", "0.000Bs"), ("io", "0.000B"), ("maxvmem", "0.000B"),
        ("category", "NONE"),
    ]
    lines = "".join(f"{key:<12} {value}\n" for key, value in values)
    return "==============================================================\n" + lines


def qdel(state, argv, fault):
    status = 0
    for word in [word for word in argv if not word.startswith("-")]:
        number, _, tasks = word.partition(".")
        with state:
            job = state.job(number) if number.isdigit() else None
            hidden = job and (job["scheduler"] != SGE or job.get("forgotten") or job.get("foreign"))
            if not job or hidden or not any(state_of(task) for task in job["tasks"].values()):
                print(f'denied: job "{number}" does not exist')
                status = 1
                continue
            for name in [str(one) for one in numbers_of(tasks)] if tasks else list(job["tasks"]):
                what = f"job-array task {number}.{name}" if job["is_array"] else f"job {number}"
                task = job["tasks"].get(name)
                if task is None or state_of(task) is None:
                    if tasks:
                        print(f'job "{number}" task "{name}" does not exist')
                        status = 1
                elif fault.get("mode") == "ignored" or task["why"]:
                    print(f"job {number} is already in deletion")
                elif task["phase"] == "running":
                    print(f"{job['user']} has registered the {what} for deletion")
                    runner.end(state, job, int(name), task, "cancelled")
                else:
                    print(f"{job['user']} has deleted {what}")
                    # No record is left.
                    task.update(phase="over", gone=True)
            state.save(job)
    return status


COMPLEXES = """\
#name               shortcut   type      relop requestable consumable default  urgency 
#--------------------------------------------------------------------------------------
arch                a          STRING    ==    YES         NO         NONE     0
archive             arch_d     BOOL      ==    YES         NO         0        0
fthread             fthr       INT       <=    YES         YES        0        0
h_rt                h_rt       TIME      <=    YES         NO         0:0:0    0
h_vmem              h_vmem     MEMORY    <=    YES         NO         0        0
m_mem_free          mfree      MEMORY    <=    YES         YES        0        0
mem_free            mf         MEMORY    <=    YES         NO         0        0
slots               s          INT       <=    YES         YES        1        1000
# >#< starts a comment but comments are not saved across edits --------
"""


def qconf(state, argv, fault):
    settings = state.settings()
    if argv[:1] == ["-sconf"]:
        print("#global:\nexecd_spool_dir              /var/spool/gridengine/execd\nmailer"
              "                       /bin/true\nshell_start_mode             unix_behavior\nmax_aj_instances"
              f"             2000\nmax_aj_tasks                 {settings.get('max_array', 75000)}\nmax_u_jobs"
              "                   0")
    elif argv[:1] == ["-sc"]:
        print(COMPLEXES, end="")
    elif argv[:1] == ["-spl"]:
        print("multi_slot\nsmp")
    elif argv[:1] == ["-sel"]:
        print("\n".join(settings.get("nodes", ["localhost"])))
    else:
        faults.complain(f'error: unknown option "{" ".join(argv)}"')
        return 1
    return 0
