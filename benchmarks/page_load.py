"""What the benchmark of the page asks a monitor with: a session as a browser has it, and the events that come in."""
import contextlib
import gzip
import http.client  # allowed: the module's name
import json
import multiprocessing
import pathlib
import shutil
import sqlite3
import subprocess
import time

import common

HOSTS = 200
SENDERS = 5
RATE = 500
QUEUE = "incoming"


def made(options, jobs):
    """The folder with a ledger of failures in many groups on 200 hosts, made when it is not there."""
    folder = options.cache / f"page-{jobs}"
    if not (folder / "job_monitor.sqlite").exists():
        partial = options.cache / f"page-{jobs}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        common.log(f"making a ledger of {jobs:,} jobs in {folder}")
        file = partial / "job_monitor.sqlite"
        subprocess.run([options.bench, "make-ledger", file, "--jobs", str(jobs), "--failing", "8", "--causes", "12"],
                       capture_output=True, check=True)
        ledger = sqlite3.connect(file)
        ledger.execute("UPDATE job_instance SET host = 'node' || (1 + job_instance_id * 7919 % ?) "
                       "WHERE host IS NOT NULL", (HOSTS,))
        ledger.commit()
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ledger.close()
        partial.rename(folder)
    return folder


@contextlib.contextmanager
def monitor_of(options, folder):
    """A monitor of a copy of a ledger."""
    with common.work_directory() as directory:
        copy = pathlib.Path(directory) / "dir"
        copy.mkdir(mode=0o700)
        shutil.copy(folder / "job_monitor.sqlite", copy)
        monitor = common.Responder.monitor(options, copy)
        try:
            yield monitor
        finally:
            monitor.stop()


def link(monitor):
    """The address of the page, with a token that can be used once."""
    token = json.loads(monitor.ask("/v1/links", "{}")[1])["token"]
    return f"{monitor.url}/#token={token}"


class Session(common.Responder):
    """Asks as the page does, with the cookie of a session. Answers stay compressed, so that they can be weighed."""

    def __init__(self, monitor):
        super().__init__(monitor.process, monitor.port, monitor.secret)
        self.cookie = None
        token = link(monitor).rpartition("=")[2]
        connection = http.client.HTTPConnection("127.0.0.1", monitor.port)  # allowed: the module's name
        connection.request("POST", "/v1/session", json.dumps({"token": token}),
                           {"Content-Type": "application/json", "Origin": monitor.url})
        answer = connection.getresponse()
        answer.read()
        self.cookie = answer.getheader("Set-Cookie").partition(";")[0]
        connection.close()

    def headers(self):
        return {"Cookie": self.cookie, "Accept-Encoding": "gzip"}

    def wait_ready(self, seconds=300):
        """Waits until all jobs are read; returns how long that took."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            if '"ready":true' in unpacked(self.ask("/v1/view")[1]).decode():
                return time.monotonic() - begun
            time.sleep(0.05)
        raise SystemExit("the monitor did not read all jobs in time")


def unpacked(answer):
    return gzip.decompress(answer) if answer[:2] == b"\x1f\x8b" else answer


# MARK: events

def prepare(monitor, lives, salt):
    """Queues the jobs that the events will be about, as `jobmon run` does at its start."""
    for first in range(0, lives, 5000):
        events = [{"kind": "job", "queue": QUEUE, "job_key": f"{salt}-{number}",
                   "job": {"name": f"fit_{1990 + number % 31}", "runfile": "/bin/true",
                           "params": {"year": 1990 + number % 31, "loc": f"loc{number % 1000}"}}}
                  for number in range(first, min(lives, first + 5000))]
        monitor.ask("/v1/events", json.dumps({"events": events}))


def event(salt, sender, step, queued):
    """An event of a life: submitted, running, and 100 lives later complete."""
    life, kind = divmod(step, 3)
    if kind == 2:
        life -= 100
    number = life * SENDERS + sender
    body = {"sender": f"11111111-0000-4000-8000-{salt % 10**6:06d}{sender:06d}", "seq": step,
            "instance_key": f"01b20ec5-0000-7000-{salt % 0x10000:04x}-{max(0, number):012x}"}
    if kind == 2 and life >= 0:
        body.update(kind="complete", exit_code=0, usage={"wallclock": 1.5, "cpu": 1.25, "maxrss": 1 << 20})
    elif kind == 1 or kind == 2:
        if kind == 2:
            body["instance_key"] = f"01b20ec5-0000-7000-{salt % 0x10000:04x}-{sender:012x}"
        body.update(kind="running", host=f"node{number % HOSTS + 1}", pid=4711)
    elif queued:
        body.update(kind="submitted", executor="exec", queue=QUEUE, job_key=f"{salt}-{number}")
    else:
        body.update(kind="submitted", executor="exec",
                    job={"name": "fit", "runfile": "/bin/true", "params": {"year": 1995}})
    return json.dumps(body)


def send(port, secret, salt, queued, rate, sent, over):
    kept = [common.Responder(None, port, secret) for _ in range(SENDERS)]
    begun, step = time.monotonic(), 0
    while not over.is_set():
        for sender, one in enumerate(kept):
            one.ask("/v1/events", event(salt, sender, step, queued))
            sent.value += 1
        step += 1
        time.sleep(max(0, begun + sent.value / rate - time.monotonic()))


@contextlib.contextmanager
def incoming(monitor, seconds, queued=True, rate=RATE):
    """500 events a second, one a request, in a process of their own so that they do not hold up the one that measures.
    They are about jobs that are queued before, or each about a new job."""
    salt = time.monotonic_ns() // 1000 % 10**9
    if queued:
        prepare(monitor, int(seconds * rate / 3) + 2000, salt)
    sent, over = multiprocessing.Value("q", 0, lock=False), multiprocessing.Event()
    process = multiprocessing.Process(target=send, daemon=True,
                                      args=(monitor.port, monitor.secret, salt, queued, rate, sent, over))
    process.start()
    begun = time.monotonic()

    def rate_so_far():
        return sent.value / (time.monotonic() - begun)

    try:
        yield rate_so_far
    finally:
        over.set()
        process.join()
        if process.exitcode:
            common.log(f"NOT CLEAN: the sender of events ended with {process.exitcode}")
