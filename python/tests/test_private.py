"""Files of the package are readable for their user only, whatever the umask is."""

from __future__ import annotations

import os
import stat
import unittest
from typing import Dict

import jobmon
from jobmon._reporting import reporter, spool_file
from jobmon._transport import private_files
from tests.pool_items import same
from tests.support import TestCase


class PrivateTests(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(os.umask, os.umask(0o022))

    def modes(self) -> Dict[str, int]:
        """The files and folders below the test's, with their modes."""
        found = {}
        for folder, folders, files in os.walk(self.folder):
            for name in folders + files:
                path = os.path.join(folder, name)
                found[path] = stat.S_IMODE(os.stat(path).st_mode)
        return found

    def test_the_spool(self) -> None:
        for mask in (0, 0o022, 0o077, 0o277):
            directory = os.path.join(self.folder, f"{mask:o}", "of", "mine")
            with self.subTest(mask=oct(mask)):
                os.umask(mask)
                with jobmon.monitored("piece", directory=directory):
                    pass
                with jobmon.Pool(1, directory=directory) as pool:
                    pool.map(same, range(3))
                    pool.close()
                    pool.join()
                spool_file.write_event(directory, {"kind": "error", "instance_key": "x", "description": "y"})
                os.umask(0o022)
        reporter.settle_all(seconds=0)
        modes = self.modes()
        files = [path for path in modes if os.path.isfile(path)]
        self.assertEqual(len(files), 4 * 4)
        for path, mode in modes.items():
            expected = 0o600 if path in files else 0o700
            self.assertEqual((oct(mode), path), (oct(expected), path))

    def test_the_log_of_a_monitor(self) -> None:
        os.umask(0)
        log = os.path.join(self.mon_dir, "monitor.log")
        self.monitor().stop_responder()
        self.assertEqual(self.modes()[self.mon_dir], 0o700)
        self.assertEqual(self.modes()[log], 0o600)
        # An existing file.
        os.chmod(log, 0o644)
        self.monitor().stop_responder()
        self.assertEqual(self.modes()[log], 0o600)

    def test_a_folder_that_is_there_stays_as_it_is(self) -> None:
        folder = os.path.join(self.folder, "mine")
        os.mkdir(folder)
        os.chmod(folder, 0o750)
        private_files.make_folder(folder)
        self.assertEqual(self.modes()[folder], 0o750)
        path = self.write("file", "")
        with self.assertRaises(FileExistsError):
            private_files.make_folder(path)
        with self.assertRaises(FileExistsError):
            private_files.make_folder(os.path.join(path, "below"))


if __name__ == "__main__":
    unittest.main()
