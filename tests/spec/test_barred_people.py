"""Restricted data is stored and nothing else; who objects or opts out is heard at once (art. 18,
21; T-66, T-68, H-31)."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from lifecycle.barred import Barred, Use
from lifecycle.disclosure import Stage
from lifecycle.errors import Refused, Unreachable
from lifecycle.ledger import EventKind
from lifecycle.policy.data import LegalBasis
from lifecycle.references import SUBJECT, from_reference
from lifecycle.rights import Given
from tasks.consents.barring import BarLine, bars_of, end_bar, object_to, opt_out, restrict
from tasks.consents.gates import barred_of
from tasks.erasing.holds import Told, list_holds, release_hold
from tasks.erasing.requests import ask_for_erasure
from tasks.house.parts import House
from tasks.telling.recipients import waiting
from tests.factories import planning
from tests.factories.execution import OMAR, TUVA, everywhere
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import events
from tests.factories.sharing import Desk

__all__ = ["build", "dialect", "house"]

REVIEW = date(2027, 2, 1)
TOLD = Told(Given.LETTER, date(2026, 11, 2))
"""Before a restriction is lifted (art. 18(3))."""


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    desk = Desk(build, standing_clock)
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    return desk


def restricted(desk: Desk, *categories: str) -> str:
    first, _ = desk.enrolled()
    wanted = categories or ("*",)
    return restrict(
        desk.house(), desk.ref(TUVA), categories=wanted, review_on=REVIEW,
        officer=first.handle, code=first.fresh(),
    )  # fmt: skip


def lift(desk: Desk, hold: str) -> None:
    _, second = desk.enrolled()
    release_hold(desk.house(), hold, told=TOLD, officer=second.handle, code=second.fresh())


def use(purpose: str, *categories: str, mailing: str = "") -> Use:
    return Use(purpose, frozenset(categories), mailing)


@everywhere
def test_what_is_restricted_is_not_disclosed_until_that_is_lifted(desk: Desk) -> None:
    hold = restricted(desk)
    with pytest.raises(Refused, match=f"data_restricted {desk.ref(TUVA)}"):
        desk.prepare(TUVA)
    desk.prepare(OMAR)
    [line] = list_holds(desk.house())
    assert (line.ref, line.reason, line.people) == (hold, "restriction", 1)
    lift(desk, hold)
    assert bars_of(desk.house(), desk.ref(TUVA)) == []
    desk.prepare(TUVA)
    kinds = [one["kind"] for one in events(desk.house(), EventKind.BAR_PUT, EventKind.BAR_ENDED)]
    assert kinds == ["bar.put", "bar.ended"]


def test_restricted_after_the_approval_it_does_not_leave(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    restricted(desk)
    with pytest.raises(Refused, match="plan_changed"):
        desk.send(plan)
    desk.nothing_left()


def test_restricted_after_the_file_went_its_password_does_not(desk: Desk) -> None:
    plan = desk.approved(TUVA)
    desk.text.answers.append(Unreachable("system_unreachable"))
    with pytest.raises(Unreachable, match="system_unreachable"):
        desk.send(plan)
    restricted(desk)
    with pytest.raises(Refused, match="password_held_back"):
        desk.send(plan)
    assert desk.stage(plan) in {Stage.SENT, Stage.OPENING}
    assert desk.text.arrived == []


def test_what_is_restricted_is_not_erased_either(desk: Desk) -> None:
    restricted(desk)
    with pytest.raises(Refused, match="nothing_may_go"):
        ask_for_erasure(desk.house(), desk.ref(TUVA))


def test_only_what_is_restricted_is_stopped(desk: Desk) -> None:
    restricted(desk, "contact")
    tuva = from_reference(SUBJECT, desk.ref(TUVA))
    house = desk.house()
    assert barred_of(house, [tuva], use("assignment", "identity")) == {}
    assert barred_of(house, [tuva], use("assignment", "identity", "contact")) == {
        tuva: Barred.RESTRICTION
    }
    desk.prepare(TUVA)


def test_who_received_it_is_told_of_the_restriction(desk: Desk) -> None:
    desk.send(desk.approved(TUVA))
    restricted(desk)
    assert [str(one.because) for one in waiting(desk.house())] == ["restricted"]


def test_restricting_twice_is_refused_and_needs_the_role_and_a_day_ahead(desk: Desk) -> None:
    first, _ = desk.enrolled()
    with pytest.raises(Refused, match="review_not_ahead"):
        restrict(
            desk.house(), desk.ref(TUVA), review_on=date(2026, 11, 2),
            officer=first.handle, code=first.fresh(),
        )  # fmt: skip
    with pytest.raises(Refused, match="category_unknown"):
        restricted(desk, "shoe-size")
    assert bars_of(desk.house(), desk.ref(TUVA)) == []
    restricted(desk)
    with pytest.raises(Refused, match="restricted_already"):
        restricted(desk)
    assert len(list_holds(desk.house())) == 1


def on_public_task(house: House) -> House:
    purposes = {
        name: one.model_copy(update={"legal_basis": LegalBasis.PUBLIC_TASK})
        if name == "assignment"
        else one
        for name, one in house.policy.purposes.items()
    }
    policy = house.policy.model_copy(update={"purposes": purposes})
    policy._sha256 = "f" * 64
    return dataclasses.replace(house, policy=policy)


def test_an_objection_ends_that_purpose_and_no_other(desk: Desk) -> None:
    desk.change = on_public_task
    tuva = desk.ref(TUVA)
    assert object_to(desk.house(), tuva, "assignment")
    assert not object_to(desk.house(), tuva, "assignment")
    with pytest.raises(Refused, match=f"person_objected {tuva}"):
        desk.prepare(TUVA)
    number = from_reference(SUBJECT, tuva)
    assert barred_of(desk.house(), [number], use("statistics", "identity")) == {}
    [line] = bars_of(desk.house(), tuva)
    assert line == BarLine("objection", "assignment", "*", line.since_at, "person", "")
    _, second = desk.enrolled()
    end_bar(
        desk.house(), tuva, Barred.OBJECTION, purpose="assignment",
        officer=second.handle, code=second.fresh(),
    )  # fmt: skip
    desk.prepare(TUVA)


def test_nobody_can_object_to_what_a_law_or_a_consent_asks_for(desk: Desk) -> None:
    with pytest.raises(Refused, match="purpose_without_objection"):
        object_to(desk.house(), desk.ref(TUVA), "proof-of-consent")
    with pytest.raises(Refused, match="purpose_unknown"):
        object_to(desk.house(), desk.ref(TUVA), "world-domination")


def test_an_opt_out_is_heard_at_once_and_stops_mailings_alone(desk: Desk) -> None:
    tuva = desk.ref(TUVA)
    number = from_reference(SUBJECT, tuva)
    assert opt_out(desk.house(), tuva)
    assert not opt_out(desk.house(), tuva)
    mailing = use("news", "contact", mailing="courses")
    assert barred_of(desk.house(), [number], mailing) == {number: Barred.OPT_OUT}
    desk.prepare(TUVA)
    first, _ = desk.enrolled()
    with pytest.raises(Refused, match="bar_unknown"):
        end_bar(desk.house(), tuva, Barred.OBJECTION, officer=first.handle, code=first.fresh())
    with pytest.raises(Refused, match="restriction_ends_with_its_hold"):
        end_bar(desk.house(), tuva, Barred.RESTRICTION, officer=first.handle, code=first.fresh())
