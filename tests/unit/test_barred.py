"""What stands in the way of what: restricted is everything, an objection one purpose, an opt-out a
mailing (art. 18, 21)."""

from __future__ import annotations

import pytest

from lifecycle.barred import Bar, Barred, Use, stops

SHARE = Use("assignment", frozenset({"identity", "contact"}))
MAILING = Use("news", frozenset({"contact"}), mailing="courses")
LETTER = Use("news", frozenset())

CASES = [
    ([], SHARE, None),
    ([Bar(Barred.RESTRICTION)], SHARE, Barred.RESTRICTION),
    ([Bar(Barred.RESTRICTION)], LETTER, Barred.RESTRICTION),
    ([Bar(Barred.RESTRICTION, category="contact")], SHARE, Barred.RESTRICTION),
    ([Bar(Barred.RESTRICTION, category="health")], SHARE, None),
    ([Bar(Barred.RESTRICTION, category="contact")], LETTER, None),
    ([Bar(Barred.OBJECTION, purpose="assignment")], SHARE, Barred.OBJECTION),
    ([Bar(Barred.OBJECTION, purpose="news")], SHARE, None),
    ([Bar(Barred.OBJECTION)], SHARE, Barred.OBJECTION),
    ([Bar(Barred.OBJECTION, purpose="news")], MAILING, Barred.OBJECTION),
    ([Bar(Barred.OPT_OUT)], SHARE, None),
    ([Bar(Barred.OPT_OUT)], MAILING, Barred.OPT_OUT),
    ([Bar(Barred.OPT_OUT, purpose="courses")], MAILING, Barred.OPT_OUT),
    ([Bar(Barred.OPT_OUT, purpose="survey")], MAILING, None),
    ([Bar(Barred.OPT_OUT), Bar(Barred.RESTRICTION)], MAILING, Barred.RESTRICTION),
    ([Bar(Barred.OPT_OUT), Bar(Barred.OBJECTION)], MAILING, Barred.OBJECTION),
]


@pytest.mark.parametrize(("bars", "use", "why"), CASES)
def test_what_is_stopped_and_why(bars: list[Bar], use: Use, why: Barred | None) -> None:
    assert stops(bars, use) is why
    assert stops(reversed(bars), use) is why
