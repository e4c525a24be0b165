"""What every outer system promises: found to the last page, erased exactly, proven by reading."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

import connectors.sql
from connectors.system import Action, Answer, Order
from lifecycle.bindings.sql import Sql
from lifecycle.errors import GallraError, Refused, Unreachable
from tests.factories.databases import PostgresServer
from tests.factories.outer_worlds import ZONE, Pupil, World, http_world, memory_world, sql_world
from tests.factories.stand_in_server import stand_in_server
from tests.factories.stand_ins import outer_database

EVERYTHING = ("contact", "identity", "study")
PERSONAL = ("Exempelsson", "198507099805", "tuva@example.se", "Provgatan", "slöjd")
KINDS = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.postgres),
    "http",
    "memory",
]


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    match request.param:
        case "sqlite":
            yield sql_world(f"sqlite:///{tmp_path / 'school.db'}")
        case "postgresql":
            server: PostgresServer = request.getfixturevalue("session_postgres")
            name = f"outer_{abs(hash(request.node.name)) % 10**9}"
            server.run(f"CREATE DATABASE {name}")
            url = server.url(name).replace("postgres:@", "postgres@")
            yield sql_world(url)
            server.drop(url)
        case "http":
            with stand_in_server() as server_:
                yield http_world(server_)
        case _:
            yield memory_world()


def order(world: World, key: str, action: Action = Action.ERASE, **more: Any) -> Order:
    return Order(
        key=world.pupil_key(key),
        action=action,
        kind="pupil",
        categories=more.pop("categories", EVERYTHING),
        **more,
    )


def answers(world: World, *orders: Order) -> list[Answer]:
    found = list(world.system.read_back(orders))
    assert [one.key for one in found] == [one.key for one in orders]
    return [one.answer for one in found]


def test_the_inventory_is_whole_over_every_page(world: World) -> None:
    for number in range(11):
        world.put(Pupil(key=f"k{number}", national_id="", email=f"p{number}@example.se"))
    world.put_parent("f1", ["k1", "k2"])
    found = list(world.system.records())
    assert sorted(r.key for r in found if r.kind == "pupil") == sorted(
        world.pupil_key(f"k{number}") for number in range(11)
    )
    [parent] = [r for r in found if r.kind == "relative"]
    assert parent.key == world.parent_key("f1")
    assert parent.related == (world.pupil_key("k1"), world.pupil_key("k2"))


def test_a_record_shows_its_identifiers_categories_and_dates(world: World) -> None:
    world.put(Pupil(key="k1"))
    world.put(Pupil(key="k2", national_id="", grades=(), left=None, seen=None))
    one, other = sorted(world.system.records(), key=lambda record: record.key)
    assert one.identifiers == {"national_id": "198507099805"}
    assert one.categories == EVERYTHING
    assert one.anchors == {"left": date(2026, 6, 12)}
    assert one.active_on == date(2026, 6, 10)
    assert other.identifiers == {}
    assert other.categories == ("contact", "identity")
    assert other.anchors == {"left": None}
    assert other.active_on is None


def test_exactly_one_record_goes_with_all_that_belongs_to_it(world: World) -> None:
    """Keys that begin with, end with or contain another's are other keys."""
    keys = ["17", "1", "7", "170", "117", "17 ", " 17", "A17", "a17", "%", "_7", "17%"]
    for key in keys:
        world.put(Pupil(key=key))
    world.put_parent("f1", ["17", "170"])
    world.system.carry_out([order(world, "17"), order(world, "%"), order(world, "a17")])
    left = {key for key in keys if world.show(key) is not None}
    assert left == set(keys) - {"17", "%", "a17"}
    for key in left:
        assert set(world.show(key) or ()) == {"name", "national_id", "email", "street", "grades"}
    assert answers(world, order(world, "17"), order(world, "170")) == [
        Answer.GONE,
        Answer.STILL_THERE,
    ]


@pytest.mark.parametrize("action", [Action.ERASE, Action.ARCHIVE])
def test_repeating_an_erasure_is_harmless(world: World, action: Action) -> None:
    world.put(Pupil(key="k1"))
    world.put(Pupil(key="k2"))
    for _ in range(3):
        world.system.carry_out([order(world, "k1", action)])
        assert world.show("k1") is None
        assert answers(world, order(world, "k1", action)) == [Answer.GONE]
    assert world.show("k2") is not None


