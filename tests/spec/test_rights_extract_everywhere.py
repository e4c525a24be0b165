"""Whoever asks, of any controller: every value that lies about them in any bound system, nothing of
anybody else's, relatives included, and everybody who processes it named (art. 4(9), 15; A-35, B-23,
T-61, H-60)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
import pyzipper
from sqlalchemy import select

from connectors.sql_tables import dependent_columns, named
from lifecycle.bindings.load import load_bindings
from lifecycle.bindings.sql import Sql, Table
from lifecycle.identifiers import EMAIL, NATIONAL_ID
from lifecycle.opening import Language
from lifecycle.policy.load import load_policy
from lifecycle.references import SUBJECT, to_reference
from lifecycle.rights import Came, Right, Shown
from lifecycle.rights_fields import LANGUAGES
from lifecycle.rights_recipients import There, processed_by
from records.engines import reading
from records.lookups import subjects_by
from tasks.erasing.inventory import take_inventory
from tasks.erasing.whose_record import spelled
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.house.wiring import open_house
from tasks.rights.extract import Made, extract
from tasks.rights.found import find
from tasks.rights.pages import Extract, sections
from tasks.rights.register import open_request
from tasks.rights.steps import identify
from tests.factories.databases import NewDatabase
from tests.factories.houses import ROOT, test_settings
from tests.factories.keys import StandingClock
from tests.factories.officers import enrol
from tests.factories.stand_ins import fill, key_of, outer_database, person_values

CONTROLLERS = ("bergqvist", "academedia", "tommerup", "behandlingsskolerne")
PEOPLE = 3
APART = 500
"""As `fill` numbers the people of a system's next table."""


@dataclass
class Office:
    """A controller whose outer systems are full of people."""

    house: House
    bindings: dict[str, Sql]
    clock: StandingClock

    @property
    def country(self) -> str:
        return self.house.policy.controller.country

    def planted(self) -> dict[int, dict[tuple[str, str], set[str]]]:
        """Number of a person → (system, kind) → every value about them there, read past the
        connectors."""
        found: dict[int, dict[tuple[str, str], set[str]]] = {}
        for name, binding in self.bindings.items():
            for position, table in enumerate(binding.tables):
                if not {NATIONAL_ID, EMAIL} & set(table.identifiers):
                    continue  # a visitor of a website: nobody can tell who that is
                for number in range(PEOPLE):
                    there = found.setdefault(number + APART * position, {})
                    there[name, table.kind] = set(_values(binding, table, number))
        return found

    def subjects(self, number: int) -> list[int]:
        """Our numbers of that person: several where one system knows the number and another the
        address alone, as `gallra find` shows them."""
        values = person_values(number, country=self.country)
        known: set[int] = set()
        with reading(self.house.engine) as connection:
            for kind in (NATIONAL_ID, EMAIL):
                for name, one in spelled(self.house, {kind: values[kind]}).items():
                    digest = self.house.vault.index_digest(name, one)
                    known.update(subjects_by(connection, kind=name, digest=digest))
        return sorted(known)

    def extract(self, person: int, language: Language | None = None) -> Made:
        role = self.house.policy.rights_rules().answered_by[0]
        officer = enrol(self.house, self.clock, "svarar", role)
        line = open_request(
            self.house,
            Right.ACCESS,
            about=to_reference(SUBJECT, person),
            came=Came.MAIL,
            received_on=local_today(self.house),
        )
        by = {"officer": officer.handle}
        identify(self.house, line.ref, Shown.E_ID, **by, code=officer.fresh())
        return extract(self.house, line.ref, language=language, **by, code=officer.fresh())


def _values(binding: Sql, table: Table, number: int) -> Iterator[str]:
    key = key_of(binding, table, number)
    columns = {place for fields in table.categories.values() for place in fields.values()}
    with outer_database(binding) as connection:
        if columns:
            own = named(table.table, {table.key, *columns})
            for row in connection.execute(
                select(*(own.c[one] for one in sorted(columns))).where(own.c[table.key] == key)
            ):
                yield from (str(value) for value in row if value not in {None, ""})
        for dependent in table.also:
            shown = {place for fields in dependent.categories.values() for place in fields.values()}
            also = named(dependent.table, {dependent.column, *dependent_columns(dependent)})
            for row in connection.execute(
                select(*(also.c[one] for one in sorted(shown))).where(
                    also.c[dependent.column] == key
                )
            ):
                yield from (str(value) for value in row if value not in {None, ""})


