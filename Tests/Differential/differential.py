#!/usr/bin/env python3
"""Runs each hard case bare and under `jobmon exec`, and compares what the caller sees: stdout, stderr, both in one
file and in one pipe, the wait status, the terminal. Whatever the monitor does, there must be no difference.

    differential.py JOBMON MODE [WORD]

MODE is what the monitor does: `none` (no directory), `absent`, `up`, `stopped` (SIGSTOP), `silent` (accepts, never
answers), `garbage`; WORD picks the cases whose name has it. Prints a line for each case; exits 1 if any differs.
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

PYTHON = [sys.executable, "-I", "-S"]
REMARK = re.compile(rb"jobmon exec: no monitor's directory[^\n]*\r?\n")
LIMIT = 60

# ---- monitors ----


class Answering(http.server.BaseHTTPRequestHandler):
    """What a monitor answers, as far as a wrapper needs it."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with open(self.server.record, "a") as file:
            for event in body["events"]:
                file.write(json.dumps(event) + "\n")
        answer = json.dumps({"results": [{"outcome": "recorded", "jid": 1, "job_instance_id": 1}
                                         for _ in body["events"]]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def serve(mode, record, ready):
    """The monitor's process."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if mode in ("up", "stopped"):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        server.daemon_threads = True
        server.record = record
        os.write(ready, b"%d\n" % server.server_port)
        server.serve_forever()
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    os.write(ready, b"%d\n" % listener.getsockname()[1])
    kept = []
    while True:
        connection, _ = listener.accept()
        kept = kept[-200:] + [connection]
        if mode == "garbage":
            try:
                connection.sendall(os.urandom(3000) + b"\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")
            except OSError:
                pass


class Monitor:
    def __init__(self, mode, base):
        self.mode = mode
        self.pid = None
        self.directory = os.path.join(base, "mon")
        self.record = os.path.join(base, "events.jsonl")
        if mode == "none":
            return
        os.makedirs(os.path.join(self.directory, "spool"))
        if mode == "absent":
            return
        reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                serve(mode, self.record, writing)
            finally:
                os._exit(1)
        os.close(writing)
        port = int(os.read(reading, 20))
        os.close(reading)
        if mode == "stopped":
            os.kill(self.pid, signal.SIGSTOP)
        with open(os.open(os.path.join(self.directory, "monitor_info.json"), os.O_CREAT | os.O_WRONLY, 0o600),
                  "w") as file:
            json.dump({"host": socket.gethostname(), "address": "127.0.0.1", "port": port, "pid": self.pid,
                       "host_boot_id": None, "secret": "s3cret", "started": "2026-01-01T00:00:00.000Z",
                       "version": "0"}, file)

    def close(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)

    def events(self):
        """Everything that was said, by wrapper and by number: answered or left in the spool."""
        lines = []
        if os.path.exists(self.record):
            lines += open(self.record).read().splitlines()
        spool = os.path.join(self.directory, "spool")
        for name in os.listdir(spool):
            if name.endswith(".json") and not name.startswith("."):
                lines.append(open(os.path.join(spool, name)).read())
        by_sender = {}
        for line in lines:
            event = json.loads(line)
            if "sender" in event:
                by_sender.setdefault(event["sender"], {})[event["seq"]] = event
        return by_sender


# ---- what a case does with a prefix: [] or the wrapper ----


def clean(data):
    return REMARK.sub(b"", data)


def status_of(code):
    return "signal %d" % -code if code < 0 else "exit %d" % code


def summary(data):
    data = clean(data)
    return data if len(data) < 4000 else (len(data), hashlib.sha256(data).hexdigest())


def run(command, stdin=b"", **options):
    """stdout and stderr each in a pipe of its own."""
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
    """With some of 0, 1, 2 closed."""
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


@case("a script without #!")
def plain_script(prefix, world):
    # Whoever starts by execvp has it run by a shell.
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "plain-script")
    return run((prefix or ["env"]) + [script, "a b"])



def names_signals():
    return [n for n in list(range(1, 32)) + [34, 35, 40, 63, 64]]


@case("death by each signal")
def death_by_signals(prefix, world):
    deadly = [n for n in names_signals() if n not in (17, 18, 19, 20, 21, 22, 23, 28)]
    if world.mode != "up":
        deadly = [1, 2, 3, 6, 9, 11, 13, 15, 34]
    return {n: run(prefix + python("import os,sys,signal,resource\nresource.setrlimit(resource.RLIMIT_CORE,(0,0))\n"
                                   "n=int(sys.argv[1])\nif n!=9: signal.signal(n, signal.SIG_DFL)\n"
                                   "os.kill(os.getpid(), n)\n", str(n))) for n in deadly}


def send_when_ready(command, number, group=False, value=None):
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.read(process.stdout.fileno(), 6)
    if value is not None:
        ctypes.CDLL(None).sigqueue(process.pid, number, ctypes.c_void_p(value))
    else:
        os.kill(process.pid, number)
    out, err = process.communicate(timeout=LIMIT)
    return {"out": summary(out), "err": summary(err), "status": status_of(process.returncode)}


HANDLES = """
import os, signal, sys
n = int(sys.argv[1])
signal.pthread_sigmask(signal.SIG_BLOCK, [n])
os.write(1, b"ready\\n")
info = signal.sigwaitinfo([n])
os.write(2, b"got %d\\n" % info.si_signo)
sys.exit(n)
"""


@case("each signal sent to the wrapper, handled by the command")
def handled_signals(prefix, world):
    numbers = [n for n in names_signals() if n not in (9, 17, 19)]
    if world.mode != "up":
        numbers = [1, 2, 10, 13, 15, 18, 20, 35]
    return {n: send_when_ready(prefix + python(HANDLES, str(n)), n) for n in numbers}


@case("each signal sent to the wrapper, deadly for the command")
def deadly_signals(prefix, world):
    numbers = [n for n in names_signals() if n not in (9, 17, 18, 19, 20, 21, 22, 23, 28)]
    if world.mode != "up":
        numbers = [1, 2, 3, 15]
    return {n: send_when_ready(prefix + sh("echo ready; ulimit -c 0; exec sleep 100"), n) for n in numbers}


@case("signals ignored by the command")
def ignored_signals(prefix, world):
    process = subprocess.Popen(prefix + sh("trap '' TERM INT HUP; echo ready; read x; exit 9"), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    os.read(process.stdout.fileno(), 6)
    for number in (1, 2, 15):
        os.kill(process.pid, number)
    process.stdin.write(b"go\n")
    process.stdin.flush()
    return status_of(process.wait(LIMIT))


# How the command finds its world.
@case("signal dispositions, mask, descriptors, limits, directory, environment")
def world_of_command(prefix, world):
    def prepare():
        signal.signal(signal.SIGUSR2, signal.SIG_IGN)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        signal.signal(signal.SIGQUIT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, [signal.SIGUSR1, signal.SIGTERM, 40])
        os.umask(0o027)
        os.nice(3)
    reading, writing = os.pipe()
    line = ("grep -E '^(Sig(Blk|Ign|Cgt)|Umask|NoNewPrivs|Seccomp)' /proc/self/status; ls /proc/self/fd | wc -l; "
            "test -e /proc/self/fd/%d && echo inherited; ulimit -a; pwd; nice; "
            "env -u JOBMON_DIR -u JOBMON_INSTANCE -u _ | sort" % writing)
    try:
        return run(prefix + ["/bin/bash", "-c", line], preexec_fn=prepare, pass_fds=[writing], cwd="/usr")
    finally:
        os.close(reading)
        os.close(writing)


@case("default dispositions")
def default_dispositions(prefix, world):
    return run(prefix + ["grep", "-E", "^Sig(Blk|Ign|Cgt)", "/proc/self/status"])


@case("process group and session")
def group_and_session(prefix, world):
    show = python("import os; print(os.getpgrp(), os.getsid(0))")
    return run(prefix + show)


# Streams.
for name, runner in (("one pipe", run_both_in_pipe), ("one file", run_both_in_file), ("one socket", run_both_in_socket)):
    CASES["out and err interleaved in " + name] = (lambda prefix, world, runner=runner: runner(prefix + INTERLEAVED), None)
    CASES["50 MB of stderr in " + name] = (lambda prefix, world, runner=runner: runner(prefix + BIG_STDERR), None)


@case("out and err in one file that is appended to")
def appended(prefix, world):
    return run_both_in_file(prefix + INTERLEAVED, os.O_APPEND)


@case("stdout closed")
def stdout_closed(prefix, world):
    return [run_with_closed(prefix + command, 1) for command in (["/bin/echo", "x"], sh("echo err >&2; exit 4"),
                                                                ["ls", "/proc/self/fd/1"])]


@case("stdin closed")
def stdin_closed(prefix, world):
    return [run_with_closed(prefix + command, 0) for command in (["cat"], sh("echo x; exit 4"))]


@case("stderr closed")
def stderr_closed(prefix, world):
    return [run_with_closed(prefix + command, 2) for command in (sh("echo x; echo y >&2; exit 4"), ["/bin/true"])]


@case("all closed")
def all_closed(prefix, world):
    return run_with_closed(prefix + sh("exit 4"), 0, 1, 2)


@case("stderr to /dev/null and /dev/full")
def devices(prefix, world):
    results = []
    for path in ("/dev/null", "/dev/full"):
        with open(path, "wb") as file:
            code = subprocess.run(prefix + sh("echo x; exit 2"), stdout=subprocess.PIPE, stderr=file, timeout=LIMIT)
            results.append((summary(code.stdout), status_of(code.returncode)))
    return results


@case("a reader that goes away")
def reader_goes(prefix, world):
    results = []
    for plumbing in ("2>&1 >/dev/null", "2>&1"):
        script = '"$@" %s | head -c 1000 >/dev/null; echo ${PIPESTATUS[0]}' % plumbing
        results.append(subprocess.run(["bash", "-c", script, "bash"] + prefix + sh("exec yes >&2"),
                                      stdout=subprocess.PIPE, timeout=LIMIT,
                                      preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_DFL)).stdout)
    return results


@case("a slow reader")
def slow_reader(prefix, world):
    process = subprocess.Popen(prefix + sh("head -c 300000 /dev/zero >&2; exit 6"), stderr=subprocess.PIPE)
    select.select([process.stderr], [], [], LIMIT)
    early = process.poll()
    data = process.stderr.read()
    return {"err": summary(data), "ended early": early, "status": status_of(process.wait(LIMIT))}


@case("a pipeline")
def pipeline(prefix, world):
    script = 'printf "b\\na\\n" | "$@" sort | cat; echo ${PIPESTATUS[@]}'
    return subprocess.run(["bash", "-c", script, "bash"] + (prefix or ["env"]), stdout=subprocess.PIPE,
                          timeout=LIMIT).stdout


def grandchild(prefix, line, **options):
    process = subprocess.Popen(prefix + sh(line), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, **options)
    code = process.wait(LIMIT)
    # The grandchild writes only once it is told: the command's end was seen first, whatever the time.
    return process, code


@case("a grandchild that keeps stderr open")
def grandchild_stderr(prefix, world):
    results = []
    for plumbing in ({"stderr": subprocess.PIPE}, {"stderr": subprocess.STDOUT}):
        with tempfile.TemporaryDirectory() as folder:
            fifo = os.path.join(folder, "go")
            os.mkfifo(fifo)
            for detach in ("", "setsid "):
                line = ("%ssh -c 'read x <%s; echo late >&2; head -c 100000 /dev/zero >&2' >/dev/null & "
                        "echo early >&2; exit 3" % (detach, fifo))
                if plumbing["stderr"] == subprocess.STDOUT:
                    line = line.replace(">/dev/null", "")
                process, code = grandchild(prefix, line, **plumbing)
                with open(fifo, "w") as go:
                    go.write("go\n")
                out = process.stdout.read()
                err = process.stderr.read() if process.stderr else b""
                results.append((summary(out), summary(err), status_of(code)))
    return results


@case("a grandchild that keeps stdout open")
def grandchild_stdout(prefix, world):
    with tempfile.TemporaryDirectory() as folder:
        fifo = os.path.join(folder, "go")
        os.mkfifo(fifo)
        line = "sh -c 'read x <%s; echo late' 2>/dev/null & echo early; exit 3" % fifo
        process, code = grandchild(prefix, line, stderr=subprocess.DEVNULL)
        with open(fifo, "w") as go:
            go.write("go\n")
        return summary(process.stdout.read()), status_of(code)


@case("nohup")
def nohup(prefix, world):
    process = subprocess.Popen(["nohup"] + prefix + sh("echo ready; read x; grep SigIgn /proc/self/status; exit 8"),
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.read(process.stdout.fileno(), 6)
    os.kill(process.pid, signal.SIGHUP)
    out, err = process.communicate(b"go\n", timeout=LIMIT)
    return summary(out), summary(err), status_of(process.returncode)


# Starts that fail: a shell's exit codes; the sentence names what is missing.
@case("a command that can't be started")
def not_started(prefix, world):
    with tempfile.TemporaryDirectory() as folder:
        plain = os.path.join(folder, "plain")
        open(plain, "w").write("x")
        commands = {"nowhere-to-be-found": (127, "nowhere-to-be-found"), os.path.join(folder, "no/dir/x"): (127, "no/dir/x"),
                    plain: (126, "plain"), folder: (126, folder)}
        results = []
        for command, (code, named) in commands.items():
            process = subprocess.run((prefix or ["env"]) + [command], stderr=subprocess.PIPE, timeout=LIMIT)
            # Both say it in their own words.
            results.append((process.returncode == code, named.encode() in process.stderr))
        return results


# ---- terminals ----


def set_size(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


class TerminalJob:
    """A command as the foreground job of a small shell on a terminal of its own."""

    def __init__(self, command, stdout=None):
        self.master, slave = pty.openpty()
        set_size(self.master, 31, 97)
        events, events_out = os.pipe()
        self.events = events
        words, self.words = os.pipe()
        self.shell = os.fork()
        if self.shell == 0:
            try:
                # So that it sees its words end, and the caller its output, if this process fails.
                for fd in (self.master, self.words, self.events):
                    os.close(fd)
                nothing = os.open(os.devnull, os.O_RDWR)
                for fd in (0, 1, 2):
                    os.dup2(nothing, fd)
                self.act_as_shell(command, slave, events_out, words, stdout)
            finally:
                os._exit(1)
        os.close(events_out)
        os.close(words)
        os.close(slave)
        self.seen = b""

    @staticmethod
    def act_as_shell(command, slave, events, words, stdout):
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        job = os.fork()
        if job == 0:
            os.setpgid(0, 0)
            os.tcsetpgrp(slave, os.getpid())
            for number in (signal.SIGTTOU, signal.SIGTSTP, signal.SIGPIPE):
                signal.signal(number, signal.SIG_DFL)
            os.dup2(slave, 0)
            os.dup2(os.open(stdout, os.O_WRONLY | os.O_CREAT) if stdout else slave, 1)
            os.dup2(slave, 2)
            os.closerange(3, 256)
            os.execvp(command[0], command)
        while True:
            _, status = os.waitpid(job, os.WUNTRACED)
            os.tcsetpgrp(slave, os.getpgrp())
            if not os.WIFSTOPPED(status):
                os.write(events, ("%s\n" % status_of(os.waitstatus_to_exitcode(status))).encode())
                # The terminal stays until all of its output was read.
                os.read(words, 1)
                os._exit(0)
            os.write(events, b"stopped by %d\n" % os.WSTOPSIG(status))
            if not os.read(words, 1):
                os.killpg(job, signal.SIGKILL)
                os._exit(1)
            os.tcsetpgrp(slave, job)
            os.killpg(job, signal.SIGCONT)

    def expect(self, text):
        deadline = time.monotonic() + LIMIT
        while text not in clean(self.seen):
            ready, _, _ = select.select([self.master], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError("%r did not appear, but %r" % (text, self.seen))
            self.seen += os.read(self.master, 65536)

    def type(self, data):
        os.write(self.master, data)

    def event(self):
        data = b""
        while not data.endswith(b"\n"):
            ready, _, _ = select.select([self.events, self.master], [], [], LIMIT)
            if not ready:
                raise TimeoutError("the job does not end or stop; seen: %r" % self.seen)
            # A full terminal must not hold the job up.
            if self.master in ready:
                self.seen += os.read(self.master, 65536)
            if self.events in ready:
                part = os.read(self.events, 1)
                if not part:
                    raise EOFError("the shell is gone")
                data += part
        return data.decode().strip()

    def go_on(self):
        os.write(self.words, b"c")

    def finish(self):
        """Everything that came out."""
        while select.select([self.master], [], [], 0.05)[0]:
            self.seen += os.read(self.master, 65536)
        os.write(self.words, b"x")
        try:
            # EIO comes once everybody has closed the other side.
            while part := os.read(self.master, 65536):
                self.seen += part
        except OSError:
            pass
        os.waitpid(self.shell, 0)
        for fd in (self.master, self.events, self.words):
            os.close(fd)
        return summary(self.seen)


@case("terminal: what the command sees of it")
def terminal_look(prefix, world):
    job = TerminalJob(prefix + python("import os\nprint([os.isatty(i) for i in (0, 1, 2)], os.get_terminal_size(1), "
                                      "os.get_terminal_size(2), os.tcgetpgrp(0) == os.getpgrp())"))
    return job.event(), job.finish()


@case("terminal: bytes and order")
def terminal_bytes(prefix, world):
    job = TerminalJob(prefix + sh("printf 'a\\nb\\r\\n\\tc\\033[1mX\\n'; for i in 1 2 3 4 5 6 7 8 9; do echo out$i; "
                                  "echo err$i >&2; done; seq 20000 >&2"))
    return job.event(), job.finish()


@case("terminal: only stderr is it")
def terminal_stderr(prefix, world):
    with tempfile.NamedTemporaryFile() as file:
        job = TerminalJob(prefix + python("import os\nos.write(1, b'out')\nprint([os.isatty(i) for i in (0, 1, 2)], "
                                          "file=__import__('sys').stderr)"), stdout=file.name)
        return job.event(), job.finish(), open(file.name, "rb").read()


@case("terminal: a line is read")
def terminal_line(prefix, world):
    job = TerminalJob(prefix + sh("echo ask; read x; echo got $x"))
    job.expect(b"ask")
    job.type(b"word\n")
    return job.event(), job.finish()


@case("terminal: Ctrl-C ends")
def ctrl_c(prefix, world):
    job = TerminalJob(prefix + sh("echo ready; exec sleep 100"))
    job.expect(b"ready")
    job.type(b"\x03")
    return job.event(), job.finish()


COUNTS = """
import os, signal, sys
count = 0
def note(number, frame):
    global count
    count += 1
for n in (signal.SIGINT, signal.SIGQUIT): signal.signal(n, note)
os.write(1, b"ready\\n")
line = sys.stdin.readline()
os.write(1, b"%d signals, then %s" % (count, line.encode()))
sys.exit(11)
"""


@case("terminal: Ctrl-C and Ctrl-\\ come once to a command that handles them")
def ctrl_c_once(prefix, world):
    job = TerminalJob(prefix + python(COUNTS))
    job.expect(b"ready")
    job.type(b"\x03")
    job.expect(b"^C")
    job.type(b"\x1c")
    job.expect(b"^\\")
    job.type(b"done\n")
    return job.event(), job.finish()


@case("terminal: Ctrl-Z, and going on")
def ctrl_z(prefix, world):
    job = TerminalJob(prefix + sh("echo ready; read x; echo got $x; exit 7"))
    job.expect(b"ready")
    job.type(b"\x1a")
    stopped = job.event()
    job.go_on()
    job.type(b"word\n")
    return stopped, job.event(), job.finish()


@case("terminal: a command that ignores Ctrl-Z")
def ctrl_z_ignored(prefix, world):
    job = TerminalJob(prefix + sh("trap '' TSTP; echo ready; read x; echo got $x; exit 7"))
    job.expect(b"ready")
    job.type(b"\x1a")
    job.expect(b"^Z")
    job.type(b"word\n")
    return job.event(), job.finish()


RESIZES = """
import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH])
os.write(1, b"ready\\n")
size = None
while size != (40, 120):
    signal.sigwaitinfo([signal.SIGWINCH])
    size = (os.get_terminal_size(1).lines, os.get_terminal_size(1).columns)
