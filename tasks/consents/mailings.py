"""Whoever sends a mailing or a survey gets today's addresses, of those alone who may be written to:
no list is kept (B-26…B-31)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final, NamedTuple

import orjson
from sqlalchemy import Connection, select

from connectors.mailing_list import write_list
from connectors.system import Asked, Shown
from lifecycle.barred import Use
from lifecycle.errors import GallraError, Misconfigured, NotProven, Refused
from lifecycle.identifiers import EMAIL, canonical
from lifecycle.ledger import EventKind
from lifecycle.mailing import is_writable, require_not_too_often, term_of
from lifecycle.policy.mailings import Mailing, Mailings
from records import bulk, leases, placements
from records.engines import reading
from records.ledger_store import pages
from records.placements import OpenedPlace, Place
from records.tables import anchor, blind_index
from tasks.consents.gates import barred_of, consents_for
from tasks.erasing.whose_record import recognisers
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.sharing.reading_out import ProtectedHere, exporting

_PATIENCE: Final = 60.0
_MARK: Final = str(EventKind.MAILING_LISTED).encode()


class Line(NamedTuple):
    """One mailing of the policy, and how often it was listed in this term."""

    name: str
    called: str
    taken_from: str
    sent_with: str
    at_most: int | None
    listed: int
    """Days of this term on which a list was made."""
    term: str
    """ISO date on which the term began."""
    answers: str


class Listed(NamedTuple):
    """What came of a list: counts, never an address."""

    mailing: str
    people: int
    """Whom the register knows with an address."""
    addresses: int
    """On the list, each once."""
    said_no: int
    """Opted out, objected, restricted, or without a consent that is needed."""
    unusable: int
    """No address that can be written to, or of somebody else by now, or protected."""


def lines(house: House) -> list[Line]:
    """The mailings of the policy; none where it names none."""
    rules = house.policy.mailings
    if rules is None:
        return []
    today = local_today(house)
    with reading(house.engine) as connection:
        return [
            Line(
                name=name,
                called=one.called,
                taken_from=one.taken_from,
                sent_with=one.sent_with,
                at_most=one.at_most,
                listed=len(_listed_on(house, connection, name, since=term_of(rules.terms, today))),
                term=term_of(rules.terms, today).isoformat(),
                answers=one.answers,
            )
            for name, one in rules.lists.items()
        ]


def list_addresses(house: House, name: str, to: Path) -> Listed:
    """Write today's addresses for that mailing to the file `to`, and count it.

    They are read anew from the register that the policy names, of those alone of whom no door is
    closed: opted out, objected, restricted, without a consent that is needed. An address that
    somebody shares who said no is on no list. Written down before the file is: a run that is killed
    is one mailing all the same, and the same day's next one no second.

    Raises `Refused`: `mailing_unknown`, `mailing_too_often`, `mailing_file_exists`,
    `mailing_file_not_written`; `Misconfigured("mailing_place_not_readable")`; `Unreachable`.
    """
    rules = _rules(house)
    mailing = rules.lists.get(name)
    if mailing is None:
        raise Refused("mailing_unknown")
    today = local_today(house)
    with leases.hold(
        house.engine, f"mailing/{house.controller}", now=house.now, patience=_PATIENCE
    ):
        with reading(house.engine) as connection:
            term = term_of(rules.terms, today)
            require_not_too_often(
                mailing, _listed_on(house, connection, name, since=term), today=today
            )
            places = _places(house, connection, mailing)
            free = _free(house, connection, mailing, rules, name, places)
            closed = {one.subject_id for one in places} - free
            kept = placements.opened(
                connection,
                house.vault,
                numbers=[one.id for one in places if one.subject_id in free],
            )
            said_no = _digests_of(connection, closed)
        found, unusable = _read(house, mailing, list(kept.values()))
        addresses = sorted(
            one for one in found if house.vault.index_digest(EMAIL, one) not in said_no
        )
        told = Listed(
            mailing=name,
            people=len({one.subject_id for one in places}),
            addresses=len(addresses),
            said_no=len(closed),
            unusable=unusable,
        )
        with house.work() as work:
            work.record(
                EventKind.MAILING_LISTED,
                found=told.people,
                facts={"mailing": name, "system": mailing.taken_from, "on": today.isoformat()},
                addresses=told.addresses,
                said_no=told.said_no,
                unusable=told.unusable,
            )
            work.commit()
        write_list(to, addresses)
    return told


def _rules(house: House) -> Mailings:
    if house.policy.mailings is None:
        raise Refused("mailing_unknown")
    return house.policy.mailings


def _places(house: House, connection: Connection, mailing: Mailing) -> list[Place]:
    """Where the register holds an address of somebody of that kind, after the event."""
    over = set(
        connection.execute(
            select(anchor.c.subject_id).where(
                anchor.c.controller == house.controller,
                anchor.c.placement_id == 0,
                anchor.c.event == mailing.after,
                anchor.c.on_date <= local_today(house).isoformat(),
            )
        ).scalars()
    )
    return [
        place
        for place in placements.of_system(connection, house.controller, mailing.taken_from)
        if place.kind == mailing.subject
        and mailing.category in place.categories
        and (mailing.after is None or place.subject_id in over)
    ]


def _free(
    house: House,
    connection: Connection,
    mailing: Mailing,
    rules: Mailings,
    name: str,
    places: Sequence[Place],
) -> set[int]:
    """Of these people those who may be written to: they said no neither here nor in any system."""
    people = {place.subject_id for place in places}
    use = Use(mailing.purpose, frozenset({mailing.category}), name)
    closed: set[int] = set(barred_of(house, people, use, connection=connection))
    closed |= set(consents_for(house, people, use, connection=connection))
    if rules.opted_out is not None:
        rows = bulk.fetch_in(
            connection,
            (anchor.c.subject_id, anchor.c.on_date),
            anchor.c.subject_id,
            sorted(people),
            also={anchor.c.event: rules.opted_out},
        )
        closed |= {row[0] for row in rows if row[1]}
    return people - closed


def _digests_of(connection: Connection, people: Iterable[int]) -> set[bytes]:
    """Keyed digests of the addresses of those who said no: nothing of theirs is opened."""
    rows = bulk.fetch_in(
        connection,
        (blind_index.c.digest, blind_index.c.kind),
        blind_index.c.subject_id,
        sorted(people),
    )
    return {bytes(row[0]) for row in rows if row[1] == EMAIL}


def _read(house: House, mailing: Mailing, places: Sequence[OpenedPlace]) -> tuple[set[str], int]:
    """The addresses as they stand there now, and of how many records there is none."""
    if not places:
        return set(), 0
    failed: GallraError | None = None
    system = None
    try:
        system = exporting(house, mailing.taken_from)
    except (Misconfigured, Refused) as refusal:
        failed = refusal
    if failed is not None and failed.code == "processor_not_valid":
        raise failed
    if system is None:
        raise Misconfigured("mailing_place_not_readable", ref=mailing.taken_from)
    with reading(house.engine) as connection:
        whose = recognisers(connection, house, {one.subject_id for one in places}, surely=True)
    asked = [
        Asked(
            key=one.key,
            kind=one.kind,
            categories=(mailing.category,),
            theirs=whose[one.subject_id],
        )
        for one in places
    ]
    answers = list(system.read_out(asked))
    if [one.key for one in answers] != [one.key for one in asked]:
        raise NotProven("system_answered_otherwise", ref=mailing.taken_from)
    marked = ProtectedHere(house)
    found: set[str] = set()
    unusable = 0
    for answer in answers:
        told = {value.field: value.text for value in answer.values}
        address = canonical(
            EMAIL,
            told.get(mailing.address, ""),
            country=house.policy.controller.country,
            today=local_today(house),
        )
        if (
            answer.shown is not Shown.TAKEN
            or marked.shows(answer.values)
            or address is None
            or not is_writable(address)
        ):
            unusable += 1
        else:
            found.add(address)
    return found, unusable


def _listed_on(house: House, connection: Connection, name: str, *, since: date) -> set[date]:
    """The local days of this term on which that mailing was listed: the ledger counts them."""
    zone = house.policy.controller.zone
    found: set[date] = set()
    for page in pages(connection):
        for _, body, _ in page:
            if _MARK not in bytes(body):
                continue
            event: Mapping[str, object] = orjson.loads(bytes(body))
            facts = event.get("facts")
            if (
                event.get("kind") == EventKind.MAILING_LISTED
                and event.get("controller") == house.controller
                and isinstance(facts, dict)
                and facts.get("mailing") == name
            ):
                on = datetime.fromisoformat(str(event["at"])).astimezone(zone).date()
                if on >= since:
                    found.add(on)
    return found
