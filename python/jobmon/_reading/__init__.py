"""What is read from the ledger: `events` and `query`."""
