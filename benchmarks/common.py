"""What the benchmarks share: options, processes, the rows of the table."""
import argparse
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import http.client  # allowed: the module's name

HERE = pathlib.Path(__file__).resolve().parent


def options(description):
    return parsed(parser(description))


def parser(description):
    """The options that all benchmarks have."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("jobmon", type=pathlib.Path, help="the executable under test")
    made.add_argument("--bench", type=pathlib.Path, help="JobmonBench (default: beside .build's release products)")
    made.add_argument("--cache", type=pathlib.Path, default=HERE.parent / ".build" / "bench",
                      help="what is made once: peers, the large ledger, small C programs")
    made.add_argument("--rows", type=pathlib.Path, help="append the rows to this file, as JSON lines")
    made.add_argument("--quick", action="store_true", help="fewer and shorter runs: to try the scripts out")
    return made


def parsed(parser):
    """What was given on the command line, checked."""
    found = parser.parse_args()
    found.jobmon = found.jobmon.resolve()
    if not os.access(found.jobmon, os.X_OK):
        parser.error(f"{found.jobmon} is not an executable")
    found.bench = (found.bench or HERE.parent / ".build" / "release" / "JobmonBench").resolve()
    found.cache.mkdir(parents=True, exist_ok=True)
    found.cache = found.cache.resolve()
    return found


class Rows:
    """Rows of the final table: what, ours, the peer or limit, the ratio, the aim, and whether it is met."""

    def __init__(self, group, path=None):
        self.group, self.path, self.rows = group, path, []

    def add(self, what, ours, peer="", ratio=None, aim="", met=None, note=""):
        row = {"group": self.group, "what": what, "ours": ours, "peer": peer,
               "ratio": "" if ratio is None else f"{ratio:.2f}", "aim": aim,
               "verdict": "" if met is None else "PASS" if met else "short of aim", "note": note}
        self.rows.append(row)
        print(f"  => {what}: {ours}{' | ' + peer if peer else ''}{' | ratio ' + row['ratio'] if row['ratio'] else ''}"
              f" {row['verdict']}{' (' + note + ')' if note else ''}", flush=True)
        if self.path:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")

    def missing(self, what, why):
        self.add(what, f"not measured: {why}")


def log(text):
    print("  " + text, flush=True)


def median(values):
    return statistics.median(values)


def work_directory():
    return tempfile.TemporaryDirectory(prefix="jobmon-bench.")


def compiled(options, name, *flags):
    """The small C program `name`.c, compiled into the cache."""
    source, made = HERE / f"{name}.c", options.cache / name
    if not made.exists() or made.stat().st_mtime < source.stat().st_mtime:
        compiler = shutil.which("cc") or shutil.which("clang") or shutil.which("gcc")
        if not compiler:
            raise SystemExit("a C compiler is needed (Debian: gcc)")
        subprocess.run([compiler, "-O2", "-Wall", *flags, "-o", made, source], check=True)
    return str(made)


def status_of(pid, *names):
    """Figures of /proc/PID/status, in MB of 1024 * 1024 bytes."""
    found = {}
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        for line in file:
            name, _, value = line.partition(":")
            if name in names:
                found[name] = int(value.split()[0]) / 1024
    return [found.get(name, 0.0) for name in names]


def cpu_of(pid):
    """Seconds of processor time that a process used until now."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Responder:
    """A process that answers: how to ask it, and its end by pid."""

    def __init__(self, process, port, secret):
        self.process, self.port, self.secret = process, port, secret
        self.kept = None

    @property
    def pid(self):
        return self.process.pid

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @staticmethod
    def serve(options, file, *arguments, preload=None):
        environment = dict(os.environ, LD_PRELOAD=preload) if preload else None
        process = subprocess.Popen([options.bench, "serve", file, *map(str, arguments)], stdout=subprocess.PIPE,
                                   text=True, env=environment)
        line = process.stdout.readline().split()
        if len(line) != 2:
            raise SystemExit("JobmonBench serve did not start")
        return Responder(process, int(line[0]), line[1])

    @staticmethod
    def monitor(options, directory, *arguments):
        process = subprocess.Popen([options.jobmon, "monitor", directory, *arguments], stdout=subprocess.PIPE,
                                   text=True)
        if not process.stdout.readline().startswith("ready"):
            raise SystemExit("jobmon monitor did not start")
        info = json.loads((pathlib.Path(directory) / "monitor_info.json").read_text())
        return Responder(process, info["port"], info["secret"])

    def ask(self, path, body=None):
        """Asks on a kept connection; returns the seconds that it took, and the answer's bytes."""
        if not self.kept:
            self.kept = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)  # allowed: the module's name
        headers = self.headers()
        if body is not None:
            headers["Content-Type"] = "application/json"
        begun = time.perf_counter()
        self.kept.request("POST" if body is not None else "GET", path, body=body, headers=headers)
        response = self.kept.getresponse()
        answer = response.read()
        took = time.perf_counter() - begun
        if response.status != 200:
            raise SystemExit(f"{path} was answered with {response.status}: {answer[:300]}")
        return took, answer

    def headers(self):
        """What each request carries."""
        return {"Authorization": f"Bearer {self.secret}"}

    def metrics(self):
        counts = {}
        for line in self.ask("/metrics")[1].decode().splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                counts[name] = float(value)
        return counts

    def stop_asking(self):
        """Closes the kept connection."""
        if self.kept:
            self.kept.close()
            self.kept = None

    def stop(self, seconds=60):
        self.stop_asking()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def query_string(pairs):
    return urllib.parse.urlencode(pairs)


def need(*names):
    """The first of these programs that is missing, or None."""
    return next((name for name in names if not shutil.which(name)), None)


if __name__ == "__main__":
    sys.exit("this is what the other scripts import")
