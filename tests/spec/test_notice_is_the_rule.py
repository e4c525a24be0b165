"""What is stated about retention is the rule: a changed rule is another text and version."""

import re

import pytest

from lifecycle.errors import Misconfigured
from lifecycle.notice import Notice, Texts, build
from lifecycle.notice.phrases import Terms
from lifecycle.policy import Policy, parse_policy
from tests.factories.notices import GIVEN, POLICIES, changed, governing, policy_of, says, texts_of


def academedia(subject: str, *edits: tuple[str, str]) -> Notice:
    policy = changed("academedia", *edits) if edits else policy_of("academedia")
    return governing(policy, "standard", subject)


def pupils_rule(old: str, new: str) -> tuple[str, str]:
    """An edit of the pupils' own six-months rule."""
    text = (POLICIES / "academedia.yaml").read_text("utf-8")
    text = text[text.index("  - id: pupil.six-months") :]
    rule = text[: text.index("approval: one")]
    assert old in rule
    return rule, rule.replace(old, new)


def test_another_period_is_another_sentence_and_another_version() -> None:
    before = academedia("pupil")
    after = academedia("pupil", pupils_rule("at_most: P6M", "at_most: P9M"))
    assert "längst till 6 månader efter att du har slutat" in says(before, "retention")
    assert "längst till 9 månader efter att du har slutat" in says(after, "retention")
    assert "6 månader" not in says(after, "retention")
    assert before.facts.sha256 != after.facts.sha256
    assert before.text("sv").sha256 != after.text("sv").sha256


def test_a_rule_about_others_is_nothing_to_tell_them_again() -> None:
    before = academedia("participant")
    after = academedia("participant", pupils_rule("at_most: P6M", "at_most: P9M"))
    assert before.facts.sha256 == after.facts.sha256
    assert before.text("sv").sha256 == after.text("sv").sha256


def test_the_same_in_other_words_is_another_text_and_the_same_facts() -> None:
    before = academedia("pupil")
    after = academedia("pupil", ("called: närvaro och frånvaro", "called: om eleven var där"))
    assert before.facts.sha256 == after.facts.sha256
    assert before.text("sv").sha256 != after.text("sv").sha256
    assert "Om eleven var där" in says(after, "data")


@pytest.mark.parametrize(
    ("old", "new", "section", "now"),
    [
        (
            "email: dataskydd@academedia.se\n  source: {id: A-06",
            "email: ny@academedia.se\n  source: {id: A-06",
            "controller",
            "ny@academedia.se",
        ),
        (
            "      categories: [identity, assignment]\n      legal_basis: undecided",
            "      categories: [identity]\n      legal_basis: undecided",
            "recipients",
            "Arbetsförmedlingen: namn och personnummer. ",
        ),
        (
            "    categories: [identity, contact, assignment]\n    # What",
            "    categories: [identity, contact]\n    # What",
            "origin",
            "adress, telefon och e-post. De",
        ),
        (
            "  happens: undecided\n  decision: third-countries",
            "  happens: never",
            "third_countries",
            "förs inte över",
        ),
        (
            "  made: undecided\n  decision: automated-decisions",
            "  made: never",
            "automated",
            "Inga beslut",
        ),
        (
            "    duty: undecided\n    decision: must-be-given",
            "    duty: law",
            "given",
            "lagen kräver det",
        ),
        ("    within: P1M\n", "    within: P14D\n", "origin", "inom 14 dagar"),
        (
            "      fields: [case_reference, start_date, project]",
            "      fields: [case_reference, project]",
            "retention",
            "bara: ärendenummer; projekt.",
        ),
    ],
)
def test_whatever_is_told_is_part_of_the_version(
    old: str, new: str, section: str, now: str
) -> None:
    # Whoever says that nothing leaves the Union has to know it of each processor.
    known = ("third_countries: undecided", "third_countries: []")
    edits = [known] * 5 if section == "third_countries" else []
    before, after = academedia("participant"), academedia("participant", (old, new), *edits)
    assert now in says(after, section)
    assert now not in says(before, section)
    assert before.facts.sha256 != after.facts.sha256


