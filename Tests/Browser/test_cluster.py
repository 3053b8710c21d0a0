"""The page of jobs that a real Slurm ran."""

from __future__ import annotations

import os
import unittest

from playwright.sync_api import expect

from support.directory import Directory
from support.pages import PageTest

UP = "slurm" in os.environ.get("JOBMON_TEST_CLUSTERS", "").split(",")


@unittest.skipUnless(UP, "no real Slurm is up: make test-clusters brings it up, and runs this test")
class ClusterTests(PageTest):
    def test_jobs_of_slurm(self) -> None:
        directory = self.directory = Directory()
        self.addCleanup(directory.close)
        directory.serve()
        script = "test $0 -lt 4 || { echo \"Error: no data for $0\" >&2; exit 3; }; echo result $0"
        common = ("--executor", "slurm", "--poll", "1s", "--no-progress", "--memory", "50M", "--name", "fit",
                  "--each", "year=1..6", "--", "sh", "-c", script, "{year}")
        run = directory.background("run", *common)
        page = self.open()
        self.assertEqual(run.wait(180), 1)
        self.same("the first line", page,
                  lambda: [self.figures(page)[k] for k in ("jobs", "done", "failed")], [6, 3, 3])
        self.assertEqual(directory.statuses(), {"complete": 3, "failed": 3})
        group = page.locator("#groups .group")
        expect(group).to_have_count(1)
        expect(group).to_contain_text("no data for")
        host, executor_id = directory.rows("SELECT host, executor_id FROM job_instance WHERE jid = 5")[0]
        page.get_by_role("link", name="5", exact=True).click()
        expect(page.locator("#job .attempts")).to_contain_text(f"slurm {executor_id}")
        expect(page.locator("pre.output")).to_contain_text("Error: no data for 5")
        page.get_by_role("link", name="Resources").click()
        expect(page.locator("#resources tbody tr")).to_contain_text("50 MiB")
        page.get_by_role("link", name="Hosts").click()
        expect(page.locator("#hosts tbody")).to_contain_text(host)
        page.get_by_role("link", name="Overview").click()
        page.get_by_role("button", name="Retry group E1 with more memory").click()
        page.get_by_role("button", name="Retry 3 jobs").click()
        expect(page.get_by_role("dialog").get_by_role("heading")).to_contain_text("3 jobs will be retried")
        again = directory.background("run", *common)
        self.assertEqual(again.wait(180), 1)
        self.same("they ran again", page, lambda: directory.number(
            "SELECT count(*) FROM job WHERE status = 3 AND attempts = 2"), 3)
        self.same("the first line", page, lambda: self.figures(page)["failed"], 3)
        allocated = directory.rows("SELECT DISTINCT json_extract(resources, '$.memory') FROM job WHERE status = 3")
        self.assertEqual(allocated, [(75 << 20,)])
