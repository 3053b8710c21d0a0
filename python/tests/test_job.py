"""Jobs and instances that report themselves."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import unittest
import unittest.mock

from jobmon import exceptions
from jobmon.executors.local_exec import LocalJobInstance
from jobmon.executors.sge_exec import SGEJobInstance
from jobmon.job import Job
from jobmon.models import Status
from tests.support import TestCase, environment, pause, wait_until


class JobTests(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cjm = self.monitor(persistent=False)

    def job(self, jid: int) -> dict:
        return self.cjm.send_request({"action": "get_job_information", "args": [jid]})[1]

    def errors(self) -> list:
        answer = self.cjm.send_request(
            {"action": "query", "args": ["select description from error order by id"]}
        )
        return [row["description"] for row in answer[1]]

    def test_it_is_registered_at_once(self) -> None:
        job = Job(self.mon_dir, name="fit", runfile="fit.py", job_args=["--year", 1995])
        self.assertEqual((job.jid, job.name, job.job_args), (1, "fit", ["--year", "1995"]))
        found = self.job(1)
        self.assertEqual((found["name"], found["status"]), ("fit", "QUEUED"))
        self.assertEqual(found["args"][-2:], ["--year", "1995"])

    def test_the_arguments_of_2017_and_their_order(self) -> None:
        self.assertEqual(Job(self.mon_dir, 7, "n", "r.py", ["a"]).jid, 7)
        self.assertEqual(Job(mon_dir=self.mon_dir, name="n", runfile="r", job_args="a").jid, 1)
        self.assertEqual(Job(out_dir=self.mon_dir, name="n").jid, 2)
        os.environ["JOBMON_DIR"] = self.mon_dir
        self.assertEqual(Job(name="n").jid, 3)

    def test_a_program_that_reports_itself(self) -> None:
        job = Job(self.mon_dir, name="itself")
        job.start()
        found = self.job(job.jid)
        self.assertEqual(found["status"], "RUNNING")
        self.assertEqual(found["instances"][0]["pid"], os.getpid())
        self.assertEqual(found["instances"][0]["executor_id"], str(os.getpid()))
        job.finish()
        self.assertEqual(self.job(job.jid)["status"], "COMPLETE")
        self.assertEqual(job.query("select count(*) as n from job"), [0, [{"n": 1}]])

    def test_it_gives_signs_of_life(self) -> None:
        job = Job(self.mon_dir, name="itself")
        with unittest.mock.patch("jobmon._limits.HEARTBEAT_SECONDS", 0.05):
            job.log_started()
            first = self.job(job.jid)["instances"][0]["last_seen"]
            wait_until(
                lambda: self.job(job.jid)["instances"][0]["last_seen"] > first, "a sign of life"
            )
            job.log_completed()

    def test_errors_and_failure(self) -> None:
        job = Job(self.mon_dir, name="itself")
        job.log_started()
        job.log_error("RuntimeError: year is 1995!")
        job.log_failed()
        self.assertEqual(self.job(job.jid)["status"], "FAILED")
        self.assertIn("RuntimeError: year is 1995!", self.errors()[0])
        with self.assertRaises(exceptions.RequestRefused) as raised:
            job.log_completed()
        self.assertIn("FAILED", str(raised.exception))

    def test_log_exceptions_sends_the_whole_traceback(self) -> None:
        job = Job(self.mon_dir, name="itself")
        job.log_started()

        @exceptions.log_exceptions(job)
        def divide() -> float:
            """Divides."""
            return 1 / 0

        self.assertEqual(divide.__doc__, "Divides.")
        with self.assertRaises(ZeroDivisionError):
            divide()
        job.log_failed()
        self.assertIn("ZeroDivisionError: division by zero", self.errors()[0])
        self.assertIn("return 1 / 0", self.errors()[0])
        # And as structure.
        rows = job.query("select traceback from error")[1]
        structure = json.loads(rows[0]["traceback"])
        self.assertEqual(structure["type"], "ZeroDivisionError")
        self.assertTrue(structure["frames"][-1]["function"].endswith("divide"))

    def test_log_exceptions_as_a_block(self) -> None:
        job = Job(self.mon_dir, name="itself")
        job.log_started()
        with exceptions.log_exceptions(job) as same:
            self.assertIs(same, job)
        with self.assertRaises(SystemExit), exceptions.log_exceptions(job):
            raise SystemExit(0)
        job.log_failed()
        self.assertNotIn("SystemExit", "".join(self.errors()))

    def test_log_exceptions_without_a_monitor_raises_what_was_raised(self) -> None:
        job = Job(self.mon_dir, name="itself")
        self.cjm.stop_responder()
        logs = self.assertLogs("jobmon.exceptions", logging.WARNING)
        with logs, self.assertRaises(ZeroDivisionError), exceptions.log_exceptions(job):
            print(1 / 0)

    def test_a_logging_handler(self) -> None:
        job = Job(self.mon_dir, name="itself")
        job.log_started()
        logger = logging.Logger("a program")
        logger.addHandler(exceptions.ZmqHandler(job))
        logger.error("no data for %d", 1995)
        try:
            [].pop()
        except IndexError:
            logger.exception("it is empty")
        job.log_failed()
        text = self.errors()[0]
        for part in ("no data for 1995", "it is empty", "IndexError: pop from empty list"):
            self.assertIn(part, text)

    def test_local_instances(self) -> None:
        job = Job(self.mon_dir, name="outer")
        process = self.start("import time; time.sleep(600)")
        instance = LocalJobInstance(self.mon_dir, job_instance_id=process.pid, jid=job.jid)
        self.assertEqual(instance.job_instance_type, "LocalJobInstance")
        instance.log_started()
        found = self.job(job.jid)["instances"][0]
        self.assertEqual((found["executor"], found["pid"]), ("local", process.pid))
        instance.log_job_stats()
        instance.log_error(b"said on stderr")
        instance.log_failed()
        self.assertEqual(self.job(job.jid)["status"], "FAILED")
        self.assertEqual(self.errors()[0].strip(), "said on stderr")
        self.assertGreater(self.job(job.jid)["instances"][0]["maxrss"], 0)

    def test_instances_of_grid_engine(self) -> None:
        with self.assertRaises(exceptions.SGENotAvailable):
            SGEJobInstance(self.mon_dir)
        os.environ.update(JOB_ID="17", JOB_NAME="job1", PATH="/nowhere")
        instance = SGEJobInstance(self.mon_dir)
        answer = self.cjm.send_request({"action": "get_job_instance_information", "args": [17]})
        self.assertEqual(answer[1]["current_status"], Status.SUBMITTED)
        self.assertEqual([job.name for job in self.cjm.jobs_with_status(1)], ["job1"])
        instance.log_started()
        self.assertEqual([job.jid for job in self.cjm.jobs_with_status(2)], [instance.jid])
        instance.log_job_stats()
        instance.log_completed()
        self.assertEqual([job.jid for job in self.cjm.jobs_with_status(4)], [instance.jid])

    def test_no_monitor_no_job(self) -> None:
        self.cjm.stop_responder()
        # As IOError, which programs catch that may run without a monitor.
        with self.assertRaises(IOError) as raised:
            Job(self.mon_dir, name="n")
        self.assertIsInstance(raised.exception, exceptions.CannotConnectToCentralJobMonitor)
        with self.assertRaises(exceptions.CannotConnectToCentralJobMonitor) as raised:
            Job(os.path.join(self.folder, "nowhere"), name="n")
        self.assertIn("no monitor was started", str(raised.exception))
        self.assertIn("jobmon monitor", raised.exception.hint)

    def test_a_monitor_that_says_nothing(self) -> None:
        job = Job(self.mon_dir, name="n", request_retries=1, request_timeout=300)
        pause(self.cjm.pid)
        try:
            with self.assertRaises(exceptions.NoResponseRecieved) as raised:
                job.log_started()
            self.assertIn("0.3 s", str(raised.exception))
        finally:
            os.kill(self.cjm.pid, signal.SIGCONT)

    def test_what_names_no_monitor(self) -> None:
        for arguments in (
            {},
            {"mon_dir": self.mon_dir, "monitor_host": "localhost", "monitor_port": 1},
            {"monitor_host": "localhost"},
            {"monitor_port": 1},
            {"mon_dir": 7},
        ):
            with self.assertRaises(ValueError):
                Job(**arguments)
        with open(os.path.join(self.mon_dir, "monitor_info.json")) as file:
            port = json.load(file)["port"]
        with self.assertRaises(exceptions.CannotConnectToCentralJobMonitor):
            Job(monitor_host="localhost", monitor_port=port)
        os.environ["JOBMON_DIR"] = self.mon_dir
        self.assertEqual(Job(monitor_host="localhost", monitor_port=port, name="n").jid, 1)


class InsideTests(TestCase):
    """Programs that run under jobmon and use the package."""

    PROGRAM = """
        import sys
        from jobmon import exceptions, job
        me = job.Job(sys.argv[1], name="another name")
        me.start()
        me.log_error("said to the monitor only")

        @exceptions.log_exceptions(me)
        def work():
            raise RuntimeError("year is 1995!")

        work()
        """

    def run_inside(self) -> dict:
        path = self.write("inside.py", self.PROGRAM)
        command = [self.executable, "exec", "-d", self.mon_dir, "--", sys.executable, path]
        done = subprocess.run(
            [*command, self.mon_dir],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            env=environment(),
        )
        self.assertEqual(done.returncode, 1)
        self.monitor_runs()
        jobs = json.loads(self.jobmon("jobs", "-d", self.mon_dir, "--json"))
        self.assertEqual(len(jobs), 1, jobs)
        self.assertEqual(len(jobs[0]["instances"]), 1)
        self.assertEqual(jobs[0]["status"], "FAILED")
        for part in ("said to the monitor only", "RuntimeError: year is 1995!"):
            self.assertIn(part, jobs[0]["instances"][0]["error"])
        return jobs[0]

    def monitor_runs(self) -> None:
        if not os.path.exists(os.path.join(self.mon_dir, "monitor_info.json")):
            self.monitor()

    def test_it_is_the_job_that_it_runs_as(self) -> None:
        self.monitor()
        self.run_inside()

    def test_its_errors_wait_in_the_spool_for_a_monitor(self) -> None:
        os.mkdir(self.mon_dir)
        self.run_inside()
        wait_until(lambda: not os.listdir(os.path.join(self.mon_dir, "spool")), "an empty spool")


if __name__ == "__main__":
    unittest.main()
