"""Which people, categories, systems and disclosures an incident concerns, and since when: answered
from our records and the ledger at hour zero (art. 33(3)(a))."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

import orjson
from sqlalchemy import Connection

from lifecycle.disclosure import most_protected
from lifecycle.errors import Refused
from lifecycle.incident.states import Step, objection
from lifecycle.ledger import EventKind, instant
from lifecycle.references import (
    IMPORT,
    PLAN,
    STAGED_FILE,
    SUBJECT,
    from_reference,
    to_reference,
)
from records import disclosures, file_imports, incident_people, incidents, lookups
from records.engines import reading
from records.incident_people import Stands
from records.incidents import Scope
from tasks.house.parts import House
from tasks.incidents.steps import known, record, stands

SYSTEM: Final = "system"
DISCLOSURE: Final = "disclosure"
FILE: Final = "file"
IMPORTED: Final = "import"
PERSON: Final = "person"
EVERYTHING: Final = "everything"
CATEGORY: Final = "category"
"""Not where something happened but what is left of it: somebody judged that of all that was found
only this category is concerned (`tasks.incidents.narrowing`)."""
_ALL: Final = "all"

TOLD_OF: Final = frozenset(
    {
        EventKind.IMPORT_STORED,
        EventKind.FILE_NEVER_IMPORTED,
        EventKind.PERSON_LOOKED_UP,
        EventKind.FINDING_SHOWN,
        EventKind.DISCLOSURE_SENT,
        EventKind.DISCLOSURE_PERHAPS_SENT,
        EventKind.DISCLOSURE_WITHDRAWN,
        EventKind.DISCLOSURE_PASSWORD_SHOWN,
        EventKind.ERASURE_DONE,
        EventKind.ACCESS_REMOVED,
    }
)
"""What the ledger tells of a time: who came in, what was shown, what left, what went."""


class Concerned(NamedTuple):
    """A person whom it concerns: as what, and with which categories where."""

    kinds: frozenset[str]
    at: Mapping[str, frozenset[str]]
    """Place → categories; "" for a person who was named."""


class Disclosed(NamedTuple):
    """A disclosure that people concerned were in."""

    ref: str
    recipient: str
    people: int
    """Of those concerned."""
    categories: tuple[str, ...]
    stage: str
    sent_at: str
    until_on: str
    ended_at: str | None


class Who(NamedTuple):
    """The answer: counts, words of the policy, instants; nothing that says who anybody is."""

    people: int
    kinds: Mapping[str, int]
    """By kind of data subject."""
    categories: Mapping[str, int]
    """By category, of how many people it lies there."""
    data_class: str | None
    """Of the category that needs the most protection."""
    systems: Mapping[str, int]
    as_of: Mapping[str, str]
    """When each outer system was asked last."""
    at_most: tuple[str, ...]
    """Places that only a person reaches: everybody who may stand there is counted."""
    since: str | None
    """Since when we know the first of them."""
    erased_since: int
    """People whose data was erased there since: concerned perhaps, and unknown by now."""
    unread_files: int
    """Files that lay there and were never imported: nobody knows who is in them."""
    disclosures: tuple[Disclosed, ...]
    ledger: Mapping[str, int]
    """What the ledger tells of that time: kind of event → how many."""
    only: tuple[str, ...] = ()
    """The categories to which somebody narrowed it; (): to none, everything that was found."""


def scope(
    house: House,
    kind: str,
    ref: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Scope:
    """A part of what an incident is about. Raises `Refused`: `system_unknown`, `plan_unknown`,
    `disclosure_unknown`, `import_unknown`, `subject_unknown`, `reference_malformed`,
    `instants_disagree`."""
    if since is not None and until is not None and until < since:
        raise Refused("instants_disagree")
    with reading(house.engine) as connection:
        _require_known(house, connection, kind, ref)
    return Scope(kind, ref, *(_instant(moment) for moment in (since, until)))


def keep(house: House, ref: str, scopes: Sequence[Scope]) -> int:
    """Note with the incident what it is about; how many parts were new. Safe to repeat.

    Raises `Refused`: `incident_unknown`, `incident_closed`, `incident_dismissed`.
    """
    number = known(house, ref).number
    with house.work() as work:
        one = incidents.get(work.connection, controller=house.controller, number=number, lock=True)
        against = objection(stands(house, work, one), Step.NOTE)
        if against is not None:
            raise Refused(against, ref=ref)
        new = [
            part
            for part in scopes
            if incidents.add_scope(work.connection, number, part, at=house.at())
        ]
        for part in new:
            facts = {"what": part.kind} | _facts(part)
            record(work, EventKind.INCIDENT_SCOPED, one, facts)
        if new:
            if before := _only(incidents.scopes(work.connection, number)):
                # It was judged of other parts: what is new may hold more than it was narrowed to.
                incidents.replace_scopes(work.connection, number, CATEGORY, (), at=house.at())
                facts = {"what": CATEGORY, "about": _ALL}
                record(work, EventKind.INCIDENT_SCOPED, one, facts, number=len(before))
            work.commit()
    return len(new)


def scopes_of(house: House, ref: str) -> list[Scope]:
    """What an incident is about, as far as somebody said; of a draft what Gallra noticed."""
    one = known(house, ref)
    with reading(house.engine) as connection:
        found = incidents.scopes(connection, one.number)
    about = one.ref_of or ""
    if about.startswith(f"{STAGED_FILE}-"):
        found.append(Scope(FILE, about))
    elif about.startswith(f"{PLAN}-"):
        found.append(Scope(DISCLOSURE, about))
    return found


def who(house: House, scopes: Sequence[Scope]) -> Who:
    """Whom these parts together concern. Reads our records and the ledger, and no other system."""
    with reading(house.engine) as connection:
        people = concerned(house, connection, scopes)
        first = incident_people.first_known(connection, controller=house.controller)
        erased = _erased(house, connection, scopes)
        unread = sum(_unread(house, connection, part) for part in scopes)
        told = tuple(_disclosed(house, connection, scopes, people))
        events, as_of = _ledger(house, connection, scopes)
    kinds: Counter[str] = Counter()
    categories: Counter[str] = Counter()
    systems: Counter[str] = Counter()
    for person in people.values():
        kinds.update(person.kinds)
        categories.update(frozenset().union(*person.at.values()))
        systems.update(place for place in person.at if place)
    declared = [name for name in categories if name in house.policy.categories]
    return Who(
        people=len(people),
        kinds=dict(sorted(kinds.items())),
        categories=dict(sorted(categories.items())),
        data_class=str(most_protected(house.policy, declared)) if declared else None,
        systems=dict(sorted(systems.items())),
        as_of={name: at for name, at in sorted(as_of.items()) if name in systems},
        at_most=tuple(sorted(_by_hand(house, scopes))),
        since=min((first[number] for number in people if number in first), default=None),
        erased_since=erased,
        unread_files=unread,
        disclosures=told,
        ledger=dict(sorted(events.items())),
        only=tuple(sorted(_only(scopes))),
    )


def concerned(
    house: House, connection: Connection, scopes: Iterable[Scope]
) -> dict[int, Concerned]:
    """Everybody whom these parts concern, by number: whoever is in any of them, and of whom
    something is left where it was narrowed to some categories."""
    scopes = list(scopes)
    only = _only(scopes)
    kinds: dict[int, set[str]] = {}
    places: dict[int, dict[str, set[str]]] = {}
    for part in scopes:
        for place, one in _stand(house, connection, part):
            categories = one.categories
            if only and categories:
                categories = tuple(name for name in categories if name in only)
                if not categories and place:
                    continue
            kinds.setdefault(one.subject_id, set()).add(one.kind)
            held = places.setdefault(one.subject_id, {}).setdefault(place, set())
            held.update(categories)
    return {
        number: Concerned(
            frozenset(kinds[number]),
            {place: frozenset(names) for place, names in at.items()},
        )
        for number, at in places.items()
    }


def _stand(house: House, connection: Connection, part: Scope) -> Iterator[tuple[str, Stands]]:
    match part.kind:
        case "system":
            for one in _in_place(house, connection, part.ref, part.ended_at, part.began_at):
                yield part.ref, one
        case "disclosure":
            for one in incident_people.of_disclosure(connection, from_reference(PLAN, part.ref)):
                yield DISCLOSURE, one
        case "import" | "file":
            number = _import(house, connection, part)
            if number is not None:
                yield from _imported(house, connection, number)
        case "person":
            number = from_reference(SUBJECT, part.ref)
            for one in incident_people.one_person(
                connection, controller=house.controller, number=number
            ):
                held = tuple(lookups.categories_of(connection, number))
                yield "", one._replace(categories=held)
        case "everything":
            for name, system in house.policy.systems.items():
                if system.role in {"place", "device", "staging"}:
                    continue  # everybody in them is in one of the others
                for one in _in_place(house, connection, name, part.ended_at, part.began_at):
                    yield name, one


def _in_place(
    house: House, connection: Connection, name: str, until: str, since: str
) -> Iterator[Stands]:
    """Everybody in a system or place of the policy."""
    own = {"controller": house.controller, "until": until}
    system = house.policy.systems.get(name)
    if system is None:
        raise Refused("system_unknown", ref=name)  # the policy does not know it any more
    holds = {kind: tuple(names) for kind, names in system.holds.items()}
    if name == house.own_system:
        yield from incident_people.in_own_records(connection, **own)
    elif system.role == "case_system":
        for one in incident_people.with_a_case(connection, **own):
            intake = house.policy.intake
            kind = one.kind if intake is None else intake.subject
            yield Stands(one.subject_id, kind, holds.get(kind, ()))
    elif system.role == "staging":
        imports, _ = incident_people.lay_there(
            connection, controller=house.controller, place=name, since=since, until=until
        )
        for number in sorted(imports):
            for _, one in _imported(house, connection, number):
                yield one
    elif name in _reached_by_hand(house):
        for one in incident_people.of_kinds(connection, kinds=list(holds), **own):
            yield one._replace(categories=holds[one.kind])
    else:
        yield from incident_people.in_system(connection, system=name, **own)


def _imported(house: House, connection: Connection, number: int) -> Iterator[tuple[str, Stands]]:
    intake = house.policy.intake
    kept = (
        ()
        if intake is None
        else tuple(
            sorted(
                {column.keep for column in intake.columns.values() if isinstance(column.keep, str)}
            )
        )
    )
    names = tuple(name for name in kept if name in house.policy.categories)
    for one in incident_people.of_import(connection, number):
        yield IMPORTED, one._replace(categories=names)


def _require_known(house: House, connection: Connection, kind: str, ref: str) -> None:
    match kind:
        case "system":
            if ref not in house.policy.systems:
                raise Refused("system_unknown")
        case "disclosure":
            disclosures.get(
                connection, controller=house.controller, number=from_reference(PLAN, ref)
            )
        case "import":
            number = from_reference(IMPORT, ref)
            if (
                file_imports.find_import(connection, controller=house.controller, number=number)
                is None
            ):
                raise Refused("import_unknown", ref=ref)
        case "file":
            from_reference(STAGED_FILE, ref)
        case "person":
            number = from_reference(SUBJECT, ref)
            if not lookups.is_known(connection, controller=house.controller, number=number):
                raise Refused("subject_unknown", ref=ref)
        case _:
            if (kind, ref) != (EVERYTHING, _ALL):
                raise Refused("scope_unknown")


def _import(house: House, connection: Connection, part: Scope) -> int | None:
    if part.kind == IMPORTED:
        return from_reference(IMPORT, part.ref)
    return incident_people.import_of_file(
        connection, controller=house.controller, number=from_reference(STAGED_FILE, part.ref)
    )


def _reached_by_hand(house: House) -> frozenset[str]:
    return frozenset(
        name for name, system in house.policy.systems.items() if system.by_hand is not None
    )


def _by_hand(house: House, scopes: Iterable[Scope]) -> set[str]:
    return {part.ref for part in scopes if part.kind == SYSTEM} & _reached_by_hand(house)


def _unread(house: House, connection: Connection, part: Scope) -> int:
    if part.kind == FILE:
        return int(_import(house, connection, part) is None)
    staging = house.policy.staging
    if part.kind != SYSTEM or staging is None or part.ref != staging.place:
        return 0
    _, unread = incident_people.lay_there(
        connection,
        controller=house.controller,
        place=part.ref,
        since=part.began_at,
        until=part.ended_at,
    )
    return unread


def _erased(house: House, connection: Connection, scopes: Sequence[Scope]) -> int:
    """People erased since the earliest beginning; without one nobody can say since when."""
    count = 0
    wide = [part for part in scopes if part.kind == EVERYTHING and part.began_at]
    narrow = [part for part in scopes if part.kind == SYSTEM and part.began_at]
    if wide or narrow:
        since = min(part.began_at for part in (*wide, *narrow))
        systems = None if wide else {part.ref for part in narrow}
        count += incident_people.erased_since(
            connection, controller=house.controller, systems=systems, since=since
        )
    for part in scopes:
        if part.kind == DISCLOSURE:
            number = from_reference(PLAN, part.ref)
            here = {one.subject_id for one in incident_people.of_disclosure(connection, number)}
            count += incident_people.people_of_disclosure(connection, number) - len(here)
        elif part.kind in {FILE, IMPORTED}:
            imported = _import(house, connection, part)
            count += (
                0 if imported is None else incident_people.cases_of_import(connection, imported)
            )
    return count


def _disclosed(
    house: House,
    connection: Connection,
    scopes: Sequence[Scope],
    people: Mapping[int, Concerned],
) -> Iterator[Disclosed]:
    since, until = _span(scopes)
    named = {part.ref for part in scopes if part.kind == DISCLOSURE}
    for sent in incident_people.sent_disclosures(
        connection, controller=house.controller, since=since, until=until
    ):
        ref = to_reference(PLAN, sent.number)
        inside = len(incident_people.in_disclosure(connection, sent.number) & people.keys())
        if inside or ref in named:
            yield Disclosed(
                ref=ref,
                recipient=sent.recipient,
                people=inside,
                categories=sent.categories,
                stage=sent.stage,
                sent_at=sent.sent_at,
                until_on=sent.until_on,
                ended_at=sent.ended_at,
            )


def _only(scopes: Iterable[Scope]) -> frozenset[str]:
    return frozenset(part.ref for part in scopes if part.kind == CATEGORY)


def _span(scopes: Sequence[Scope]) -> tuple[str, str]:
    """The widest time of these parts; "" where one of them leaves a side open."""
    began = [part.began_at for part in scopes if part.kind != CATEGORY]
    ended = [part.ended_at for part in scopes if part.kind != CATEGORY]
    since = min(began) if began and all(began) else ""
    until = max(ended) if ended and all(ended) else ""
    return since, until


def _ledger(
    house: House, connection: Connection, scopes: Sequence[Scope]
) -> tuple[Counter[str], dict[str, str]]:
    """How often what happened in that time, and when each system was asked last."""
    since, until = _span(scopes)
    counted: Counter[str] = Counter()
    asked: dict[str, str] = {}
    marks = [f'"{kind}"'.encode() for kind in (*TOLD_OF, EventKind.INVENTORY_TAKEN)]
    for entry in house.ledger.read(connection):
        if not any(mark in entry.body for mark in marks):
            continue
        event = orjson.loads(entry.body)
        if event["controller"] != house.controller:
            continue
        if event["kind"] == EventKind.INVENTORY_TAKEN:
            if "ref" in event:
                asked[event["ref"]] = event["at"]
        elif (
            event["kind"] in TOLD_OF
            and since <= event["at"]
            and (not until or event["at"] <= until)
        ):
            counted[event["kind"]] += 1
    return counted, asked


def _instant(moment: datetime | None) -> str:
    return "" if moment is None else instant(moment.astimezone(UTC))


def _facts(part: Scope) -> dict[str, str]:
    facts = {"about": part.ref}
    facts |= {"since": part.began_at} if part.began_at else {}
    return facts | ({"until": part.ended_at} if part.ended_at else {})
