"""The page while things go on: a monitor that is killed and comes back, several tabs, a forwarded port."""

from __future__ import annotations

from playwright.sync_api import expect

from support.directory import Directory
from support.events import life
from support.neighbours import Forwarder
from support.pages import PageTest

HIDE = """(yes) => {
    Object.defineProperty(document, 'hidden', { value: yes, configurable: true });
    Object.defineProperty(document, 'visibilityState', { value: yes ? 'hidden' : 'visible', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
}"""
GONE = ["ERR_CONNECTION", "ERR_INCOMPLETE", "ERR_EMPTY_RESPONSE", "ERR_SOCKET"]


class AwayTests(PageTest):
    def setUp(self) -> None:
        super().setUp()
        self.directory = Directory()
        self.addCleanup(self.directory.close)
        self.directory.serve()
        self.more(5)

    def more(self, count: int, stderr: str | None = None) -> None:
        """Records further jobs."""
        self.directory.post([event for _ in range(count) for event in life("fit", "n1", -20, 10, stderr=stderr)])

    def forward(self) -> Forwarder:
        forwarder = Forwarder(self.directory.port)
        self.addCleanup(forwarder.close)
        return forwarder

    def through(self, forwarder: Forwarder) -> str:
        """A new link, with the port of the forwarder."""
        return self.directory.link().replace(f":{self.directory.port}/", f":{forwarder.port}/")

    def test_killed_and_back(self) -> None:
        self.allowed = GONE
        page = self.open("?colour=group")
        self.same("5 jobs", page, lambda: self.figures(page).get("jobs"), 5)
        port, cookies = self.directory.port, page.context.cookies()
        self.directory.kill()
        banner = page.locator("#banner")
        expect(banner).to_contain_text("The monitor does not answer since")
        expect(page.locator("#link")).to_have_text("no answer")
        # What was seen stays, and what is reported meanwhile is not lost.
        self.assertEqual(self.figures(page).get("jobs"), 5)
        self.directory.jobmon("exec", "--name", "meanwhile", "--", "sh", "-c", "exit 3", codes=(3,))
        self.directory.serve()
        self.assertEqual(self.directory.port, port)
        expect(banner).to_be_hidden()
        expect(page.locator("#link")).to_have_text("live")
        self.same("the job of meanwhile", page, lambda: self.figures(page).get("jobs"), 6)
        expect(page.locator("#board .legend")).to_contain_text("E1")
        self.assertEqual(page.context.cookies(), cookies)
        self.more(3, stderr="ValueError: no\n")
        self.same("and what comes then", page, lambda: self.figures(page).get("failed"), 4)
        self.assertEqual(sum(self.directory.statuses().values()), 9)
        # The session still acts.
        page.locator("#groups .group").first.get_by_role("button", name="Mute").click()
        expect(page.locator("#groups .muted summary")).to_contain_text("1 muted group")

    def test_opened_while_away(self) -> None:
        self.allowed = [*GONE, "status of 503"]  # Its jobs are being read.
        page = self.open()
        address = page.url
        self.directory.kill()
        expect(page.locator("#banner")).to_be_visible()
        page.get_by_role("link", name="Hosts").click()
        self.directory.serve()
        expect(page.locator("#hosts tbody tr")).to_have_count(1)
        page.goto(address)
        self.ready(page)

    def test_numbers_follow(self) -> None:
        page = self.open()
        canvas = page.locator("#board .picture")
        for total in (12, 30):
            self.more(total - sum(self.directory.statuses().values()))
            self.same("the first line", page, lambda: self.figures(page).get("jobs"), total)
            expect(canvas).to_contain_text(f"{total} jobs")
            expect(page.locator("#jobs .head [role=status]")).to_have_text(f"{total} of {total}")

    def test_forwarded_port(self) -> None:
        forwarder = self.forward()
        page = self.open(link=self.through(forwarder))
        self.same("5 jobs", page, lambda: self.figures(page).get("jobs"), 5)
        self.more(2, stderr="ValueError: no\n")
        self.same("the stream comes through", page, lambda: self.figures(page).get("failed"), 2)
        page.locator("#groups .group").first.get_by_role("button", name="Mute").click()
        expect(page.locator("#groups .muted summary")).to_contain_text("1 muted group")
        self.assertEqual(self.directory.number("SELECT count(*) FROM error_group WHERE muted IS NOT NULL"), 1)

    def test_forwarder_by_another_name(self) -> None:
        forwarder = self.forward()
        page = self.open(link=self.through(forwarder).replace("127.0.0.1", "localhost"))
        self.same("5 jobs", page, lambda: self.figures(page).get("jobs"), 5)

    def test_tabs_share_one_stream(self) -> None:
        forwarder = self.forward()
        one = self.open(link=self.through(forwarder))
        two = self.tab(one.context)
        two.goto(one.url)
        self.ready(two)
        self.more(1)
        for tab in (one, two):
            self.same("the number", tab, lambda tab=tab: self.figures(tab).get("jobs"), 6)
        self.assertEqual(forwarder.streams, 1, forwarder.requests)
        one.close()
        self.more(1)
        self.same("the other tab goes on", two, lambda: self.figures(two).get("jobs"), 7)
        self.assertEqual(forwarder.streams, 1)
        two.goto("about:blank")
        self.until("no tab, no stream", two, lambda: forwarder.streams == 0)

    def test_hidden_tab_asks_nothing(self) -> None:
        forwarder = self.forward()
        hidden = self.open(link=self.through(forwarder))
        self.same("5 jobs", hidden, lambda: self.figures(hidden).get("jobs"), 5)
        hidden.evaluate(HIDE, True)
        self.until("its stream ends", hidden, lambda: forwarder.streams == 0)
        before = len(forwarder.requests)
        seen = self.open()
        for total in (6, 7):
            self.more(1)
            self.same("a visible page follows", seen, lambda: self.figures(seen).get("jobs"), total)
        self.assertEqual(forwarder.requests[before:], [])
        hidden.evaluate(HIDE, False)
        self.same("it is up to date when seen", hidden, lambda: self.figures(hidden).get("jobs"), 7)

    def test_only_what_is_seen_is_asked(self) -> None:
        forwarder = self.forward()
        page = self.open("?view=hosts", link=self.through(forwarder))
        expect(page.locator("#hosts tbody tr")).to_have_count(1)
        before = len(forwarder.requests)
        self.more(1)
        self.same("the first line", page, lambda: self.figures(page).get("jobs"), 6)
        row = page.locator("#hosts tbody tr td").first
        expect(row).to_have_text("6")
        asked = {line.split("?")[0] for line in forwarder.requests[before:]}
        self.assertEqual(asked, {"GET /v1/view", "GET /v1/view/hosts"})
