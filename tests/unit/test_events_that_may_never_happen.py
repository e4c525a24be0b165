"""An opt-out without a date has not happened; a leaving without a date is missing."""

from datetime import date
from typing import Any

from lifecycle.policy.erasure import Erasure
from lifecycle.policy.retention import Anchor, RetentionRule
from lifecycle.retention.decide import decide
from lifecycle.retention.facts import Unit
from lifecycle.retention.on_request import decide_on_request
from lifecycle.retention.rules import Rules
from tests.spec.rule_chapter import ERASURE

TODAY = date(2026, 5, 1)
ANCHORS = {
    "left": Anchor(means="left", per="person"),
    "opted_out": Anchor(means="asked for no more mail", per="person", may_not_happen=True),
}


def rule(name: str, event: str | None, then: str = "erase", **keep: Any) -> RetentionRule:
    strip = {"stays": ["address"], "left_to": keep.pop("left_to")} if then == "strip" else {}
    return RetentionRule.model_validate(
        {
            "id": name,
            "covers": {"subject": "pupil", "categories": ["contact"], "systems": "all"},
            "from": event,
            "keep": keep,
            "then": then,
            "approval": "one",
            "source": {"law": "GDPR art. 5"},
            **strip,
        }
    )


def said(retention: list[RetentionRule], **anchors: date | None) -> tuple[str, str, str | None]:
    unit = Unit(
        subject_id=1,
        placement_id=0,
        kind="pupil",
        system="register",
        categories=("contact",),
        anchors=anchors,
    )
    choices = Erasure.model_validate(ERASURE)
    rules = Rules(retention, anchors=ANCHORS, erasure=choices, as_of=TODAY)
    (decision,) = decide(unit, rules=rules, held=frozenset())
    return str(decision.verdict), decision.rule, decision.reason


opted_out = rule("opted-out", "opted_out", at_most="on_the_event")
no_figure = rule("no-figure", None, at_most="undecided")
after_leaving = rule("after-leaving", "left", at_most="P6M")


def test_who_has_not_opted_out_stays_by_that_rule_where_no_other_speaks() -> None:
    assert said([opted_out]) == ("stays", "opted-out", "not_happened")
    assert said([opted_out], opted_out=None) == ("stays", "opted-out", "not_happened")


def test_who_has_not_opted_out_is_undecided_where_nobody_knows_how_long() -> None:
    assert said([opted_out, no_figure]) == ("undecided", "no-figure", None)


def test_who_has_opted_out_goes_though_nobody_knows_how_long_otherwise() -> None:
    assert said([opted_out, no_figure], opted_out=TODAY) == ("go", "opted-out", None)


def test_another_rules_date_governs_as_if_the_waiting_rule_were_not_there() -> None:
    due, ahead = date(2025, 11, 1), date(2026, 4, 1)
    assert said([opted_out, after_leaving], left=due) == ("go", "after-leaving", None)
    assert said([opted_out, after_leaving], left=ahead) == ("stays", "after-leaving", None)


def test_the_earlier_of_two_events_that_have_happened_decides() -> None:
    both = said([opted_out, after_leaving], left=date(2026, 4, 1), opted_out=TODAY)
    assert both == ("go", "opted-out", None)


def test_a_missing_date_of_a_certain_event_is_refused_all_the_same() -> None:
    assert said([opted_out, after_leaving]) == ("refused", "after-leaving", "anchor_missing")


def test_what_must_be_kept_is_kept_whether_or_not_somebody_opts_out() -> None:
    needed = rule("accounts", "left", at_least="P5Y")
    for happened in (None, TODAY):
        found = said([opted_out, needed], left=date(2026, 1, 1), opted_out=happened)
        assert found == ("stays", "accounts", None)


def test_a_date_in_the_far_past_is_a_mistake_for_an_opt_out_too() -> None:
    found = said([opted_out, no_figure], opted_out=date(1970, 1, 1))
    assert found == ("refused", "opted-out", "anchor_in_far_past")


def test_nobody_waits_for_a_strip_that_may_never_come() -> None:
    strip = rule("strip", "opted_out", "strip", at_most="on_the_event", left_to="after-leaving")
    assert said([strip, after_leaving], left=date(2025, 11, 1)) == ("go", "after-leaving", None)


def test_a_complaint_that_was_never_made_keeps_nothing_from_who_asks_to_be_erased() -> None:
    complaint = rule("complaint", "opted_out", at_least="P1Y")
    choices = Erasure.model_validate(ERASURE)
    rules = Rules([complaint, after_leaving], anchors=ANCHORS, erasure=choices, as_of=TODAY)
    for made, verdict in ((None, "go"), (TODAY, "stays")):
        unit = Unit(
            subject_id=1,
            placement_id=0,
            kind="pupil",
            system="register",
            categories=("contact",),
            anchors={"left": date(2026, 4, 1), "opted_out": made},
        )
        (told,) = decide_on_request(unit, rules=rules, held=frozenset(), themselves=True)
        assert told.verdict == verdict
