"""The parts of the benchmark of the page that need a browser: headless Chromium without a GPU, driven by playwright."""
import contextlib
import functools
import json
import pathlib
import random
import shutil
import time

import common
import events
import page_load

PROBE = (pathlib.Path(__file__).resolve().parent / "page_probe.js").read_text(encoding="utf-8")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"]
SIZE = {"width": 1440, "height": 900}
EMPTY = ("<!doctype html><title>empty</title><body><script>const canvas = document.createElement('canvas');"
         "canvas.width = WIDTH; canvas.height = HEIGHT; document.body.append(canvas);"
         "window.g = canvas.getContext('2d', {alpha: false});</script>")


class Browser:
    """A Chromium, and contexts of it, which share nothing: as different people."""

    def __init__(self, cache):
        from playwright.sync_api import sync_playwright
        path = shutil.which("chromium")
        if not path:
            raise SystemExit("chromium is not installed: scripts/install-browser.sh")
        self.cache, self.path = cache, path
        self.playwright = sync_playwright().start()
        self.browser = self.playwright.chromium.launch(executable_path=path, args=ARGUMENTS)

    def patient(self):
        """Another Chromium, whose processes leave the processors to others."""
        script = self.cache / "patient-chromium"
        script.write_text(f'#!/bin/sh\nexec nice -n 19 {self.path} "$@"\n')
        script.chmod(0o755)
        return self.playwright.chromium.launch(executable_path=str(script), args=ARGUMENTS)

    def close(self):
        self.browser.close()
        self.playwright.stop()

    @contextlib.contextmanager
    def page(self, monitor, query="", scale=1):
        """A new page that has opened a link, and what the browser's protocol says of it."""
        context = self.browser.new_context(viewport=SIZE, device_scale_factor=scale)
        try:
            context.add_init_script(PROBE)
            page = context.new_page()
            page.set_default_timeout(60_000)
            yield page, lambda: self.open(page, monitor, query)
        finally:
            context.close()

    @staticmethod
    def open(page, monitor, query=""):
        address, _, token = page_load.link(monitor).partition("/#")
        page.goto(f"{address}/{query}#{token}", wait_until="commit")


def shown(page, name):
    """The time at which the probe saw something, in milliseconds after the navigation."""
    return page.evaluate(f"probe.seen('{name}')")


def note_path(paths, sent):
    paths.setdefault(sent["requestId"], sent["request"]["url"])


def note_end(loaded, ends, end):
    loaded[end["requestId"]], ends[end["requestId"]] = end["encodedDataLength"], end["timestamp"]


def first_picture(browser, monitor, repeats):
    """Milliseconds to the first picture and to the mosaic, bytes before the mosaic; medians of cold loads."""
    pictures, mosaics, sizes = [], [], []
    for _ in range(repeats):
        with browser.page(monitor) as (page, visit):
            protocol = page.context.new_cdp_session(page)
            paths, loaded, ends = {}, {}, {}
            protocol.on("Network.requestWillBeSent", functools.partial(note_path, paths))
            protocol.on("Network.loadingFinished", functools.partial(note_end, loaded, ends))
            protocol.send("Network.enable")
            visit()
            pictures.append(shown(page, "picture"))
            mosaics.append(shown(page, "mosaic"))
            page.wait_for_timeout(100)
            mosaic = next(ends[one] for one, path in paths.items() if "/view/mosaic" in path and one in ends)
            sizes.append(sum(size for one, size in loaded.items()
                             if ends.get(one, mosaic + 1) < mosaic and "/view/mosaic" not in paths.get(one, "")))
    return common.median(pictures), common.median(mosaics), common.median(sizes) / 1000, pictures


