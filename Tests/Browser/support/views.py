"""Every view of the page, looked at by axe and for what makes it scroll sideways."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .directory import Directory
from .events import cluster
from .pages import PageTest
from .study import run_study

# The parts of the page, and what shows that they are drawn.
VIEWS = {
    "": "table.jobs tbody tr",
    "?status=failed&sort=-time": "table.jobs tbody tr",
    "?job=6": "#job pre.error",
    "?view=hosts": "#hosts tbody tr",
    "?view=timeline": "#timeline tbody tr",
    "?view=resources": "#resources tbody tr",
    "?name=nothing": "#board .head .soft",
    "?order=param:site,param:year&colour=group": "#board .legend li",
}


class ViewsTest(PageTest):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.directory = Directory()
        cls.addClassCleanup(cls.directory.close)
        run_study(cls.directory)
        cls.directory.serve()
        cls.directory.post(cluster())

    def findings(self, page: Page) -> list[str]:
        """What axe calls serious or critical."""
        answer = Axe().run(page).response
        self.assertGreater(len(answer["passes"]), 10)
        found = answer["violations"]
        return [f"{v['id']} ({v['impact']}): {node['target']} {node['html'][:150]}" for v in found
                if v["impact"] in ("serious", "critical") for node in v["nodes"][:3]]

    def wide(self, page: Page) -> list[str]:
        """What makes the page scroll sideways."""
        found: list[str] = page.evaluate("""() => document.documentElement.scrollWidth <= innerWidth ? [] :
            [document.documentElement.scrollWidth + ' px', ...[...document.querySelectorAll('body *')]
                .filter((n) => n.getBoundingClientRect().right > innerWidth + 1 && !n.closest('.scroll, .picture'))
                .map((n) => n.tagName + '.' + n.className + '#' + n.id).slice(0, 5)]""")
        return found

    def each_view(self, scheme: str) -> None:
        page = self.open(color_scheme=scheme)
        start = page.url
        bad: list[str] = []
        for query, drawn in VIEWS.items():
            for width in (1440, 375):
                page.set_viewport_size({"width": width, "height": 900})
                if width == 1440:
                    page.goto(start + query)
                    self.ready(page)
                page.locator(drawn).first.wait_for()
                page.locator(drawn).first.scroll_into_view_if_needed()
                bad += [f"{query} {width}: {text}" for text in self.findings(page)]
                bad += [f"{query} {width}: wide: {text}" for text in self.wide(page)]
        for width in (1440, 375):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(start)
            self.ready(page)
            page.keyboard.press("/")
            bad += [f"filter {width}: {text}" for text in self.findings(page) + self.wide(page)]
            page.keyboard.press("Escape")
            for button in ("Help", "Retry all failed"):
                page.get_by_role("button", name=button).click()
                expect(page.get_by_role("dialog").locator("button").last).to_be_enabled()
                bad += [f"{button} {width}: {text}" for text in self.findings(page) + self.wide(page)]
                page.keyboard.press("Escape")
                expect(page.get_by_role("dialog")).to_have_count(0)
        self.assertEqual(bad, [])
