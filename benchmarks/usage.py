#!/usr/bin/env python3
"""How well `jobmon usage` recommends requests: real programs with inputs of varied sizes, run by `jobmon run`.

    usage.py [--rows FILE] [--runs N] [--splits N] [--risk SHARE] [--seed N] [--quick] JOBMON

Of each program's runs 20, chosen at random, are what `jobmon usage` is asked about; the others are further jobs. That
is repeated with other 20. Two figures are judged, for memory and for time:

- the share of further jobs that need more than was recommended, against the risk that was stated;
- the median slack (requested by used, minus 1) of further jobs, against that of the best quantile in hindsight: the
  smallest amount of the further jobs themselves that no larger share of them passes. It is rounded as a request is.

Requests of time are whole minutes, and these programs take seconds: its bound before it is rounded is judged.
"""
import json
import math
import os
import random
import shutil
import subprocess

import common

FIT = 20
FEWEST_PROGRAMS = 6
AIMS = {"share": 1.5, "slack": 1.1}
MEBIBYTE = 1 << 20

# Name, the command on PATH that it needs, its line, the smallest and the largest size, and whether large sizes are as
# frequent as small ones (else each order of magnitude is). Sizes are such that each takes half a second or more: what lives
# for less is often over before its memory is looked at.
PROGRAMS = [
    ("sort", "sort", "head -c {size}K {text} >in.$$ && sort --parallel=1 in.$$ | tail -n 1; rm in.$$",
     15000, 64000, True),
    ("xz", "xz", "head -c {size}K {text} | xz -6 -T1 | wc -c", 2000, 9000, False),
    ("python", "python3",
     "python3 -c 'import sys; print(len({str(i): [i] * 3 for i in range(int(sys.argv[1]))}))' {size}",
     500_000, 2_500_000, True),
    ("perl", "perl", "perl -e '$h{$_ % 10007}{$_} = 1 for 1..$ARGV[0]; print scalar(keys %h), \"\\n\"' {size}",
     800_000, 4_000_000, False),
    ("sqlite3", "sqlite3",
     "sqlite3 :memory: 'CREATE TABLE t AS WITH RECURSIVE n(i) AS"
     " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {size})"
     " SELECT i, hex(randomblob(16)) AS x FROM n; CREATE INDEX tx ON t (x); SELECT max(x) FROM t'",
     600_000, 2_500_000, True),
    ("awk", "awk",
     "awk -v n={size} 'BEGIN { for (i = 0; i < n; i++) a[i] = i * 7 % 1009; for (i in a) s += a[i]; print s }'",
     800_000, 4_000_000, False),
    ("R", "Rscript",
     "Rscript -e 'n <- {size}; x <- matrix(rnorm(n * 20), n); y <- x %*% rnorm(20) + rnorm(n);"
     " print(coef(lm(y ~ x))[1])'",
     60_000, 400_000, True),
    ("gcc", "gcc",
     "awk -v n={size} 'BEGIN { for (i = 0; i < n; i++) printf \"int f%d(int *a, int n) { int s = 0;"
     " for (int j = 0; j < n; j++) s += a[j] * %d; return s; }\\n\", i, i }'"
     " | gcc -O2 -x c -c -o out.$$ - && rm out.$$", 200, 1000, False),
    ("convert", "/usr/bin/convert",
     "/usr/bin/convert -size {size}x{size} plasma:red-blue -blur 0x2 -resize 50% png:- | wc -c", 600, 1800, True),
]


def arguments():
    parser = common.parser("Back-tests the requests that jobmon usage recommends.")
    parser.add_argument("--runs", type=int, default=60, help="runs of each program (at least 40)")
    parser.add_argument("--splits", type=int, default=200, help="how often the runs are split")
    parser.add_argument("--risk", type=float, default=0.05, help="the risk that is asked for")
    parser.add_argument("--seed", type=int, default=1, help="of the sizes and the splits")
    options = common.parsed(parser)
    if options.quick:
        options.splits = min(options.splits, 20)
    if options.runs < 2 * FIT:
        parser.error(f"--runs must be at least {2 * FIT}")
    return options


# --- The runs

def write_text(path, chance):
    """Random words, of which programs take as much as they want."""
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 11))) for _ in range(50_000)]
    with open(path, "w", encoding="ascii") as file:
        while file.tell() < 64 * MEBIBYTE:
            file.write("".join(" ".join(chance.choices(words, k=9)) + "\n" for _ in range(2000)))


def sizes(low, high, is_even, count, chance):
    for _ in range(count):
        if is_even:
            yield chance.randint(low, high)
        else:
            yield round(math.exp(chance.uniform(math.log(low), math.log(high))))


def write_jobs(path, text, options, chance):
    """All runs, in random order, so that no program runs at another time than the others. Returns the programs."""
    jobs, names = [], []
    for name, command, line, low, high, is_even in PROGRAMS:
        if not shutil.which(command):
            common.log(f"without {name}: there is no {command}")
            continue
        names.append(name)
        for number, size in enumerate(sizes(low, high, is_even, options.runs, chance)):
            line_of_job = line.replace("{size}", str(size)).replace("{text}", text)
            jobs.append({"command": line_of_job, "name": name, "key": f"{name} {number}"})
    if len(names) < FEWEST_PROGRAMS:
        raise SystemExit(f"only {len(names)} of the programs are here; at least {FEWEST_PROGRAMS} are needed")
    chance.shuffle(jobs)
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(job) + "\n" for job in jobs)
    return names


