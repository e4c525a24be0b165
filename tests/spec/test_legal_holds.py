"""What is needed for a proceeding is kept, for a reason and until a day, and is never forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.legal_hold import HoldReason
from lifecycle.references import HOLD, SUBJECT, from_reference, to_reference
from records import holds
from records.engines import reading
from tasks.erasing.holds import list_holds, overdue_reviews, place_hold, release_hold, review_hold
from tasks.house.parts import House
from tasks.watching.daily import HOLD_REVIEW_DUE, watch
from tests.factories.houses import build, dialect, house
from tests.factories.keys import START, StandingClock
from tests.factories.officers import Authenticator, add_people, enrol, events, with_approvals

__all__ = ["build", "dialect", "house"]

TODAY = START.date()
SPRING = date(2027, 3, 1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def surroundings(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def chef(house: House, standing_clock: StandingClock) -> Authenticator:
    return enrol(house, standing_clock, "chef-nord", "chef")


def hold(
    house: House,
    who: Authenticator,
    people: list[int],
    *,
    code: str | None = None,
    **more: object,
) -> str:
    given: dict[str, object] = {"reason": "proceeding", "review_on": SPRING} | more
    return place_hold(
        house,
        [to_reference(SUBJECT, number) for number in people],
        officer=who.handle,
        code=who.fresh() if code is None else code,
        **given,  # type: ignore[arg-type]
    )


def held(house: House, people: list[int]) -> dict[int, frozenset[str]]:
    with reading(house.engine) as connection:
        return holds.held_categories(connection, controller=house.controller, subjects=people)


def is_refused(reason: str, act: Callable[[], object]) -> None:
    with pytest.raises(Refused) as refusal:
        act()
    assert refusal.value.code == reason


def test_a_hold_keeps_everything_until_it_is_released(house: House, chef: Authenticator) -> None:
    one, two, free = add_people(house, 3)
    ref = hold(house, chef, [one, two])
    assert held(house, [one, two, free]) == {one: {"*"}, two: {"*"}}
    [placed] = events(house, EventKind.HOLD_PLACED)
    assert placed["ref"] == ref
    assert placed["facts"] == {
        "officer": chef.ref,
        "reason": "proceeding",
        "review_on": "2027-03-01",
    }
    assert placed["numbers"] == {"people": 2, "categories": 1}
    release_hold(house, ref, officer=chef.handle, code=chef.fresh())
    assert held(house, [one, two, free]) == {}
    [released] = events(house, EventKind.HOLD_RELEASED)
    assert (released["ref"], released["facts"]) == (ref, {"officer": chef.ref})
    assert list_holds(house) == []


def test_a_hold_on_some_categories_keeps_those(house: House, chef: Authenticator) -> None:
    [person] = add_people(house, 1)
    first, second, *_ = house.policy.categories
    hold(house, chef, [person], categories=[first])
    assert held(house, [person]) == {person: {first}}
    again = hold(house, chef, [person], categories=[first, second], reason="legal_claim")
    assert held(house, [person]) == {person: {first, second}}
    # Two holds: what one lets go the other one may still keep.
    release_hold(house, again, officer=chef.handle, code=chef.fresh())
    assert held(house, [person]) == {person: {first}}


def test_another_controllers_holds_are_not_ours(house: House, chef: Authenticator) -> None:
    [person] = add_people(house, 1)
    hold(house, chef, [person])
    with reading(house.engine) as connection:
        assert holds.held_categories(connection, controller="other", subjects=[person]) == {}
        assert holds.standing(connection, controller="other") == []


def test_many_people_are_looked_up_together(house: House, chef: Authenticator) -> None:
    people = add_people(house, 6_000)
    hold(house, chef, people[:5_500])
    found = held(house, people)
    assert len(found) == 5_500
    assert set(found) == set(people[:5_500])
    assert list_holds(house)[0].people == 5_500


def test_a_hold_is_listed_with_its_age_and_an_overdue_review_is_marked(
    house: House, chef: Authenticator, standing_clock: StandingClock
) -> None:
    one, two = add_people(house, 2)
    old = hold(house, chef, [one], review_on=TODAY + timedelta(days=10))
    standing_clock.pass_time(days=9)
    new = hold(house, chef, [one, two], reason="law")
    assert overdue_reviews(house) == []
    standing_clock.pass_time(days=1)
    listed = list_holds(house)
    assert [(one.ref, one.age_days, one.overdue, one.people) for one in listed] == [
        (old, 10, True, 1),
        (new, 1, False, 2),
    ]
    assert listed[1].reason == "law"
    assert listed[1].decided_by == chef.ref
    assert overdue_reviews(house) == [old]
    # It keeps what it keeps, overdue or not.
    assert held(house, [one]) == {one: {"*"}}


def test_a_review_is_due_from_local_midnight(
    house: House, chef: Authenticator, standing_clock: StandingClock
) -> None:
    [person] = add_people(house, 1)
    ref = hold(house, chef, [person], review_on=date(2026, 11, 4))
    standing_clock.instant = START.replace(day=3, hour=22, minute=59, second=59)
    assert overdue_reviews(house) == []
    standing_clock.pass_time(seconds=1)
    assert overdue_reviews(house) == [ref]


def test_a_reviewed_hold_is_looked_at_again_later(
    house: House, chef: Authenticator, standing_clock: StandingClock
) -> None:
    [person] = add_people(house, 1)
    ref = hold(house, chef, [person], review_on=TODAY + timedelta(days=1))
    standing_clock.pass_time(days=2)
    review_hold(house, ref, following=SPRING, officer=chef.handle, code=chef.fresh())
    assert overdue_reviews(house) == []
    assert list_holds(house)[0].review_on == "2027-03-01"
    [reviewed] = events(house, EventKind.HOLD_REVIEWED)
    assert reviewed["facts"] == {"officer": chef.ref, "review_on": "2027-03-01"}
    is_refused(
        "review_not_ahead",
        lambda: review_hold(house, ref, following=TODAY, officer=chef.handle, code=chef.fresh()),
    )


def test_the_watchdog_reminds_until_somebody_looks(
    house: House, chef: Authenticator, standing_clock: StandingClock
) -> None:
    [person] = add_people(house, 1)
    ref = hold(house, chef, [person], review_on=TODAY + timedelta(days=1))

    def reminds() -> list[str]:
        return [one.ref for one in watch(house).standing if one.kind == HOLD_REVIEW_DUE]

    assert reminds() == []
    standing_clock.pass_time(days=1)
    assert reminds() == reminds() == [ref]
    review_hold(house, ref, following=SPRING, officer=chef.handle, code=chef.fresh())
    assert reminds() == []


@pytest.mark.parametrize("reason", HoldReason)
def test_every_reason_is_a_word(house: House, chef: Authenticator, reason: HoldReason) -> None:
    [person] = add_people(house, 1)
    hold(house, chef, [person], reason=str(reason))
    assert list_holds(house)[0].reason == reason


def test_what_is_no_hold_is_refused_and_nothing_is_held(house: House, chef: Authenticator) -> None:
    [person] = add_people(house, 1)
    is_refused("subject_unknown", lambda: hold(house, chef, [person, person + 1]))
    is_refused("nobody_named", lambda: hold(house, chef, []))
    is_refused("category_unknown", lambda: hold(house, chef, [person], categories=["anything"]))
    is_refused("category_unknown", lambda: hold(house, chef, [person], categories=[]))
    is_refused("hold_reason_unknown", lambda: hold(house, chef, [person], reason="a note on Eva"))
    is_refused("review_not_ahead", lambda: hold(house, chef, [person], review_on=TODAY))
    is_refused("code_wrong", lambda: hold(house, chef, [person], code=chef.wrong()))
    assert held(house, [person]) == {}
    assert list_holds(house) == []


def test_who_may_hold_is_the_policys_word(
    house: House, chef: Authenticator, standing_clock: StandingClock
) -> None:
    dpo = enrol(house, standing_clock, "dataskydd", "dpo", by=chef)
    managers_only = with_approvals(house, hold=("chef",))
    [person] = add_people(house, 1)
    is_refused("role_may_not_hold", lambda: hold(managers_only, dpo, [person]))
    ref = hold(managers_only, chef, [person])
    for act in (
        lambda: release_hold(managers_only, ref, officer="dataskydd", code=dpo.fresh()),
        lambda: review_hold(
            managers_only, ref, following=SPRING, officer="dataskydd", code=dpo.fresh()
        ),
    ):
        is_refused("role_may_not_hold", act)
    assert held(house, [person]) == {person: {"*"}}
    refused = events(house, EventKind.APPROVAL_REFUSED)
    assert [one["facts"] for one in refused] == [
        {"officer": dpo.ref, "reason": "role_may_not_hold"}
    ] * 3


def test_a_hold_is_released_once(house: House, chef: Authenticator) -> None:
    [person] = add_people(house, 1)
    ref = hold(house, chef, [person])
    release_hold(house, ref, officer=chef.handle, code=chef.fresh())
    at = house.at()
    is_refused(
        "hold_released",
        lambda: release_hold(house, ref, officer=chef.handle, code=chef.fresh()),
    )
    is_refused(
        "hold_released",
        lambda: review_hold(house, ref, following=SPRING, officer=chef.handle, code=chef.fresh()),
    )
    unknown = to_reference(HOLD, from_reference(HOLD, ref) + 1)
    is_refused(
        "hold_unknown",
        lambda: release_hold(house, unknown, officer=chef.handle, code=chef.fresh()),
    )
    with reading(house.engine) as connection:
        kept = holds.get(connection, controller=house.controller, number=from_reference(HOLD, ref))
    assert kept.released_by == chef.ref
    assert kept.released_at == at
