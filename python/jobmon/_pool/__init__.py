"""`jobmon.Pool`, its workers, and what travels between them."""
