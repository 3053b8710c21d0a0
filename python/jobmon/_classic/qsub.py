"""The command line of qsub, from the options of 2017."""

from __future__ import annotations

import os
import re
import shutil
from typing import Any, List, Optional, Sequence

from .job_command import command, conda_run


def qsub_command(
    runfile: str,
    jobname: str,
    parameters: Sequence[Any] = (),
    project: Optional[str] = None,
    slots: int = 4,
    memory: float = 10,
    hold_pattern: Optional[str] = None,
    holds: Any = None,
    shfile: Optional[str] = None,
    jobtype: Optional[str] = "by ending",
    stdout: Optional[str] = None,
    stderr: Optional[str] = None,
    prepend_to_path: Optional[str] = None,
    conda_env: Optional[str] = None,
    parallel_environment: str = "multi_slot",
    memory_resource: str = "mem_free",
    queue: Optional[str] = None,
) -> List[str]:
    """The words of the qsub command that submits a job.

    - `jobtype`: python, R, stata, shell, plain, or a program. Default: by the extension of the file.
    - `slots`, `memory` (GB), `project`, `queue`: what the job requests. `parallel_environment` and `memory_resource`:
      the names that the cluster has for slots and memory; they are not used for 1 slot and for 0 GB.
    - `holds` (numbers) or `hold_pattern` (a pattern of names): jobs that must end first.
    - `stdout`, `stderr`: files or directories. Default: those of Grid Engine.
    - `prepend_to_path`, `conda_env`: a prefix of PATH, and the conda environment. `shfile`: a script that gets both and
      the command as arguments.
    """
    if isinstance(parameters, (str, bytes)):
        raise ValueError("parameters cannot be a string: give a list or a tuple")
    if isinstance(slots, bool) or slots < 1:
        raise ValueError(f"slots must be greater than zero, not {slots!r}")
    if holds and hold_pattern is not None:
        raise ValueError("Cannot have both hold_pattern and holds: omit one of them")
    words = ["qsub", "-terse", "-cwd", "-V", "-b", "y", "-N", _name(jobname)]
    if slots > 1:
        words += ["-pe", parallel_environment, str(slots)]
    if memory:
        words += ["-l", f"{memory_resource}={memory}G"]
    for option, value in (("-P", project), ("-q", queue), ("-o", stdout), ("-e", stderr)):
        if value is not None:
            words += [option, str(value)]
    if hold_pattern is not None:
        from .qstat import job_ids, qstat

        holds = job_ids(qstat(pattern=hold_pattern))
    if holds:
        words += ["-hold_jid", ",".join(str(hold) for hold in as_list(holds))]
    if prepend_to_path and not shfile:
        words += ["-v", f"PATH={os.path.expanduser(prepend_to_path)}:{os.environ.get('PATH', '')}"]
    arguments = [str(parameter).strip(" \t\r\n") for parameter in parameters]
    line = command(runfile, arguments, jobtype)
    if shfile:
        inside = [conda_env] if conda_env else []
        line = [true_path(shfile), str(prepend_to_path or ""), *inside, *line]
    elif conda_env:
        line = conda_run(conda_env, line)
    return words + line


def _name(jobname: str) -> str:
    """A name that Grid Engine accepts: without special characters, and without a digit in front."""
    name = re.sub(r"[\s/\\\[\]:'{}|()@%,*#\"]+", "_", str(jobname).strip()) or "job"
    return name if not name[0].isdigit() and name[0] != "." else f"_{name}"


def as_list(value: Any) -> List[Any]:
    """A list of the values, or of the one value."""
    return list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]


def true_path(file_or_dir: Optional[str] = None, executable: Optional[str] = None) -> str:
    """The absolute path of a file (`~` is expanded), or of an executable on PATH."""
    if (file_or_dir is None) == (executable is None):
        raise ValueError("true_path: give either file_or_dir or executable")
    if executable is not None:
        found = shutil.which(str(executable))
        if found is None:
            raise ValueError(f"true_path: there is no {executable} on PATH")
        file_or_dir = found
    return os.path.abspath(os.path.expanduser(str(file_or_dir).strip()))
