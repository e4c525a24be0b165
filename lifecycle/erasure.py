"""What went of a person, in numbers and words that say nothing about who it was."""

from __future__ import annotations

from typing import NamedTuple


class Erased(NamedTuple):
    """What our own records forgot of one person; what a restored backup must forget again."""

    subject_id: int
    whole: bool
    """The person went altogether; else only what follows."""
    categories: tuple[str, ...]
    """Of our own holdings."""
    placements: tuple[int, ...]
    """Records in outer systems that are erased there."""
    cases: bool
    """The person's cases lost their person (A-108)."""
    digests: tuple[str, ...]
    """Keyed digests (hexadecimal) for the erasure list."""
