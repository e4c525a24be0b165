"""A consent is one person's answer to one question for one start, and ends as the policy says
(A-41…A-57, A-99, T-13…T-16, T-25, T-27, T-69, H-25, H-100…H-105; GDPR art. 7)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from lifecycle.consent import (
    ASKED_OF_ALL,
    Answer,
    Given,
    Lack,
    State,
    is_valid,
    keeps_from,
    missing_of,
    over_since,
    question_of,
    questions_for,
    require_giver,
    rests_on_consent,
    start_of,
    state_of,
    version_of,
)
from lifecycle.errors import Refused
from lifecycle.policy.consents import Consent
from lifecycle.policy.load import load_policy
from lifecycle.policy.model import Policy

POLICIES = Path(__file__).resolve().parents[2] / "policies"
AUTUMN, SPRING = date(2026, 8, 17), date(2027, 1, 11)
TODAY = date(2026, 11, 2)


@pytest.fixture(scope="module")
def academedia() -> Policy:
    return load_policy(POLICIES / "academedia.yaml")


@pytest.fixture(scope="module")
def tommerup() -> Policy:
    return load_policy(POLICIES / "tommerup.yaml")


@pytest.fixture(scope="module")
def behandlingsskolerne() -> Policy:
    return load_policy(POLICIES / "behandlingsskolerne.yaml")


def given(
    question: Consent,
    on: date = AUTUMN,
    *,
    answer: Answer = Answer.YES,
    start: date | None = AUTUMN,
    withdrawn: date | None = None,
    version: str = "",
) -> Given:
    return Given(question.id, version or version_of(question), start, answer, on, withdrawn)


def state(
    question: Consent, *answers: Given, start: date | None = AUTUMN, today: date = TODAY
) -> State:
    return state_of(question, answers, start=start, today=today)


def test_what_nobody_can_show_was_not_given(academedia: Policy) -> None:
    web = question_of(academedia, "image.website")
    assert state(web) is State.MISSING
    assert state(web, given(web)) is State.VALID
    assert is_valid(web, [given(web)], start=AUTUMN, today=TODAY)


def test_a_yes_to_one_question_is_no_yes_to_another_on_the_same_form(academedia: Policy) -> None:
    web, printed = (question_of(academedia, name) for name in ("image.website", "image.print"))
    assert web.form == printed.form
    assert state(printed, given(web)) is State.MISSING


def test_a_new_start_asks_anew_and_what_is_never_renewed_stays(
    academedia: Policy, tommerup: Policy
) -> None:
    web = question_of(academedia, "image.website")
    assert state(web, given(web), start=SPRING, today=SPRING) is State.NOT_RENEWED
    anew = given(web, SPRING, start=SPRING)
    assert state(web, given(web), anew, start=SPRING, today=SPRING) is State.VALID
    portraits = question_of(tommerup, "portraits")
    assert state(portraits, given(portraits), start=SPRING, today=SPRING) is State.VALID


def test_on_the_day_it_is_withdrawn_it_is_over_and_not_before(academedia: Policy) -> None:
    web = question_of(academedia, "image.website")
    over = given(web, withdrawn=TODAY)
    assert state(web, over, today=date(2026, 11, 1)) is State.VALID
    assert state(web, over) is State.WITHDRAWN
    assert state(web, over, given(web, date(2026, 11, 5)), today=date(2026, 11, 5)) is State.VALID


def test_a_yes_from_before_the_withdrawal_that_is_found_later_does_not_bring_it_back(
    academedia: Policy, tommerup: Policy
) -> None:
    once = next(one for one in tommerup.consents if one.renewed != "every_start")
    for question, start in ((question_of(academedia, "image.website"), AUTUMN), (once, None)):
        back = given(question, start=start, withdrawn=date(2026, 10, 20))
        between = given(question, date(2026, 9, 10), start=start)
        assert state(question, back, between) is State.WITHDRAWN
        assert state(question, between, back) is State.WITHDRAWN
        assert state(question, back, between, today=date(2026, 10, 19)) is State.VALID
        again = given(question, date(2026, 10, 20), start=start)
        assert state(question, back, between, again) is State.VALID


def test_a_later_no_counts_and_an_answer_of_a_day_to_come_does_not(academedia: Policy) -> None:
    web = question_of(academedia, "image.website")
    later_no = given(web, TODAY, answer=Answer.NO)
    assert state(web, given(web), later_no) is State.REFUSED
    assert state(web, later_no, given(web)) is State.REFUSED
    assert state(web, given(web), given(web, date(2026, 11, 3), answer=Answer.NO)) is State.VALID


def test_a_yes_is_to_those_words_that_purpose_and_that_data(academedia: Policy) -> None:
    web = question_of(academedia, "image.website")
    for change in ({"called": "annat"}, {"purpose": "training"}, {"categories": ("health",)}):
        other = web.model_copy(update=change)
        assert version_of(other) != version_of(web)
        assert state(other, given(web)) is State.OTHER_WORDS
    mended = web.model_copy(update={"called": "rättat", "same_as": (version_of(web),)})
    assert state(mended, given(web)) is State.VALID
    # Who answers for it, or how it ends, is not what the person said yes to.
    assert version_of(web.model_copy(update={"answers": "dpo"})) == version_of(web)


def test_who_may_say_yes_is_the_person_or_where_the_policy_says_so_a_parent(
    academedia: Policy, tommerup: Policy
) -> None:
    require_giver(question_of(tommerup, "ppr"), "relative")
    require_giver(question_of(tommerup, "ppr"), "pupil")
    with pytest.raises(Refused, match="consent_given_by_other"):
        require_giver(question_of(tommerup, "bathing"), "pupil")
    with pytest.raises(Refused, match="consent_given_by_other"):
        require_giver(question_of(academedia, "image.website"), "relative")
    with pytest.raises(Refused, match="consent_unknown"):
        question_of(academedia, "tattoos")


def test_at_the_first_meeting_and_at_school_start_everybody_is_asked(
    academedia: Policy, tommerup: Policy
) -> None:
    lacks = missing_of(academedia, ["participant"], [], start=AUTUMN, today=TODAY)
    assert [one.question for one in lacks] == ["image.participant", "participant.first-meeting"]
    at_start = missing_of(tommerup, ["pupil"], [], start=AUTUMN, today=TODAY)
    assert [one.question for one in at_start] == ["photo", "bathing", "health", "private-car"]


def test_who_said_no_or_withdrew_is_not_asked_again_before_the_next_start(
    tommerup: Policy,
) -> None:
    photo, health = question_of(tommerup, "photo"), question_of(tommerup, "health")
    answers = [given(photo, answer=Answer.NO), given(health, withdrawn=date(2026, 9, 1))]
    left = missing_of(tommerup, ["pupil"], answers, start=AUTUMN, today=TODAY)
    assert [one.question for one in left] == ["bathing", "private-car"]
    anew = missing_of(tommerup, ["pupil"], answers, start=SPRING, today=SPRING)
    assert Lack("photo", State.NOT_RENEWED) in anew
    assert Lack("health", State.NOT_RENEWED) in anew


def test_health_data_needs_a_consent_and_a_diploma_does_not(
    tommerup: Policy, academedia: Policy
) -> None:
    assert rests_on_consent(tommerup, "care", ["health"])
    assert rests_on_consent(academedia, "allergy", ["health"])
    assert rests_on_consent(academedia, "marketing", ["image"])
    assert not rests_on_consent(academedia, "assignment", ["identity"])
    assert not rests_on_consent(academedia, "no-such-purpose", ["identity"])


def test_a_use_that_does_not_say_which_needs_every_question_of_its_purpose(
    academedia: Policy,
) -> None:
    asked = questions_for(academedia, "marketing", ["image"], ["pupil"])
    assert [one.id for one in asked] == [
        "image.social-media", "image.website", "image.print", "image.central-marketing",
    ]  # fmt: skip
    assert questions_for(academedia, "marketing", ["contact"], ["pupil"]) == []
    web = asked[1]
    assert keeps_from(asked, [given(web)], start=AUTUMN, today=TODAY) is State.MISSING
    assert keeps_from([web], [given(web)], start=AUTUMN, today=TODAY) is None
    assert keeps_from([], [given(web)], start=AUTUMN, today=TODAY) is State.MISSING


def test_the_strictest_reason_is_told(academedia: Policy) -> None:
    web, printed = (question_of(academedia, name) for name in ("image.website", "image.print"))
    answers = [given(web, withdrawn=TODAY)]
    assert keeps_from([printed, web], answers, start=AUTUMN, today=TODAY) is State.WITHDRAWN


def test_academedias_withdrawal_acts_forward_and_the_danish_ones_stop_the_purpose(
    academedia: Policy, tommerup: Policy
) -> None:
    """A-53, A-54 beside T-69 and H-101."""
    before, after = date(2026, 9, 1), date(2026, 10, 15)
    for policy, name, stays in ((academedia, "image.website", True), (tommerup, "photo", False)):
        question = question_of(policy, name)
        answers = [given(question, withdrawn=date(2026, 10, 1))]

        def why(
            collected: date | None, question: Consent = question, answers: list[Given] = answers
        ) -> State | None:
            return keeps_from(
                [question], answers, start=AUTUMN, today=TODAY, collected_on=collected
            )

        assert why(before) is (None if stays else State.WITHDRAWN)
        assert why(after) is State.WITHDRAWN
        assert why(None) is State.WITHDRAWN


def test_the_proof_is_weeded_when_the_last_consent_is_over(academedia: Policy) -> None:
    """A-51: while one stands, its proof is not weeded because another one ended."""
    web, printed = (question_of(academedia, name) for name in ("image.website", "image.print"))
    ended = date(2026, 10, 1)
    answers = [given(web, withdrawn=ended), given(printed)]

    def over(*answers: Given, start: date = AUTUMN, today: date = TODAY) -> date | None:
        return over_since([web, printed], answers, start=start, today=today)

    assert over() is None
    assert over(given(web, answer=Answer.NO)) is None
    assert over(*answers) is None
    assert over(answers[0]) == ended
    assert over(given(web, withdrawn=ended), given(printed, withdrawn=TODAY)) == TODAY
    # Not renewed: over since the new start; withdrawn before: since then.
    assert over(*answers, start=SPRING, today=SPRING) == SPRING
    assert over(answers[0], start=SPRING, today=SPRING) == ended
    assert over(given(web), given(web, TODAY, answer=Answer.NO)) == TODAY


def test_each_policy_says_what_a_withdrawal_ends(
    academedia: Policy, behandlingsskolerne: Policy
) -> None:
    ends = {one.id: one.ends for one in behandlingsskolerne.consents}
    assert ends["publicity"] == ends["social-media"] == "consent_withdrawn"
    assert ends["longer-keeping"] == "longer_keeping_withdrawn"
    assert {one.ends for one in academedia.consents if one.counts_as == "consent"} == {
        "consent_ended"
    }
    form = question_of(academedia, "participant.first-meeting")
    assert (form.counts_as, form.ends, form.decision) == ("undecided", None, "legal-basis")
    assert form.given_at in ASKED_OF_ALL


def test_the_start_is_the_latest_that_has_come(academedia: Policy) -> None:
    web = question_of(academedia, "image.website")
    assert start_of([], [], today=TODAY) is None
    assert start_of([date(2026, 8, 1), date(2027, 1, 1)], [], today=TODAY) == date(2026, 8, 1)
    assert start_of([date(2026, 8, 1)], [given(web)], today=TODAY) == AUTUMN
    nobody_knows = given(web, start=None)
    assert state(web, nobody_knows, start=None) is State.VALID
    assert state(web, nobody_knows, start=AUTUMN) is State.NOT_RENEWED
