"""Reads resource usage as Grid Engine and the classes of 2017 write it: text with units."""

from __future__ import annotations

from typing import Any, Dict, Optional

UNITS = {"k": 1000, "K": 1024, "m": 1000**2, "M": 1024**2, "g": 1000**3, "G": 1024**3}
UNITS.update({"t": 1000**4, "T": 1024**4})


def read(written: Dict[str, Any]) -> Dict[str, Any]:
    """The values for which the ledger has columns: `wallclock` and `cpu` in seconds, `maxrss` in bytes.

    `maxvmem` becomes an upper bound of `maxrss`. Values that can't be read are left out.
    """
    usage: Dict[str, Any] = {}
    for name in ("wallclock", "cpu"):
        value = seconds(written.get(name))
        if value is not None:
            usage[name] = value
    memory = size(written.get("maxrss"))
    if memory is None:
        memory = size(written.get("maxvmem"))
        if memory is not None:
            usage["maxrss_at_most"] = True
    if memory is not None:
        usage["maxrss"] = memory
    return usage


def seconds(value: Any) -> Optional[float]:
    """The seconds of a number, or of text such as `1:02:03:04.5` (days and hours are optional)."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        total = 0.0
        parts = str(value).strip().split(":")
        if len(parts) > 4:
            return None
        # A day has 24 hours; an hour and a minute have 60 of the next unit.
        for part, factor in zip(parts, (24, 60, 60, 1)[-len(parts) :]):
            total = (total + float(part)) * factor
        return total if 0 <= total < float("inf") else None
    except ValueError:
        return None


def size(value: Any) -> Optional[int]:
    """The bytes of a number, or of text such as `1.5G` (G is 1024**3, g is 1000**3)."""
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip()
    factor = UNITS.get(text[-1:], 1)
    try:
        number = float(text[:-1] if factor > 1 else text) * factor
        return int(number) if 0 <= number < 2**63 else None
    except (ValueError, OverflowError):
        return None
