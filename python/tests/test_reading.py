"""events, query and errors."""

from __future__ import annotations

import json
import os
import unittest
import unittest.mock
from typing import Any, List

import jobmon
from jobmon import exceptions
from jobmon._reporting.reporter import reporter
from tests.support import PACKAGE, TestCase

README = os.path.join(PACKAGE, "README.md")


class ReadingTests(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cjm = self.monitor()

    def stop_monitor(self) -> None:
        self.cjm.stop_responder()
        self.cjm.stop_publisher()

    def run_failing(self, name: str, error: BaseException, **params: Any) -> None:
        """A job that fails by an exception."""
        with self.assertRaises(type(error)), jobmon.monitored(name, params):
            raise error

    def test_events_go_on_from_a_number(self) -> None:
        with jobmon.monitored("one"):
            pass
        reporter(self.mon_dir).settle(30)
        stream = jobmon.events(self.mon_dir, after=0)
        seen = [next(stream) for _ in range(3)]
        self.assertEqual([one["kind"] for one in seen], ["submitted", "running", "complete"])
        stream.close()
        # Across a restart of the monitor, from the last number that was read.
        stream = jobmon.events(self.mon_dir, after=seen[1]["sequence"])
        self.assertEqual(next(stream)["kind"], "complete")
        self.cjm.stop_responder()
        self.cjm.stop_publisher()
        self.monitor()
        with jobmon.monitored("two", directory=self.mon_dir):
            pass
        self.assertEqual(next(stream)["kind"], "submitted")
        stream.close()

    def test_query_with_a_monitor_and_without(self) -> None:
        with jobmon.monitored("one"):
            pass
        reporter(self.mon_dir).settle(30)
        sql = "select name, status from job"
        expected = [{"name": "one", "status": 4}]
        self.assertEqual(jobmon.query(sql, self.mon_dir, frame=False), expected)
        with self.assertRaisesRegex(exceptions.RequestRefused, "nosuch"):
            jobmon.query("select * from nosuch", self.mon_dir)
        self.cjm.stop_responder()
        self.cjm.stop_publisher()
        self.assertEqual(jobmon.query(sql, self.mon_dir, frame=False), expected)
        with self.assertRaisesRegex(exceptions.RequestRefused, "nosuch"):
            jobmon.query("select * from nosuch", self.mon_dir)

    def test_query_gives_a_frame_where_pandas_is_there(self) -> None:
        class Frames:
            @staticmethod
            def DataFrame(rows: list, columns: list) -> tuple:
                return (columns, rows)

        with unittest.mock.patch.dict("sys.modules", pandas=Frames):
            self.assertEqual(
                jobmon.query("select 1 as a, 2 as b", self.mon_dir), (["a", "b"], [[1, 2]])
            )
        with unittest.mock.patch.dict("sys.modules", pandas=None):
            self.assertEqual(jobmon.query("select 1 as a", self.mon_dir), [{"a": 1}])
            with self.assertRaises(ImportError):
                jobmon.query("select 1 as a", self.mon_dir, frame=True)

    def test_errors_are_those_of_the_command(self) -> None:
        self.assertEqual(jobmon.errors(self.mon_dir), [])
        self.run_failing("fit", ValueError("no data for 1992"), year=1992)
        self.run_failing("merge", KeyError("x"))
        reporter(self.mon_dir).settle(30)
        with_monitor = jobmon.errors(self.mon_dir)
        self.assertEqual([one["name"] for one in with_monitor], ["fit", "merge"])
        first = with_monitor[0]
        self.assertEqual(first["why"], "ValueError: no data for 1992")
        self.assertTrue(first["description"].startswith("Traceback (most recent call last)"))
        self.assertEqual((first["jid"], first["retry_number"], first["cause"]), (1, 0, "exit"))
        self.assertEqual(first["traceback"]["type"], "ValueError")
        self.assertEqual(first["traceback"]["frames"][-1]["function"].split(".")[-1], "run_failing")
        printed = json.loads(self.jobmon("errors", "-d", self.mon_dir, "--each", "--json"))
        self.assertEqual(with_monitor, printed)
        self.stop_monitor()
        self.assertEqual(jobmon.errors(self.mon_dir), printed)

    def test_errors_are_chosen_as_by_the_command(self) -> None:
        self.run_failing("fit Kenya", ValueError("1"), year=1992, share=0.5, quick=True, place="Kenya")
        self.run_failing("fit Peru", ValueError("2"), year=1993)
        reporter(self.mon_dir).settle(30)

        def names(**options: Any) -> List[str]:
            return [one["name"] for one in jobmon.errors(self.mon_dir, **options)]

        both = ["fit Kenya", "fit Peru"]
        self.assertEqual(names(name="fit *", cause=["exit", "lost"], status="failed"), both)
        self.assertEqual(names(since="1h"), both)
        self.assertEqual(names(name="*Peru"), both[1:])
        self.assertEqual(names(params={"year": 1992, "share": 0.5, "quick": True, "place": "Kenya"}), both[:1])
        self.assertEqual(names(params={"year": "1993"}), both[1:])
        for nothing in ({"name": "-x"}, {"queue": "other"}, {"cause": "lost"}, {"status": ["complete", "queued"]},
                        {"host": "elsewhere"}, {"since": "2099-01-01T00:00:00.000Z"}, {"params": {"year": 1}}):
            with self.subTest(nothing):
                self.assertEqual(names(**nothing), [])

    def test_errors_that_can_t_be_had(self) -> None:
        with self.assertRaisesRegex(exceptions.RequestRefused, "nonsense"):
            jobmon.errors(self.mon_dir, cause="nonsense")
        with self.assertRaisesRegex(exceptions.RequestRefused, os.path.basename(self.folder)):
            jobmon.errors(self.folder)

    @unittest.skipUnless(os.path.exists(README), "README.md is not there")
    def test_the_program_of_the_readme(self) -> None:
        with open(README, encoding="utf-8") as file:
            text = file.read()
        program = text.split("```python\n")[1].split("```")[0]
        printed = text.split("```\n\n")[1].split("\n\n")[0]
        self.assertEqual(self.run_program(program).splitlines(), [line.strip() for line in printed.splitlines()])


if __name__ == "__main__":
    unittest.main()
