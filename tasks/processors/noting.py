"""What is agreed with a processor, asked of it and judged is noted by whoever answers for it
(A-13…A-15, A-18…A-22, H-40)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from lifecycle.errors import Refused
from lifecycle.intake.text import clean, has_control
from lifecycle.ledger import EventKind
from lifecycle.processor import OUTCOMES, Entry
from lifecycle.processor_entry import EntryKind as Kind
from lifecycle.references import OFFICER, PROCESSOR, from_reference, new_id, to_reference
from lifecycle.third_countries import is_outside
from records import leases, processors
from records.officers import Officer
from records.processors import PROCESSOR_KIND, SERVICES, SUB_PROCESSOR, Row
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House
from tasks.officers.codes import agree
from tasks.processors.register import Said, read, seal

LONGEST: Final = 200
"""Characters of what something is called."""
_JUDGING: Final = frozenset({Kind.SUITABILITY, Kind.AUDIT, Kind.VERDICT, Kind.RECOMMENDED})
"""What the reviewer alone says; the rest whoever answers for the agreement may say too."""
_OF_SERVICES: Final = frozenset({Kind.VERDICT, Kind.RECOMMENDED, Kind.USE})
_NEVER_TYPED: Final = frozenset({Kind.REVIEW})
"""A review is decided on a plan."""


def note(
    house: House, which: str, entry: Entry, *, officer: str, code: str, evidence: str = ""
) -> str:
    """Note something of a processor (the policy's name, or `V-…`), a sub-processor, an app or a
    learning service; its reference. `evidence`: the SHA-256 of a paper.

    Raises `Refused`: `processor_unknown`, `reference_malformed`, `entry_not_allowed`,
    `entry_dates_reversed`, `country_needs_no_ground`, `role_may_not_note`, or as
    `officer_codes.agree` does.
    """
    require_sound(entry)
    found: list[str] = []

    def act(work: UnitOfWork, who: Officer) -> str | None:
        row = _row(house, work, which)
        services = row is not None and row.kind in SERVICES
        sub = row is not None and row.kind == SUB_PROCESSOR
        if not _fits(entry.kind, services=services, sub=sub):
            return "entry_not_allowed"
        if not who.roles & _roles(house, row, which, entry.kind):
            return "role_may_not_note"
        row = row or _begin(house, work, which)
        write(house, work, row, entry, by=to_reference(OFFICER, who.id), evidence=evidence)
        found.append(row.ref)
        return None

    with leases.hold(house.engine, lease(house), now=house.now):
        agree(house, handle=officer, code=code, ref=_ref_of(which), act=act)
    return found[0]


def add(
    house: House,
    kind: str,
    said: Said,
    *,
    officer: str,
    code: str,
    parent: str = "",
    systems: Collection[str] = (),
    entries: Sequence[Entry] = (),
) -> str:
    """Add a processor, a sub-processor of `parent`, or report an app or learning service (A-20).

    Its reference. Whoever is an officer may report; nothing of it is approved by that.
    Raises `Refused`: `name_not_allowed`, `entry_not_allowed`, `system_unknown`,
    `processor_unknown`, `services_not_in_policy`, `role_may_not_note`, or as
    `officer_codes.agree` does.
    """
    require_name(said)
    if not set(systems) <= set(house.policy.systems):
        raise Refused("system_unknown")
    if kind in SERVICES and house.policy.services is None:
        raise Refused("services_not_in_policy")
    for entry in entries:
        require_sound(entry)
        if entry.kind in _JUDGING or not _fits(
            entry.kind, services=kind in SERVICES, sub=kind == SUB_PROCESSOR
        ):
            raise Refused("entry_not_allowed")
    found: list[str] = []

    def act(work: UnitOfWork, who: Officer) -> str | None:
        above = None
        if kind == SUB_PROCESSOR:
            above = _row(house, work, parent) or _begin(house, work, parent)
            if above.kind != PROCESSOR_KIND:
                return "processor_unknown"
        if kind not in SERVICES and not who.roles & _roles(house, above, parent, Kind.AGREEMENT):
            return "role_may_not_note"
        by = to_reference(OFFICER, who.id)
        row = insert(house, work, kind, said, parent=above, systems=systems, by=by)
        for entry in entries:
            write(house, work, row, entry, by=by)
        found.append(row.ref)
        return None

    with leases.hold(house.engine, lease(house), now=house.now):
        agree(house, handle=officer, code=code, ref=None, act=act)
    return found[0]


def remove(house: House, ref: str, *, officer: str, code: str) -> None:
    """It is in the register no more; what was noted of it stays in the records. What the policy's
    file names stays in the list as long as it stands there.

    Raises `Refused`: `processor_unknown`, `reference_malformed`, `role_may_not_note`, or as
    `officer_codes.agree` does.
    """
    number = from_reference(PROCESSOR, ref)

    def act(work: UnitOfWork, who: Officer) -> str | None:
        row = processors.get(work.connection, controller=house.controller, number=number)
        if not who.roles & _roles(house, row, row.name, Kind.VERDICT):
            return "role_may_not_note"
        processors.remove(work.connection, number, at=house.at())
        by = to_reference(OFFICER, who.id)
        work.record(EventKind.PROCESSOR_REMOVED, ref=row.ref, facts={"officer": by})
        return None

    with leases.hold(house.engine, lease(house), now=house.now):
        agree(house, handle=officer, code=code, ref=ref, act=act)


def write(
    house: House,
    work: UnitOfWork,
    row: Row,
    entry: Entry,
    *,
    by: str,
    evidence: str = "",
    plan: int = 0,
) -> None:
    """One entry with its ledger event, within the caller's transaction."""
    processors.note(
        work.connection, row.number, entry, by=by, at=house.at(), evidence=evidence, plan=plan
    )
    facts = {"entry": str(entry.kind), "on": entry.on.isoformat(), "officer": by}
    if row.name:
        facts["processor"] = row.name
    if entry.until is not None:
        facts["until"] = entry.until.isoformat()
    if entry.outcome:
        facts["outcome"] = entry.outcome
    if entry.country:
        facts["country"] = entry.country.lower()
    if evidence:
        facts["evidence"] = evidence
    work.record(EventKind.PROCESSOR_NOTED, ref=row.ref, facts=facts)


def insert(
    house: House,
    work: UnitOfWork,
    kind: str,
    said: Said,
    *,
    by: str,
    name: str = "",
    parent: Row | None = None,
    systems: Collection[str] = (),
) -> Row:
    """A new line of the register with its ledger event, within the caller's transaction."""
    number = new_id()
    row = Row(
        number=number,
        kind=kind,
        name=name,
        parent_number=0 if parent is None else parent.number,
        systems=tuple(systems),
        sealed=seal(house, number, said),
        added_at=house.at(),
    )
    processors.insert(
        work.connection,
        controller=house.controller,
        number=number,
        kind=kind,
        name=name,
        parent=row.parent_number,
        systems=row.systems,
        sealed=row.sealed,
        at=row.added_at,
    )
    facts = {"kind": kind, "officer": by}
    if name:
        facts["processor"] = name
    if parent is not None:
        facts["of"] = parent.ref
    work.record(EventKind.PROCESSOR_ADDED, ref=row.ref, facts=facts)
    return row


def require_sound(entry: Entry) -> None:
    """Raise `Refused` (`entry_not_allowed`, `entry_dates_reversed`, `country_needs_no_ground`)
    unless the entry can be noted."""
    if entry.kind in _NEVER_TYPED or entry.outcome not in OUTCOMES[entry.kind]:
        raise Refused("entry_not_allowed")
    if (entry.until is not None) and (entry.kind is not Kind.AGREEMENT):
        raise Refused("entry_not_allowed")
    if entry.until is not None and entry.until < entry.on:
        raise Refused("entry_dates_reversed")
    about_country = entry.kind in {Kind.COUNTRY, Kind.COUNTRY_LEFT}
    if entry.country and not (
        about_country
        and len(entry.country) == 2
        and entry.country.isascii()
        and entry.country.isupper()
    ):
        raise Refused("entry_not_allowed")
    if entry.kind is Kind.COUNTRY:
        within = entry.outcome == "eea"
        if bool(entry.country) and is_outside(entry.country) is within:
            raise Refused("country_needs_no_ground")
        if not entry.country and not within:
            raise Refused("entry_not_allowed")


def require_name(said: Said) -> None:
    """Raise `Refused("name_not_allowed")`: nothing, too long, control characters, an address."""
    for text in said:
        if has_control(text) or len(text) > LONGEST or "@" in text:
            raise Refused("name_not_allowed")
    if not clean(said.called):
        raise Refused("name_not_allowed")


def lease(house: House) -> str:
    """Under this name one process at a time writes the register."""
    return f"processors:{house.controller}"


def _row(house: House, work: UnitOfWork, which: str) -> Row | None:
    """None: the policy knows it, and nothing was noted of it yet."""
    register = read(work.connection, controller=house.controller)
    if which in house.policy.processors:
        return register.of_policy(which)
    number = from_reference(PROCESSOR, which)
    return processors.get(work.connection, controller=house.controller, number=number)


def _begin(house: House, work: UnitOfWork, name: str) -> Row:
    declared = house.policy.processors[name]
    return insert(
        house,
        work,
        PROCESSOR_KIND,
        Said(declared.called, declared.does),
        by="policy",
        name=name,
    )


def _fits(kind: Kind, *, services: bool, sub: bool) -> bool:
    if services:
        return kind in _OF_SERVICES
    if sub:
        return kind in {Kind.VERDICT, Kind.COUNTRY, Kind.COUNTRY_LEFT, Kind.USE}
    return kind not in _OF_SERVICES


def _roles(house: House, row: Row | None, which: str, kind: Kind) -> set[str]:
    """The roles that may note it."""
    services = house.policy.services
    if row is not None and row.kind in SERVICES:
        if services is None:
            return set()
        return {services.assessed_by} | ({services.mend.role} if kind is Kind.USE else set())
    review = house.policy.processor_review
    allowed = set() if review is None else {review.by}
    if kind not in _JUDGING:
        name = which if row is None else row.name
        declared = house.policy.processors.get(name)
        allowed |= set() if declared is None else {declared.answers}
    return allowed


def _ref_of(which: str) -> str | None:
    return which if which.startswith(f"{PROCESSOR}-") else None
