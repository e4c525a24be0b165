"""How often in a term something may be mailed to many (B-26)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Final

from lifecycle.errors import Refused
from lifecycle.policy.mailings import Mailing

_APART: Final = frozenset(",;\"'<>")
"""What would make two cells of one."""


def is_writable(address: str) -> bool:
    """Whether that address (in its canonical spelling) can stand on a list: it is one cell, and no
    formula, and has no character that nobody sees or that turns the others around."""
    begins = address[0].isalnum() or address[0] == "_"
    return begins and address.isprintable() and not _APART & set(address)


def term_of(terms: Iterable[str], today: date) -> date:
    """The day on which the term of `today` began; `terms`: MM-DD."""
    starts = [
        date.fromisoformat(f"{year}-{day}") for year in (today.year - 1, today.year)
        for day in terms
    ]  # fmt: skip
    return max(day for day in starts if day <= today)


def require_not_too_often(mailing: Mailing, listed_on: Collection[date], *, today: date) -> None:
    """Return only if the mailing may be listed on `today`; `listed_on`: the days of this term on
    which it was listed already. A list that is made twice on one day is one mailing.

    Raises `Refused("mailing_too_often")`.
    """
    others = set(listed_on) - {today}
    if mailing.at_most is not None and len(others) >= mailing.at_most:
        raise Refused("mailing_too_often")
