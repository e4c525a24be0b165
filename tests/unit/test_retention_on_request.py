"""Who asks goes at once (B-16, B-23), except what must be kept (B-24)."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pytest

from lifecycle.policy.retention import Anchor, RetentionRule
from lifecycle.retention.decide import rules_of
from lifecycle.retention.facts import EVERYTHING, Decision, Unit, Verdict, WhyRefused
from lifecycle.retention.on_request import decide_on_request
from tests.factories.retention import rule, small_policy

TODAY = date(2026, 11, 2)
LEFT = date(2026, 10, 1)


def asked(
    *rules: RetentionRule,
    held: frozenset[str] = frozenset(),
    themselves: bool = True,
    left: date | None = LEFT,
    **unit: Any,
) -> tuple[Decision, ...]:
    """What becomes of a pupil's record in Novo on the day the pupil asks."""
    given = {
        "subject_id": 1,
        "placement_id": 2,
        "kind": "pupil",
        "system": "novo",
        "categories": ("identity",),
        "anchors": {"left": left},
    }
    return decide_on_request(
        Unit(**{**given, **unit}),
        rules=rules_of(small_policy(rules=rules), as_of=TODAY),
        held=held,
        themselves=themselves,
    )


def pupil(name: str = "pupil.rule", **more: Any) -> RetentionRule:
    return rule(name, "pupil", "left", **more)


def strip(name: str, *, left_to: str, **more: Any) -> RetentionRule:
    return pupil(name, then="strip", stays=["name"], left_to=left_to, **more)


def only(decisions: tuple[Decision, ...]) -> Decision:
    (found,) = decisions
    return found


def test_a_last_day_far_ahead_is_no_reason_to_wait() -> None:
    found = only(asked(pupil(at_most="P10Y")))
    assert (found.verdict, found.action, found.rule) == (Verdict.GO, "erase", "pupil.rule")
    assert (found.ripe_on, found.last_day) == (TODAY, None)


def test_what_goes_anyway_keeps_its_days() -> None:
    found = only(asked(pupil(at_most="P6M"), left=date(2026, 5, 10)))
    assert (found.verdict, found.last_day) == (Verdict.GO, date(2026, 11, 10))
    assert found.ripe_on == date(2026, 5, 10)


@pytest.mark.parametrize("left", [None, date(1999, 1, 1)])
def test_a_date_that_is_missing_or_mistaken_keeps_nothing(left: date | None) -> None:
    assert only(asked(pupil(at_most="P6M"), left=left)).verdict is Verdict.GO


def test_a_figure_that_nobody_decided_keeps_nothing_when_it_is_the_longest_time() -> None:
    found = only(asked(pupil(at_most="undecided", decision="d")))
    assert (found.verdict, found.action) == (Verdict.GO, "erase")


def test_what_a_rule_needs_stays_through_its_last_day() -> None:
    found = only(asked(pupil(at_most="P10Y"), pupil("pupil.law", at_least="P5Y")))
    assert (found.verdict, found.rule) == (Verdict.STAYS, "pupil.law")
    assert found.last_day == date(2031, 10, 1)
    assert found.ripe_on == date(2031, 10, 2)


def test_what_a_rule_needed_goes_on_the_day_after() -> None:
    needed = pupil("pupil.law", at_least="P1M")
    kept = only(asked(pupil(at_most="P10Y"), needed, left=date(2026, 10, 2)))
    free = only(asked(pupil(at_most="P10Y"), needed, left=date(2026, 10, 1)))
    assert (kept.verdict, free.verdict) == (Verdict.STAYS, Verdict.GO)


def test_for_ever_stays_before_anything_else() -> None:
    found = only(
        asked(
            pupil(at_most="P10Y"),
            pupil("p.law", at_least="P5Y"),
            pupil("p.all", at_least="forever"),
        )
    )
    assert (found.verdict, found.rule, found.last_day) == (Verdict.STAYS, "p.all", None)


def test_of_two_needs_the_longer_is_told() -> None:
    found = only(asked(pupil("a", at_least="P5Y"), pupil("b", at_least="P7Y")))
    assert found.rule == "b"


def test_a_need_whose_length_nobody_decided_is_undecided() -> None:
    found = only(asked(pupil(at_most="P10Y"), pupil("p.x", at_least="undecided", decision="d")))
    assert (found.verdict, found.rule) == (Verdict.UNDECIDED, "p.x")


def test_a_need_that_counts_from_an_unknown_day_is_refused() -> None:
    law = rule("p.law", "pupil", "entry", at_least="P5Y")
    found = only(asked(pupil(at_most="P10Y"), law))
    assert (found.verdict, found.rule) == (Verdict.REFUSED, "p.law")
    assert found.reason == WhyRefused.ANCHOR_MISSING
    past = only(
        asked(pupil(at_most="P10Y"), law, anchors={"left": LEFT, "entry": date(1970, 1, 1)})
    )
    assert past.reason == WhyRefused.ANCHOR_IN_FAR_PAST


