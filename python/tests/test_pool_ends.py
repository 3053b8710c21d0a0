"""jobmon.Pool: the caller gets the outcome of every item, and the ledger has the same."""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import signal
import sys
import threading
import unittest
from typing import Any, Callable, Dict, Iterator, List
from unittest import mock

import jobmon
from jobmon import TransferError, WorkerDied
from jobmon._pool.messages import Settings
from jobmon._pool.slot import Taker
from jobmon._pool.tasks import Tasks
from jobmon._pool.watch import Watch
from tests import pool_items as items
from tests.support import TestCase, is_gone, wait_until

AT_MOST = 60

# All ways to call a function with one item. Each waits for the result.
Way = Callable[[Any, Any, Any], Any]
WAYS: Dict[str, Way] = {
    "apply": lambda pool, function, value: pool.apply_async(function, (value,)).get(AT_MOST),
    "map": lambda pool, function, value: pool.map_async(function, [value]).get(AT_MOST),
    "starmap": lambda pool, function, value: pool.starmap_async(function, [(value,)]).get(AT_MOST),
    "imap": lambda pool, function, value: pool.imap(function, [value]).next(AT_MOST),
    "imap_unordered": lambda pool, function, value: pool.imap_unordered(function, [value]).next(
        AT_MOST
    ),
    "imap in chunks": lambda pool, function, value: list(pool.imap(function, [value], 2)),
}


