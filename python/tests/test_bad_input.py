"""Queues: invalid arguments, and errors while they run."""

from __future__ import annotations

import json
import os
import signal
import threading
import unittest

from jobmon import exceptions, qmaster
from jobmon.executors.slurm_exec import SlurmExecutor
from jobmon.job import Job
from jobmon.schedulers import RetryScheduler
from tests.support import TestCase, pause, wait_until


class BadInputTests(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cjm = self.monitor()

    def count(self) -> int:
        answer = self.cjm.send_request({"action": "query", "args": ["select count(*) n from job"]})
        return int(answer[1][0]["n"])

    def queue(self, **arguments: object) -> qmaster.JobQueue:
        queue = qmaster.JobQueue(self.mon_dir, **arguments)
        self.addCleanup(queue.stop)
        return queue

    def test_options_that_there_are_not_or_that_can_not_be(self) -> None:
        q = self.queue()
        job = q.create_job("/bin/true", "j")
        for options, error in (
            ({"slot": 2}, TypeError),
            ({"slots": 0}, ValueError),
            ({"slots": 1.5}, ValueError),
            ({"memory": -1}, ValueError),
            ({"process_timeout": 0}, ValueError),
            ({"process_timeout": "soon"}, ValueError),
            ({"holds": [1], "hold_pattern": "x"}, ValueError),
            ({"max_attempts": 0}, ValueError),
            ({"memory": "much"}, exceptions.RequestRefused),
            ({"runtime": "soon"}, exceptions.RequestRefused),
            ({"env": {"A=B": "1"}}, exceptions.RequestRefused),
        ):
            with self.assertRaises(error, msg=str(options)) as raised:
                q.queue_job(job, **options)
            self.assertTrue(str(raised.exception))
        with self.assertRaises(TypeError):
            q.queue_job(job, None, 4)
        self.assertEqual(q.executor.jobs, {})
        self.assertEqual(self.count(), 1)
        # The queue still works.
        q.queue_job(job)
        self.assertEqual(q.block_till_done()["counts"]["complete"], 1)

    def test_a_job_of_which_nothing_is_known_that_could_be_run(self) -> None:
        q = self.queue()
        job = Job(self.mon_dir, name="nothing to run")
        with self.assertRaises(ValueError) as raised:
            q.queue_job(job)
        self.assertIn("no runfile", str(raised.exception))

    def test_a_file_that_is_not_there_fails_and_says_so(self) -> None:
        q = self.queue()
        for name in ("missing", "missing.py"):
            q.queue_job(q.create_job(os.path.join(self.folder, name), name))
        summary = q.block_till_done()
        self.assertEqual(summary["counts"]["failed"], 2)
        self.assertEqual(summary["failures"][0]["cause"], "not_started")

    def test_no_monitor_no_queue(self) -> None:
        with self.assertRaises(exceptions.CannotConnectToCentralJobMonitor):
            qmaster.JobQueue(os.path.join(self.folder, "nowhere"))
        self.assertFalse(os.path.exists(os.path.join(self.folder, "nowhere")))
        self.cjm.stop_responder()
        with self.assertRaises(exceptions.CannotConnectToCentralJobMonitor):
            qmaster.JobQueue(self.mon_dir)
        with self.assertRaises(ValueError):
            qmaster.JobQueue()

    def test_a_monitor_that_says_nothing(self) -> None:
        pause(self.cjm.pid)
        try:
            with self.assertRaises(exceptions.CentralJobMonitorNotAlive):
                qmaster.JobQueue(self.mon_dir, max_alive_wait_time=1)
        finally:
            os.kill(self.cjm.pid, signal.SIGCONT)

    def test_a_monitor_that_goes_away_before_a_job_is_made(self) -> None:
        q = self.queue()
        self.cjm.stop_responder()
        with self.assertRaises(exceptions.CannotConnectToCentralJobMonitor):
            q.create_job("/bin/true", "j")
        self.assertFalse(q.central_job_monitor_alive())

    def test_no_executable(self) -> None:
        os.environ["JOBMON_EXECUTABLE"] = "/nowhere/jobmon"
        with self.assertRaises(exceptions.ExecutableNotFound) as raised:
            qmaster.JobQueue(self.mon_dir)
        self.assertIn("/nowhere/jobmon", str(raised.exception))
        self.assertIsInstance(raised.exception, OSError)

    def test_an_executable_that_has_no_queue(self) -> None:
        for body in (
            "exit 2",
            "echo nonsense",
            'echo \'{"problem":{"message":"it is full"}}\'; exit 4',
        ):
            path = self.write("fake", f"#!/bin/sh\n{body}\n")
            os.chmod(path, 0o755)
            os.environ["JOBMON_EXECUTABLE"] = path
            with self.assertRaises(exceptions.JobmonError) as raised:
                qmaster.JobQueue(self.mon_dir)
            if "full" in body:
                self.assertEqual(str(raised.exception), "it is full")

    def test_a_queue_whose_name_is_taken(self) -> None:
        first = self.queue(name="mine")
        with self.assertRaises(exceptions.JobmonError) as raised:
            qmaster.JobQueue(self.mon_dir, name="mine")
        self.assertIn("mine", str(raised.exception))
        self.assertTrue(first.scheduler_alive())

    def test_the_death_of_the_queue_is_noticed(self) -> None:
        q = self.queue()
        q.queue_job(q.create_job("/bin/sleep", "sleeps", [600]))
        # A job on the list of `running_jobs` may only be submitted.
        pid = wait_until(
            lambda: json.loads(self.jobmon("jobs", "-d", self.mon_dir, "--json"))[0]["instances"][0]["pid"],
            "its start",
        )
        feed = q.executor._feed
        assert feed is not None
        killer = threading.Timer(0.2, os.kill, (feed.pid, signal.SIGKILL))
        killer.start()
        with self.assertRaises(exceptions.QueueNotAlive) as raised:
            q.block_till_done()
        self.assertIn("exit code", str(raised.exception))
        self.assertFalse(q.scheduler_alive())
        os.kill(pid, signal.SIGKILL)

    def test_a_forked_child_does_not_use_its_parents_queue(self) -> None:
        q = self.queue()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                q.executor.wait()
            except exceptions.QueueNotAlive:
                code = 0
            finally:
                os._exit(code)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        q.queue_job(q.create_job("/bin/true", "j"))
        self.assertEqual(q.block_till_done()["counts"]["complete"], 1)

    def test_a_cluster_that_is_not_there(self) -> None:
        os.environ["PATH"] = "/nowhere"
        with self.assertRaises(exceptions.JobmonError) as raised:
            q = self.queue(executor=SlurmExecutor)
            q.queue_job(q.create_job("/bin/true", "j"))
            q.block_till_done()
        self.assertTrue(str(raised.exception))

    def test_wrong_parallelism_and_retries(self) -> None:
        for arguments in (
            {"executor_params": {"parallelism": 0}},
            {"executor_params": {"limits": {"stata": -1}}},
            {"scheduler": RetryScheduler, "scheduler_params": {"retries": -1}},
            {"scheduler": RetryScheduler, "scheduler_params": {"rules": "oom:1"}},
        ):
            with self.assertRaises(ValueError):
                qmaster.JobQueue(self.mon_dir, **arguments)


if __name__ == "__main__":
    unittest.main()
