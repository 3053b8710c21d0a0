"""Updates as they happen."""

from __future__ import annotations

import os
import signal
import unittest

from jobmon import exceptions
from jobmon.models import Status
from jobmon.publisher import PublisherTopics
from jobmon.requester import Requester
from jobmon.subscriber import Subscriber
from tests.support import TestCase, wait_until


class SubscriberTests(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cjm = self.monitor()
        self.requester = Requester(self.mon_dir)
        self.addCleanup(self.requester.disconnect)
        self.subscriber = Subscriber(self.mon_dir)
        self.addCleanup(self.subscriber.disconnect)

    def change(self, number: int, status: int) -> None:
        message = {"action": "update_job_instance_status", "args": [number, status]}
        self.assertEqual(self.requester.send_request(message)[0], 0)

    def next(self) -> dict:
        return wait_until(self.subscriber.recieve_update, "an update")

    def test_each_change_of_a_status(self) -> None:
        self.subscriber.connect(topicfilter=PublisherTopics.JOB_STATE.value)
        message = {"action": "register_job_instance", "args": [1234], "kwargs": {"name": "n"}}
        self.requester.send_request(message)
        self.change(1234, Status.RUNNING)
        self.change(1234, Status.COMPLETE)
        for status in (Status.SUBMITTED, Status.RUNNING, Status.COMPLETE):
            expected = {"1": {"job_instance_id": 1234, "job_instance_status_id": status}}
            self.assertEqual(self.next(), expected)
        self.assertIsNone(self.subscriber.receive_update(timeout=0))

    def test_nothing_of_before_it_listened(self) -> None:
        self.requester.send_request({"action": "register_job_instance", "args": [1]})
        self.subscriber.connect()
        self.change(1, Status.RUNNING)
        self.assertEqual(self.next()["1"]["job_instance_status_id"], Status.RUNNING)

    def test_it_connects_by_itself_and_again(self) -> None:
        self.assertIsNone(self.subscriber.recieve_update(timeout=0.05))
        self.requester.send_request({"action": "register_job_instance", "args": [1]})
        self.assertEqual(self.next()["1"]["job_instance_status_id"], Status.SUBMITTED)
        os.kill(self.cjm.pid, signal.SIGKILL)
        wait_until(lambda: not self.cjm.responder_proc_is_alive(), "its death")
        self.assertIsNone(self.subscriber.recieve_update(timeout=0.05))
        self.monitor()
        self.change(1, Status.RUNNING)
        self.assertEqual(self.next()["1"]["job_instance_status_id"], Status.RUNNING)

    def test_no_monitor(self) -> None:
        self.cjm.stop_responder()
        with self.assertRaises(exceptions.CannotConnectToCentralJobMonitor):
            self.subscriber.connect()
        with self.assertRaises(exceptions.CannotConnectToCentralJobMonitor):
            self.subscriber.recieve_update()
        with self.assertRaises(ValueError):
            Subscriber()


if __name__ == "__main__":
    unittest.main()
