"""Runs a command alone or under the wrapper, and collects what is compared."""

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

from monitors import *

# ---- Runners for the cases; the prefix is [] or the wrapper ----


def clean(data):
    return REMARK.sub(b"", data)


def status_of(code):
    return "signal %d" % -code if code < 0 else "exit %d" % code


def summary(data):
    data = clean(data)
    return data if len(data) < 4000 else (len(data), hashlib.sha256(data).hexdigest())


def run(command, stdin=b"", **options):
    """Runs it with separate pipes for stdout and stderr."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
    out, err = process.communicate(stdin, timeout=LIMIT)
    return {"out": summary(out), "err": summary(err), "status": status_of(process.returncode)}


def run_both_in_pipe(command, **options):
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               **options)
    out, _ = process.communicate(timeout=LIMIT)
    return {"both": summary(out), "status": status_of(process.returncode)}


def run_both_in_file(command, flags=os.O_TRUNC):
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"before\n" if flags == os.O_APPEND else b"")
        file.flush()
        fd = os.open(file.name, os.O_WRONLY | flags)
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=fd, stderr=fd)
        os.close(fd)
        code = process.wait(LIMIT)
        return {"both": summary(open(file.name, "rb").read()), "status": status_of(code)}


def run_both_in_socket(command):
    ours, theirs = socket.socketpair()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs)
    theirs.close()
    parts = []
    while part := ours.recv(65536):
        parts.append(part)
    return {"both": summary(b"".join(parts)), "status": status_of(process.wait(LIMIT))}


def run_with_closed(command, *closed):
    """Runs it with some of the descriptors 0, 1, 2 closed."""
    def close():
        for fd in closed:
            os.close(fd)
    result = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              preexec_fn=close)
    out, err = result.communicate(b"", timeout=LIMIT)
    return {"out": summary(out), "err": summary(err), "status": status_of(result.returncode)}


def python(code, *arguments):
    return PYTHON + ["-c", code, *arguments]


def sh(line):
    return ["/bin/sh", "-c", line]


SHOW_ARGUMENTS = python("import os,sys; print([os.fsencode(a) for a in sys.argv[1:]])")
INTERLEAVED = python("import os\nfor i in range(500):\n os.write(1, b'out %d\\n' % i); os.write(2, b'err %d\\n' % i)")
BIG_STDERR = sh("head -c 52428800 /dev/zero | tr '\\0' x >&2; exit 3")

CASES = {}


def case(name, modes=None):
    def add(function):
        CASES[name] = (function, modes)
        return function
    return add


def simple(name, command, **options):
    CASES[name] = (lambda prefix, world: run(prefix + command, **options), None)


# Arguments.
simple("arguments with spaces, quotes, newlines", SHOW_ARGUMENTS + ["a b", "'", '"', "`x`$HOME", "new\nline", "*", "\\"])
simple("arguments that look like options", SHOW_ARGUMENTS + ["--", "-d", "x", "--timeout", "--", "--help", "-h"])
simple("empty arguments", SHOW_ARGUMENTS + ["", "", "x", ""])
simple("arguments that are not UTF-8", SHOW_ARGUMENTS + [b"\xff\xfe", b"caf\xe9", b"\xf0\x9f", "\u00fc\u4e16"])
simple("an argument of 100 KB", python("import sys; print(len(sys.argv[1]), hash(sys.argv[1]) != 0)", "z" * 100000))

# Ends.
for code in (0, 1, 2, 3, 75, 126, 127, 128, 255):
    simple("exit code %d" % code, sh("exit %d" % code))
simple("no output", ["/bin/true"])
simple("out and err", sh("echo out; echo err >&2; exit 5"))
simple("no newline at the end", sh("printf out; printf err >&2"))
simple("bytes that are not text", sh("printf 'a\\000b\\377' >&2; printf '\\001\\377\\000'"))
simple("stdin", ["cat"], stdin=b"line\n" * 20000)
simple("stdin is not read", ["/bin/true"], stdin=b"x")
simple("50 MB of stderr", BIG_STDERR)
