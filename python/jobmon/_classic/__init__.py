"""What only the names of 2017 need."""
