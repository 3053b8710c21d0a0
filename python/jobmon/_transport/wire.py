"""The bytes of requests and answers."""

from __future__ import annotations

import json
from http.client import HTTPResponse
from typing import Any, Dict, Optional

from ..exceptions import InvalidRequest
from .directory import Info


def encode(body: Any) -> bytes:
    """The body as JSON. Raises `InvalidRequest` that names the value that JSON can't hold."""
    try:
        # Half a surrogate pair (in a file name that is not UTF-8, for example) is replaced: it is not valid JSON.
        text = json.dumps(body, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
        return text.encode("utf-8", "replace")
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidRequest(
            f"the request is not JSON: {error}",
            "use str, int, float, bool, None, lists and dicts with str keys",
        ) from None


def headers(info: Info) -> Dict[str, str]:
    """The headers of every request."""
    return {"Authorization": f"Bearer {info['secret']}", "Accept": "application/json"}


def parse(response: HTTPResponse) -> Any:
    """The body of an answer: parsed where it is JSON, else as text; None where it is empty."""
    data = response.read()
    if not data:
        return None
    try:
        return json.loads(data)
    except ValueError:
        return data.decode("utf-8", "replace")


def retry_after(text: Optional[str]) -> float:
    """Seconds to wait, from the header `Retry-After`."""
    try:
        return min(max(float(text or 1), 0.05), 30.0)
    except ValueError:
        return 1.0