def opening(options, rows, _folder, browser):
    """The first picture, by the size of the ledger, with a monitor that has read all jobs and with one just started."""
    repeats = 3 if options.quick else 9
    found = {}
    for jobs in (1000, 10_000, 100_000, 1_000_000):
        with page_load.monitor_of(options, page_load.made(options, jobs)) as monitor:
            with page_load.incoming(monitor, 60):
                with browser.page(monitor) as (page, visit):
                    visit()
                    cold = shown(page, "picture")
                page_load.Session(monitor).wait_ready()
                first_picture(browser, monitor, 1)
                found[jobs] = first_picture(browser, monitor, repeats)
            picture, mosaic, _, loads = found[jobs]
            rows.add(f"first picture, {jobs:,} jobs", f"{picture:.0f} ms", "300 ms", picture / 300, "<= 300 ms",
                     picture <= 300, f"of {repeats}: {min(loads):.0f} to {max(loads):.0f}; the mosaic after "
                     f"{mosaic:.0f} ms; {cold:.0f} ms at a monitor just started")
    least = found[1000]
    for what, place, unit in (("first picture", 0, "ms"), ("bytes before the mosaic", 2, "kB")):
        most = max(one[place] for one in found.values())
        ratio = most / min(one[place] for one in found.values())
        if place == 2:
            rows.add("bytes before the mosaic, 1,000,000 jobs", f"{found[1_000_000][2]:.0f} kB", "150 kB",
                     found[1_000_000][2] / 150, "<= 150 kB", found[1_000_000][2] <= 150)
        rows.add(f"{what}, from 1,000 to 1,000,000 jobs", f"at most {most:.0f} {unit}", f"{least[place]:.0f} {unit}",
                 ratio, "<= 1.2", ratio <= 1.2)


def frames(options, rows, folder, browser):
    """Frames while the mosaic is redrawn and panned, against those of an empty canvas of its size."""
    count, pairs = (60, 3) if options.quick else (180, 5)
    with page_load.monitor_of(options, folder) as monitor, page_load.incoming(monitor, 90), \
            browser.page(monitor) as (page, visit), browser.page(monitor) as (other, _):
        page_load.Session(monitor).wait_ready()
        visit()
        shown(page, "mosaic")
        page.wait_for_timeout(2000)
        size = page.evaluate("(({width, height}) => [width, height])(document.querySelector('.mosaic-canvas'))")
        html = EMPTY.replace("WIDTH", str(size[0])).replace("HEIGHT", str(size[1]))
        other.set_content(html)
        key = ("document.querySelector('.mosaic-canvas').dispatchEvent("
               "new KeyboardEvent('keydown', {key: %s, ctrlKey: %s}))")
        acts = {"redraw": key % ("n % 2 ? '-' : '+'", "false"),
                "pan": key % ("n % 60 < 30 ? 'ArrowRight' : 'ArrowLeft'", "true")}
        for what, act in acts.items():
            ours, theirs = [], []
            if what == "pan":
                for _ in range(4):
                    page.evaluate("n => { " + key % ("'+'", "false") + " }", 0)
            for _ in range(pairs):
                page.bring_to_front()
                ours.append(percentile95(page.evaluate(f"probe.frames({count}, (n) => {act})")))
                other.bring_to_front()
                theirs.append(percentile95(other.evaluate(
                    f"probe.frames({count}, (n) => {{ g.fillStyle = n % 2 ? '#fff' : '#eee'; "
                    f"g.fillRect(0, 0, {size[0]}, {size[1]}); }})")))
                common.log(f"{what}: {ours[-1]:.1f} ms, empty {theirs[-1]:.1f} ms")
            ratio = common.median([one / two for one, two in zip(ours, theirs)])
            rows.add(f"frame at the 95th percentile, {what}", f"{common.median(ours):.1f} ms",
                     f"{common.median(theirs):.1f} ms empty canvas", ratio, "<= 1.5", ratio <= 1.5,
                     f"{pairs} pairs of {count} frames, {size[0]} x {size[1]}")


def percentile95(values):
    return sorted(values)[int(len(values) * 0.95)]


