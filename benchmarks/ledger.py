#!/usr/bin/env python3
"""A ledger of 1,000,000 jobs: what a monitor answers and how soon while 500 events a second come in, what it takes for
that, `jobmon usage` of all jobs, and `jobmon report` against sqlite3 writing the same rows.

The ledger is made once (a few minutes) and kept in the cache; the events go into a copy of it.

    ledger.py PATH-OF-JOBMON [--bench JobmonBench] [--cache FOLDER] [--rows FILE] [--quick]
"""
import multiprocessing
import os
import pathlib
import shutil
import sqlite3
import subprocess
import time

import common

# What `jobmon jobs`, `errors` and the summary line ask first, and filters by params.
REQUESTS = [
    ("jobs --status failed, first page", "/v1/jobs?status=failed&limit=1000"),
    ("errors, first page", "/v1/errors?limit=1000"),
    ("summary", "/v1/summary"),
    ("jobs --param year=1995, first page", "/v1/jobs?param=year%3D1995&limit=1000"),
    ("jobs --param loc=loc500 --param year=2010", "/v1/jobs?param=loc%3Dloc500&param=year%3D2010&limit=1000"),
    ("jobs --param year=1995 --status failed, first page",
     "/v1/jobs?param=year%3D1995&status=failed&limit=1000"),
    ("jobs --param draw=777777", "/v1/jobs?param=draw%3D777777&limit=1000"),
]


def made(options, jobs):
    """The folder with the ledger, made when it is not there."""
    # Of an earlier form, without what jobs requested and the memory of all their processes, there may be one too.
    folder = options.cache / f"ledger-{jobs}-sized"
    if not (folder / "job_monitor.sqlite").exists():
        partial = options.cache / f"ledger-{jobs}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        common.log(f"making a ledger of {jobs:,} jobs in {folder}")
        done = subprocess.run([options.bench, "make-ledger", partial / "job_monitor.sqlite", "--jobs", str(jobs)],
                              capture_output=True, text=True, check=True)
        common.log(done.stdout.strip())
        partial.rename(folder)
    return folder


def event(number, seq):
    head = (f'"sender":"11111111-0000-4000-8000-00000000000{number}","seq":{seq},'
            f'"instance_key":"01b20ec5-0000-7000-8000-{seq // 3:08x}{number:04x}"')
    return "{" + head + (
        ',"kind":"submitted","executor":"exec","job":{"name":"fit","runfile":"/bin/true","params":{"year":1995}}}',
        ',"kind":"running","host":"n7","pid":4711}',
        ',"kind":"complete","exit_code":0,"usage":{"wallclock":1.5,"cpu":1.25,"maxrss":1048576}}')[seq % 3]


def send(port, secret, sent, over):
    """500 events a second, one a request, by 5 senders; whole lives of instances. In a process of its own, so that it
    does not hold up the one that measures."""
    kept = [common.Responder(None, port, secret) for _ in range(5)]
    begun, seq = time.monotonic(), 0
    while not over.is_set():
        for number, sender in enumerate(kept):
            sender.ask("/v1/events", event(number, seq))
            sent.value += 1
        seq += 1
        time.sleep(max(0, begun + sent.value / 500 - time.monotonic()))


def answers(options, rows, folder, repeats):
    with common.work_directory() as directory:
        copy = pathlib.Path(directory) / "dir"
        copy.mkdir(mode=0o700)
        shutil.copy(folder / "job_monitor.sqlite", copy)
        begun = time.monotonic()
        monitor = common.Responder.monitor(options, copy)
        common.log(f"ready after {time.monotonic() - begun:.2f} s")
        sent, over = multiprocessing.Value("q", 0, lock=False), multiprocessing.Event()
        senders = multiprocessing.Process(target=send, args=(monitor.port, monitor.secret, sent, over), daemon=True)
        try:
            senders.start()
            begun = time.monotonic()
            time.sleep(0.5)
            taken = {name: [] for name, _ in REQUESTS}
            sizes = {}
            for _ in range(repeats):
                for name, path in REQUESTS:
                    took, answer = monitor.ask(path)
                    taken[name].append(took * 1e3)
                    sizes[name] = len(answer)
                    time.sleep(0.02)
            rate = sent.value / (time.monotonic() - begun)
            rss, peak = common.status_of(monitor.pid, "VmRSS", "VmHWM")
        finally:
            over.set()
            senders.join()
            monitor.stop()
    for name, _ in REQUESTS:
        middle, worst = common.median(taken[name]), max(taken[name])
        rows.add(name, f"median {middle:.1f} ms, max {worst:.1f} ms", "100 ms", worst / 100, "< 100 ms",
                 middle < 100 and worst < 100, f"{sizes[name] / 1024:.0f} KiB; of {repeats}, {rate:.0f} events/s")
    rows.add("memory of jobmon monitor meanwhile, highest", f"{peak:.0f} MB", "150 MB", peak / 150, "< 150 MB",
             peak < 150, f"{rss:.0f} MB at the end")


