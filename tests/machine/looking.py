"""What really lies where, value by value, and what the records say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
from sqlalchemy import select

from lifecycle.errors import KeyFailure
from records import placements, plans
from records.engines import reading
from records.plans import Plan, StoredItem
from records.tables import blind_index, engagement, holding, placement, shredding, subject
from tests.machine.model import CASES, OWN, Atom
from tests.machine.school import CONTROLLER, School

Sealed = tuple[int, int, str, bytes]


@dataclass
class Shown:
    """The records at one moment."""

    subjects: dict[int, str] = field(default_factory=dict)
    """Number → person; "" for somebody whom the machine does not know."""
    placements: dict[tuple[str, str], str] = field(default_factory=dict)
    """(system, key) → person."""
    numbers: dict[int, str] = field(default_factory=dict)
    """Placement → key."""
    cases: dict[str, str] = field(default_factory=dict)
    """Case number → person."""
    sealed: list[Sealed] = field(default_factory=list)
    waiting: set[int] = field(default_factory=set)
    """Numbers of what was replaced or erased, and whose keys the next run destroys."""


class Eyes:
    """Looks into everything, with the vault's own keys."""

    def __init__(self, school: School, people: Mapping[str, str]) -> None:
        self._school = school
        vault = school.house.vault
        self._digests = {
            vault.index_digest("national_id", number): person for person, number in people.items()
        }
        self._keys: dict[bytes, tuple[str, str]] = {}

    def learn(self, system: str, key: str) -> None:
        """A record that the office has made: it is recognised by its digest from now on."""
        digest = placements.digest_of(self._school.house.vault, system=system, key=key)
        self._keys[digest] = (system, key)

    def records(self) -> tuple[Shown, set[Atom]]:
        """The records, and every value that they open to."""
        house, shown = self._school.house, Shown()
        with reading(house.engine) as connection:
            known = {
                row.subject_id: self._digests[bytes(row.digest)]
                for row in connection.execute(
                    select(blind_index.c.digest, blind_index.c.subject_id)
                )
                if bytes(row.digest) in self._digests
            }
            for (number,) in connection.execute(select(subject.c.id)):
                shown.subjects[number] = known.get(number, "")
            for row in connection.execute(select(placement)):
                system, key = self._keys[bytes(row.digest)]
                shown.placements[system, key] = shown.subjects[row.subject_id]
                shown.numbers[row.id] = key
                sealed = (row.id, row.subject_id, placements.CATEGORY, bytes(row.sealed))
                shown.sealed.append(sealed)
            of_case = {}
            for row in connection.execute(select(engagement).where(engagement.c.subject_id != 0)):
                shown.cases[row.case_reference] = shown.subjects[row.subject_id]
                of_case[row.id] = row.case_reference
            rows = connection.execute(select(holding)).all()
            shown.waiting.update(connection.execute(select(shredding.c.holding_id)).scalars())
        own: list[Sealed] = [(r.id, r.subject_id, r.category, bytes(r.sealed)) for r in rows]
        shown.sealed += own
        atoms = set()
        for row, content in zip(rows, house.vault.open(own), strict=True):
            person = shown.subjects[row.subject_id]
            case = of_case.get(row.engagement_id, "")
            for name, value in orjson.loads(content).items():
                atoms.add(Atom(person, OWN, case, row.category, name, value))
        return shown, atoms

    def elsewhere(self, owner: Mapping[tuple[str, str], str]) -> set[Atom]:
        """Every value in every system outside; `owner`: whose a record or a case is."""
        assert self._school.cases is not None
        atoms = {
            Atom(owner[name, key], name, key, category, one, value)
            for name in self._school.systems
            for key, record in self._school.records_of(name).items()
            for category, fields in record.fields.items()
            for one, value in fields.items()
            if value
        }
        for case, _, _, payload in self._school.cases.everything():
            if payload is not None:
                person = owner[CASES, case.case_reference]
                for category, fields in orjson.loads(payload).items():
                    for one, value in fields.items():
                        atoms.add(Atom(person, CASES, case.case_reference, category, one, value))
        return atoms

    def plans(self) -> dict[str, Plan]:
        """Every plan, by reference."""
        with reading(self._school.house.engine) as connection:
            return {plan.ref: plan for plan in plans.find(connection, controller=CONTROLLER)}

    def items(self, plan: Plan) -> list[StoredItem]:
        with reading(self._school.house.engine) as connection:
            return plans.items(connection, plan.number)

    def opens(self, sealed: Sealed) -> bool:
        """Whether any key still opens these bytes."""
        try:
            self._school.house.vault.open([sealed])
        except KeyFailure:
            return False
        return True
