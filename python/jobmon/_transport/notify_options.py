"""The options of `jobmon run` for notifications, from the arguments of `JobQueue`."""

from __future__ import annotations

import os
import shlex
from typing import Any, List, Sequence, Union


def options(
    command: Union[str, Sequence[str], None] = None, url_from: Any = None, details: bool = False
) -> List[str]:
    """The words of the command line. The executable checks what they mean.

    `command` is a text that is split as a shell would, or a list of words. `url_from` is `"env:NAME"` or the path of a
    file. Raises TypeError for values of another type, and ValueError for details of no notifications, or for a URL.
    """
    words: List[str] = []
    if command is not None:
        if not isinstance(command, str):
            command = shlex.join([_text(word, "notify") for word in command])
        words += ["--notify", command]
    if url_from is not None:
        source = _text(os.fspath(url_from), "notify_url_from")
        if source.lower().startswith(("http://", "https://")):
            # Not repeated in the message, and in no command line: it is a secret.
            raise ValueError("notify_url_from is \"env:NAME\" or the path of a file, not the URL itself")
        words += ["--notify-url-from", source]
    if details:
        if not words:
            raise ValueError("notify_details needs notify or notify_url_from")
        words.append("--notify-details")
    return words


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be text, not {value!r}")
    return value
