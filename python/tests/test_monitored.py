"""monitored, task, and tracebacks."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import unittest
import unittest.mock
from typing import Any, Dict, Optional

import jobmon
from jobmon import exceptions
from jobmon._reporting import tracebacks
from jobmon._reporting.reporter import reporter
from tests.support import TestCase, wait_until

UNCAUGHT = """
import json, multiprocessing, sys
from jobmon._reporting import tracebacks

class Own(Exception):
    pass

def deep(n):
    return deep(n - 1) if n else {}["k"]

def fail(x):
    raise ValueError("no %s" % x)

def chain():
    try:
        deep(1)
    except KeyError as error:
        try:
            raise Own("a: b\\nc\\n\\nd") from error
        except Own:
            fail(
                1992)

def pool():
    with multiprocessing.Pool(1) as workers:
        workers.map(fail, [1992])

def group():
    failures = []
    for function in (chain, lambda: deep(9), lambda: fail(2)):
        try:
            function()
        except Exception as error:
            failures.append(error)
    try:
        raise ExceptionGroup("inner", [OSError(2, "none"), *failures])
    except ExceptionGroup as error:
        raise ExceptionGroup("outer", [error, ValueError(3)]) from None

def tell(kind, error, trace):
    with open(sys.argv[2], "w") as told:
        json.dump(tracebacks.structure(error.with_traceback(trace)), told)
    sys.__excepthook__(kind, error, trace)

if __name__ == "__main__":
    sys.excepthook = tell
    {"chain": chain, "deep": lambda: deep(90), "pool": pool, "group": group}[sys.argv[1]]()
