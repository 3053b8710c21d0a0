"""The page in a real browser: opening it, reading its numbers, and noticing what goes wrong in it."""

from __future__ import annotations

import mimetypes
import os
import pathlib
import re
import shutil
import unittest
import urllib.parse
from collections.abc import Callable
from typing import Any, TypeVar

from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from .directory import Directory
from .waiting import wait_for

T = TypeVar("T")
CHROMIUM = shutil.which("chromium") or "chromium"
# While the page is changed: a folder whose files are used in place of those in the executable.
PAGE_FILES = os.environ.get("JOBMON_PAGE_FILES")
PAGE_PATHS = re.compile(r"^http://[^/]+/(page/[\w.-]+)?(\?[^#]*)?$")
expect.set_options(timeout=15_000)

# What the browser tells of the page's policy, and of elements that a text brought in.
WATCH = """
window.violations = [];
document.addEventListener('securitypolicyviolation',
    (e) => window.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
"""
HARMED = """() => window.harmed
    || [...document.querySelectorAll('img, iframe, object, embed, script, style, [style*="url"]')]
        .filter((n) => !(n.tagName === 'SCRIPT' && new URL(n.src, location).pathname.startsWith('/page/')))
        .map((n) => n.outerHTML)[0]"""


def figure(text: str) -> int:
    """The number that a text begins with: "1,500 jobs" is 1500."""
    found = re.search(r"[\d,]+", text)
    assert found, f"no number in {text!r}"
    return int(found.group().replace(",", ""))


class PageTest(unittest.TestCase):
    """A test with a browser. A problem in the console, a violation of the page's policy, a dialog, or an element made
    of a job's text fails it."""

    directory: Directory
    browser: Browser
    _playwright: Any

    @classmethod
    def setUpClass(cls) -> None:
        cls._playwright = sync_playwright().start()
        cls.addClassCleanup(cls._playwright.stop)
        # A sandbox of Chromium does not work for root.
        cls.browser = cls._playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        cls.addClassCleanup(cls.browser.close)

    def setUp(self) -> None:
        self.noise: list[str] = []
        self.allowed: list[str] = []
        self.pages: list[Page] = []
        self.addCleanup(self._close)

    def _close(self) -> None:
        for context in self.browser.contexts:
            context.close()

    def tearDown(self) -> None:
        for page in self.pages:
            if page.is_closed() or not page.url.startswith("http"):
                continue
            self.noise += [f"violation: {text}" for text in page.evaluate("window.violations || []")]
            harmed = page.evaluate(HARMED)
            if harmed:
                self.noise.append(f"harmed: {harmed}")
        bad = [text for text in self.noise if not any(re.search(pattern, text) for pattern in self.allowed)]
        self.assertEqual(bad, [])

    # Opening

    def context(self, width: int = 1440, height: int = 900, **options: Any) -> BrowserContext:
        """A browser of its own, with nothing kept."""
        context = self.browser.new_context(viewport={"width": width, "height": height}, **options)
        context.add_init_script(WATCH)
        if PAGE_FILES:
            context.route(PAGE_PATHS, fulfil)
        return context

    def tab(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.set_default_timeout(15_000)
        self.pages.append(page)
        page.on("console", lambda m: self.noise.append(f"{m.type}: {m.text} ({m.location.get('url', '')})")
                if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: self.noise.append(f"page: {e}"))

        def dialog(shown: Any) -> None:
            self.noise.append(f"dialog: {shown.message}")
            shown.dismiss()
        page.on("dialog", dialog)
        return page

    def open(self, query: str = "", *, context: BrowserContext | None = None, directory: Directory | None = None,
             link: str | None = None, ready: bool = True, **options: Any) -> Page:
        """Opens the page by a new link; `query` ("?status=failed") is put into it."""
        link = link or (directory or self.directory).link()
        page = self.tab(context or self.context(**options))
        address, _, fragment = link.partition("#")
        page.goto(address + query + ("#" + fragment if fragment else ""))
        if ready:
            self.ready(page)
        return page

    def ready(self, page: Page) -> None:
        """Waits until all parts of the page are there."""
        expect(page.locator("#link .words")).to_have_text("live")
        expect(page.locator("table.jobs")).to_have_count(1)
        expect(page.locator("#summary .figure b").first).not_to_be_empty()

    # Reading

    def until(self, what: str, page: Page, condition: Callable[[], T], within: float = 15) -> T:
        """As wait_for, while the page goes on."""
        def step() -> T:
            value = condition()
            if not value:
                page.wait_for_timeout(50)
            return value
        return wait_for(what, step, within)

    def same(self, what: str, page: Page, shown: Callable[[], T], true: Callable[[], T] | T,
             within: float = 15) -> None:
        """Waits until what is shown is what SQL says."""
        def now() -> T:
            return true() if callable(true) else true
        try:
            self.until(what, page, lambda: shown() == now(), within)
        except AssertionError:
            self.assertEqual(shown(), now(), what)

    def figures(self, page: Page) -> dict[str, int]:
        """The numbers of the first line, by name."""
        found: dict[str, int] = {}
        for name in ("jobs", "done", "running", "waiting", "failed", "unknown", "cancelled", "late", "doubtful"):
            link = page.locator("#summary .figure", has=page.locator(f"span:text-is('{name}')"))
            if link.count() and link.is_visible():
                found[name] = figure(link.locator("b").inner_text())
        return found

    def groups(self, page: Page) -> dict[str, int]:
        """The jobs of each group that is listed."""
        more = page.locator("#groups > .more")
        if more.is_visible() and more.get_attribute("aria-expanded") == "false":
            more.click()
        pairs = page.evaluate("""() => [...document.querySelectorAll('#groups > ol > .group')].map((n) =>
            [n.querySelector('.id').textContent, n.querySelector('.count').textContent])""")
        return {name: figure(text) for name, text in pairs}

    def query(self, page: Page) -> dict[str, list[str]]:
        """The names and values of the URL."""
        return urllib.parse.parse_qs(urllib.parse.urlsplit(page.url).query)

    def chips(self, page: Page) -> list[str]:
        return page.locator("#filter .chips li > span").all_inner_texts()


POLICY: dict[str, str] = {}


def fulfil(route: Route) -> None:
    """Answers a request for a file of the page from the folder."""
    name = urllib.parse.urlsplit(route.request.url).path.removeprefix("/page/")
    file = pathlib.Path(PAGE_FILES or "") / ("index.html" if name == "/" else name)
    if not POLICY:
        POLICY.update({k: v for k, v in route.fetch().headers.items() if k == "content-security-policy"})
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    route.fulfill(status=200, body=file.read_bytes(), headers={**POLICY, "content-type": kind})