os.write(2, b"%d %d\\n" % size)
"""


@case("terminal: a new size")
def resized(prefix, world):
    job = TerminalJob(prefix + python(RESIZES))
    job.expect(b"ready")
    set_size(job.master, 40, 120)
    return job.event(), job.finish()


NO_ECHO = """
import os, sys, termios
settings = termios.tcgetattr(1)
settings[3] &= ~termios.ECHO
termios.tcsetattr(1, termios.TCSANOW, settings)
os.write(1, b"ready\\n")
line = sys.stdin.readline()
settings[3] |= termios.ECHO
termios.tcsetattr(1, termios.TCSANOW, settings)
os.write(1, b"got %d characters\\n" % len(line))
"""


@case("terminal: settings changed through stdout")
def settings_changed(prefix, world):
    job = TerminalJob(prefix + python(NO_ECHO))
    job.expect(b"ready")
    job.type(b"secret\n")
    event, seen = job.event(), job.finish()
    return event, seen


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
    # Whoever runs this may have blocked or ignored what the cases send.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number in names_signals():
        if number not in (signal.SIGKILL, signal.SIGSTOP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
    os.environ.pop("JOBMON_DIR", None)
    os.environ.pop("JOBMON_INSTANCE", None)
    os.chdir(base)
    world = Monitor(mode, base)
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
