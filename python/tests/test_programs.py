"""The controllers of 2017, unchanged apart from their paths."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import textwrap
import unittest

from tests.support import PACKAGE, TestCase, environment, is_gone, wait_until

MONITOR = """
import time
from jobmon import central_job_monitor
cjm = central_job_monitor.CentralJobMonitor("foodir", persistent=False)
time.sleep(5)
# ... remote jobs ...
cjm.stop_responder(); cjm.stop_publisher()
"""

QUEUE = """
from jobmon import qmaster, central_job_monitor
from jobmon.executors.sge_exec import SGEExecutor
cjm = central_job_monitor.CentralJobMonitor("/foo/dir", persistent=False)
q = qmaster.JobQueue(cjm.out_dir, executor=SGEExecutor)
j = q.create_job(runfile="bar.py", jobname="mock", parameters=["--baz", "1"])
q.queue_job(j, slots=2, memory=4, project="ihme_general")
q.block_till_done()
cjm.generate_report()
"""

BAR = """
import sys
with open("said", "w") as file:
    file.write(" ".join(sys.argv[1:]) + " under " + sys.executable)
"""


def grid_engine() -> str:
    """Why Grid Engine can't be used here; empty if it can."""
    if not os.environ.get("SGE_ROOT"):
        return "SGE_ROOT is not set: no Grid Engine here"
    if shutil.which("qstat") is None:
        return "there is no qstat on PATH"
    try:
        done = subprocess.run(["qstat"], capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"qstat does not answer: {error}"
    return "" if done.returncode == 0 else f"qstat failed: {done.stderr.decode()}"


class ProgramTests(TestCase):
    def test_a_monitor_for_jobs_that_are_started_elsewhere(self) -> None:
        self.run_program(MONITOR)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "foodir", "monitor_info.json")))

    def test_the_first_command_of_2017(self) -> None:
        """`python bin/launch_central_monitor.py DIR`, in the sources and where it is installed."""
        name = "launch_central_monitor.py"
        script = os.path.join(PACKAGE, "bin", name)
        if not os.path.exists(script):
            script = os.path.join(sysconfig.get_path("scripts"), name)
        env = environment()
        # As after unpacking or installing it.
        del env["PYTHONPATH"]
        monitor = subprocess.Popen(
            [sys.executable, script, "foodir"],
            cwd=self.folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )
        self.addCleanup(monitor.communicate)
        self.addCleanup(monitor.kill)
        assert monitor.stdout is not None
        self.assertRegex(monitor.stdout.readline(), "^ready http://")
        with open(os.path.join(self.folder, "foodir", "monitor_info.json")) as file:
            self.assertEqual(json.load(file)["pid"], monitor.pid)
        monitor.send_signal(signal.SIGTERM)
        self.assertEqual(monitor.wait(60), 0)
        env["JOBMON_EXECUTABLE"] = "/nowhere"
        command = [sys.executable, script, "foodir"]
        failed = subprocess.run(command, env=env, stderr=subprocess.PIPE, text=True)
        self.assertEqual(failed.returncode, 1)
        self.assertRegex(failed.stderr, r"\Alaunch_central_monitor.py: .* /nowhere.*\n\Z")

    def run_queue(self, program: str) -> None:
        self.write("bar.py", BAR)
        self.run_program(program.replace("/foo/dir", self.mon_dir))
        with open(os.path.join(self.folder, "said")) as file:
            said = file.read()
        self.assertTrue(said.startswith("--baz 1 under "), said)
        with open(os.path.join(self.mon_dir, "job_report.csv"), newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([(row["name"], row["status"]) for row in rows], [("mock", "COMPLETE")])
        self.assertTrue(os.path.exists(os.path.join(self.mon_dir, "job_status_report.csv")))
        # The monitor ended with the program.
        self.assertFalse(os.path.exists(os.path.join(self.mon_dir, "monitor_info.json")))

    def test_a_queue_on_this_host(self) -> None:
        program = QUEUE.replace("sge_exec import SGEExecutor", "local_exec import LocalExecutor")
        self.run_queue(program.replace("executor=SGEExecutor", "executor=LocalExecutor"))

    @unittest.skipIf(grid_engine(), grid_engine())
    def test_a_queue_on_grid_engine(self) -> None:
        self.run_queue(QUEUE)

    def test_what_wraps_them_in_the_old_readme(self) -> None:
        """`try` and `except` around both, and several blocks, as real controllers have them."""
        self.write("bar.py", BAR)
        out = self.run_program(f"""
            import os, time
            from jobmon import qmaster, central_job_monitor
            from jobmon.schedulers import RetryScheduler
            log_dir = {self.mon_dir!r}
            if not os.path.isdir(log_dir):
                os.mkdir(log_dir)
            os.chmod(log_dir, 0o777)
            if os.path.isfile(log_dir + "/monitor_info.json"):
                os.remove(log_dir + "/monitor_info.json")
            try:
                jm = central_job_monitor.CentralJobMonitor(log_dir, persistent=False)
            except Exception as e:
                raise RuntimeError("Couldnt launch central_job_monitor: {{}}".format(e))
            else:
                q = qmaster.JobQueue(log_dir, executor_params={{'request_timeout': 6000}},
                                     scheduler=RetryScheduler)
                for name in ("first", "second"):
                    remote_job = q.create_job(runfile="bar.py", jobname=name, parameters=[name])
                    q.queue_job(remote_job, slots=2, memory=4, project='proj_hale',
                                stderr=log_dir, stdout=log_dir)
                    q.block_till_done(poll_interval=60, stop_scheduler_when_done=False)
                print(len(q.executor.completed_jobs), q.executor.failed_jobs)
            finally:
                jm.generate_report()
                jm.stop_responder()
                jm.stop_publisher()
            """)
        self.assertEqual(out.strip(), "2 []")

    def test_a_program_that_is_killed_takes_its_monitor_along(self) -> None:
        process = self.start(f"""
            import time
            from jobmon import central_job_monitor
            cjm = central_job_monitor.CentralJobMonitor({self.mon_dir!r})
            print(cjm.pid, flush=True)
            time.sleep(600)
            """)
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        self.assertFalse(is_gone(pid))
        process.send_signal(signal.SIGKILL)
        process.wait()
        wait_until(lambda: is_gone(pid), "the monitor's end")
        self.assertFalse(os.path.exists(os.path.join(self.mon_dir, "monitor_info.json")))

    def test_ctrl_c_ends_the_jobs_and_then_the_monitor(self) -> None:
        self.interrupt("q.block_till_done()")

    def test_ctrl_c_in_a_program_that_stops_its_monitor_itself(self) -> None:
        self.interrupt("""
            try:
                q.block_till_done()
            finally:
                cjm.stop_responder()
                cjm.stop_publisher()
            """)

    def interrupt(self, rest: str) -> None:
        self.write("slow.py", "import time\nopen('began', 'w').close()\ntime.sleep(600)\n")
        program = f"""
            import os
            os.setpgid(0, 0)
            from jobmon import qmaster, central_job_monitor
            cjm = central_job_monitor.CentralJobMonitor({self.mon_dir!r})
            q = qmaster.JobQueue(cjm.out_dir)
            q.queue_job(q.create_job("slow.py", "slow"))
            print(cjm.pid, flush=True)
            """
        process = self.start(textwrap.dedent(program) + textwrap.dedent(rest))
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        wait_until(lambda: os.path.exists(os.path.join(self.folder, "began")), "the job's start")
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertNotEqual(process.returncode, 0)
        self.assertIn("KeyboardInterrupt", err)
        wait_until(lambda: is_gone(pid), "the monitor's end")
        jobs = json.loads(self.jobmon("jobs", "-d", self.mon_dir, "--json"))
        # jobmon ended it, so the attempt does not count.
        self.assertEqual([job["status"] for job in jobs], ["QUEUED"])
        self.assertEqual([one["status"] for one in jobs[0]["instances"]], ["CANCELLED"])


if __name__ == "__main__":
    unittest.main()
