"""The worked calendar of policies/README.md says what the rules of the four policies do."""

from datetime import date, timedelta
from typing import NamedTuple

import pytest

from lifecycle.policy import Policy, load_policy, policy_directory
from lifecycle.retention.calendar import subtract_period
from lifecycle.retention.decide import decide, rules_of
from lifecycle.retention.facts import Decision, Unit, Verdict
from lifecycle.retention.limits import planned_from

README = (policy_directory() / "README.md").read_text(encoding="utf-8")
HEADER = "| policy | rule | event | free on | last day | on a plan from | a look on | says |"


class Line(NamedTuple):
    """One line of the table."""

    policy: str
    rule: str
    event: date
    free_on: date
    last_day: date
    planned_from: date
    seen: date
    says: str


def lines() -> list[Line]:
    """The table as README has it."""
    found = []
    for row in README[README.index(HEADER) :].splitlines()[2:]:
        if not row.startswith("|"):
            break
        policy, rule, *days, says = (cell.strip() for cell in row.strip("|").split("|"))
        event, free_on, last_day, planned, seen = (date.fromisoformat(day) for day in days)
        found.append(Line(policy, rule, event, free_on, last_day, planned, seen, says))
    return found


def decision(line: Line, policy: Policy, *, as_of: date) -> Decision:
    """What is decided about data that only this one rule speaks of."""
    rule = policy.rule(line.rule)
    system = (rule.covers.systems or tuple(policy.systems))[0]
    assert rule.anchor is not None
    unit = Unit(
        subject_id=1,
        placement_id=0,
        kind=rule.covers.subject,
        system=system,
        categories=rule.covers.categories,
        anchors={rule.anchor: line.event},
    )
    alone = policy.model_copy(update={"retention": (rule,)})
    (found,) = decide(unit, rules=rules_of(alone, as_of=as_of), held=frozenset())
    return found


@pytest.mark.parametrize("line", lines(), ids=lambda line: f"{line.rule} {line.event} {line.seen}")
def test_each_line_is_what_the_rule_does(line: Line) -> None:
    policy = load_policy(policy_directory() / f"{line.policy}.yaml")
    rule = policy.rule(line.rule)
    seen = decision(line, policy, as_of=line.seen)
    planned = planned_from(rule, line.event, policy.erasure)
    assert planned == line.planned_from == subtract_period(line.last_day, policy.erasure.lead)
    assert line.says == ("stays" if seen.verdict is Verdict.STAYS else seen.action)
    first = decision(line, policy, as_of=line.planned_from)
    assert (first.verdict, first.ripe_on, first.last_day) == (
        Verdict.GO,
        line.free_on,
        line.last_day,
    )
    before = decision(line, policy, as_of=line.planned_from - timedelta(days=1))
    assert before.verdict is Verdict.STAYS


def test_the_table_has_every_kind_of_limit_and_every_policy() -> None:
    told = lines()
    assert {line.policy for line in told} == {
        "academedia",
        "bergqvist",
        "tommerup",
        "behandlingsskolerne",
    }
    assert {line.says for line in told} >= {"stays", "erase", "anonymise"}
    assert len(told) >= 12


def test_the_lead_that_the_table_is_made_with_is_the_files() -> None:
    leads = {
        line.policy: load_policy(policy_directory() / f"{line.policy}.yaml") for line in lines()
    }
    written = {name: str(policy.erasure.lead) for name, policy in leads.items()}
    assert written.pop("tommerup") == "P30D"
    assert set(written.values()) == {"P14D"}
