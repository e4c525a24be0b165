"""Who says no to mail in one place says no in all; who has said nothing lacks no date (B-31)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Connection, Engine, select

from lifecycle.policy import Policy
from lifecycle.policy.retention import Anchor
from lifecycle.retention.reach import optional_events
from records import anchors, due
from records.engines import reading
from records.tables import anchor
from records.tables import due as due_table
from records.vault import Vault
from tests.factories.retention import (
    CONTROLLER,
    RULES,
    add_person,
    add_place,
    rule,
    small_policy,
)

NO_MAIL = rule("no-mail", "pupil", "opted_out", at_most="on_the_event", categories=["contact"])


@pytest.fixture
def policy() -> Policy:
    base = small_policy(rules=[*RULES, NO_MAIL])
    word = Anchor(means="asked for no more mail", per="person", may_not_happen=True)
    policy = base.model_copy(update={"anchors": {**base.anchors, "opted_out": word}})
    policy._sha256 = base.sha256
    return policy


def dates(connection: Connection, number: int) -> dict[str, str | None]:
    query = select(anchor.c.event, anchor.c.on_date).where(
        anchor.c.subject_id == number, anchor.c.placement_id == 0
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def due_by(connection: Connection, number: int, name: str) -> set[tuple[int, str]]:
    query = select(due_table.c.placement_id, due_table.c.anchor_on).where(
        due_table.c.subject_id == number, due_table.c.rule == name
    )
    return {(row[0], row[1]) for row in connection.execute(query)}


def test_one_source_is_enough_and_every_place_is_due(
    records_engine: Engine, vault: Vault, policy: Policy
) -> None:
    with records_engine.begin() as connection:
        pupil = add_person(connection)
        there = add_place(connection, vault, pupil, left=None, opted_out=date(2026, 7, 4))
        other = add_place(connection, vault, pupil, system="adobe", left=None, opted_out=None)
        anchors.refresh(connection, policy, controller=CONTROLLER, subjects=[pupil])
        assert dates(connection, pupil) == {"left": None, "opted_out": "2026-07-04"}
        assert due_by(connection, pupil, "no-mail") == {
            (there, "2026-07-04"),
            (other, "2026-07-04"),
        }


def test_whoever_has_said_nothing_lacks_no_date(
    records_engine: Engine, vault: Vault, policy: Policy
) -> None:
    with records_engine.begin() as connection:
        pupil = add_person(connection)
        add_place(connection, vault, pupil, left=None, opted_out=None)
        anchors.refresh(connection, policy, controller=CONTROLLER, subjects=[pupil])
        assert due_by(connection, pupil, "no-mail") == set()
    with reading(records_engine) as connection:
        missing = due.count_missing(
            connection, controller=CONTROLLER, besides=optional_events(policy)
        )
    assert missing == {"left": 1}


def test_where_no_system_knows_the_event_nothing_is_missing_and_nothing_due(
    records_engine: Engine, vault: Vault, policy: Policy
) -> None:
    with records_engine.begin() as connection:
        pupil = add_person(connection)
        add_place(connection, vault, pupil, left=None)
        anchors.refresh(connection, policy, controller=CONTROLLER, subjects=[pupil])
        assert dates(connection, pupil).get("opted_out") is None
        assert due_by(connection, pupil, "no-mail") == set()
        missing = due.count_missing(
            connection, controller=CONTROLLER, besides=optional_events(policy)
        )
        assert missing == {"left": 1}


def test_a_word_that_is_taken_back_is_forgotten(
    records_engine: Engine, vault: Vault, policy: Policy
) -> None:
    with records_engine.begin() as connection:
        pupil = add_person(connection)
        place = add_place(connection, vault, pupil, opted_out=date(2026, 7, 4))
        anchors.refresh(connection, policy, controller=CONTROLLER, subjects=[pupil])
        connection.execute(
            anchor.update().where(anchor.c.placement_id == place).values(on_date=None)
        )
        anchors.refresh(connection, policy, controller=CONTROLLER, subjects=[pupil])
        assert dates(connection, pupil)["opted_out"] is None
        assert due_by(connection, pupil, "no-mail") == set()
