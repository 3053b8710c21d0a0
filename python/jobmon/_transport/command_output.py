"""Runs a command of the `jobmon` executable to its end."""

from __future__ import annotations

import subprocess
from typing import Tuple

from ..exceptions import RequestRefused
from . import executable


def output(*arguments: str) -> bytes:
    """What the command prints on stdout.

    Raises `RequestRefused` with the command's own message when it fails, and `ExecutableNotFound`.
    """
    done = subprocess.run(
        [executable.find(), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    if done.returncode != 0:
        message, hint = last_message(done.stderr)
        raise RequestRefused(message or f"jobmon {arguments[0]} failed with exit code {done.returncode}", hint)
    return done.stdout


def last_message(stderr: bytes) -> Tuple[str, str]:
    """The last message that the executable wrote for people, and its hint. Both are empty when there is no message."""
    message, hint = "", ""
    for line in stderr.decode("utf-8", "replace").splitlines():
        if line.startswith("jobmon: "):
            message, hint = line[len("jobmon: ") :].strip(), ""
        elif line.startswith(" ") and message:
            hint = f"{hint} {line.strip()}".strip()
    return message, hint
