"""The actions of 2017 and their answers."""

from __future__ import annotations

import unittest

from jobmon.exceptions import CannotConnectToCentralJobMonitor, ReturnCodes
from jobmon.models import Status
from jobmon.requester import Requester
from tests.support import TestCase, wait_until


class RequesterTests(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cjm = self.monitor(persistent=False)
        self.requester = Requester(self.cjm.out_dir)
        self.addCleanup(self.requester.disconnect)

    def ask(self, action: str, *args: object, **kwargs: object) -> list:
        message = {"action": action, "args": list(args), "kwargs": kwargs}
        return self.requester.send_request(message)

    def registered(self, number: object = 1234, **kwargs: object) -> int:
        code, jid = self.ask("register_job", name="a test job", runfile="x.py", job_args="1,2")
        self.assertEqual(code, ReturnCodes.OK)
        answer = self.ask("register_job_instance", job_instance_id=number, jid=jid, **kwargs)
        self.assertEqual(answer, [0, number])
        return int(jid)

    def test_alive(self) -> None:
        self.assertEqual(self.requester.send_request({"action": "alive"})[0], 0)
        self.assertTrue(self.requester.is_connected())

    def test_register_job(self) -> None:
        self.assertEqual(self.requester.send_request({"action": "register_job"}), [0, 1])
        self.assertEqual(self.ask("register_job", name="red", runfile="r.py"), [0, 2])

    def test_the_caller_names_the_instance(self) -> None:
        self.registered(1234)
        answer = self.ask("update_job_instance_status", job_instance_id=1234, status_id=3)
        self.assertEqual(answer, [0, 1234, Status.FAILED])

    def test_an_instance_without_a_job_makes_one(self) -> None:
        self.assertEqual(self.ask("register_job_instance", 17, name="alone"), [0, 17])
        code, found = self.ask("get_job_instance_information", 17)
        self.assertEqual((code, found["current_status"]), (0, Status.SUBMITTED))
        self.assertEqual(self.ask("get_job_information", found["jid"])[1]["name"], "alone")

    def test_the_newest_instance_of_a_number_is_meant(self) -> None:
        first, second = self.registered(17), self.registered(17)
        self.assertEqual(self.ask("update_job_instance_status", 17, Status.RUNNING)[0], 0)
        self.assertEqual(self.ask("get_job_information", second)[1]["current_status"], 2)
        self.assertEqual(self.ask("get_job_information", first)[1]["current_status"], 1)

    def test_every_status(self) -> None:
        for number, label in enumerate(("RUNNING", "UNKNOWN", "COMPLETE"), 1):
            self.registered(number)
            status = getattr(Status, label)
            answer = self.ask("update_job_instance_status", number, status)
            self.assertEqual(answer, [0, number, status])
            found = self.ask("get_job_instance_information", number)[1]
            self.assertEqual((found["status"], found["current_status"]), (label, status))
            self.assertEqual(found["job_instance_id"], number)

    def test_a_transition_backwards_is_refused(self) -> None:
        self.registered(5)
        self.assertEqual(self.ask("update_job_instance_status", 5, Status.SUBMITTED)[0], 0)
        self.assertEqual(self.ask("update_job_instance_status", 5, Status.COMPLETE)[0], 0)
        # The same again is a repeat.
        self.assertEqual(self.ask("update_job_instance_status", 5, Status.COMPLETE), [0, 5, 4])
        for status in (Status.FAILED, Status.SUBMITTED, Status.RUNNING, Status.UNKNOWN):
            code, sentence = self.ask("update_job_instance_status", 5, status)
            self.assertEqual(code, ReturnCodes.GENERIC_ERROR)
            self.assertIn("COMPLETE", sentence)

    def test_what_is_no_status(self) -> None:
        self.registered(5)
        for status in (0, 7, 9, "x", None, True, [1]):
            code, sentence = self.ask("update_job_instance_status", 5, status)
            self.assertEqual((code, "not a status" in sentence), (3, True), sentence)

    def test_usage_is_kept_with_the_end(self) -> None:
        self.registered(5)
        usage = {"wallclock": "0:01:02", "cpu": "00:00:10", "maxvmem": "1.5G", "usage_str": "..."}
        self.assertEqual(self.ask("update_job_instance_usage", 5, **usage), [0])
        self.ask("update_job_instance_status", 5, Status.COMPLETE)
        found = self.ask("get_job_instance_information", 5)[1]
        self.assertEqual((found["wallclock"], found["cpu"]), (62, 10))
        self.assertEqual(found["maxvmem"], 1.5 * 2**30)
        self.assertEqual(self.ask("update_job_instance_usage", 5, cpu="1")[0], 3)

    def test_errors_stand_in_the_ledger(self) -> None:
        self.registered(5)
        trace = "Traceback (most recent call last):\nRuntimeError: year is 1995!\n"
        self.assertEqual(self.ask("log_job_instance_error", 5, trace), [0])
        self.ask("update_job_instance_status", 5, Status.FAILED)
        _, rows = self.ask("query", "select * from error")
        self.assertEqual(list(rows[0])[:4], ["id", "job_instance_id", "error_time", "description"])
        self.assertIn("RuntimeError: year is 1995!", rows[0]["description"])
        self.assertEqual(self.ask("query", "select count(*) from error"), [0, [{"count(*)": 1}]])

    def test_an_error_after_the_end_too(self) -> None:
        self.registered(5)
        self.ask("update_job_instance_status", 5, Status.FAILED)
        self.assertEqual(self.ask("log_job_instance_error", 5, "ValueError: late"), [0])
        rows = self.ask("query", "select description from error")[1]
        self.assertIn("ValueError: late", rows[0]["description"])

    def test_job_information(self) -> None:
        jid = self.registered(5)
        code, found = self.ask("get_job_information", jid)
        self.assertEqual(code, 0)
        self.assertEqual((found["jid"], found["name"]), (jid, "a test job"))
        self.assertEqual(found["args"], ["1", "2"])

    def test_no_results(self) -> None:
        for answer in (
            self.ask("get_job_information", 99),
            self.ask("get_job_information", "x y/z"),
            self.ask("get_job_instance_information", 99),
            self.ask("update_job_instance_status", 99, 2),
            self.ask("update_job_instance_usage", 99, cpu="1"),
            self.ask("log_job_instance_error", 99, "x"),
            self.ask("register_job_instance", 1, jid=99),
            self.ask("get_jobs_with_status", Status.FAILED),
        ):
            self.assertEqual(answer[0], ReturnCodes.NO_RESULTS, answer)
            self.assertIsInstance(answer[1], str)

    def test_query(self) -> None:
        self.registered(5, job_instance_type="SGEJobInstance")
        sql = "select jid, name from job"
        self.assertEqual(self.ask("query", sql), [0, [{"jid": 1, "name": "a test job"}]])
        self.assertEqual(self.ask("query", "select * from job where jid = 9"), [0, []])
        self.assertEqual(self.ask("query", "select count(*) as n from sgejob"), [0, [{"n": 1}]])
        code, sentence = self.ask("query", "select * from no_table")
        self.assertEqual(code, ReturnCodes.INVALID_RESPONSE_FORMAT)
        self.assertIn("no such table", sentence)
        self.assertEqual(self.ask("query", "delete from job")[0], 1)

    def test_the_tables_and_columns_of_2017(self) -> None:
        self.registered(5, job_instance_type="SGEJobInstance")
        self.ask("log_job_instance_error", 5, "RuntimeError: year is 1995!")
        self.ask("update_job_instance_status", 5, Status.FAILED)
        for table in ("error", "job", "job_status", "sgejob", "status"):
            self.assertEqual(self.ask("query", f"select * from {table}")[0], 0, table)
        joined = (
            "select * from job left join job_instance using (jid) "
            "left join job_instance_error using (job_instance_id)"
        )
        code, rows = self.ask("query", joined)
        self.assertEqual((code, len(rows)), (0, 1))
        self.assertIn("year is 1995!", rows[0]["description"])
        columns = "current_status, job_instance_type, maxvmem"
        found = self.ask("query", f"select {columns} from job_instance")
        expected = {"current_status": 3, "job_instance_type": "sge", "maxvmem": None}
        self.assertEqual(found, [0, [expected]])

    def test_names_with_quotes_are_only_names(self) -> None:
        self.assertEqual(self.ask("get_job_instance_information", "1' or '1'='1")[0], 4)
        self.registered("4711_3")
        self.assertEqual(self.ask("update_job_instance_status", "4711_3", 2), [0, "4711_3", 2])

    def test_actions_that_there_are_not(self) -> None:
        for message in (
            {"action": "fly"},
            {"action": "_find", "args": [1]},
            {"action": "find", "args": ["alive"]},
            {"action": None},
            {"action": ["alive"]},
            {},
            {"act": "alive"},
            "alive",
            [],
            None,
            7,
        ):
            code, sentence = self.requester.send_request(message)
            self.assertEqual(code, ReturnCodes.INVALID_ACTION, message)
            self.assertIsInstance(sentence, str)

    def test_arguments_that_do_not_fit(self) -> None:
        for message in (
            {"action": "alive", "args": [1]},
            {"action": "alive", "kwargs": {"x": 1}},
            {"action": "alive", "args": "x"},
            {"action": "alive", "kwargs": [1]},
            {"action": "register_job_instance"},
            {"action": "register_job_instance", "args": [None]},
            {"action": "register_job_instance", "args": [1, "x"]},
            {"action": "query"},
        ):
            code, sentence = self.requester.send_request(message)
            self.assertEqual(code, ReturnCodes.GENERIC_ERROR, (message, sentence))

    def test_what_is_not_json_is_not_sent(self) -> None:
        for value in (object(), {1, 2}, b"bytes", float("nan")):
            with self.assertRaises((TypeError, ValueError)) as raised:
                self.ask("register_job", name=value)
            self.assertIn("not JSON", str(raised.exception))
        self.assertEqual(self.ask("query", "select count(*) as n from job"), [0, [{"n": 0}]])

    def test_stop(self) -> None:
        self.assertEqual(self.requester.send_request("stop"), [0, "Responder stopping"])
        wait_until(lambda: not self.cjm.responder_proc_is_alive(), "the monitor's end")
        self.assertFalse(self.requester.is_connected())
        with self.assertRaises(CannotConnectToCentralJobMonitor):
            self.requester.send_request({"action": "alive"})

    def test_stop_as_an_action(self) -> None:
        self.assertEqual(self.ask("stop")[0], 0)
        wait_until(lambda: not self.cjm.responder_proc_is_alive(), "the monitor's end")


if __name__ == "__main__":
    unittest.main()
