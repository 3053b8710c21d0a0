"""Short texts for the items of a pool: function names and arguments."""

from __future__ import annotations

from typing import Any, Callable, List, Optional

# The number of characters that are kept of an argument, and of a call.
ARGUMENT_LENGTH = 200
CALL_LENGTH = 120


def function_name(function: Any) -> str:
    """The name of a function, or of its type."""
    try:
        return str(getattr(function, "__qualname__", None) or type(function).__name__)
    except Exception:
        return type(function).__name__


def texts(arguments: Any) -> List[str]:
    """Each argument as text: `north`, `1992`, `(1, 2)`, `<DataFrame>`."""
    return [_text(one, str) for one in _sequence(arguments)]


def literals(arguments: Any) -> List[str]:
    """Each argument as Python writes it: `'north'`."""
    return [_text(one, repr) for one in _sequence(arguments)]


def literal(value: Any) -> str:
    """A simple value as Python writes it, else its type: `'north'`, `<DataFrame>`."""
    return _text(value, repr)


def item(name: str, arguments: str, index: Optional[int]) -> str:
    """An item in messages: `item 3, fit(1993)`. A call of `apply` has no index: `fit(1993)`."""
    call = f"{name}({arguments})"
    if len(call) > CALL_LENGTH:
        call = call[: CALL_LENGTH - 4] + "...)"
    return call if index is None else f"item {index}, {call}"


def _sequence(arguments: Any) -> Any:
    return arguments if isinstance(arguments, (tuple, list)) else ()


def _text(value: Any, text: Callable[[str], str], depth: int = 2) -> str:
    try:
        if isinstance(value, str):
            return text(value[:ARGUMENT_LENGTH])
        if value is None or isinstance(value, (bool, int, float)):
            return repr(value)[:ARGUMENT_LENGTH]
        if isinstance(value, (tuple, list)) and len(value) <= 8 and depth > 0:
            return "(" + ", ".join(_text(one, text, depth - 1) for one in value) + ")"
    except Exception:
        pass  # For example an int with very many digits, or a subclass whose methods fail.
    return f"<{type(value).__name__}>"