def ask(options, directory, *words):
    done = subprocess.run([options.jobmon, words[0], "-d", f"{directory}/mon", "--json", *words[1:]],
                          stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def run_all(options, directory, chance):
    """Runs every program as often as wanted. Returns by program the runs: number, bytes (or None) and seconds."""
    text = f"{directory}/text"
    write_text(text, chance)
    names = write_jobs(f"{directory}/jobs.jsonl", text, options, chance)
    common.log(f"{len(names)} programs, {options.runs} runs each")
    # Programs that run at once take each other's time, as on a cluster.
    subprocess.run([options.jobmon, "run", "-d", f"{directory}/mon", "--queue", "bench", "--no-progress", "-f",
                    f"{directory}/jobs.jsonl"], cwd=directory, check=True, stderr=subprocess.DEVNULL)
    rows = ask(options, directory, "query",
               "SELECT j.name, j.jid, i.memory_peak, i.wallclock FROM job j JOIN job_instance i"
               " ON i.job_instance_id = j.latest_instance_id WHERE i.status = 4 ORDER BY j.jid")
    runs = {name: [] for name in names}
    for row in rows:
        runs[row["name"]].append((row["jid"], row["memory_peak"], row["wallclock"]))
    for name, found in runs.items():
        if len(found) < options.runs:
            raise SystemExit(f"{name}: only {len(found)} of {options.runs} runs are complete")
    return runs


# --- Requests and hindsight

def rounded(amount):
    """MiB, rounded up as a request is: in the largest step of 1, 2, 5, 10, ... that is at most a fiftieth."""
    step, place = 1, 0
    while step * (2, 2.5, 2)[place % 3] <= amount / 50:
        step *= (2, 2.5, 2)[place % 3]
        place += 1
    return max(step, math.ceil(amount / step) * step)


def best_in_hindsight(amounts, risk):
    """The smallest of these amounts that at most this share of them passes."""
    ordered = sorted(amounts)
    above = math.floor(risk * len(ordered) + 1e-9)
    return ordered[len(ordered) - 1 - above]


class Tally:
    """What became of the further jobs of one program, over all splits."""

    def __init__(self):
        self.jobs, self.above, self.stated, self.slack, self.best = 0, 0, 0.0, [], []

    def add(self, request, risk, further, hindsight):
        self.jobs += len(further)
        self.above += sum(amount > request for amount in further)
        self.stated += risk * len(further)
        self.slack += [request / amount - 1 for amount in further]
        self.best += [hindsight / amount - 1 for amount in further]

    def take(self, other):
        self.jobs += other.jobs
        self.above += other.above
        self.stated += other.stated
        self.slack += other.slack
        self.best += other.best


def back_test(options, directory, runs, chance):
    """By resource and program a tally, or the reason why nothing was recommended."""
    tallies = {"memory": {name: Tally() for name in runs}, "time": {name: Tally() for name in runs}}
    refusals = {"memory": {}, "time": {}}
    for _ in range(options.splits):
        fit = {name: set(chance.sample([run[0] for run in found], FIT)) for name, found in runs.items()}
        numbers = sorted(str(jid) for chosen in fit.values() for jid in chosen)
        groups = ask(options, directory, "usage", "--by", "name", "--risk", str(options.risk), *numbers)
        for group in groups:
            name = group["by"][0]["value"]
            further = [run for run in runs[name] if run[0] not in fit[name]]
            for resource, place in (("memory", 1), ("time", 2)):
                found = group[resource]["recommended"]
                amounts = [run[place] for run in further]
                if found is None or None in amounts:
                    refusals[resource][name] = group[resource]["refused"] or "some runs were not measured"
                    continue
                hindsight = best_in_hindsight(amounts, found["risk"])
                if resource == "memory":
                    hindsight = rounded(hindsight / MEBIBYTE) * MEBIBYTE
                    request = found["request"]
                else:
                    request = found["bound"]
                tallies[resource][name].add(request, found["risk"], amounts, hindsight)
    return tallies, refusals


# --- The table

def report(rows, what, tally):
    stated = tally.stated / tally.jobs
    share = tally.above / tally.jobs
    rows.add(f"{what}: further jobs that need more", f"{share:.1%}", f"{stated:.1%} stated", share / stated,
             f"<= {AIMS['share']}", share <= AIMS["share"] * stated)
    slack, best = common.median(tally.slack), common.median(tally.best)
    if best > 0:
        rows.add(f"{what}: median slack", f"{slack:.1%}", f"{best:.1%} by the best quantile in hindsight", slack / best,
                 f"<= {AIMS['slack']}", slack <= AIMS["slack"] * best)
    else:
        rows.add(f"{what}: median slack", f"{slack:.1%}", "none by the best quantile in hindsight")


def main():
    options = arguments()
    chance = random.Random(options.seed)
    rows = common.Rows("g", options.rows)
    with common.work_directory() as directory:
        runs = run_all(options, os.path.realpath(directory), chance)
        tallies, refusals = back_test(options, os.path.realpath(directory), runs, chance)
    for resource, by_program in tallies.items():
        together = Tally()
        for name, tally in by_program.items():
            if name in refusals[resource]:
                rows.missing(f"{resource} of {name}", refusals[resource][name])
            if tally.jobs:
                report(rows, f"{resource} of {name}", tally)
                together.take(tally)
        if together.jobs:
            judged = sum(tally.jobs > 0 for tally in by_program.values())
            report(rows, f"{resource} of all {judged} programs", together)
        else:
            rows.missing(f"{resource} of all programs", "nothing was recommended for any of them")


if __name__ == "__main__":
    main()
