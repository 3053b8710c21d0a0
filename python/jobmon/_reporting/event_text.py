"""Parts of the JSON text of an event. Events of a `Pool` are put together from text, since there are many."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any, Dict


def dump(value: Any) -> str:
    """JSON without a space; what is not UTF-8 becomes a question mark when it is encoded."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def members_text(values: Dict[str, Any]) -> str:
    """The values as further members of an object: JSON that begins with a comma; empty for none."""
    return "," + dump(values)[1:-1] if values else ""


def now() -> str:
    """The time, as every event has it."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
