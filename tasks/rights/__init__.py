"""A person's request is answered within one month (art. 12-22)."""
