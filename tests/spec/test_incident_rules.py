"""The authority is told within 72 hours of when it was noticed, whatever the clocks do; nothing is
closed before the authority and the people concerned have what is theirs (A-24…A-30, H-57, H-58,
art. 33 and 34)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from lifecycle.configuration.problems import PolicyError
from lifecycle.errors import LedgerFailure, Refused
from lifecycle.incident.clock import Clock
from lifecycle.incident.risk import is_lower, must_report, must_tell, proposed
from lifecycle.incident.states import (
    ALLOWED_IN,
    BEGINNINGS,
    ENDS,
    WRONG_STATE,
    Report,
    Situation,
    State,
    Step,
    Telling,
    after,
    clock_runs,
    objection,
)
from lifecycle.incident.words import Cause, Consequence, Effect, Exemption, Likelihood, Risk
from lifecycle.policy import known_policies, load_policy, policy_directory
from lifecycle.policy.load import parse_policy

HOUR = timedelta(hours=1)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
COPENHAGEN = ZoneInfo("Europe/Copenhagen")
CONTROLLERS = known_policies(policy_directory())


def clock(aware_at: datetime) -> Clock:
    return Clock(
        aware_at=aware_at, within=72 * HOUR, remind_after=(24 * HOUR, 48 * HOUR, 60 * HOUR)
    )


# --- 72 hours -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("aware", "due"),
    [
        # An ordinary week; a weekend gives nobody more.
        (datetime(2026, 11, 6, 16, 30, tzinfo=STOCKHOLM), "2026-11-09T16:30+01:00"),
        # The night of 25 October 2026 has an hour more: by the wall it is an hour earlier.
        (datetime(2026, 10, 24, 12, 0, tzinfo=STOCKHOLM), "2026-10-27T11:00+01:00"),
        # The night of 28 March 2027 has an hour less.
        (datetime(2027, 3, 27, 12, 0, tzinfo=COPENHAGEN), "2027-03-30T13:00+02:00"),
        # Within the hour that comes twice: the second one.
        (datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=STOCKHOLM), "2026-10-28T02:30+01:00"),
        (datetime(2026, 10, 25, 2, 30, fold=0, tzinfo=STOCKHOLM), "2026-10-28T01:30+01:00"),
        # Over a turn of the year and a leap day.
        (datetime(2026, 12, 30, 9, 15, tzinfo=STOCKHOLM), "2027-01-02T09:15+01:00"),
        (datetime(2028, 2, 27, 23, 0, tzinfo=COPENHAGEN), "2028-03-01T23:00+01:00"),
    ],
)
def test_it_is_due_72_elapsed_hours_after_awareness(aware: datetime, due: str) -> None:
    running = clock(aware)
    assert running.due_at == datetime.fromisoformat(due)
    assert running.due_at - aware.astimezone(UTC) == 72 * HOUR
    assert running.due_at.tzinfo is UTC


def test_at_the_last_instant_it_is_in_time_and_after_it_late() -> None:
    running = clock(datetime(2026, 10, 24, 12, 0, tzinfo=STOCKHOLM))
    assert not running.is_late(running.due_at)
    assert running.is_late(running.due_at + timedelta(microseconds=1))
    assert running.left(running.due_at - 5 * HOUR) == 5 * HOUR
    assert running.left(running.due_at + 2 * HOUR) == -2 * HOUR


@pytest.mark.parametrize(
    ("hours", "number"),
    [(0, 0), (23.99, 0), (24, 1), (47.9, 1), (48, 2), (59.9, 2), (60, 3), (71, 3), (500, 3)],
)
def test_reminders_come_after_24_48_and_60_hours_and_after_an_outage_only_the_newest(
    hours: float, number: int
) -> None:
    running = clock(datetime(2026, 10, 24, 12, 0, tzinfo=STOCKHOLM))
    assert running.reminder(running.aware_at + hours * HOUR) == number


def test_the_zone_in_which_somebody_asks_makes_no_difference() -> None:
    running = clock(datetime(2026, 10, 24, 12, 0, tzinfo=STOCKHOLM))
    utc = running.aware_at + 48 * HOUR
    assert running.reminder(utc) == running.reminder(utc.astimezone(STOCKHOLM)) == 2
    assert running.left(utc) == running.left(utc.astimezone(STOCKHOLM)) == 24 * HOUR


def test_an_instant_without_a_zone_is_none() -> None:
    with pytest.raises(LedgerFailure, match="instant_without_zone"):
        clock(datetime(2026, 11, 2, 8))  # noqa: DTZ001 -- that is what is refused


# --- risk -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("consequence", "likelihood", "plain", "sensitive"),
    [
        ("negligible", "certain", "unlikely", "risk"),
        ("limited", "unlikely", "unlikely", "risk"),
        ("limited", "possible", "risk", "high"),
        ("limited", "likely", "risk", "high"),
        ("considerable", "possible", "risk", "high"),
        ("considerable", "likely", "high", "high"),
        ("severe", "unlikely", "risk", "high"),
        ("severe", "possible", "high", "high"),
    ],
)
def test_what_is_proposed_out_of_consequence_and_likelihood(
    consequence: str, likelihood: str, plain: str, sensitive: str
) -> None:
    pair = Consequence(consequence), Likelihood(likelihood)
    assert proposed(*pair, sensitive=False) == plain
    assert proposed(*pair, sensitive=True) == sensitive


def test_a_worse_consequence_or_a_likelier_one_never_proposes_less() -> None:
    rank = list(Risk)
    for sensitive in (False, True):
        table = [
            [rank.index(proposed(c, one, sensitive=sensitive)) for one in Likelihood]
            for c in Consequence
        ]
        for row in table:
            assert row == sorted(row)
        for column in zip(*table, strict=True):
            assert list(column) == sorted(column)


def test_what_follows_from_the_risk() -> None:
    assert {risk for risk in Risk if must_report(risk)} == {Risk.RISK, Risk.HIGH}
    assert must_report(None), "nobody has judged it: the time runs all the same"
    assert [risk for risk in Risk if must_tell(risk)] == [Risk.HIGH]
    assert not must_tell(None)
    for exemption in Exemption:
        assert not must_tell(Risk.HIGH, exemption)
    assert is_lower(Risk.UNLIKELY, Risk.RISK)
    assert not is_lower(Risk.HIGH, Risk.RISK)
    assert not is_lower(Risk.RISK, Risk.RISK)


# --- states ---------------------------------------------------------------------------------------

RISKS: tuple[Risk | None, ...] = (None, *Risk)
EXEMPTIONS: tuple[Exemption | None, ...] = (None, *Exemption)
REFUSALS = {
    *WRONG_STATE.values(),
    "incident_not_closed",
    "incident_reported",
    "incident_not_reported",
    "must_be_reported",
    "report_not_decided",
    "report_open",
    "people_told",
    "people_must_be_told",
    "telling_not_decided",
    "telling_not_agreed",
    "telling_open",
    "supplement_open",
    "measure_missing",
}


def every_situation() -> list[Situation]:
    flags = (False, True)
    return [
        Situation(*each) for each in product(State, Report, Telling, RISKS, flags, flags, flags)
    ]


def moves(now: Situation) -> set[Situation]:
    """Everything that any step makes of it; what is written down or agreed to meanwhile too."""
    found = set()
    for step in Step:
        for risk in Risk:
            for more in (False, True):
                for exemption in EXEMPTIONS:
                    if objection(now, step, exemption=exemption) is None:
                        found.add(after(now, step, risk=risk, more=more, exemption=exemption))
    if objection(now, Step.NOTE) is None:
        found.add(now._replace(measures=True))
    if objection(now, Step.LIST) is None:
        found |= {now._replace(agreed=True), now._replace(agreed=False)}
    return found


def reachable() -> set[Situation]:
    known, waiting = set(BEGINNINGS), list(BEGINNINGS)
    while waiting:
        new = moves(waiting.pop()) - known
        known |= new
        waiting += new
    return known


REACHED = reachable()


def test_the_table_answers_every_step_in_every_situation() -> None:
    assert set(ALLOWED_IN) == set(Step)
    assert set(WRONG_STATE) == set(State)
    refused = set()
    for now, step, exemption in product(every_situation(), Step, EXEMPTIONS):
        code = objection(now, step, exemption=exemption)
        if code is None:
            then = after(now, step, risk=Risk.RISK, exemption=exemption)
            assert isinstance(then, Situation)
        else:
            refused.add(code)
            with pytest.raises(Refused, match=f"^{code}$"):
                after(now, step, risk=Risk.RISK, exemption=exemption)
    assert refused == REFUSALS


def test_every_state_and_every_step_can_be_reached() -> None:
    assert {one.state for one in REACHED} == set(State)
    assert {one.report for one in REACHED} == set(Report)
    assert {one.telling for one in REACHED} == set(Telling)
    for step in Step:
        assert any(objection(one, step) is None for one in REACHED), step


def test_from_everywhere_there_is_a_way_to_the_end() -> None:
    ended = {one for one in REACHED if one.state in ENDS}
    before = set()
    while ended != before:
        before = set(ended)
        ended |= {one for one in REACHED if moves(one) & ended}
    assert ended == REACHED


def test_what_must_hold_wherever_an_incident_stands() -> None:
    for one in REACHED:
        if one.state is State.CLOSED:
            assert one.report in {Report.REPORTED, Report.NOT_NEEDED}
            assert one.telling in {Telling.TOLD, Telling.NOT_NEEDED}
            assert one.measures, "what was done is part of the documentation (art. 33(5))"
            assert not one.more
            assert one.risk is not None
        if one.report is Report.NOT_NEEDED:
            assert one.risk is Risk.UNLIKELY
        if one.telling is Telling.TOLD:
            assert one.risk is not None
        if one.state in {State.DRAFT, State.DISMISSED}:
            assert one.report is Report.UNDECIDED
        assert clock_runs(one) == (
            one.state not in ENDS and one.report in {Report.UNDECIDED, Report.TO_REPORT}
        )


def test_the_first_phase_of_a_report_waits_for_no_assessment() -> None:
    told = after(Situation(State.OPEN), Step.REPORT, more=True)
    assert told.report is Report.REPORTED
    assert not clock_runs(told)
    assessed = after(told, Step.ASSESS, risk=Risk.UNLIKELY)
    assert assessed.report is Report.REPORTED, "what was sent is not taken back"
    closing = assessed._replace(telling=Telling.NOT_NEEDED, measures=True)
    assert objection(closing, Step.CLOSE) == "supplement_open"
    assert objection(after(closing, Step.SUPPLEMENT), Step.CLOSE) is None


def test_a_new_assessment_takes_back_what_does_not_follow_from_it_any_more() -> None:
    low = after(Situation(State.OPEN), Step.ASSESS, risk=Risk.UNLIKELY)
    decided = after(after(low, Step.REPORT_NO), Step.TELL_NO)
    assert not clock_runs(decided)
    high = after(decided, Step.ASSESS, risk=Risk.HIGH)
    assert (high.report, high.telling) == (Report.TO_REPORT, Telling.TO_TELL)
    assert clock_runs(high), "it is due since the first awareness"
    lower = after(high._replace(agreed=True), Step.ASSESS, risk=Risk.RISK)
    assert (lower.telling, lower.agreed) == (Telling.UNDECIDED, False)


def test_a_high_risk_leaves_people_untold_only_on_a_ground_of_article_34_3() -> None:
    high = after(Situation(State.OPEN), Step.ASSESS, risk=Risk.HIGH)
    assert objection(high, Step.TELL_NO) == "people_must_be_told"
    for exemption in Exemption:
        assert objection(high, Step.TELL_NO, exemption=exemption) is None
    assert objection(high, Step.REPORT_NO) == "must_be_reported"


def test_people_are_told_only_after_both_have_agreed() -> None:
    high = after(Situation(State.OPEN), Step.ASSESS, risk=Risk.HIGH)
    assert objection(high, Step.TOLD) == "telling_not_agreed"
    assert objection(high._replace(agreed=True), Step.TOLD) is None


# --- the four policies ----------------------------------------------------------------------------


@pytest.mark.parametrize("controller", CONTROLLERS)
def test_every_policy_keeps_72_hours_and_two_different_offices_agree(controller: str) -> None:
    rules = load_policy(policy_directory() / f"{controller}.yaml").incident_rules()
    assert rules.within.exact == 72 * HOUR
    assert [each.exact for each in rules.remind_after] == [24 * HOUR, 48 * HOUR, 60 * HOUR]
    assert not set(rules.telling.by) & set(rules.telling.agreed_with)
    effects = {effect for kind in rules.kinds.values() for effect in kind.effects}
    assert effects == set(Effect)
    assert {rules.kind_of(cause) for cause in Cause} == {"kept-too-long"}


def test_academedia_has_the_guidelines_five_examples() -> None:
    rules = load_policy(policy_directory() / "academedia.yaml").incident_rules()
    examples = [name for name, kind in rules.kinds.items() if kind.source.id == "A-25"]
    assert len(examples) == 5
    assert rules.telling.by == ("verksamhetschef",)
    assert rules.telling.agreed_with == ("dpo",)
    assert rules.reported_to == "dpo"


@pytest.mark.parametrize(
    ("old", "new", "right"),
    [
        ("within: PT72H", "within: PT73H", "more than article 33(1) allows"),
        ("[PT24H, PT48H, PT60H]", "[PT48H, PT24H]", "the shortest first"),
        ("[PT24H, PT48H, PT60H]", "[PT24H, PT72H]", "all before `within`"),
        ("drafts: [staged_too_long, ", "drafts: [", "exactly one has `drafts: [staged_too_long]`"),
        ("reported_to: dpo", "reported_to: dpoo", "did you mean 'dpo'?"),
        ("agreed_with: [dpo]", "agreed_with: [nobody]", "nobody"),
        ("  incident: {minute: 50}\n", "", "belongs together with `incidents`"),
    ],
)
def test_what_does_not_fit_together_is_refused(old: str, new: str, right: str) -> None:
    text = (policy_directory() / "academedia.yaml").read_text("utf-8")
    assert text.count(old) == 1
    with pytest.raises(PolicyError) as refused:
        parse_policy(text.replace(old, new).encode(), name="academedia.yaml")
    assert right in str(refused.value)