@pytest.fixture(params=CONTROLLERS)
def office(
    request: pytest.FixtureRequest,
    new_database: NewDatabase,
    tmp_path: Path,
    standing_clock: StandingClock,
) -> Iterator[Office]:
    home = tmp_path / "home"
    settings = test_settings(home, records=new_database("records"), keys=new_database("keys"))
    with ExitStack() as stack:
        house = stack.enter_context(
            open_house(request.param, settings=settings, now=standing_clock)
        )
        bound = load_bindings(
            ROOT / "deployments" / "systems" / f"{request.param}.yaml",
            policy=house.policy,
            environment={"GALLRA_HOME": str(home)},
        )
        bindings = {n: b for n, b in bound.systems.items() if isinstance(b, Sql)}
        country = house.policy.controller.country
        for seed, (name, binding) in enumerate(sorted(bindings.items())):
            list(house.systems[name].records())  # which makes the stand-in
            fill(binding, PEOPLE, country=country, anchors={"left": "2027-06-12"}, seed=seed)
        take_inventory(house)
        yield Office(house, bindings, standing_clock)


def test_everybody_finds_every_value_of_theirs_and_none_of_anybody_elses(office: Office) -> None:
    planted = office.planted()
    seen = 0
    for number, there in planted.items():
        people = office.subjects(number)
        seen += bool(people)
        found = [one for person in people for one in find(office.house, person).values]
        texts = "\n".join(one.text for one in found)
        for (system, kind), values in there.items():
            missing = {one for one in values if one not in texts}
            assert not missing, (system, kind, sorted(missing))
        own = set().union(*there.values())
        others = set().union(
            *(v for n, systems in planted.items() if n != number for v in systems.values())
        )
        assert not [one for one in others - own if one in texts]
    assert seen == len(planted)


def test_the_extract_names_who_processes_it_and_never_says_nobody(office: Office) -> None:
    person = _with_something(office, 0)
    made = office.extract(person, "en")
    [file] = [one for one in made.files if one.suffix == ".zip"]
    with pyzipper.AESZipFile(file) as archive:
        archive.setpassword(made.password.encode())
        [data] = [orjson.loads(archive.read(name)) for name in archive.namelist()]
    policy = office.house.policy
    told = {one["processor"]: one for one in data["processors"]}
    held = {row["system"] for row in data["data"]}
    for name, processor in policy.processors.items():
        if held & set(processor.systems):
            assert told[name]["there"] == There.HELD
            assert (told[name]["called"], told[name]["does"]) == (processor.called, processor.does)
    assert {name for name, one in policy.processors.items() if held & set(one.systems)}
    assert data["recipients"] == []
    found = find(office.house, person)
    for language in LANGUAGES:
        processors = processed_by(
            policy, found.kinds, read=found.read, by_hand=found.by_hand, absent=frozenset()
        )
        whole = Extract(found, (), (), processors, (), whole=True)
        page = [text for one in sections(office.house, whole, language) for text in _texts(one)]
        assert any(policy.processors[one.processor].called in page for one in processors)
        for text in page:
            assert not text.startswith(("Ingen har", "Nobody has", "Ingen person"))


def _with_something(office: Office, number: int) -> int:
    """The one of the person's references that most is held of."""
    return max(office.subjects(number), key=lambda one: len(find(office.house, one).values))


def _texts(section: object) -> Iterator[str]:
    yield section.category  # type: ignore[attr-defined]
    for field, value in section.fields:  # type: ignore[attr-defined]
        yield field
        yield value


@pytest.mark.parametrize("controller", CONTROLLERS)
def test_each_processor_of_a_place_with_such_data_is_a_recipient(controller: str) -> None:
    policy = load_policy(ROOT / "policies" / f"{controller}.yaml")
    for kind in policy.subjects:
        told = processed_by(policy, [kind], read=(), by_hand=(), absent=())
        systems = {name for name, one in policy.systems.items() if kind in one.holds}
        expected = {n for n, one in policy.processors.items() if systems & set(one.systems)}
        assert {one.processor for one in told} == expected
        for one in told:
            assert set(one.systems) <= systems
            assert one.there is There.MAY_LIE
            [first, *_] = one.systems
            here = processed_by(policy, [kind], read=(), by_hand=(first,), absent=())
            assert There.LOOKED_FOR in {each.there for each in here}
            gone = processed_by(policy, [kind], read=(), by_hand=(), absent=set(one.systems))
            assert one.processor not in {each.processor for each in gone}
