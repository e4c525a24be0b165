"""Everything that is held about one person, wherever a machine can read it, and the places where
somebody has to look it up (art. 15; A-35, T-61, H-60). Nobody else's is ever among it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection

from connectors.payload import read_payload
from connectors.system import Asked, Exports, OuterSystem, ReadOut, Shown, Value
from lifecycle.errors import NotProven, Refused
from lifecycle.identifiers import EMAIL, NATIONAL_ID
from lifecycle.retention.reach import system_of_role, systems_by_hand
from records import disclosures, lookups, placements
from records.engines import reading
from records.placements import OpenedPlace
from tasks.erasing.whose_record import recognisers, spelled
from tasks.house.parts import House

CASE: Final = "case"
"""In place of a category: what stands in clear of a case."""
_WORD: Final = r"[^\s@<>()\[\]{},;:\"']+"
_MAIL: Final = re.compile(rf"{_WORD}@{_WORD}\.[^\s@<>()\[\]{{}},;:\"'.]+")
_NUMBER: Final = re.compile(r"(?<![0-9])(?:[0-9]{2})?[0-9]{6}[-+ ]?[0-9]{4}(?![0-9])")


class Told(NamedTuple):
    """One value about the person; personal, never shown in a log."""

    system: str
    """The policy's name of where it lies."""
    case: str
    category: str
    field: str
    text: str

    def __repr__(self) -> str:
        return f"Told(system={self.system})"


class Found(NamedTuple):
    """All that a machine can read of one person, and where somebody looks."""

    kinds: tuple[str, ...]
    """As what the person stands anywhere."""
    values: tuple[Told, ...]
    read: tuple[str, ...]
    """The systems that were read, by the policy's names."""
    by_hand: tuple[str, ...]
    """Where somebody has to look it up."""
    protected: bool
    """A system says that the person's identity is protected: nothing was read there."""

    def __repr__(self) -> str:
        return f"Found(values={len(self.values)})"


def find(house: House, person: int, *, only: Mapping[str, Collection[str]] | None = None) -> Found:
    """Read out whatever is held about that person. `only`: kind of data subject → categories; else
    everything.

    A record that turns out to be somebody else's, or that is not there any more, is left out; one
    of which nobody can tell, that its system shows to nobody, that holds what no table can show, or
    that names somebody else whom we know is looked up by a person. Raises `Unreachable`: half of
    what there is is no answer; `KeyFailure`; `NotProven("system_answered_otherwise")`.
    """
    with reading(house.engine) as connection:
        present = disclosures.present(
            connection, controller=house.controller, subjects=[person], only={}
        )
        places = list(placements.of_people(connection, [person]))
        opened = placements.opened(connection, house.vault, numbers=[one.id for one in places])
        whose = recognisers(connection, house, [person], surely=True)[person]
        kind = present[person][0] if person in present else ""
        values = list(_own(connection, house, person, kind, only))
    kinds = tuple(sorted({kind, *(one.kind for one in places)} - {""}))
    by_hand = set(_by_hand(house, kinds, only, own=bool(values)))
    read: set[str] = {house.own_system} if values else set()
    protected = False
    for name in sorted({one.system for one in opened.values()}):
        theirs = [one for one in opened.values() if one.system == name]
        asked = [
            Asked(key=one.key, kind=one.kind, categories=wanted, theirs=whose)
            for one in sorted(theirs, key=lambda one: one.id)
            if (wanted := _wanted(one, only))
        ]
        if not asked:
            continue
        system: OuterSystem | None = house.systems.get(name)
        if system is None or not isinstance(system, Exports):
            by_hand.add(name)
            continue
        read.add(name)
        for answer in _read(system, asked, name):
            if answer is None or answer.shown in {Shown.UNCLEAR, Shown.WITHHELD, Shown.PROTECTED}:
                by_hand.add(name)
                protected |= answer is not None and answer.shown is Shown.PROTECTED
                continue
            if answer.shown is not Shown.TAKEN:
                continue
            mine, left = _without_others(house, person, answer.values)
            values += [Told(name, "", *value) for value in mine]
            if left:
                by_hand.add(name)
    return Found(kinds, tuple(values), tuple(sorted(read)), tuple(sorted(by_hand)), protected)


