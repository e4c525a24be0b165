"""Whoever received data is told of a rectification or an erasure (art. 19)."""
