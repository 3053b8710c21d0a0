#!/usr/bin/env python3
"""Runs each hard case alone and under `jobmon exec`, and compares what the caller sees: stdout, stderr, both in one
file and in one pipe, the wait status, the terminal. Whatever the monitor does, there must be no difference.

    differential.py JOBMON MODE [WORD]

MODE is the behaviour of the monitor: `none` (no directory), `absent`, `up`, `stopped` (the real one, stopped by
SIGSTOP), `silent` (accepts, never answers), `garbage`. WORD selects the cases whose name contains it. Prints one line
per case; exits with 1 if any differs.
"""

import ctypes
import fcntl
import hashlib
import http.server
import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

from terminals import *

# ---- the comparison ----


def outcome_of(events):
    for event in events.values():
        if event["kind"] in ("complete", "failed"):
            return event
    return None


def main():
    jobmon, mode = sys.argv[1], sys.argv[2]
    word = sys.argv[3] if len(sys.argv) > 3 else ""
    base = tempfile.mkdtemp(prefix="jobmon-differential-")
    # The caller may have blocked or ignored signals that the cases send.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number in names_signals():
        if number not in (signal.SIGKILL, signal.SIGSTOP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
    os.environ.pop("JOBMON_DIR", None)
    os.environ.pop("JOBMON_INSTANCE", None)
    os.chdir(base)
    world = Monitor(mode, base, jobmon)
    prefix = [jobmon, "exec"] + ([] if mode == "none" else ["-d", world.directory]) + ["--"]
    failed = 0
    try:
        for name, (function, modes) in CASES.items():
            if word not in name or (modes and mode not in modes):
                continue
            try:
                bare = function([], world)
                begun = time.monotonic()
                wrapped = function(prefix, world)
                taken = time.monotonic() - begun
                different = bare != wrapped
                text = "" if not different else "\n    bare    %.2000r\n    wrapped %.2000r" % (bare, wrapped)
            except (TimeoutError, subprocess.TimeoutExpired, EOFError, OSError) as error:
                different, taken, text = True, 0, "\n    %r" % error
            failed += different
            print("%s  %s (%.1f s)%s" % ("DIFFERENT" if different else "same", name, taken, text), flush=True)
        if mode not in ("none",):
            said = world.events()
            unfinished = [events for events in said.values() if outcome_of(events) is None]
            print("%d wrappers reported, %d without an outcome" % (len(said), len(unfinished)))
            failed += bool(unfinished) or not said
    finally:
        world.close()
        shutil.rmtree(base, ignore_errors=True)
    print("%d differences" % failed)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
