#!/usr/bin/env python3
"""`jobmon run` over N times `/bin/true NUMBER` against xargs, GNU parallel, dask and HyperQueue, in pairs one after the
other; the processor time of a job against a bare fork + exec + wait4; the cost of a job from 1,000 jobs to 200,000, and
what the processes then hold in memory.

`jobmon run` is timed as a whole: its monitor, a ledger on disk with synchronous FULL, its supervisor. So are xargs and
parallel; dask and HyperQueue are timed from the submit, their clusters being up by then.

    jobs.py PATH-OF-JOBMON [--cache FOLDER] [--rows FILE] [--quick]
"""
import json
import os
import pathlib
import subprocess
import threading

import common


def measured(spawn, command):
    """Seconds, processor seconds and the largest process of a command with all that it starts."""
    result = json.loads(subprocess.run([spawn, "measure", *map(str, command)], capture_output=True, text=True,
                                       check=True).stdout)
    if result["status"] != 0:
        raise SystemExit(f"{command} failed: wait status {result['status']}")
    return result


def ours(options, spawn, count, slots, logs, directory):
    target = pathlib.Path(directory) / "run"
    command = [options.jobmon, "run", "-d", target, "-j", slots, "--no-progress", "--each", f"n=1..{count}"]
    result = measured(spawn, command + ([] if logs else ["--no-logs"]) + ["--", "/bin/true", "{n}"])
    subprocess.run(["rm", "-rf", target], check=True)
    return result


def xargs(spawn, count, slots):
    return measured(spawn, ["/bin/sh", "-c", f"seq {count} | xargs -P{slots} -n1 /bin/true"])


def against_xargs(options, rows, spawn, count, pairs, directory):
    per_job = {}
    for logs in (False, True):
        for slots in (2, 8):
            one, other, ratios = [], [], []
            for pair in range(1, pairs + 1):
                other.append(xargs(spawn, count, slots))
                one.append(ours(options, spawn, count, slots, logs, directory))
                ratios.append(other[-1]["seconds"] / one[-1]["seconds"])
                common.log(
                    f"-j {slots}{'' if logs else ' --no-logs'}, pair {pair}: jobmon {count / one[-1]['seconds']:.0f}/s "
                    f"({one[-1]['cpu'] / count * 1e3:.3f} ms CPU a job), xargs {count / other[-1]['seconds']:.0f}/s "
                    f"({other[-1]['cpu'] / count * 1e3:.3f} ms), speed ratio {ratios[-1]:.2f}")
            ratio = common.median(ratios)
            rate = count / common.median([result["seconds"] for result in one])
            per_job[logs, slots] = common.median([result["cpu"] for result in one]) / count * 1e3
            rows.add(f"jobmon run -j {slots}{', logs kept' if logs else ' --no-logs'}", f"{rate:,.0f} jobs/s",
                     f"{count / common.median([result['seconds'] for result in other]):,.0f}/s xargs -P {slots}",
                     ratio, ">= 1", ratio >= 1, f"{count:,} x /bin/true")
    return per_job


def against_fork(rows, spawn, count, pairs, per_job):
    bare = []
    for _ in range(pairs):
        done = subprocess.run([spawn, "loop", str(count), "2", "/bin/true"], capture_output=True, text=True, check=True)
        bare.append(json.loads(done.stdout)["cpu"] / count * 1e3)
    limit = common.median(bare)
    for (logs, slots), cost in per_job.items():
        ratio = cost / limit
        rows.add(f"CPU a job, -j {slots}{', logs kept' if logs else ' --no-logs'}", f"{cost:.3f} ms",
                 f"{limit:.3f} ms fork + exec + wait4", ratio, "<= 1.5", ratio <= 1.5,
                 "monitor, queue, supervisor and the commands themselves")


def against_parallel(options, rows, spawn, count, pairs, directory):
    if common.need("parallel"):
        return rows.missing("GNU parallel --joblog", "it is not installed (Debian: parallel)")
    environment = f"{directory}/parallel"
    os.makedirs(environment, exist_ok=True)
    os.environ["PARALLEL_HOME"] = environment
    pathlib.Path(environment, "will-cite").touch()
    ratios, rates, mine = [], [], []
    for _ in range(pairs):
        log = f"{directory}/joblog"
        theirs = count / measured(
            spawn, ["/bin/sh", "-c", f"seq {count} | parallel -j 2 --joblog {log} /bin/true {{}}"])["seconds"]
        mine.append(count * 5 / ours(options, spawn, count * 5, 2, True, directory)["seconds"])
        rates.append(theirs)
        ratios.append(mine[-1] / theirs)
        os.remove(log)
    ratio = common.median(ratios)
    rows.add("jobmon run -j 2, logs kept", f"{common.median(mine):,.0f} jobs/s",
             f"{common.median(rates):,.0f}/s GNU parallel --joblog ({count} jobs)", ratio, ">= 1", ratio >= 1)


