"""Queues of jobs on this host."""

from __future__ import annotations

import gc
import json
import os
import pathlib
import shutil
import signal
import sys
import unittest

from jobmon import exceptions, qmaster
from jobmon.executors import LocalExecutor
from jobmon.job import Job
from jobmon.schedulers import RetryScheduler, SimpleScheduler
from tests.support import TestCase, children, command_line, is_gone, wait_until

WAITER = """
import sys
open(sys.argv[1], "a").write("x")
"""
FAILER = "raise RuntimeError('year is 1995!')\n"


class QueueTests(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.cjm = self.monitor()
        self.waiter = self.write("waiter.py", WAITER)
        self.failer = self.write("failer.py", FAILER)

    def queue(self, **arguments: object) -> qmaster.JobQueue:
        queue = qmaster.JobQueue(self.mon_dir, **arguments)
        self.addCleanup(queue.stop)
        return queue

    def path(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def jobs(self) -> list:
        return json.loads(self.jobmon("jobs", "-d", self.mon_dir, "--json"))

    def test_a_name_that_is_not_utf_8_is_refused_at_once(self) -> None:
        q = self.queue()
        with self.assertRaisesRegex(ValueError, "not UTF-8"):
            q.create_job("/bin/true", "t", parameters=[os.fsdecode(b"caf\xe9.csv")])
        with self.assertRaisesRegex(ValueError, "not UTF-8"):
            q.create_job(os.fsdecode(b"/bin/caf\xe9"), "t")
        q.queue_job(q.create_job("/bin/true", "good"))
        self.assertEqual(q.block_till_done()["counts"]["complete"], 1)

    def test_a_ledger_that_began_anew_is_noticed(self) -> None:
        self.cjm.stop_responder()
        shutil.rmtree(self.mon_dir)
        first = self.monitor(persistent=False)
        q = self.queue()
        q.queue_job(q.create_job("/bin/true", "good"))
        q.block_till_done()
        os.kill(first.pid, signal.SIGKILL)
        wait_until(lambda: is_gone(first.pid), "the monitor is gone")
        self.monitor(persistent=False)
        bad = q.create_job("/bin/false", "bad")
        with self.assertRaisesRegex(exceptions.QueueNotAlive, "in memory"):
            q.queue_job(bad)

    def test_jobs_run_and_are_done(self) -> None:
        q = self.queue(executor_params={"parallelism": 4})
        for number in range(20):
            job = q.create_job(
                jobname=f"_{number}", runfile=self.waiter, parameters=[self.path("o")]
            )
            q.queue_job(job)
        summary = q.block_till_done(poll_interval=7)
        self.assertEqual(summary["counts"]["complete"], 20)
        self.assertEqual(len(q.executor.completed_jobs), 20)
        lists = (q.executor.queued_jobs, q.executor.running_jobs, q.executor.failed_jobs)
        self.assertEqual(lists, ([], [], []))
        self.assertEqual(os.path.getsize(self.path("o")), 20)
        # More jobs, later, in the same queue.
        q.queue_job(q.create_job(self.failer, "fails"))
        q.block_till_done()
        self.assertEqual((len(q.executor.completed_jobs), q.executor.failed_jobs), (20, [21]))
        self.assertTrue(q.scheduler_alive())
        self.assertTrue(q.central_job_monitor_alive())

    def test_slots_memory_and_gpus_are_those_of_this_host(self) -> None:
        os.environ.pop("OMP_NUM_THREADS", None)
        q = self.queue(
            executor_params={
                "parallelism": 4,
                "total_memory": 8,
                "total_gpus": [2, "GPU-7"],
                "limits": {"one": 1},
            }
        )
        script = self.path("env.sh")
        with open(script, "w", encoding="ascii") as file:
            file.write('echo "$OMP_NUM_THREADS $CUDA_VISIBLE_DEVICES" >"$1"\n')
        q.queue_job(q.create_job(script, "one", [self.path("o")]), slots=2, memory=4, gpus=2)
        q.queue_job(q.create_job(self.waiter, "one", [self.path("p")]), priority=3)
        self.assertEqual(q.block_till_done()["counts"]["complete"], 2)
        with open(self.path("o"), encoding="ascii") as file:
            self.assertEqual(file.read(), "2 2,GPU-7\n")
        with self.assertRaisesRegex(exceptions.JobmonError, "can never run here.*5 slots.*there are 4"):
            q.queue_job(q.create_job("/bin/true", "wide"), slots=5)
        with self.assertRaisesRegex(exceptions.JobmonError, "9.0 GiB of memory, and there are 8.0"):
            q.queue_job(q.create_job("/bin/true", "large"), memory=9)
        with self.assertRaisesRegex(ValueError, "priority must be a whole number"):
            q.queue_job(q.create_job("/bin/true", "half"), priority=0.5)

    def test_jobs_wait_for_jobs(self) -> None:
        q = self.queue(executor_params={"parallelism": 4})
        script = self.path("say.sh")
        with open(script, "w", encoding="ascii") as file:
            file.write('echo "$1" >>"$2"\n')
        out = self.path("order")
        first = q.create_job(script, "fit 1", ["a", out], params={"year": 1995})
        q.queue_job(first)
        second = q.create_job(script, "fit 2", ["b", out])
        q.queue_job(second, holds=[first])
        q.queue_job(q.create_job(script, "merge", ["c", out]), after=["fit*", "year=1995"])
        q.queue_job(q.create_job(script, "plot", ["d", out]), holds=3, after=second)
        self.assertEqual(q.block_till_done()["counts"]["complete"], 4)
        with open(out, encoding="ascii") as file:
            self.assertEqual(file.read(), "a\nb\nc\nd\n")
        bad = q.create_job(self.failer, "bad")
        q.queue_job(bad)
        q.queue_job(q.create_job("/bin/true", "last"), after=bad)
        self.assertEqual(q.block_till_done()["counts"]["cancelled"], 1)
        self.assertEqual((q.executor.failed_jobs, q.executor.cancelled_jobs), ([5], [6]))
        with self.assertRaisesRegex(exceptions.JobmonError, '"nobody"'):
            q.queue_job(q.create_job("/bin/true", "x"), after="nobody")
        # A job that is only registered would never run.
        only = q.create_job("/bin/true", "only registered")
        with self.assertRaisesRegex(exceptions.JobmonError, f"job {only.jid}"):
            q.queue_job(q.create_job("/bin/true", "x"), after=only)
        with self.assertRaisesRegex(ValueError, "after must be"):
            q.queue_job(q.create_job("/bin/true", "x"), after=True)

    def test_a_job_has_its_number_before_it_is_queued_and_is_not_run_before(self) -> None:
        q = self.queue()
        first = q.create_job(self.waiter, "first", [self.path("first")])
        second = q.create_job(self.waiter, "second", [self.path("second")])
        self.assertEqual((first.jid, second.jid), (1, 2))
        q.queue_job(second)
        q.block_till_done()
        self.assertEqual(q.executor.completed_jobs, [2])
        self.assertFalse(os.path.exists(self.path("first")))

    def test_failed_jobs_are_tried_again(self) -> None:
        q = self.queue(scheduler=RetryScheduler, scheduler_params={"retries": 2})
        bad, good = (
            q.create_job(self.failer, "bad"),
            q.create_job(self.waiter, "good", [self.path("o")]),
        )
        q.queue_job(bad)
        q.queue_job(good)
        summary = q.block_till_done()
        self.assertEqual(q.executor.failed_jobs, [bad.jid])
        self.assertEqual(len(q.executor.jobs[bad.jid]["job"].job_instance_ids), 3)
        self.assertEqual(len(good.job_instance_ids), 1)
        self.assertEqual(summary["failures"][0]["attempts"], 3)
        self.assertEqual(summary["failures"][0]["jid"], bad.jid)

    def test_rules_say_what_follows_single_causes(self) -> None:
        q = self.queue(
            scheduler=RetryScheduler,
            scheduler_params={"retries": 1, "rules": ["exit=75:2", "signal:0"]},
        )
        wanted = {}
        for name, end, retry, attempts in (
            ("again", "sys.exit(75)", None, 3),
            ("killed", "os.kill(os.getpid(), 9)", None, 1),
            ("usual", "sys.exit(1)", None, 2),
            ("own", "sys.exit(75)", ["exit:0"], 1),
        ):
            path = self.write(f"{name}.py", f"import os, sys\n{end}\n")
            job = q.create_job(path, name)
            q.queue_job(job, retry=retry)
            wanted[job.jid] = attempts
        summary = q.block_till_done()
        self.assertEqual({one["jid"]: one["attempts"] for one in summary["failures"]}, wanted)

    def test_the_simple_scheduler_tries_nothing_again(self) -> None:
        self.assertEqual(self.queue().executor.run_options, ["--retry", "none"])

    def test_a_job_that_failed_and_is_queued_again_is_tried_once_more(self) -> None:
        q = self.queue(scheduler=SimpleScheduler)
        path = self.write("once.py", f"import os\nos.rmdir({self.path('there')!r})\n")
        job = q.create_job(path, "once")
        q.queue_job(job)
        q.block_till_done()
        self.assertEqual(q.executor.failed_jobs, [job.jid])
        q.queue_job(job)
        self.assertEqual(q.block_till_done()["failures"][0]["attempts"], 2)
        os.mkdir(self.path("there"))
        q.queue_job(job)
        q.block_till_done()
        self.assertEqual((q.executor.completed_jobs, q.executor.failed_jobs), ([job.jid], []))
        self.assertEqual(len(job.job_instance_ids), 3)

    def test_a_time_limit(self) -> None:
        q = self.queue()
        q.queue_job(q.create_job("/bin/sleep", "sleeps", [600]), process_timeout=0.2)
        q.block_till_done()
        self.assertEqual(self.jobs()[0]["instances"][0]["cause"], "timeout")

    def test_exit_code_0_is_not_enough(self) -> None:
        q = self.queue(executor_params={"parallelism": 4})
        missing = q.create_job("/bin/true", "missing", params={"year": 1995})
        q.queue_job(missing, expect=self.path("out.{year}.csv"))
        there = q.create_job("/bin/touch", "there", parameters=[self.path("empty")])
        q.queue_job(there, expect=[pathlib.Path(self.path("empty"))])
        said = q.create_job("/bin/echo", "said", parameters=["FATAL: no data"])
        q.queue_job(said, fail_on=["never", "^FATAL"])
        good = q.create_job("/bin/echo", "good", parameters=["fine"])
        q.queue_job(good, fail_on="^FATAL", expect=self.waiter)
        self.assertEqual(q.block_till_done()["counts"]["failed"], 3)
        causes = {job["name"]: job["instances"][-1]["cause"] for job in self.jobs()}
        self.assertEqual(
            causes,
            {
                "missing": "missing_output",
                "there": "missing_output",
                "said": "reported_error",
                "good": None,
            },
        )
        for option, value in (("expect", 7), ("expect", [""]), ("fail_on", [b"x"])):
            with self.assertRaises((ValueError, TypeError)):
                q.queue_job(q.create_job("/bin/true", "bad"), **{option: value})
        with self.assertRaisesRegex(exceptions.JobmonError, "missing closing parenthesis"):
            q.queue_job(q.create_job("/bin/true", "worse"), fail_on="(x")

    def test_what_runs_what(self) -> None:
        q = self.queue()
        python = self.write(
            "a.py", f"import sys\nopen({self.path('python')!r}, 'w').write(sys.executable)\n"
        )
        plain = self.write("no ending", f"open({self.path('plain')!r}, 'w').write('x')\n")
        shell = self.write("b.sh", f"echo $# \"$1\" > '{self.path('shell')}'\n")
        q.queue_job(q.create_job(python, "python"))
        q.queue_job(q.create_job(plain, "plain"))
        q.queue_job(q.create_job(shell, "shell", ["a b", 2]))
        q.queue_job(q.create_job("/bin/echo", "echo", ["x"]), env={"A": "1"}, cwd="/")
        self.assertEqual(q.block_till_done()["counts"]["complete"], 4)
        with open(self.path("python")) as file:
            self.assertEqual(file.read(), sys.executable)
        with open(self.path("shell")) as file:
            self.assertEqual(file.read(), "2 a b\n")
        self.assertEqual(self.jobs()[3]["env"], {"A": "1"})

    def test_what_a_job_needs_is_recorded(self) -> None:
        q = self.queue()
        job = q.create_job(self.waiter, "needs", [self.path("o")], params={"year": 1995})
        q.queue_job(job, slots=2, memory=4, project="ihme_general", queue="long.q", runtime=60)
        q.block_till_done()
        found = self.jobs()[0]
        self.assertEqual(
            {
                name: found["resources"].get(name)
                for name in ("slots", "memory", "project", "partition")
            },
            {"slots": 2, "memory": 4 * 2**30, "project": "ihme_general", "partition": "long.q"},
        )
        self.assertEqual(found["params"], {"year": 1995})

    def made(self, name: str) -> Job:
        return Job(self.mon_dir, name=name, runfile=self.waiter, job_args=[self.path(name)])

    def test_a_job_that_was_made_without_naming_the_queue(self) -> None:
        q = self.queue()
        job, other = self.made("job"), self.made("other")
        q.queue_job(job)
        q.block_till_done()
        self.assertEqual((job.jid, q.executor.completed_jobs), (1, [1]))
        # Another queue has another name, and gives the job another number.
        second = self.queue()
        self.assertNotEqual(q.name, second.name)
        second.queue_job(other)
        second.block_till_done()
        self.assertEqual((other.jid, second.executor.completed_jobs), (3, [3]))
        states = {job["jid"]: job["status"] for job in self.jobs()}
        self.assertEqual(states, {1: "COMPLETE", 2: "CANCELLED", 3: "COMPLETE"})
        self.assertEqual(os.path.getsize(self.path("other")), 1)

    def test_jobs_that_were_registered_before_any_queue_are_not_run_by_themselves(self) -> None:
        first, second = self.made("first"), self.made("second")
        Job(self.mon_dir, name="this program").start()
        q = self.queue()
        q.queue_job(second)
        q.block_till_done()
        self.assertEqual(q.executor.completed_jobs, [second.jid])
        self.assertFalse(os.path.exists(self.path("first")))
        states = [(job["name"], job["status"]) for job in self.jobs()]
        expected = ["QUEUED", "CANCELLED", "RUNNING", "COMPLETE"]
        self.assertEqual([status for _, status in states], expected, states)
        self.assertEqual(first.jid, 1)

    def test_an_executor_that_was_made_first(self) -> None:
        executor = LocalExecutor(self.mon_dir, 3, 30000, parallelism=2)
        q = qmaster.MonitoredQ(executor)
        self.addCleanup(executor.stop)
        q.queue_job(q.create_job(self.waiter, "j", [self.path("o")]))
        q.block_till_done()
        self.assertEqual(executor.completed_jobs, [1])

    def test_a_program_that_is_run_again_runs_its_jobs_again_unless_it_names_its_queue(
        self,
    ) -> None:
        program = f"""
            import sys
            from jobmon import qmaster
            name = sys.argv[1] if len(sys.argv) > 1 else None
            q = qmaster.JobQueue({self.mon_dir!r}, name=name)
            jobs = [q.create_job({self.waiter!r}, "same", [sys.argv[-1]]) for _ in range(2)]
            for job in jobs:
                q.queue_job(job)
            q.block_till_done()
            print(sorted(q.executor.completed_jobs))
            """
        self.assertEqual(self.run_program(program), "[1, 2]\n")
        self.assertEqual(self.run_program(program), "[3, 4]\n")
        for _ in range(2):
            self.assertEqual(self.run_program(program, "mine", self.path("named")), "[5, 6]\n")
        self.assertEqual(os.path.getsize(self.path("named")), 2)

    def test_lists_say_how_far_it_is(self) -> None:
        q = self.queue(executor_params={"parallelism": 1})
        gate = self.path("gate")
        slow = self.write("slow.sh", f"while [ ! -e '{gate}' ]; do sleep 0.05; done\n")
        for name in ("one", "two"):
            q.queue_job(q.create_job(slow, name))
        wait_until(lambda: self.jobs()[0]["status"] == "RUNNING", "the first one's start")
        q.refresh_queues()
        self.assertIn(1, q.executor.running_jobs)
        self.assertEqual(sorted(q.executor.running_jobs + q.executor.queued_jobs), [1, 2])
        self.assertEqual(q.executor.completed_jobs, [])
        open(gate, "w").close()
        wait_until(lambda: len(q.executor.completed_jobs) == 2, "both to be done")

    def test_a_queue_that_nobody_has_any_more_ends(self) -> None:
        def run() -> int:
            q = qmaster.JobQueue(self.mon_dir)
            q.queue_job(q.create_job(self.waiter, "j", [self.path("o")]))
            assert q.executor._feed is not None
            return q.executor._feed.pid

        pid = run()
        gc.collect()
        wait_until(lambda: is_gone(pid), "the end of the queue's process")
        self.assertEqual([job["status"] for job in self.jobs()], ["COMPLETE"])

    def test_a_queue_that_works_is_let_go_when_its_program_ends(self) -> None:
        gate = self.path("gate")
        began = self.path("began")
        slow = self.write("slow.sh", f"touch '{began}'; while [ ! -e '{gate}' ]; do sleep 0.05; done\n")
        # A job on the list of `running_jobs` may only be submitted: such a one is not started any more.
        self.run_program(f"""
            import os, time
            from jobmon import qmaster
            q = qmaster.JobQueue({self.mon_dir!r})
            q.queue_job(q.create_job({slow!r}, "one"))
            while not os.path.exists({began!r}):
                time.sleep(0.05)
            """)
        open(gate, "w").close()
        wait_until(lambda: self.jobs()[0]["status"] == "COMPLETE", "the end of what ran")

    def test_stop_ends_what_runs(self) -> None:
        q = self.queue(executor_params={"parallelism": 1})
        for name in ("one", "two"):
            q.queue_job(q.create_job("/bin/sleep", name, [600]))
        pid = wait_until(lambda: self.jobs()[0]["instances"][0]["pid"], "a start")
        q.stop()
        q.stop()
        self.assertTrue(is_gone(pid))
        self.assertFalse(q.scheduler_alive())
        self.assertEqual([job["status"] for job in self.jobs()], ["QUEUED", "QUEUED"])
        with self.assertRaises(exceptions.QueueNotAlive):
            q.queue_job(q.create_job(self.waiter, "late", [self.path("o")]))
        with self.assertRaises(exceptions.QueueNotAlive):
            q.block_till_done()

    def test_a_program_that_dies_starts_nothing_more_and_loses_nothing(self) -> None:
        gate = self.path("gate")
        slow = self.write(
            "slow.sh",
            f"touch '{self.path('began')}'; while [ ! -e '{gate}' ]; do sleep 0.05; done\n",
        )
        process = self.start(f"""
            from jobmon import qmaster
            q = qmaster.JobQueue({self.mon_dir!r}, executor_params={{"parallelism": 1}})
            q.queue_job(q.create_job({slow!r}, "one"))
            q.queue_job(q.create_job({slow!r}, "two"))
            q.block_till_done()
            """)
        wait_until(lambda: os.path.exists(self.path("began")), "the first one's start")
        wait_until(lambda: len(self.jobs()) == 2, "both jobs")
        queue = [pid for pid in children(process.pid) if b"--feed" in command_line(pid)]
        self.assertEqual(len(queue), 1)
        process.send_signal(signal.SIGKILL)
        process.wait()
        wait_until(lambda: is_gone(queue[0]), "the end of the queue")
        open(gate, "w").close()
        wait_until(lambda: self.jobs()[0]["status"] == "COMPLETE", "the end of what ran")
        self.assertIn(self.jobs()[1]["status"], ("QUEUED", "SUBMITTED"))
        self.assertFalse(any(one["started_date"] for one in self.jobs()[1]["instances"]))


if __name__ == "__main__":
    unittest.main()
