"""Retry, cancel, mute and note: the number is stated first, and exactly that is done. Retried jobs really run."""

from __future__ import annotations

import json
import re
import shlex
import subprocess

from playwright.sync_api import Locator, Page, expect

from support.directory import EXECUTABLE, Directory
from support.pages import PageTest


class ActionTests(PageTest):
    """Each test has a directory of its own, with 12 jobs: 4 fail for a missing file, 3 with an exit code."""

    def setUp(self) -> None:
        super().setUp()
        self.directory = Directory()
        self.addCleanup(self.directory.close)
        self.folder = self.directory.folder
        jobs = []
        for number in range(12):
            command = "echo done"
            if number < 4:
                command = "cat here.csv"
            elif number < 7:
                command = "echo 'Error: no convergence' >&2; exit 3"
            jobs.append({"name": f"step {number}", "params": {"number": number}, "command": command,
                         "memory": "1G"})
        (self.folder / "steps.jsonl").write_text("".join(json.dumps(job) + "\n" for job in jobs))

    def run_steps(self) -> None:
        self.directory.jobmon("run", "-f", "steps.jsonl", "--no-progress", codes=(1,))
        self.directory.serve()

    def group(self, words: str) -> str:
        return str(self.directory.rows("SELECT 'E' || id FROM error_group WHERE title LIKE ?", f"%{words}%")[0][0])

    def ask(self, page: Page, button: str) -> Locator:
        page.get_by_role("button", name=button, exact=True).click()
        dialog = page.get_by_role("dialog")
        expect(dialog.locator("button.primary")).to_be_enabled()
        return dialog

    def test_retry_without_a_live_queue(self) -> None:
        self.run_steps()
        page = self.open()
        group = self.group("No such file")
        dialog = self.ask(page, f"Retry group {group}")
        expect(dialog.get_by_role("heading")).to_have_text("Retry 4 jobs?")
        expect(dialog).to_contain_text("No jobmon run works on queue steps now")
        self.assertEqual(self.directory.statuses(), {"complete": 5, "failed": 7})
        dialog.locator("button.primary").click()
        expect(dialog.get_by_role("heading")).to_contain_text("4 jobs will be retried")
        command = dialog.locator("code").first.inner_text()
        dialog.get_by_role("button", name="Close").click()
        self.same("4 jobs wait", page, lambda: self.figures(page).get("waiting"), 4)
        self.assertEqual(self.directory.statuses(), {"complete": 5, "failed": 3, "queued": 4})
        # The command that is shown continues them.
        (self.folder / "here.csv").touch()
        done = subprocess.run(["sh", "-c", f'"$0" {command.removeprefix("jobmon ")} --no-progress',
                                 EXECUTABLE], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.same("they are complete", page, lambda: self.figures(page)["done"], 9)
        self.assertEqual(self.directory.statuses(), {"complete": 9, "failed": 3})

    def test_retry_with_more_memory_and_time(self) -> None:
        self.run_steps()
        page = self.open()
        group = self.group("no convergence")
        dialog = self.ask(page, f"Retry group {group} with more memory")
        expect(dialog.get_by_role("heading")).to_have_text("Retry 3 jobs with 1.5x memory?")
        dialog.locator("label:has-text('Memory') select").select_option("2x")
        expect(dialog.get_by_role("heading")).to_have_text("Retry 3 jobs with 2x memory?")
        dialog.locator("label:has-text('Time limit') select").select_option("own")
        dialog.get_by_label("Time limit: own value").fill("2h")
        dialog.get_by_label("Time limit: own value").press("Tab")
        expect(dialog.get_by_role("heading")).to_have_text("Retry 3 jobs with 2x memory and 2h time?")
        expect(dialog.locator("code").last).to_contain_text(f"--error {group} --memory 2x --runtime 2h")
        dialog.locator("button.primary").click()
        expect(dialog.get_by_role("heading")).to_contain_text("3 jobs will be retried")
        found = [json.loads(row[0]) for row in self.directory.rows("SELECT resources FROM job WHERE status = 7")]
        self.assertEqual(found, [{"memory": 2 << 30, "runtime": 7200}] * 3)

    def test_wrong_value(self) -> None:
        self.allowed = ["status of 422"]
        self.run_steps()
        page = self.open()
        dialog = self.ask(page, f"Retry group {self.group('no convergence')}")
        dialog.locator("label:has-text('Memory') select").select_option("own")
        dialog.get_by_label("Memory: own value").fill("lots")
        dialog.get_by_label("Memory: own value").press("Tab")
        expect(dialog.locator(".notice.bad")).to_contain_text("lots")
        dialog.get_by_label("Memory: own value").fill("3G")
        dialog.get_by_label("Memory: own value").press("Tab")
        expect(dialog.get_by_role("heading")).to_have_text("Retry 3 jobs with 3G memory?")
        expect(dialog.locator(".notice.bad")).to_be_hidden()

    def test_number_that_changed(self) -> None:
        self.allowed = ["status of 409"]
        self.run_steps()
        page = self.open()
        dialog = self.ask(page, "Retry all failed")
        expect(dialog.get_by_role("heading")).to_have_text("Retry 7 jobs?")
        self.directory.jobmon("retry", "1")
        dialog.locator("button.primary").click()
        expect(dialog.locator(".notice.bad")).to_contain_text("The number changed")
        expect(dialog.get_by_role("heading")).to_have_text("Retry 6 jobs?")
        self.assertEqual(self.directory.statuses()["queued"], 1)
        dialog.locator("button.primary").click()
        expect(dialog.get_by_role("heading")).to_contain_text("6 jobs will be retried")
        self.assertEqual(self.directory.statuses(), {"complete": 5, "queued": 7})

    def test_one_job(self) -> None:
        self.run_steps()
        page = self.open("?job=5")
        dialog = self.ask(page, "Retry with more time")
        expect(dialog.get_by_role("heading")).to_have_text("Retry job 5 with 1.5x time?")
        dialog.locator("label:has-text('Time limit') select").select_option("own")
        dialog.get_by_label("Time limit: own value").fill("30m")
        dialog.get_by_label("Time limit: own value").press("Tab")
        expect(dialog.get_by_role("heading")).to_have_text("Retry job 5 with 30m time?")
        dialog.locator("button.primary").click()
        self.same("the job waits", page, lambda: self.directory.rows("SELECT jid FROM job WHERE status = 7"), [(5,)])
        expect(page.locator("#job .part-state")).to_contain_text("queued")
        dialog.get_by_role("button", name="Close").click()
        dialog = self.ask(page, "Cancel")
        expect(dialog.get_by_role("heading")).to_have_text("Cancel job 5?")
        dialog.get_by_role("button", name="Cancel job 5").click()
        expect(page.locator("#job .part-state")).to_contain_text("cancelled")
        self.assertEqual(self.directory.statuses(), {"complete": 5, "failed": 6, "cancelled": 1})

    def test_selection(self) -> None:
        self.run_steps()
        page = self.open()
        for jid in (1, 6):
            page.get_by_role("checkbox", name=f"Select job {jid}", exact=True).check()
        dialog = self.ask(page, "Retry 2 selected jobs")
        expect(dialog.get_by_role("heading")).to_have_text("Retry 2 jobs?")
        dialog.locator("button.primary").click()
        self.same("both wait", page, lambda: self.directory.rows("SELECT jid FROM job WHERE status = 7 ORDER BY 1"),
                  [(1,), (6,)])

    def test_filter_with_other_jobs(self) -> None:
        self.run_steps()
        page = self.open("?param=number%3D3&param=number%3D3")
        page.goto(page.url.split("?")[0] + "?numbers=4-9")
        self.ready(page)
        dialog = self.ask(page, "Retry all 6 of the filter")
        expect(dialog.get_by_role("heading")).to_have_text("Retry 4 jobs?")
        expect(dialog).to_contain_text("2 other jobs of this selection cannot be retried")
        page.keyboard.press("Escape")
        page.goto(page.url.split("?")[0] + "?numbers=8-9")
        self.ready(page)
        page.get_by_role("button", name="Retry all 2 of the filter", exact=True).click()
        expect(page.get_by_role("dialog").get_by_role("heading")).to_have_text("Nothing to retry")
        expect(page.get_by_role("dialog").locator("button.primary")).to_be_disabled()

    def test_mute_and_note(self) -> None:
        self.run_steps()
        page = self.open()
        group = self.group("No such file")
        note = '<img src=x onerror="window.harmed=1"> ask Ann'
        page.get_by_role("button", name=f"Note on group {group}").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("textbox").fill(note)
        dialog.get_by_role("button", name="Save note").click()
        expect(page.locator("#groups .note")).to_have_text(f"Note: {note}")
        self.assertEqual(self.directory.rows("SELECT note FROM error_group WHERE note IS NOT NULL"), [(note,)])
        page.get_by_role("button", name=f"Mute group {group}").click()
        expect(page.locator("#groups .muted summary")).to_have_text("1 muted group, 4 jobs")
        self.assertEqual(self.directory.number("SELECT count(*) FROM error_group WHERE muted IS NOT NULL"), 1)
        page.reload()
        self.ready(page)
        page.locator("#groups .muted summary").click()
        page.get_by_role("button", name=f"Unmute group {group}").click()
        expect(page.locator("#groups .muted")).to_be_hidden()
        self.assertEqual(self.directory.number("SELECT count(*) FROM error_group WHERE muted IS NOT NULL"), 0)

    def test_live_queue(self) -> None:
        """A jobmon run works: what is retried on the page runs again, and what is cancelled ends."""
        stop = self.folder / "stop"
        with open(self.folder / "steps.jsonl", "a") as file:
            wait = f"until test -e {shlex.quote(str(stop))}; do sleep 0.1; done"
            file.write(json.dumps({"name": "waits", "command": wait}) + "\n")
            file.write(json.dumps({"name": "endless", "command": "sleep 1000"}) + "\n")
        self.directory.serve()
        run = self.directory.background("run", "-f", "steps.jsonl", "--no-progress", "-j", "4")
        page = self.open()
        self.same("all but two are over", page, lambda: self.figures(page).get("failed"), 7)
        expect(page.locator("#place")).to_contain_text("running")
        (self.folder / "here.csv").touch()
        dialog = self.ask(page, f"Retry group {self.group('No such file')}")
        expect(dialog).not_to_contain_text("No jobmon run works")
        expect(dialog.get_by_role("heading")).to_have_text("Retry 4 jobs?")
        dialog.locator("button.primary").click()
        expect(dialog).to_have_count(0)
        expect(page.locator("#done")).to_contain_text("4 jobs will be retried")
        self.same("they ran again", page, lambda: self.figures(page).get("done"), 9)
        self.assertEqual(self.directory.number("SELECT count(*) FROM job WHERE status = 4 AND attempts = 2"), 4)
        jid = self.directory.number("SELECT jid FROM job WHERE name = 'endless'")
        page.get_by_role("link", name=str(jid), exact=True).click()
        dialog = self.ask(page, "Cancel")
        dialog.get_by_role("button", name=f"Cancel job {jid}").click()
        expect(page.locator("#job .part-state")).to_contain_text(re.compile("cancelled"))
        stop.touch()
        self.assertEqual(run.wait(60), 1)
        self.same("all are over", page, lambda: self.figures(page).get("running"), 0)
        self.same("as the ledger says", page, lambda: self.figures(page).get("done"),
                  self.directory.statuses()["complete"])
        expect(page.locator("#place")).to_contain_text("stopped")
