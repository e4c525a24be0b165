"""Whatever the rules are: nothing goes while it is needed or held, and nothing is forgotten."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecycle.policy.erasure import Erasure
from lifecycle.policy.retention import Anchor, RetentionRule
from lifecycle.policy.values import Period, Turn
from lifecycle.retention import judging
from lifecycle.retention.decide import decide, is_late
from lifecycle.retention.facts import Decision, Unit, Verdict
from lifecycle.retention.limits import cutoff, last_day, makes_due
from lifecycle.retention.rules import Rules
from tests.spec.rule_chapter import ERASURE

EVENTS = ("left", "paid", "seen")
CATEGORIES = ("identity", "contact", "payment")
ANCHORS = {event: Anchor(means=event, per="person") for event in EVENTS}
CHOICES = Erasure.model_validate(ERASURE)
TODAY = date(2026, 5, 1)


def rule(name: str, *, then: str = "erase", **parts: Any) -> RetentionRule:
    keep = {limit: parts.pop(limit) for limit in ("at_most", "at_least") if limit in parts}
    extra: dict[str, Any] = {}
    if then == "strip":
        extra = {"stays": ["name"], "left_to": parts.pop("left_to")}
    elif then == "anonymise":
        source = {"law": "GDPR art. 89"}
        extra = {"residue": {"fields": ["project"], "purpose": "statistics", "source": source}}
    return RetentionRule.model_validate(
        {
            "id": name,
            "covers": {
                "subject": parts.pop("subject", "pupil"),
                "categories": parts.pop("categories", CATEGORIES),
                "systems": parts.pop("systems", "all"),
            },
            "from": parts.pop("event", "left"),
            "keep": keep,
            "then": then,
            "approval": "one",
            "source": {"law": "GDPR art. 5"},
            **extra,
            **parts,
        }
    )


def unit(anchors: Mapping[str, date | None], **parts: Any) -> Unit:
    facts = {"kind": "pupil", "system": "register", "categories": CATEGORIES, **parts}
    return Unit(subject_id=1, placement_id=0, anchors=anchors, **facts)


def decisions(
    retention: list[RetentionRule], about: Unit, *, as_of: date = TODAY, held: str = ""
) -> tuple[Decision, ...]:
    rules = Rules(retention, anchors=ANCHORS, erasure=CHOICES, as_of=as_of)
    return decide(about, rules=rules, held=frozenset(held.split()))


spans = st.sampled_from(
    ["P1M", "P6M", "P2Y", "end_of_year", "end_of_accounting_year+P5Y", "end_of_year+P1Y"]
)


@st.composite
def rule_lists(draw: st.DrawFn) -> list[RetentionRule]:
    names = [f"rule{number}" for number in range(draw(st.integers(1, 5)))]
    found = []
    for name in names:
        keep = draw(
            st.sampled_from([("at_most",), ("at_least",), ("at_most", "at_least")]).flatmap(
                lambda limits: st.fixed_dictionaries(
                    {
                        limit: st.one_of(spans, spans, spans, st.just("undecided"))
                        if limit == "at_most"
                        else st.one_of(spans, spans, st.sampled_from(["undecided", "forever"]))
                        for limit in limits
                    }
                )
            )
        )
        then = draw(st.sampled_from(["erase", "erase", "archive", "anonymise", "strip"]))
        left_to = {"left_to": draw(st.sampled_from(names))} if then == "strip" else {}
        categories = draw(st.lists(st.sampled_from(CATEGORIES), min_size=1, unique=True))
        event = draw(st.sampled_from(EVENTS))
        found.append(rule(name, then=then, event=event, categories=categories, **keep, **left_to))
    return found


dates = st.none() | st.dates(date(1985, 1, 1), date(2030, 12, 31))
units = st.builds(
    lambda left, paid, seen, active_on, own_purpose: unit(
        {"left": left, "paid": paid, "seen": seen}, active_on=active_on, own_purpose=own_purpose
    ),
    dates,
    dates,
    dates,
    st.none() | st.dates(date(2025, 1, 1), TODAY),
    st.booleans(),
)
seen_on = st.dates(date(2015, 1, 1), date(2045, 12, 31))
holds = st.sampled_from(["", "", "identity", "contact payment", "*"])


@settings(deadline=None)
@given(rule_lists(), units, seen_on, holds)
def test_every_category_is_decided_about_once(
    retention: list[RetentionRule], about: Unit, as_of: date, held: str
) -> None:
    told = decisions(retention, about, as_of=as_of, held=held)
    assert sorted(name for each in told for name in each.categories) == sorted(CATEGORIES)
    assert len({each._replace(categories=()) for each in told}) == len(told), "not grouped"


@settings(deadline=None, max_examples=400)
@given(rule_lists(), units, seen_on, holds)
def test_nothing_goes_while_it_is_held_needed_or_doubtful(
    retention: list[RetentionRule], about: Unit, as_of: date, held: str
) -> None:
    by_id = {each.id: each for each in retention}
    for told in decisions(retention, about, as_of=as_of, held=held):
        if told.verdict is not Verdict.GO:
            assert not told.action
            continue
        decides = by_id[told.rule]
        assert held != "*"
        assert not set(told.categories) & set(held.split())
        assert not about.own_purpose
        assert told.ripe_on is not None
        assert told.last_day is not None
        assert told.ripe_on <= told.last_day <= as_of + timedelta(days=14)
        for other in retention:
            if not set(other.covers.categories) & set(told.categories):
                continue
            least, anchor = other.keep.at_least, about.anchors[other.anchor or ""]
            if least is None or other.id in _left_to(decides, by_id):
                continue
            assert isinstance(least, Period | Turn), "kept for ever, or nobody knows how long"
            assert anchor is not None, "nobody knows whether it is over"
            assert anchor >= CHOICES.earliest_anchor
            needed = last_day(least, anchor, accounting_year_begins="01-01")
            assert needed is not None
            assert told.ripe_on > needed


def _left_to(strip: RetentionRule, by_id: Mapping[str, RetentionRule]) -> set[str]:
    found: set[str] = set()
    following = strip.left_to
    while following is not None and following not in found:
        found.add(following)
        following = by_id[following].left_to
    return found - {strip.id}


@settings(deadline=None)
@given(rule_lists(), units, seen_on)
def test_what_goes_is_found_by_the_cutoff_of_its_rule(
    retention: list[RetentionRule], about: Unit, as_of: date
) -> None:
    by_id = {each.id: each for each in retention}
    for told in decisions(retention, about, as_of=as_of):
        if told.verdict is Verdict.GO:
            latest = cutoff(by_id[told.rule], as_of=as_of, erasure=CHOICES)
            anchor = about.anchors[by_id[told.rule].anchor or ""]
            assert latest is not None
            assert anchor is not None
            assert anchor <= latest


@settings(deadline=None)
@given(rule_lists(), units, seen_on, st.integers(1, 4000))
def test_what_goes_today_goes_on_every_later_day(
    retention: list[RetentionRule], about: Unit, as_of: date, later: int
) -> None:
    today = decisions(retention, about, as_of=as_of)
    after = decisions(retention, about, as_of=as_of + timedelta(days=later))
    going = {name for each in today if each.verdict is Verdict.GO for name in each.categories}
    still = {name for each in after if each.verdict is Verdict.GO for name in each.categories}
    assert going <= still


@settings(deadline=None)
@given(rule_lists(), units)
def test_in_the_end_everything_goes_that_has_a_date_and_nothing_against_it(
    retention: list[RetentionRule], about: Unit
) -> None:
    early = date(2010, 1, 1)
    known = unit({event: day or early for event, day in about.anchors.items()})
    if any(day < CHOICES.earliest_anchor for day in known.anchors.values() if day is not None):
        return
    plain = [
        each
        for each in retention
        if each.then.value != "strip"
        and all(isinstance(span, Period | Turn) for span in each.keep.spans)
    ]
    for told in decisions(plain, known, as_of=date(2050, 1, 1)):
        covering = [each for each in plain if set(told.categories) & set(each.covers.categories)]
        if any(makes_due(each) for each in covering):
            assert told.verdict is Verdict.GO
        else:
            assert told.verdict in {Verdict.UNDECIDED, Verdict.REFUSED}


def test_two_strips_that_wait_for_each_other_erase_nothing() -> None:
    ring = [
        rule("one", then="strip", left_to="other", at_most="P6M"),
        rule("other", then="strip", left_to="one", at_most="P6M"),
    ]
    (told,) = decisions(ring, unit({"left": date(2000, 1, 1)}))
    assert told.verdict is Verdict.UNDECIDED


def test_a_strip_goes_on_though_what_it_leaves_is_needed_for_ever() -> None:
    retention = [
        rule("strip", then="strip", left_to="kept", at_most="P6M"),
        rule("kept", at_least="forever"),
    ]
    about = unit({"left": date(2025, 5, 1)})
    (told,) = decisions(retention, about)
    assert (told.action, told.rule, told.stays) == ("strip", "strip", ("name",))
    (after,) = decisions(retention, unit(about.anchors, settled=frozenset({"strip"})))
    assert (after.verdict, after.rule, after.last_day) == (Verdict.STAYS, "kept", None)


def test_what_somebody_erased_by_hand_is_not_asked_for_again() -> None:
    retention = [rule("leaver", at_most="P6M"), rule("visitor", event="seen", at_most="P2Y")]
    anchors = {"left": date(2020, 1, 1), "seen": date(2020, 1, 1)}
    (told,) = decisions(retention, unit(anchors, settled=frozenset({"leaver"})))
    assert (told.verdict, told.rule, told.reason) == (Verdict.STAYS, "leaver", "carried_out")


def test_a_rule_speaks_of_its_systems_only() -> None:
    retention = [rule("here", at_most="P6M", systems=["register"])]
    anchors = {"left": date(2020, 1, 1)}
    assert decisions(retention, unit(anchors))[0].verdict is Verdict.GO
    elsewhere = decisions(retention, unit(anchors, system="mailbox"))
    assert [(each.verdict, each.reason) for each in elsewhere] == [(Verdict.REFUSED, "no_rule")]


def test_categories_come_in_the_unit_s_order() -> None:
    retention = [
        rule("short", at_most="P6M", categories=["identity", "payment"]),
        rule("long", at_most="P9Y", categories=["contact"]),
    ]
    told = decisions(
        retention,
        unit({"left": date(2025, 1, 1)}, categories=("payment", "contact", "identity")),
    )
    assert [each.categories for each in told] == [("payment", "identity"), ("contact",)]


@pytest.mark.parametrize(
    ("verdict", "late"),
    [
        (Verdict.GO, True),
        (Verdict.REFUSED, True),
        (Verdict.HELD, False),
        (Verdict.STAYS, False),
        (Verdict.UNDECIDED, False),
    ],
)
def test_what_is_held_or_needed_is_not_late(verdict: Verdict, late: bool) -> None:
    told = Decision(verdict, ("identity",), "a.rule", last_day=date(2026, 4, 23))
    assert not is_late(told, as_of=date(2026, 4, 30), erasure=CHOICES)
    assert is_late(told, as_of=date(2026, 5, 1), erasure=CHOICES) == late
    assert not is_late(told._replace(last_day=None), as_of=TODAY, erasure=CHOICES)


def test_the_same_dates_are_weighed_once_for_many_people(monkeypatch: pytest.MonkeyPatch) -> None:
    weighings = []
    real = judging.weigh

    def counted(*args: Any, **named: Any) -> Any:
        weighings.append(args)
        return real(*args, **named)

    monkeypatch.setattr(judging, "weigh", counted)
    retention = [rule("short", at_most="P6M"), rule("need", event="paid", at_least="P1Y")]
    rules = Rules(retention, anchors=ANCHORS, erasure=CHOICES, as_of=TODAY)
    for number in range(1000):
        left = date(2025, 1, 1) + timedelta(days=number % 10)
        decide(unit({"left": left, "paid": date(2024, 1, 1)}), rules=rules, held=frozenset())
    assert len(weighings) == 10
