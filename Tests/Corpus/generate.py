#!/usr/bin/env python3
"""Makes the texts of the corpus: runs each cause's failing program some times with other values, one at a time.

    generate.py [--texts N] [--only REGEX] [--science PYTHON] [--show]

- --texts: of each cause (default 5).
- --only: just the causes whose names match. The texts of the others stay as they are.
- --science: the Python of an environment with science-requirements.txt. Without it the causes of packages.py are left
  out.
- --show: print one text of each cause, and store nothing.

A cause is left out, and named on stderr, if its program is not here, ends with 0, or does not say what it should.
Nothing of this machine gets into a text: its folders, its name, the paths of its user. Python 3.8, a Debian with the
programs (see README.md)."""
import argparse
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

import causes
import corpus
import versions
from values import filled, params, values

# Bytes at the end of a stream: what jobmon keeps of it.
STDERR, STDOUT = 64 << 10, 32 << 10
SCIENCE = "/opt/science"


class Unfit(Exception):
    """A cause of which no text can be made here."""


def environment(home, science):
    home_here = os.path.expanduser("~")
    return {
        "PATH": versions.PATH, "HOME": str(home), "LC_ALL": "C.UTF-8", "USER": "ada",
        "LOGNAME": "ada",
        "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", f"{home_here}/.rustup"), "RUSTUP_TOOLCHAIN": "stable",
        "CARGO_HOME": os.environ.get("CARGO_HOME", f"{home_here}/.cargo"),
        "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1", "SHELL": "/bin/bash", "PARALLEL_SHELL": "/bin/bash",
        "SCIENCE": science or "",
    }


def execute(line, folder, variables, streams):
    """Runs a line of bash in a session of its own. - Returns: its return code, as `subprocess` has it."""
    def limit():
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    with open(streams / "stdout", "wb") as out, open(streams / "stderr", "wb") as err:
        process = subprocess.Popen(
            ["bash", "-c", line], cwd=folder, env=variables, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            start_new_session=True, preexec_fn=limit)
        try:
            return process.wait(timeout=120)
        except subprocess.TimeoutExpired:
            raise Unfit("does not end within two minutes") from None
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()


def prepare(line, folder, variables, streams):
    if line and execute("set -e; " + line, folder, variables, streams) != 0:
        said = (streams / "stderr").read_text(errors="replace").strip()
        raise Unfit(f"cannot be prepared: {said[-300:]}")


def write(contents, folder, given):
    for name, content in contents.items():
        place = folder / filled(name, given)
        place.write_bytes(filled(content, given).encode("utf-8", "surrogateescape"))
        if content.startswith("#!"):
            place.chmod(0o755)


