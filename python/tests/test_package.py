"""The package as a whole: the cost of its import, its names, and how the executable is found."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import unittest

import jobmon
from jobmon import exceptions
from jobmon._transport import executable
from tests.support import PACKAGE, TestCase, environment


class ImportTests(unittest.TestCase):
    def test_importing_it_loads_nothing(self) -> None:
        program = (
            "import sys; before = set(sys.modules); import jobmon; "
            "print(sorted(set(sys.modules) - before))"
        )
        out = subprocess.check_output([sys.executable, "-S", "-c", program], env=environment())
        self.assertEqual(out.decode().strip(), "['jobmon']")

    def test_a_python_that_is_too_old_is_told(self) -> None:
        program = "import sys; sys.version_info = (3, 7, 9); import jobmon"
        done = subprocess.run(
            [sys.executable, "-S", "-c", program], env=environment(), stderr=subprocess.PIPE
        )
        self.assertEqual(done.returncode, 1)
        self.assertIn(
            b"ImportError: jobmon needs Python 3.8 or later, and this is 3.7", done.stderr
        )

    def test_modules_are_there_by_attribute(self) -> None:
        for name in ("qmaster", "central_job_monitor", "models", "sge", "executors"):
            self.assertIn(name, dir(jobmon))
            self.assertEqual(getattr(jobmon, name).__name__, f"jobmon.{name}")
        with self.assertRaises(AttributeError):
            jobmon.nothing  # noqa: B018

    def test_executors_are_there_by_name(self) -> None:
        from jobmon.executors import LocalExecutor, SGEExecutor, local_exec, sge_exec

        self.assertIs(LocalExecutor, local_exec.LocalExecutor)
        self.assertIs(SGEExecutor, sge_exec.SGEExecutor)

    def test_codes_and_statuses_are_those_of_2017(self) -> None:
        codes = exceptions.ReturnCodes
        self.assertEqual((codes.OK, codes.INVALID_RESPONSE_FORMAT, codes.INVALID_ACTION), (0, 1, 2))
        self.assertEqual((codes.GENERIC_ERROR, codes.NO_RESULTS), (3, 4))
        status = jobmon.models.Status
        self.assertEqual((status.SUBMITTED, status.RUNNING, status.FAILED), (1, 2, 3))
        self.assertEqual((status.COMPLETE, status.UNKNOWN, status.CANCELLED), (4, 5, 6))

    def test_exceptions_survive_pickling(self) -> None:
        for error in (
            exceptions.NoResponseRecieved("it is silent", "wait"),
            exceptions.CannotConnectToCentralJobMonitor("it is gone", "start it"),
            exceptions.RequestRefused("no", "why", "invalid", 422),
            exceptions.ExecutableNotFound("nowhere"),
        ):
            again = pickle.loads(pickle.dumps(error))
            self.assertEqual((str(again), again.hint), (str(error), error.hint))
            self.assertIs(type(again), type(error))


class ExecutableTests(TestCase):
    def test_both_have_one_version(self) -> None:
        self.assertEqual(self.jobmon("--version").split()[-1], jobmon.__version__)

    def fake(self, *folders: str) -> str:
        folder = os.path.join(self.folder, *folders)
        os.makedirs(folder)
        path = os.path.join(folder, "jobmon")
        with open(path, "w") as file:
            file.write("#!/bin/sh\n")
        os.chmod(path, 0o755)
        return path

    def test_the_environment_decides(self) -> None:
        os.environ["JOBMON_EXECUTABLE"] = path = self.fake("named")
        self.assertEqual(executable.find(), path)
        os.chmod(path, 0o644)
        with self.assertRaises(exceptions.ExecutableNotFound) as raised:
            executable.find()
        self.assertIn("JOBMON_EXECUTABLE", str(raised.exception))

    def find(self, **more: str) -> str:
        """The path that an interpreter of a virtual environment finds, or its error."""
        import venv

        home = os.path.join(self.folder, "venv")
        if not os.path.exists(home):
            venv.create(home, symlinks=True, with_pip=False)
        env = environment(**more)
        del env["JOBMON_EXECUTABLE"]
        done = subprocess.run(
            [
                os.path.join(home, "bin", "python"),
                "-c",
                "from jobmon._transport import executable as e; print(e.find())",
            ],
            env=env,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip() or done.stderr

    def test_beside_the_interpreter_before_path(self) -> None:
        on_path = self.fake("elsewhere")
        path = {"PATH": os.path.dirname(on_path), "HOME": self.folder}
        self.assertEqual(self.find(**path), on_path)
        user = self.fake(".local", "bin")
        self.assertEqual(self.find(**path), user)
        beside = os.path.join(self.folder, "venv", "bin", "jobmon")
        os.rename(on_path, beside)
        self.assertEqual(self.find(**path), beside)

    def test_nowhere(self) -> None:
        said = self.find(PATH="/nowhere", HOME=self.folder)
        self.assertIn("ExecutableNotFound", said)
        self.assertIn("JOBMON_EXECUTABLE", said)

    def test_the_sources_are_where_the_tests_think(self) -> None:
        self.assertEqual(os.path.dirname(os.path.dirname(jobmon.__file__)), PACKAGE)


if __name__ == "__main__":
    unittest.main()
