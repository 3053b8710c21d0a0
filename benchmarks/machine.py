#!/usr/bin/env python3
"""One machine, used well: `jobmon run` against the bare loop of posix_spawn and wait4, xargs and HyperQueue; what slots,
memory and dependencies cost; memory and bytes on disk of a job; and what a request costs beside the commit.

Each ratio is the best of three pairs, one after the other. The last row needs the JobmonBench of an earlier build.

    machine.py PATH-OF-JOBMON [--before-bench PATH] [--only abcdefghi] [--cache FOLDER] [--rows FILE] [--quick]
"""
import argparse
import json
import pathlib
import subprocess

import common
import events
import jobs


class Bench:
    def __init__(self, options, rows):
        self.options, self.rows = options, rows
        self.spawn = common.compiled(options, "spawn")
        self.pairs = 1 if options.quick else 3
        self.count = 1000 if options.quick else 5000

    def run(self, arguments, words=()):
        """A `jobmon run` in a folder of its own, measured as a whole: seconds, processor seconds, largest process."""
        with common.work_directory() as folder:
            return jobs.measured(self.spawn, [self.options.jobmon, "run", "-d", f"{folder}/run", "--no-progress",
                                              *arguments, *words])

    def many(self, arguments, command=("/bin/true",), count=None):
        return self.run([*arguments, "--each", f"n=1..{count or self.count}"], ["--", *command, "{n}"])

    def compared(self, what, ours, theirs, aim, note="", lower=False):
        """Pairs of two rates a second (or, with `lower`, of two costs); the best ratio is the one that is judged."""
        one, other = [], []
        for pair in range(1, self.pairs + 1):
            other.append(theirs())
            one.append(ours())
            common.log(f"{what}, pair {pair}: {one[-1]:,.4g} against {other[-1]:,.4g}, ratio {one[-1] / other[-1]:.3f}")
        ratios = sorted((a / b for a, b in zip(one, other)), reverse=not lower)
        met = ratios[0] <= aim if lower else ratios[0] >= aim
        form = "{:.3f} ms" if lower else "{:,.0f}/s"
        self.rows.add(what, form.format(common.median(one)), form.format(common.median(other)), ratios[0],
                      f"{'<=' if lower else '>='} {aim}", met,
                      f"{note + '; ' if note else ''}median ratio {common.median(ratios):.2f}")

    # a
    def bare_loop(self):
        count = self.count

        def bare():
            done = subprocess.run([self.spawn, "bare", str(count), "8", "/bin/true"], capture_output=True, text=True,
                                  check=True)
            return count / json.loads(done.stdout)["seconds"]
        self.compared("jobmon run -j 8 --no-logs against posix_spawn and wait4, 8 at once",
                      lambda: count / self.many(["-j", 8, "--no-logs"])["seconds"], bare, 0.95, f"{count:,} x /bin/true")

    # b
    def xargs(self):
        count, spawn = self.count, self.spawn
        self.compared("jobmon run -j 2, logs kept, against xargs -P 2",
                      lambda: count / self.many(["-j", 2])["seconds"],
                      lambda: count / jobs.xargs(spawn, count, 2)["seconds"], 0.97, f"{count:,} x /bin/true")

        def into_files():
            with common.work_directory() as folder:
                line = (f"seq {count} | xargs -P 2 -n 1 sh -c '{spawn} print 1000 >{folder}/$0'")
                return count / jobs.measured(spawn, ["/bin/sh", "-c", line])["seconds"]
        self.compared("the same, jobs that print 1 kB, against xargs … sh -c '… >FILE'",
                      lambda: count / self.many(["-j", 2], [spawn, "print", "1000"])["seconds"], into_files, 1.0,
                      f"{count:,} jobs")

    # c
    def hyperqueue(self):
        python = jobs.python_of_peers(self.options, self.rows)
        if not python:
            return
        count = self.count

        def theirs():
            with common.work_directory() as folder:
                done = subprocess.run([python, common.HERE / "peers" / "hyperqueue_jobs.py", str(count), "2", "logs", folder],
                                      text=True, capture_output=True, timeout=300, cwd=folder, check=True)
                return count / float(done.stdout.split()[-1])
        self.compared("jobmon run -j 2, files kept, one slot each, against HyperQueue's LocalCluster",
                      lambda: count / self.many(["-j", 2, "--slots", 1])["seconds"], theirs, 4, f"{count:,} x /bin/true")

    # d
    def requests(self):
        if common.need("wrk"):
            return self.rows.missing("16 senders, one event a request", "wrk is not installed (Debian: wrk)")
        events.against_no_commit(self.options, self.rows, 16, "process", self.pairs, 2 if self.options.quick else 4, 0.6)

    # e
    def needs(self):
        count = 1000 if self.options.quick else 10_000
        with common.work_directory() as folder:
            plain, needy, chains = (pathlib.Path(folder) / name for name in ("plain", "needy", "chains"))
            with open(plain, "w") as one, open(needy, "w") as two, open(chains, "w") as three:
                for number in range(count):
                    job = {"name": f"j{number}", "command": ["/bin/true", str(number)]}
                    one.write(json.dumps(job) + "\n")
                    two.write(json.dumps({**job, "slots": 1, "memory": f"{1 + number % 7}M"}) + "\n")
                    three.write(json.dumps({**job, **({"after": f"j{number - 1}"} if number % 10 else {})}) + "\n")
            for path in (plain, needy, chains):
                path.rename(path.with_suffix(".jsonl"))

            def cost(path):
                return lambda: self.run(["-j", 2, "--no-logs", "-f", path.with_suffix(".jsonl")])["cpu"] / count * 1e3
            self.compared(f"CPU a job, {count:,} jobs with slots and memory, against without", cost(needy), cost(plain),
                          1.05, lower=True)
            self.compared(f"CPU a job, chains of 10 ({count // 10:,}), against without", cost(chains), cost(plain), 1.05,
                          lower=True)

    # f
    def edges(self):
        small, large = (1000, 10_000) if self.options.quick else (10_000, 100_000)
        with common.work_directory() as folder:
            found = {}
            for count in (small, large):
                path = pathlib.Path(folder) / f"{count}.jsonl"
                with open(path, "w") as file:
                    for number in range(count):
                        after = [f"j{number - back}" for back in (1000, 777) if number >= back]
                        file.write(json.dumps({"name": f"j{number}", "command": ["/bin/true", str(number)],
                                               **({"after": after} if after else {})}) + "\n")
                found[count] = [self.run(["-j", 2, "--no-logs", "-f", path]) for _ in
                                range(1 if count == large else self.pairs)]
                common.log(f"{count:,} jobs with two edges each: {found[count]}")
        here = found[large][0]["cpu"] / large * 1e3
        there = common.median([one["cpu"] for one in found[small]]) / small * 1e3
        self.rows.add(f"CPU a job at {large:,} jobs, two edges each", f"{here:.3f} ms", f"{there:.3f} ms at {small:,}",
                      here / there, "<= 1.1", here / there <= 1.1)
        peak = found[large][0]["largest"] / 1048576
        self.rows.add("its largest process", f"{peak:.0f} MB", "250 MB", peak / 250, "<= 250 MB", peak <= 250)

    # g, h
    def sizes(self, letters):
        sizes = ((20_000, 100),) if self.options.quick else ((200_000, 100), (600_000, 200))
        for count, most in sizes if "g" in letters else sizes[:1]:
            with common.work_directory() as folder:
                peaks = jobs.Peaks(folder)
                peaks.start()
                written = written_bytes()
                each = ["--each", f"year=1..{count // 200}", "--each", "loc=1..20", "--each", "draw=1..10"]
                result = jobs.measured(self.spawn, [
                    self.options.jobmon, "run", "-d", f"{folder}/run", "-j", 2, "--no-logs", "--no-progress", *each,
                    "--unused-ok", "--", "/bin/true", "{year}"])
                written = (written_bytes() - written) / count if written is not None else None
                peaks.over.set()
                peaks.join()
                disk = sum(file.stat().st_size for file in pathlib.Path(folder, "run").glob("job_monitor.sqlite*")) / count
            common.log(f"{count:,} jobs: {result['seconds']:.0f} s, {result['cpu'] / count * 1e3:.3f} ms CPU a job, "
                       f"{peaks.of('run'):.0f} MB, {disk:.0f} bytes on disk a job, "
                       f"{written and round(written)} written")
            if "g" in letters:
                both = peaks.of("run")
                self.rows.add(f"memory of queue and monitor at {count:,} jobs", f"{both:.0f} MB", f"{most} MB", both / most,
                              f"<= {most} MB", both <= most, f"its supervisor: {peaks.of('__supervisor'):.0f} MB")
            if "h" in letters and count == sizes[0][0]:
                self.rows.add("the ledger: bytes on disk a job", f"{disk:,.0f}", "1,100", disk / 1100, "<= 1,100",
                              disk <= 1100, f"{count:,} x /bin/true --no-logs, three params")
                if written is None:
                    self.rows.missing("bytes written to disk a job", "the kernel counts none for this file system")
                else:
                    self.rows.add("bytes written to disk a job", f"{written:,.0f}", "6,000", written / 6000, "<= 6,000",
                                  written <= 6000, "by the kernel's count, of the command and all that it started")

    # i
    def durable(self):
        if common.need("wrk"):
            return self.rows.missing("durable events a second", "wrk is not installed (Debian: wrk)")
        before = self.options.before_bench
        if not before:
            return self.rows.missing("durable events a second against an earlier build", "--before-bench names none")
        earlier = argparse.Namespace(bench=before)
        seconds = 2 if self.options.quick else 4

        def rate(options):
            with common.work_directory() as folder:
                real = common.Responder.serve(options, f"{folder}/real.sqlite", "--instances", 1024)
                try:
                    events.wrk(real, 4, 1, batch=100)
                    return events.wrk(real, 4, seconds, batch=100)["rate"]
                finally:
                    real.stop()
        self.compared("durable events a second, 4 senders in batches of 100, against an earlier build",
                      lambda: rate(self.options), lambda: rate(earlier), 1.5)


def written_bytes():
    """What ended children of this process wrote to disk; None: the kernel does not say."""
    try:
        with open("/proc/self/io", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("write_bytes"))
    except (OSError, StopIteration):
        return None


def main():
    parser = common.parser(__doc__)
    parser.add_argument("--before-bench", type=pathlib.Path, help="the JobmonBench of an earlier build")
    parser.add_argument("--only", default="abcdefghi", help="the rows to measure, by letter")
    options = common.parsed(parser)
    rows = common.Rows("h", options.rows)
    bench = Bench(options, rows)
    print("(h) one machine", flush=True)
    bench.many(["-j", 2], count=500)  # what is read from disk for the first time is
    for letter, part in zip("abcdef", (bench.bare_loop, bench.xargs, bench.hyperqueue, bench.requests, bench.needs,
                                       bench.edges)):
        if letter in options.only:
            part()
    if "g" in options.only or "h" in options.only:
        bench.sizes(options.only)
    if "i" in options.only:
        bench.durable()


if __name__ == "__main__":
    main()
