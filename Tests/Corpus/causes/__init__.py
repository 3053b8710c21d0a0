"""The causes of the corpus: how a real program is made to fail, and what the line of its error has to contain.

A cause is one thing that is wrong. Its texts differ as the jobs of a study do: another year, place, number, file, host.
What names the cause (a missing module, command, column, library) is the same in all its texts: another name is another
cause, which is written NAME:WHAT.
"""
import hashlib
import importlib
import pkgutil
import re
import textwrap
from typing import Dict, List, NamedTuple

CAUSES: Dict[str, "Cause"] = {}


class Cause(NamedTuple):
    name: str
    # The program that fails, as a person would call it, and the language that its author wrote the failing code in.
    program: str
    language: str
    # Phrases that the one line has to contain, each in any case.
    reason: List[str]
    # The command, a line for bash. What it writes, and how it ends, is the text.
    run: str
    # What is in its folder: contents by name.
    files: Dict[str, str]
    # A line for bash that runs before, and has to succeed; what it writes is not part of the text.
    setup: str
    # The same, once for all texts of the cause, in a folder whose files each text gets.
    build: str
    # A log that the program writes instead of its streams.
    log: str


def cause(name, program, language, reason, run, files=None, setup="", build="", log=""):
    """Declares a cause. `@year@`, `@loc@`, `@draw@`, `@f@` and so on differ from text to text: see `values.py`."""
    if name in CAUSES:
        raise ValueError(f"two causes are called {name}")
    phrases = [reason] if isinstance(reason, str) else list(reason)
    if not all(phrases):
        raise ValueError(f"{name} has no reason")
    contents = {place: plain(text) for place, text in (files or {}).items()}
    CAUSES[name] = Cause(name, program, language, phrases, plain(run), contents, plain(setup), plain(build), log)


def plain(text):
    """Text as it is in a file: without the indentation that it has here."""
    return textwrap.dedent(text).lstrip("\n")


def family(name):
    """What causes that differ in a name only have in common: they are in the same half."""
    return name.partition(":")[0]


def half(name, read):
    """`seen` or `unseen`: see README.md.

    - read: the families whose texts were read while the rules were written."""
    if family(name) in read:
        return "seen"
    return "unseen" if hashlib.sha256(family(name).encode()).digest()[0] < UNSEEN else "seen"


# Of 256. So many of the later causes are unseen that both halves are about equal, with those that were read.
UNSEEN = 180


def load():
    """All causes by name, in the order of their declaration."""
    for module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")
    return CAUSES


def matches(pattern):
    return [found for name, found in load().items() if re.search(pattern, name)]
