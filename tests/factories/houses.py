"""A house to test in: on SQLite or PostgreSQL, with real connectors or their twins in memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from connectors.base import CaseSystem, Staging
from connectors.memory import MemoryCaseSystem, MemoryStaging
from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tests.factories.databases import NewDatabase
from tests.factories.keys import StandingClock

ROOT = Path(__file__).resolve().parents[2]
HEADER = (
    "Genomförandereferens;Förnamn;Efternamn;Personnummer;Folkbokföringsadress;Postnummer;"
    "Postort;Telefon;Mail;Tillhörande tjänst;Startdatum;Slutdatum;Avbrott;Utförande verksamhet"
)
PEOPLE = {
    "Tuva": ("Tuva", "Exempelsson", "198507099805"),
    "Omar": ("Omar", "Påhittad", "199001019802"),
    "Lina": ("Lina", "Låtsas", "189001019802"),
}
"""Official test numbers only."""


def row(
    case: str,
    person: tuple[str, str, str],
    *,
    service: str = "Rusta och matcha",
    street: str = "Provgatan 1",
    start: str = "2026-10-01",
    end: str = "2027-04-01",
    broke_off: str = "",
) -> str:
    """One line of an export."""
    given, family, number = person
    fields = (case, given, family, number, street, "58222", "Exempelköping", "0701740605")
    mail = f"{given.lower()}@example.se"
    return ";".join((*fields, mail, service, start, end, broke_off, "Exempelenhet Nord"))


def export(*rows: str) -> bytes:
    """An export as the portal's CSV."""
    return "\r\n".join((HEADER, *rows, "")).encode("utf-8-sig")


def test_settings(home: Path, *, records: str, keys: str) -> Settings:
    """Settings of an installation under `home` with the project's own policies and bindings."""
    return Settings.from_environment(
        {
            "GALLRA_HOME": str(home),
            "GALLRA_DATABASE_URL": records,
            "GALLRA_KEY_DATABASE_URL": keys,
            "GALLRA_POLICIES": str(ROOT / "policies"),
            "GALLRA_SYSTEMS": str(ROOT / "deployments" / "systems"),
        }
    )


test_settings.__test__ = False  # type: ignore[attr-defined]

Builder = Callable[[], House]


@pytest.fixture(
    params=["twins in memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def surroundings(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def dialect(surroundings: str) -> str:
    return "postgresql" if surroundings == "postgresql" else "sqlite"


@pytest.fixture
def build(
    surroundings: str, new_database: NewDatabase, tmp_path: Path, standing_clock: StandingClock
) -> Iterator[Builder]:
    """Open the same house again and again, as every new run does."""
    settings = test_settings(
        tmp_path / "home", records=new_database("records"), keys=new_database("keys")
    )
    kept: dict[str, object] = {}
    with ExitStack() as stack:

        def open_again() -> House:
            house = stack.enter_context(
                open_house("academedia", settings=settings, now=standing_clock)
            )
            if surroundings != "twins in memory":
                return house
            staging = kept.setdefault(
                "staging", MemoryStaging(place=house.staging.place, now=standing_clock)
            )
            cases = kept.setdefault(
                "cases", MemoryCaseSystem(house.vault.fingerprint, system="workbuster")
            )
            assert isinstance(staging, MemoryStaging)
            assert isinstance(cases, MemoryCaseSystem)
            bound: tuple[Staging, CaseSystem] = (staging, cases)
            return dataclasses.replace(house, staging=bound[0], case_system=bound[1])

        yield open_again


@pytest.fixture
def house(build: Builder) -> House:
    return build()