def test_only_what_goes_goes_while_a_rule_still_needs_the_rest(world: World) -> None:
    world.put(Pupil(key="k1"))
    part = order(world, "k1", categories=("contact", "identity"))
    assert answers(world, part) == [Answer.STILL_THERE]
    world.system.carry_out([part])
    assert set(world.show("k1") or ()) == {"grades"}
    assert answers(world, part) == [Answer.GONE]
    [record] = world.system.records()
    assert record.key == world.pupil_key("k1"), "what stays is still in the inventory"
    assert record.categories == ("study",)
    assert record.identifiers == {}
    rest = order(world, "k1", categories=("study",))
    world.system.carry_out([rest])
    assert world.show("k1") is None, "nothing was left in it"
    assert answers(world, rest) == [Answer.GONE]


def test_two_orders_about_one_record_are_answered_one_by_one(world: World) -> None:
    world.put(Pupil(key="k1"))
    one = order(world, "k1", categories=("contact",))
    other = order(world, "k1", categories=("identity",))
    world.system.carry_out([one])
    assert answers(world, one, other) == [Answer.GONE, Answer.STILL_THERE]
    assert answers(world, other, one) == [Answer.STILL_THERE, Answer.GONE]
    world.system.carry_out([one, other])
    assert answers(world, other, one) == [Answer.GONE, Answer.GONE]


def test_a_category_that_was_filled_meanwhile_keeps_the_record(world: World) -> None:
    world.put(Pupil(key="k1"))
    world.system.carry_out([order(world, "k1", categories=("contact", "identity"))])
    assert set(world.show("k1") or ()) == {"grades"}


@pytest.mark.parametrize("action", [Action.ERASE, Action.ARCHIVE])
def test_a_category_filled_since_the_inventory_is_told_when_all_had_to_go(
    world: World, action: Action
) -> None:
    known = ("contact", "identity")
    world.put(Pupil(key="k1", grades=()))
    world.put(Pupil(key="k2", grades=()))
    [one, other] = [order(world, key, action, categories=known, whole=True) for key in ("k1", "k2")]
    world.add_grade("k1", "B i musik")
    for _ in range(2):
        world.system.carry_out([one, other])
        assert world.show("k1") == {"grades": ["B i musik"]}, "nobody ordered that to go"
        assert answers(world, one, other) == [Answer.STILL_THERE, Answer.GONE]
    part = order(world, "k1", action, categories=known)
    assert answers(world, part, one) == [Answer.GONE, Answer.STILL_THERE]
    world.system.carry_out([order(world, "k1", categories=("study",))])
    assert answers(world, one) == [Answer.GONE]


NEW_OWNER = "198507099813"
"""Any text will do: connectors know nothing of how a number is made."""


def hers(identifiers: Mapping[str, str]) -> bool:
    """What the keeper of the vault says of Tuva's number."""
    assert set(identifiers) == {"national_id"}, "only those under `match`"
    return identifiers["national_id"] == "198507099805"


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("whole", [True, False])
def test_a_key_that_was_given_to_somebody_else_is_not_touched(
    world: World, action: Action, whole: bool
) -> None:
    world.put(Pupil(key="k1", name="Omar Påhittad", national_id=NEW_OWNER))
    world.put(Pupil(key="k2"))
    world.put(Pupil(key="k3", name="Omar Påhittad", national_id=NEW_OWNER, locked=True))
    before = [world.show("k1"), world.show("k3")]
    orders = [order(world, f"k{n}", action, theirs=hers, whole=whole) for n in (1, 2, 3)]
    assert answers(world, *orders) == [Answer.GONE, Answer.STILL_THERE, Answer.GONE]
    for _ in range(2):
        world.system.carry_out(orders)
        assert [world.show("k1"), world.show("k3")] == before
        assert not world.show("k2"), "hers is dealt with all the same"
    found = {record.key: record.identifiers for record in world.system.records()}
    assert found[world.pupil_key("k1")] == {"national_id": NEW_OWNER}
    assert answers(world, orders[0], orders[2]) == [Answer.GONE, Answer.GONE]