def _own(
    connection: Connection,
    house: House,
    person: int,
    kind: str,
    only: Mapping[str, Collection[str]] | None,
) -> Iterator[Told]:
    own = house.own_system
    held = set(lookups.categories_of(connection, person))
    if only is None:
        for case in lookups.cases_of(connection, person):
            for field, text in case._asdict().items():
                if text:
                    yield Told(own, case.case_reference, CASE, field, str(text))
    else:
        held &= set(only.get(kind, ()))
    found = disclosures.content(connection, [person], held, only={})
    cases = {one.engagement_id for one in found if one.engagement_id is not None}
    called = lookups.case_numbers(connection, sorted(cases))
    plain = house.vault.open(
        [(one.holding_id, one.subject_id, one.category, one.sealed) for one in found]
    )
    for one, content in zip(found, plain, strict=True):
        told = read_payload(b'{"%b":%b}' % (one.category.encode(), content))
        for field, text in sorted(told.get(one.category, {}).items()):
            case_number = "" if one.engagement_id is None else called[one.engagement_id]
            yield Told(own, case_number, one.category, field, text)


def _by_hand(
    house: House,
    kinds: Sequence[str],
    only: Mapping[str, Collection[str]] | None,
    *,
    own: bool,
) -> Iterator[str]:
    """Places where only a person looks, as far as the policy says that such people's data lies
    there; and the case system, where staff writes what our records do not have."""
    systems = dict(systems_by_hand(house.policy))
    case_system = system_of_role(house.policy, "case_system")
    if own and case_system is not None:
        systems[case_system] = house.policy.systems[case_system]
    for name, system in systems.items():
        if name in house.absent:
            continue
        for kind in kinds:
            held = set(system.holds.get(kind, ()))
            if held and (only is None or held & set(only.get(kind, ()))):
                yield name


def _wanted(one: OpenedPlace, only: Mapping[str, Collection[str]] | None) -> tuple[str, ...]:
    if only is None:
        return one.categories
    return tuple(name for name in one.categories if name in only.get(one.kind, ()))


def _read(system: Exports, asked: Sequence[Asked], name: str) -> Iterator[ReadOut | None]:
    """Each record; None for what no table can show: then the others are read one by one."""
    unreadable = False
    answers: list[ReadOut] = []
    try:
        answers = list(system.read_out(asked))
    except Refused as refused:
        if len(asked) == 1 and refused.code not in {"value_not_text", "record_malformed"}:
            raise
        unreadable = True
    if unreadable and len(asked) == 1:
        yield None
    elif unreadable:
        for one in asked:
            yield from _read(system, [one], name)
    elif [one.key for one in answers] != [one.key for one in asked]:
        raise NotProven("system_answered_otherwise", ref=name)
    else:
        yield from answers


def _without_others(
    house: House, person: int, values: Sequence[Value]
) -> tuple[list[Value], list[Value]]:
    """What is the person's own, and what names somebody else whom we know: a machine masks
    nothing."""
    mine: list[Value] = []
    left: list[Value] = []
    with reading(house.engine) as connection:
        for value in values:
            others = _known_in(connection, house, value.text) - {person}
            (left if others else mine).append(value)
    return mine, left


def _known_in(connection: Connection, house: House, text: str) -> set[int]:
    """Everybody whose address or identity number stands in that text."""
    borne = [(EMAIL, one) for one in _MAIL.findall(text)]
    borne += [(NATIONAL_ID, one) for one in _NUMBER.findall(text)]
    found: set[int] = set()
    for kind, written in borne:
        for name, one in spelled(house, {kind: written}).items():
            digest = house.vault.index_digest(name, one)
            found.update(lookups.subjects_by(connection, kind=name, digest=digest))
    return found
