"""Who has access to each system is listed and agreed to (A-44)."""
