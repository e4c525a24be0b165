"""A notice answers every point of articles 13 and 14, with what the policy says."""

from dataclasses import replace

import pytest

from lifecycle.errors import Misconfigured
from lifecycle.notice import ARTICLE_13, ARTICLE_14, build, unanswered
from lifecycle.notice.governing import own_words
from lifecycle.notice.how_long import stated
from tests.factories.notices import (
    GIVEN,
    changed,
    governing,
    policy_of,
    says,
    texts_of,
)

# As the regulation counts, letter by letter: the list is not taken from the code.
OF_ARTICLE_13 = [f"13(1)({letter})" for letter in "abcdef"] + [
    f"13(2)({letter})" for letter in "abcdef"
]
OF_ARTICLE_14 = [f"14(1)({letter})" for letter in "abcdef"] + [
    f"14(2)({letter})" for letter in "abcdefg"
]
every_notice = pytest.mark.parametrize(("controller", "notice", "subject"), GIVEN)


def test_the_lists_are_those_of_the_articles() -> None:
    assert list(ARTICLE_13) == OF_ARTICLE_13
    assert list(ARTICLE_14) == OF_ARTICLE_14


def test_every_kind_of_person_of_every_policy_is_told() -> None:
    assert {controller for controller, _, _ in GIVEN} == {
        "academedia",
        "behandlingsskolerne",
        "bergqvist",
        "tommerup",
    }
    for controller in {controller for controller, _, _ in GIVEN}:
        told = {subject for who, _, subject in GIVEN if who == controller}
        assert told == set(policy_of(controller).subjects)


@every_notice
def test_every_point_of_both_articles_is_answered(
    controller: str, notice: str, subject: str
) -> None:
    built = governing(policy_of(controller), notice, subject)
    assert unanswered(built.facts.sections, OF_ARTICLE_13 + OF_ARTICLE_14) == ()
    for section in built.text(built.named.governs).sections:
        assert section.paragraphs
        assert all(paragraph.plain.strip(" .") for paragraph in section.paragraphs)


@pytest.mark.parametrize("point", OF_ARTICLE_13 + OF_ARTICLE_14)
def test_a_section_without_a_sentence_answers_nothing(point: str) -> None:
    sections = governing(policy_of("academedia"), "standard", "participant").facts.sections
    emptied = [
        replace(section, statements=()) if point in section.answers else section
        for section in sections
    ]
    assert point in unanswered(emptied, OF_ARTICLE_13 + OF_ARTICLE_14)


@every_notice
def test_who_answers_and_whom_one_turns_to(controller: str, notice: str, subject: str) -> None:
    policy = policy_of(controller)
    built = governing(policy, notice, subject)
    who = says(built, "controller")
    assert policy.controller.company in who
    assert policy.controller.email in who
    for joint in policy.controller.joint:
        assert joint.company in who
    assert policy.controller.privacy_mailbox in says(built, "officer")
    assert policy.controller.authority.name in says(built, "complaint")
    assert policy.controller.authority.web in says(built, "complaint")


@every_notice
def test_every_purpose_category_and_recipient_of_theirs_is_told(
    controller: str, notice: str, subject: str
) -> None:
    policy, words = policy_of(controller), own_words(policy_of(controller))
    built = governing(policy, notice, subject)
    purposes = says(built, "purposes").lower()
    for name, purpose in policy.purposes.items():
        theirs = subject in (purpose.subjects or ())
        assert not theirs or words["purposes", name].lower() in purposes
        if theirs and purpose.interest is not None:
            assert purpose.interest.lower() in purposes
        for law in purpose.laws if theirs else ():
            assert law.lower() in purposes
    told = says(built, "data").lower()
    for category in policy.held_of(subject):
        assert policy.categories[category].called.lower() in told
    for dropped in policy.not_collected:
        assert (dropped.called in says(built, "data")) == (subject in dropped.subjects)
        assert (
            dropped.unless is None
            or dropped.unless in says(built, "data")
            or (subject not in dropped.subjects)
        )
    recipients = says(built, "recipients")
    for recipient in policy.sharing.recipients.values() if policy.sharing else ():
        assert (recipient.called in recipients) == (subject in recipient.subjects)
    for processor in policy.processors.values():
        theirs = any(subject in policy.systems[name].holds for name in processor.systems)
        assert (f"{processor.called}," in recipients) == theirs


