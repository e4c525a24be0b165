"""The data protection officer keeps a current list of all processors, and everybody sees what each
of them lacks (A-11, A-18, H-40…H-42)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

import orjson
from sqlalchemy import Connection

from lifecycle.policy.processors import Processor
from lifecycle.processor import (
    Entry,
    Known,
    Lack,
    agreement_on,
    countries_of,
    is_recommended,
    lacking,
    review_is_due,
    review_until,
    service_lacks,
)
from lifecycle.processor_entry import EntryKind
from lifecycle.retention.calendar import local_date
from records import processors
from records.engines import reading
from records.processors import PROCESSOR_KIND, SERVICES, SUB_PROCESSOR, Noted, Row
from tasks.house.parts import House


class Said(NamedTuple):
    """What somebody typed of it; it may be a person's firm, and stands in no log."""

    called: str
    does: str = ""

    def __repr__(self) -> str:
        return "Said()"


class Line(NamedTuple):
    """One processor as a list shows it, on one day."""

    name: str
    """The policy's name; "" where only the register knows it."""
    ref: str
    """`V-…`; "" as long as nothing was noted of it."""
    said: Said
    systems: tuple[str, ...]
    answers: str
    """The role that answers for the agreement."""
    agreement: str
    """`framework`, `own`, `not_needed`, or "" without one in force."""
    agreed_on: date | None
    agreed_until: date | None
    countries: Mapping[str, str] | None
    """Country outside the EEA → ground; None: nobody has said where data goes."""
    subs: tuple[tuple[str, Said], ...]
    """Reference and name of each sub-processor."""
    reviewed_until: date | None
    review_due: bool
    """Whether its review is to be put before a person now."""
    lacks: tuple[Lack, ...]

    @property
    def label(self) -> str:
        """What orders, plans and the ledger call it."""
        return self.name or self.ref


class ServiceLine(NamedTuple):
    """One app or learning service as a list shows it."""

    ref: str
    kind: str
    said: Said
    verdict: str
    recommended: bool
    use: str
    lacks: tuple[Lack, ...]

    @property
    def label(self) -> str:
        """What orders and the ledger call it."""
        return self.ref


class Register(NamedTuple):
    """Everything that is noted, as it stands in the records."""

    rows: tuple[Row, ...]
    noted: Mapping[int, Sequence[Noted]]

    def entries(self, number: int) -> tuple[Entry, ...]:
        """What was noted of one line, oldest first."""
        return tuple(one.entry for one in self.noted.get(number, ()))

    def of_policy(self, name: str) -> Row | None:
        """The line that notes what the policy's file does not say of its processor."""
        found = (row for row in self.rows if row.kind == PROCESSOR_KIND and row.name == name)
        return next(found, None)

    def subs_of(self, row: Row | None) -> tuple[Row, ...]:
        """Its sub-processors."""
        if row is None:
            return ()
        return tuple(
            one
            for one in self.rows
            if one.kind == SUB_PROCESSOR and one.parent_number == row.number
        )


def read(connection: Connection, *, controller: str) -> Register:
    """The whole register of one controller."""
    return Register(
        tuple(processors.rows(connection, controller=controller)),
        processors.noted(connection, controller=controller),
    )


def seal(house: House, number: int, said: Said) -> bytes:
    """For the column `sealed`."""
    return house.vault.seal_name(number, orjson.dumps(said._asdict()).decode())


def said_of(house: House, row: Row) -> Said:
    """What it is called. Raises `KeyFailure`."""
    return Said(**orjson.loads(house.vault.open_name(row.number, row.sealed)))


def known_of(register: Register, row: Row | None, declared: Processor | None) -> Known:
    """All that is known of a processor: by the policy's file, and by what was noted."""
    countries: tuple[tuple[str, str], ...] | None = None
    if declared is not None and declared.third_countries != "undecided":
        countries = tuple((each.country, str(each.ground)) for each in declared.third_countries)
    return Known(
        declared="undecided" if declared is None else declared.agreement,
        signed_on=None if declared is None else declared.signed_on,
        countries=countries,
        entries=() if row is None else register.entries(row.number),
        subs=tuple(register.entries(sub.number) for sub in register.subs_of(row)),
    )


def lines(house: House, *, on: date | None = None) -> list[Line]:
    """Every processor of the policy and of the register, as it stands on that local day."""
    with reading(house.engine) as connection:
        register = read(connection, controller=house.controller)
    day = _today(house) if on is None else on
    policy = house.policy
    shown = [
        _line(house, register, register.of_policy(name), name, declared, day)
        for name, declared in policy.processors.items()
    ]
    shown += [
        _line(house, register, row, "", None, day)
        for row in register.rows
        if row.kind == PROCESSOR_KIND and row.name not in policy.processors
    ]
    return shown


def services(house: House, *, on: date | None = None) -> list[ServiceLine]:
    """Every app and learning service that was reported, oldest first."""
    with reading(house.engine) as connection:
        register = read(connection, controller=house.controller)
    day = _today(house) if on is None else on
    rule = house.policy.services
    found = []
    for row in register.rows:
        if row.kind not in SERVICES:
            continue
        entries = register.entries(row.number)
        found.append(
            ServiceLine(
                ref=row.ref,
                kind=row.kind,
                said=said_of(house, row),
                verdict=_newest(entries, EntryKind.VERDICT, day),
                recommended=is_recommended(entries, on=day),
                use=_newest(entries, EntryKind.USE, day),
                lacks=service_lacks(
                    entries, on=day, recommended_only=rule is not None and rule.recommended_only
                ),
            )
        )
    return found


def _line(
    house: House,
    register: Register,
    row: Row | None,
    name: str,
    declared: Processor | None,
    day: date,
) -> Line:
    review = house.policy.processor_review
    known = known_of(register, row, declared)
    agreement = agreement_on(known, day)
    systems = () if row is None else row.systems
    if declared is not None:
        systems = tuple(dict.fromkeys((*declared.systems, *systems)))
        said = Said(declared.called, declared.does)
    else:
        said = Said("") if row is None else said_of(house, row)
    if known.declared == "not_needed":
        whose = "not_needed"
    else:
        whose = "" if agreement is None else agreement.outcome or "own"
    lacks: tuple[Lack, ...] = ()
    until: date | None = None
    due = False
    if review is not None:
        lacks = lacking(known, review.needs, on=day, every=review.every)
        until = review_until(known.entries, on=day, every=review.every)
        due = review_is_due(known, on=day, every=review.every, ahead=review.ahead)
    answers = "" if review is None else review.by
    return Line(
        name=name,
        ref="" if row is None else row.ref,
        said=said,
        systems=systems,
        answers=answers if declared is None else declared.answers,
        agreement=whose,
        agreed_on=None if agreement is None else agreement.on,
        agreed_until=None if agreement is None else agreement.until,
        countries=countries_of(known, day),
        subs=tuple((sub.ref, said_of(house, sub)) for sub in register.subs_of(row)),
        reviewed_until=until,
        review_due=due,
        lacks=lacks,
    )


def _today(house: House) -> date:
    # Not `tasks.importing.intake.local_today`: the import asks here whether it may run.
    return local_date(house.now(), house.policy.controller.zone)


def _newest(entries: Sequence[Entry], kind: EntryKind, day: date) -> str:
    found = [entry for entry in entries if entry.kind is kind and entry.on <= day]
    return found[-1].outcome if found else ""
