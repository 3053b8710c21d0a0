"""How the package reaches the monitor of a directory and the `jobmon` executable."""
