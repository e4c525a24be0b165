"""A copy is kept of records, keys and ledger, each apart from the other, and put back with care."""