class Maker:
    """Makes texts in a folder of its own."""

    def __init__(self, root, science):
        self.root, self.science = pathlib.Path(os.path.realpath(root)), science
        self.node = os.uname().nodename
        self.prefix = os.path.dirname(os.path.dirname(science)) if science else None

    def built(self, cause):
        """The folder with what a cause needs built once; None if nothing."""
        if not cause.build:
            return None
        folder = self.fresh("build")
        write(cause.files, folder, {})
        prepare(cause.build, folder, environment(self.root, self.science), self.fresh("streams"))
        return folder

    def fresh(self, name):
        shutil.rmtree(self.root / name, ignore_errors=True)
        (self.root / name).mkdir()
        return self.root / name

    def text(self, cause, index, built):
        given = values(cause.name, index)
        home, streams = self.fresh("home"), self.fresh("streams")
        work = self.fresh(given["f"])
        if built:
            shutil.copytree(built, work, dirs_exist_ok=True)
        else:
            write(cause.files, work, given)
        variables = environment(home, self.science)
        prepare(filled(cause.setup, given), work, variables, streams)
        code = execute(filled(cause.run, given), work, variables, streams)
        if code == 0:
            raise Unfit("does not fail")
        made = {
            "cause": cause.name, "language": cause.language, "program": cause.program,
            "version": versions.version(cause.program, self.science), "signal" if code < 0 else "exit": abs(code),
            "stderr": self.neutral((streams / "stderr").read_bytes()[-STDERR:], given),
            "stdout": self.neutral((streams / "stdout").read_bytes()[-STDOUT:], given),
        }
        if cause.log:
            name = filled(cause.log, given)
            made["log"] = {"path": name, "text": self.neutral((work / name).read_bytes()[-STDOUT:], given)}
        made.update(params=params(given), reason=[filled(phrase, given) for phrase in cause.reason])
        shutil.rmtree(work)
        self.check(made)
        return made

    def neutral(self, data, given):
        """The text of bytes, without names of this machine."""
        text = data.decode("utf-8", "replace").replace(str(self.root), given["user"])
        if self.prefix:
            text = text.replace(self.prefix, SCIENCE)
        return re.sub(rf"(?<![\w./-]){re.escape(self.node)}(?![\w/-])", given["host"], text)

    def check(self, made):
        whole = "\n".join([made["stderr"], made["stdout"], made.get("log", {}).get("text", ""), corpus.ending(made)])
        if not corpus.tells(whole, made["reason"]):
            raise Unfit(f"does not say {made['reason']}, but ({corpus.ending(made)}): {whole[-600:]}")
        own = [self.root.name, "/root/", os.path.expanduser("~") + "/", str(corpus.FOLDER)]
        found = [name for name in own if name in whole]
        if found:
            raise Unfit(f"has {found} of this machine in it")


def main():
    parser = argparse.ArgumentParser(description="Makes the texts of the corpus.")
    parser.add_argument("--texts", type=int, default=5)
    parser.add_argument("--only", default=".")
    parser.add_argument("--science", help="the Python of an environment with science-requirements.txt")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    read = set((corpus.FOLDER / "read-before.txt").read_text().split())
    order = {name: number for number, name in enumerate(causes.load())}
    wanted = causes.matches(options.only)
    kept = [text for half in corpus.HALVES for text in corpus.load(half)
            if text["cause"] in order and not re.search(options.only, text["cause"])]
    made, unfit = [], 0
    with tempfile.TemporaryDirectory(prefix="jobmon-corpus.") as root:
        maker = Maker(root, options.science)
        for cause in wanted:
            try:
                texts = make(maker, cause, 1 if options.show else options.texts, options.science)
            except Unfit as problem:
                print(f"{cause.name} {problem}", file=sys.stderr, flush=True)
                unfit += 1
                continue
            if options.show:
                show(texts[0])
            made += texts
    if not options.show:
        made = sorted(kept + made, key=lambda text: order[text["cause"]])
        for half in corpus.HALVES:
            mine = [dict(text, half=half) for text in made if causes.half(text["cause"], read) == half]
            corpus.save(half, mine)
            count = len({text["cause"] for text in mine})
            print(f"{half}: {len(mine)} texts of {count} causes, {corpus.path(half).stat().st_size >> 10} KiB")
    return 1 if unfit else 0


def make(maker, cause, count, science):
    if cause.program.startswith("python:"):
        if not science:
            raise Unfit("is left out: it needs --science")
    elif not versions.executable(cause.program):
        raise Unfit(f"is left out: no {cause.program}")
    built = maker.built(cause)
    return [maker.text(cause, index, built) for index in range(count)]


def show(text):
    print(f"===== {text['cause']} ({text['version']}): {corpus.ending(text)}, {text['reason']}")
    for stream in ("stderr", "stdout"):
        if text[stream].strip():
            print(f"--- {stream}\n{text[stream][-1500:].rstrip()}")
    if "log" in text:
        print(f"--- {text['log']['path']}\n{text['log']['text'][-1500:].rstrip()}")


if __name__ == "__main__":
    sys.exit(main())
