#!/usr/bin/env python3
"""Starts the monitor of a directory and stays with it: `python bin/launch_central_monitor.py DIR`.

The command of 2017. It is `jobmon monitor DIR` and takes the options of that (`--help` lists them).
It is installed beside `jobmon`, and runs from the source tree with the executable that was built there.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# The source tree, or what `pip install --target` made: the package is not where Python looks for it.
if os.path.isfile(os.path.join(HERE, os.pardir, "jobmon", "__init__.py")):
    sys.path.insert(0, os.path.dirname(HERE))


def executable():
    """The path of the `jobmon` executable. Raises `jobmon.exceptions.ExecutableNotFound`."""
    root = os.path.join(HERE, os.pardir, os.pardir)
    if not os.environ.get("JOBMON_EXECUTABLE") and os.path.isfile(os.path.join(root, "Package.swift")):
        for build in ("dist", ".build/release", ".build/debug"):
            path = os.path.join(root, build, "jobmon")
            if os.access(path, os.X_OK):
                return os.path.abspath(path)
    from jobmon._transport import executable

    return executable.find()


def main():
    """Becomes the monitor."""
    import jobmon  # It says so where this Python is too old.
    from jobmon.exceptions import JobmonError

    try:
        path = executable()
        os.execv(path, [path, "monitor"] + sys.argv[1:])
    except (JobmonError, OSError) as error:
        sys.exit("{}: jobmon {} can't be started: {}".format(
            os.path.basename(sys.argv[0]), jobmon.__version__, error
        ))  # fmt: skip


if __name__ == "__main__":
    main()
