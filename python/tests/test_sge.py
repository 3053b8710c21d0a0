"""The commands of Grid Engine: their arguments, and how their output is read."""

from __future__ import annotations

import os
import unittest

from jobmon import exceptions, sge
from tests.support import TestCase

QSTAT = """\
job-ID  prior   name       user    state submit/start at     queue             slots ja-task-ID
-------------------------------------------------------------------------------------------------
   4711 0.55500 a_long_nam me      r     03/10/2016 01:23:08 all.q@n7.example      4
       Full jobname:     a_long_name_of_a_job
       Master Queue:     all.q@n7.example
   4712 0.00000 waits      you     qw    03/10/2016 01:23:09                       2
       Full jobname:     waits
"""
DETAILS = """\
==============================================================
job_number:                 4711
script_file:                /bin/fit.sh
job_args:                   --year,1995
jid_predecessor_list:       4,5
usage    1:                 wallclock=01:00:02, cpu=00:00:10, mem=0.1 GBs, io=0.2, maxvmem=1.5G
"""
FAKE = """#!/bin/sh
echo "$(basename "$0") $*" >> "$JOBMON_TEST_SAID"
case "$(basename "$0") $*" in
    "qstat -j"*) cat "$JOBMON_TEST_DETAILS" ;;
    qstat*) cat "$JOBMON_TEST_QSTAT" ;;
    qsub*) echo 4713 ;;
    qdel*) echo "denied: job does not exist" >&2; exit 1 ;;
esac
"""


class SGETests(TestCase):
    def setUp(self) -> None:
        super().setUp()
        os.mkdir(os.path.join(self.folder, "bin"))
        for name in ("qstat", "qsub", "qdel", "qalter", "qmod"):
            path = self.write(os.path.join("bin", name), FAKE)
            os.chmod(path, 0o755)
        os.environ.update(
            PATH=os.path.join(self.folder, "bin") + ":" + os.environ["PATH"],
            JOBMON_TEST_SAID=self.write("said", ""),
            JOBMON_TEST_QSTAT=self.write("qstat", QSTAT),
            JOBMON_TEST_DETAILS=self.write("details", DETAILS),
        )

    def said(self) -> list:
        with open(os.environ["JOBMON_TEST_SAID"]) as file:
            return file.read().splitlines()

    def rows(self, table: object) -> list:
        return table if isinstance(table, list) else table.to_dict(orient="records")

    def test_qstat(self) -> None:
        rows = self.rows(sge.qstat(status="r", user="me"))
        self.assertEqual(self.said(), ["qstat -r -s r -u me"])
        first = {
            name: rows[0][name]
            for name in ("job_id", "hostname", "name", "slots", "user", "status")
        }
        self.assertEqual(
            first,
            {
                "job_id": 4711,
                "hostname": "n7.example",
                "name": "a_long_name_of_a_job",
                "slots": 4,
                "user": "me",
                "status": "r",
            },
        )
        self.assertEqual((rows[1]["slots"], rows[1]["hostname"]), (2, ""))
        self.assertEqual(rows[0]["status_start"], "03/10/2016 01:23:08")
        self.assertEqual(sge.job_ids(sge.qstat(pattern="^wai")), [4712])
        self.assertEqual(sge.job_ids(sge.qstat(jids=[4711, "99"])), [4711])
        self.assertEqual(sge.job_ids(sge.long_jobs(1, 0, 0)), [4711, 4712])
        self.assertEqual(sge.current_slot_usage("me"), 6)

    def test_details_and_usage(self) -> None:
        details = sge.qstat_details(4711)[4711]
        self.assertEqual(details["job_number"], 4711)
        self.assertEqual(details["script_file"], "/bin/fit.sh")
        usage = sge.qstat_usage([4711])[4711]
        self.assertEqual((usage["wallclock"], usage["maxvmem"]), (3602, "1.5G"))
        self.assertEqual(sge.get_holds(4711), "4,5")
        sge.add_holds(4711, 6)
        self.assertEqual(self.said()[-1], "qalter 4711 -hold_jid 4,5,6")

    def test_qsub(self) -> None:
        number = sge.qsub(
            "/bin/echo",
            "a job",
            ["x ", 1],
            project="p",
            slots=2,
            memory=4,
            holds=[1, 2],
            stdout="/tmp",
        )
        self.assertEqual(number, 4713)
        self.assertEqual(
            self.said(),
            [
                "qsub -terse -cwd -V -b y -N a_job -pe multi_slot 2 -l mem_free=4G -P p -o /tmp "
                "-hold_jid 1,2 /bin/echo x 1"
            ],
        )

    def test_words_of_qsub(self) -> None:
        def words(*arguments: object, **options: object) -> str:
            return " ".join(sge.qsub_command(*arguments, **options))

        self.assertTrue(
            words("/a.R", "1st").endswith("-N _1st -pe multi_slot 4 -l mem_free=10G Rscript /a.R")
        )
        short = {"slots": 1, "memory": 0}
        base = "qsub -terse -cwd -V -b y -N n "
        self.assertEqual(words("/a.py", "n", **short, jobtype="plain"), base + "/a.py")
        self.assertEqual(words("/a", "n", **short, jobtype="stata"), base + "stata-mp -q -b do /a")
        self.assertEqual(words("/a", "n", **short, jobtype="ruby"), base + "ruby /a")
        self.assertEqual(
            words("/a.sh", "n", **short, conda_env="e"),
            base + "conda run --no-capture-output -n e bash /a.sh",
        )
        self.assertEqual(
            words(
                "/a.sh", "n", ["p"], **short, shfile="/s.sh", prepend_to_path="/x", conda_env="e"
            ),
            base + "/s.sh /x e bash /a.sh p",
        )
        self.assertIn("-hold_jid 4712", words("/a", "n", hold_pattern="waits"))
        for options in (
            {"slots": 0},
            {"holds": [1], "hold_pattern": "x"},
            {"parameters": "read this"},
        ):
            with self.assertRaises(ValueError):
                sge.qsub_command("/bin/true", "n", **options)

    def test_true_path(self) -> None:
        self.assertEqual(sge.true_path(""), os.getcwd())
        self.assertTrue(sge.true_path("blah").endswith("/blah"))
        self.assertEqual(sge.true_path(executable="qsub"), os.path.join(self.folder, "bin", "qsub"))
        for arguments in ({}, {"file_or_dir": "a", "executable": "b"}, {"executable": "no such"}):
            with self.assertRaises(ValueError):
                sge.true_path(**arguments)

    def test_what_fails_says_why(self) -> None:
        with self.assertRaises(exceptions.SGENotAvailable) as raised:
            sge.qdel([1, 2])
        self.assertIn("job does not exist", str(raised.exception))
        os.environ["PATH"] = "/nowhere"
        with self.assertRaises(exceptions.SGENotAvailable) as raised:
            sge.qstat()
        self.assertIn("no qstat on PATH", str(raised.exception))

    def test_wallclock(self) -> None:
        self.assertEqual(sge.convert_wallclock_to_seconds("1:02:03:04.5"), 93784.5)
        for text in ("", "x", "1:2:3:4:5"):
            with self.assertRaises(ValueError):
                sge.convert_wallclock_to_seconds(text)

    def test_a_commit(self) -> None:
        with self.assertRaises(exceptions.SGENotAvailable):
            sge.git_dict(self.folder)


if __name__ == "__main__":
    unittest.main()
