#!/usr/bin/env python3
"""Durable events a second at the responder, by wrk on kept connections.

Each figure is of pairs, one after the other: the product's monitor around its ledger on disk, and the peer: the same
monitor with only the commit taken out (JobmonBench serve --commit none), or SQLite alone (JobmonBench commit-loop).

    events.py PATH-OF-JOBMON [--bench JobmonBench] [--rows FILE] [--quick]
"""
import itertools
import json
import os
import shutil
import subprocess

import common

SALTS = itertools.count(1)


def wrk(responder, senders, seconds, kind="process", batch=1):
    """One burst of load; returns wrk's figures with events a second and CPU microseconds an event."""
    threads = 1 if senders == 1 else 2
    before, cpu = responder.metrics(), common.cpu_of(responder.pid)
    done = subprocess.run(
        ["wrk", f"-t{threads}", f"-c{senders}", f"-d{seconds}s", "--timeout", "30s", "-s", common.HERE / "senders.lua",
         responder.url, "--", responder.secret, kind, str(senders), str(batch), str(next(SALTS)), str(threads)],
        capture_output=True, text=True, check=True)
    cpu = common.cpu_of(responder.pid) - cpu
    after = responder.metrics()
    result = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("RESULT"))[6:])
    events = result["requests"] * batch
    counts = {name: after.get(name, 0) - before.get(name, 0) for name in after}
    recorded = counts['jobmon_events_total{outcome="recorded"}']
    early = counts['jobmon_events_total{outcome="early"}']
    if result["refused"] or result["broken"] or recorded + early < events:
        common.log(f"NOT CLEAN: {result}, recorded {recorded:.0f}, early {early:.0f} of {events}")
    commits = max(1, counts["jobmon_commits_total"])
    result.update(rate=events / result["seconds"], cpu_us=cpu / events * 1e6, group=recorded / commits, early=early)
    return result


def commit_loop(options, directory, group, seconds, loop="commit-loop", preload=None):
    path = os.path.join(directory, f"{loop}.sqlite")
    done = subprocess.run([options.bench, loop, path, "--group", str(group), "--seconds", str(seconds)],
                          capture_output=True, text=True, check=True,
                          env=dict(os.environ, LD_PRELOAD=preload) if preload else None)
    for suffix in ("", "-wal", "-shm"):
        if os.path.exists(path + suffix):
            os.remove(path + suffix)
    return json.loads(done.stdout)


def against_no_commit(options, rows, senders, kind, pairs, seconds, aim):
    """The same route with and without the commit, in turn, both processes up all the time."""
    with common.work_directory() as directory:
        real = common.Responder.serve(options, f"{directory}/real.sqlite", "--instances", max(1024, senders))
        bare = common.Responder.serve(options, f"{directory}/bare.sqlite", "--commit", "none", "--instances", 1024)
        try:
            for responder in (real, bare):
                wrk(responder, senders, 1, kind)
            ours, theirs, ratios = [], [], []
            for pair in range(1, pairs + 1):
                for responder, results in ((real, ours), (bare, theirs)):
                    results.append(wrk(responder, senders, seconds, kind))
                one, other = ours[-1], theirs[-1]
                ratios.append(one["rate"] / other["rate"])
                common.log(
                    f"{senders} senders, {kind}, pair {pair}: durable {one['rate']:.0f}/s (p50 {one['p50_ms']:.1f}, "
                    f"p99 {one['p99_ms']:.1f} ms, {one['group']:.0f} a commit, {one['cpu_us']:.0f} us CPU), without "
                    f"the commit {other['rate']:.0f}/s (p99 {other['p99_ms']:.1f} ms, {other['cpu_us']:.0f} us), "
                    f"ratio {ratios[-1]:.2f}")
            rss, peak = common.status_of(real.pid, "VmRSS", "VmHWM")
        finally:
            real.stop()
            bare.stop()
    rate, p99 = common.median([one["rate"] for one in ours]), common.median([one["p99_ms"] for one in ours])
    ratio = common.median(ratios)
    kinds = {"process": "one INSERT, one UPDATE each", "life": "whole lives: submitted, running, complete"}
    rows.add(f"{senders:,} sender{'s' if senders > 1 else ''}, one event a request ({kinds[kind]})", f"{rate:,.0f}/s",
             f"{common.median([one['rate'] for one in theirs]):,.0f}/s without the commit", ratio,
             f">= {aim}" if aim else "", ratio >= aim if aim else None,
             f"{common.median([one['group'] for one in ours]):.0f} a commit; CPU "
             f"{common.median([one['cpu_us'] for one in ours]):.0f} against "
             f"{common.median([one['cpu_us'] for one in theirs]):.0f} us an event")
    if senders >= 256:
        rows.add(f"{senders:,} senders ({kind}): p99", f"{p99:.1f} ms", "100 ms", p99 / 100, "< 100 ms", p99 < 100,
                 f"the worst of {pairs}: {max(one['p99_ms'] for one in ours):.1f} ms; without the commit "
                 f"{common.median([one['p99_ms'] for one in theirs]):.1f} ms")
    return rate, peak


