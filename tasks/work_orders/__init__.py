"""What only a person can do is ordered, confirmed by another one, and followed up."""
