"""Databases of outer systems: what only they can get wrong."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.sql import SqlSystem
from connectors.stand_in import MADE
from connectors.system import Action, Answer, Order
from lifecycle.bindings import Sql, load_bindings
from lifecycle.errors import GallraError, Misconfigured, Refused, Unreachable
from lifecycle.policy import load_policy, policy_directory
from tests.factories.outer_worlds import ZONE, Pupil, sql_binding, sql_world
from tests.factories.stand_ins import fill, key_of, make_tables

SYSTEMS = Path(__file__).parents[2] / "deployments" / "systems"
CONTROLLERS = ("academedia", "behandlingsskolerne", "bergqvist", "tommerup")
EVERYTHING = ("contact", "identity", "study")


def erase(key: str, kind: str = "pupil", categories: tuple[str, ...] = EVERYTHING) -> Order:
    return Order(key=key, action=Action.ERASE, kind=kind, categories=categories)


def simple(file: Path, **more: Any) -> Sql:
    table = {
        "table": "people",
        "kind": "pupil",
        "key": "id",
        "categories": {"identity": {"name": "name"}},
        **more,
    }
    return Sql.model_validate({"kind": "sql", "url": f"sqlite:///{file}", "tables": [table]})


def system_of(binding: Sql, **more: Any) -> SqlSystem:
    return SqlSystem(binding, system="school", password=None, zone=ZONE, **more)


def run(file: Path, *statements: str) -> list[Any]:
    with closing(sqlite3.connect(file)) as db, db:
        return [db.execute(statement).fetchall() for statement in statements]


def answer(system: SqlSystem, order: Order) -> Answer:
    [found] = system.read_back([order])
    return found.answer


def test_a_missing_file_is_unreachable_and_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "gone.db"
    system = system_of(simple(file))
    with pytest.raises(Unreachable, match=r"^system_unreachable school$"):
        list(system.records())
    assert answer(system, erase("1")) is Answer.COULD_NOT_LOOK
    assert not file.exists()


@pytest.mark.parametrize("content", [b"", b"this is no database " * 100])
def test_an_empty_or_a_strange_file_is_not_an_empty_system(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "strange.db"
    file.write_bytes(content)
    system = system_of(simple(file))
    with pytest.raises(Unreachable):
        list(system.records())
    assert answer(system, erase("1")) is Answer.COULD_NOT_LOOK
    assert file.read_bytes() == content


def test_a_stand_in_is_made_once_and_never_again(tmp_path: Path) -> None:
    file = tmp_path / "systems" / "school.db"
    binding = sql_binding(f"sqlite:///{file}", stand_in=True)
    assert list(system_of(binding).records()) == []
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(system_of(binding).records()) == []
    file.unlink()
    with pytest.raises(Unreachable):
        list(system_of(binding).records())
    assert {path.name for path in file.parent.iterdir()} == {f"school.db{MADE}"}


def test_a_file_that_stood_there_before_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "school.db"
    world = sql_world(f"sqlite:///{file}")
    world.put(Pupil(key="1"))
    before = file.read_bytes()
    system = system_of(sql_binding(f"sqlite:///{file}", stand_in=True))
    assert file.read_bytes() == before
    assert len(list(system.records())) == 1
    file.unlink()
    with pytest.raises(Unreachable):
        list(system_of(sql_binding(f"sqlite:///{file}", stand_in=True)).records())


def test_a_key_that_fits_two_records_harms_neither(tmp_path: Path) -> None:
    file = tmp_path / "school.db"
    run(
        file,
        "CREATE TABLE people (id TEXT, name TEXT)",
        "INSERT INTO people VALUES ('1', 'Tuva'), ('1', 'Omar'), ('2', 'Lina')",
    )
    system = system_of(simple(file))
    assert [record.key for record in system.records()] == ["1", "1", "2"]
    orders = [erase("1", categories=("identity",)), erase("2", categories=("identity",))]
    with pytest.raises(Refused, match=r"^key_ambiguous school records=1$"):
        system.carry_out(orders)
    assert run(file, "SELECT name FROM people ORDER BY name") == [[("Omar",), ("Tuva",)]]
    found = [one.answer for one in system.read_back(orders)]
    assert found == [Answer.STILL_THERE, Answer.GONE]


def test_keys_are_compared_by_bytes_whatever_the_column_thinks(tmp_path: Path) -> None:
    file = tmp_path / "school.db"
    run(
        file,
        "CREATE TABLE people (id TEXT COLLATE NOCASE, name TEXT)",
        "INSERT INTO people VALUES ('a1', 'Tuva'), ('A1', 'Omar')",
    )
    system = system_of(simple(file))
    system.carry_out([erase("a1", categories=("identity",))])
    assert run(file, "SELECT id FROM people") == [[("A1",)]]


def test_a_key_of_another_type_than_bound_is_told_and_never_gone(tmp_path: Path) -> None:
    file = tmp_path / "school.db"
    run(file, "CREATE TABLE people (id, name TEXT)", "INSERT INTO people VALUES (17, 'Tuva')")
    with pytest.raises(Unreachable, match=r"^system_unlike_binding school$"):
        list(system_of(simple(file)).records())
    system = system_of(simple(file, key_is="integer"))
    assert [record.key for record in system.records()] == ["17"]
    for nobodys in ("017", "+17", "17.0", " 17", "1 OR 1=1", "١٧"):
        with pytest.raises(Refused, match=r"^key_malformed school$"):
            system.carry_out([erase(nobodys, categories=("identity",))])
    assert run(file, "SELECT count(*) FROM people") == [[(1,)]]


def test_names_in_any_spelling_are_quoted_and_values_bound(tmp_path: Path) -> None:
    file = tmp_path / "school.db"
    binding = simple(file, table="order", key="group", categories={"identity": {"name": "SELECT"}})
    make_tables(binding)
    run(file, """INSERT INTO "order" VALUES ('x'' OR ''1''=''1', 'Tuva'), ('y', 'Omar')""")
    system = system_of(binding)
    system.carry_out([erase("x' OR '1'='1", categories=("identity",))])
    assert run(file, 'SELECT "group" FROM "order"') == [[("y",)]]


def test_one_that_the_database_will_not_let_go_does_not_keep_the_others(tmp_path: Path) -> None:
    file = tmp_path / "school.db"
    run(
        file,
        "CREATE TABLE people (id TEXT PRIMARY KEY, name TEXT)",
        "CREATE TABLE loans (person TEXT NOT NULL REFERENCES people (id))",
        "INSERT INTO people VALUES ('1', 'Tuva'), ('2', 'Omar'), ('3', 'Lina')",
        "INSERT INTO loans VALUES ('2')",
    )
    system = system_of(simple(file))
    orders = [erase(key, categories=("identity",)) for key in "123"]
    with pytest.raises(Refused, match=r"^system_conflict school records=1$"):
        system.carry_out(orders)
    assert run(file, "SELECT id FROM people") == [[("2",)]]
    run(file, "DELETE FROM loans")
    system.carry_out(orders)
    assert {one.answer for one in system.read_back(orders)} == {Answer.GONE}


def test_orphaned_rows_are_not_gone_and_go_at_the_next_attempt(tmp_path: Path) -> None:
    file = tmp_path / "school.db"
    world = sql_world(f"sqlite:///{file}")
    world.put(Pupil(key="1"))
    run(file, "DELETE FROM elever")
    order = erase("elever/1")
    assert [one.answer for one in world.system.read_back([order])] == [Answer.STILL_THERE]
    world.system.carry_out([order])
    assert run(file, 'SELECT count(*) FROM "betyg"') == [[(0,)]]
    assert [one.answer for one in world.system.read_back([order])] == [Answer.GONE]


def test_links_in_both_directions_go_with_a_record(tmp_path: Path) -> None:
    file = tmp_path / "school.db"
    world = sql_world(f"sqlite:///{file}")
    for key in "12":
        world.put(Pupil(key=key))
    world.put_parent("f1", ["1", "2"])
    world.system.carry_out([erase("elever/1")])
    assert run(file, 'SELECT * FROM "familjer"') == [[("f1", "2")]]
    parent = erase("föräldrar/f1", kind="relative", categories=("identity",))
    world.system.carry_out([parent])
    assert run(file, 'SELECT * FROM "familjer"') == [[]]
    assert world.show("2") is not None


def test_a_pupil_and_a_parent_with_the_same_number_are_two(tmp_path: Path) -> None:
    file = tmp_path / "school.db"
    world = sql_world(f"sqlite:///{file}")
    world.put(Pupil(key="1"))
    world.put_parent("1", ["1"])
    keys = {record.key for record in world.system.records()}
    assert keys == {"elever/1", "föräldrar/1"}
    world.system.carry_out([erase("föräldrar/1", kind="relative", categories=("identity",))])
    assert world.show("1") is not None
    assert run(file, 'SELECT count(*) FROM "föräldrar"') == [[(0,)]]


def test_no_key_of_a_person_can_be_emptied_away(tmp_path: Path) -> None:
    file = tmp_path / "school.db"
    fields = {"identity": {"name": "name"}, "contact": {"email": "id"}}
    binding = simple(file, categories=fields)
    make_tables(binding)
    run(file, "INSERT INTO people (id, name) VALUES ('tuva@example.se', 'Tuva')")
    part = erase("tuva@example.se", categories=("contact",))
    with pytest.raises(Misconfigured, match=r"^key_would_go people$"):
        system_of(binding).carry_out([part])


@pytest.mark.parametrize("journal", ["delete", "wal", "persist"])
def test_no_byte_is_left_in_the_file_or_beside_it(tmp_path: Path, journal: str) -> None:
    file = tmp_path / "school.db"
    world = sql_world(f"sqlite:///{file}")
    run(file, f"PRAGMA journal_mode={journal}")
    marks = [f"Zörkyplämquist{number}" for number in range(200)]
    for number, mark in enumerate(marks):
        world.put(Pupil(key=str(number), name=mark, grades=(mark, "x" * 300)))
    # The last writer leaves a journal behind, with the pages as they were.
    run(file, f"PRAGMA journal_mode={journal}", "UPDATE elever SET gata = 'Provgatan 2'")
    world.system.carry_out([erase(f"elever/{number}") for number in range(199)])
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert not [mark for mark in marks[:199] if _stands(mark, left)]
    assert marks[199].encode() in left


def _stands(mark: str, content: bytes) -> bool:
    """Whether the name stands there, and not only as the beginning of a longer one."""
    start = content.find(mark.encode())
    while start >= 0:
        after = content[start + len(mark.encode()) :][:1]
        if not after.isdigit():
            return True
        start = content.find(mark.encode(), start + 1)
    return False


def test_a_writer_who_does_not_let_go_is_waited_for_and_then_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.sql_database._WAIT", 0.1)
    file = tmp_path / "school.db"
    world = sql_world(f"sqlite:///{file}")
    world.put(Pupil(key="1"))
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Unreachable, match=r"^system_busy school$"):
            world.system.carry_out([erase("elever/1")])
        [found] = world.system.read_back([erase("elever/1")])
        assert found.answer is Answer.COULD_NOT_LOOK
        db.execute("ROLLBACK")
    world.system.carry_out([erase("elever/1")])
    assert world.show("1") is None


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-06-12", "2026-06-12"),
        ("2026-06-12 23:30:00", "2026-06-12"),
        ("2026-06-12T23:30:00Z", "2026-06-13"),
        ("2026-12-31T23:30:00+00:00", "2027-01-01"),
        ("  ", None),
        (None, None),
    ],
)
def test_an_instant_is_a_local_day(tmp_path: Path, value: str | None, day: str | None) -> None:
    file = tmp_path / "school.db"
    binding = simple(file, anchors={"left": "left_on"})
    make_tables(binding)
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("INSERT INTO people (id, name, left_on) VALUES ('1', 'Tuva', ?)", (value,))
    [record] = SqlSystem(
        binding, system="school", password=None, zone=ZoneInfo("Europe/Stockholm")
    ).records()
    assert str(record.anchors["left"]) == str(day)


@pytest.mark.parametrize(
    "value", ["12/6 2026", "2026-13-01", "20260612", "1749686400", "2026", "9999-12-31T23:59:59Z"]
)
def test_any_other_date_makes_the_record_malformed(tmp_path: Path, value: str) -> None:
    file = tmp_path / "school.db"
    binding = simple(file, anchors={"left": "left_on"})
    make_tables(binding)
    run(file, f"INSERT INTO people (id, name, left_on) VALUES ('1', 'Tuva', '{value}')")
    with pytest.raises(Refused, match=r"^record_malformed school$"):
        list(system_of(binding).records())


@pytest.mark.parametrize("controller", CONTROLLERS)
def test_every_bound_system_is_filled_read_and_emptied(controller: str, tmp_path: Path) -> None:
    policy = load_policy(policy_directory() / f"{controller}.yaml")
    bindings = load_bindings(
        SYSTEMS / f"{controller}.yaml", policy=policy, environment={"GALLRA_HOME": str(tmp_path)}
    )
    machines = {n: b for n, b in bindings.systems.items() if isinstance(b, Sql)}
    assert machines
    for name, binding in machines.items():
        assert binding.stand_in
        system = SqlSystem(binding, system=name, password=None, zone=ZONE)
        assert list(system.records()) == []
        fill(binding, 3, country=policy.controller.country, anchors={"left": "2026-06-12"})
        found = list(system.records())
        assert len(found) == 3 * len(binding.tables)
        for record in found:
            held = set(policy.systems[name].holds[record.kind])
            assert set(record.categories) == held, (name, record.kind)
        orders = [
            Order(key=r.key, action=Action.ERASE, kind=r.kind, categories=r.categories)
            for r in found
        ]
        system.carry_out(orders[1:])
        answers = [one.answer for one in system.read_back(orders)]
        assert answers == [Answer.STILL_THERE] + [Answer.GONE] * (len(orders) - 1)
        [left] = system.records()
        assert left.key.endswith(str(key_of(binding, binding.tables[0], 0)))
        assert set(left.categories) == set(found[0].categories)


def test_the_readings_of_a_file_that_was_swapped_for_a_folder(tmp_path: Path) -> None:
    file = tmp_path / "school.db"
    world = sql_world(f"sqlite:///{file}")
    file.unlink()
    file.mkdir()
    with pytest.raises(GallraError, match=r"^system_unreachable school$"):
        list(world.system.records())
    shutil.rmtree(file)
