"""Blank rows, repeated headers, group headings and totals are ignored: they are about nobody."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from lifecycle.intake.fields import FAMILY_NAME, GIVEN_NAME
from lifecycle.intake.header import Header
from lifecycle.intake.outcomes import RowReason
from lifecycle.intake.text import fold, fold_header

_TOTALS: Final = re.compile(r"(?:del|slut|total)?summa\b|sum\b|totalt?\b|antal\b|summering\b")


def ignored_reason(texts: Sequence[str], header: Header) -> RowReason | None:
    """Why a row without identity and case is about nobody, or None when it may be a person.

    `texts` are the row's trimmed texts. The caller has seen that the row has neither a case
    reference in the right form nor anything like an identity number.
    """
    filled = [text for text in texts if text]
    if not filled:
        return RowReason.BLANK
    if _repeats_header(texts, header):
        return RowReason.TITLE_OR_BLANK
    if has_full_name(texts, header):
        # Antal is a family name too.
        return None
    if any(_TOTALS.match(fold(text)) for text in filled):
        return RowReason.TOTALS
    if len(filled) == 1:
        return RowReason.GROUP_HEADING
    return None


def _repeats_header(texts: Sequence[str], header: Header) -> bool:
    """Whether most of the row's known cells say their column's name."""
    known = [(texts[column], name) for column, name in header.spelling.items() if texts[column]]
    same = sum(fold_header(text) == name for text, name in known)
    return same * 2 > len(known)


def has_full_name(texts: Sequence[str], header: Header) -> bool:
    """Whether both name columns hold letters: the row may be a person."""
    columns = (header.position.get(GIVEN_NAME), header.position.get(FAMILY_NAME))
    return all(column is not None and any(map(str.isalpha, texts[column])) for column in columns)
