#!/usr/bin/env python3
"""What `jobmon exec -- COMMAND` costs: how long until the command has started, how much longer all takes, the wrapper's
memory meanwhile; with the monitor up, away, and hung (SIGSTOP); and the maxrss that is recorded of commands whose
memory is known.

    wrapper.py PATH-OF-JOBMON [--cache FOLDER] [--rows FILE] [--quick]
"""
import json
import os
import pathlib
import signal
import subprocess
import time

import common


def delays(spawn, directory, count, before):
    """Pairs (ms until the command's main, ms in all) of `before... COMMAND`, COMMAND being as small as /bin/true."""
    done = subprocess.run([spawn, "delay", str(count), f"{directory}/stamp", *map(str, before)], text=True, check=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(done.stdout)


def timing(options, rows, spawn, directory, folder, state, rounds):
    wrapped, bare = [], []
    for _ in range(rounds):
        bare += delays(spawn, directory, 10, [])
        wrapped += delays(spawn, directory, 10, [options.jobmon, "exec", "-d", folder, "--"])
    starts, starts_bare = [one[0] for one in wrapped], [one[0] for one in bare]
    start, bare_start = common.median(starts), common.median(starts_bare)
    whole, bare_whole = common.median([one[1] for one in wrapped]), common.median([one[1] for one in bare])
    p90 = sorted(one[1] for one in wrapped)[int(len(wrapped) * 0.9)]
    rows.add(f"exec, monitor {state}: time until the command has started", f"{start:.2f} ms",
             f"{bare_start:.2f} ms without exec", start / bare_start, "<= 4 ms", start <= 4,
             f"p90 {sorted(starts)[int(len(starts) * 0.9)]:.2f} ms; of {len(wrapped)}")
    rows.add(f"exec, monitor {state}: time added in all", f"{whole - bare_whole:.2f} ms",
             f"{bare_whole:.2f} ms without exec", whole / bare_whole, "<= 10 ms", whole - bare_whole <= 10,
             f"p90 {p90 - bare_whole:.2f} ms")


def memory(options, rows, folder, state):
    process = subprocess.Popen([options.jobmon, "exec", "-d", folder, "--", "/bin/sleep", "1.5"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1)
    peak, own, pages = common.status_of(process.pid, "VmHWM", "RssAnon", "RssFile")
    process.wait()
    rows.add(f"exec, monitor {state}: the wrapper's memory while the command runs", f"{peak:.1f} MB", "10 MB",
             peak / 10, "<= 10 MB", peak <= 10,
             f"highest; {own:.1f} MB its own, {pages:.1f} MB pages of the executable's file, shared by all")


def reported_memory(options, rows, spawn, folder):
    for megabytes, rest in ((0, 0), (0, 0.5), (50, 0), (50, 0.5)):
        command = [spawn, "eat", str(megabytes), str(rest)]
        true = json.loads(subprocess.run([spawn, "measure", *command], check=True, text=True,
                                         stdout=subprocess.PIPE).stdout)["largest"]
        name = f"eat{megabytes}-{rest}"
        subprocess.run([options.jobmon, "exec", "-d", folder, "--name", name, "--", *command], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        found = {}
        for _ in range(50):
            listed = subprocess.run([options.jobmon, "jobs", "-d", folder, "--name", name, "--json"], check=True,
                                    text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            jobs = json.loads(listed.stdout)
            if jobs and jobs[0]["instances"] and jobs[0]["instances"][0]["maxrss"]:
                found = jobs[0]["instances"][0]
                break
            time.sleep(0.1)
        if not found:
            rows.missing(f"maxrss recorded by exec ({name})", "it was not recorded")
            continue
        said = found["maxrss"]
        at_most = bool(found["maxrss_at_most"])
        rows.add(f"maxrss by exec of a command of {true / 1048576:.1f} MB that lives for {rest} s",
                 f"{'at most ' if at_most else ''}{said / 1048576:.1f} MB", f"{true / 1048576:.1f} MB", said / true,
                 "0.9 to 1.1, or said to be at most", at_most or 0.9 <= said / true <= 1.1)


def main():
    options = common.options(__doc__)
    rows = common.Rows("c", options.rows)
    spawn = common.compiled(options, "spawn")
    rounds = 2 if options.quick else 20
    print("(c) jobmon exec -- a command as small as /bin/true", flush=True)
    with common.work_directory() as directory:
        folder = pathlib.Path(directory) / "dir"
        monitor = common.Responder.monitor(options, folder)
        try:
            delays(spawn, directory, 20, [options.jobmon, "exec", "-d", folder, "--"])
            timing(options, rows, spawn, directory, folder, "up", rounds)
            memory(options, rows, folder, "up")
            reported_memory(options, rows, spawn, folder)
            os.kill(monitor.pid, signal.SIGSTOP)
            try:
                timing(options, rows, spawn, directory, folder, "hung", rounds)
                memory(options, rows, folder, "hung")
            finally:
                os.kill(monitor.pid, signal.SIGCONT)
        finally:
            monitor.stop()
        timing(options, rows, spawn, directory, folder, "away", rounds)
        memory(options, rows, folder, "away")


if __name__ == "__main__":
    main()