def usage(options, rows, folder, repeats):
    """The whole command, without a monitor and with one."""
    with common.work_directory() as directory:
        copy = pathlib.Path(directory) / "dir"
        copy.mkdir(mode=0o700)
        shutil.copy(folder / "job_monitor.sqlite", copy)
        for what in ("without a monitor", "with a monitor"):
            monitor = common.Responder.monitor(options, copy) if what == "with a monitor" else None
            try:
                taken, peaks = [], []
                for _ in range(repeats):
                    begun = time.monotonic()
                    process = subprocess.Popen([options.jobmon, "usage", "-d", copy], stdout=subprocess.DEVNULL,
                                               stderr=subprocess.DEVNULL)
                    _, status, used = os.wait4(process.pid, 0)
                    taken.append(time.monotonic() - begun)
                    peaks.append(used.ru_maxrss / 1024)
                    if status != 0:
                        return rows.missing("jobmon usage", f"it ended with wait status {status}")
                peak = common.status_of(monitor.pid, "VmHWM")[0] if monitor else max(peaks)
            finally:
                if monitor:
                    monitor.stop()
            middle = common.median(taken)
            who = "monitor" if monitor else "command"
            rows.add(f"jobmon usage of all jobs, {what}", f"median {middle:.2f} s, max {max(taken):.2f} s", "1 s",
                     middle, "<= 1 s", middle <= 1, f"of {repeats}; {who} at most {peak:.0f} MB")


def same_rows():
    """The statements that the report reads, without its casts: what one would type into sqlite3."""
    label = "(SELECT label FROM status WHERE id = {}.status)"
    return [
        ("job_report.csv",
         "SELECT i.job_instance_id, j.jid, j.queue, j.name, j.params, j.runfile, j.args, j.cwd, "
         + label.format("j") + ", j.attempts, j.max_attempts, i.retry_number, i.executor, i.executor_id, "
         + label.format("i") + ", i.cause, i.exit_code, i.signal, i.host, i.pid, i.submitted_date, i.started_date, "
         "i.finished_date, i.wallclock, i.cpu, i.maxrss, i.maxrss_at_most, i.memory_peak, i.memory_source, i.memory_bound, "
         "i.io_read, i.io_written, i.stdout_path, i.stderr_path, e.description FROM job_instance i CROSS JOIN job j ON j.jid = i.jid "
         "LEFT JOIN error e ON e.job_instance_id = i.job_instance_id ORDER BY i.job_instance_id"),
        ("job_status_report.csv",
         "SELECT x.id, x.jid, x.job_instance_id, j.name, " + label.format("x") + ", x.status_time, x.recorded_time "
         "FROM job_status x CROSS JOIN job j ON j.jid = x.jid ORDER BY x.id"),
    ]


def report(options, rows, folder, pairs):
    ratios, ours, theirs, peaks = [], [], [], []
    with common.work_directory() as directory:
        copy = pathlib.Path(directory) / "dir"
        copy.mkdir(mode=0o700)
        shutil.copy(folder / "job_monitor.sqlite", copy)
        for pair in range(1, pairs + 1):
            begun = time.monotonic()
            process = subprocess.Popen([options.jobmon, "report", "-d", copy], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            _, status, used = os.wait4(process.pid, 0)
            ours.append(time.monotonic() - begun)
            peaks.append(used.ru_maxrss / 1024)
            if status != 0:
                return rows.missing("jobmon report", f"it ended with wait status {status}")
            begun = time.monotonic()
            for name, statement in same_rows():
                with open(f"{directory}/{name}", "wb") as file:
                    subprocess.run(["sqlite3", "-csv", "-header", "-readonly", copy / "job_monitor.sqlite", statement],
                                   stdout=file, check=True)
            theirs.append(time.monotonic() - begun)
            ratios.append(ours[-1] / theirs[-1])
            sizes = [os.path.getsize(copy / name) / os.path.getsize(f"{directory}/{name}")
                     for name, _ in same_rows()]
            common.log(f"report, pair {pair}: jobmon {ours[-1]:.1f} s ({peaks[-1]:.0f} MB), sqlite3 -csv "
                       f"{theirs[-1]:.1f} s, ratio {ratios[-1]:.2f}; sizes of the files {sizes[0]:.2f} {sizes[1]:.2f}")
        ledger = sqlite3.connect(f"file:{copy}/job_monitor.sqlite?mode=ro", uri=True)
        counts = [ledger.execute(f"select count(*) from {table}").fetchone()[0]
                  for table in ("job", "job_instance", "job_status")]
        ledger.close()
    ratio = common.median(ratios)
    rows.add("jobmon report", f"{common.median(ours):.1f} s", f"{common.median(theirs):.1f} s sqlite3 -csv, same rows",
             ratio, "<= 2", ratio <= 2,
             f"{counts[0]:,} jobs, {counts[1]:,} instances, {counts[2]:,} statuses; at most {max(peaks):.0f} MB")


def main():
    options = common.options(__doc__)
    rows = common.Rows("d", options.rows)
    jobs = 20_000 if options.quick else 1_000_000
    print(f"(d) a ledger of {jobs:,} jobs", flush=True)
    folder = made(options, jobs)
    answers(options, rows, folder, 5 if options.quick else 30)
    usage(options, rows, folder, 3 if options.quick else 9)
    if common.need("sqlite3"):
        return rows.missing("jobmon report", "sqlite3 is not installed")
    report(options, rows, folder, 1 if options.quick else 3)


if __name__ == "__main__":
    main()
