#!/usr/bin/env python3
"""How well failures are grouped by cause, how often the one line tells the reason, and how long that takes: the texts
of `Tests/Corpus`, and the same through Drain3.

    errors.py [--bench JobmonBench] [--cache FOLDER] [--rows FILE] [--repeats N] [--show HALF]

- --show: name the causes of a half that are split, merged, or whose line misses the reason. The unseen half is not to
  be looked at while rules are written.

It judges, but never fails for a number.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import subprocess
import sys

import common

sys.path.insert(0, str(common.HERE.parent / "Tests" / "Corpus"))
import corpus  # noqa: E402

DRAIN3 = "drain3==0.9.11"
# Of a failure's output, what is given to Drain3 as its message.
MESSAGES = ("its last line", "all of it")
AIMS = {"precision": 0.99, "recall": 0.95, "groups": 1.3, "hit": 0.85}
LONGEST = 500


def arguments():
    parser = argparse.ArgumentParser(description="Measures the grouping of errors.")
    parser.add_argument("--bench", type=pathlib.Path, default=common.HERE.parent / ".build" / "release" / "JobmonBench")
    parser.add_argument("--cache", type=pathlib.Path, default=common.HERE.parent / ".build" / "bench")
    parser.add_argument("--rows", type=pathlib.Path, help="append the rows to this file, as JSON lines")
    parser.add_argument("--repeats", type=int, default=21, help="how often each text is read; its time is the median")
    parser.add_argument("--show", choices=corpus.HALVES, action="append", default=[])
    options = parser.parse_args()
    if not os.access(options.bench, os.X_OK):
        parser.error(f"{options.bench} is not an executable; make bench-errors builds it")
    options.cache.mkdir(parents=True, exist_ok=True)
    return options


# --- What is measured

def read(options, texts, *more):
    """What jobmon makes of each text."""
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    done = subprocess.run([options.bench, "read-errors", "--repeats", str(options.repeats), *more], input=lines,
                          stdout=subprocess.PIPE, text=True, check=True)
    found = [json.loads(line) for line in done.stdout.split("\n") if line]
    if len(found) != len(texts):
        raise SystemExit(f"JobmonBench answered {len(found)} of {len(texts)} texts")
    return found


def message(text, kind):
    """What a user of Drain3 would give it: a line of stderr, or all of it; of stdout where stderr is empty."""
    said = text["stderr"].strip() or text["stdout"].strip() or corpus.ending(text)
    return said.splitlines()[-1].strip() if kind == MESSAGES[0] else said


def drain3(options, texts):
    """For each kind of message, [cluster, microseconds] of each text; None if Drain3 can't be installed."""
    folder = options.cache / DRAIN3
    python = folder / "bin" / "python"
    try:
        if not (folder / "installed").exists():
            common.log(f"installing {DRAIN3} from PyPI")
            subprocess.run(["python3", "-m", "venv", "--clear", folder], check=True, capture_output=True)
            subprocess.run([python, "-m", "pip", "install", "-q", DRAIN3], check=True, capture_output=True, timeout=600)
            (folder / "installed").touch()
    except (subprocess.SubprocessError, OSError) as error:
        common.log(f"without a peer: {DRAIN3} could not be installed ({error.__class__.__name__})")
        return None
    # It learns as they come, and a night's failures do not come sorted by cause.
    order = list(range(len(texts)))
    random.Random(1).shuffle(order)
    kinds = {}
    for kind in MESSAGES:
        done = subprocess.run([python, common.HERE / "peers" / "drain3_groups.py"], text=True, stdout=subprocess.PIPE,
                              input=json.dumps([message(texts[index], kind) for index in order]), check=True)
        found = [None] * len(texts)
        for index, cluster in zip(order, json.loads(done.stdout)):
            found[index] = cluster
        kinds[kind] = found
    return kinds


# --- How good it is

Score = collections.namedtuple("Score", "precision recall groups hit")