def test_a_record_that_names_nobody_is_taken_for_theirs(world: World) -> None:
    world.put(Pupil(key="k1", national_id=""))
    one = order(world, "k1", theirs=hers)
    assert answers(world, one) == [Answer.STILL_THERE]
    world.system.carry_out([one])
    assert world.show("k1") is None
    assert answers(world, one) == [Answer.GONE]


def test_a_record_stripped_of_her_number_is_still_read_back_as_hers(world: World) -> None:
    world.put(Pupil(key="k1"))
    part = order(world, "k1", categories=("identity",), theirs=hers)
    rest = order(world, "k1", categories=("contact", "study"), theirs=hers)
    world.system.carry_out([part])
    assert answers(world, part, rest) == [Answer.GONE, Answer.STILL_THERE]
    world.system.carry_out([rest])
    assert world.show("k1") is None


def test_stripping_leaves_exactly_the_named_fields(world: World) -> None:
    world.put(Pupil(key="k1"))
    world.put(Pupil(key="k2"))
    strip = order(world, "k1", Action.STRIP, stays=("name", "national_id"))
    assert answers(world, strip) == [Answer.STILL_THERE]
    for _ in range(2):
        world.system.carry_out([strip])
        assert world.show("k1") == {"name": "Tuva Exempelsson", "national_id": "198507099805"}
        assert answers(world, strip) == [Answer.GONE]
    assert len(world.show("k2") or ()) == 5
    one, _ = sorted(world.system.records(), key=lambda record: record.key)
    assert one.anchors == {"left": date(2026, 6, 12)}, "the next rule counts from it"


def test_stripping_keeps_dependent_rows_that_a_named_field_stands_in(world: World) -> None:
    world.put(Pupil(key="k1"))
    world.system.carry_out([order(world, "k1", Action.STRIP, stays=("name", "grades"))])
    assert world.show("k1") == {"name": "Tuva Exempelsson", "grades": ["A i slöjd", "C i kemi"]}


def test_anonymising_leaves_only_the_residue_and_nobody_to_find(world: World) -> None:
    world.put(Pupil(key="k1"))
    anonymise = order(world, "k1", Action.ANONYMISE, stays=("street",))
    world.system.carry_out([anonymise])
    assert world.show("k1") == {"street": "Provgatan 1"}
    assert answers(world, anonymise) == [Answer.GONE]
    assert list(world.system.records()) == [], "what is left is about nobody"
    world.system.carry_out([anonymise])
    assert world.show("k1") == {"street": "Provgatan 1"}


