"""Starting, finding and ending a monitor."""

from __future__ import annotations

import csv
import json
import os
import signal
import unittest

from jobmon import exceptions
from jobmon.central_job_monitor import CentralJobMonitor
from jobmon.models import Status
from jobmon.requester import Requester
from tests.support import TestCase, is_gone, wait_until


class MonitorTests(TestCase):
    def test_it_answers_when_it_is_made(self) -> None:
        cjm = self.monitor()
        self.assertTrue(cjm.responder_proc_is_alive())
        self.assertTrue(cjm.publisher_proc_is_alive())
        self.assertEqual(cjm.send_request({"action": "alive"})[0], 0)
        self.assertEqual(cjm.out_dir, self.mon_dir)
        self.assertTrue(os.path.exists(os.path.join(self.mon_dir, "job_monitor.sqlite")))

    def test_relative_paths_and_home(self) -> None:
        os.environ["HOME"] = self.folder
        cjm = CentralJobMonitor("~/elsewhere", persistent=False)
        self.addCleanup(cjm.stop_responder)
        self.assertEqual(cjm.out_dir, os.path.join(self.folder, "elsewhere"))

    def test_in_memory_leaves_no_ledger(self) -> None:
        cjm = self.monitor(persistent=False)
        cjm.send_request({"action": "register_job"})
        cjm.stop_responder()
        self.assertFalse(os.path.exists(os.path.join(self.mon_dir, "job_monitor.sqlite")))

    def test_a_ledger_of_before_goes_on(self) -> None:
        first = self.monitor()
        first.send_request({"action": "register_job"})
        first.stop_responder()
        with self.assertLogs("jobmon.central_job_monitor", "WARNING"):
            second = self.monitor(persistent=False)
        self.assertTrue(second.persistent)
        self.assertEqual(second.send_request({"action": "register_job"}), [0, 2])

    def test_it_ends_in_order_whatever_is_stopped_first_and_however_often(self) -> None:
        cjm = self.monitor(persistent=False)
        self.assertEqual(cjm.stop_responder(), 0)
        self.assertIsNone(cjm.stop_publisher())
        self.assertFalse(cjm.responder_proc_is_alive())
        again = self.monitor(persistent=False, publish_job_state=False)
        again.stop_publisher()
        self.assertFalse(again.publisher_proc_is_alive())
        self.assertEqual([again.stop_responder(), again.stop_responder()], [0, 0])
        again.stop_publisher()
        self.assertTrue(is_gone(again.pid))
        self.assertFalse(os.path.exists(os.path.join(self.mon_dir, "monitor_info.json")))

    def test_a_second_monitor_is_told_of_the_first(self) -> None:
        first = self.monitor()
        with self.assertRaises(exceptions.ServerRunning) as raised:
            CentralJobMonitor(self.mon_dir)
        self.assertIn(f"process {first.pid}", str(raised.exception))
        self.assertTrue(raised.exception.hint)
        self.assertTrue(first.responder_proc_is_alive())

    def test_what_a_dead_one_left_is_replaced(self) -> None:
        first = self.monitor()
        os.kill(first.pid, signal.SIGKILL)
        wait_until(lambda: not first.responder_proc_is_alive(), "its death")
        self.assertTrue(os.path.exists(os.path.join(self.mon_dir, "monitor_info.json")))
        second = self.monitor()
        self.assertEqual(second.send_request({"action": "alive"})[0], 0)

    def test_a_requester_finds_a_monitor_that_was_started_again(self) -> None:
        first = self.monitor()
        requester = Requester(self.mon_dir)
        self.assertEqual(requester.send_request({"action": "register_job"}), [0, 1])
        first.stop_responder()
        self.monitor()
        self.assertEqual(requester.send_request({"action": "register_job"}), [0, 2])

    def test_what_can_not_be_started_says_why(self) -> None:
        taken = self.monitor()
        with open(os.path.join(self.mon_dir, "monitor_info.json")) as file:
            port = json.load(file)["port"]
        with self.assertRaises(exceptions.CentralJobMonitorNotAlive) as raised:
            CentralJobMonitor(os.path.join(self.folder, "other"), port=port)
        self.assertIn(str(port), str(raised.exception))
        self.assertTrue(taken.responder_proc_is_alive())
        with self.assertRaises(OSError):
            CentralJobMonitor(os.path.join(self.write("file", ""), "in a file"))
        with self.assertRaises(ValueError):
            CentralJobMonitor(self.mon_dir, conn_str="mysql://somewhere")

    def test_an_executable_that_is_no_monitor(self) -> None:
        for body, expected in (
            ("echo hello", "hello"),
            ("exit 3", "exit code 3"),
            ("echo 'jobmon: it is broken' >&2; echo '  mend it' >&2; exit 1", "it is broken"),
        ):
            path = self.write("fake", f"#!/bin/sh\n{body}\n")
            os.chmod(path, 0o755)
            os.environ["JOBMON_EXECUTABLE"] = path
            with self.assertRaises(exceptions.CentralJobMonitorNotAlive) as raised:
                CentralJobMonitor(os.path.join(self.folder, "other"))
            self.assertIn(expected, str(raised.exception))

    def test_jobs_with_status(self) -> None:
        cjm = self.monitor(persistent=False)
        for number in range(1, 4):
            cjm.send_request(
                {
                    "action": "register_job_instance",
                    "args": [number],
                    "kwargs": {"name": f"job{number}"},
                }
            )
        names = [job.name for job in cjm.jobs_with_status(Status.SUBMITTED)]
        self.assertEqual(names, ["job1", "job2", "job3"])
        cjm.send_request({"action": "update_job_instance_status", "args": [2, Status.FAILED]})
        failed = cjm.jobs_with_status(Status.FAILED)
        self.assertEqual([(job.jid, job.name, job.status) for job in failed], [(2, "job2", 3)])
        self.assertEqual([job.jid for job in cjm.jobs_with_status(Status.SUBMITTED)], [1, 3])
        self.assertEqual(cjm.jobs_with_status(99), [])
        answer = cjm.send_request({"action": "get_jobs_with_status", "args": [Status.SUBMITTED]})
        self.assertEqual(answer, [0, [1, 3]])

    def test_reports(self) -> None:
        cjm = self.monitor(persistent=False)
        cjm.send_request({"action": "register_job_instance", "args": [7], "kwargs": {"name": "n"}})
        cjm.send_request({"action": "update_job_instance_status", "args": [7, Status.COMPLETE]})
        paths = cjm.generate_report()
        self.assertEqual(
            [os.path.basename(path) for path in paths],
            ["job_report.csv", "job_status_report.csv"],
        )
        with open(paths[0], newline="") as file:
            self.assertEqual([row["status"] for row in csv.DictReader(file)], ["COMPLETE"])

    def test_a_forked_child_leaves_the_monitor_alone(self) -> None:
        cjm = self.monitor(persistent=False)
        child = os.fork()
        if child == 0:
            try:
                alive = cjm.responder_proc_is_alive()
                code = cjm.stop_responder()
                # Its requests have a connection of their own.
                answer = cjm.send_request({"action": "register_job"})
                os._exit(0 if not alive and code is None and answer == [0, 1] else 1)
            finally:
                os._exit(2)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.assertTrue(cjm.responder_proc_is_alive())
        self.assertEqual(cjm.send_request({"action": "register_job"}), [0, 2])

    def test_with(self) -> None:
        with CentralJobMonitor(self.mon_dir, persistent=False) as cjm:
            self.assertTrue(cjm.responder_proc_is_alive())
        self.assertFalse(cjm.responder_proc_is_alive())


if __name__ == "__main__":
    unittest.main()
