"""The JSON object of a job for `jobmon run --feed`, from the options of `queue_job`."""

from __future__ import annotations

import os
import sys
from typing import Any, Dict, List, Optional, Tuple, Union

from .job_command import BY_ENDING, command, conda_run

# The options of queue_job besides the job and its time limit.
OPTIONS = (
    "slots",
    "memory",
    "project",
    "queue",
    "runtime",
    "gpus",
    "priority",
    "after",
    "holds",
    "hold_pattern",
    "stdout",
    "stderr",
    "jobtype",
    "shfile",
    "prepend_to_path",
    "conda_env",
    "env",
    "cwd",
    "max_attempts",
    "queue_options",
    "parallel_environment",
    "memory_resource",
    "expect",
    "fail_on",
    "retry",
)


def job_object(
    job: Any,
    process_timeout: Optional[float],
    max_attempts: int,
    options: Dict[str, Any],
    executor: str = "local",
) -> Dict[str, Any]:
    """The JSON object of a job. Raises TypeError for an unknown option, and ValueError for an invalid value."""
    for name in options:
        if name not in OPTIONS:
            raise TypeError(f"queue_job has no option {name!r} (use {', '.join(OPTIONS)})")
    if job.runfile is None:
        raise ValueError(f"job {job.jid} has no runfile, so it can't be run")
    given = {name: value for name, value in options.items() if value is not None}
    made: Dict[str, Any] = {
        "key": job.job_key,
        "command": _whole_command(job, options),
        "name": job.name or os.path.basename(job.runfile),
        "cwd": os.path.abspath(os.path.expanduser(str(given.get("cwd", os.getcwd())))),
        "max_attempts": _count("max_attempts", given.get("max_attempts", max_attempts)),
    }
    if job.params:
        made["params"] = job.params
    env = {str(name): str(value) for name, value in dict(given.get("env", {})).items()}
    if given.get("prepend_to_path"):
        folder = os.path.expanduser(str(given["prepend_to_path"]))
        env["PATH"] = f"{folder}:{env.get('PATH', os.environ.get('PATH', os.defpath))}"
    if env:
        made["env"] = env
    if process_timeout is not None:
        made["timeout"] = _positive("process_timeout", process_timeout)
    if "runtime" in given:
        made["runtime"] = given["runtime"]
    for name in ("expect", "fail_on", "retry"):
        if name in given:
            made[name] = _texts(name, given[name])
    if "slots" in given:
        made["slots"] = _count("slots", given["slots"])
    if "gpus" in given:
        made["gpus"] = given["gpus"]
    if "priority" in given:
        made["priority"] = _whole("priority", given["priority"])
    if given.get("memory"):
        made["memory"] = memory(given["memory"])
    held = _held(given)
    jobs, numbers = _split(held)
    if executor == "local":
        # There is no scheduler whose numbers they could be.
        jobs, numbers = jobs + [_jid(one) for one in numbers], []
    after = _after(given.get("after")) + jobs
    if after:
        made["after"] = after
    if numbers:
        made["hold"] = ",".join(str(one) for one in numbers)
    for member, option in (
        ("project", "project"),
        ("partition", "queue"),
        ("stdout", "stdout"),
        ("stderr", "stderr"),
        ("queue_options", "queue_options"),
        ("parallel_environment", "parallel_environment"),
        ("memory_resource", "memory_resource"),
    ):
        if given.get(option):
            made[member] = str(given[option])
    return made


def _whole_command(job: Any, options: Dict[str, Any]) -> List[str]:
    words = command(job.runfile, job.job_args, options.get("jobtype", BY_ENDING))
    conda = options.get("conda_env")
    if options.get("shfile"):
        # The arguments of such scripts in 2017: the prefix of PATH, the environment, the command.
        script = os.path.abspath(os.path.expanduser(str(options["shfile"])))
        before = [str(options.get("prepend_to_path") or "")]
        return ["/bin/sh", script, *before, *([str(conda)] if conda else []), *words]
    if conda:
        if words[0] == sys.executable:
            words[0] = "python"
        return conda_run(str(conda), words)
    return words


def _count(name: str, value: Any) -> int:
    if isinstance(value, bool) or int(value) != value or value < 1:
        raise ValueError(f"{name} must be a whole number greater than zero, not {value!r}")
    return int(value)


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or int(value) != value:
        raise ValueError(f"{name} must be a whole number, not {value!r}")
    return int(value)


def _texts(name: str, value: Any) -> List[str]:
    """One text or path, or a list of them."""
    values = [value] if isinstance(value, (str, os.PathLike)) else list(value)
    texts = [os.fspath(one) if isinstance(one, os.PathLike) else one for one in values]
    if not all(isinstance(text, str) and text for text in texts):
        raise ValueError(f"{name} must be a text or a list of texts, not {value!r}")
    return texts


def _positive(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
        raise ValueError(f"{name} must be a number of seconds greater than zero, not {value!r}")
    return float(value)


def memory(value: Any) -> Union[str, int]:
    """A number is in GB (2**30 bytes) and becomes bytes. Text has its own unit, and stays as it is."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not value > 0:
        raise ValueError(f"memory must be a number of GB, not {value!r}")
    return int(value * 2**30)


def _held(given: Dict[str, Any]) -> List[Any]:
    holds = given.get("holds")
    if given.get("hold_pattern"):
        if holds:
            raise ValueError("Cannot have both hold_pattern and holds: omit one of them")
        from .qstat import job_ids, qstat

        holds = job_ids(qstat(pattern=given["hold_pattern"]))
    if not holds:
        return []
    return list(holds) if isinstance(holds, (list, tuple, set)) else [holds]


def _split(holds: List[Any]) -> Tuple[List[Any], List[Any]]:
    """The numbers of the jobs of this queue among them, and the rest: numbers of the scheduler."""
    jobs = [one for one in holds if hasattr(one, "jid")]
    return [_jid(one.jid) for one in jobs], [one for one in holds if not hasattr(one, "jid")]


def _jid(value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise ValueError(f"holds must be jobs or their numbers, not {value!r}") from None
    return number


def _after(value: Any) -> List[Any]:
    """Names, keys or params of jobs, as texts; jobs; or their numbers."""
    if value is None:
        return []
    values = value if isinstance(value, (list, tuple, set)) else [value]
    found: List[Any] = []
    for one in values:
        if hasattr(one, "jid"):
            found.append(_jid(one.jid))
        elif isinstance(one, (str, int, dict)) and not isinstance(one, bool) and one != "":
            found.append(one)
        else:
            raise ValueError(f"after must be jobs, their names, numbers or params, not {one!r}")
    return found
