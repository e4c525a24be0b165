"""A person's name as far as it tells a wholly different person: folded words in any order."""

from __future__ import annotations

import orjson

from lifecycle.intake.fields import FAMILY_NAME, GIVEN_NAME
from lifecycle.intake.text import fold_words


def name_tokens(name: str) -> str:
    """The folded words of a name, each once, sorted, joined by one space."""
    return " ".join(sorted(set(fold_words(name))))


def names_of_identity(identity: bytes) -> str:
    """The same of an opened identity holding."""
    kept = orjson.loads(identity)
    return name_tokens(f"{kept.get(GIVEN_NAME, '')} {kept.get(FAMILY_NAME, '')}")
