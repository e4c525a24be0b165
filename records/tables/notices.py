"""Which texts people were given, and in which version (A-33…A-39)."""

from __future__ import annotations