def against_sqlite(options, rows, senders, batch, group, pairs, seconds, aim, what, preload=None):
    with common.work_directory() as directory:
        real = common.Responder.serve(options, f"{directory}/real.sqlite", "--instances", 1024, preload=preload)
        try:
            wrk(real, senders, 1, batch=batch)
            ours, theirs, ratios, synchronous = [], [], [], set()
            for pair in range(1, pairs + 1):
                ours.append(wrk(real, senders, seconds, batch=batch))
                loop = commit_loop(options, directory, group, seconds, preload=preload)
                theirs.append(loop["events_per_s"])
                synchronous.add(loop["synchronous"])
                ratios.append(ours[-1]["rate"] / theirs[-1])
                common.log(
                    f"{what}, pair {pair}: {ours[-1]['rate']:.0f} events/s (p99 {ours[-1]['p99_ms']:.1f} ms, "
                    f"{ours[-1]['group']:.1f} a commit, {ours[-1]['cpu_us']:.0f} us CPU), SQLite alone in groups of "
                    f"{group} {theirs[-1]:.0f}/s, ratio {ratios[-1]:.2f}")
        finally:
            real.stop()
        record = commit_loop(options, directory, group, seconds, "record-loop", preload)["events_per_s"]
    ratio = common.median(ratios)
    rows.add(what, f"{common.median([one['rate'] for one in ours]):,.0f}/s",
             f"{common.median(theirs):,.0f}/s SQLite alone, {group} a commit", ratio, f">= {aim}", ratio >= aim,
             f"the ledger without requests, {group} a commit: {record:,.0f}/s; "
             f"synchronous of the peer read back as {sorted(synchronous)} (2 is FULL)")


def synchronous(options, rows, seconds):
    """The writer's own connection can't be asked from outside, so: the ledger refuses to open unless it reads FULL
    back, and each commit is seen to reach the disk."""
    what = "PRAGMA synchronous of the monitor's ledger"
    if not shutil.which("strace"):
        return rows.missing(what + ": flushes to disk a commit", "strace is not installed")
    with common.work_directory() as directory:
        real = common.Responder.serve(options, f"{directory}/real.sqlite", "--instances", 1024)
        trace = f"{directory}/trace"
        tracer = subprocess.Popen(["strace", "-f", "-q", "-e", "trace=fdatasync,fsync", "-o", trace, "-p",
                                   str(real.pid)], stderr=subprocess.DEVNULL)
        try:
            wrk(real, 16, 1)
            before = real.metrics()["jobmon_commits_total"]
            with open(trace, encoding="ascii") as file:
                first = sum("sync(" in line for line in file)
            wrk(real, 16, seconds)
            commits = real.metrics()["jobmon_commits_total"] - before
            with open(trace, encoding="ascii") as file:
                flushes = sum("sync(" in line for line in file) - first
        finally:
            tracer.terminate()
            tracer.wait()
            real.stop()
    if flushes <= 0:
        return rows.missing(what + ": flushes to disk a commit", "strace may not attach here")
    rows.add(what, "2 (FULL): it does not open otherwise", f"{flushes / commits:.2f} flushes a commit seen by strace",
             flushes / commits, ">= 1", flushes >= commits)


def memory(options, rows, seconds):
    with common.work_directory() as directory:
        monitor = common.Responder.monitor(options, f"{directory}/dir")
        try:
            result = wrk(monitor, 1024, seconds, "life")
            rss, peak = common.status_of(monitor.pid, "VmRSS", "VmHWM")
        finally:
            monitor.stop()
    rows.add("memory of jobmon monitor at 1,024 senders, highest", f"{peak:.0f} MB", "80 MB", peak / 80, "< 80 MB",
             peak < 80, f"{rss:.0f} MB at the end; {result['rate']:,.0f} events/s (whole lives), p99 "
             f"{result['p99_ms']:.0f} ms")


def main():
    options = common.options(__doc__)
    rows = common.Rows("a", options.rows)
    if not shutil.which("wrk"):
        return rows.missing("durable events a second", "wrk is not installed (Debian: wrk)")
    pairs, seconds = (1, 2) if options.quick else (3, 4)
    print("(a) durable events a second", flush=True)
    for senders in (256, 1024):
        against_no_commit(options, rows, senders, "process", pairs, seconds, 0.8)
    for senders in (1, 16):
        against_sqlite(options, rows, senders, 1, senders, pairs, seconds, 0.8,
                       f"{senders} sender{'s' if senders > 1 else ''}, one event a request")
        against_no_commit(options, rows, senders, "process", pairs, seconds, None)
    slow = common.compiled(options, "slow_sync", "-shared", "-fPIC")
    for senders in (1, 16):
        against_sqlite(options, rows, senders, 1, senders, 1, seconds, 0.8,
                       f"{senders} sender{'s' if senders > 1 else ''}, each flush to disk 5 ms slower", slow)
    against_sqlite(options, rows, 4, 100, 100, pairs, seconds, 0.5, "4 senders, 100 events a request")
    for senders in (256, 1024):
        against_no_commit(options, rows, senders, "life", pairs, seconds, None)
    memory(options, rows, 2 * seconds)
    synchronous(options, rows, 2)


if __name__ == "__main__":
    main()
