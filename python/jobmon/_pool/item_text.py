"""The items of a pool as people recognize them, at no great cost."""

from __future__ import annotations

from typing import Any, Callable, List, Optional

AT_MOST = 200
CALL_AT_MOST = 120


def function_name(function: Any) -> str:
    """What people call a function by."""
    try:
        return str(getattr(function, "__qualname__", None) or type(function).__name__)
    except Exception:
        return type(function).__name__


def words(arguments: Any) -> List[str]:
    """Each of some arguments as text: `north`, `1992`, `(1, 2)`, `<DataFrame>`."""
    return [_told(one, str) for one in _several(arguments)]


def literals(arguments: Any) -> List[str]:
    """Each of some arguments as Python writes it: `'north'`."""
    return [_told(one, repr) for one in _several(arguments)]


def literal(value: Any) -> str:
    """A value as Python writes it, where that is simple."""
    return _told(value, repr)


def item(name: str, arguments: str, index: Optional[int]) -> str:
    """`item 3, fit(1993)`; a call of `apply` has no index and is `fit(1993)`."""
    call = f"{name}({arguments})"
    if len(call) > CALL_AT_MOST:
        call = call[: CALL_AT_MOST - 4] + "...)"
    return call if index is None else f"item {index}, {call}"


def _several(arguments: Any) -> Any:
    return arguments if isinstance(arguments, (tuple, list)) else ()


def _told(value: Any, text: Callable[[str], str], depth: int = 2) -> str:
    try:
        if isinstance(value, str):
            return text(value[:AT_MOST])
        if value is None or isinstance(value, (bool, int, float)):
            return repr(value)[:AT_MOST]
        if isinstance(value, (tuple, list)) and len(value) <= 8 and depth > 0:
            return "(" + ", ".join(_told(one, text, depth - 1) for one in value) + ")"
    except Exception:
        pass  # An int of very many digits, or somebody's own class.
    return f"<{type(value).__name__}>"
