"""The page for everybody: the keyboard alone, no colours, and browsers that lack something."""

from __future__ import annotations

from playwright.sync_api import expect

from support.directory import Directory
from support.events import cluster
from support.pages import PageTest
from support.study import run_study


class AccessTests(PageTest):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.directory = Directory()
        cls.addClassCleanup(cls.directory.close)
        run_study(cls.directory)
        cls.directory.serve()
        cls.directory.post(cluster())

    def test_theme_is_kept(self) -> None:
        page = self.open(color_scheme="light")
        colour = "getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(colour)
        page.get_by_role("button", name="Dark").click()
        dark = page.evaluate(colour)
        self.assertNotEqual(light, dark)
        page.reload()
        self.ready(page)
        self.assertEqual(page.evaluate(colour), dark)
        expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")

    def test_states_differ_without_colour(self) -> None:
        # Whoever sees no colours tells the states of jobs by their shapes and words.
        page = self.open()
        shapes = page.evaluate("""() => Object.fromEntries(
            [...document.querySelectorAll('#board .legend li')].map((n) =>
            [n.querySelector('bdi').textContent, n.querySelector('svg')?.innerHTML]))""")
        self.assertEqual(sorted(shapes), ["complete", "failed", self.directory.rows(
            "SELECT iif(late_since IS NULL, 'running', 'late') FROM job_instance WHERE status = 2")[0][0]])
        self.assertEqual(len(set(shapes.values())), 3, shapes)

    def test_keyboard_alone(self) -> None:
        """From the link to the retry of a cause with more memory, and back, without a pointer."""
        page = self.open()
        name = page.locator("#groups .group .id").first.inner_text()
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the failures")).to_be_focused()
        page.keyboard.press("Enter")
        wanted = f"Retry group {name} with more memory"
        presses = 0
        while page.evaluate("document.activeElement.getAttribute('aria-label')") != wanted:
            page.keyboard.press("Tab")
            presses += 1
            self.assertLess(presses, 10)
            outline = page.evaluate("(() => { const s = getComputedStyle(document.activeElement); "
                                    "return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1; })()")
            self.assertTrue(outline, page.evaluate("document.activeElement.outerHTML"))
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        expect(dialog.locator("button.primary")).to_be_focused()
        page.keyboard.press("Escape")
        self.assertEqual(page.evaluate("document.activeElement.getAttribute('aria-label')"), wanted)
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_contain_text("Keys and help")
        page.get_by_role("checkbox", name="Use single-letter keys").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        expect(page.locator("#filter-form")).to_be_hidden()

    def test_focus_stays_while_numbers_change(self) -> None:
        page = self.open()
        button = page.locator("#groups .group").first.get_by_role("button", name="Mute")
        button.focus()
        before = self.figures(page)["jobs"]
        self.directory.post(cluster()[:12])
        self.until("the numbers change", page, lambda: self.figures(page)["jobs"] > before)
        expect(button).to_be_focused()

    def test_what_is_missing(self) -> None:
        for script, words in (("delete window.EventSource", "EventSource"),
                              ("delete HTMLCanvasElement.prototype.getContext", "canvas"),
                              ("delete window.EventSource; delete window.SharedWorker", "EventSource")):
            with self.subTest(script):
                context = self.context()
                context.add_init_script(script)
                page = self.open(context=context, ready=False)
                expect(page.locator("#missing")).to_be_visible()
                expect(page.locator("#missing")).to_contain_text(f"This browser lacks {words}")
                expect(page.locator("#missing")).to_contain_text("jobmon watch")
                # The link stays unused, for another browser.
                self.assertIn("#token=", page.url)
                context.close()

    def test_without_shared_worker(self) -> None:
        context = self.context()
        context.add_init_script("delete window.SharedWorker")
        page = self.open(context=context)
        before = self.figures(page)["jobs"]
        self.directory.post(cluster()[:12])
        self.until("the numbers change", page, lambda: self.figures(page)["jobs"] > before)
