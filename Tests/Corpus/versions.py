"""Which version of a program made a text: its Debian package, or what it says itself."""
import functools
import os
import re
import shutil
import subprocess

# The executable of a program, where it has another name.
EXECUTABLES = {
    "octave": "octave-cli", "gretl": "gretlcli", "plink": "plink1.9", "coreutils": "cp", "imagemagick": "convert",
    "swift": "swiftc", "rust": "rustc", "blast": "blastn", "numpy": "/usr/bin/python3", "tcl": "tclsh",
}
# Where programs are: those of Debian, and two compilers; nothing else of this machine.
FOLDERS = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"]
FOLDERS += [os.path.dirname(found) for found in map(shutil.which, ("rustc", "swiftc")) if found]
PATH = ":".join(dict.fromkeys(FOLDERS))
# The package, where that of the executable says nothing.
PACKAGES = {"numpy": "python3-numpy"}


def executable(program):
    """The path of a program; None if it is not here."""
    return shutil.which(EXECUTABLES.get(program, program), path=PATH)


@functools.lru_cache(maxsize=None)
def version(program, science=None):
    """The version of a program, in words; of a Python package, that in the environment `science`."""
    if program.startswith("python:"):
        package = program.partition(":")[2]
        script = f"import importlib.metadata as m; print(m.version({package!r}))"
        found = subprocess.run([science or "python3", "-c", script], capture_output=True, text=True, check=False)
        return f"{package} {found.stdout.strip()}"
    path = executable(program)
    package = PACKAGES.get(program) or package_of(path)
    if package:
        shown = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Version}", package],
                               capture_output=True, text=True, check=False)
        return shown.stdout.strip()
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\d+(\.\d+)+", said.stdout + said.stderr)
    return f"{program} {found.group(0)}" if found else program


def package_of(path):
    """The Debian package that a file is from; None if it is from none."""
    for place in dict.fromkeys([os.path.realpath(path), path, path.replace("/usr/bin/", "/bin/")]):
        owner = subprocess.run(["dpkg-query", "-S", place], capture_output=True, text=True, check=False)
        if owner.returncode == 0:
            # Of a file that another package moved aside, the owner is in the last line.
            return owner.stdout.splitlines()[-1].partition(": ")[0].partition(",")[0]
    return None
