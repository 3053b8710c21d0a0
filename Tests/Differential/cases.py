"""The hard cases without terminals."""

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

from running import *

@case("a script without #!")
def plain_script(prefix, world):
    # execvp runs it with a shell.
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


# The environment of the command.
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
    # The grandchild writes only when told to, so that the end of the command was seen first.
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


# Failed starts: the exit codes of a shell; the message names what is missing.
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
            # The wording of both differs.
            results.append((process.returncode == code, named.encode() in process.stderr))
        return results
