"""The door: who may look, who may act, and what a page of another origin gets."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as TookTooLong

from support.directory import Directory
from support.neighbours import ForeignPage
from support.pages import PageTest
from support.study import run_study

RETRY = {"action": "retry", "filter": "status=failed", "expect": 1}
POST = """async ([path, body]) => {
    const answer = await fetch(path, { method: 'POST', body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json', 'X-Jobmon-Page': '1' } });
    return [answer.status, await answer.json()];
}"""

# Each attempt says what it got: a status, or that the browser refused.
FOREIGN = """<!doctype html><title>foreign</title><body><script>
const to = %s, got = {}, body = %s;
const attempt = (name, make) => make().then((x) => { got[name] = x; }, (e) => { got[name] = 'refused'; });
const options = { method: 'POST', credentials: 'include', body: JSON.stringify(body) };
const load = (tag, source) => new Promise((done, fail) => {
    const node = document.createElement(tag);
    node.onload = () => done('loaded');
    node.onerror = () => fail();
    node.src = to + source;
    document.body.append(node);
});
Promise.all([
    attempt('read', async () => (await fetch(to + 'v1/view', { credentials: 'include' })).status),
    attempt('read opaque', async () => (
        await (await fetch(to + 'v1/view', { credentials: 'include', mode: 'no-cors' })).text()) || 'nothing'),
    attempt('post', async () => (await fetch(to + 'v1/view/act', { ...options,
        headers: { 'Content-Type': 'application/json', 'X-Jobmon-Page': '1' } })).status),
    attempt('post simple', async () => (await (await fetch(to + 'v1/view/act', { ...options, mode: 'no-cors',
        headers: { 'Content-Type': 'text/plain' } })).text()) || 'nothing'),
    attempt('session', async () => (await fetch(to + 'v1/session', { credentials: 'include' })).status),
    attempt('stream', () => new Promise((done, fail) => {
        const source = new EventSource(to + 'v1/view/ticks', { withCredentials: true });
        source.onmessage = source.onopen = () => done('opened');
        source.onerror = () => { source.close(); fail(); };
    })),
    attempt('image', () => load('img', 'v1/view')),
    attempt('script', () => load('script', 'v1/view').then(() => (window.view ? 'read' : 'nothing'))),
]).then(() => {
    const frame = document.createElement('iframe');
    frame.src = to;
    frame.name = 'frame';
    frame.onload = () => {
        try { got.frame = frame.contentDocument ? 'read' : 'refused'; } catch { got.frame = 'refused'; }
        window.got = got;
    };
    document.body.append(frame);
});
</script></body>"""


class DoorTests(PageTest):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.directory = Directory()
        cls.addClassCleanup(cls.directory.close)
        run_study(cls.directory)
        cls.directory.serve()

    def setUp(self) -> None:
        super().setUp()
        self.before = self.directory.statuses()
        self.logged = len(self.directory.log)

    def nothing_changed(self) -> None:
        self.assertEqual(self.directory.statuses(), self.before)

    def refusals(self) -> list[str]:
        """What the monitor logged in this test about requests that it refused."""
        return [line for line in self.directory.log[self.logged:].splitlines() if "refused" in line]

    def test_token_leaves_the_address(self) -> None:
        link = self.directory.link()
        self.assertRegex(link, r"^http://127\.0\.0\.1:\d+/#token=\w{40,}$")
        page = self.open(link=link)
        self.assertEqual(page.url, link.split("#")[0])
        self.assertNotIn("token", page.evaluate("JSON.stringify([history.state, document.referrer, localStorage])"))
        cookie, = page.context.cookies()
        self.assertEqual((cookie["httpOnly"], cookie["sameSite"]), (True, "Strict"))
        # Its own browser continues with the link that it used.
        page.goto(link)
        self.ready(page)

    def test_used_link(self) -> None:
        self.allowed = ["status of 401"]
        link = self.directory.link()
        self.open(link=link)
        other = self.open(link=link, ready=False)
        expect(other.locator("#problem")).to_contain_text("This link was used, or its session has ended.")
        expect(other.locator("#problem code")).to_have_text("jobmon dashboard")
        expect(other.locator("#content")).to_be_hidden()
        self.assertEqual(other.evaluate("fetch('/v1/view').then((a) => a.status)"), 401)

    def test_used_link_is_logged(self) -> None:
        self.allowed = ["status of 401"]
        link = self.directory.link()
        self.open(link=link)
        other = self.open(link=link, ready=False)
        expect(other.locator("#problem")).to_contain_text("This link was used")
        self.assertTrue(self.refusals())

    def test_no_session(self) -> None:
        self.allowed = ["status of 401"]
        page = self.open(link=self.directory.link().split("#")[0], ready=False)
        expect(page.locator("#problem code")).to_have_text("jobmon dashboard")
        page = self.open(link=self.directory.link().split("=")[0] + "=" + "0" * 64, ready=False)
        expect(page.locator("#problem code")).to_have_text("jobmon dashboard")

    def test_shared_link_looks_only(self) -> None:
        self.allowed = ["status of 403"]
        link = self.directory.link("--share", "8h")
        for _ in range(2):
            page = self.open("?job=6", link=link)
            expect(page.locator("#place")).to_contain_text("read-only link, ends in")
            expect(page.locator("#job .part-attempts")).to_contain_text("Attempts")
            for word in ("Retry", "Cancel", "Mute", "Note"):
                self.assertEqual(page.get_by_role("button", name=re.compile(word)).count(), 0, word)
            self.assertEqual(page.get_by_role("checkbox").count(), 0)
        # A request that its page does not make is refused.
        for path, body in (("/v1/view/act", {**RETRY, "expect": self.before["failed"]}),
                           ("/v1/view/group", {"group": "E1", "action": "mute"})):
            status, answer = page.evaluate(POST, [path, body])
            self.assertEqual((status, answer["code"]), (403, "forbidden"))
        self.nothing_changed()
        self.assertEqual(len(self.refusals()), 2, self.directory.log)

    def test_shared_link_ends(self) -> None:
        self.allowed = ["status of 401"]
        # Long enough for the page to be drawn before it ends; on a busy machine not at once.
        for seconds in (2, 10, 40):
            link = self.directory.link("--share", f"{seconds}s")
            page = self.open(link=link, ready=False)
            words = self.until("the page begins, or the link has ended", page, lambda page=page: [
                w for w in ("live", "no session") if page.locator("#link .words").inner_text() == w])
            if words == ["live"]:
                break
        self.until("the link ends", page,
                   lambda: page.evaluate("fetch('/v1/session').then((a) => a.status)") == 401)
        self.ask(page)
        expect(page.locator("#problem")).to_contain_text("session has ended")
        expect(page.locator("#content")).to_be_hidden()
        late = self.open(link=link, ready=False)
        expect(late.locator("#problem code")).to_have_text("jobmon dashboard")

    def test_end_of_the_session(self) -> None:
        self.allowed = ["status of 401"]
        page = self.open()
        other = self.tab(page.context)
        other.goto(page.url)
        self.ready(other)
        page.get_by_role("button", name="End session").click()
        expect(page.locator("#problem")).to_contain_text("session has ended")
        self.ask(other)
        expect(other.locator("#problem")).to_contain_text("session has ended")

    def ask(self, page: Page) -> None:
        """Lets the page ask something; one that has noticed the end of its session by itself has no links any more."""
        try:
            page.get_by_role("link", name="Hosts").click(timeout=2000)
        except TookTooLong:
            expect(page.locator("#content")).to_be_hidden()

    def foreign(self) -> tuple[dict[str, Any], list[str]]:
        """Opens a page of another origin in a browser that has a session; returns what it got, and what it was told."""
        page = self.open()
        retry = {**RETRY, "expect": self.before["failed"]}
        other = ForeignPage(lambda: FOREIGN % (json.dumps(page.url), json.dumps(retry)))
        self.addCleanup(other.close)
        self.allowed = [".*"]
        tab = self.tab(page.context)
        tab.goto(f"http://127.0.0.1:{other.port}/foreign.html")
        self.until("its attempts are over", tab, lambda: tab.evaluate("Boolean(window.got)"))
        got: dict[str, Any] = tab.evaluate("window.got")
        told = list(self.noise)
        # A form that is sent to the monitor.
        tab.evaluate("""([to, body]) => {
            const form = document.createElement('form');
            Object.assign(form, { method: 'POST', action: to + 'v1/view/act', enctype: 'text/plain' });
            const field = document.createElement('input');
            Object.assign(field, { name: JSON.stringify(body).slice(0, -1) + ', "x": "', value: '"}' });
            form.append(field);
            document.body.append(form);
            form.submit();
        }""", [page.url, retry])
        tab.wait_for_url(re.compile("/v1/view/act"))
        got["form"] = json.loads(tab.locator("pre").inner_text())["code"]
        tab.close()
        return got, told

    def test_foreign_origin(self) -> None:
        got, _ = self.foreign()
        self.assertEqual(got, {
            "read": "refused", "read opaque": "nothing", "post": "refused", "post simple": "nothing",
            "session": "refused", "stream": "refused", "image": "refused", "script": "refused", "frame": "refused",
            "form": "forbidden"})
        self.nothing_changed()

    def test_foreign_origin_is_logged(self) -> None:
        self.foreign()
        self.assertTrue(self.refusals())

    def test_foreign_host_name(self) -> None:
        # A name that points here (DNS rebinding) is none of the monitor's.
        page = self.open()
        for host in ("evil.example", f"evil.example:{self.directory.port}"):
            answer = page.request.get(page.url + "v1/view", headers={"Host": host})
            self.assertEqual(answer.status, 403, host)

    def test_headers(self) -> None:
        page = self.open()
        for path in ("", "page/main.js", "v1/view", "page/style.css"):
            headers = page.request.get(page.url + path).headers
            self.assertEqual(headers.get("x-content-type-options"), "nosniff", path)
            self.assertNotIn("access-control-allow-origin", headers, path)
        policy = page.request.get(page.url).headers["content-security-policy"]
        self.assertNotIn("unsafe", policy)
        self.assertIn("frame-ancestors 'none'", policy)
