#!/usr/bin/env python3
"""The web page at a ledger of 1,000,000 jobs while 500 events a second come in, in headless Chromium without a GPU:
how soon, how large, how smooth, and what it costs the monitor.

The ledgers are made once (a few minutes) and kept in the cache; the events go into a copy of them. Run it with the
Python of scripts/install-browser.sh, which has playwright.

    page.py PATH-OF-JOBMON [--bench JobmonBench] [--cache FOLDER] [--rows FILE] [--quick] [--parts NAMES] [--minutes N]
"""
import json
import selectors
import socket
import sys
import time

import common
import page_browser
import page_load

# Each aggregate answer, and what is put into its question.
ANSWERS = ["view", "view/hosts", "view/timeline", "view/resources"]
FILTERS = ["", "status=failed", "status=complete", "queue=fit", "name=fit_199*", "param=year%3D1995", "host=node7",
           "error=E3", "cause=exit", "numbers=250000-750000", "status=failed&host=node7&param=year%3D1995"]
SORTS = ["jid", "-time", "-memory", "name", "-end", "status", "host", "-wait", "-cpu", "-submitted", "-attempts"]
COLOURS = [("status", 150), ("cause", 150), ("time", 500), ("memory", 500)]


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def judged(rows, what, taken, limit, note):
    """A row for milliseconds that were taken."""
    p99 = percentile(taken, 0.99)
    rows.add(what, f"p50 {percentile(taken, 0.5):.0f}, p99 {p99:.0f} ms", f"{limit} ms", p99 / limit,
             f"<= {limit} ms", p99 <= limit, note)


# MARK: the parts

def answers(options, rows, folder, _browser):
    """Aggregate answers, and lists by filter and order."""
    repeats = 5 if options.quick else 20
    with page_load.monitor_of(options, folder) as monitor, page_load.incoming(monitor, repeats * 30) as rate:
        session = page_load.Session(monitor)
        session.wait_ready()
        first, _ = session.ask("/v1/view?param=year%3D1995")
        common.log(f"the first question about a param took {first * 1e3:.0f} ms")
        for name in ANSWERS:
            taken = {filter: [] for filter in FILTERS}
            for _ in range(repeats):
                for filter in FILTERS:
                    taken[filter].append(session.ask(f"/v1/{name}?{filter}")[0] * 1e3)
                    time.sleep(0.02)
            for filter, values in taken.items():
                common.log(f"/v1/{name}?{filter}: p50 {percentile(values, 0.5):.0f}, most {max(values):.0f} ms")
            judged(rows, f"/v1/{name} without a filter", taken[""], 100, f"of {repeats}; {rate():.0f} events/s")
            judged(rows, f"/v1/{name} with a filter", [one for filter in FILTERS[1:] for one in taken[filter]], 100,
                   f"{len(FILTERS) - 1} filters, {repeats} of each")
        taken = {}
        for _ in range(repeats):
            for sort in SORTS:
                for filter in ("", "status=failed", "param=year%3D1995", "queue=fit"):
                    took, _ = session.ask(f"/v1/view/rows?{filter}&sort={sort}&limit=100")
                    taken.setdefault((filter, sort), []).append(took * 1e3)
                    time.sleep(0.01)
        for (filter, sort), values in taken.items():
            common.log(f"rows?{filter}&sort={sort}: p50 {percentile(values, 0.5):.0f}, most {max(values):.0f} ms")
        judged(rows, "first 100 rows, any filter and order", [one for values in taken.values() for one in values], 100,
               f"{len(taken)} combinations, {repeats} of each; {rate():.0f} events/s")
        session.stop_asking()


def wire(options, rows, folder, _browser):
    """Bytes of the mosaic on the wire, whole and as a patch."""
    with page_load.monitor_of(options, folder) as monitor:
        session = page_load.Session(monitor)
        session.wait_ready()
        for colour, limit in COLOURS:
            took, answer = session.ask(f"/v1/view/mosaic?order=number&colour={colour}")
            size = len(answer) / 1000
            rows.add(f"mosaic of all jobs by {colour}, on the wire", f"{size:.0f} kB", f"{limit} kB", size / limit,
                     f"<= {limit} kB", size <= limit, f"answered in {took * 1e3:.0f} ms")
        for order in ("end", "host", "param:year", "param:year,param:loc"):
            session.ask(f"/v1/view/mosaic?order={order}&colour=status")
            took, answer = session.ask(f"/v1/view/mosaic?order={order}&colour=status")
            common.log(f"order by {order}, status: {len(answer) / 1000:.0f} kB in {took * 1e3:.0f} ms")
        for queued, what in ((True, "jobs that were queued"), (False, "jobs that are new")):
            with page_load.incoming(monitor, 20, queued):
                sizes, taken, version = [], [], None
                for _ in range(10):
                    since = "" if version is None else f"&known={version}"
                    took, answer = session.ask(f"/v1/view/mosaic?order=number&colour=status{since}")
                    plain = page_load.unpacked(answer)
                    header = json.loads(plain[4:4 + int.from_bytes(plain[:4], "little")])
                    if version is not None:
                        sizes.append(len(answer) / 1000)
                        taken.append(took * 1e3)
                    version = header["version"]
                    time.sleep(1)
            rows.add(f"mosaic again after a second, events of {what}",
                     f"{common.median(sizes):.1f} kB, {common.median(taken):.0f} ms", "", None, "", None,
                     "a patch" if header["patch"] else "the whole again")
        session.stop_asking()


