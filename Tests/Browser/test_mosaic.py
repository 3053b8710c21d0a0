"""The mosaic: every job is a cell, in every order and colour; it opens and filters jobs by pointer and keyboard."""

from __future__ import annotations

import json
import struct
from typing import Any

from playwright.sync_api import Page, expect

from support.directory import Directory
from support.pages import PageTest, figure
from support.study import run_study


class MosaicTests(PageTest):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.directory = Directory()
        cls.addClassCleanup(cls.directory.close)
        run_study(cls.directory)
        cls.directory.serve()

    def cells(self, page: Page, query: str) -> tuple[dict[str, Any], bytes]:
        """The header and the cells of an answer, without the counts of a grid."""
        body = page.request.get(page.url.split("?")[0] + "v1/view/mosaic?" + query).body()
        size, = struct.unpack_from("<I", body)
        header = json.loads(body[4:4 + size])
        return header, body[-header["cells"]:]

    def legend(self, page: Page) -> dict[str, int]:
        items = page.locator("#board .legend li").all()
        return {i.locator("bdi").inner_text(): figure(i.locator("b").inner_text()) for i in items}

    def open_canvas(self, query: str = "") -> tuple[Page, Any]:
        page = self.open(query)
        canvas = page.locator("#board canvas.mosaic-canvas")
        expect(page.locator("#board .picture")).to_contain_text("jobs")
        return page, canvas

    def test_click_opens(self) -> None:
        page, canvas = self.open_canvas()
        box = canvas.bounding_box()
        assert box
        canvas.click(position={"x": 5, "y": 5})
        expect(page.locator("#job-title")).to_contain_text("Job 1")
        self.assertEqual(self.query(page), {"job": ["1"]})
        page.keyboard.press("Escape")
        expect(page.locator("#job")).to_be_hidden()

    def test_hover_tells(self) -> None:
        page, canvas = self.open_canvas()
        canvas.hover(position={"x": 5, "y": 5})
        expect(page.locator("#board .mosaic-tip")).to_be_visible()
        expect(page.locator("#board .mosaic-tip")).to_contain_text("model berge")

    def test_brush_filters(self) -> None:
        page, canvas = self.open_canvas()
        box = canvas.bounding_box()
        assert box
        page.mouse.move(box["x"] + 4, box["y"] + 5)
        page.mouse.down()
        page.mouse.move(box["x"] + 90, box["y"] + 5, steps=4)
        page.mouse.up()
        self.until("the brush filters", page, lambda: "numbers" in self.query(page))
        first, last = map(int, self.query(page)["numbers"][0].split("-"))
        self.assertEqual(first, 1)
        self.assertGreater(last, 2)
        self.same("the brushed jobs", page, lambda: self.figures(page)["jobs"], last - first + 1)

    def test_keyboard(self) -> None:
        page, canvas = self.open_canvas()
        canvas.focus()
        said = page.locator("#board .picture [role=status]")
        page.keyboard.press("n")
        first = self.directory.number("SELECT min(jid) FROM job WHERE status = 3")
        expect(said).to_contain_text(f"Job {first},")
        page.keyboard.press("ArrowRight")
        expect(said).to_contain_text(f"Job {first + 1},")
        page.keyboard.press("Enter")
        expect(page.locator("#job-title")).to_contain_text(f"Job {first + 1}")
        canvas.focus()
        page.keyboard.press("Home")
        expect(said).to_contain_text("Job 1,")
        page.keyboard.press("End")
        expect(said).to_contain_text(f"Job {sum(self.directory.statuses().values())},")
        page.keyboard.press("N")
        last = self.directory.number("SELECT max(jid) FROM job WHERE status = 3")
        expect(said).to_contain_text(f"Job {last},")
        page.keyboard.press("+")
        expect(page.get_by_role("button", name="Whole")).to_be_enabled()
        page.keyboard.press("0")
        expect(page.get_by_role("button", name="Whole")).to_be_disabled()
        # Shift and an arrow select a range, which filters.
        page.keyboard.press("Home")
        page.keyboard.down("Shift")
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        page.keyboard.up("Shift")
        self.until("the range filters", page, lambda: self.query(page).get("numbers") == ["1-4"])

    def test_orders(self) -> None:
        page, canvas = self.open_canvas()
        order = page.get_by_role("combobox", name="Order")
        last = self.directory.number("SELECT jid FROM job_instance ORDER BY finished_date DESC, jid DESC LIMIT 1")
        said = page.locator("#board .picture [role=status]")
        order.select_option("end")
        self.until("the order is in the URL", page, lambda: self.query(page) == {"order": ["end"]})
        with page.expect_response(lambda r: "order=end" in r.url and "/mosaic" in r.url):
            page.reload()
        self.ready(page)
        canvas.focus()
        page.keyboard.press("End")
        ended = self.directory.rows("SELECT finished_date FROM job_instance WHERE jid = ?", last)[0][0]
        tied = {f"Job {jid}," for (jid,) in self.directory.rows("SELECT jid FROM job_instance WHERE finished_date = ?",
                                                                ended)}
        self.until("the last job is at the end", page, lambda: any(t in said.inner_text() for t in tied))
        for value in ("host", "param:site"):
            order.select_option(value)
            self.until("the order is in the URL", page, lambda value=value: self.query(page) == {"order": [value]})
        header, _ = self.cells(page, "order=param:site&colour=status")
        true = dict(self.directory.rows("SELECT value, count(*) FROM job_param WHERE name = 'site' GROUP BY 1"))
        self.assertEqual({lane["label"]: lane["cells"] for lane in header["lanes"]}, true)
        # A click on the first cell opens the first job of the first value.
        first = header["lanes"][0]["label"]
        page.locator("#board .picture").scroll_into_view_if_needed()
        canvas.focus()
        page.keyboard.press("Home")
        jid = self.directory.number("SELECT min(jid) FROM job_param WHERE name = 'site' AND value = ?", first)
        expect(said).to_contain_text(f"Job {jid},")

    def test_grid(self) -> None:
        page, canvas = self.open_canvas("?name=model+*")
        page.get_by_role("combobox", name="Order").select_option("param:site")
        page.get_by_role("combobox", name="then by", exact=True).select_option("param:year")
        self.until("the grid is in the URL", page,
                   lambda: self.query(page).get("order") == ["param:site,param:year"])
        expect(page.locator("#board .picture")).to_contain_text("rows: site, columns: year")
        header, cells = self.cells(page, "name=model+*&order=param:site,param:year")
        self.assertEqual(len(header["rows"]["values"]), 11)
        self.assertEqual([int(v) for v in header["columns"]["values"]], list(range(1990, 2020)))
        failed = self.directory.number("SELECT count(*) FROM job WHERE status = 3 AND name GLOB 'model *'")
        self.assertEqual(sum(c >= 128 for c in cells), failed)
        canvas.focus()
        said = page.locator("#board .picture [role=status]")
        page.keyboard.press("Home")
        page.keyboard.press("n")
        position = next(k for k, c in enumerate(cells) if c >= 128)
        site, year = header["rows"]["values"][position // 30], header["columns"]["values"][position % 30]
        jid = self.directory.number(
            "SELECT s.jid FROM job_param s JOIN job_param y ON y.jid = s.jid WHERE s.name = 'site' AND s.value = ? "
            "AND y.name = 'year' AND y.value = ?", site, str(year))
        expect(said).to_contain_text(f"Job {jid},")

    def test_colours(self) -> None:
        page, _ = self.open_canvas()
        failed = self.directory.number("SELECT count(*) FROM job WHERE status = 3")
        self.same("statuses", page, lambda: self.legend(page), self.directory.statuses)
        colour = page.get_by_role("combobox", name="Colour")
        colour.select_option("cause")
        causes = dict(self.directory.rows(
            "SELECT i.cause, count(*) FROM job j JOIN job_instance i ON i.job_instance_id = j.latest_instance_id "
            "WHERE j.status = 3 GROUP BY 1"))
        causes = {cause.replace("_", " "): count for cause, count in causes.items()}
        self.same("causes", page, lambda: {k.replace("_", " "): v for k, v in self.legend(page).items()
                                           if k.replace("_", " ") in causes}, causes)
        colour.select_option("group")
        groups = dict(self.directory.rows(
            "SELECT 'E' || e.signature_id, count(*) FROM job j JOIN error e ON "
            "e.job_instance_id = j.latest_instance_id WHERE j.status = 3 GROUP BY 1"))
        self.same("most jobs of groups", page, lambda: sum(
            v for k, v in self.legend(page).items() if k.split()[0] in groups), lambda: sum(
            v for k, v in groups.items() if k in {x.split()[0] for x in self.legend(page)}))
        for name in ("time", "memory", "attempts"):
            colour.select_option(name)
            self.same(f"all jobs have a {name}", page, lambda: sum(map(
                figure, page.locator("#board .legend b").all_inner_texts())), sum(self.directory.statuses().values()))
            header, cells = self.cells(page, f"colour={name}")
            self.assertEqual(sum(c >= 128 for c in cells), failed, name)
            self.assertEqual(sum(e["jobs"] for e in header["legend"]), header["cells"])
        colour.select_option("status")
        page.locator("#board .legend a", has_text="failed").click()
        self.same("the legend filters", page, lambda: self.figures(page)["jobs"], failed)
