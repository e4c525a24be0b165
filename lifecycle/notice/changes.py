"""What changed between two versions of a notice, and so who must be told again (T-09)."""

from __future__ import annotations

from typing import NamedTuple

from lifecycle.notice.facts import Facts, Section, Statement


class Change(NamedTuple):
    """What one section says otherwise than before."""

    section: str
    answers: tuple[str, ...]
    """The points of articles 13 and 14 that it answers."""
    no_longer: tuple[Statement, ...]
    now: tuple[Statement, ...]


def changes(before: Facts, after: Facts) -> tuple[Change, ...]:
    """Section by section, in the order of the new version; () where the facts are the same.

    Any of them is a reason to tell people again. Another wording of the same facts is none.
    """
    old = {section.id: section for section in before.sections}
    new = {section.id: section for section in after.sections}
    ids = [*new, *(name for name in old if name not in new)]
    found = (_change(old.get(name), new.get(name), name) for name in ids)
    return tuple(change for change in found if change is not None)


def _change(old: Section | None, new: Section | None, name: str) -> Change | None:
    before = _by_content(old)
    after = _by_content(new)
    gone = tuple(said for key, said in before.items() if key not in after)
    come = tuple(said for key, said in after.items() if key not in before)
    section = new or old
    if section is None or not (gone or come):
        return None
    return Change(name, section.answers, gone, come)


def _by_content(section: Section | None) -> dict[str, Statement]:
    """By what is said, whether or not it stands in a list."""
    statements = section.statements if section is not None else ()
    return {Facts("", "", "", (Section("", (), (said,)),)).canonical: said for said in statements}
