"""Takes the pictures of the page: screenshots.py FOLDER."""

from __future__ import annotations

import json
import pathlib
import random
import sys
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from support.directory import Directory
from support.pages import CHROMIUM, PAGE_FILES, PAGE_PATHS, fulfil

SITES = ["bergen", "lima", "oslo", "pune", "quito", "riga", "sofia", "tunis", "ulm", "vaduz"]
MODEL = '''
import sys

def read(path):
    return open(path).read()

def fit(site, year):
    if site == "lima" and year % 3:
        raise ValueError(f"could not convert string to float: 'n/a {year}'")
    if site == "quito" and year < 2000:
        read(f"/data/input/{site}-{year}.csv")
    if site == "tunis" and year % 7 == 0:
        raise RuntimeError(f"no convergence after {year - 1900} steps")
    if site == "ulm" and year % 9 == 0:
        raise MemoryError(f"Unable to allocate {year % 9 + 2.4} GiB")

fit(sys.argv[1], int(sys.argv[2]))
'''


def make_run(directory: Directory) -> None:
    """600 jobs of a queue; 99 fail, for five causes."""
    (directory.folder / "model.py").write_text(MODEL)
    jobs: list[dict[str, Any]] = []
    chance = random.Random(7)
    bad = {"lima": 1, "quito": 1, "tunis": 1, "ulm": 1}
    for site in SITES:
        for year in range(1960, 2020):
            command = ["sh", "-c", f"sleep {chance.random() / 50:.3f}"]
            if site in bad or (site == "riga" and year % 20 == 3):
                command = ["python3", "model.py", site, str(year)]
            if site == "riga" and year % 20 == 3:
                command = ["sh", "-c", "kill -9 $$"]
            jobs.append({"name": "model", "params": {"site": site, "year": year}, "command": command, "memory": "2G"})
    (directory.folder / "models.jsonl").write_text("".join(json.dumps(job) + "\n" for job in jobs))
    directory.jobmon("run", "-f", "models.jsonl", "-j", "4", "--no-progress", codes=(1,))
    directory.serve()


def drawn(page: Page) -> None:
    """Waits until the pictures of the page are drawn."""
    expect(page.locator("#quantiles tbody tr")).to_have_count(4)
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def main(folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    directory = Directory()
    try:
        make_run(directory)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for scheme in ("light", "dark"):
                context = browser.new_context(viewport={"width": 1440, "height": 1000}, color_scheme=scheme)
                if PAGE_FILES:
                    context.route(PAGE_PATHS, fulfil)
                page = context.new_page()
                page.goto(directory.link())
                for width, height in ((1440, 1000), (375, 812)):
                    page.set_viewport_size({"width": width, "height": height})
                    expect(page.locator("table.jobs tbody tr").first).to_be_attached()
                    expect(page.locator("#board .picture")).to_contain_text("jobs")
                    expect(page.locator("#states canvas")).to_be_visible()
                    # What sets the jobs of a group apart comes a little later.
                    expect(page.locator("#groups .where").first).to_be_visible(timeout=30_000)
                    drawn(page)
                    page.screenshot(path=folder / f"page-{scheme}-{width}.png")
                page.set_viewport_size({"width": 1440, "height": 1000})
                page.goto(page.url.split("?")[0] + "?status=failed&order=param:site,param:year&colour=group&job="
                          + str(directory.number("SELECT min(jid) FROM error WHERE headline LIKE 'ValueError%'")))
                expect(page.locator("#job pre.error")).to_be_visible()
                expect(page.locator("#board .legend li", has_text="E1").first).to_be_visible()
                drawn(page)
                page.screenshot(path=folder / f"page-job-{scheme}-1440.png")
                context.close()
            browser.close()
    finally:
        directory.close()
    for file in sorted(folder.glob("page-*.png")):
        print(f"{file}: {file.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
