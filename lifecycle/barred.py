"""What may not be done with a person's data: restricted data is stored and nothing else, an
objection ends a purpose, who opts out gets no mailing (art. 18, art. 21, B-28, T-66, T-68)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

EVERY: Final = "*"
"""In place of a purpose, a mailing or a category: all there are, now and later."""


class Barred(StrEnum):
    """Why something may not be done, the strictest first."""

    RESTRICTION = "restriction"
    """It may be stored, and nothing else (art. 18(1))."""
    OBJECTION = "objection"
    """Not for that purpose any more (art. 21(1), (3))."""
    OPT_OUT = "opt_out"
    """No mailing, or none of that name (art. 21(2), B-28, B-31)."""


class Bar(NamedTuple):
    """One thing that stands in the way."""

    kind: Barred
    purpose: str = EVERY
    """Of the policy's purposes, or of its mailings where somebody opted out."""
    category: str = EVERY


class Use(NamedTuple):
    """What somebody is about to do with a person's data."""

    purpose: str
    categories: frozenset[str]
    mailing: str = ""
    """The mailing that it is for; "": none."""


def stops(bars: Iterable[Bar], use: Use) -> Barred | None:
    """What keeps that from being done, the strictest first; None: nothing does.

    A use without a category (a letter of which nothing but the address is used) is stopped by a
    restriction of everything alone.
    """
    found = {bar.kind for bar in bars if _stops(bar, use)}
    return next((kind for kind in Barred if kind in found), None)


def _stops(bar: Bar, use: Use) -> bool:
    if bar.kind is Barred.OPT_OUT:
        return bool(use.mailing) and bar.purpose in {EVERY, use.mailing}
    if bar.kind is Barred.OBJECTION and bar.purpose not in {EVERY, use.purpose}:
        return False
    return bar.category == EVERY or bar.category in use.categories
