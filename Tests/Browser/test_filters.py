"""The filter: clicks set it, the URL holds it, the back button and a reload keep it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from support.directory import Directory
from support.pages import PageTest
from support.study import run_study


class FilterTests(PageTest):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.directory = Directory()
        cls.addClassCleanup(cls.directory.close)
        run_study(cls.directory)
        cls.directory.serve()

    def test_url_back_and_reload(self) -> None:
        page = self.open()
        self.assertNotIn("#", page.url)
        start = page.url
        page.locator("#summary .figure", has=page.locator("span:text-is('failed')")).click()
        page.get_by_role("link", name="Open group E3").click()
        self.assertEqual(self.query(page), {"status": ["failed"], "error": ["E3"]})
        jobs = self.directory.number("SELECT count(DISTINCT j.jid) FROM job j JOIN error e ON e.jid = j.jid "
                                     "WHERE j.status = 3 AND e.signature_id = 3")
        self.same("the jobs of the group", page, lambda: self.figures(page)["jobs"], jobs)
        self.assertEqual(sorted(self.chips(page)), ["group: E3", "status: failed"])
        page.reload()
        self.ready(page)
        self.same("the jobs after a reload", page, lambda: self.figures(page)["jobs"], jobs)
        page.get_by_role("button", name="Remove the condition status failed").click()
        self.assertEqual(self.query(page), {"error": ["E3"]})
        page.go_back()
        page.go_back()
        self.assertEqual(self.query(page), {"status": ["failed"]})
        page.go_back()
        self.assertEqual(page.url, start)
        self.same("all jobs", page, lambda: self.figures(page)["jobs"], sum(self.directory.statuses().values()))
        page.go_forward()
        self.same("the failed jobs", page, lambda: self.figures(page)["jobs"], self.directory.statuses()["failed"])

    def test_form(self) -> None:
        page = self.open()
        page.keyboard.press("/")
        page.locator("#filter-form [name=name]").fill("model lima")
        page.locator("#filter-form [name=param]").fill("year=1995")
        page.keyboard.press("Enter")
        self.same("one job", page, lambda: self.figures(page)["jobs"], 1)
        self.assertEqual(self.query(page), {"name": ["model lima"], "param": ["year=1995"]})
        page.get_by_role("button", name="Remove all conditions").click()
        self.assertEqual(self.query(page), {})
        page.keyboard.press("/")
        page.locator("#filter-form [name=cause]").select_option("signal")
        page.get_by_role("button", name="Apply").click()
        self.same("the killed jobs", page, lambda: self.figures(page)["jobs"],
                  self.directory.number("SELECT count(*) FROM job WHERE name = 'killed'"))

    def test_invalid(self) -> None:
        self.allowed = ["status of 422"]
        page = self.open("?status=nonsense&colour=cause", ready=False)
        expect(page.locator("#problem")).to_contain_text('there is no status "nonsense"')
        page.get_by_role("button", name="Remove the filter").click()
        self.ready(page)
        self.assertEqual(self.query(page), {"colour": ["cause"]})
        page.keyboard.press("/")
        page.locator("#filter-form [name=param]").fill("year")
        page.keyboard.press("Enter")
        expect(page.locator("#problem")).to_contain_text("NAME=VALUE")
        page.get_by_role("button", name="Remove all conditions").click()
        expect(page.locator("#problem")).to_be_hidden()

    def test_nothing_passes(self) -> None:
        page = self.open("?name=nothing")
        self.same("no jobs", page, lambda: self.figures(page)["jobs"], 0)
        expect(page.locator("#jobs .head")).to_contain_text("No job passes the filter.")
        expect(page.locator("#board .head")).to_contain_text("No job passes the filter.")
        expect(page.locator("#groups-title")).to_have_text("No failures")

    def test_hostile_values(self) -> None:
        # Texts in the URL are shown as text, and texts of jobs become conditions as they are.
        page = self.open("?view=resources")
        link = page.locator("#resources tbody th a", has_text="<script>")
        name = self.directory.rows("SELECT name FROM job WHERE name LIKE 'harm%' LIMIT 1")[0][0]
        link.click()
        self.same("the jobs of the name", page, lambda: self.figures(page)["jobs"], 3)
        self.assertEqual(self.query(page), {"name": [name]})
        self.assertEqual(self.chips(page), [f"name: {name}"])
        page.goto(page.url.split("?")[0] + "?name=%3Cimg%20src%3Dx%20onerror%3Dwindow.harmed%3D1%3E%E2%80%AEx")
        expect(page.locator("#filter .chips")).to_contain_text("<img src=x onerror=window.harmed=1>[U+202E]x")

    def test_empty_directory(self) -> None:
        empty = Directory()
        self.addCleanup(empty.close)
        empty.serve()
        page = self.open(directory=empty, ready=False)
        expect(page.locator("#start")).to_contain_text("No jobs yet")
        # The command that is shown runs, though the directory has a blank in its name.
        command = page.locator("#start code").first.inner_text()
        self.assertRegex(command, re.escape(f"-d '{empty.path}'"))
        empty.jobmon("exec", "-d", str(empty.path), "--", "true")
        self.same("the first job", page, lambda: self.figures(page).get("done"), 1)
