"""Parts of the JSON text of an event. A `Pool` has many events, so they are built from text."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any, Dict


def dump(value: Any) -> str:
    """JSON without spaces. It may hold half surrogate pairs: encode it with "replace"."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def members_text(values: Dict[str, Any]) -> str:
    """The values as further members of a JSON object: text that begins with a comma, or "" for no values."""
    return "," + dump(values)[1:-1] if values else ""


def now() -> str:
    """The time in the format of events."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
