"""The facts of an earlier version, as they were kept when somebody was told them."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from lifecycle.errors import Misconfigured
from lifecycle.notice.facts import Facts, Fill, Length, Literal, Nested, Section, Statement, Term


def kept_facts(canonical: str) -> Facts:
    """What `Facts.canonical` wrote, read again: the same facts with the same hash.

    Raises `Misconfigured("notice_facts_unreadable")` for anything else.
    """
    found: Facts | None = None
    with suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
        found = _facts(json.loads(canonical))
    if found is None or found.canonical != canonical.strip():
        raise Misconfigured("notice_facts_unreadable")
    return found


def _facts(data: Any) -> Facts:
    sections = tuple(
        Section(
            section["id"],
            tuple(section["answers"]),
            tuple(_statement(each) for each in section["says"]),
        )
        for section in data["sections"]
    )
    return Facts(data["controller"], data["notice"], data["subject"], sections)


def _statement(data: Any) -> Statement:
    phrase, fills, then = data
    return Statement(phrase, _fills(fills), tuple(_statement(each) for each in then))


def _fills(data: Any) -> tuple[tuple[str, Fill], ...]:
    return tuple(sorted((name, _fill(fill)) for name, fill in data.items()))


def _fill(data: Any) -> Fill:
    if isinstance(data, list):
        return tuple(_word(item) for item in data)
    if "phrase" in data:
        return Nested(data["phrase"], _fills(data["of"]))
    if "months" in data:
        return Length(data["months"], data["days"])
    return _word(data)


def _word(data: Any) -> Term | Literal:
    if "text" in data:
        return Literal(data["text"])
    kind, _, name = data["term"].partition(".")
    return Term(kind, name, tuple(data["holds"]))
