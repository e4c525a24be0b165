"""A policy that gives notices says all that people must be told, or that it is not decided."""

from __future__ import annotations

from pathlib import Path

import pytest

from lifecycle.configuration.problems import PolicyError
from lifecycle.policy import Policy, open_decisions, parse_policy

FILE = Path(__file__).parents[1] / "data" / "policies" / "exempel.yaml"
TEXT = FILE.read_text("utf-8")
NEVER = "third_countries: {happens: never, source: {law: GDPR art. 13(1)(f)}}\n"
NO_MACHINE = "automated_decisions: {made: never, source: {law: GDPR art. 13(2)(f)}}\n"
WHOSE = "    subjects: [parent, pupil]\n"
BASIS = "    legal_basis: public_task\n"
GIVEN = TEXT[TEXT.index("must_be_given:") : TEXT.index("consents:\n  - id: allergy")]


def parse(*edits: tuple[str, str]) -> Policy:
    text = TEXT
    for old, new in edits:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return parse_policy(text.encode(), name=FILE.name)


@pytest.mark.parametrize(
    ("edit", "where", "told"),
    [
        ((WHOSE, ""), "purposes.schooling.subjects", "is missing"),
        ((WHOSE, "    subjects: [pupl]\n"), "subjects[0]", "'pupil'?"),
        ((WHOSE, "    subjects: [pupil]\n"), "subjects.parent", "'contact'"),
        ((BASIS, "    legal_basis: legitimate_interests\n"), "schooling.interest", "belongs"),
        ((BASIS, BASIS + "    interest: drift\n"), "schooling.interest", "belongs"),
        ((NEVER, ""), "third_countries", "is missing"),
        ((NEVER, NEVER.replace("never", "undecided")), "third_countries.happens", "`decision:`"),
        ((NEVER, NEVER.replace("never", "sometimes")), "third_countries", "transfers"),
        ((NO_MACHINE, ""), "automated_decisions", "is missing"),
        ((NO_MACHINE, NO_MACHINE.replace("never", "undecided")), "decisions.made", "open"),
        ((NO_MACHINE, NO_MACHINE.replace("never", "sometimes")), "automated_decisions", "logic"),
        ((GIVEN, ""), "must_be_given", "is missing"),
        (("    duty: needed\n", "    duty: undecided\n"), "must_be_given[0].duty", "`decision:`"),
        (("    duty: needed\n", "    duty: maybe\n"), "must_be_given[0].duty", "'maybe'"),
    ],
)  # fmt: skip
def test_what_a_notice_lacks_is_told_with_its_place(
    edit: tuple[str, str], where: str, told: str
) -> None:
    with pytest.raises(PolicyError) as refused:
        parse(edit)
    assert any(where in p.path and told in p.message for p in refused.value.problems), (
        refused.value.problems
    )


def test_somebody_of_whom_nothing_is_said_is_named() -> None:
    changed = GIVEN.replace("subjects: [pupil, parent]", "subjects: [pupil]")
    with pytest.raises(PolicyError, match="nothing of a parent"):
        parse((GIVEN, changed))


def test_a_transfer_names_where_its_safeguards_can_be_read() -> None:
    transfer = """third_countries:
  happens: sometimes
  transfers:
    survey: {to: Survey Inc, country: USA, subjects: [pupil], ground: GROUND, source: {law: x}}
  source: {law: GDPR art. 13(1)(f)}
"""
    with pytest.raises(PolicyError, match="copy_from"):
        parse((NEVER, transfer.replace("GROUND", "standard_clauses")))
    policy = parse((NEVER, transfer.replace("GROUND", "adequacy_decision")))
    assert policy.third_countries is not None
    assert policy.third_countries.transfers["survey"].country == "USA"


def test_what_is_undecided_is_listed_under_its_decision() -> None:
    policy = parse(
        (NEVER, "third_countries: {happens: undecided, decision: basis, source: {law: x}}\n"),
        (NO_MACHINE, "automated_decisions: {made: undecided, decision: basis, source: {law: x}}\n"),
        ("    duty: needed\n", "    duty: undecided\n    decision: basis\n"),
    )
    (decision,) = open_decisions(policy)
    assert {"third countries", "automated decisions", "enrolment"} <= set(decision.waiting)


def test_a_policy_that_gives_no_notice_need_say_none_of_it() -> None:
    start = TEXT.index("notices:\n")
    without = TEXT[:start] + TEXT[TEXT.index("consents:\n  - id: allergy") :]
    policy = parse_policy(without.encode(), name=FILE.name)
    assert policy.third_countries is None
    assert policy.must_be_given == ()