def test_the_order_in_the_file_is_nothing_to_tell_anybody() -> None:
    text = (POLICIES / "academedia.yaml").read_text("utf-8")
    start, end = text.index("purposes:\n"), text.index("\n# Where data lies.")
    block = text[start:end].removeprefix("purposes:\n")
    purposes = [f"  {one}" for one in re.split(r"^  (?=[a-z])", block, flags=re.MULTILINE) if one]
    assert len(purposes) == 9
    turned = text[:start] + "purposes:\n" + "\n".join(p.rstrip("\n") for p in purposes[::-1])
    policy = parse_policy((turned + text[end:]).encode(), name="academedia.yaml")
    after = governing(policy, "standard", "pupil")
    before = academedia("pupil")
    assert [p.plain for p in after.text("sv").sections[2].paragraphs] != [
        p.plain for p in before.text("sv").sections[2].paragraphs
    ]
    assert after.facts.sha256 == before.facts.sha256


def test_a_further_field_of_a_category_is_a_further_fact() -> None:
    # The words stay "närvaro och frånvaro": what lies under them is more.
    old = "fields: [reported_absence, unreported_absence]"
    after = academedia("pupil", (old, "fields: [reported_absence, unreported_absence, arrival]"))
    assert academedia("pupil").facts.sha256 != after.facts.sha256


@pytest.mark.parametrize(
    ("keep", "sentence"),
    [
        ("{at_most: P1Y6M}", "längst till 1 år och 6 månader efter att eleven är"),
        ("{at_most: P14D}", "längst till 14 dagar efter att"),
        ("{at_most: end_of_year}", "längst till slutet av det kalenderår då"),
        ("{at_most: end_of_year+P2Y}", "2 år efter slutet av det kalenderår då"),
        ("{at_most: end_of_accounting_year}", "slutet av det räkenskapsår då"),
        ("{at_least: P1Y, at_most: P2Y}", "minst till 1 år efter att"),
        ("{at_least: P2Y, at_most: P2Y}", "måste sparas till 2 år efter att"),
        ("{at_most: on_the_event}", "sparas tills eleven är färdig"),
        ("{at_least: end_of_year+P1Y}", "minst till 1 år efter slutet av det kalenderår"),
        ("{at_least: forever}", "sparas för alltid"),
    ],
)
def test_every_form_of_rule_has_its_sentence(keep: str, sentence: str) -> None:
    policy = small_school(keep)
    assert sentence in says(small_notice(policy), "retention")


def test_equal_limits_are_one_sentence() -> None:
    told = says(small_notice(small_school("{at_least: P2Y, at_most: P2Y}")), "retention")
    (line,) = [line for line in told.splitlines() if "Hälsa" in line]
    assert line.count("2 år") == 1


def small_school(keep: str) -> Policy:
    file = POLICIES.parent / "tests" / "data" / "policies" / "exempel.yaml"
    text = file.read_text("utf-8")
    assert text.count("keep: {at_most: on_the_event}") == 1
    changed_rule = text.replace("keep: {at_most: on_the_event}", f"keep: {keep}")
    return parse_policy(changed_rule.encode(), name=file.name)


def small_notice(policy: Policy) -> Notice:
    events = dict.fromkeys(policy.anchors, "eleven är färdig")
    fields = {field: field for each in policy.categories.values() for field in each.fields}
    words = Terms.model_validate(
        {"version": 1, "language": "sv", "terms": {"anchors": events, "fields": fields}}
    )
    phrases = texts_of("academedia", "standard", ("sv",)).phrases
    return build(policy, "standard", Texts(phrases, {"sv": words}), subject="pupil")


def test_a_word_that_is_missing_stops_the_notice() -> None:
    texts = texts_of("academedia", "standard", ("sv",))
    bare = Terms.model_validate({"version": 1, "language": "sv", "terms": {}})
    notice = build(
        policy_of("academedia"), "standard", Texts(texts.phrases, {"sv": bare}), subject="pupil"
    )
    with pytest.raises(Misconfigured, match="notice_words_missing"):
        notice.text("sv")


def test_the_same_policy_makes_the_same_notice_again() -> None:
    read_anew = {controller: changed(controller) for controller, _, _ in GIVEN}
    versions = set()
    for controller, notice, subject in GIVEN:
        one = governing(policy_of(controller), notice, subject)
        other = governing(read_anew[controller], notice, subject)
        assert one.facts.canonical == other.facts.canonical
        assert one.text(one.named.governs).sha256 == other.text(other.named.governs).sha256
        versions.add(one.facts.sha256)
    assert len(versions) == len(GIVEN)
