"""The same out of a database and out of a JSON interface, into the containers that recipients get:
whatever stands in a field there, no spreadsheet executes it (A-68, A-69)."""

from __future__ import annotations

import csv
import dataclasses
import io
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from connectors.http import HttpSystem
from connectors.sql import SqlSystem
from connectors.sql_tables import named
from connectors.system import OuterSystem
from lifecycle.bindings.http import Http
from lifecycle.bindings.sql import Sql
from lifecycle.disclosure import Stage
from lifecycle.errors import Refused
from tasks.house.parts import House
from tasks.house.sealing import HEADERS, SEALERS
from tests.factories import planning
from tests.factories.execution import TUVA
from tests.factories.formulas import ATTACKS, executed
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.outer_worlds import ZONE
from tests.factories.sharing import password_in
from tests.factories.sharing_elsewhere import NOVO, School
from tests.factories.stand_in_server import stand_in_server
from tests.factories.stand_ins import make_tables, outer_database

__all__ = ["build", "dialect", "house"]

SOME = [one for one in ATTACKS[::61] if one.strip()]


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@dataclass
class Elsewhere:
    """Novo as it is reached outside, and what the office writes there about Tuva."""

    system: OuterSystem
    write: Callable[[list[str]], None]
    protect: Callable[[], None]
    requests: Callable[[], set[str]] = set


def database(file: Path) -> Elsewhere:
    binding = Sql.model_validate(
        {
            "kind": "sql",
            "url": f"sqlite:///{file}",
            "tables": [
                {
                    "table": "deltagare",
                    "kind": "participant",
                    "key": "id",
                    "key_is": "integer",
                    "identifiers": {"national_id": "personnummer"},
                    "match": ["national_id"],
                    "categories": {"identity": {"national_id": "personnummer"}},
                    "also": [
                        {
                            "table": "namn",
                            "column": "id",
                            "categories": {"identity": {"name": "namn"}},
                        }
                    ],
                    "protected": {"column": "skyddad"},
                }
            ],
        }
    )
    make_tables(binding)
    people, names = (
        named("deltagare", ["id", "personnummer", "skyddad"]),
        named("namn", ["id", "namn"]),
    )

    def write(texts: list[str]) -> None:
        with outer_database(binding) as connection:
            connection.execute(insert(people).values(id=1, personnummer=TUVA[2], skyddad="0"))
            connection.execute(insert(names), [{"id": 1, "namn": text} for text in texts])

    def protect() -> None:
        with outer_database(binding) as connection:
            connection.execute(people.update().values(skyddad="S"))

    return Elsewhere(SqlSystem(binding, system="novo", password=None, zone=ZONE), write, protect)


def interface(url: str, people: list[dict[str, Any]]) -> Elsewhere:
    binding = Http.model_validate(
        {
            "kind": "http",
            "url": url,
            "timeout": 5,
            "resources": [
                {
                    "resource": "people",
                    "kind": "participant",
                    "list": "/people",
                    "items": "data",
                    "paging": {"next": "links.next"},
                    "one": "/people/{key}",
                    "one_item": "record",
                    "key": "id",
                    "identifiers": {"national_id": "number"},
                    "match": ["national_id"],
                    "categories": {"identity": {"national_id": "number", "name": "names"}},
                    "protected": {"field": "shield"},
                }
            ],
        }
    )

    def write(texts: list[str]) -> None:
        # The names of what stands in an object are the system's own: they are attacks as well.
        names = {text: text for text in texts}
        people.append({"id": "1", "number": TUVA[2], "names": names, "shield": None})

    def protect() -> None:
        people[0]["shield"] = "S"

    return Elsewhere(HttpSystem(binding, system="novo", token=None, zone=ZONE), write, protect)


@pytest.fixture(params=["sql", "http"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Elsewhere]:
    if request.param == "sql":
        yield database(tmp_path / "novo.db")
        return
    with stand_in_server() as server:
        server.resources["people"] = []
        found = interface(server.url, server.resources["people"])
        found.requests = lambda: {method for method, _, _ in server.requests}
        yield found


@pytest.fixture
def school(elsewhere: Elsewhere, build: Builder, standing_clock: StandingClock) -> School:
    def really_sealed(house: House) -> House:
        return dataclasses.replace(house, doors=dataclasses.replace(house.doors, sealers=SEALERS))

    school = School(build, standing_clock, change=really_sealed, system=elsewhere.system)
    school.bring(planning.case("1000000001", TUVA))
    return school


def table_in_zip(content: bytes, password: str) -> list[list[str]]:
    import pyzipper

    with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
        archive.setpassword(password.encode())
        text = archive.read("content.csv").decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def cells_in_workbook(content: bytes, password: str) -> list[Any]:
    import msoffcrypto
    from openpyxl import load_workbook

    whole = msoffcrypto.OfficeFile(io.BytesIO(content))
    whole.load_key(password=password)
    plain = io.BytesIO()
    whole.decrypt(plain)
    return [cell for row in load_workbook(plain).active.iter_rows() for cell in row]


def sent(school: School, container: str) -> tuple[bytes, str]:
    plan = school.agreed(container=container)
    assert school.send(plan).stage is Stage.OPEN
    [(_, content)] = school.mail.handed
    school.outgoing_is_empty()
    return content, password_in(school.text.arrived)


@pytest.mark.parametrize("container", ["zip", "xlsx"])
def test_what_stands_in_a_field_there_is_executed_nowhere(
    school: School, elsewhere: Elsewhere, container: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    elsewhere.write(SOME)
    school.look()
    content, password = sent(school, container)
    if container == "zip":
        header, *rows = table_in_zip(content, password)
        assert header == [name for key, name in HEADERS["sv"].items() if key != "case"]
        assert len(rows) == len(SOME) + 1
        assert [cell for row in rows for cell in row if executed(cell)] == []
        assert {row[4] for row in rows} == {NOVO}
    else:
        cells = [cell for cell in cells_in_workbook(content, password) if cell.value is not None]
        assert len(cells) == (len(SOME) + 2) * 5
        assert {(cell.data_type, cell.hyperlink) for cell in cells} == {("s", None)}
        # Its reader shows a carriage return as it is written in the file.
        assert {one for one in SOME if "\r" not in one} < {cell.value for cell in cells}
    assert elsewhere.requests() <= {"GET"}
    for record in caplog.records:
        assert TUVA[2] not in record.getMessage()
        assert SOME[0] not in record.getMessage()


def test_a_page_has_them_as_text(school: School, elsewhere: Elsewhere) -> None:
    import pikepdf

    elsewhere.write(['#import "x"', "=1+1", "Åsa Öberg"])
    school.look()
    content, password = sent(school, "pdf")
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(content), password="another")
    with pikepdf.open(io.BytesIO(content), password=password) as pdf:
        assert len(pdf.pages) == 1


def test_whoever_is_protected_there_is_given_to_nobody(
    school: School, elsewhere: Elsewhere
) -> None:
    elsewhere.write(["Lillan"])
    school.look()
    plan = school.agreed()
    elsewhere.protect()
    with pytest.raises(Refused, match=r"^identity_protected novo$"):
        school.send(plan)
    with pytest.raises(Refused, match=r"^identity_protected novo$"):
        school.prepared()
    school.nothing_left()
