"""An exception as text and as structure (docs/protocol.md, "A traceback")."""

from __future__ import annotations

import linecache
import os
import traceback
from types import TracebackType
from typing import Any, Dict, List, Optional, Set

from .. import _limits

# The number of exceptions of a group that are kept.
GROUP_MEMBERS = 20
# The number of characters that are kept of a traceback as text, from its end.
TEXT_LENGTH = 60_000

# The folder of the package.
_HERE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "")


def text(exception: BaseException) -> str:
    """The traceback as Python prints it, with its causes. Of a long one, the end."""
    lines = traceback.format_exception(type(exception), exception, _user_frames(exception))
    return "".join(lines)[-TEXT_LENGTH:]


def structure(exception: BaseException) -> Dict[str, Any]:
    """Type, message and frames (the outermost first), and the same of its causes."""
    return _structure(exception, set(), 0)


def _structure(exception: BaseException, seen: Set[int], depth: int) -> Dict[str, Any]:
    seen.add(id(exception))
    found: Dict[str, Any] = {
        "type": _type_name(exception),
        "message": message(exception),
        "frames": _frames(_user_frames(exception)),
    }
    cause, context = exception.__cause__, exception.__context__
    if depth < _limits.TRACEBACK_CHAIN:
        if cause is not None and id(cause) not in seen:
            found["cause"] = _structure(cause, seen, depth + 1)
        elif context is not None and not exception.__suppress_context__ and id(context) not in seen:
            found["context"] = _structure(context, seen, depth + 1)
        # ExceptionGroup, from Python 3.11 on.
        members = getattr(exception, "exceptions", None)
        if isinstance(members, tuple) and all(isinstance(one, BaseException) for one in members):
            found["exceptions"] = [
                _structure(one, seen, depth + 1)
                for one in members[:GROUP_MEMBERS]
                if id(one) not in seen
            ]
    return found


def _type_name(exception: BaseException) -> str:
    kind = type(exception)
    if kind.__module__ in ("builtins", "__main__"):
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"


def message(exception: BaseException) -> str:
    """The message of an exception, or a replacement if its `__str__` fails."""
    try:
        return str(exception)[:_limits.TRACEBACK_MESSAGE_BYTES]
    except BaseException as failure:  # __str__ is the user's code.
        return f"<the message can't be made: {type(failure).__name__}>"


def _user_frames(exception: BaseException) -> Optional[TracebackType]:
    # Without the outer frames in this package, which called the user's code.
    first = trace = exception.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_HERE):
        trace = trace.tb_next
    return first if trace is None else trace


def _frames(trace: Optional[TracebackType]) -> List[Dict[str, Any]]:
    found = []
    while trace is not None:
        found.append((trace.tb_frame.f_code, trace.tb_lineno))
        trace = trace.tb_next
    # A deep recursion has many equal frames: the middle is left out.
    first, last = _limits.TRACEBACK_FIRST_FRAMES, _limits.TRACEBACK_LAST_FRAMES
    left_out = len(found) - first - last
    frames = [
        {
            "file": code.co_filename,
            "line": line,
            "function": getattr(code, "co_qualname", code.co_name),
            "code": linecache.getline(code.co_filename, line).strip()[:_limits.TRACEBACK_CODE_BYTES] or None,
        }
        for code, line in (found if left_out <= 0 else found[:first] + found[-last:])
    ]
    if left_out > 0:
        frames.insert(
            first,
            {"file": "", "line": 0, "function": f"{left_out} frames are left out", "code": None},
        )
    return frames
