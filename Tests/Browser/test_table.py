"""The table of jobs and the pane of one job."""

from __future__ import annotations

import re
import shlex
import subprocess

from playwright.sync_api import Page, expect

from support.directory import Directory
from support.pages import PageTest, figure
from support.study import IMAGE, SCRIPT, run_study

LATEST = "FROM job j JOIN job_instance i ON i.job_instance_id = j.latest_instance_id"
MEMORY = "coalesce(i.memory_peak, i.maxrss)"


class TableTests(PageTest):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.directory = Directory()
        cls.addClassCleanup(cls.directory.close)
        run_study(cls.directory)
        cls.directory.serve()

    def jids(self, page: Page) -> list[int]:
        found: list[int] = page.evaluate(
            "[...document.querySelectorAll('table.jobs a.jid')].map((n) => Number(n.textContent))")
        return found

    def jid(self, name: str) -> int:
        return self.directory.number("SELECT min(jid) FROM job WHERE name GLOB ?", name)

    def job(self, name: str) -> Page:
        """Opens a job by its URL."""
        page = self.open(f"?job={self.jid(name)}")
        expect(page.locator("#job .part-attempts")).to_contain_text("Attempts")
        return page

    # The table

    def test_pages_by_key(self) -> None:
        page = self.open()
        total = sum(self.directory.statuses().values())
        self.same("the first page", page, lambda: self.jids(page), list(range(1, 101)))
        for count in (200, 300, total):
            page.locator("#jobs > .more").click()
            self.same("further rows", page, lambda: self.jids(page), lambda count=count: list(range(1, count + 1)))
        expect(page.locator("#jobs > .more")).to_be_hidden()
        expect(page.locator("#jobs .head [role=status]")).to_have_text(f"{total} of {total}")

    def test_sorts(self) -> None:
        page = self.open()
        for name, column in (("Time", "i.wallclock"), ("Memory", MEMORY), ("CPU", "i.cpu")):
            page.get_by_role("button", name=name, exact=True).click()
            top = {row[0] for row in self.directory.rows(
                f"SELECT jid FROM (SELECT j.jid, {column} v {LATEST}) WHERE v = (SELECT max({column}) {LATEST})")}
            self.until(f"the largest {name}", page, lambda top=top: self.jids(page)[:1] and self.jids(page)[0] in top)
            expect(page.locator("th[aria-sort=descending]")).to_have_count(1)
        page.get_by_role("button", name="Status", exact=True).click()
        expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Status")
        page.get_by_role("button", name="Job", exact=True).click()
        self.same("by number again", page, lambda: self.jids(page)[:3], [1, 2, 3])
        page.get_by_role("button", name="Job", exact=True).click()
        self.same("the last first", page, lambda: self.jids(page)[0], sum(self.directory.statuses().values()))
        self.assertEqual(self.query(page), {"sort": ["-jid"]})
        # Pages by key, from the end.
        page.locator("#jobs > .more").click()
        self.until("200 rows", page, lambda: len(self.jids(page)) == 200)
        self.assertEqual(self.jids(page), sorted(self.jids(page), reverse=True))

    def test_selection_states_its_number(self) -> None:
        page = self.open("?status=failed")
        self.until("the rows", page, lambda: len(self.jids(page)) > 20)
        page.locator("#jobs .head [role=status]").scroll_into_view_if_needed()
        page.keyboard.press("t")
        page.keyboard.press("j")
        page.keyboard.press("x")
        page.keyboard.press("j")
        page.keyboard.press("x")
        expect(page.locator("#jobs .tools")).to_contain_text("2 selected jobs")
        chosen = self.jids(page)[:2]
        page.get_by_role("button", name="Retry 2 selected jobs", exact=True).click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("heading")).to_have_text("Retry 2 jobs?")
        expect(dialog.locator("code").last).to_contain_text(re.compile(rf"\b{chosen[0]}\b.*\b{chosen[1]}\b"))
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        page.get_by_role("button", name="Unselect").click()
        page.get_by_role("checkbox", name="Select all jobs that are listed").check()
        failed = self.directory.statuses()["failed"]
        expect(page.locator("#jobs .tools")).to_contain_text(f"{failed} selected jobs")

    # One job

    def test_own_line_is_marked(self) -> None:
        page = self.job("model lima")
        jid = self.directory.number("SELECT min(jid) FROM error WHERE headline LIKE 'KeyError%'")
        page.goto(page.url.split("?")[0] + f"?job={jid}")
        mark = page.locator("#job mark")
        expect(mark).to_have_count(1)
        self.assertIn("fit.py", mark.inner_text())
        expect(page.locator("#job .headline")).to_have_text("KeyError: 'lima'")
        expect(page.locator("#job .part-why")).to_contain_text("Evidence")
        expect(page.locator("#job .part-facts")).to_contain_text("python3 fit.py")

    def test_command_by_hand_runs(self) -> None:
        jid = self.directory.number("SELECT min(jid) FROM error WHERE headline LIKE 'ValueError%'")
        page = self.open(f"?job={jid}")
        command = page.locator("#job .part-command code").first.inner_text()
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1, command)
        self.assertIn("ValueError: could not convert string to float", done.stderr)

    def test_attempts(self) -> None:
        page = self.job("retried")
        items = page.locator("#job .attempts > li")
        expect(items).to_have_count(2)
        expect(items.first).to_contain_text("complete")
        expect(items.last).to_contain_text("exit code 2")
        expect(items.last).to_contain_text("Error: not yet")
        expect(page.locator("#job .part-state")).to_contain_text("attempt 2 of 2")
        # The second attempt wrote nothing.
        self.assertEqual(page.locator("#job select option").all_inner_texts(), ["stderr of attempt 1"])
        expect(page.locator("pre.output")).to_contain_text("Error: not yet")

    def test_causes(self) -> None:
        for name, words in (("killed", "signal 9"), ("silent", "exit code 7"), ("no output", "missing output"),
                            ("reported", "reported error"), ("slow", "timeout")):
            with self.subTest(name):
                page = self.job(name)
                expect(page.locator("#job")).to_contain_text(words)
                page.context.close()

    def test_hostile_texts(self) -> None:
        page = self.job("harm*")
        expect(page.locator("#job-title")).to_contain_text(SCRIPT)
        expect(page.locator("#job pre.error")).to_contain_text(SCRIPT)
        expect(page.locator("#job pre.error")).to_contain_text("\u241b[31mred\u2407 [U+202E]gnp.exe " + IMAGE)
        expect(page.locator("#job .headline")).to_contain_text("[U+202E]")
        expect(page.locator("pre.output")).to_contain_text(IMAGE)
        page.locator("#job select").select_option("1 stdout")
        expect(page.locator("pre.output")).to_have_text(re.compile(re.escape(SCRIPT)))
        expect(page.locator("#job .part-facts")).to_contain_text(f"PLAIN={IMAGE}")
        # A secret of the environment is not on the page.
        expect(page.locator("#job .part-facts")).to_contain_text("API_TOKEN=[masked]")
        self.assertNotIn("abcdef123456abcdef", page.content())
        page.context.close()
        page = self.job("<img*")
        expect(page.locator("#job-title")).to_contain_text(f"{IMAGE}[U+202E]np".replace("]np", "]gnp"))
        self.assertEqual(page.locator("main bdi, #job bdi").evaluate_all(
            "list => list.filter((n) => /[\\u202a-\\u202e\\u0000-\\u0008\\u001b]/.test(n.textContent)).length"), 0)

    def test_long_line(self) -> None:
        page = self.job("long")
        expect(page.locator("#job .headline")).to_have_text("Error: line too long")
        output = page.locator("pre.output")
        expect(output).to_contain_text("before this")
        self.assertIn("line too long", output.inner_text()[-100:])
        page.get_by_role("button", name="From the start").click()
        self.until("the start", page, lambda: (output.text_content() or "").startswith("xxx"))
        more = page.get_by_role("button", name="More", exact=True)
        for _ in range(3):
            before = len(output.text_content() or "")
            more.click()
            self.until("more of it", page, lambda before=before: len(output.text_content() or "") > before)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        self.assertLessEqual(wide, 0, "the page scrolls sideways")

    def test_keyboard_and_focus(self) -> None:
        page = self.open("?status=failed")
        self.until("the rows", page, lambda: len(self.jids(page)) > 20)
        page.keyboard.press("t")
        page.keyboard.press("j")
        page.keyboard.press("j")
        jid = self.jids(page)[1]
        page.keyboard.press("Enter")
        expect(page.locator("#job-title")).to_contain_text(f"Job {jid}")
        expect(page.locator("#job-title")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("#job")).to_be_hidden()
        self.assertEqual(figure(page.evaluate("document.activeElement.textContent")), jid)

    def test_output_of_a_running_job(self) -> None:
        go = self.directory.folder / "go on"
        text = (f"echo first; until test -e {shlex.quote(str(go))}; do sleep 0.1; done; "
                "echo second; sleep 0.3; echo last")
        run = self.directory.background("run", "--queue", "live", "--name", "talker", "--", "sh", "-c", text)
        self.until("the job runs", self.open(), lambda: self.directory.statuses().get("running"))
        page = self.job("talker")
        expect(page.locator("pre.output")).to_contain_text("first")
        expect(page.get_by_role("button", name="Follow")).to_have_attribute("aria-pressed", "true")
        expect(page.locator("#job .part-state")).to_contain_text("running")
        go.touch()
        expect(page.locator("pre.output")).to_contain_text("last")
        self.assertEqual(page.locator("pre.output").inner_text(), "first\nsecond\nlast\n")
        self.assertEqual(run.wait(30), 0)
        expect(page.locator("#job .part-state")).to_contain_text("complete")
