"""jobmon.Pool: returns the same as multiprocessing.Pool, and records each item as a job."""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
import unittest
import unittest.mock

import jobmon
from jobmon import WorkerDied, exceptions
from jobmon._reporting.reporter import reporter
from jobmon._transport.connection import MonitorConnection
from tests.support import TestCase, wait_until


def square(number: int) -> int:
    return number * number


def refuses_seven(number: int) -> int:
    if number == 7:
        raise ValueError(f"no data for {number}")
    return number


def killed_at_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def aborts(_: int) -> None:
    os.abort()


def leaves_at_three(number: int) -> int:
    if number == 3:
        sys.exit(5)
    return number


def waits_for(path: str) -> str:
    with open(path + ".began", "w"):
        pass
    while not os.path.exists(path):
        time.sleep(0.01)
    return path


def pid(_: int) -> int:
    return os.getpid()


_given = None


def give(value: int) -> None:
    global _given
    _given = value


def given(_: int) -> object:
    return _given


class PoolTests(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cjm = self.monitor()

    def statuses(self) -> dict:
        rows = self.query(
            "select label, count(*) from job_instance i join status s on s.id = i.status group by 1"
        )
        return {label: int(count) for label, count in rows[1:]}

    def await_statuses(self, expected: dict) -> None:
        """Waits for them: what a pool could not send before its end is in the spool for a moment."""
        try:
            wait_until(lambda: self.statuses() == expected)
        except AssertionError:
            self.assertEqual(self.statuses(), expected)

    def test_it_returns_what_the_other_one_returns(self) -> None:
        with multiprocessing.Pool(2) as plain, jobmon.Pool(2, name="p") as pool:
            for numbers in ([], [1], list(range(23))):
                self.assertEqual(pool.map(square, numbers), plain.map(square, numbers))
            self.assertEqual(pool.map(square, range(10), 3), plain.map(square, range(10), 3))
            self.assertEqual(pool.map(square, iter([1, 2])), [1, 4])
            self.assertEqual(pool.starmap(pow, [(2, 3), (3, 2)]), [8, 9])
            self.assertEqual(list(pool.imap(square, range(5))), [0, 1, 4, 9, 16])
            self.assertEqual(list(pool.imap(square, range(7), 3)), [square(n) for n in range(7)])
            self.assertEqual(sorted(pool.imap_unordered(square, range(5))), [0, 1, 4, 9, 16])
            self.assertEqual(pool.imap(square, [3]).next(timeout=60), 9)
            self.assertEqual(pool.apply(square, (3,)), 9)
            self.assertEqual(pool.apply(int, ("ff",), {"base": 16}), 255)
            called = []
            result = pool.map_async(square, [1, 2], callback=called.append)
            self.assertEqual(result.get(60), [1, 4])
            self.assertEqual(called, [[1, 4]])
            pool.close()
            pool.join()
        self.await_statuses({"COMPLETE": 1 + 23 + 10 + 2 + 2 + 5 + 7 + 5 + 1 + 2 + 2})
        jobs = json.loads(self.jobmon("jobs", "-d", self.mon_dir, "--param", "pool=p", "--json"))
        self.assertEqual(jobs[0]["name"], "square")
        self.assertEqual(jobs[0]["args"], ["1"])
        self.assertEqual(jobs[0]["instances"][0]["executor"], "python")

    def test_what_an_item_raises_is_raised_and_is_its_error(self) -> None:
        failed = []
        with jobmon.Pool(2) as pool:
            with self.assertRaisesRegex(ValueError, "no data for 7"):
                pool.map(refuses_seven, range(10))
            result = pool.apply_async(refuses_seven, (7,), error_callback=failed.append)
            with self.assertRaises(ValueError):
                result.get(60)
            with self.assertRaises(ValueError):
                list(pool.imap(refuses_seven, range(8)))
            with self.assertRaises(ValueError):
                pool.imap(square, [1], chunksize=0)
            pool.close()
            pool.join()
        self.assertEqual(len(failed), 1)
        errors = json.loads(self.jobmon("errors", "-d", self.mon_dir, "--each", "--json"))
        self.assertEqual(len(errors), 3)
        traceback = errors[0]["traceback"]
        self.assertEqual((traceback["type"], traceback["message"]), ("ValueError", "no data for 7"))
        # Without the frames of this package.
        self.assertEqual([one["function"] for one in traceback["frames"]], ["refuses_seven"])
        self.assertIn("raise ValueError", traceback["frames"][0]["code"])
        self.assertNotIn("_pool_worker", errors[0]["description"])
        with self.assertRaises(ValueError):
            pool.map(square, [1])

    def test_a_worker_that_is_killed_is_said_and_nobody_waits_for_ever(self) -> None:
        with jobmon.Pool(2) as pool:
            with self.assertRaisesRegex(WorkerDied, "SIGKILL"):
                pool.map(killed_at_three, range(6), 1)
            with self.assertRaisesRegex(WorkerDied, "SIGKILL"):
                pool.apply(killed_at_three, (3,))
            with self.assertRaisesRegex(WorkerDied, "SIGKILL"):
                list(pool.imap(killed_at_three, range(4)))
            with self.assertRaisesRegex(WorkerDied, "SIGKILL"):
                list(pool.imap_unordered(killed_at_three, range(4), 2))
            with self.assertRaisesRegex(WorkerDied, r"item 0, leaves_at_three\(3\) .*exit\(5\)"):
                pool.map(leaves_at_three, [3])
            # The pool goes on.
            self.assertEqual(pool.map(square, range(5)), [0, 1, 4, 9, 16])
            pool.close()
            pool.join()
        columns = "cause, signal, exit_code"
        rows = self.query(f"select {columns} from job_instance where status = 3 order by 1")
        self.assertEqual(rows[1:], [["exit", "", "5"]] + [["signal", "9", ""]] * 4)

    def test_a_pool_that_is_terminated_leaves_no_item_open(self) -> None:
        gate = os.path.join(self.folder, "gate")
        pool = jobmon.Pool(1)
        pool.map_async(waits_for, [gate, gate + "2", gate + "3"], 1)
        wait_until(lambda: os.path.exists(gate + ".began"), "the first item runs")
        pool.terminate()
        pool.join()
        self.await_statuses({"CANCELLED": 3})

    def test_every_argument_of_the_other_one(self) -> None:
        with jobmon.Pool(1, give, (17,), maxtasksperchild=1) as pool:
            self.assertEqual(pool.map(given, range(3), 1), [17, 17, 17])
            self.assertGreater(len(set(pool.map(pid, range(3), 1))), 1)
            pool.close()
            pool.join()
        self.await_statuses({"COMPLETE": 6})
        with jobmon.Pool(1, context=multiprocessing.get_context("spawn")) as pool:
            self.assertEqual(pool.map(square, range(3)), [0, 1, 4])
            pool.close()
            pool.join()
        self.await_statuses({"COMPLETE": 9})

    def test_facts_that_could_not_be_sent_are_never_taken_for_sent(self) -> None:
        post = MonitorConnection.post_lines
        calls = []

        def fails_at_first(connection: MonitorConnection, lines: list, **more: object) -> bool:
            calls.append(len(lines))
            if len(calls) == 1:
                raise exceptions.NoResponseRecieved("lost")
            return post(connection, lines)

        with unittest.mock.patch.object(MonitorConnection, "post_lines", fails_at_first):
            with jobmon.monitored("first", directory=self.mon_dir):
                reporter(self.mon_dir).settle(30)
            reporter(self.mon_dir).settle(30)
            with jobmon.monitored("second", directory=self.mon_dir):
                pass
            reporter(self.mon_dir).settle(30)
        wait_until(lambda: self.statuses() == {"COMPLETE": 2}, "the spool was taken in")

    def test_a_request_is_never_too_large(self) -> None:
        item = (("w" * 200,) * 8,) * 8
        with jobmon.Pool(2) as pool:
            pool.map(type, [item] * 3000)
            pool.close()
            pool.join()
        # What the pool could not send before its end is in the spool, which the monitor takes in.
        self.await_statuses({"COMPLETE": 3000})

    def test_a_worker_that_aborts_never_ended_well(self) -> None:
        for _ in range(15):
            with jobmon.Pool(2) as pool:
                with self.assertRaisesRegex(WorkerDied, "SIGABRT"):
                    pool.map(aborts, range(2), 1)
                pool.terminate()
        rows = self.query("select distinct cause, signal from job_instance where status = 3")
        self.assertEqual(rows[1:], [["signal", "6"]])

    def test_what_can_t_run_is_not_left_open(self) -> None:
        with jobmon.Pool(1) as pool:
            with self.assertRaises(TypeError):
                pool.map(square, [1, threading.Lock(), 3], 3)
            self.assertEqual(pool.apply(max, iter((3, 4))), 4)
            pool.close()
            pool.join()
        self.await_statuses({"CANCELLED": 2, "FAILED": 1, "COMPLETE": 1})

    def test_arguments_that_can_t_be_shown(self) -> None:
        endless: list = []
        endless.append(endless)
        odd = [endless, 10**5000, ((((((1,) * 8,) * 8,) * 8,) * 8,) * 8,), float("nan")]
        with jobmon.Pool(1) as pool:
            self.assertEqual(len(pool.map(type, odd)), 4)
            pool.close()
            pool.join()
        self.await_statuses({"COMPLETE": 4})

    def test_a_pool_that_is_dropped_holds_nothing(self) -> None:
        def held() -> int:
            gc.collect()
            return len(os.listdir("/proc/self/fd")) + threading.active_count()

        for _ in range(2):
            pool = jobmon.Pool(1)
            pool.map(square, [1])
            del pool
        before = wait_until(held)
        for _ in range(8):
            pool = jobmon.Pool(1)
            pool.map(square, [1])
            del pool
        wait_until(lambda: held() <= before + 4, "nothing of them is held")

    def test_a_program_that_does_not_close_its_pool(self) -> None:
        gate = os.path.join(self.folder, "gate")
        self.run_program(
            f"""
            import os
            import jobmon
            from tests.test_pool import waits_for

            if __name__ == "__main__":
                pool = jobmon.Pool(1, directory={self.mon_dir!r})
                pool.map_async(waits_for, [{gate!r}, "/nowhere"], 1)
                while not os.path.exists({gate!r} + ".began"):
                    pass
            """
        )
        wait_until(lambda: self.statuses() == {"CANCELLED": 2}, "none is left open")

    def test_many_calls_cost_no_more_each(self) -> None:
        with jobmon.Pool(1) as pool:
            results = [pool.apply_async(square, (n,)) for n in range(3000)]
            self.assertEqual([one.get(60) for one in results[-2:]], [2998**2, 2999**2])
            list(pool.imap(square, range(10)))
            self.assertEqual(list(pool._watch.tasks._open), [])
            pool.close()
            pool.join()

    def test_what_can_t_be_is_said_as_by_the_other_one(self) -> None:
        with self.assertRaises(ValueError):
            jobmon.Pool(0)
        with self.assertRaises(TypeError):
            jobmon.Pool(1, 3)
        with self.assertRaises(TypeError):
            jobmon.Pool(1).map(square)

    def test_without_the_monitor_all_is_kept_for_the_next(self) -> None:
        self.cjm.stop_responder()
        self.cjm.stop_publisher()
        with jobmon.Pool(2, directory=self.mon_dir) as pool:
            self.assertEqual(pool.map(square, range(20)), [square(n) for n in range(20)])
            pool.close()
            pool.join()
        self.assertTrue(os.listdir(os.path.join(self.mon_dir, "spool")))
        self.monitor()
        self.await_statuses({"COMPLETE": 20})
        self.assertEqual(os.listdir(os.path.join(self.mon_dir, "spool")), [])

    def test_a_program_that_is_killed_loses_nothing_that_was_done(self) -> None:
        gate = os.path.join(self.folder, "gate")
        program = self.start(
            f"""
            import jobmon
            from tests.test_pool import square, waits_for

            if __name__ == "__main__":
                pool = jobmon.Pool(1, directory={self.mon_dir!r})
                pool.map(square, range(5))
                pool.map(waits_for, [{gate!r}])
            """
        )
        wait_until(lambda: os.path.exists(gate + ".began"), "the item runs")
        program.kill()
        with open(gate, "w"):
            pass
        # The worker finishes its item, and reports it.
        wait_until(lambda: self.statuses() == {"COMPLETE": 6}, "all are complete")

    def test_without_a_directory_it_is_the_other_one_and_says_so(self) -> None:
        self.cjm.stop_responder()
        self.cjm.stop_publisher()
        out = self.run_program(
            """
            import warnings
            import jobmon

            if __name__ == "__main__":
                with warnings.catch_warnings(record=True) as said:
                    warnings.simplefilter("always")
                    with jobmon.Pool(1) as pool:
                        print(pool.map(abs, [-1]), pool.apply(abs, (-2,)))
                        print(list(pool.imap(abs, [-3])))
                    jobmon.Pool(1).terminate()
                print(len(said), "JOBMON_DIR" in str(said[0].message))
            """
        )
        self.assertEqual(out, "[1] 2\n[3]\n1 True\n")


if __name__ == "__main__":
    unittest.main()
