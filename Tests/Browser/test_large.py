"""The way of somebody who sees the page for the first time: 200,000 jobs, 1,500 failures, 12 causes, three clicks."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from support.directory import Directory
from support.large import CAUSES, FAILED, make_large
from support.pages import PageTest


class LargeTests(PageTest):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.directory = Directory()
        cls.addClassCleanup(cls.directory.close)
        make_large(cls.directory)
        cls.directory.serve()

    def test_three_clicks(self) -> None:
        page = self.open()
        expect(page.locator("#groups-title")).to_contain_text(f"{FAILED:,} failures have {len(CAUSES)} causes")
        self.assertEqual(self.figures(page)["jobs"], 200_000)
        self.assertEqual(self.directory.number("SELECT count(*) FROM job"), 200_000)
        # What runs out of memory is the largest group, and so the first.
        row = page.locator("#groups .group").first
        expect(row).to_contain_text("MemoryError")
        clicks = 0

        def click(button: str) -> None:
            nonlocal clicks
            page.get_by_role("button", name=button, exact=True).click()
            clicks += 1
        name = row.locator(".id").inner_text()
        click(f"Retry group {name} with more memory")
        expect(page.get_by_role("dialog").get_by_role("heading")).to_have_text("Retry 400 jobs with 1.5x memory?")
        click("Retry 400 jobs")
        expect(page.get_by_role("dialog").get_by_role("heading")).to_contain_text("400 jobs will be retried")
        self.assertLessEqual(clicks, 3)
        queued = self.directory.rows("SELECT jid, resources FROM job WHERE status = 7 ORDER BY jid")
        self.assertEqual([jid for jid, _ in queued], list(range(1, 401)))
        self.assertEqual({json.loads(text)["memory"] for _, text in queued}, {6 << 30})
        page.keyboard.press("Escape")
        self.same("the first line", page, lambda: self.figures(page)["waiting"], 400)
        self.same("the failed", page, lambda: self.figures(page)["failed"], FAILED - 400)

    def test_every_failed_job_is_seen(self) -> None:
        # One failed job among many is a cell that the keyboard finds.
        page = self.open("?error=E1&status=failed&numbers=1-2")
        page.goto(page.url.split("?")[0])
        self.ready(page)
        expect(page.locator("#board .picture")).to_contain_text("200,000 jobs")
        page.locator("#board canvas").first.focus()
        page.keyboard.press("N")
        last = self.directory.number("SELECT max(jid) FROM job WHERE status = 3")
        expect(page.locator("#board .picture [role=status]")).to_contain_text(f"Job {last},")
        page.keyboard.press("Enter")
        expect(page.locator("#job-title")).to_contain_text(f"Job {last}")

    def test_pages_of_many(self) -> None:
        page = self.open("?sort=-end&status=complete")
        for count in (200, 300):
            page.locator("#jobs > .more").click()
            expect(page.locator("#jobs .head [role=status]")).to_have_text(f"{count} of {200_000 - FAILED:,}")
