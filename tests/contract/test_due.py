"""What is due is found by date; what was done stays done until its date changes."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, Engine, select

from records import anchors, due, relations
from records.engines import reading
from records.tables import due as due_table
from records.vault import Vault
from tests.factories.retention import (
    AT,
    CONTROLLER,
    RULES,
    add_case,
    add_person,
    add_place,
    rule,
    small_policy,
)

POLICY = small_policy()
SIX_MONTHS = "participant.six-months"
TURN = "pupil.turn-of-year"


def refresh(connection: Connection, *people: int) -> None:
    anchors.refresh(connection, POLICY, controller=CONTROLLER, subjects=people)


def found(engine: Engine, **cutoffs: str) -> list[int]:
    names = {name.replace("_", "-").replace("--", "."): day for name, day in cutoffs.items()}
    with reading(engine) as connection:
        return due.find_due(connection, controller=CONTROLLER, cutoffs=names)


def rows(engine: Engine, number: int) -> set[tuple[int, str, str, bool]]:
    query = select(
        due_table.c.placement_id, due_table.c.rule, due_table.c.anchor_on, due_table.c.done_at
    ).where(due_table.c.subject_id == number)
    with reading(engine) as connection:
        return {(r[0], r[1], r[2], r[3] is not None) for r in connection.execute(query)}


def test_found_is_who_left_by_that_day(records_engine: Engine) -> None:
    with records_engine.begin() as connection:
        early, late, still_here = (add_person(connection, "participant") for _ in range(3))
        add_case(connection, early, ends="2026-03-31")
        add_case(connection, late, ends="2026-04-01")
        add_case(connection, still_here)
        refresh(connection, early, late, still_here)
    assert found(records_engine, participant__six_months="2026-03-31") == [early]
    assert found(records_engine, participant__six_months="9999-12-31") == sorted([early, late])


def test_one_row_for_each_place_that_the_rule_reaches(records_engine: Engine, vault: Vault) -> None:
    with records_engine.begin() as connection:
        pupil = add_person(connection)
        novo = add_place(connection, vault, pupil, left=date(2026, 6, 15))
        finance = add_place(
            connection,
            vault,
            pupil,
            system="adobe",
            categories=("accounts",),
            entry=date(2024, 2, 1),
        )
        refresh(connection, pupil)
    assert rows(records_engine, pupil) == {
        (novo, TURN, "2026-06-15", False),
        (finance, TURN, "2026-06-15", False),
        (finance, "accounts.five-years", "2024-02-01", False),
    }


def test_nothing_is_due_where_a_date_is_missing(records_engine: Engine, vault: Vault) -> None:
    with records_engine.begin() as connection:
        pupil = add_person(connection)
        add_place(connection, vault, pupil, left=None)
        refresh(connection, pupil)
    assert rows(records_engine, pupil) == set()
    with reading(records_engine) as connection:
        assert due.count_missing(connection, controller=CONTROLLER) == {"left": 1}
        assert due.missing(connection, controller=CONTROLLER, limit=5) == [(pupil, 0, "left")]


def test_a_date_that_no_system_tells_is_missing_too(records_engine: Engine, vault: Vault) -> None:
    with records_engine.begin() as connection:
        pupil = add_person(connection)
        place = add_place(connection, vault, pupil, categories=("accounts",))
        refresh(connection, pupil)
    with reading(records_engine) as connection:
        assert set(due.missing(connection, controller=CONTROLLER, limit=5)) == {
            (pupil, 0, "left"),
            (pupil, place, "entry"),
        }
        assert due.missing(connection, controller=CONTROLLER, limit=5, event="entry") == [
            (pupil, place, "entry")
        ]


def test_what_is_settled_is_not_found_again(records_engine: Engine, vault: Vault) -> None:
    with records_engine.begin() as connection:
        pupil, other = add_person(connection), add_person(connection)
        place = add_place(connection, vault, pupil, left=date(2026, 6, 15))
        add_place(connection, vault, other, left=date(2026, 6, 15))
        refresh(connection, pupil, other)
        for _ in range(2):
            due.settle(connection, [(pupil, place, TURN), (pupil, 0, "no.such-rule")], at=AT)
        refresh(connection, pupil, other)
    assert rows(records_engine, pupil) == {(place, TURN, "2026-06-15", True)}
    assert found(records_engine, pupil__turn_of_year="2026-12-31") == [other]


def test_another_date_opens_it_again(records_engine: Engine) -> None:
    with records_engine.begin() as connection:
        somebody = add_person(connection, "participant")
        add_case(connection, somebody, ends="2026-03-31")
        refresh(connection, somebody)
        due.settle(connection, [(somebody, 0, SIX_MONTHS)], at=AT)
        add_case(connection, somebody, ends="2026-05-31")
        refresh(connection, somebody)
    assert rows(records_engine, somebody) == {(0, SIX_MONTHS, "2026-05-31", False)}


def test_a_date_that_is_taken_back_is_not_due(records_engine: Engine) -> None:
    with records_engine.begin() as connection:
        somebody = add_person(connection, "participant")
        add_case(connection, somebody, ends="2026-03-31")
        refresh(connection, somebody)
        add_case(connection, somebody, ends="")
        refresh(connection, somebody)
    assert rows(records_engine, somebody) == set()


def test_a_parent_is_due_with_the_pupil(records_engine: Engine, vault: Vault) -> None:
    with records_engine.begin() as connection:
        parent, pupil = add_person(connection, "relative"), add_person(connection)
        place = add_place(connection, vault, parent, kind="relative")
        add_place(connection, vault, pupil, left=date(2026, 6, 15))
        relations.add(connection, [(parent, pupil)])
        refresh(connection, pupil)
    assert rows(records_engine, parent) == {(place, "relative.turn-of-year", "2026-06-15", False)}


def test_a_parent_who_was_a_pupil_too_has_a_date_for_each(
    records_engine: Engine, vault: Vault
) -> None:
    with records_engine.begin() as connection:
        parent, pupil = add_person(connection), add_person(connection)
        own = add_place(connection, vault, parent, left=date(2001, 6, 15))
        as_parent = add_place(connection, vault, parent, kind="relative")
        add_place(connection, vault, pupil, left=date(2026, 6, 15))
        relations.add(connection, [(parent, pupil)])
        refresh(connection, parent, pupil)
    assert rows(records_engine, parent) == {
        (own, TURN, "2001-06-15", False),
        (as_parent, "relative.turn-of-year", "2026-06-15", False),
    }


def test_another_policy_writes_it_anew_and_what_was_done_stays_done(
    records_engine: Engine,
) -> None:
    with records_engine.begin() as connection:
        one, two = add_person(connection, "participant"), add_person(connection, "participant")
        for somebody in (one, two):
            add_case(connection, somebody, ends="2026-03-31")
        assert due.apply_rules(connection, POLICY) == 2
        assert due.apply_rules(connection, POLICY) == 0
        due.settle(connection, [(one, 0, SIX_MONTHS)], at=AT)
    longer = rule("participant.year", "participant", "left", at_most="P1Y")
    changed = small_policy(rules=[RULES[0], longer], sha256="1" * 64)
    with records_engine.begin() as connection:
        assert not due.is_in_force(connection, changed)
        due.apply_rules(connection, changed)
        assert due.is_in_force(connection, changed)
    assert rows(records_engine, one) == {
        (0, SIX_MONTHS, "2026-03-31", True),
        (0, "participant.year", "2026-03-31", False),
    }
    without = small_policy(rules=[longer], sha256="2" * 64)
    with records_engine.begin() as connection:
        due.apply_rules(connection, without)
    assert rows(records_engine, two) == {(0, "participant.year", "2026-03-31", False)}


def test_ten_thousand_people_are_one_statement_each_way(records_engine: Engine) -> None:
    """As one parameter, whatever a database's limit of parameters is."""
    with records_engine.begin() as connection:
        somebody = add_person(connection, "participant")
        add_case(connection, somebody, ends="2026-03-31")
        refresh(connection, somebody, *range(1, 40_000))
        due.settle(
            connection,
            [(number, 0, SIX_MONTHS) for number in (somebody, *range(1, 40_000))],
            at=AT,
        )
    assert rows(records_engine, somebody) == {(0, SIX_MONTHS, "2026-03-31", True)}
