"""What this process reports about its own jobs: the spool, its sender, `monitored`, `task`."""
