"""One kind of outer system per file; beside the vault the only door for personal data."""