def pixel(options, rows, folder, browser):
    """From an event that fails a job to its pixel and to the number of failed jobs on the page."""
    repeats = 8 if options.quick else 30
    with page_load.monitor_of(options, folder) as monitor:
        session = page_load.Session(monitor)
        session.wait_ready()
        keys = [f"pixel-{number}" for number in range(repeats)]
        monitor.ask("/v1/events", json.dumps({"events": [one for key in keys for one in (
            {"kind": "submitted", "instance_key": key, "executor": "exec",
             "job": {"name": "pixel", "runfile": "/bin/true"}},
            {"kind": "running", "instance_key": key, "host": "node1", "pid": 4711})]}))
        with page_load.incoming(monitor, 3 * repeats + 30) as rate, browser.page(monitor) as (page, visit):
            visit()
            shown(page, "mosaic")
            page.wait_for_timeout(3000)
            page.evaluate("() => { probe.watch = true; }")
            pixels, numbers = [], []
            for key in keys:
                page.evaluate("() => { probe.changes = []; window.changed = probe.number(); }")
                begun = time.time() * 1000
                monitor.ask("/v1/events", json.dumps({"kind": "failed", "instance_key": key, "exit_code": 1,
                                                      "stderr": f"ValueError: no data for draw {begun:.0f}\n"}))
                numbers.append(page.evaluate("window.changed") - begun)
                # A pixel that showed another failed job already does not change.
                changed = page.evaluate("probe.changed()")
                if changed:
                    pixels.append(changed - begun)
                page.wait_for_timeout(random.randrange(700))
            for what, taken in (("the pixel", pixels), ("the number of failed jobs", numbers)):
                if not taken:
                    rows.missing(f"from an event to {what}", "no pixel changed")
                    continue
                p95 = percentile95(taken)
                rows.add(f"from an event to {what}, 95th percentile", f"{p95:.0f} ms", "1000 ms", p95 / 1000, "<= 1 s",
                         p95 <= 1000, f"p50 {common.median(taken):.0f}, most {max(taken):.0f} ms, of {len(taken)}; "
                         f"{rate():.0f} events/s")


def growth(options, rows, folder, browser):
    """How much larger the page is after it was open for long."""
    with page_load.monitor_of(options, folder) as monitor:
        page_load.Session(monitor).wait_ready()
        with page_load.incoming(monitor, options.minutes * 60 + 60) as rate, browser.page(monitor) as (page, visit):
            visit()
            shown(page, "mosaic")
            protocol = page.context.new_cdp_session(page)

            def size():
                protocol.send("HeapProfiler.collectGarbage")
                used = protocol.send("Runtime.getHeapUsage")
                processes = browser.browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
                memory = [common.status_of(one["id"], "RssAnon")[0] for one in processes if one["type"] == "renderer"]
                return (used["usedSize"] + used.get("backingStorageSize", 0)) / 2**20, max(memory)

            page.wait_for_timeout(20_000)
            begun = size()
            end = time.monotonic() + options.minutes * 60
            while time.monotonic() < end:
                page.wait_for_timeout(min(60_000, options.minutes * 15_000))
                common.log("script memory {:.1f} MB, process {:.0f} MB".format(*size()))
            last = size()
            grown = last[0] - begun[0]
            rows.add(f"growth of a page open for {options.minutes:g} minutes", f"{grown:.1f} MB", "20 MB", grown / 20,
                     "< 20 MB", grown < 20 and last[1] - begun[1] < 20,
                     f"script memory {begun[0]:.1f} to {last[0]:.1f}, its process {begun[1]:.0f} to {last[1]:.0f} MB; "
                     f"{rate():.0f} events/s")


def pages(options, rows, folder, browser):
    """What 20 pages of as many people cost: events that are durable a second while as many as possible come in, and the
    processor time of the monitor at 500 a second. Chromium gets only what the others leave of the processors."""
    pairs, seconds = (2, 5) if options.quick else (5, 10)
    if common.need("wrk"):
        rows.missing("events while 20 pages are open", "wrk is not installed")
        return
    with page_load.monitor_of(options, folder) as monitor:
        page_load.Session(monitor).wait_ready()
        chromium = browser.patient()
        try:
            opened = [chromium.new_context(viewport=SIZE).new_page() for _ in range(20)]
            for page in opened:
                browser.open(page, monitor)
            most, shares = {0: [], 20: []}, {0: [], 20: []}
            for _ in range(pairs):
                for count in (0, 20):
                    for page in opened:
                        page.goto(monitor.url if count else "about:blank", wait_until="commit")
                    time.sleep(5)
                    with page_load.incoming(monitor, seconds) as rate:
                        cpu = common.cpu_of(monitor.pid)
                        time.sleep(seconds)
                        shares[count].append((common.cpu_of(monitor.pid) - cpu) / seconds)
                        common.log(f"{count} pages: {rate():.0f} events/s, {shares[count][-1]:.2f} cores")
                    most[count].append(events.wrk(monitor, 64, seconds, "life")["rate"])
                    common.log(f"{count} pages: at most {most[count][-1]:.0f} events/s")
        finally:
            chromium.close()
    ratio = common.median([one / two for one, two in zip(most[20], most[0])])
    rows.add("events a second while 20 pages are open", f"{common.median(most[20]):,.0f}/s",
             f"{common.median(most[0]):,.0f}/s with none", ratio, ">= 0.95", ratio >= 0.95,
             f"{pairs} pairs, 64 senders of whole lives; at 500 events/s the monitor takes "
             f"{common.median(shares[20]):.2f} cores against {common.median(shares[0]):.2f}")


