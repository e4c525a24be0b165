"""Who works here: the same list, whether it is kept in a file or in a system's database."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.examination import State, What
from connectors.examining.sql import staff as staff_examiner
from connectors.staff_list import read_staff
from connectors.staff_table import StaffTable
from lifecycle.access import Member
from lifecycle.bindings.accounts import StaffFile
from lifecycle.bindings.accounts import StaffTable as Binding
from lifecycle.errors import Refused, Unreachable

NAMES = ("epost", "befattning", "borjar", "slutar", "utbildad")
MEANING = ("holder", "role", "starts", "ends", "trained_in")
ANNA = ("anna@example.se", "lärare", "2020-08-15", "2026-10-01", "Omnius, PingPong")
BO = ("bo@example.se", "AFTAA", "", "", "")
Row = tuple[str, ...]


@dataclasses.dataclass
class World:
    """A list of staff, and ways to change and lose it."""

    keep: Callable[[list[Row]], None]
    read: Callable[[], list[Member]]
    lose: Callable[[], None]


@pytest.fixture(params=["file", "sqlite"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    if request.param == "file":
        file = tmp_path / "personal.csv"
        bound = StaffFile.model_validate(
            {"kind": "file", "path": str(file), "columns": dict(zip(NAMES, MEANING, strict=True))}
        )

        def keep(rows: list[Row]) -> None:
            lines = [";".join(row) for row in (NAMES, *rows)]
            file.write_text("\n".join(lines) + "\n", encoding="utf-8")

        return World(keep, lambda: read_staff(bound), file.unlink)
    db = tmp_path / "lon.db"
    return World(
        lambda rows: keep_in(db, rows),
        table(db).members,
        lambda: db.rename(tmp_path / "away.db") and None,
    )


def table(db: Path, **change: object) -> StaffTable:
    return StaffTable(binding(db, **change), password=None, zone=ZoneInfo("Europe/Stockholm"))


def binding(db: Path, **change: object) -> Binding:
    places = dict(zip(MEANING, NAMES, strict=True))
    told = {"kind": "sql", "url": f"sqlite:///{db}", "table": "anställda", **places, **change}
    return Binding.model_validate(
        {name: value for name, value in told.items() if value is not None}
    )


def keep_in(db: Path, rows: list[Row]) -> None:
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("DROP TABLE IF EXISTS anställda")
        connection.execute(f"CREATE TABLE anställda ({', '.join(NAMES)}, bolag)")
        for row in rows:
            told = [value or None for value in row]
            connection.execute("INSERT INTO anställda VALUES (?, ?, ?, ?, ?, 'syd')", told)


def test_everybody_is_on_it_as_they_stand_there(world: World) -> None:
    world.keep([ANNA, BO])
    anna, bo = sorted(world.read(), key=lambda one: one.holder)
    assert anna == Member(
        holder="anna@example.se",
        role="lärare",
        starts=date(2020, 8, 15),
        ends=date(2026, 10, 1),
        trained_in=frozenset({"omnius", "pingpong"}),
    )
    assert bo == Member(holder="bo@example.se", role="AFTAA")
    assert "anna" not in repr(anna)


def test_it_is_read_anew_each_time(world: World) -> None:
    world.keep([ANNA])
    assert len(world.read()) == 1
    world.keep([ANNA, BO])
    assert len(world.read()) == 2


@pytest.mark.parametrize(
    "row",
    [
        ("", *ANNA[1:]),
        (*ANNA[:3], "i höst", ""),
        (*ANNA[:3], "2026-13-01", ""),
        (*ANNA[:3], "1899-12-31", ""),
        (*ANNA[:2], "0206-10-01", "", ""),
    ],
)
def test_half_a_list_is_none(world: World, row: Row) -> None:
    world.keep([ANNA, row])
    with pytest.raises(Refused, match="staff_list_malformed") as refusal:
        world.read()
    assert refusal.value.__context__ is None
    assert not any(part and part in str(refusal.value) for part in row)


def test_a_list_with_nobody_on_it_is_none(world: World) -> None:
    world.keep([])
    with pytest.raises(Refused, match="staff_list_malformed"):
        world.read()


def test_a_list_that_cannot_be_reached_is_not_an_empty_one(world: World) -> None:
    world.keep([ANNA])
    world.lose()
    with pytest.raises(Unreachable):
        world.read()


# --- the table alone ----------------------------------------------------------------------------


def test_only_the_rows_that_are_meant_and_only_the_columns_there_are(tmp_path: Path) -> None:
    db = tmp_path / "lon.db"
    keep_in(db, [ANNA, BO])
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("UPDATE anställda SET bolag = 'nord' WHERE epost LIKE 'bo%'")
    [bo] = table(db, only={"bolag": "nord"}, starts=None, ends=None, trained_in=None).members()
    assert bo == Member(holder="bo@example.se", role="AFTAA")
    with pytest.raises(Unreachable, match="system_unlike_binding"):
        table(db, ends="sista_dag").members()


def test_a_timestamp_is_the_day_that_it_is_here(tmp_path: Path) -> None:
    db = tmp_path / "lon.db"
    keep_in(db, [(*ANNA[:3], "2026-09-30T22:30:00Z", "")])
    [anna] = table(db).members()
    assert anna.ends == date(2026, 10, 1)


def test_a_table_that_is_only_read_needs_no_right_to_change(tmp_path: Path) -> None:
    db = tmp_path / "lon.db"
    keep_in(db, [ANNA])
    db.chmod(0o400)
    bound = binding(db)
    looker = staff_examiner(bound, name="staff", password=None, reach=lambda: None)
    found = list(looker.examine(probe=True))
    assert {one.state for one in found} == {State.OK}
    assert {one.what for one in found} == {What.REACHED, What.RIGHTS}
    assert table(db).members()
