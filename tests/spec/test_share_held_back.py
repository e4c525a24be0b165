"""It is the password that discloses: what may not be given any more stays sealed with whoever got
the container (A-68, A-69)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update

from lifecycle.disclosure import Stage
from lifecycle.errors import Refused, Unreachable
from lifecycle.references import SUBJECT, from_reference
from records import placements
from records.engines import reading
from records.plans import Plan
from records.tables import plan as plan_table
from records.tables import plan_item
from tasks.house.parts import House
from tasks.sharing.withdrawing import withdraw
from tests.factories import planning
from tests.factories.execution import OMAR, TUVA, everywhere
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.sharing_elsewhere import School
from tests.spec.test_share_by_hand import HandedOver

__all__ = ["build", "dialect", "house"]


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def school(build: Builder, standing_clock: StandingClock) -> School:
    school = School(build, standing_clock)
    school.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    school.in_novo(TUVA)
    school.look()
    return school


def _being_erased(school: School) -> None:
    going = school.prepared(until=date(2026, 11, 19))
    with school.house().engine.begin() as connection:
        connection.execute(
            update(plan_table)
            .where(plan_table.c.id == going.number)
            .values(kind="retention", state="executing")
        )
        connection.execute(
            update(plan_item).where(plan_item.c.plan_id == going.number).values(verdict="go")
        )


def _erased(school: School) -> None:
    with reading(school.house().engine) as connection:
        numbers = placements.numbers_in(connection, controller="academedia", system="novo")
    with school.house().engine.begin() as connection:
        placements.emptied(connection, [(number, ["identity"]) for number in numbers])


def _another_policy(school: School) -> None:
    def other(house: House) -> House:
        assert house.policy.sharing is not None
        policy = house.policy.model_copy(
            update={"sharing": house.policy.sharing.model_copy(update={"recipients": {}})}
        )
        policy._sha256 = "e" * 64
        return dataclasses.replace(house, policy=policy)

    school.change = other


@everywhere
@pytest.mark.parametrize("change", [_being_erased, _erased, _another_policy])
@pytest.mark.parametrize("stage", [Stage.SENT, Stage.OPENING])
def test_the_password_of_what_may_not_be_given_any_more_stays_here(
    school: School, change: Callable[[School], None], stage: Stage
) -> None:
    plan = school.agreed()
    away = Unreachable("gateway_unreachable") if stage is Stage.OPENING else Refused("text_refused")
    school.text.answers = [away]
    with pytest.raises((Refused, Unreachable)):
        school.send(plan)
    assert school.stage(plan) is stage
    handed = len(school.text.handed)
    change(school)
    for _ in range(2):
        with pytest.raises(Refused, match=r"^password_held_back"):
            school.send(plan)
    assert len(school.text.handed) == handed
    assert school.text.arrived == []
    assert school.stage(plan) is stage
    # A person takes it back; the key of its password goes.
    assert withdraw(school.house(), plan.ref).stage in {Stage.WITHDRAWN, Stage.WITH_RECIPIENT}
    assert school.text.arrived == []


def test_what_has_come_since_keeps_no_password_back(school: School) -> None:
    """Another record, a hold: what was given is as it was agreed to."""
    plan = school.agreed(systems=("gallra", "novo"))
    school.text.answers = [Refused("text_refused")]
    with pytest.raises(Refused, match=r"^text_refused"):
        school.send(plan)
    planning.hold(school.house(), from_reference(SUBJECT, school.ref(TUVA)), "identity")
    record = school.in_novo(TUVA)
    record.key = "novo-another"
    school.look()
    assert school.send(plan).stage is Stage.OPEN
    assert len(school.received()) > 1


def test_nor_is_it_shown_to_who_would_tell_it(
    build: Builder, standing_clock: StandingClock, tmp_path: Path
) -> None:
    desk = HandedOver(build, standing_clock).at(tmp_path / "hand-over" / "chef")
    desk.bring(planning.case("1000000001", TUVA))
    plan: Plan = desk.prepare(TUVA, channel="usb-stick")
    desk.approve(plan)
    desk.send(plan)
    desk.done("handed-over")
    assert desk.send(plan).stage is Stage.OPENING
    assert desk.password(plan).password
    usual = desk.change

    def other(house: House) -> House:
        changed = usual(house)
        policy = changed.policy.model_copy()
        policy._sha256 = "e" * 64
        return dataclasses.replace(changed, policy=policy)

    desk.change = other
    with pytest.raises(Refused, match=r"^password_held_back"):
        desk.password(plan)
    with pytest.raises(Refused, match=r"^password_held_back"):
        desk.send(plan)