def score(texts, keys, lines):
    """Of all pairs of texts in one group, those of one cause; of all pairs of one cause, those in one group; groups a
    cause; and the part of the lines that tell the reason."""
    causes = [text["cause"] for text in texts]
    both = collections.Counter(zip(causes, keys))
    together = pairs(both)
    hits = sum(corpus.tells(line, text["reason"]) for line, text in zip(lines, texts))
    return Score(
        precision=together / max(1, pairs(collections.Counter(keys))),
        recall=together / max(1, pairs(collections.Counter(causes))),
        groups=len(both) / len(set(causes)), hit=hits / len(texts))


def pairs(counts):
    return sum(count * (count - 1) // 2 for count in counts.values())


def f1(found):
    return 2 * found.precision * found.recall / max(1e-9, found.precision + found.recall)


def peers(texts, kinds):
    """The scores of Drain3 over texts: its clusters alone, and with the exit code, as whoever has both would group."""
    for kind, found in kinds.items():
        lines = [" ".join(message(text, kind).split())[:LONGEST] for text in texts]
        clusters = [cluster for cluster, _ in found]
        yield f"{kind}, alone", score(texts, clusters, lines)
        yield f"{kind}, with the exit code", score(
            texts, [(cluster, corpus.ending(text)) for cluster, text in zip(clusters, texts)], lines)


def chosen(found, wanted):
    """The elements of a list whose texts are wanted."""
    return [element for element, take in zip(found, wanted) if take]


def judge(rows, half, texts, ours, plain, kinds):
    """The rows of a half, or of `both`: there a group with texts of both halves shows too."""
    wanted = [half in (text["half"], "both") for text in texts]
    mine = chosen(texts, wanted)

    def own(found):
        return score(mine, [one["key"] for one in found], [one["headline"] for one in found])

    good, without = own(chosen(ours, wanted)), own(chosen(plain, wanted))
    best, peer = None, None
    if kinds:
        # The best of its ways over all texts is taken for both halves.
        best = max(peers(texts, kinds), key=lambda way: f1(way[1]))[0]
        ways = dict(peers(mine, {kind: chosen(found, wanted) for kind, found in kinds.items()}))
        peer = ways[best]
        for way, found in ways.items():
            common.log(f"{half}: Drain3, {way}: precision {found.precision:.4f}, recall {found.recall:.4f}, "
                       f"{found.groups:.2f} groups a cause, reason in {found.hit:.1%}{' <' if way == best else ''}")
    count = f"{len(mine)} texts of {len({text['cause'] for text in mine})} causes"
    for name, what in (("precision", "pair precision"), ("recall", "pair recall"), ("groups", "groups a cause"),
                       ("hit", "the line tells the reason")):
        value, limit = getattr(good, name), AIMS[name]
        theirs = getattr(peer, name) if peer else None
        met = value <= limit if name == "groups" else value >= limit
        note = count if name == "precision" else f"of jobs without params {getattr(without, name):.4f}"
        rows.add(f"{half}: {what}", f"{value:.4f}", f"{theirs:.4f} Drain3 ({best})" if peer else "",
                 value / theirs if theirs else None, f"{'<=' if name == 'groups' else '>='} {limit}",
                 met if half == "unseen" else None, note)


def show(texts, ours):
    """The causes that are not right, with what is seen of them."""
    groups, causes = collections.defaultdict(dict), collections.defaultdict(dict)
    missed = {}
    for text, found in zip(texts, ours):
        groups[found["key"]].setdefault(text["cause"], found["title"])
        causes[text["cause"]].setdefault(found["key"], found["title"])
        if not corpus.tells(found["headline"], text["reason"]):
            missed.setdefault(text["cause"], (text["reason"], found["reader"], found["headline"]))
    for cause, titles in causes.items():
        if len(titles) > 1:
            shown = " | ".join(title[:100] for title in list(titles.values())[:4])
            print(f"  split in {len(titles)}: {cause}: {shown}")
    for members in groups.values():
        if len(members) > 1:
            print("  merged: " + " | ".join(f"{cause}: {title[:80]}" for cause, title in members.items()))
    for cause, (reason, reader, line) in missed.items():
        print(f"  missed: {cause}: {reason} not in [{reader}] {line[:160]}")


# --- How long it takes

def worst():
    """Texts of 64 KiB that are hard to read, by name."""
    size = 64 << 10
    dice = random.Random(2)
    frames = "".join(
        f'  File "/scratch/a/model/step_{n}.py", line {n}, in step_{n}\n    value = step_{n + 1}(value, {n})\n'
        for n in range(200))
    python = ("Traceback (most recent call last):\n" + frames + "ValueError: no data for draw 17\n\n"
              "During handling of the above exception, another exception occurred:\n\n") * 4
    java = "".join(f"Caused by: java.lang.IllegalStateException: level {n}\n"
                   + "".join(f"\tat org.model.Step{m}.run(Step{m}.java:{m})\n" for m in range(40)) for n in range(40))
    calls = " -> ".join(f"step_{n}" for n in range(6000))
    r = f"Error in fit(data) : no data for draw 17\nCalls: {calls}\nExecution halted\n"
    values = "error: value 12.5 of 'rain' at /scratch/a/x_17.nc:4 on node07, 0x7ffe, 2021-03-04T05:06:07Z; "
    return {
        "64 KiB of one line, one letter": "x" * size,
        "64 KiB of one line of values": (values * size)[:size],
        "10,000 carriage returns": "\r" * 10000,
        "64 KiB of a progress bar in one line": "".join(f"\r{n / 100:6.2f} % [##....]" for n in range(10000))[-size:],
        "64 KiB of random bytes": bytes(dice.getrandbits(8) for _ in range(size)).decode("utf-8", "replace"),
        "64 KiB of line ends": "\n" * size,
        "64 KiB of error lines": ("ERROR: cell 17 is empty\n" * size)[:size],
        "64 KiB of a traceback of Python": (python[:-len("\n\n")])[-size:],
        "64 KiB of a traceback of Java": java[-size:],
        "64 KiB of a traceback of R": r[-size:],
        "64 KiB of open brackets and quotes": ("([{'\"<" * size)[:size],
    }


def times(options, rows, ours, kinds):
    taken = sorted(one["us"] for one in ours)
    peer = [sorted(us for _, us in found) for found in kinds.values()] if kinds else []
    for what, part, aim in (("median", 0.5, 15), ("99th percentile", 0.99, None)):
        mine = taken[int(len(taken) * part)]
        theirs = [found[int(len(found) * part)] for found in peer]
        rows.add(f"reading and grouping an error: {what}", f"{mine:.1f} us",
                 " and ".join(f"{value:.1f}" for value in theirs) + " us Drain3 (last line, all)" if theirs else "",
                 mine / theirs[0] if theirs else None, f"<= {aim} us" if aim else "", mine <= aim if aim else None)
    cases = worst()
    found = read(options, [{"exit": 1, "stderr": text, "stdout": ""} for text in cases.values()])
    for name, one in zip(cases, found):
        rows.add(name, f"{one['us'] / 1e3:.3f} ms", "1 ms", one["us"] / 1e3, "<= 1 ms", one["us"] <= 1000)


def main():
    options = arguments()
    texts = [text for half in corpus.HALVES for text in corpus.load(half)]
    if not texts:
        raise SystemExit("there are no texts in Tests/Corpus; generate.py makes them")
    print(f"{len(texts)} texts of {len({text['cause'] for text in texts})} causes, "
          f"{len({text['language'] for text in texts})} languages, {len({text['program'] for text in texts})} programs")
    rows = common.Rows("errors", options.rows)
    ours, plain = read(options, texts), read(options, texts, "--no-params")
    kinds = drain3(options, texts)
    for half in (*corpus.HALVES, "both"):
        judge(rows, half, texts, ours, plain, kinds)
    times(options, rows, ours, kinds)
    for half in options.show:
        print(f"{half}:")
        wanted = [text["half"] == half for text in texts]
        show(chosen(texts, wanted), chosen(ours, wanted))


if __name__ == "__main__":
    main()
