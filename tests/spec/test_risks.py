"""Risk is consequence times likelihood, over activities and systems; where it is high its impact is
assessed; all of it is weighed again in time (T-75, H-45, H-46, art. 35)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.policy.load import load_policy
from lifecycle.policy.model import Policy
from lifecycle.policy.risk import Assessments
from lifecycle.risk import (
    IMPACT_PARTS,
    Level,
    RiskLack,
    Weighed,
    lacking,
    last_day,
    level_of,
    subjects_of,
)
from records.engines import reading
from records.tables import RECORDS
from tasks.house.parts import House
from tasks.processors.assessments import assess, history, lines
from tasks.processors.risk_check import check_risks
from tasks.work_orders import orders as work_orders
from tests.factories.houses import build, dialect, house, surroundings
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol, events

__all__ = ["build", "dialect", "house", "surroundings"]

POLICIES = Path(__file__).resolve().parents[2] / "policies"
CONTROLLERS = ("academedia", "bergqvist", "tommerup", "behandlingsskolerne")
TODAY = date(2026, 11, 2)
DAY = timedelta(days=1)
WHOLE = dict.fromkeys(IMPACT_PARTS, "text")
CANARY = "Tuva Exempelsson"


def policy_of(name: str) -> Policy:
    return load_policy(POLICIES / f"{name}.yaml")


def rule_of(policy: Policy) -> Assessments:
    assert policy.assessments is not None
    return policy.assessments


RULE = rule_of(policy_of("behandlingsskolerne"))


def risk(
    consequence: int, likelihood: int, on: date = TODAY, review: date | None = None
) -> Weighed:
    return Weighed("risk", on, consequence, likelihood, "", review)


def impact(outcome: str = "acceptable", on: date = TODAY) -> Weighed:
    return Weighed("impact", on, 2, 2, outcome)


@pytest.fixture
def dpo(house: House, standing_clock: StandingClock) -> Authenticator:
    return enrol(house, standing_clock, "dpo", "dpo")


@pytest.mark.parametrize(
    ("consequence", "likelihood", "level"),
    [
        (1, 1, Level.LOW),
        (3, 1, Level.LOW),
        (2, 2, Level.MEDIUM),
        (2, 4, Level.MEDIUM),
        (3, 3, Level.HIGH),
        (4, 4, Level.HIGH),
    ],
)
def test_h45_risk_is_consequence_times_likelihood(
    consequence: int, likelihood: int, level: Level
) -> None:
    assert level_of(consequence, likelihood, RULE) is level
    assert level_of(likelihood, consequence, RULE) is level


@pytest.mark.parametrize(("consequence", "likelihood"), [(0, 1), (1, 0), (5, 1), (1, 5)])
def test_there_is_no_other_level(consequence: int, likelihood: int) -> None:
    with pytest.raises(ValueError, match="does not have"):
        level_of(consequence, likelihood, RULE)


@pytest.mark.parametrize("name", CONTROLLERS)
def test_every_activity_of_every_policy_has_one_and_where_it_says_so_every_system(
    name: str,
) -> None:
    policy = policy_of(name)
    labels = [one.label for one in subjects_of(policy)]
    activities = [f"activity.{purpose}" for purpose in policy.purposes]
    systems = [f"system.{system}" for system in policy.systems]
    wants_systems = name == "behandlingsskolerne"  # H-45: "activities and systems"
    assert labels == activities + (systems if wants_systems else [])


def test_without_one_it_is_missing_and_after_a_year_it_is_over() -> None:
    assert lacking([], RULE, on=TODAY) == (RiskLack.ASSESSMENT_MISSING,)
    leap = risk(1, 1, date(2028, 2, 29))
    assert last_day(leap, RULE.every) == date(2029, 2, 28)
    assert lacking([leap], RULE, on=date(2029, 2, 28)) == ()
    assert lacking([leap], RULE, on=date(2029, 3, 1)) == (RiskLack.ASSESSMENT_OVER,)
    assert lacking([leap], RULE, on=date(2028, 2, 28)) == (RiskLack.ASSESSMENT_MISSING,)


def test_it_is_ordered_ahead_of_time_and_an_earlier_day_counts() -> None:
    one = risk(1, 1, date(2026, 1, 1))
    in_time = date(2027, 1, 1) - timedelta(days=30)
    assert lacking([one], RULE, on=in_time, ahead=True) == ()
    assert lacking([one], RULE, on=in_time + DAY, ahead=True) == (RiskLack.ASSESSMENT_OVER,)
    assert lacking([one], RULE, on=in_time + DAY) == ()
    earlier = risk(1, 1, date(2026, 1, 1), review=date(2026, 6, 1))
    assert lacking([earlier], RULE, on=date(2026, 6, 2)) == (RiskLack.ASSESSMENT_OVER,)
    later = risk(1, 1, date(2026, 1, 1), review=date(2029, 6, 1))
    assert last_day(later, RULE.every) == date(2027, 1, 1)  # never longer than the policy says


def test_h46_a_high_risk_needs_an_impact_assessment() -> None:
    high = risk(3, 3)
    assert lacking([high], RULE, on=TODAY) == (RiskLack.IMPACT_MISSING,)
    assert lacking([high, impact()], RULE, on=TODAY) == ()
    assert lacking([high, impact("consult")], RULE, on=TODAY) == (RiskLack.CONSULTATION,)
    assert lacking([high, impact("consult"), impact()], RULE, on=TODAY) == ()
    old = impact(on=date(2025, 1, 1))
    assert lacking([high, old], RULE, on=TODAY) == (RiskLack.IMPACT_OVER,)
    # Weighed anew and lower: no impact assessment is needed any more.
    assert lacking([high, risk(1, 1)], RULE, on=TODAY) == ()


def test_an_assessment_is_noted_with_a_code_and_its_reasons_are_sealed(
    house: House, dpo: Authenticator
) -> None:
    assert {line.lacks for line in lines(house)} == {(RiskLack.ASSESSMENT_MISSING,)}
    ref = assess(
        house, "activity.support", risk(3, 4), parts={"reasons": CANARY}, officer="dpo",
        code=dpo.fresh(),
    )  # fmt: skip
    [line] = [one for one in lines(house) if one.label == "activity.support"]
    assert (line.level, line.until) == ("high", date(2027, 11, 2))
    assert line.lacks == (RiskLack.IMPACT_MISSING,)
    assess(
        house, "activity.support", impact(), parts=WHOLE, officer="dpo", code=dpo.fresh()
    )  # fmt: skip
    [line] = [one for one in lines(house) if one.label == "activity.support"]
    assert (line.impact, line.lacks) == ("acceptable", ())
    [first, second] = history(house, "activity.support")
    assert (first.ref, first.parts, first.by) == (ref, {"reasons": CANARY}, dpo.ref)
    assert set(second.parts) == set(IMPACT_PARTS)
    assert CANARY not in repr(first)
    said = events(house, EventKind.RISK_ASSESSED)
    assert said[0]["facts"] == {
        "kind": "risk",
        "about": "activity.support",
        "level": "high",
        "on": "2026-11-02",
        "officer": dpo.ref,
    }
    assert said[0]["numbers"] == {"consequence": 3, "likelihood": 4}
    with reading(house.engine) as connection:
        for table in RECORDS.sorted_tables:
            for stored in connection.execute(select(table)):
                assert CANARY not in str(tuple(stored))
                cells = [bytes(cell) for cell in stored if isinstance(cell, bytes | memoryview)]
                assert not any(CANARY.encode() in cell for cell in cells)


@pytest.mark.parametrize(
    ("label", "weighed", "parts", "why"),
    [
        ("activity.nothing", risk(1, 1), {}, "assessment_subject_unknown"),
        ("system.novo", risk(1, 1), {}, "assessment_subject_unknown"),
        ("activity.support", risk(5, 1), {}, "assessment_level_unknown"),
        ("activity.support", risk(1, 1, TODAY + DAY), {}, "assessment_date_ahead"),
        ("activity.support", risk(1, 1, review=TODAY), {}, "assessment_review_before"),
        ("activity.support", risk(1, 1), {"reasons": "a\u202eb"}, "assessment_text_not_allowed"),
        ("activity.support", risk(3, 3), {}, "assessment_reasons_missing"),
        ("activity.support", risk(3, 3), {"reasons": " "}, "assessment_reasons_missing"),
        ("activity.support", impact("fine"), WHOLE, "impact_outcome_unknown"),
        ("activity.support", impact(), WHOLE | {"risks": " "}, "impact_parts_missing"),
        ("activity.support", risk(1, 1)._replace(outcome="consult"), {}, "impact_outcome_unknown"),
    ],
)
def test_what_makes_no_sense_is_not_noted(
    house: House,
    dpo: Authenticator,
    label: str,
    weighed: Weighed,
    parts: dict[str, str],
    why: str,
) -> None:
    with pytest.raises(Refused, match=rf"^{why}"):
        assess(house, label, weighed, parts=parts, officer="dpo", code=dpo.fresh())
    assert all(not line.level for line in lines(house))


def test_a_paper_stands_for_the_four_parts(house: House, dpo: Authenticator) -> None:
    paper = "ab" * 32
    assess(house, "activity.support", impact(), parts={}, officer="dpo", code=dpo.fresh(),
           evidence=paper)  # fmt: skip
    assess(house, "activity.support", risk(3, 3), parts={}, officer="dpo", code=dpo.fresh(),
           evidence=paper)  # fmt: skip
    assert [told.evidence for told in history(house, "activity.support")] == [paper, paper]


def test_the_policys_role_decides_and_another_may_weigh_but_not_end_an_impact(
    house: House, dpo: Authenticator, standing_clock: StandingClock
) -> None:
    company = enrol(house, standing_clock, "bolaget", "company", by=dpo)
    chef = enrol(house, standing_clock, "chef-nord", "chef", by=dpo)
    assess(house, "activity.support", risk(1, 1), parts={}, officer="bolaget", code=company.fresh())
    for who, weighed in ((chef, risk(1, 1)), (company, impact())):
        with pytest.raises(Refused, match=r"^role_may_not_assess"):
            assess(house, "activity.support", weighed, parts=WHOLE, officer=who.handle,
                   code=who.fresh())  # fmt: skip


def test_what_is_missing_is_ordered_every_night_once_and_withdrawn_when_there(
    house: House, dpo: Authenticator, standing_clock: StandingClock
) -> None:
    many = len(house.policy.purposes)
    seen = check_risks(house)
    assert (len(seen.lines), seen.lacking, seen.orders_opened) == (many, many, many)
    assert check_risks(house).orders_opened == 0
    orders = {order.system: order for order in work_orders.lines(house)}
    order = orders["activity.support"]
    assert (order.what, order.role, order.due_on) == ("assessment", "company", "2026-12-02")
    assert "assessment missing" in order.how
    assess(house, "activity.support", risk(1, 1), parts={}, officer="dpo", code=dpo.fresh())
    assert check_risks(house).orders_withdrawn == 1
    # Thirty days before it is over it is ordered again.
    standing_clock.instant = standing_clock.instant.replace(year=2027, month=10, day=3)
    assert check_risks(house).orders_opened == 0
    standing_clock.instant = standing_clock.instant.replace(day=4)
    assert check_risks(house).orders_opened == 1
    assert events(house, EventKind.RISKS_CHECKED)[0]["found"] == many