def test_killed_half_way_and_repeated(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = []
    for number in range(6):
        world.put(Pupil(key=f"k{number}"))
        orders.append(order(world, f"k{number}"))
    world.put(Pupil(key="stays"))
    world.break_off_after(3)
    if world.system.__class__ is connectors.sql.SqlSystem:
        _die_within_the_third_chunk(monkeypatch)
    with pytest.raises((Unreachable, KeyboardInterrupt)):
        world.system.carry_out(orders)
    monkeypatch.undo()
    world.mend()
    there = [key for key in (f"k{n}" for n in range(6)) if world.show(key)]
    assert 0 < len(there) < 6
    assert {a for o, a in zip(orders, answers(world, *orders), strict=True) if o} == {
        Answer.GONE,
        Answer.STILL_THERE,
    }
    world.system.carry_out(orders)
    assert set(answers(world, *orders)) == {Answer.GONE}
    assert world.show("stays") is not None


def _die_within_the_third_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = connectors.sql.carry_out, []

    def dying(*arguments: Any) -> int:
        done = real(*arguments)
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(connectors.sql, "carry_out", dying)
    monkeypatch.setattr(connectors.sql, "chunks", lambda rows: [[row] for row in rows])


def test_what_the_system_itself_keeps_is_said_to_be_kept(world: World) -> None:
    world.put(Pupil(key="k1", locked=True))
    world.put(Pupil(key="k2"))
    orders = [order(world, "k1"), order(world, "k2")]
    world.system.carry_out(orders)
    assert answers(world, *orders) == [Answer.KEPT, Answer.GONE]
    assert world.show("k1") is not None


def test_a_recycle_bin_is_not_gone(world: World) -> None:
    world.put(Pupil(key="k1"))
    world.recycle("k1")
    assert answers(world, order(world, "k1")) == [Answer.STILL_THERE]


def test_unreachable_is_never_gone_and_never_empty(world: World) -> None:
    world.put(Pupil(key="k1"))
    world.take_away()
    with pytest.raises(Unreachable):
        list(world.system.records())
    with pytest.raises(Unreachable):
        world.system.carry_out([order(world, "k1")])
    with pytest.raises(Unreachable):
        list(world.system.export([world.pupil_key("k1")]))
    assert answers(world, order(world, "k1"), order(world, "never was")) == [
        Answer.COULD_NOT_LOOK,
        Answer.COULD_NOT_LOOK,
    ]


def test_the_export_is_canonical_json_by_key(world: World) -> None:
    world.put(Pupil(key="k2", street=""))
    world.put(Pupil(key="k1"))
    keys = [world.pupil_key(key) for key in ("k1", "k2", "nobody")]
    found = dict(world.system.export(keys))
    assert set(found) == set(keys[:2])
    for content in found.values():
        assert content == orjson.dumps(orjson.loads(content), option=orjson.OPT_SORT_KEYS)
    whole = orjson.loads(found[keys[0]])
    assert list(whole) == list(EVERYTHING)
    assert whole["identity"] == {"name": "Tuva Exempelsson", "national_id": "198507099805"}
    assert b"slj" not in found[keys[0]]
    assert "A i slöjd".encode() in found[keys[0]]
    assert orjson.loads(found[keys[1]])["contact"] == {"email": "tuva@example.se"}


def test_a_date_that_is_none_is_not_taken_for_no_date(world: World) -> None:
    if world.system.__class__.__name__ == "MemorySystem":
        pytest.skip("a dictionary holds dates, not texts")
    world.put(Pupil(key="k1", left="sommaren 2026"))
    with pytest.raises(Refused, match=r"^record_malformed school$"):
        list(world.system.records())


def test_nothing_personal_in_representations_errors_or_logs(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    world.put(Pupil(key="tuva.exempelsson"))
    said = [repr(record) for record in world.system.records()]
    one = order(world, "tuva.exempelsson")
    said += [repr(one), repr(world.system)]
    world.take_away()
    for failing in (
        lambda: list(world.system.records()),
        lambda: world.system.carry_out([one]),
        lambda: list(world.system.export([one.key])),
    ):
        with pytest.raises(GallraError) as caught:
            failing()
        assert caught.value.__context__ is None or caught.value.__suppress_context__
        error: BaseException | None = caught.value
        while error is not None:
            said += [str(error), repr(error), str(vars(error))]
            error = error.__context__
    said += [r.getMessage() for r in caplog.records if r.levelno >= logging.INFO]
    for text in said:
        assert not any(word in text for word in (*PERSONAL, "tuva.exempelsson")), text


@pytest.mark.postgres
def test_a_key_column_padded_with_blanks_is_told_and_never_gone(
    session_postgres: PostgresServer,
) -> None:
    """CHARACTER(n) finds "K1" and shows "K1   ": two spellings of one key."""
    name = "outer_padded"
    session_postgres.run(f"CREATE DATABASE {name}")
    url = session_postgres.url(name).replace("postgres:@", "postgres@")
    table = {
        "table": "people",
        "kind": "pupil",
        "key": "id",
        "categories": {"identity": {"name": "name"}},
    }
    binding = Sql.model_validate({"kind": "sql", "url": url, "tables": [table]})
    with outer_database(binding) as connection:
        connection.exec_driver_sql("CREATE TABLE people (id character(5) PRIMARY KEY, name text)")
        connection.exec_driver_sql("INSERT INTO people VALUES ('K1', 'Tuva')")
    system = connectors.sql.SqlSystem(binding, system="school", password=None, zone=ZONE)
    one = Order(key="K1", action=Action.ERASE, kind="pupil", categories=("identity",))
    with pytest.raises(Unreachable, match=r"^system_unlike_binding school$") as caught:
        system.carry_out([one])
    assert caught.value.__context__ is None
    assert [found.answer for found in system.read_back([one])] == [Answer.COULD_NOT_LOOK]
    assert len(list(system.records())) == 1
    session_postgres.drop(url)
