"""Executors: they run the instances of a queue on this host, on Grid Engine, or on Slurm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

_MODULES = ("base", "local_exec", "sge_exec", "slurm_exec")
_NAMES = {
    "BaseExecutor": "base",
    "LocalExecutor": "local_exec",
    "SGEExecutor": "sge_exec",
    "SlurmExecutor": "slurm_exec",
}

__all__ = [*_MODULES, *_NAMES]


if TYPE_CHECKING:
    from .base import BaseExecutor as BaseExecutor
    from .local_exec import LocalExecutor as LocalExecutor
    from .sge_exec import SGEExecutor as SGEExecutor
    from .slurm_exec import SlurmExecutor as SlurmExecutor
else:

    def __getattr__(name: str) -> Any:
        from importlib import import_module

        if name in _MODULES:
            return import_module("." + name, __name__)
        if name in _NAMES:
            return getattr(import_module("." + _NAMES[name], __name__), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
