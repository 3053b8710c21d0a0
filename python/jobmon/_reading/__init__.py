"""What is read from the ledger: `events`, `query` and `errors`."""
