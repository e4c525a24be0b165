"""Of what those are told who received somebody's data: rectification, erasure, restriction
(art. 19, H-31)."""

from __future__ import annotations

from enum import StrEnum


class Because(StrEnum):
    """Why a recipient has to be told."""

    ERASED = "erased"
    """Art. 17: what they received is gone with us."""
    RECTIFIED = "rectified"
    """Art. 16: what they received was wrong, or is not so any more."""
    RESTRICTED = "restricted"
    """Art. 18: what they received may be kept and not used."""
