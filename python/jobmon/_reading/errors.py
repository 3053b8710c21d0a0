"""`jobmon.errors`: the errors of attempts."""

from __future__ import annotations

import json
from typing import Any, Dict, Iterable, List, Mapping, Optional, Union

from .._transport.command_output import output
from .._transport.directory import directory_of

# One word or several.
Words = Union[str, Iterable[str]]


def errors(
    directory: Optional[str] = None,
    *,
    status: Optional[Words] = None,
    queue: Optional[str] = None,
    name: Optional[str] = None,
    cause: Optional[Words] = None,
    host: Optional[Words] = None,
    since: Optional[str] = None,
    params: Optional[Mapping[str, Any]] = None,
) -> List[Dict[str, Any]]:
    """Lists the errors of all attempts, oldest first: the output of `jobmon errors --each --json`, as dicts.

    Each dict has the keys `id`, `job_instance_id`, `error_time`, `description` (the text of the error), `headline`
    (the line of it that says why), `jid`, `name`, `retry_number` (0 for the first attempt), `cause`, `exit_code`,
    `signal`, `host`, `group` (such as `"E3"`), `traceback` (a dict as in docs/protocol.md, or None) and `why` (the
    error in one line, with how the attempt ended). A value that is not known is None.

    The other arguments filter by job, as the options of `jobmon errors` do:

    - `status`, `cause`, `host`: one word or several, such as `cause=["exit", "out_of_memory"]`.
    - `queue`: the name of a queue. `name`: the name of the job; `*` stands for any text, `?` for one character.
    - `since`: `"10m"`, `"2h"`, `"1d"` ago, or a time such as `"2026-01-31T09:30:00.000Z"`.
    - `params`: named parameters of the job: `{"year": 1995}`. All must have that value.

    The monitor answers, or, without a monitor, the ledger file is read. Raises `RequestRefused` for an invalid argument
    and for a directory without a ledger, and `ExecutableNotFound`.
    """
    command = ["errors", "--each", "--json", f"--dir={directory_of(directory)}"]
    for option, words in (("status", status), ("cause", cause), ("host", host)):
        command += [f"--{option}={word}" for word in ([words] if isinstance(words, str) else words or ())]
    for option, word in (("queue", queue), ("name", name), ("since", since)):
        if word is not None:
            command.append(f"--{option}={word}")
    for key, value in (params or {}).items():
        command.append(f"--param={key}={_text(value)}")
    found: List[Dict[str, Any]] = json.loads(output(*command))
    return found


def _text(value: Any) -> str:
    """A value as the ledger compares it: numbers, booleans and None as in JSON, other values as text."""
    return json.dumps(value) if value is None or isinstance(value, (bool, int, float)) else str(value)
