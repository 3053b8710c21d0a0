"""A study of 360 real jobs: most work, the others fail for ten causes, and some have names and texts that try to harm
the page."""

from __future__ import annotations

import json
import pathlib
import textwrap
from typing import Any

from .directory import Directory

SCRIPT = '<script>window.harmed=1</script>'
IMAGE = '<img src=x onerror="window.harmed=1">'
# Colours of a terminal, bell, and the mark that turns the direction of writing.
CONTROL = "\x1b[31mred\x07 \u202egnp.exe"
YEARS = list(range(1990, 2020))
SITES = ["bergen", "lima", "oslo", "pune", "quito", "riga", "sofia", "tunis", "ulm", "vaduz", IMAGE]

FIT = '''
import sys

def read(value):
    return float(value)

def main(year, site):
    if site == "lima" and year % 5 == 0:
        raise KeyError(site)
    return read("x" + str(year))

print("fitting", sys.argv[1:])
main(int(sys.argv[1]), sys.argv[2])
'''


def jobs(folder: pathlib.Path) -> list[dict[str, Any]]:
    """The jobs, in the form of a job file. Their programs are put into the folder."""
    (folder / "fit.py").write_text(FIT)
    long = folder / "long.sh"
    long.write_text("head -c 1048576 /dev/zero | tr '\\0' x >&2; echo >&2\n"
                    "echo 'Error: line too long' >&2; exit 4\n")
    harm = folder / "harm.sh"
    harm.write_text(textwrap.dedent(f"""\
        printf '%s\\n' '{SCRIPT}' '{IMAGE}' >&2
        printf '%s\\n' '{SCRIPT}'
        printf 'Error: {CONTROL} {IMAGE}\\n' >&2
        exit 5
        """))
    made: list[dict[str, Any]] = []
    for site in SITES:
        for year in YEARS:
            made.append({"name": f"model {site[:5]}", "params": {"year": year, "site": site},
                         "command": ["sh", "-c", "echo result $0 $1", str(year), site]})
    for number, job in enumerate(made):
        year, site = job["params"]["year"], job["params"]["site"]
        if (site == "oslo" and year < 2010) or (site == "lima" and year % 5 == 0):
            job["command"] = ["python3", "fit.py", str(year), site]
        elif number % 37 == 5:
            job["command"] = ["sh", "-c", "echo reading; cat /data/missing/$0.csv", site[:5]]
    def add(name: str, command: list[str], **more: Any) -> None:
        made.append({"name": name, "params": {"year": 2020, "site": "extra"}, "command": command, **more})
    for _ in range(4):
        add("killed", ["sh", "-c", "echo going; kill -9 $$"])
        add("silent", ["sh", "-c", "exit 7"])
    for number in range(3):
        add("no output", ["true"], expect=[f"out/{number}.csv"])
        add("reported", ["sh", "-c", "echo 'FATAL: no convergence'"], fail_on=["^FATAL"])
        add(f"harm {SCRIPT}", ["sh", "harm.sh"], env={"API_TOKEN": "abcdef123456abcdef", "PLAIN": IMAGE})
        add("long", ["sh", "long.sh"])
        add(f"{IMAGE}\u202egnp", ["sh", "-c", "echo \"$0\" >&2; exit 9", CONTROL])
    add("slow", ["sleep", "60"], timeout=0.3)
    add("busy", ["python3", "-c", "b = bytearray(60_000_000); import time; t = time.time()\n"
                                  "while time.time() < t + 0.3: pass"])
    add("retried", ["sh", "-c", "test -e once || { touch once; echo 'Error: not yet' >&2; exit 2; }"], max_attempts=2)
    return made


def run_study(directory: Directory, *options: str) -> None:
    """Runs the jobs to their end; the monitor of the directory is not started."""
    text = "".join(json.dumps(job) + "\n" for job in jobs(directory.folder))
    (directory.folder / "study.jsonl").write_text(text)
    directory.jobmon("run", "-f", "study.jsonl", "--backoff", "0", "-j", "4", "--no-progress", *options, codes=(1,))
