"""Each person's data, place by place, is what every decision is made from."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Engine

from lifecycle.retention.facts import Unit
from records import anchors, due, facts, relations
from records.engines import reading
from records.vault import Vault
from tests.factories.retention import (
    AT,
    CONTROLLER,
    EVERYTHING,
    add_case,
    add_person,
    add_place,
    small_policy,
)

POLICY = small_policy()


def units(engine: Engine, *people: int, by_hand: bool = False, **more: Any) -> list[Unit]:
    with reading(engine) as connection:
        loaded = facts.load_units(
            connection,
            small_policy(by_hand=by_hand),
            controller=CONTROLLER,
            subjects=people,
            **more,
        )
    assert set(loaded) <= set(people)
    return [unit for person in people for unit in loaded.get(person, [])]


def where(found: list[Unit]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(unit.system, unit.kind, unit.categories) for unit in found]


def test_somebody_with_a_case_is_in_our_records_and_in_the_case_system(
    records_engine: Engine,
) -> None:
    with records_engine.begin() as connection:
        somebody = add_person(connection, "participant")
        add_case(connection, somebody, ends="2026-03-31")
        anchors.refresh(connection, POLICY, controller=CONTROLLER, subjects=[somebody])
    found = units(records_engine, somebody)
    assert where(found) == [
        ("gallra", "participant", ("identity",)),
        ("workbuster", "participant", EVERYTHING),
    ]
    assert {unit.anchors["left"] for unit in found} == {date(2026, 3, 31)}
    assert {unit.placement_id for unit in found} == {0}


def test_each_record_is_a_unit_with_dates_of_its_own(records_engine: Engine, vault: Vault) -> None:
    with records_engine.begin() as connection:
        pupil = add_person(connection)
        novo = add_place(connection, vault, pupil, left=date(2026, 6, 15), entry=date(2024, 1, 2))
        adobe = add_place(connection, vault, pupil, system="adobe", entry=None)
        anchors.refresh(connection, POLICY, controller=CONTROLLER, subjects=[pupil])
    by_place = {unit.placement_id: unit for unit in units(records_engine, pupil)}
    assert by_place[novo].anchors == {"left": date(2026, 6, 15), "entry": date(2024, 1, 2)}
    # Of the person for `per: person`; nobody lends another record's date for `per: record`.
    assert by_place[adobe].anchors == {"left": date(2026, 6, 15), "entry": None}


def test_a_place_weeded_by_hand_is_a_unit_unless_there_is_none(
    records_engine: Engine, vault: Vault
) -> None:
    with records_engine.begin() as connection:
        pupil = add_person(connection)
        add_place(connection, vault, pupil, left=date(2026, 6, 15))
    found = units(records_engine, pupil, by_hand=True)
    assert where(found) == [
        ("binder", "pupil", EVERYTHING),
        ("novo", "pupil", ("contact", "identity")),
    ]
    assert where(units(records_engine, pupil, by_hand=True, absent=frozenset({"binder"}))) == [
        ("novo", "pupil", ("contact", "identity"))
    ]


def test_activity_anywhere_counts_for_every_place(records_engine: Engine, vault: Vault) -> None:
    with records_engine.begin() as connection:
        pupil = add_person(connection)
        add_place(connection, vault, pupil, active_on=date(2026, 1, 5))
        add_place(connection, vault, pupil, system="adobe", active_on=date(2026, 10, 30))
    assert {(u.active_on, u.active_in) for u in units(records_engine, pupil)} == {
        (date(2026, 10, 30), "adobe")
    }


def test_what_was_carried_out_is_settled_there_and_nowhere_else(
    records_engine: Engine, vault: Vault
) -> None:
    with records_engine.begin() as connection:
        pupil = add_person(connection)
        novo = add_place(connection, vault, pupil, left=date(2026, 6, 15))
        adobe = add_place(connection, vault, pupil, system="adobe")
        anchors.refresh(connection, POLICY, controller=CONTROLLER, subjects=[pupil])
        due.settle(connection, [(pupil, novo, "pupil.turn-of-year")], at=AT)
    settled = {unit.placement_id: unit.settled for unit in units(records_engine, pupil)}
    assert settled == {novo: {"pupil.turn-of-year"}, adobe: frozenset()}


def test_a_parent_has_the_pupils_dates_and_a_teacher_a_purpose_of_their_own(
    records_engine: Engine, vault: Vault
) -> None:
    with records_engine.begin() as connection:
        pupil, parent = add_person(connection), add_person(connection, "relative")
        add_place(connection, vault, pupil, left=date(2026, 6, 15))
        add_place(connection, vault, parent, kind="relative")
        relations.add(connection, [(parent, pupil)])
        anchors.refresh(connection, POLICY, controller=CONTROLLER, subjects=[pupil, parent])
    (only,) = units(records_engine, parent)
    assert (only.anchors["left"], only.own_purpose) == (date(2026, 6, 15), False)
    with records_engine.begin() as connection:
        add_place(connection, vault, parent, kind="staff")
        add_place(connection, vault, parent, kind="staff", system="adobe")
    assert {(u.system, u.kind, u.own_purpose) for u in units(records_engine, parent)} == {
        ("novo", "relative", True),
        ("novo", "staff", False),
        ("adobe", "staff", False),
    }


def test_nobody_unknown_is_made_up(records_engine: Engine) -> None:
    assert units(records_engine, 1, 2, 3) == []
