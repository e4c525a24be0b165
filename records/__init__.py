"""Our own database: what is clear, what is sealed, and the ledger that proves it."""
