"""What stays of a participant in Workbuster is exactly a case number, a date and a project (A-108,
A-109): here, in the case system, in every column of every table."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import select

from connectors.memory import MemoryCaseSystem
from lifecycle.plan import PlanState
from lifecycle.policy.model import Policy
from lifecycle.references import SUBJECT, from_reference
from records.engines import reading
from records.tables import NOBODY, RECORDS, engagement
from tasks.erasing.plan_overview import overview, warnings
from tasks.proving.certifying import of_plan
from tests.factories.execution import (
    LEFT,
    LINA,
    OMAR,
    TUVA,
    Scene,
    everywhere,
    scene,
    surroundings,
)
from tests.factories.houses import build, dialect
from tests.factories.planning import case

__all__ = ["build", "dialect", "scene", "surroundings"]
OPAQUE = {"plan_item", "ledger_event", "certificate"}
"""Tables that may still name a reference of somebody who is gone: it leads nowhere."""


def erased(scene: Scene) -> str:
    """Tuva, with two cases, is gone; Lina stays. Tuva's old reference."""
    scene.bring(
        case("1000000001", TUVA, end=LEFT, broke_off="2026-05-02"),
        case("1000000002", TUVA, end=LEFT, service="Introduktion till arbete"),
        case("1000000009", LINA, end="2027-04-01"),
    )
    scene.look()
    ref = scene.ref(TUVA)
    plan = scene.approved()
    scene.run(plan)
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN
    assert of_plan(scene.house(), plan.ref).statement["systems"]["workbuster"]["actions"] == {
        "anonymise": 1
    }
    return ref


@everywhere
def test_exactly_number_date_and_project_stay_in_our_own_records(scene: Scene) -> None:
    ref = erased(scene)
    with reading(scene.house().engine) as connection:
        rows = connection.execute(
            select(engagement).where(engagement.c.subject_id == NOBODY)
        ).mappings()
        left = [dict(row) for row in rows]
        lina = connection.execute(
            select(engagement).where(engagement.c.subject_id != NOBODY)
        ).mappings()
        kept = [dict(row) for row in lina]
    assert sorted(row["case_reference"] for row in left) == ["1000000001", "1000000002"]
    for row in left:
        assert row.pop("service") == f"#{row.pop('id')}", "a number of ours in its place"
        assert row.pop("case_reference") in {"1000000001", "1000000002"}
        assert row == {
            "controller": "academedia",
            "subject_id": NOBODY,
            "project": "Exempelenhet Nord",
            "started_on": "2026-01-07",
            "ends_on": None,
            "broke_off_on": None,
        }
    assert [row["service"] for row in kept] == ["Rusta och matcha"]
    assert [row["ends_on"] for row in kept] == ["2027-04-01"]
    # No other table knows the case or the person.
    number = from_reference(SUBJECT, ref)
    told: dict[str, set[str]] = {"case": set(), "person": set()}
    with reading(scene.house().engine) as connection:
        for name, table in RECORDS.tables.items():
            for row in connection.execute(select(table)):
                cells = [bytes(c) if isinstance(c, memoryview) else c for c in row]
                text = " ".join(
                    c.decode("latin-1") if isinstance(c, bytes) else str(c) for c in cells
                )
                if "1000000001" in text:
                    told["case"].add(name)
                if number in cells or ref in text:
                    told["person"].add(name)
    assert told["case"] == {"engagement"}
    assert told["person"] <= OPAQUE


@pytest.mark.parametrize("surroundings", ["sqlite"])
def test_exactly_number_date_and_project_stay_in_the_case_register(scene: Scene) -> None:
    erased(scene)
    file = scene.house().settings.home / "case_register" / "register.db"
    with closing(sqlite3.connect(file)) as db:
        db.row_factory = sqlite3.Row
        rows = [dict(row) for row in db.execute("SELECT * FROM case_record")]
        tables = [
            name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        others = {
            name: [tuple(row) for row in db.execute(f'SELECT * FROM "{name}"')]
            for name in tables
            if name not in {"case_record", "batch"}
        }
    left = [row for row in rows if row["sealed"] is None]
    assert sorted(row["case_reference"] for row in left) == ["1000000001", "1000000002"]
    for row in left:
        assert row.pop("service").startswith("#")
        assert row.pop("case_reference")
        assert row.pop("id")
        assert row == {
            "project": "Exempelenhet Nord",
            "opened": "2026-01-07",
            "coach": None,
            "payload_id": None,
            "sealed": None,
        }
    assert len([row for row in rows if row["sealed"] is not None]) == 1, "Lina's"
    assert not any(others.values()), others
    for path in file.parent.iterdir():
        content = path.read_bytes()
        for word in ("Tuva", "Exempelsson", TUVA[2], "Introduktion till arbete"):
            assert word.encode() not in content, path.name


def test_exactly_number_date_and_project_stay_in_the_twin(scene: Scene) -> None:
    erased(scene)
    system = scene.house().case_system
    assert isinstance(system, MemoryCaseSystem)
    left = [one for one in system.everything() if one[3] is None]
    assert sorted((key.case_reference, project, day) for key, project, day, _ in left) == [
        ("1000000001", "Exempelenhet Nord", "2026-01-07"),
        ("1000000002", "Exempelenhet Nord", "2026-01-07"),
    ]
    assert all(key.service.startswith("#") for key, *_ in left)


@everywhere
def test_small_groups_are_reported_before_anybody_approves_and_by_number_only(
    scene: Scene,
) -> None:
    """Two who began on the same day in the same project, one on another: few enough to be known."""
    scene.bring(
        case("1000000001", TUVA, end=LEFT),
        case("1000000002", OMAR, end=LEFT),
        case("1000000003", LINA, end=LEFT, start="2026-02-02"),
    )
    plan = scene.office.draw()
    told = overview(scene.house(), plan)
    assert told.smallest_group == scene.house().policy.erasure.smallest_group == 5
    assert told.small_groups == {1: 1, 2: 1}
    sentences = [text for text in warnings(told) if "share project and start date" in text]
    assert len(sentences) == 2
    for word in ("1000000001", "2026-01-07", "Exempelenhet Nord", *TUVA, scene.ref(TUVA)):
        assert not any(word in text for text in sentences)


def test_who_was_anonymised_before_counts_along(scene: Scene) -> None:
    """A group grows by those whose cases stand there without a person already."""
    scene.bring(case("1000000001", TUVA, end=LEFT))
    plan = scene.approved()
    assert overview(scene.house(), plan).small_groups == {1: 1}
    scene.run(plan)
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN
    scene.bring(case("1000000002", OMAR, end=LEFT))
    again = scene.office.draw()
    assert overview(scene.house(), again).small_groups == {2: 1}


def test_a_group_that_is_large_enough_is_not_reported(scene: Scene) -> None:
    def fewer(policy: Policy) -> Policy:
        erasure = policy.erasure.model_copy(update={"smallest_group": 2})
        return policy.model_copy(update={"erasure": erasure})

    scene.with_policy(fewer)
    scene.bring(case("1000000001", TUVA, end=LEFT), case("1000000002", OMAR, end=LEFT))
    plan = scene.office.draw()
    told = overview(scene.house(), plan)
    assert told.small_groups == {}
    assert not [text for text in warnings(told) if "share project and start date" in text]