def python_of_peers(options, rows):
    """The Python of a virtual environment with the peers in it; None when it can't be made."""
    folder = options.cache / "venv"
    python = folder / "bin" / "python"
    try:
        if not python.exists():
            subprocess.run(["python3", "-m", "venv", folder], check=True, capture_output=True)
        if subprocess.run([python, "-c", "import distributed, hyperqueue"], capture_output=True).returncode:
            common.log("installing dask's distributed and hyperqueue from PyPI")
            subprocess.run([python, "-m", "pip", "install", "-q", "distributed", "hyperqueue"], check=True,
                           capture_output=True, timeout=600)
    except (subprocess.SubprocessError, OSError) as error:
        rows.missing("dask and HyperQueue", f"they could not be installed ({error.__class__.__name__})")
        return None
    return python


def against_clusters(options, rows, spawn, python, count, pairs, directory):
    peers = [
        ("dask", min(count, 2000), False, lambda number, folder: ["dask_jobs.py", number, 2]),
        ("HyperQueue", count, False, lambda number, folder: ["hyperqueue_jobs.py", number, 2, "no-logs", folder]),
        ("HyperQueue, logs kept", count, True,
         lambda number, folder: ["hyperqueue_jobs.py", number, 2, "logs", folder]),
    ]
    for name, number, logs, arguments in peers:
        mine, rates = [], []
        for _ in range(pairs):
            with common.work_directory() as folder:
                script, *rest = arguments(number, folder)
                try:
                    done = subprocess.run([python, common.HERE / "peers" / script, *map(str, rest)], text=True,
                                          capture_output=True, timeout=300, cwd=folder)
                except subprocess.TimeoutExpired:
                    rows.missing(name, "it did not end within 300 s")
                    break
            if done.returncode:
                rows.missing(name, (done.stderr.strip().splitlines() or ["it failed"])[-1])
                break
            rates.append(number / float(done.stdout.split()[-1]))
            mine.append(number / ours(options, spawn, number, 2, logs, directory)["seconds"])
            common.log(f"{name}: {rates[-1]:.0f}/s, jobmon {mine[-1]:.0f}/s, ratio {mine[-1] / rates[-1]:.2f}")
        if len(mine) == pairs:
            ratio = common.median([one / other for one, other in zip(mine, rates)])
            rows.add(f"jobmon run -j 2{', logs kept' if logs else ' --no-logs'}", f"{common.median(mine):,.0f} jobs/s",
                     f"{common.median(rates):,.0f}/s {name} ({number:,} jobs)", ratio, ">= 1", ratio >= 1)


class Peaks(threading.Thread):
    """The highest memory of each process that has a folder in its command line."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self.folder, self.over, self.found = str(folder).encode(), threading.Event(), {}

    def run(self):
        while not self.over.wait(0.3):
            for entry in os.listdir("/proc"):
                if not entry.isdigit():
                    continue
                try:
                    words = pathlib.Path("/proc", entry, "cmdline").read_bytes().split(b"\0")
                    if b"measure" in words or not any(self.folder in word for word in words):
                        continue
                    kind = words[1].decode()
                    self.found[kind, entry] = common.status_of(entry, "VmHWM")[0]
                except (OSError, IndexError):
                    continue

    def of(self, kind):
        return max((peak for (found, _), peak in self.found.items() if found == kind), default=0.0)


def scaling(options, rows, spawn, sizes, directory):
    base = None
    for count in sizes:
        results = []
        for _ in range(max(1, min(5, 10000 // count))):
            peaks = Peaks(directory)
            peaks.start()
            results.append(ours(options, spawn, count, 2, False, directory))
            peaks.over.set()
            peaks.join()
        wall = common.median([result["seconds"] for result in results]) / count * 1e3
        cpu = common.median([result["cpu"] for result in results]) / count * 1e3
        common.log(f"{count:,} jobs: {wall:.3f} ms, {cpu:.3f} ms CPU a job, largest process "
                   f"{max(result['largest'] for result in results) / 1048576:.0f} MB")
        if base is None:
            base = (count, wall, cpu)
            continue
        for word, here, there in (("time", wall, base[1]), ("CPU", cpu, base[2])):
            rows.add(f"{word} a job at {count:,} jobs", f"{here:.3f} ms", f"{there:.3f} ms at {base[0]:,}",
                     here / there, "<= 1.10", here <= there * 1.1, "-j 2 --no-logs")
    both, supervisor = peaks.of("run"), peaks.of("__supervisor")
    rows.add(f"memory of jobmon run (monitor and queue) at {sizes[-1]:,} jobs, highest", f"{both:.0f} MB", "200 MB",
             both / 200, "< 200 MB", both < 200, f"its supervisor: {supervisor:.0f} MB")


def main():
    options = common.options(__doc__)
    rows = common.Rows("b", options.rows)
    spawn = common.compiled(options, "spawn")
    count, pairs = (1000, 1) if options.quick else (5000, 3)
    print(f"(b) jobs a second: {count:,} x /bin/true", flush=True)
    with common.work_directory() as directory:
        ours(options, spawn, 500, 2, False, directory)  # what is read from disk for the first time is
        per_job = against_xargs(options, rows, spawn, count, pairs, directory)
        against_fork(rows, spawn, count, pairs, per_job)
        against_parallel(options, rows, spawn, 200 if options.quick else 500, pairs, directory)
        python = python_of_peers(options, rows)
        if python:
            against_clusters(options, rows, spawn, python, count, pairs, directory)
        scaling(options, rows, spawn, (1000, 10_000) if options.quick else (1000, 10_000, 50_000, 200_000), directory)


if __name__ == "__main__":
    main()
