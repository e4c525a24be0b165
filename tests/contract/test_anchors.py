"""A person's date is the latest of all sources, and none as long as one source has none."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, Engine, select

from records import anchors, placements, relations
from records.due_rows import OF_KIN
from records.engines import reading
from records.tables import anchor
from records.vault import Vault
from tests.factories.retention import CONTROLLER, add_case, add_person, add_place, small_policy

POLICY = small_policy()


def refresh(connection: Connection, *people: int) -> None:
    anchors.refresh(connection, POLICY, controller=CONTROLLER, subjects=people)


def left(engine: Engine, number: int, kept_at: int = 0) -> str | None:
    with reading(engine) as connection:
        return connection.execute(
            select(anchor.c.on_date).where(
                anchor.c.subject_id == number,
                anchor.c.placement_id == kept_at,
                anchor.c.event == "left",
            )
        ).scalar_one()


def test_the_latest_case_counts(records_engine: Engine) -> None:
    with records_engine.begin() as connection:
        somebody = add_person(connection, "participant")
        add_case(connection, somebody, ends="2025-03-31")
        add_case(connection, somebody, ends="2026-03-31")
        refresh(connection, somebody)
    assert left(records_engine, somebody) == "2026-03-31"


def test_a_break_off_counts_before_the_end_of_the_decision(records_engine: Engine) -> None:
    with records_engine.begin() as connection:
        somebody = add_person(connection, "participant")
        add_case(connection, somebody, ends="2026-12-31", broke_off="2026-02-15")
        refresh(connection, somebody)
    assert left(records_engine, somebody) == "2026-02-15"


def test_fresh_data_without_an_end_keeps_an_old_end_from_counting(records_engine: Engine) -> None:
    with records_engine.begin() as connection:
        somebody = add_person(connection, "participant")
        add_case(connection, somebody, ends="2019-03-31")
        refresh(connection, somebody)
        add_case(connection, somebody, ends="")
        refresh(connection, somebody)
    assert left(records_engine, somebody) is None


def test_no_date_is_written_down_as_missing_never_as_a_date(records_engine: Engine) -> None:
    with records_engine.begin() as connection:
        somebody = add_person(connection, "participant")
        add_case(connection, somebody, ends=None, broke_off=None)
        refresh(connection, somebody)
    assert left(records_engine, somebody) is None


def test_a_system_in_which_the_pupil_has_not_left_keeps_the_date_open(
    records_engine: Engine, vault: Vault
) -> None:
    with records_engine.begin() as connection:
        pupil = add_person(connection)
        add_place(connection, vault, pupil, left=date(2026, 6, 15))
        there = add_place(connection, vault, pupil, system="adobe", left=None)
        refresh(connection, pupil)
        assert there
    assert left(records_engine, pupil) is None


def test_a_system_that_has_no_such_field_has_no_say(records_engine: Engine, vault: Vault) -> None:
    with records_engine.begin() as connection:
        pupil = add_person(connection)
        add_place(connection, vault, pupil, left=date(2026, 6, 15))
        add_place(connection, vault, pupil, system="adobe")
        refresh(connection, pupil)
    assert left(records_engine, pupil) == "2026-06-15"


def test_a_date_that_was_known_outlives_its_source(records_engine: Engine, vault: Vault) -> None:
    """Our own records go last: until then they must know when their time is up."""
    with records_engine.begin() as connection:
        pupil = add_person(connection)
        place = add_place(connection, vault, pupil, left=date(2026, 6, 15))
        refresh(connection, pupil)
        placements.remove(connection, [place])
        refresh(connection, pupil)
    assert left(records_engine, pupil) == "2026-06-15"


def test_a_parent_is_counted_from_the_last_pupil_to_leave(
    records_engine: Engine, vault: Vault
) -> None:
    with records_engine.begin() as connection:
        parent, first, second = (add_person(connection, k) for k in ("relative", "pupil", "pupil"))
        add_place(connection, vault, parent, kind="relative")
        add_place(connection, vault, first, left=date(2025, 6, 15))
        add_place(connection, vault, second, left=date(2026, 6, 15))
        relations.add(connection, [(parent, first), (parent, second)])
        refresh(connection, first, second)
    assert left(records_engine, parent, OF_KIN) == "2026-06-15"


def test_a_parent_of_a_pupil_who_is_still_there_has_no_date(
    records_engine: Engine, vault: Vault
) -> None:
    with records_engine.begin() as connection:
        parent, first, second = (add_person(connection, k) for k in ("relative", "pupil", "pupil"))
        add_place(connection, vault, parent, kind="relative")
        add_place(connection, vault, first, left=date(2025, 6, 15))
        add_place(connection, vault, second, left=None)
        relations.add(connection, [(parent, first), (parent, second)])
        refresh(connection, first, second)
    assert left(records_engine, parent, OF_KIN) is None


def test_a_parent_who_is_a_participant_too_has_a_date_of_their_own(
    records_engine: Engine, vault: Vault
) -> None:
    with records_engine.begin() as connection:
        parent, pupil = (add_person(connection, k) for k in ("participant", "pupil"))
        add_case(connection, parent, ends="2027-01-31")
        add_place(connection, vault, parent, kind="relative")
        add_place(connection, vault, pupil, left=date(2025, 6, 15))
        relations.add(connection, {(parent, pupil)})
        refresh(connection, parent, pupil)
    assert left(records_engine, parent) == "2027-01-31"
    assert left(records_engine, parent, OF_KIN) == "2025-06-15"


def test_everybody_at_once_is_the_same_as_one_by_one(records_engine: Engine, vault: Vault) -> None:
    with records_engine.begin() as connection:
        people = [add_person(connection) for _ in range(5)]
        for day, pupil in enumerate(people, 1):
            add_place(connection, vault, pupil, left=date(2026, 6, day))
        anchors.refresh(connection, POLICY, controller=CONTROLLER, subjects=None)
    assert [left(records_engine, pupil) for pupil in people] == [
        f"2026-06-{day:02}" for day in range(1, 6)
    ]
