"""What every step is handed: policy, databases, vault, ledger, doors and clock."""
