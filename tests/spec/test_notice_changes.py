"""What changed between two versions of a notice, and who is told again (T-09, A-37)."""

import json
from datetime import date

import pytest

from lifecycle.errors import Misconfigured
from lifecycle.informing import CHANGE, Given, why_now
from lifecycle.notice.changes import changes
from lifecycle.notice.kept import kept_facts
from lifecycle.policy.values import Period, Turn
from tests.factories.notices import GIVEN, changed, governing, policy_of, says

SHORTER = (
    """  - id: staging.emptied-daily""",
    """  - id: staging.another
    covers: {subject: participant, categories: [contact], systems: [novo]}
    from: left
    keep: {at_most: P3M}
    then: erase
    approval: one
    source: {law: somewhere}
  - id: staging.emptied-daily""",
)


@pytest.mark.parametrize(("controller", "notice", "subject"), GIVEN)
def test_the_facts_that_were_kept_are_the_facts(controller: str, notice: str, subject: str) -> None:
    facts = governing(policy_of(controller), notice, subject).facts
    again = kept_facts(facts.canonical + "\n")
    assert again.sha256 == facts.sha256
    assert changes(again, facts) == ()


def test_a_new_rule_is_one_change_in_the_section_that_answers_for_it() -> None:
    before = governing(policy_of("academedia"), "standard", "participant")
    after = governing(changed("academedia", SHORTER), "standard", "participant")
    (change,) = changes(kept_facts(before.facts.canonical), after.facts)
    assert change.section == "retention"
    assert "13(2)(a)" in change.answers
    assert change.no_longer == ()
    (now,) = change.now
    assert "3 månader" in after.in_words(now)
    # Backwards it is what is no longer said.
    (back,) = changes(after.facts, before.facts)
    assert (back.no_longer, back.now) == (change.now, ())


def test_another_wording_changes_nothing_for_them() -> None:
    before = governing(policy_of("academedia"), "standard", "pupil")
    other = changed("academedia", ("called: närvaro och frånvaro", "called: om eleven var där"))
    after = governing(other, "standard", "pupil")
    assert changes(before.facts, after.facts) == ()


def test_what_the_policy_no_longer_knows_is_named_as_it_was() -> None:
    old = governing(policy_of("academedia"), "standard", "pupil")
    kept = old.facts.canonical.replace("categories.attendance", "categories.whereabouts")
    changed_data = {c.section: c for c in changes(kept_facts(kept), old.facts)}["data"]
    (gone,) = changed_data.no_longer
    assert "whereabouts" in old.in_words(gone).lower()


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"controller": 1}', "not json", "[" * 100_000, "null", '{"sections": [1]}'],
)
def test_anything_else_is_no_earlier_version(content: str) -> None:
    with pytest.raises(Misconfigured, match="notice_facts_unreadable"):
        kept_facts(content)


def test_facts_that_somebody_touched_are_refused() -> None:
    facts = governing(policy_of("academedia"), "standard", "pupil").facts
    touched = json.loads(facts.canonical) | {"extra": "1"}
    with pytest.raises(Misconfigured, match="notice_facts_unreadable"):
        kept_facts(json.dumps(touched))


@pytest.mark.parametrize("controller", sorted({controller for controller, _, _ in GIVEN}))
def test_one_changed_rule_is_told_again_to_whom_it_concerns_and_nobody_else(
    controller: str,
) -> None:
    policy = policy_of(controller)
    rule = next(
        one
        for one in policy.retention
        if isinstance(one.keep.at_most, Period | Turn) and not one.undecided
    )
    keep = rule.keep.model_copy(update={"at_most": Period.parse("P11M"), "at_least": None})
    longer = policy.model_copy(
        update={
            "retention": tuple(
                one.model_copy(update={"keep": keep}) if one.id == rule.id else one
                for one in policy.retention
            )
        }
    )
    told = date(2026, 9, 1)
    told_again = set()
    for notice, subject in [(n, s) for who, n, s in GIVEN if who == controller]:
        before, after = governing(policy, notice, subject), governing(longer, notice, subject)
        language = before.named.governs
        concerned = subject == rule.covers.subject
        assert (before.text(language).sha256 != after.text(language).sha256) == concerned
        assert ("11 m" in says(after, "retention")) == concerned
        given = [Given(before.facts.sha256, told)]
        why = why_now(given, version=after.facts.sha256, today=told, yearly_on=None)
        if why == CHANGE:
            told_again.add(subject)
    assert told_again == {rule.covers.subject}
