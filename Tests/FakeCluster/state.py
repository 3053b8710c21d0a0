"""The state of a fake cluster: one JSON file per job in the test's directory, protected by one lock."""

import fcntl
import json
import os
import time

SLURM = "slurm"
SGE = "sge"


class Gone(Exception):
    """The directory of the state was removed: the test is over."""


class State:
    """The directory that `FAKE_CLUSTER_STATE` names."""

    def __init__(self, root=None):
        self.root = os.path.realpath(root or os.environ["FAKE_CLUSTER_STATE"])
        self.depth = 0
        self.lock = None
        # Created by the first command of a test, and by no process that is still running at its end: a directory that
        # is being removed must not come back in part.
        if "FAKE_CLUSTER_TASK" in os.environ or os.path.isdir(self.jobs_folder):
            return
        try:
            os.mkdir(self.jobs_folder)
            for name in ("lock", "calls.jsonl", "runners.log"):
                os.close(os.open(f"{self.root}/{name}", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except FileExistsError:
            pass
        except OSError as error:
            raise Gone(str(error))

    def open(self, name, flags):
        """Opens a file that the first command creates, perhaps at this moment."""
        for _ in range(50):
            try:
                return os.open(f"{self.root}/{name}", flags | os.O_CLOEXEC)
            except FileNotFoundError:
                time.sleep(0.01)
        raise Gone(f"{name} is not there")

    @property
    def jobs_folder(self):
        return f"{self.root}/jobs"

    def path(self, job, ending):
        return f"{self.jobs_folder}/{job}.{ending}"

    # The lock: use `with state:` around code that reads and then writes.

    def __enter__(self):
        if self.depth == 0:
            self.lock = self.open("lock", os.O_RDWR)
            fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.depth += 1
        return self

    def __exit__(self, *_):
        self.depth -= 1
        if self.depth == 0:
            os.close(self.lock)

    # Files

    def read(self, path, otherwise=None):
        try:
            with open(path, encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return otherwise

    def write(self, path, value):
        try:
            with open(f"{path}.new", "w", encoding="utf-8") as file:
                json.dump(value, file)
            os.rename(f"{path}.new", path)
        except OSError as error:
            raise Gone(str(error))

    # Jobs

    def new_job(self, job):
        """Stores a job under the next id."""
        with self:
            known = [int(name.split(".")[0]) for name in os.listdir(self.jobs_folder) if name.endswith(".json")]
            job["id"] = max(known, default=self.settings().get("last_id", 100)) + 1
            self.save(job)
        return job["id"]

    def job(self, number):
        return self.read(self.path(number, "json"))

    def save(self, job):
        self.write(self.path(job["id"], "json"), job)

    def jobs(self, scheduler=None):
        """All jobs, oldest first, without those that are still being created."""
        found = []
        try:
            names = os.listdir(self.jobs_folder)
        except FileNotFoundError as error:
            raise Gone(str(error))
        for name in names:
            number, _, ending = name.partition(".")
            if ending != "json" or not number.isdigit():
                continue
            job = self.job(number)
            if job and scheduler in (None, job["scheduler"]) and job["visible"] <= time.time():
                found.append(job)
        return sorted(found, key=lambda job: job["id"])

    # Settings and logs of tests

    def faults(self):
        for _ in range(20):
            try:
                return self.read(f"{self.root}/faults.json", {})
            except ValueError:
                # The file is just being written.
                time.sleep(0.01)
        return {}

    def settings(self):
        return self.faults().get("cluster", {})

    def note_call(self, entry):
        line = (json.dumps(entry) + "\n").encode()
        file = self.open("calls.jsonl", os.O_WRONLY | os.O_APPEND)
        os.write(file, line)
        os.close(file)


def new_task():
    """A waiting task of an array job.

    `phase` is `waiting`, `running`, `held` (in error) or `over`; `gone` means that it is over without a record. `why`
    is the reason for which it is being ended; `adrift` are its processes that the scheduler has forgotten.
    """
    return {"phase": "waiting", "restarts": 0, "records": [], "start_at": 0, "pid": None, "why": None, "adrift": []}


def new_record(task, why, end, code=0, signal=0, rss=0, cpu=0.0):
    """The accounting record of one run of a task; if it never ran, `start` is null."""
    return {
        "start": task.get("started"), "end": end, "code": code, "signal": signal, "why": why, "rss": rss, "cpu": cpu,
        "made": time.time(), "node": task.get("node"),
    }


def ranges(numbers):
    """The numbers as sorted ranges, each a pair of first and last."""
    found = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return found


def numbers_of(text):
    """The numbers of `1-3,7`, `4-8:2` or `2-9%4`."""
    found = []
    for part in text.split("%")[0].strip("[]").split(","):
        part, _, step = part.partition(":")
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1, int(step or 1))
    return found
