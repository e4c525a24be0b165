"""Where a person stands elsewhere is found by the exact key only, and goes with the person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from sqlalchemy import BigInteger, Connection, Engine, Integer, func, insert, select

from lifecycle.errors import KeyFailure, Refused
from lifecycle.plan import ItemState
from records import anchors, bulk, erasing, holds, placements, relations
from records.engines import reading
from records.erasing import ERASURE_INDEX
from records.tables import (
    RECORDS,
    blind_index,
    concerned,
    engagement,
    erasure_list,
    plan_item,
    shredding,
)
from records.vault import Vault
from tests.factories.retention import (
    AT,
    CONTROLLER,
    add_case,
    add_person,
    add_place,
    small_policy,
)


def test_only_the_whole_key_of_the_same_system_is_found(
    records_engine: Engine, vault: Vault
) -> None:
    with records_engine.begin() as connection:
        place = add_place(connection, vault, add_person(connection), key="EL-1042")
    digests = {
        key: placements.digest_of(vault, system="novo", key=key)
        for key in ("EL-1042", "EL-104", "EL-10420", "el-1042", "")
    }
    with reading(records_engine) as connection:
        found = placements.lookup(
            connection, controller=CONTROLLER, system="novo", digests=digests.values()
        )
        elsewhere = placements.lookup(
            connection, controller=CONTROLLER, system="adobe", digests=digests.values()
        )
    assert {digest: one.id for digest, one in found.items()} == {digests["EL-1042"]: place}
    assert elsewhere == {}
    assert placements.digest_of(vault, system="adobe", key="EL-1042") != digests["EL-1042"]


def test_a_key_is_opened_only_for_its_person_and_only_while_its_data_key_lives(
    records_engine: Engine, vault: Vault
) -> None:
    with records_engine.begin() as connection:
        place = add_place(connection, vault, add_person(connection), key="EL-1042")
    with reading(records_engine) as connection:
        opened = placements.opened(connection, vault, numbers=[place, 17])
        assert {number: one.key for number, one in opened.items()} == {place: "EL-1042"}
        assert "EL-1042" not in repr(opened)
        vault.shred([place])
        with pytest.raises(KeyFailure, match="key_missing"):
            placements.opened(connection, vault, numbers=[place])


def test_a_record_that_is_gone_takes_its_dates_and_notes_its_key(
    records_engine: Engine, vault: Vault
) -> None:
    with records_engine.begin() as connection:
        pupil = add_person(connection)
        gone = add_place(connection, vault, pupil, left=date(2026, 6, 15))
        stays = add_place(connection, vault, pupil, system="adobe", entry=date(2026, 6, 1))
        anchors.refresh(connection, small_policy(), controller=CONTROLLER, subjects=[pupil])
        assert placements.remove(connection, [gone]) == 1
        assert placements.remove(connection, [gone]) == 0
    left_of = {}
    with reading(records_engine) as connection:
        for name in ("placement", "anchor", "due"):
            table = RECORDS.tables[name]
            column = table.c.id if name == "placement" else table.c.placement_id
            left_of[name] = set(connection.execute(select(column)).scalars())
        assert erasing.pending_shredding(records_engine) == [gone]
    assert left_of["placement"] == {stays}
    assert gone not in left_of["anchor"] | left_of["due"]
    assert {0, stays} <= left_of["anchor"]


def test_latest_activity_is_of_any_system(records_engine: Engine, vault: Vault) -> None:
    with records_engine.begin() as connection:
        pupil, silent = add_person(connection), add_person(connection)
        add_place(connection, vault, pupil, active_on=date(2026, 1, 5))
        add_place(connection, vault, pupil, system="adobe", active_on=date(2026, 10, 30))
        add_place(connection, vault, silent)
        assert placements.latest_activity(connection, [pupil, silent]) == {
            pupil: (date(2026, 10, 30), "adobe")
        }


STAYS = frozenset({"plan_item", "concerned", "rights_request", "rights_step"})
"""Of these tables a number stays that leads nowhere any more."""


def something_of_everybody(connection: Connection, people: Sequence[int]) -> None:
    """A row about each in every table that knows people and has none yet."""
    for name in sorted(ERASURE_INDEX):
        table = RECORDS.tables[name]
        if "subject_id" not in table.c or name in {"plan_item", "concerned", "held"}:
            continue
        if connection.execute(select(func.count()).select_from(table)).scalar_one():
            continue
        for number, person in enumerate(people, start=1):
            row = {
                column.name: number if isinstance(column.type, Integer | BigInteger) else "-"
                for column in table.columns
                if not column.nullable
            }
            connection.execute(insert(table).values(row | {"subject_id": person}))


def test_people_leave_every_table_that_knows_them_and_nobody_else_does(
    records_engine: Engine, vault: Vault
) -> None:
    with records_engine.begin() as connection:
        people = []
        for _ in range(3):
            pupil, parent = add_person(connection), add_person(connection, "relative")
            add_case(connection, pupil, ends="2026-03-31")
            add_place(connection, vault, pupil, left=date(2026, 6, 15))
            add_place(connection, vault, parent, kind="relative")
            relations.add(connection, [(parent, pupil)])
            bulk.insert_rows(
                connection,
                blind_index,
                ("digest", "kind", "subject_id"),
                [(pupil.to_bytes(16, "big"), "national_id", pupil)],
            )
            people += [pupil, parent]
        holds.place(
            connection,
            number=5,
            controller=CONTROLLER,
            reason="dispute",
            decided_by="O-1",
            placed_at=AT,
            review_on="2027-01-01",
            subjects=people[:2],
            categories=["*"],
        )
        holds.release(connection, 5, at=AT, by="O-1")
        bulk.insert_rows(
            connection,
            plan_item,
            tuple(column.name for column in plan_item.columns),
            [
                (
                    9,
                    1,
                    people[0],
                    0,
                    "gallra",
                    "go",
                    "erase",
                    "identity",
                    "",
                    "r",
                    None,
                    None,
                    None,
                    ItemState.PROVEN,
                    None,
                    None,
                    None,
                    None,
                )
            ],
        )
        bulk.insert_rows(
            connection,
            concerned,
            ("telling_id", "subject_id", "categories"),
            [(8, people[0], "identity")],
        )
        anchors.refresh(connection, small_policy(), controller=CONTROLLER, subjects=people)
        something_of_everybody(connection, people)
        gone, kept = people[:4], people[4:]
        assert erasing.remove_subjects(connection, gone, at=AT) == 2
        assert erasing.remove_subjects(connection, gone, at=AT) == 0
    knowing = {}
    with reading(records_engine) as connection:
        knows = [name for name in ERASURE_INDEX if "subject_id" in RECORDS.tables[name].c]
        for name in sorted(knows):
            column = RECORDS.tables[name].c.subject_id
            knowing[name] = set(connection.execute(select(column)).scalars()) - {0}
        subjects = set(connection.execute(select(RECORDS.tables["subject"].c.id)).scalars())
        listed = connection.execute(select(func.count()).select_from(erasure_list)).scalar_one()
        to_shred = connection.execute(select(func.count()).select_from(shredding)).scalar_one()
        cases = connection.execute(select(engagement.c.subject_id)).scalars().all()
    for name in STAYS:
        assert people[0] in knowing.pop(name)
    assert knowing.pop("held") == set()
    assert all(found and found <= set(kept) for found in knowing.values()), knowing
    assert subjects == set(kept)
    assert (listed, to_shred, sorted(cases)[:2]) == (2, 2 + 4, [0, 0])


@pytest.mark.parametrize("category", ["*", "contact", "identity"])
def test_nobody_is_removed_while_a_hold_keeps_what_would_go(
    records_engine: Engine, vault: Vault, category: str
) -> None:
    with records_engine.begin() as connection:
        held, free = add_person(connection), add_person(connection)
        for person in (held, free):
            add_place(connection, vault, person)
        holds.place(
            connection,
            number=5,
            controller=CONTROLLER,
            reason="dispute",
            decided_by="O-1",
            placed_at=AT,
            review_on="2027-01-01",
            subjects=[held],
            categories=[category],
        )
        with pytest.raises(Refused, match="under_hold"):
            erasing.remove_subjects(connection, [free, held], at=AT)
        assert placements.count(connection, controller=CONTROLLER, system="novo") == 2
        holds.release(connection, 5, at=AT, by="O-1")
        erasing.remove_subjects(connection, [free, held], at=AT)
        assert placements.count(connection, controller=CONTROLLER, system="novo") == 0