def single(options, rows, folder, browser):
    """One failed job among all: it is seen, and a click on it opens it, at every zoom. The answer of the monitor is
    changed on its way: all failed jobs but one become complete."""
    with page_load.monitor_of(options, folder) as monitor:
        page_load.Session(monitor).wait_ready()
        jobs = sum(json.loads(monitor.ask("/v1/summary")[1])["jobs"].values())
        seen, clicked, tried = 0, 0, 0
        for at in ([0, jobs - 1] if options.quick else [0, 1, jobs // 2, jobs - 1, 271_828]):
            for scale in ([1] if options.quick else [1, 2]):
                with browser.page(monitor, scale=scale) as (page, visit):
                    page.route("**/v1/view/mosaic*", functools.partial(only_one, at))
                    asked = []
                    page.on("request", functools.partial(note_cell, asked))
                    visit()
                    shown(page, "mosaic")
                    page.wait_for_timeout(1500)
                    page.locator(".mosaic-canvas").scroll_into_view_if_needed()
                    for zoom in range(40):
                        place = zoomed(page, zoom)
                        tried += 1
                        if not place:
                            break
                        seen += 1
                        last = page.evaluate("document.querySelectorAll('.mosaic-tools button')[2].disabled")
                        asked.clear()
                        page.mouse.click(*place)
                        opened = page.evaluate("probe.opened()")
                        clicked += opened and any(url.endswith(f"at={at}") for url in asked)
                        page.evaluate("() => { if (location.search.includes('job=')) history.back(); }")
                        page.wait_for_timeout(300)
                        if last:
                            break
        rows.add("one failed job among 1,000,000: seen, and opened by a click", f"{seen} and {clicked} of {tried}",
                 f"{tried} zooms and places", None, "all", seen == clicked == tried)


def zoomed(page, steps):
    """Shows the whole mosaic, zooms in on the failed job by the wheel, and returns where it is seen."""
    page.evaluate("document.querySelectorAll('.mosaic-tools button')[3].click()")
    page.wait_for_timeout(50)
    for _ in range(steps):
        place = page.evaluate("probe.place()")
        if not place:
            return None
        page.mouse.move(*place)
        page.keyboard.down("Control")
        page.mouse.wheel(0, -60)
        page.keyboard.up("Control")
        page.wait_for_timeout(50)
    return page.evaluate("probe.place()")


def note_cell(asked, sent):
    if "/view/cell" in sent.url:
        asked.append(sent.url)


def only_one(at, route, _request):
    address = route.request.url.partition("&known=")[0]
    answer = route.fetch(url=address)
    body = bytearray(page_load.unpacked(answer.body()))
    start = 4 + int.from_bytes(body[:4], "little")
    header = json.loads(body[4:start])
    complete = next(entry["value"] for entry in header["legend"] if entry["kind"] == "complete")
    failed = next(entry["value"] for entry in header["legend"] if entry["kind"] == "failed")
    cells = body[start:].translate(bytes(complete if value > 127 else value for value in range(256)))
    if at < len(cells):
        cells[at] = failed
    headers = {name: value for name, value in answer.headers.items() if not name.startswith("content-")}
    route.fulfill(status=200, headers=headers, body=bytes(body[:start] + cells))


PARTS = {"opening": opening, "frames": frames, "pixel": pixel, "single": single, "pages": pages, "growth": growth}