"""


def comparable(told: Dict[str, Any]) -> Dict[str, Any]:
    """A traceback without the parts that its text does not show: modules of names, and repeated frames."""
    kept: Dict[str, Any] = {
        "type": told["type"].split(".")[-1],
        "message": told["message"],
        "frames": [],
    }
    for frame in told["frames"]:
        place = (frame["file"], frame["function"].split(".")[-1], frame["line"], frame["code"])
        if frame["line"] > 0 and place not in kept["frames"]:
            kept["frames"].append(place)
    for name in ("cause", "context"):
        if name in told:
            kept[name] = comparable(told[name])
    if "exceptions" in told:
        kept["exceptions"] = [comparable(one) for one in told["exceptions"]]
    return kept


class MonitoredTests(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cjm = self.monitor()

    def jobs(self) -> list:
        return json.loads(self.jobmon("jobs", "-d", self.mon_dir, "--json"))

    def errors(self, count: int) -> Optional[list]:
        """The recorded errors, or None until there are `count`."""
        listed = json.loads(self.jobmon("errors", "-d", self.mon_dir, "--each", "--json"))
        return listed if len(listed) == count else None

    def ends(self) -> list:
        return [(job["name"], job["status"]) for job in self.jobs()]

    def test_how_a_block_is_left_is_how_its_job_ends(self) -> None:
        with jobmon.monitored("good", {"year": 1995, "share": 0.5, "odd": object}):
            pass
        with self.assertRaises(KeyError), jobmon.monitored(name="bad"):
            raise KeyError("x")
        with self.assertRaises(KeyboardInterrupt), jobmon.monitored(name="interrupted"):
            raise KeyboardInterrupt
        with self.assertRaises(SystemExit), jobmon.monitored(name="left"):
            raise SystemExit(0)
        reporter(self.mon_dir).settle(30)
        self.assertEqual(
            self.ends(),
            [
                ("good", "COMPLETE"),
                ("bad", "FAILED"),
                ("interrupted", "CANCELLED"),
                ("left", "COMPLETE"),
            ],
        )
        first = self.jobs()[0]
        self.assertEqual((first["params"]["year"], first["params"]["share"]), (1995, 0.5))
        self.assertEqual(first["instances"][0]["pid"], os.getpid())

    def test_a_process_of_a_parallel_program_has_its_rank(self) -> None:
        from jobmon._reporting.rank import rank

        for told, expected in (
            ({}, None),
            ({"OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_SIZE": "4"}, 3),
            ({"OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_SIZE": "1"}, None),
            ({"PMI_RANK": "0", "PMI_SIZE": "2"}, 0),
            ({"SLURM_PROCID": "0", "SLURM_NTASKS": "4"}, None),
            ({"SLURM_PROCID": "0", "SLURM_NTASKS": "4", "SLURM_STEP_ID": "0"}, 0),
            ({"SLURM_PROCID": "0", "SLURM_NTASKS": "4", "SLURM_STEP_ID": "4294967291"}, None),
            ({"SLURM_PROCID": "2", "SLURM_NTASKS": "4"}, 2),
            ({"PMI_RANK": "no number"}, None),
        ):
            with self.subTest(told=told), unittest.mock.patch.dict(os.environ, told):
                self.assertEqual(rank(), expected)
        told = {"PMI_RANK": "1", "PMI_SIZE": "2"}
        with unittest.mock.patch.dict(os.environ, told):
            with jobmon.monitored(name="ranked", params={"year": 1995}):
                pass
            with jobmon.monitored(name="own", params={"rank": "a"}):
                pass
        reporter(self.mon_dir).settle(30)
        self.assertEqual(
            [job["params"] for job in self.jobs()], [{"year": 1995, "rank": "1"}, {"rank": "a"}]
        )

    def test_each_call_of_a_task_is_a_job(self) -> None:
        @jobmon.task
        def fit(year: int, loc: str = "kenya", data: object = None) -> int:
            """Fits."""
            return year

        @jobmon.task(name="named", params={"fixed": 1})
        async def later(value: int) -> int:
            await asyncio.sleep(0)
            return value

        self.assertEqual((fit(1995), fit(1996, loc="peru", data=[])), (1995, 1996))
        self.assertEqual((fit.__name__, fit.__doc__), ("fit", "Fits."))
        self.assertEqual(asyncio.run(later(3)), 3)
        with self.assertRaises(TypeError):
            fit()
        reporter(self.mon_dir).settle(30)
        jobs = self.jobs()
        self.assertEqual(jobs[1]["params"], {"year": 1996, "loc": "peru"})
        self.assertEqual((jobs[2]["name"], jobs[2]["params"]), ("named", {"value": 3, "fixed": 1}))
        self.assertEqual([job["status"] for job in jobs], ["COMPLETE"] * 3 + ["FAILED"])

    def test_a_generator_is_over_when_it_is(self) -> None:
        @jobmon.task
        def values(upto: int) -> object:
            yield from range(upto)
            raise ValueError("late")

        generator = values(2)
        self.assertEqual(next(generator), 0)
        reporter(self.mon_dir).settle(30)
        self.assertEqual(self.ends()[-1][1], "RUNNING")
        with self.assertRaisesRegex(ValueError, "late"):
            list(generator)

        @jobmon.task
        async def later(upto: int) -> object:
            for value in range(upto):
                yield value

        async def all_of() -> list:
            return [value async for value in later(3)]

        self.assertEqual(asyncio.run(all_of()), [0, 1, 2])
        reporter(self.mon_dir).settle(30)
        self.assertEqual([status for _, status in self.ends()], ["FAILED", "COMPLETE"])

    def test_values_that_are_no_params(self) -> None:
        class Odd:
            def __str__(self) -> str:
                raise RuntimeError

        params = {"odd": Odd(), "many": 10**5000, "nan": float("nan"), "long": "x" * 5_000_000}
        with jobmon.monitored("odd", params):
            pass
        reporter(self.mon_dir).settle(30)
        found = self.jobs()[0]
        self.assertEqual(found["status"], "COMPLETE")
        self.assertEqual((found["params"]["odd"], found["params"]["nan"]), ("<Odd>", "nan"))
        self.assertEqual(len(found["params"]["long"]), 1000)

    def test_a_forked_child_does_not_end_its_parent_s_job(self) -> None:
        child = 0
        try:
            with jobmon.monitored("parent"):
                child = os.fork()
                if child == 0:
                    sys.exit(1)
                os.waitpid(child, 0)
                reporter(self.mon_dir).settle(30)
                self.assertEqual(self.ends(), [("parent", "RUNNING")])
        except SystemExit:
            # The child. It must not go on with the tests.
            os._exit(0)

    def test_nested_and_repeated_blocks(self) -> None:
        @jobmon.monitored(name="again")
        def inner() -> None:
            with jobmon.monitored(name="inside"):
                pass

        inner()
        inner()
        reporter(self.mon_dir).settle(30)
        self.assertEqual([name for name, _ in self.ends()], ["again", "inside"] * 2)

    def test_text_that_is_no_utf_8_spoils_nothing(self) -> None:
        with jobmon.monitored("a\udcff\0b", {"quote": '"\\\n'}):
            pass
        reporter(self.mon_dir).settle(30)
        self.assertEqual(self.ends(), [("a?\0b", "COMPLETE")])
        self.assertEqual(self.jobs()[0]["params"], {"quote": '"\\\n'})

    def test_a_monitor_that_goes_away_costs_nothing(self) -> None:
        self.cjm.stop_responder()
        self.cjm.stop_publisher()
        with jobmon.monitored("away", directory=self.mon_dir):
            pass
        self.monitor()
        self.assertEqual(self.ends(), [("away", "COMPLETE")])

    def test_a_directory_that_can_t_be_written_costs_nothing(self) -> None:
        path = self.write("file", "")
        with jobmon.monitored("nowhere", directory=os.path.join(path, "mon")):
            pass

    def test_a_fork_in_the_middle_of_a_close_closes_nothing_else(self) -> None:
        from jobmon._reporting.segment import Segment

        for closing in (False, True):
            with self.subTest(closing=closing):
                segment = Segment(self.mon_dir, f"fork-{closing}")
                self.assertTrue(segment.append(b"{}\n", 1, 1))
                # The state of a child whose parent's other thread has just closed the file: the
                # descriptor belongs to a pipe now.
                file = segment._file
                os.close(file)
                pipe = os.pipe()
                self.assertIn(file, pipe)
                if closing:
                    segment._file, segment._closing = -1, file
                segment.forget()
                os.write(pipe[1], b"x")
                self.assertEqual(os.read(pipe[0], 1), b"x")
                for end in pipe:
                    os.close(end)

    def test_a_fork_says_its_own(self) -> None:
        with jobmon.monitored("before"):
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    with jobmon.monitored("child"):
                        pass
                    code = 0 if reporter(self.mon_dir).settle(30) else 2
                finally:
                    os._exit(code)
            _, status = os.waitpid(child, 0)
        self.assertEqual(status, 0)
        reporter(self.mon_dir).settle(30)
        self.assertEqual(sorted(self.ends()), [("before", "COMPLETE"), ("child", "COMPLETE")])

    def test_what_the_interpreter_prints_becomes_the_same_structure(self) -> None:
        script = self.write("uncaught.py", UNCAUGHT)
        path = os.path.join(self.folder, "told.json")
        kinds = ("chain", "deep", "pool") + (("group",) if sys.version_info >= (3, 11) else ())
        for count, kind in enumerate(kinds, 1):
            self.jobmon(
                *("exec", "-d", self.mon_dir, "--", sys.executable, script, kind, path), code=1
            )
            listed = wait_until(lambda expected=count: self.errors(expected))
            printed = comparable(listed[-1]["traceback"])
            with open(path) as file:
                told = comparable(json.load(file))
            if kind == "pool":
                # To Python, the cause is an exception whose message is a traceback. Here it is the traceback.
                self.assertIn(printed["cause"].pop("message"), told.pop("cause")["message"])
                cause = printed.pop("cause")
                self.assertEqual((cause["type"], cause["frames"][-1][1]), ("ValueError", "fail"))
            with self.subTest(kind):
                self.assertEqual(printed, told)

class TracebackTests(unittest.TestCase):
    def caught(self, function: object) -> BaseException:
        try:
            function()  # type: ignore[operator]
        except BaseException as error:
            return error
        raise AssertionError("nothing was raised")

    def test_causes_are_nested(self) -> None:
        def fails() -> None:
            try:
                raise KeyError("first")
            except KeyError as error:
                raise exceptions.QueueNotAlive("second") from error

        told = tracebacks.structure(self.caught(fails))
        self.assertEqual(told["type"], "jobmon.exceptions.QueueNotAlive")
        self.assertEqual(told["cause"]["type"], "KeyError")
        self.assertNotIn("context", told)
        self.assertEqual(told["frames"][-1]["function"].split(".")[-1], "fails")

    def test_a_recursion_is_cut(self) -> None:
        def deeper() -> None:
            deeper()

        error = self.caught(deeper)
        told = tracebacks.structure(error)
        self.assertEqual(len(told["frames"]), 101)
        self.assertIn("left out", told["frames"][30]["function"])
        self.assertLessEqual(len(tracebacks.text(error)), 60_000)

    def test_one_that_can_t_be_printed_and_one_that_causes_itself(self) -> None:
        class Odd(Exception):
            def __str__(self) -> str:
                raise RuntimeError

        odd = self.caught(lambda: (_ for _ in ()).throw(Odd()))
        odd.__context__ = odd
        told = tracebacks.structure(odd)
        self.assertIn("can't be made", told["message"])
        json.dumps(told)


if __name__ == "__main__":
    unittest.main()