@every_notice
def test_every_source_that_is_not_the_person_is_told(
    controller: str, notice: str, subject: str
) -> None:
    policy = policy_of(controller)
    origin = says(governing(policy, notice, subject), "origin")
    for information in policy.information:
        assert (information.obtained_from in origin) == (information.subject == subject)


@every_notice
def test_every_place_where_their_data_lies_is_named_with_its_time(
    controller: str, notice: str, subject: str
) -> None:
    policy = policy_of(controller)
    kept = says(governing(policy, notice, subject), "retention")
    for system in policy.systems.values():
        assert (system.called in kept) == bool(system.holds.get(subject))
    # Whatever a system holds, some rule that is stated speaks of it.
    covered = {
        (category, name)
        for rule in stated(policy, subject)
        for name in policy.systems
        if rule.covers.in_system(name)
        for category in rule.covers.categories
    }
    for name, system in policy.systems.items():
        for category in system.holds.get(subject, ()):
            assert (category, name) in covered


@every_notice
def test_whoever_is_asked_for_a_consent_is_told_where_and_how_it_ends(
    controller: str, notice: str, subject: str
) -> None:
    policy = policy_of(controller)
    told = says(governing(policy, notice, subject), "consent")
    for consent in policy.consents:
        assert (consent.called in told) == (consent.subject == subject)
        if consent.subject == subject:
            assert (consent.withdrawn_at or policy.controller.privacy_mailbox) in told
            assert consent.consequence is None or consent.consequence in told


def test_a_consent_that_is_taken_back_elsewhere_says_where() -> None:
    one = policy_of("behandlingsskolerne")
    other = changed(
        "behandlingsskolerne",
        (
            "    withdrawn_at: GDPR-gruppen@behandlingsskolerne.dk\n",
            "    withdrawn_at: billeder@example.dk\n",
        ),
    )
    together, apart = (
        says(governing(policy, "duty-to-inform", "pupil"), "consent").splitlines()
        for policy in (one, other)
    )
    assert [line.count("GDPR-gruppen@") for line in together] == [1, 0, 0]
    assert ["billeder@example.dk" in line for line in apart] == [False, True, False]
    assert ["GDPR-gruppen@" in line for line in apart] == [False, False, True]


def test_what_nobody_has_decided_is_said_to_be_undecided() -> None:
    clinic = governing(policy_of("bergqvist"), "how-we-handle-data", "clinic-customer")
    assert says(clinic, "retention").count("ännu inte bestämt") == 2
    assert "ännu inte bestämt" in says(clinic, "purposes")
    assert "ännu inte utrett" in says(clinic, "third_countries")
    # What a decided rule already ends is no open question for the person (A-108 beside A-71).
    participant = governing(policy_of("academedia"), "standard", "participant")
    assert "ännu inte bestämt" not in says(participant, "retention")


def test_what_need_not_happen_is_not_waited_for() -> None:
    student = governing(policy_of("bergqvist"), "how-we-handle-data", "student")
    kept = says(student, "retention")
    assert "Om du har bett oss ta bort din e-postadress sparas de inte längre." in kept
    assert "De sparas tills utbildningen är avslutad." in kept
    assert "De sparas tills du har bett oss" not in kept


def test_the_right_to_object_stands_apart_from_the_others() -> None:
    ids = [
        section.id
        for section in governing(
            policy_of("tommerup"), "personal-data-policy", "pupil"
        ).facts.sections
    ]
    assert ids.index("objection") == ids.index("rights") + 1


def test_nobody_is_given_a_notice_that_is_not_theirs() -> None:
    policy = policy_of("academedia")
    texts = texts_of("academedia", "standard", ("sv",))
    with pytest.raises(Misconfigured, match="notice_not_for_them"):
        build(policy, "standard", texts, subject="visitor")
    with pytest.raises(Misconfigured, match="notice_unknown"):
        build(policy, "welcome", texts, subject="participant")
    with pytest.raises(Misconfigured, match="notice_about_cameras"):
        build(policy, "camera-surveillance", texts, subject="participant")
    with pytest.raises(Misconfigured, match="notice_language_unknown"):
        build(policy, "standard", texts, subject="pupil").text("da")
