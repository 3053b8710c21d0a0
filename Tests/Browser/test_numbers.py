"""The numbers that the page shows are those of the ledger."""

from __future__ import annotations

import math
from typing import Any

from playwright.sync_api import Page, expect

from support.directory import Directory
from support.events import cluster
from support.pages import PageTest, figure
from support.study import run_study

QUANTILES = (0, 0.25, 0.5, 0.75, 0.95, 1)
LATEST = "FROM job j JOIN job_instance i ON i.job_instance_id = j.latest_instance_id"
MEMORY = "coalesce(i.memory_peak, i.maxrss)"


class NumbersTests(PageTest):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.directory = Directory()
        cls.addClassCleanup(cls.directory.close)
        run_study(cls.directory)
        cls.directory.serve()
        cls.directory.post(cluster())

    def words(self, page: Page, function: str, *values: Any) -> list[str]:
        """Values as the page writes them."""
        found: list[str] = page.evaluate(
            "async ([f, list]) => { const m = await import('/page/format.js'); return list.map((v) => m[f](...v)); }",
            [function, [v if isinstance(v, (list, tuple)) else [v] for v in values]])
        return found

    def figures_are_true(self, page: Page, condition: str = "1", *values: Any) -> None:
        def true() -> dict[str, int]:
            found = dict(self.directory.rows(
                f"SELECT lower(s.label), count(*) {LATEST} JOIN status s ON s.id = j.status "
                f"WHERE {condition} GROUP BY 1", *values))
            n = {name: int(found.get(name, 0)) for name in ("running", "failed", "unknown", "cancelled")}
            n |= {"jobs": sum(found.values()), "done": found.get("complete", 0),
                  "waiting": found.get("queued", 0) + found.get("submitted", 0)}
            return {k: v for k, v in n.items() if v or k not in ("unknown", "cancelled")}

        def shown() -> dict[str, int]:
            found = self.figures(page)
            return {k: v for k, v in found.items() if k not in ("late", "doubtful")}
        self.same("the first line", page, shown, true)

    def test_first_line_and_groups(self) -> None:
        page = self.open()
        self.figures_are_true(page)
        statement = ("SELECT 'E' || e.signature_id, count(DISTINCT e.jid) FROM error e GROUP BY 1")
        self.same("the groups", page, lambda: self.groups(page), lambda: dict(self.directory.rows(statement)))
        failed = self.directory.number("SELECT count(*) FROM job WHERE status = 3")
        causes = self.directory.number("SELECT count(DISTINCT signature_id) FROM error")
        # One job failed and then worked: its error is listed, but it is no failed job.
        expect(page.locator("#groups-title")).to_have_text(f"{failed} failed jobs, {causes} causes of errors")
        self.assertTrue(page.title().startswith(f"{failed} failed, "), page.title())

    def test_each_figure_filters(self) -> None:
        page = self.open()
        for name, status in (("done", 4), ("failed", 3), ("running", 2)):
            page.locator("#summary .figure", has=page.locator(f"span:text-is('{name}')")).click()
            self.figures_are_true(page, "j.status = ?", status)
            page.locator("#summary .figure", has=page.locator(f"span:text-is('{name}')")).click()
            self.assertEqual(self.query(page), {})
        self.figures_are_true(page)

    def test_late_filters(self) -> None:
        # The late jobs are a number of the first line, and so a link.
        page = self.open()
        page.locator("#summary .figure", has=page.locator("span:text-is('late')")).click()
        self.until("the filter is applied", page, lambda: self.figures(page).get("jobs") == self.directory.number(
            "SELECT count(*) FROM job_instance WHERE late_since IS NOT NULL"))
        expect(page.locator("#problem")).to_be_hidden()

    def test_filters(self) -> None:
        page = self.open()
        site = "SELECT 1 FROM job_param p WHERE p.jid = j.jid AND p.name = 'site' AND p.value = ?"
        for query, condition, values in (
                ("?param=site%3Dlima", f"EXISTS ({site})", ("lima",)),
                ("?param=site%3Dlima&status=failed", f"EXISTS ({site}) AND j.status = 3", ("lima",)),
                ("?name=model+*&status=failed&status=complete", "j.name GLOB 'model *' AND j.status IN (3, 4)", ()),
                ("?cause=signal&cause=timeout", "i.cause IN ('signal', 'timeout')", ()),
                ("?host=n3", "i.host = 'n3'", ()),
                ("?queue=study", "j.queue = 'study'", ()),
                ("?numbers=3-17,40", "(j.jid BETWEEN 3 AND 17 OR j.jid = 40)", ()),
                ("?error=E1", "EXISTS (SELECT 1 FROM error e WHERE e.jid = j.jid AND e.signature_id = 1)", ())):
            page.goto(page.url.split("?")[0] + query)
            self.ready(page)
            with self.subTest(query):
                self.figures_are_true(page, condition, *values)
                count = self.directory.number(f"SELECT count(*) {LATEST} WHERE {condition}", *values)
                head = page.locator("#jobs .head [role=status]")
                self.same("the table", page, lambda head=head: head.inner_text().split(" of ")[-1], f"{count:,}")
                info = page.locator("#board .picture").inner_text()
                self.assertIn(f"{count:,} job", info)

    def test_quantiles(self) -> None:
        page = self.open("?name=model+*")
        page.locator("#quantiles tbody tr").first.wait_for()
        for name, column, unit in (("time", "i.wallclock", "seconds"), ("memory", MEMORY, "bytes"),
                                   ("cpu", "i.cpu", "seconds")):
            rows = self.directory.rows(f"SELECT {column} {LATEST} WHERE j.name GLOB 'model *' AND {column} IS NOT NULL "
                                       "ORDER BY 1")
            values = [row[0] for row in rows]
            wanted = [values[max(0, math.ceil(q * len(values)) - 1)] for q in QUANTILES]
            row = page.locator("#quantiles tbody tr", has=page.locator(f"th bdi:text-is('{name}')"))
            shown = row.locator("td").all_inner_texts()
            self.assertEqual(figure(shown[0]), len(values))
            self.assertEqual(shown[1:], self.words(page, "quantity", *[[v, unit] for v in wanted]), name)

    def test_hosts(self) -> None:
        page = self.open("?view=hosts")
        rows = page.locator("#hosts tbody tr")
        rows.first.wait_for()
        shown = {r.locator("th").inner_text(): [figure(r.locator("td").nth(k).inner_text()) for k in range(4)]
                 for r in rows.all()}
        true = {host: list(numbers) for host, *numbers in self.directory.rows(
            f"SELECT i.host, count(*), sum(j.status = 2), sum(j.status = 4), sum(j.status = 3) {LATEST} "
            "WHERE i.host IS NOT NULL GROUP BY 1")}
        self.assertEqual(shown, true)
        self.assertEqual(rows.first.locator("th").inner_text(), max(true, key=lambda host: true[host][3]))
        self.assertIn("slow", rows.filter(has=page.locator("th bdi:text-is('n3')")).inner_text())
        self.assertNotIn("slow", rows.filter(has=page.locator("th bdi:text-is('n1')")).inner_text())
        rows.filter(has=page.locator("th bdi:text-is('n4')")).locator("td a").click()
        self.figures_are_true(page, "i.host = 'n4' AND j.status = 3")
        self.assertEqual(self.query(page), {"host": ["n4"], "status": ["failed"]})

    def test_timeline(self) -> None:
        page = self.open("?view=timeline&name=simulate")
        row = page.locator("#timeline tbody tr")
        expect(row).to_have_count(1)
        jid = self.directory.number("SELECT jid FROM job WHERE name = 'simulate' AND status = 2")
        self.assertEqual(figure(row.locator("td").first.inner_text()), jid)
        self.assertIn("running", row.inner_text())
        hosts = self.directory.number(f"SELECT count(DISTINCT i.host) {LATEST} WHERE j.name = 'simulate'")
        self.assertIn(f"{hosts} hosts", page.locator("#timeline .head").inner_text())
        # The keyboard opens a host of the picture.
        page.locator("#timeline canvas").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        self.until("a host is opened", page, lambda: "host" in self.query(page))
        page.go_back()
        row.locator("a").click()
        expect(page.locator("#job-title")).to_contain_text(f"Job {jid}")

    def test_resources(self) -> None:
        page = self.open("?view=resources")
        row = page.locator("#resources tbody tr", has=page.locator("th bdi:text-is('simulate')"))
        row.wait_for()
        values = [r[0] for r in self.directory.rows(f"SELECT {MEMORY} {LATEST} WHERE j.name = 'simulate' "
                                                    f"AND {MEMORY} IS NOT NULL ORDER BY 1")]
        used = values[math.ceil(0.95 * len(values)) - 1]
        cells = row.locator("td").all_inner_texts()
        self.assertEqual(figure(cells[1]), self.directory.number("SELECT count(*) FROM job WHERE name = 'simulate'"))
        self.assertEqual(cells[2:5], self.words(page, "bytes", 1 << 30, used, values[-1]))
        self.assertEqual(cells[-2:], ["2", "25 %"])
        # A name with markup in it is shown as it is, and leads to its jobs.
        name = self.directory.rows("SELECT name FROM job WHERE name LIKE '<img%'")[0][0]
        link = page.locator("#resources tbody th a", has_text=name.split("\u202e")[0])
        self.assertEqual(link.inner_text(), name.replace("\u202e", "[U+202E]"))
        link.click()
        self.figures_are_true(page, "j.name = ?", name)

    def test_states_over_time(self) -> None:
        page = self.open("?queue=study")
        picture = page.locator("#states canvas")
        picture.scroll_into_view_if_needed()
        picture.focus()
        page.keyboard.press("End")
        done = self.directory.number("SELECT count(*) FROM job WHERE queue = 'study' AND status = 4")
        failed = self.directory.number("SELECT count(*) FROM job WHERE queue = 'study' AND status = 3")
        said = page.locator("#states [role=status]")
        expect(said).to_contain_text(f"{failed} failed")
        expect(said).to_contain_text(f"{done} complete")
