#!/usr/bin/env python3
"""Runs the monitor of a directory in the foreground: `python bin/launch_central_monitor.py DIR`.

The command of 2017. It runs `jobmon monitor DIR` and takes the options of that command (`--help` lists them).
It is installed beside `jobmon`. In the source tree it uses the executable that was built there.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# In the source tree, and after `pip install --target`, the package is not on the module search path.
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
    """Replaces this process by the monitor."""
    import jobmon  # Raises ImportError with the reason when this Python is too old.
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
