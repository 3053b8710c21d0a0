"""`jobmon report --html`: one file with the page's screens, opened from disk with no network; and `--md`."""

from __future__ import annotations

import base64
import gzip
import pathlib
import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from support.directory import Directory
from support.events import cluster
from support.pages import PageTest, figure
from support.study import run_study

LATEST = "FROM job j JOIN job_instance i ON i.job_instance_id = j.latest_instance_id"
SECRET = "abcdef123456abcdef"
# What each screen shows when it is drawn.
SCREENS = {
    "": "table.jobs tbody tr",
    "?status=failed&sort=-end": "table.jobs tbody tr",
    "?colour=time": "#board .legend li",
    "?view=hosts": "#hosts tbody tr",
    "?view=timeline": "#timeline canvas",
    "?view=resources": "#resources tbody tr",
}


class ReportTests(PageTest):
    file: pathlib.Path

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.directory = Directory()
        cls.addClassCleanup(cls.directory.close)
        run_study(cls.directory)
        cls.directory.serve()
        cls.directory.post(cluster())
        written = cls.directory.jobmon("report", "--html", "--to", str(cls.directory.folder / "re ports"))
        cls.file = cls.directory.folder / "re ports" / "report.html"
        assert written.startswith(f"{cls.file}\t"), written
        # A report is not told of what comes after it.
        cls.directory.kill()

    def setUp(self) -> None:
        super().setUp()
        self.requests: list[str] = []

    def tearDown(self) -> None:
        super().tearDown()
        self.assertEqual(self.requests, [], "requests that left the file")

    def offline(self, **options: Any) -> BrowserContext:
        context = self.context(**options)
        context.set_offline(True)
        return context

    def report(self, query: str = "", drawn: bool = True, **options: Any) -> Page:
        page = self.tab(self.offline(**options))
        page.on("request", lambda r: self.requests.append(r.url)
                if not r.url.startswith(("data:", f"file://{self.file.as_uri()[7:]}")) else None)
        page.goto(self.file.as_uri() + query)
        if drawn:
            self.drawn(page)
        return page

    def drawn(self, page: Page) -> None:
        expect(page.locator("#summary .figure b").first).not_to_be_empty()
        expect(page.locator("table.jobs")).to_have_count(1)

    def see(self, page: Page, part: str) -> None:
        """Waits for a part that is asked for when it comes onto the screen."""
        section = "#jobs" if part.startswith("table.jobs") else part.split()[0]
        page.locator(section).scroll_into_view_if_needed()
        page.locator(part).first.wait_for()

    def unharmed(self, page: Page) -> None:
        """Nothing that a job says became a part of the page, and its policy was kept."""
        self.assertIsNone(page.evaluate("window.harmed ?? null"))
        self.assertEqual(page.evaluate("window.violations"), [])
        self.assertEqual(page.locator("img, iframe, object, embed, body script:not([type='text/plain'])").count(), 0)

    def true_figures(self, condition: str = "1") -> dict[str, int]:
        found = dict(self.directory.rows(
            f"SELECT lower(s.label), count(*) {LATEST} JOIN status s ON s.id = j.status WHERE {condition} GROUP BY 1"))
        return {"jobs": sum(found.values()), "done": found.get("complete", 0), "failed": found.get("failed", 0),
                "running": found.get("running", 0)}

    def shown_figures(self, page: Page) -> dict[str, int]:
        return {k: v for k, v in self.figures(page).items() if k in ("jobs", "done", "failed", "running")}

    def cells(self, page: Page) -> int:
        """The jobs that the legend counts. Entries of short times may have the same label."""
        return sum(figure(text) for text in page.locator("#board .legend li b").all_inner_texts())

    # What it shows

    def test_numbers_are_those_of_the_ledger(self) -> None:
        page = self.report()
        self.same("the first line", page, lambda: self.shown_figures(page), self.true_figures)
        statement = "SELECT 'E' || e.signature_id, count(DISTINCT e.jid) FROM error e GROUP BY 1"
        self.same("the groups", page, lambda: self.groups(page), lambda: dict(self.directory.rows(statement)))
        place = page.locator("#place")
        expect(place).to_contain_text(f"Report of {self.directory.path} on ")
        expect(place).to_contain_text(re.compile(r"made \d{4}-\d\d-\d\d \d\d:\d\d UTC, jobmon \d"))
        expect(page.locator("#quantiles tbody tr").first).to_be_visible()
        self.assertEqual(self.cells(page), self.true_figures()["jobs"])
        self.unharmed(page)

    def test_nothing_acts(self) -> None:
        page = self.report("?job=6")
        expect(page.locator("#job-title")).to_contain_text("Job 6")
        names = page.get_by_role("button").all_inner_texts()
        for word in ("Retry", "Cancel", "Mute", "Note", "End session", "Follow"):
            self.assertFalse([n for n in names if n.startswith(word)], names)
        expect(page.locator("#filter-form")).to_be_hidden()
        page.keyboard.press("/")
        expect(page.locator("#filter-form")).to_be_hidden()

    def test_mosaic_is_painted(self) -> None:
        # The test reads the picture back.
        self.allowed.append("willReadFrequently")
        page = self.report()
        for colour in ("status", "cause", "group", "time", "memory", "attempts"):
            page.get_by_label("Colour", exact=True).select_option(colour)
            expect(page.locator("#board canvas")).to_have_attribute("aria-label", re.compile(r"coloured by"))
            painted = """() => { const c = document.querySelector('#board canvas');
                const d = new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer);
                return new Set(d).size; }"""
            self.until(f"cells by {colour}", page, lambda script=painted: page.evaluate(script) > 2)
            self.same(f"the legend by {colour}", page, lambda: self.cells(page),
                      self.true_figures()["jobs"])

    def test_mosaic_tells_and_opens(self) -> None:
        page = self.report()
        canvas = page.locator("#board canvas.mosaic-canvas")
        expect(page.locator("#board .picture")).to_contain_text("jobs")
        canvas.hover(position={"x": 5, "y": 5})
        expect(page.locator("#board .mosaic-tip")).to_contain_text("1")
        page.get_by_role("button", name="Go to the next failed job").click()
        canvas.focus()
        page.keyboard.press("Enter")
        first = self.directory.number("SELECT min(jid) FROM job WHERE status = 3")
        expect(page.locator("#job-title")).to_contain_text(f"Job {first}")
        page.keyboard.press("Escape")
        expect(page.locator("#job")).to_be_hidden()

    # Filters

    def test_filters_that_it_has(self) -> None:
        page = self.report()
        page.locator("#summary .figure", has=page.locator("span:text-is('failed')")).click()
        failed = self.true_figures()["failed"]
        self.same("failed jobs", page, lambda: self.shown_figures(page)["failed"], failed)
        expect(page.locator("#jobs .head")).to_contain_text(f"of {failed}")
        # A group, from a view that has another filter: it takes its place.
        name, jobs = max(self.groups(page).items(), key=lambda item: item[1])
        page.locator(".group .title", has_text=name).first.click()
        self.until("the group's filter", page, lambda: self.query(page).get("error") == [name])
        self.same("its jobs", page, lambda: self.figures(page)["jobs"], self.directory.number(
            "SELECT count(DISTINCT jid) FROM error WHERE 'E' || signature_id = ?", name))
        self.same("its cells", page, lambda: self.cells(page), jobs)
        page.get_by_label("Jobs of this report").select_option("status=complete")
        self.same("complete jobs", page, lambda: self.shown_figures(page), lambda: self.true_figures("j.status = 4"))
        page.go_back()
        self.until("the group again", page, lambda: self.query(page).get("error") == [name])
        self.unharmed(page)

    def test_what_it_does_not_have(self) -> None:
        page = self.report("?host=n1", drawn=False)
        expect(page.locator("#problem")).to_contain_text("Not in this report: host n1.")
        page.get_by_role("button", name="Remove the filter").click()
        expect(page.locator("#summary")).to_be_visible()
        self.see(page, "table.jobs tbody tr")
        # A link to it is text.
        self.assertEqual(page.locator("table.jobs td.host a[href]").count(), 0)
        self.assertGreater(page.locator("table.jobs td.host a").count(), 0)
        # A picture that would select says it, and the page stays.
        before = page.url
        page.locator("#states canvas").focus()
        for _ in range(3):
            page.keyboard.press("Shift+ArrowLeft")
        page.keyboard.press("Enter")
        expect(page.locator("#done")).to_contain_text("Not in this report")
        self.assertEqual(page.url, before)

    def test_no_link_is_dead(self) -> None:
        page = self.report()
        self.see(page, "table.jobs tbody tr")
        links: set[str] = set()
        for screen, drawn in SCREENS.items():
            page.goto(self.file.as_uri() + screen)
            self.drawn(page)
            self.see(page, drawn)
            links |= set(page.evaluate("() => [...document.querySelectorAll('a[data-nav][href]')]"
                                       ".filter((a) => a.checkVisibility()).map((a) => a.getAttribute('href'))"))
        filters = {re.sub(r"[?&](job|sort|colour)=[^&]*", "", link) for link in links}
        jobs = {link for link in links if link.startswith("?job=")}
        self.assertGreater(len(filters), 8)
        for link in sorted(filters) + sorted(jobs)[:15]:
            page.goto(self.file.as_uri() + (link if link.startswith("?") else ""))
            self.drawn(page)
            expect(page.locator("#problem")).to_be_hidden()
            if link in jobs:
                expect(page.locator("#job .part-attempts")).to_contain_text("Attempts")

    def test_table(self) -> None:
        page = self.report()
        page.locator("#jobs .lists a", has_text="failed").click()
        failed = self.true_figures()["failed"]
        rows = page.locator("table.jobs tbody tr")
        self.same("the first 100 or all", page, rows.count, min(100, failed))
        jids = [int(text) for text in page.locator("table.jobs a.jid").all_inner_texts()]
        true = [row[0] for row in self.directory.rows(
            f"SELECT j.jid {LATEST} WHERE j.status = 3 ORDER BY i.finished_date DESC, j.jid LIMIT 100")]
        self.assertEqual(jids, true)
        page.get_by_role("button", name="Name", exact=True).click()
        self.until("sorted by name", page, lambda: self.query(page).get("sort") == ["name"])
        self.until("another order", page, lambda: page.locator("table.jobs a.jid").first.inner_text() != str(jids[0]))
        page.locator("#jobs .lists a", has_text="slowest").click()
        slowest = self.directory.number(f"SELECT j.jid {LATEST} ORDER BY i.wallclock DESC LIMIT 1 OFFSET 0")
        self.until("the slowest first", page,
                   lambda: str(slowest) in page.locator("table.jobs a.jid").all_inner_texts())

    # Untrusted text

    def test_job_with_hostile_text(self) -> None:
        jid = self.directory.number("SELECT min(jid) FROM job WHERE name LIKE 'harm %'")
        page = self.report(f"?job={jid}")
        expect(page.locator("#job-title")).to_contain_text("<script>")
        expect(page.locator("#job pre.error")).to_contain_text("<img src=x")
        expect(page.locator("#job .part-facts")).to_contain_text("API_TOKEN=[masked]")
        expect(page.locator("#job .part-output")).to_contain_text("Not in this report")
        self.unharmed(page)

    def test_secrets_are_not_in_the_file(self) -> None:
        text = self.file.read_bytes()
        parts = re.findall(rb'<script type="text/plain" id="part-\d+">([^<]*)</script>', text)
        self.assertGreater(len(parts), 10)
        plain = [gzip.decompress(base64.b64decode(part, validate=True)) for part in parts]
        self.assertFalse([part for part in [text, *plain] if SECRET.encode() in part])
        # Text of jobs is inside these parts only.
        self.assertNotIn(b"onerror", text)
        self.assertIn(b"onerror", b"".join(plain))
        self.assertLess(len(text), 1_500_000)

    # Looks

    def test_axe_and_width(self) -> None:
        bad: list[str] = []
        for scheme in ("light", "dark"):
            page = self.report(color_scheme=scheme)
            for screen, drawn in {**SCREENS, "?job=6": "#job pre.error"}.items():
                for width in (1440, 375):
                    page.set_viewport_size({"width": width, "height": 900})
                    page.goto(self.file.as_uri() + screen)
                    self.drawn(page)
                    self.see(page, drawn)
                    found = Axe().run(page).response["violations"]
                    bad += [f"{scheme} {screen} {width}: {v['id']}: {n['target']} {n['html'][:150]}" for v in found
                            if v["impact"] in ("serious", "critical") for n in v["nodes"][:3]]
                    sideways = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                    if sideways > 0:
                        bad.append(f"{scheme} {screen} {width}: {sideways} px too wide")
        self.assertEqual(bad, [])

    def test_without_scripts(self) -> None:
        page = self.report(drawn=False, java_script_enabled=False)
        expect(page.locator("noscript p")).to_be_visible()
        self.assertIn('<noscript><p class="notice bad">This page needs JavaScript. A report without it is written by '
                      '"jobmon report --md".', self.file.read_text())

    # Markdown

    def test_markdown(self) -> None:
        text = self.directory.jobmon("report", "--md")
        lines = text.splitlines()
        self.assertLessEqual(len(lines), 75)
        figures = self.true_figures()
        counts = [figures["jobs"], figures["done"], figures["running"], 0, figures["failed"]]
        self.assertIn(f"| {' | '.join(map(str, counts))} |", text)
        # Without code spans, no text of a job is left.
        outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)
        for word in ("<", "onerror", "\u202e", "\x1b", "http", "@"):
            self.assertNotIn(word, outside)
        self.assertNotIn("\u202e", text)
        self.assertNotIn(SECRET, text)
        # Each row of a table has as many cells as its head.
        width = 0
        for line in lines:
            cells = len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) if line.startswith("|") else 0
            if cells and width:
                self.assertEqual(cells, width, line)
            width = cells
        self.directory.jobmon("report", "--md", "--to", str(self.directory.folder / "md"))
        self.assertIn("## Failures", (self.directory.folder / "md" / "report.md").read_text())
