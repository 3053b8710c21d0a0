"""Puts the executable into the wheel as the command `jobmon`, beside the command of 2017, and tags the wheel for it."""

from __future__ import annotations

import os
import struct
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# ELF's numbers of machines, by the names that tags have for them.
MACHINES = {62: "x86_64", 183: "aarch64"}
INTERPRETER = 3


class ExecutableHook(BuildHookInterface):
    """Takes ../dist/jobmon, which has to need no shared library: then it runs on any Linux of its machine.

    The tag says so in the words that installers know: a glibc from 2.17 on, under its old name as well for the pip of
    Python 3.8's time, or musl. An editable installation is of the Python package alone.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        executable = os.path.normpath(os.path.join(self.root, "..", "dist", "jobmon"))
        machine = static_machine(executable)
        platforms = [f"manylinux_2_17_{machine}", f"manylinux2014_{machine}", f"musllinux_1_1_{machine}"]
        build_data["tag"] = "py3-none-" + ".".join(platforms)
        build_data["pure_python"] = False
        launch = "launch_central_monitor.py"
        build_data["shared_scripts"] = {executable: "jobmon", f"bin/{launch}": launch}
        build_data["shared_data"] = {
            "../docs/man/jobmon.1": "share/man/man1/jobmon.1",
            # Who wrote what is linked into the executable, and its licenses.
            "../packaging/debian/copyright": "share/doc/jobmon/copyright",
        }


def static_machine(path: str) -> str:
    """The machine that the executable at `path` is for. Ends the build when it is not one that runs by itself."""
    try:
        with open(path, "rb") as file:
            header = file.read(64)
            if header[:6] != b"\x7fELF\x02\x01":
                raise SystemExit(f"{path} is not a 64-bit little-endian ELF executable; run make dist")
            machine = MACHINES.get(struct.unpack_from("<H", header, 18)[0])
            if machine is None:
                raise SystemExit(f"{path} is for a machine that this build has no tag for")
            (offset,) = struct.unpack_from("<Q", header, 32)
            size, count = struct.unpack_from("<HH", header, 54)
            file.seek(offset)
            segments = file.read(size * count)
    except FileNotFoundError:
        raise SystemExit(f"{path} is not there; run make dist") from None
    if any(struct.unpack_from("<I", segments, at)[0] == INTERPRETER for at in range(0, size * count, size)):
        raise SystemExit(f"{path} needs shared libraries, and so would not run everywhere; run make dist")
    return machine