class PoolEndsTests(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.monitor()
        self.path = os.path.join(self.folder, "path")

    @contextlib.contextmanager
    def pool(self, *arguments: Any, **more: Any) -> Iterator[Any]:
        # Workers print the exceptions that end them.
        with jobmon.Pool(*arguments, **more) as pool:
            yield pool
            self.assertEqual(pool.apply_async(items.same, (1,)).get(AT_MOST), 1)
            pool.close()
            pool.join()

    def ends(self, name: str) -> List[List[str]]:
        """Status, cause and reason of the items of a function, in order."""
        return self.query(
            "select status.label, coalesce(cause, ''), coalesce(error.description, '') "
            "from job_instance i join job using (jid) join status on status.id = i.status "
            "left join error using (job_instance_id) "
            f"where job.name = '{name}' order by cast(executor_id as integer)"
        )[1:]

    def raises(self, pool: Any, function: Any, value: Any, kind: Any, words: str) -> None:
        """The caller gets this exception, for each way to call."""
        for way, call in WAYS.items():
            with self.subTest(function=function, way=way), self.assertRaisesRegex(kind, words):
                call(pool, function, value)
        told: List[BaseException] = []
        for call in (pool.apply_async, pool.map_async):
            call(function, [value], error_callback=told.append).wait(AT_MOST)
        self.assertEqual([isinstance(one, kind) for one in told], [True, True])

    def all_end(self, name: str, status: str, cause: str, words: str) -> None:
        found = self.ends(name)
        self.assertEqual(len(found), len(WAYS) + 2)
        for end in found:
            self.assertEqual(end[:2], [status, cause])
            self.assertRegex(end[2], words)

    def test_exceptions(self) -> None:
        with self.pool(2) as pool:
            # The same exception as in one process, although its class takes other arguments.
            self.raises(pool, items.no_data, 1992, items.NoData, "^no data for 1992 in north$")
            with self.assertRaises(items.NoData) as raised:
                pool.apply(items.no_data, (1992,))
            self.assertEqual(raised.exception.year, 1992)
            self.assertIn("in no_data", str(raised.exception.__cause__))
            with self.assertRaises(ValueError) as outer:
                pool.apply(items.no_data_inside, (1992,))
            self.assertIsInstance(outer.exception.reason, items.NoData)  # type: ignore[attr-defined]
            # Exceptions that can't be transferred are described.
            for function, words in (
                (items.local_class, "local_class.*it is local"),
                (items.without_reduce, "WithoutReduce: odd one.*no reduce"),
                (items.with_a_lock, "ValueError: it has a lock.*cannot pickle"),
                (items.without_message, "Mute"),
            ):
                self.raises(pool, function, 7, TransferError, words)
            with self.assertRaises(multiprocessing.pool.MaybeEncodingError):  # type: ignore[attr-defined]
                pool.apply(items.local_class, (1,))
        self.assertEqual(len(self.ends("no_data")), len(WAYS) + 3)
        self.assertEqual({tuple(end[:2]) for end in self.ends("no_data")}, {("FAILED", "exit")})
        self.assertRegex(self.ends("no_data")[0][2], "NoData: no data for 1992 in north")
        self.all_end("without_reduce", "FAILED", "exit", "WithoutReduce: odd one")
        self.all_end("with_a_lock", "FAILED", "exit", "ValueError: it has a lock")

    @unittest.skipIf(sys.version_info < (3, 11), "exception groups came with 3.11")
    def test_exception_groups(self) -> None:
        with self.pool(1) as pool, self.assertRaisesRegex(Exception, "several") as raised:
            pool.apply(items.group, (1992,))
        first, second = raised.exception.exceptions  # type: ignore[attr-defined]
        self.assertEqual(str(first), "no data for 1992 in north")
        self.assertIsInstance(second, KeyError)
        self.assertEqual(self.ends("group")[0][:2], ["FAILED", "exit"])

    def test_results_that_can_t_be_pickled(self) -> None:
        with self.pool(2) as pool:
            for function in (
                items.lock, items.without_repr, items.generator, items.ends_the_pickler,
            ):  # fmt: skip
                words = rf"{function.__name__}\(3\) returned a value that can't be pickled"
                self.raises(pool, function, 3, TransferError, words)
        for name in ("lock", "without_repr", "generator", "ends_the_pickler"):
            self.all_end(name, "FAILED", "exit", "returned a value that can't be pickled: .")

    def test_results_that_can_t_be_unpickled(self) -> None:
        with self.pool(2) as pool:
            for function in (
                items.cannot_be_unpickled, items.ends_the_unpickler, items.here_only,
            ):  # fmt: skip
                words = rf"{function.__name__}\(3\) returned a value that can't be unpickled"
                self.raises(pool, function, 3, TransferError, words)
        for name in ("cannot_be_unpickled", "ends_the_unpickler", "here_only"):
            self.all_end(name, "FAILED", "exit", "returned a value that can't be unpickled: .")

    def test_arguments(self) -> None:
        for value, kind, words in (
            (items.CannotBePickled(), TypeError, "it can't be pickled"),
            (items.EndsThePickler(), TransferError, "SystemExit"),
            (items.CannotBeUnpickled(), ValueError, "it can't be unpickled"),
            (items.EndsTheUnpickler(), TransferError, "SystemExit"),
        ):
            with self.pool(2) as pool:
                self.raises(pool, items.killed, value, kind, words)
        found = self.ends("killed")
        self.assertEqual(len(found), 4 * (len(WAYS) + 2))
        for end in found:
            self.assertEqual(end[:2], ["FAILED", "not_started"])
            self.assertRegex(end[2], "^the argument can't be (un)?pickled")

    def test_a_function_that_workers_do_not_know(self) -> None:
        with self.pool(2) as pool:
            self.raises(pool, lambda value: value, 1, Exception, "lambda")

            def later(_: Any) -> None: ...

            later.__module__, later.__qualname__ = items.__name__, later.__name__
            with mock.patch.object(items, "later", later, create=True):
                self.raises(pool, later, 1, AttributeError, "later")
        found = self.ends("later")
        self.assertEqual(len(found), len(WAYS) + 2)
        for end in found:
            self.assertEqual(end[:2], ["FAILED", "not_started"])
            self.assertRegex(end[2], "^the function can't be unpickled in the worker")

    def test_items_that_end_their_worker(self) -> None:
        with self.pool(2) as pool:
            for code in (0, 3, "text", None):
                words = rf"exits\({code!r}\) ended its worker by sys.exit\({code!r}\)"
                self.raises(pool, items.exits, code, WorkerDied, words)
            for kind in (GeneratorExit, items.Stray):
                words = f"ended its worker by raising {kind.__name__}"
                self.raises(pool, items.raises, kind, WorkerDied, words)
            self.raises(pool, items.leaves, 0, WorkerDied, r"exit code 0 .*leaves\(0\)")
            self.raises(pool, items.killed, 9, WorkerDied, r"SIGKILL .*killed\(9\)")
            with self.assertRaisesRegex(WorkerDied, "KeyboardInterrupt"):
                pool.apply_async(items.raises, (KeyboardInterrupt,)).get(AT_MOST)
        ends = self.ends("exits")
        self.assertEqual(len(ends), 4 * (len(WAYS) + 2))
        self.assertEqual({tuple(end[:2]) for end in ends}, {("FAILED", "exit")})
        self.assertIn("sys.exit(0)", ends[0][2])
        ends = self.ends("raises")
        # Ctrl-C comes from the user.
        self.assertEqual(ends.pop()[:2], ["CANCELLED", "cancelled"])
        self.assertEqual({tuple(end[:2]) for end in ends}, {("FAILED", "exit")})
        self.assertIn("GeneratorExit", ends[0][2])
        self.all_end("leaves", "FAILED", "exit", "exit code 0")
        self.all_end("killed", "FAILED", "signal", "SIGKILL")

    def test_which_item_it_was(self) -> None:
        with self.pool(2) as pool:
            for call in (
                lambda: pool.map(items.dies_at, range(6), 2),
                lambda: pool.starmap(items.dies_at, [(n, 3) for n in range(6)], 2),
                lambda: list(pool.imap(items.dies_at, range(6))),
                lambda: list(pool.imap_unordered(items.dies_at, range(6), 2)),
            ):
                words = r"SIGKILL in the middle of item 3, dies_at\(3"
                with self.assertRaisesRegex(WorkerDied, words):
                    call()
            with self.assertRaisesRegex(WorkerDied, r"middle of dies_at\('x' *, at='x'\)"):
                pool.apply(items.dies_at, ("x",), {"at": "x"})
            with self.assertRaisesRegex(WorkerDied, r"item 0, exits\('x{90}x*\.\.\.\)"):
                pool.map(items.exits, ["x" * 1000])

    def test_the_rest_of_a_chunk(self) -> None:
        with self.pool(1) as pool:
            with self.assertRaisesRegex(ValueError, "2 is even"):
                pool.map_async(items.odd, [1, 2, 3, 4], 4).get(AT_MOST)
            # At once, and not at the end of the pool.
            wait_until(lambda: [end[0] for end in self.ends("odd")] == [
                "COMPLETE", "FAILED", "CANCELLED", "CANCELLED",
            ], "the rest is cancelled")  # fmt: skip
            # As in multiprocessing, the others run if a result can't be transferred.
            with self.assertRaisesRegex(TransferError, "item 1, lock_at_two"):
                pool.map_async(items.lock_at_two, [1, 2, 3], 3).get(AT_MOST)
            with self.assertRaisesRegex(WorkerDied, "item 1, dies_at"):
                pool.map_async(items.dies_at, [1, 3, 5], 3).get(AT_MOST)
            bad = items.CannotBePickled()
            with self.assertRaises(TypeError):
                pool.map_async(items.same, [1, bad, 3], 3).get(AT_MOST)
        expected = ["COMPLETE", "FAILED", "COMPLETE"]
        self.assertEqual([end[0] for end in self.ends("lock_at_two")], expected)
        expected = ["COMPLETE", "FAILED", "CANCELLED"]
        self.assertEqual([end[0] for end in self.ends("dies_at")], expected)
        expected = ["CANCELLED", "FAILED", "CANCELLED", "COMPLETE"]
        self.assertEqual([end[0] for end in self.ends("same")], expected)

    def test_what_only_the_caller_can_read(self) -> None:
        with self.pool(1) as pool:
            values = pool.map_async(items.known_then_waits, ["", self.path], 2)
            wait_until(lambda: os.path.exists(self.path + ".began"), "the second runs")
            # The end of the first item is reported before the second one ends.
            name = "known_then_waits"
            wait_until(lambda: self.ends(name)[0][0] == "COMPLETE", "the first is complete")
            wait_until(lambda: self.ends(name)[1][0] == "RUNNING", "the second one's start is recorded")
            with open(self.path, "w"):
                pass
            self.assertEqual([type(one) for one in values.get(AT_MOST)], [items.Known] * 2)
            large = pool.map(bytes, [3 << 20, 3 << 20], 2)
            self.assertEqual([len(one) for one in large], [3 << 20, 3 << 20])
        self.assertEqual([end[0] for end in self.ends(name)], ["COMPLETE"] * 2)
        with jobmon.Pool(2) as pool:
            pool.map(items.known, range(50), 5)
        self.assertEqual([end[0] for end in self.ends("known")], ["COMPLETE"] * 50)

    def test_a_program_that_is_killed_before_it_reads_a_result(self) -> None:
        program = self.start(
            f"""
            import jobmon
            from tests import pool_items

            if __name__ == "__main__":
                pool = jobmon.Pool(1, directory={self.mon_dir!r})
                pool.map(pool_items.known_then_waits, ["", {self.path!r}])
            """
        )
        wait_until(lambda: os.path.exists(self.path + ".began"), "the item runs")
        program.kill()
        program.wait()
        with open(self.path, "w"):
            pass
        # The worker finishes its item, and reports it.
        name = "known_then_waits"
        wait_until(lambda: [e[0] for e in self.ends(name)] == ["COMPLETE"] * 2, "both are complete")

    def test_initializers_that_fail(self) -> None:
        for initializer, words in (
            (items.no_licence, "its initializer raised ValueError: no licence"),
            (items.exits_at_start, "its initializer raised SystemExit: 0"),
            (items.leaves_at_start, "it ended with exit code 7"),
            (items.killed_at_start, "it was killed by SIGKILL"),
        ):
            path = os.path.join(self.folder, initializer.__name__)
            with self.subTest(words), jobmon.Pool(2, initializer, (path,)) as pool:
                early = pool.map_async(items.same, range(4), 2)
                with self.assertRaisesRegex(WorkerDied, f"no worker of the pool can start: {words}"):
                    early.get(AT_MOST)
                self.raises(pool, items.same, 1, WorkerDied, words)
                self.raises(pool, items.same, "x" * 200_000, WorkerDied, words)
                pool.close()
                pool.join()
            with open(path) as file:
                started = len(file.readlines())
            self.assertLess(started, 30)
        found = self.ends("same")
        self.assertEqual(len(found), 4 * (4 + 2 * (len(WAYS) + 2)))
        for end in found:
            self.assertEqual(end[:2], ["FAILED", "not_started"])
            self.assertRegex(end[2], "^no worker of the pool can start: it")

    def test_an_initializer_that_fails_at_first(self) -> None:
        with self.pool(1, items.fails_twice, (self.path,)) as pool:
            self.assertEqual(pool.map_async(items.same, range(4)).get(AT_MOST), [0, 1, 2, 3])

    def test_workers_that_can_t_begin_under_spawn(self) -> None:
        context = multiprocessing.get_context("spawn")
        pool = jobmon.Pool(1, items.no_licence, (self.path,), context=context)
        with pool, self.assertRaisesRegex(WorkerDied, "no licence"):
            pool.apply_async(items.same, (1,)).get(AT_MOST)
        # Its main module can't be imported by the workers.
        out = self.run_program(
            f"""
            import multiprocessing, sys
            import jobmon

            if multiprocessing.current_process().name != "MainProcess":
                sys.exit(3)
            pool = jobmon.Pool(
                1, directory={self.mon_dir!r}, context=multiprocessing.get_context("spawn")
            )
            try:
                pool.apply_async(len, ("x",)).get(60)
            except jobmon.WorkerDied as error:
                print(error)
            pool.terminate()
            """
        )
        self.assertIn("no worker of the pool can start: it ended with exit code 3", out)

    def test_every_kind_under_spawn(self) -> None:
        with self.pool(2, context=multiprocessing.get_context("spawn")) as pool:
            self.assertEqual(pool.map(items.same, range(5), 2), list(range(5)))
            self.assertIsInstance(pool.apply(items.known, (1,)), items.Known)
            with self.assertRaises(items.NoData):
                pool.apply_async(items.no_data, (1992,)).get(AT_MOST)
            with self.assertRaises(TransferError):
                pool.apply_async(items.lock, (1,)).get(AT_MOST)
            with self.assertRaises(WorkerDied):
                pool.apply_async(items.killed, (9,)).get(AT_MOST)

    def test_workers_that_are_killed_while_nothing_runs(self) -> None:
        with self.pool(2) as pool:
            for _ in range(5):
                self.assertEqual(pool.map(items.same, range(4), 1), list(range(4)))
                for worker in list(pool._pool):
                    # One that was killed in the round before may still be on the list.
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(worker.pid, signal.SIGKILL)
                result = pool.map_async(items.same, range(4), 1)
                self.assertEqual(result.get(AT_MOST), list(range(4)))
        self.assertEqual({end[0] for end in self.ends("same")}, {"COMPLETE"})

    def test_a_worker_that_is_killed_while_it_takes_a_task(self) -> None:
        with self.pool(2, items.killed_while_it_takes_a_task, (self.path,)) as pool:
            results = [pool.apply_async(items.same, ("x" * 5000,)) for _ in range(40)]
            failed = []
            for result in results:
                result.wait(AT_MOST)
                if not result.successful():
                    failed.append(result)
            self.assertGreater(len(failed), 0)
            with self.assertRaisesRegex(WorkerDied, "SIGKILL while it received a task"):
                failed[0].get()
        # The caller and the ledger have the same outcome of each item.
        expected = [["FAILED", "COMPLETE"][one.successful()] for one in results] + ["COMPLETE"]
        self.assertEqual([end[0] for end in self.ends("same")], expected)

    def test_a_pool_that_is_terminated_with_a_part_of_a_task_in_its_pipe(self) -> None:
        pool = jobmon.Pool(2, items.killed_while_it_takes_a_task, (self.path,))
        # The pipe is not repaired.
        pool._watch.stop()
        for _ in range(40):
            pool.apply_async(items.same, ("x" * 5000,))
        wait_until(lambda: os.path.exists(self.path), "a worker is killed while it takes a task")
        pool.terminate()
        pool.join()
        self.assertLessEqual({end[0] for end in self.ends("same")}, {"CANCELLED", "COMPLETE"})

    def test_a_worker_that_is_killed_while_it_sends_a_result(self) -> None:
        for size in (50_000, 500_000):
            path = f"{self.path}.{size}"
            with self.pool(2, items.killed_while_it_sends, (path,)) as pool:
                results = [pool.apply_async(bytearray, (size,)) for _ in range(10)]
                for result in results:
                    result.wait(AT_MOST)
                states = [result.successful() for result in results]
                self.assertEqual(states.count(False), 1)
                with self.assertRaisesRegex(WorkerDied, "SIGKILL"):
                    results[states.index(False)].get()
        self.assertEqual([end[0] for end in self.ends("bytearray")].count("FAILED"), 2)

    def test_workers_that_end_after_some_tasks(self) -> None:
        with self.pool(2, maxtasksperchild=1) as pool:
            for _ in range(3):
                with self.assertRaises(items.NoData):
                    pool.map(items.no_data, [1, 2, 3], 1)
                with self.assertRaises(TransferError):
                    pool.map(items.lock, [1, 2, 3], 1)
                self.assertEqual(pool.map(items.same, range(5), 1), list(range(5)))
        self.assertEqual({end[0] for end in self.ends("no_data")}, {"FAILED"})

    def test_an_end_of_a_worker_that_comes_while_the_pool_ends(self) -> None:
        context = multiprocessing.get_context()
        inqueue, outqueue = context.SimpleQueue(), context.SimpleQueue()
        taker = Taker(context)
        tasks: Any = Tasks("base", mock.Mock(), inqueue, outqueue, taker)
        outqueue.put(None)
        tasks.note("refused")
        # multiprocessing reads what is left there, one by one, before it ends.
        got: List[Any] = []
        taking = threading.Thread(target=lambda: got.extend([tasks.get(), tasks.get()]), daemon=True)
        taking.start()
        taking.join(AT_MOST)
        self.assertEqual(got, [None, None])

    def test_callbacks_that_raise(self) -> None:
        def raising(_: Any) -> None:
            raise ValueError("of the callback")

        def leaving(_: Any) -> None:
            sys.exit(0)

        with mock.patch("sys.stderr", io.StringIO()) as said, self.pool(1) as pool:
            self.assertEqual(pool.apply_async(items.same, (1,), callback=raising).get(AT_MOST), 1)
            result = pool.map_async(items.odd, [2], error_callback=leaving)
            with self.assertRaises(ValueError):
                result.get(AT_MOST)
            self.assertEqual(pool.map_async(items.same, [3], callback=leaving).get(AT_MOST), [3])
        self.assertIn("of the callback", said.getvalue())

    def test_iterables_that_raise(self) -> None:
        def numbers(error: BaseException) -> Iterator[int]:
            yield from (1, 2, 3)
            raise error

        with self.pool(2) as pool:
            for size in (1, 2):
                for error in (items.WithoutReduce("odd"), OSError("no file"), SystemExit(0)):
                    results = pool.imap(items.same, numbers(error), size)
                    self.assertEqual(next(results), 1)
                    kind = type(error) if isinstance(error, Exception) else RuntimeError
                    with self.assertRaises(kind):
                        list(results)
            with self.assertRaises(items.WithoutReduce):
                pool.map(items.same, numbers(items.WithoutReduce("odd")))
        self.assertEqual({end[0] for end in self.ends("same")}, {"COMPLETE"})

    def test_an_item_that_forks(self) -> None:
        with self.pool(1) as pool:
            self.assertEqual(pool.apply_async(items.forks, (0,)).get(AT_MOST), 0)
            self.assertEqual(pool.apply_async(items.forks, (3,)).get(AT_MOST), 3)
            self.assertEqual(pool.map(items.same, range(3), 1), [0, 1, 2])
        self.assertEqual([end[0] for end in self.ends("forks")], ["COMPLETE"] * 2)

    def test_a_worker_that_is_just_starting(self) -> None:
        class Starting:
            # As `Process.start` leaves it for a moment.
            pid = 4711
            is_known = False

            @property
            def sentinel(self) -> int:
                if not self.is_known:
                    raise ValueError("process not started")
                return 3

        reading, writing = multiprocessing.Pipe(duplex=False)
        process, watch = Starting(), Watch(Settings(self.folder, "base"))
        watch._new.append((process, None, writing))  # type: ignore[arg-type]
        watch._take_started()
        self.assertEqual((len(watch._new), len(watch._workers), writing.closed), (1, 0, False))
        process.is_known = True
        watch._take_started()
        self.assertEqual((len(watch._new), list(watch._workers), writing.closed), (0, [3], True))
        reading.close()
        os.close(watch._wakes)
        os.close(watch._wake)

    def test_no_worker_outlives_its_program(self) -> None:
        program = self.start(
            f"""
            import time
            import jobmon
            from tests import pool_items

            if __name__ == "__main__":
                pool = jobmon.Pool(3, directory={self.mon_dir!r})
                pool.map(pool_items.known, range(6), 1)
                pool.map_async(bytes, [50 << 20] * 6, 1)
                print(*[worker.pid for worker in pool._pool], flush=True)
                time.sleep(60)
            """
        )
        assert program.stdout is not None
        workers = [int(pid) for pid in program.stdout.readline().split()]
        program.kill()
        for worker in workers:
            wait_until(lambda pid=worker: is_gone(pid), "the worker is gone")


if __name__ == "__main__":
    unittest.main()
