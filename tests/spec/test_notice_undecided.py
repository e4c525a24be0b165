"""A notice that leaves a fact of articles 13 and 14 open is not whole, and says which it is."""

import json
import re
from dataclasses import replace
from datetime import date

import pytest
from typer.testing import CliRunner

from connectors.containers.notice_page import notice_page
from console.main import app
from console.output import Exit
from lifecycle.notice.pages import mail, page
from lifecycle.notice.undecided import says_undecided, undecided, undecided_in
from tests.factories.notices import GIVEN, changed, governing, policy_of

CONTROLLERS = ["academedia", "behandlingsskolerne", "bergqvist", "tommerup"]
SECTION = {
    "purposes": "purposes",
    "recipients": "recipients",
    "retention": "retention",
    "must_be_given": "given",
    "third_countries": "third_countries",
    "automated_decisions": "automated",
}
"""Where in the policy file → under which heading of the notice."""
every_notice = pytest.mark.parametrize(("controller", "notice", "subject"), GIVEN)


def _named(controller: str, notice: str, subject: str) -> list[str]:
    policy = policy_of(controller)
    found = undecided(policy, policy.notice(notice))
    return [each.where for each in found if subject in each.subjects]


@every_notice
def test_what_the_text_leaves_open_is_named_and_nothing_else(
    controller: str, notice: str, subject: str
) -> None:
    facts = governing(policy_of(controller), notice, subject).facts
    named = _named(controller, notice, subject)
    assert {SECTION[each.partition(".")[0]] for each in named} == set(undecided_in(facts))
    # Not only each heading but each sentence under it: one for every named place.
    said = [
        section.id
        for section in facts.sections
        for statement in section.statements
        if any(says_undecided(p) and not p.startswith("right.") for p in statement.phrases())
    ]
    assert sorted(said) == sorted(SECTION[each.partition(".")[0]] for each in named)


@pytest.mark.parametrize("controller", CONTROLLERS)
def test_each_waits_for_a_decision_that_is_open(controller: str) -> None:
    policy = policy_of(controller)
    still_open = {each.id for each in policy.decisions if each.status == "open"}
    found = [fact for notice in policy.notices for fact in undecided(policy, notice)]
    assert found
    for fact in found:
        assert fact.decision in still_open
        assert fact.points
        assert fact.subjects


@pytest.mark.parametrize("controller", CONTROLLERS)
def test_the_check_says_not_whole_names_each_and_ends_with_a_code(controller: str) -> None:
    done = CliRunner().invoke(app, ["inform", "check", controller])
    assert done.exit_code == Exit.ATTENTION
    assert "NOT WHOLE" in done.stdout
    policy = policy_of(controller)
    for notice in policy.notices:
        for fact in undecided(policy, notice):
            line = next(x for x in done.stdout.splitlines() if f": {fact.where}," in x)
            assert ", ".join(fact.points) in line
            assert fact.decision in line
    told = json.loads(CliRunner().invoke(app, ["inform", "check", controller, "--json"]).stdout)
    assert [each["whole"] for each in told[controller]] == [False for _ in policy.notices]


def test_with_everything_decided_it_is_whole() -> None:
    decided = changed(
        "academedia",
        ("  happens: undecided\n", "  happens: never\n"),
        ("  made: undecided\n", "  made: never\n"),
        *[("third_countries: undecided", "third_countries: []")] * 5,
    )
    cameras = decided.notice("camera-surveillance")
    assert undecided(policy_of("academedia"), cameras)
    assert undecided(decided, cameras) == ()


def test_a_kind_of_data_that_is_not_sensitive_asks_for_no_ground() -> None:
    # Tømmerup's website has a legal basis to decide, and nothing of article 9.
    found = undecided(policy_of("tommerup"), policy_of("tommerup").notice("personal-data-policy"))
    (website,) = [each for each in found if each.where == "purposes.website"]
    assert website.points == ("13(1)(c)", "14(1)(c)")
    assert website.subjects == ("visitor",)


@every_notice
def test_the_page_marks_every_sentence_that_says_so(
    controller: str, notice: str, subject: str
) -> None:
    built = governing(policy_of(controller), notice, subject)
    text = built.text(built.named.governs)
    lines = sum(
        mark for s in text.sections for paragraph in s.paragraphs for _, mark in paragraph.marked()
    )
    said = sum(says_undecided(p) for each in built.facts.sections
               for statement in each.statements for p in statement.phrases())  # fmt: skip
    assert lines == said
    for html in (page(text), mail(text)):
        marked = re.findall(r"<mark [^>]*>(.*?)</mark>", html)
        assert len(marked) == said
        assert all(re.search(r"inte|ikke", each) for each in marked)


def test_the_page_to_print_marks_it_as_well() -> None:
    built = governing(policy_of("tommerup"), "personal-data-policy", "guest")
    text = built.text("da")
    on = date(2026, 11, 22)
    unmarked = replace(
        text,
        sections=tuple(
            section._replace(paragraphs=tuple(p._replace(undecided=()) for p in section.paragraphs))
            for section in text.sections
        ),
    )
    assert notice_page(unmarked, on=on) != notice_page(text, on=on)