def test_activity_holds_back_nobody_who_asks() -> None:
    found = only(
        asked(pupil(at_most="P6M"), left=date(2026, 4, 1), active_on=TODAY, active_in="omnius")
    )
    assert found.verdict is Verdict.GO


def test_what_is_held_stays_held() -> None:
    decisions = asked(
        pupil(at_most="P10Y"), categories=("contact", "identity"), held=frozenset({"contact"})
    )
    assert {d.categories: d.verdict for d in decisions} == {
        ("contact",): Verdict.HELD,
        ("identity",): Verdict.GO,
    }
    assert only(asked(pupil(at_most="P10Y"), held=frozenset({EVERYTHING}))).verdict is Verdict.HELD


def test_what_no_rule_speaks_of_is_refused_still() -> None:
    found = only(asked(pupil(at_most="P6M", categories=["contact"])))
    assert (found.verdict, found.reason) == (Verdict.REFUSED, WhyRefused.NO_RULE)


def test_each_category_by_its_own_rules() -> None:
    law = pupil("p.accounts", at_least="P5Y", categories=["accounts"])
    decisions = asked(pupil(at_most="P6M"), law, categories=("accounts", "contact", "identity"))
    assert {d.categories: d.verdict for d in decisions} == {
        ("accounts",): Verdict.STAYS,
        ("contact", "identity"): Verdict.GO,
    }


def test_a_strip_whose_rest_nothing_needs_takes_all() -> None:
    rest = pupil("p.rest", at_most="undecided", decision="d")
    found = only(asked(strip("p.strip", left_to="p.rest", at_most="P10Y"), rest))
    assert (found.verdict, found.action, found.stays) == (Verdict.GO, "erase", ())


def test_a_strip_whose_rest_must_be_kept_is_a_strip() -> None:
    rest = pupil("p.rest", at_least="P30Y")
    found = only(asked(strip("p.strip", left_to="p.rest", at_most="P10Y"), rest))
    assert (found.verdict, found.action, found.rule) == (Verdict.GO, "strip", "p.strip")
    assert found.stays == ("name",)


def test_after_the_strip_its_rest_stays_as_long_as_it_must() -> None:
    rest = pupil("p.rest", at_least="P30Y")
    found = only(
        asked(
            strip("p.strip", left_to="p.rest", at_most="P10Y"),
            rest,
            settled=frozenset({"p.strip"}),
        )
    )
    assert (found.verdict, found.rule) == (Verdict.STAYS, "p.rest")


def test_an_anonymisation_leaves_its_residue_to_who_asks_too() -> None:
    anonymised = pupil(
        at_most="P10Y",
        then="anonymise",
        residue={"fields": ["project"], "purpose": "statistics", "source": {"law": "GDPR art. 89"}},
    )
    found = only(asked(anonymised))
    assert (found.verdict, found.action, found.stays) == (Verdict.GO, "anonymise", ("project",))


@pytest.mark.parametrize(("themselves", "verdict"), [(True, Verdict.GO), (False, Verdict.STAYS)])
def test_a_purpose_of_their_own_counts_against_who_goes_along_and_not_against_who_asks(
    themselves: bool, verdict: Verdict
) -> None:
    found = only(
        asked(
            rule("relative.rule", "relative", "left", at_most="P10Y"),
            kind="relative",
            own_purpose=True,
            themselves=themselves,
        )
    )
    assert found.verdict is verdict


def test_who_goes_along_keeps_their_own_purpose_although_nobody_knows_when_the_pupil_left() -> None:
    """Found by tests/machine."""
    along = rule("relative.rule", "relative", "left", at_most="P10Y")
    told = asked(along, kind="relative", own_purpose=True, themselves=False, left=None)
    assert only(told).verdict is Verdict.REFUSED


def test_a_rule_that_waits_for_an_event_that_may_never_happen_keeps_nothing() -> None:
    proof = rule("p.proof", "pupil", "opted_out", at_least="P2Y")
    policy = small_policy(rules=[proof])
    opted_out = Anchor(means="asked for no more mail", per="person", may_not_happen=True)
    policy = policy.model_copy(update={"anchors": policy.anchors | {"opted_out": opted_out}})
    unit = Unit(
        subject_id=1,
        placement_id=2,
        kind="pupil",
        system="novo",
        categories=("identity",),
        anchors={"opted_out": None},
    )

    def on(day: date | None) -> Verdict:
        asking = dataclasses.replace(unit, anchors={"opted_out": day})
        rules = rules_of(policy, as_of=TODAY)
        return only(
            decide_on_request(asking, rules=rules, held=frozenset(), themselves=True)
        ).verdict

    assert on(None) is Verdict.GO
    assert on(LEFT) is Verdict.STAYS
