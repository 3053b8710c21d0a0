"""The command that runs the file of a job."""

from __future__ import annotations

import os
import sys
from typing import List, Optional, Sequence

BY_ENDING = "by ending"
R = ["Rscript"]
STATA = ["stata-mp", "-q", "-b", "do"]
BASH = ["bash"]
ENDINGS = {".r": R, ".do": STATA, ".sh": BASH}
JOBTYPES = {"R": R, "r": R, "stata": STATA, "shell": BASH, "bash": BASH, "sh": BASH, "plain": []}


def command(
    runfile: str, arguments: Sequence[str], jobtype: Optional[str] = BY_ENDING
) -> List[str]:
    """The command that runs a file: by `jobtype` as in 2017, or by the extension of its name.

    `.py` runs with this interpreter. A file of another extension is executed, or, if it is not executable, run by
    Python, as in 2017.
    """
    path = checked_word(os.path.abspath(os.path.expanduser(str(runfile).strip())))
    return [*_interpreter(path, jobtype), path, *arguments]


def _interpreter(path: str, jobtype: Optional[str]) -> List[str]:
    python = sys.executable or "python3"
    if jobtype is None:
        return []
    if jobtype == "python":
        return [python]
    if jobtype != BY_ENDING:
        return list(JOBTYPES.get(jobtype, [jobtype]))
    ending = os.path.splitext(path)[1].lower()
    if ending == ".py":
        return [python]
    if ending in ENDINGS:
        return list(ENDINGS[ending])
    if os.path.isfile(path) and not os.access(path, os.X_OK):
        return [python]
    return []


def checked_word(word: str) -> str:
    """The word itself. Raises ValueError if it is not UTF-8, since a queue can't pass it on unchanged."""
    try:
        word.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError(
            f"{word!r} is not UTF-8, so the job would get another name: rename the file, or write its name into a file "
            "that the job reads"
        ) from None
    return word


def conda_run(environment: str, words: Sequence[str]) -> List[str]:
    """The command, run in a conda environment, which is given by its name or its absolute path."""
    where = "-p" if os.path.isabs(environment) else "-n"
    return ["conda", "run", "--no-capture-output", where, environment, *words]