def memory(options, rows, folder, _browser):
    """What the columns take in the monitor."""
    with page_load.monitor_of(options, folder) as monitor:
        jobs = sum(json.loads(monitor.ask("/v1/summary")[1])["jobs"].values())
        time.sleep(1)
        before, = common.status_of(monitor.pid, "RssAnon")
        session = page_load.Session(monitor)
        took = session.wait_ready()
        time.sleep(2)
        after, peak = common.status_of(monitor.pid, "RssAnon", "VmHWM")
        each = (after - before) * 2**20 / jobs
        rows.add("memory of the monitor for all jobs", f"{each:.0f} bytes a job", "64", each / 64, "<= 64 bytes",
                 each <= 64, f"{before:.0f} to {after:.0f} MB, at most {peak:.0f} MB; read in {took:.1f} s")
        session.ask("/v1/view?param=year%3D1995")
        with_param, = common.status_of(monitor.pid, "RssAnon")
        session.ask("/v1/view/mosaic")
        with_picture, = common.status_of(monitor.pid, "RssAnon")
        common.log(f"with a param {with_param:.0f} MB, with a mosaic {with_picture:.0f} MB")
        session.stop_asking()


def readers(options, rows, folder, _browser):
    """Plain readers of the stream of events."""
    seconds = 10 if options.quick else 30
    with page_load.monitor_of(options, folder) as monitor, selectors.DefaultSelector() as waiting:
        start = json.loads(monitor.ask("/v1/summary")[1])["sequence"]
        sockets = []
        for _ in range(200):
            one = socket.create_connection(("127.0.0.1", monitor.port))
            one.sendall(f"GET /v1/events?after={start} HTTP/1.1\r\nHost: 127.0.0.1:{monitor.port}\r\n"
                        f"Authorization: Bearer {monitor.secret}\r\n\r\n".encode())
            one.setblocking(False)
            waiting.register(one, selectors.EVENT_READ)
            sockets.append(one)
        received, most, cpu = 0, 0, common.cpu_of(monitor.pid)
        with page_load.incoming(monitor, seconds) as rate:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                for key, _ in waiting.select(0.2):
                    received += len(key.fileobj.recv(1 << 18))
                most = max(most, *common.status_of(monitor.pid, "VmRSS"))
            figure = rate()
        cpu = common.cpu_of(monitor.pid) - cpu
        for one in sockets:
            one.close()
        rows.add("memory of the monitor with 200 readers of /v1/events", f"{most:.0f} MB", "300 MB", most / 300,
                 "<= 300 MB", most <= 300, f"{figure:.0f} events/s, {received / seconds / 1e6:.1f} MB/s to all "
                 f"readers, {cpu / seconds:.2f} cores")


PARTS = {"memory": memory, "answers": answers, "wire": wire, "readers": readers, **page_browser.PARTS}


def main():
    parser = common.parser(__doc__)
    parser.add_argument("--parts", default="", help="only these parts, with commas between them")
    parser.add_argument("--minutes", type=float, help="how long the page is left open (default 10; 2 with --quick)")
    options = common.parsed(parser)
    options.minutes = options.minutes or (2 if options.quick else 10)
    rows = common.Rows("f", options.rows)
    jobs = 1_000_000
    print(f"(f) the page at a ledger of {jobs:,} jobs", flush=True)
    folder = page_load.made(options, jobs)
    browser = None
    try:
        for name in options.parts.split(",") if options.parts else PARTS:
            common.log(f"--- {name}")
            if name in page_browser.PARTS and not browser:
                browser = page_browser.Browser(options.cache)
            PARTS[name](options, rows, folder, browser)
    finally:
        if browser:
            browser.close()


if __name__ == "__main__":
    sys.exit(main())
