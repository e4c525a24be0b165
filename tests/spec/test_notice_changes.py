"""What changed between two versions of a notice, and who is told again (T-09, A-37)."""

import json

import pytest

from lifecycle.errors import Misconfigured
from lifecycle.notice.changes import changes
from lifecycle.notice.kept import kept_facts
from tests.factories.notices import GIVEN, changed, governing, policy_of

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
