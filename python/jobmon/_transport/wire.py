"""Bytes of requests and answers."""

from __future__ import annotations

import json
from http.client import HTTPResponse
from typing import Any, Dict, Optional

from ..exceptions import InvalidRequest
from .directory import Info


def encode(body: Any) -> bytes:
    """JSON, or `InvalidRequest` that says what in it is none."""
    try:
        # Half a surrogate pair (a file name that is not UTF-8, say) would make it malformed.
        text = json.dumps(body, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
        return text.encode("utf-8", "replace")
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidRequest(
            f"what should be sent is not JSON: {error}",
            "use str, int, float, bool, None, lists and dicts with str keys",
        ) from None


def headers(info: Info) -> Dict[str, str]:
    """What every request carries."""
    return {"Authorization": f"Bearer {info['secret']}", "Accept": "application/json"}


def parse(response: HTTPResponse) -> Any:
    """The body: JSON, parsed; another text as it is; None where there is none."""
    data = response.read()
    if not data:
        return None
    try:
        return json.loads(data)
    except ValueError:
        return data.decode("utf-8", "replace")


def seconds(text: Optional[str]) -> float:
    """How long to wait, as `Retry-After` says."""
    try:
        return min(max(float(text or 1), 0.05), 30.0)
    except ValueError:
        return 1.0
