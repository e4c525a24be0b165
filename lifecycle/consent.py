"""A consent is one person's answer to one question for one start: in known words, on a known day,
provable, and withdrawn as easily as given (A-43…A-57, H-25, T-27, T-69; GDPR art. 7).

Pure: the questions are the policy's (`lifecycle.policy.consents`), the answers the records'.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

import orjson

from lifecycle.errors import Refused
from lifecycle.policy.consents import Consent, Withdrawal
from lifecycle.policy.data import DataClass, LegalBasis, SpecialGround
from lifecycle.policy.model import Policy

EVERY_START: Final = "every_start"
ASKED_OF_ALL: Final = frozenset({"first_meeting", "admission", "start"})
"""Questions that everybody is asked: the others are asked where somebody wants to use the data."""
PAPER: Final = "paper"
"""The evidence is a signed paper, kept where the policy's proof lies."""


class Answer(StrEnum):
    """Yes or no, ticked apart from every other question (A-45)."""

    YES = "yes"
    NO = "no"


class Given(NamedTuple):
    """One answer as it was given."""

    question: str
    version: str
    """`version_of` the question as it was put."""
    start_on: date | None
    """The start of education or insats that it was given for; None: for all of them."""
    answer: Answer
    given_on: date
    withdrawn_on: date | None = None


class State(StrEnum):
    """What a question's answers are worth on a day."""

    VALID = "valid"
    MISSING = "consent_missing"
    """Nobody has answered: what nobody can show was not given (art. 7(1))."""
    REFUSED = "consent_refused"
    WITHDRAWN = "consent_withdrawn"
    NOT_RENEWED = "consent_not_renewed"
    """Given for an earlier start (A-57)."""
    OTHER_WORDS = "consent_in_other_words"
    """Given to other words, another purpose or other data than the policy says today (A-44)."""


ASKED_AGAIN: Final = frozenset({State.MISSING, State.NOT_RENEWED, State.OTHER_WORDS})
"""Who said no, or withdrew, is not asked again before the next start: consent is free (A-43)."""


def version_of(question: Consent) -> str:
    """SHA-256 (hexadecimal) of what a person agrees to: the words, the purpose, the data."""
    facts = (question.id, question.called, question.purpose, sorted(question.categories))
    return hashlib.sha256(b"gallra consent 1\n" + orjson.dumps(facts)).hexdigest()


def question_of(policy: Policy, name: str) -> Consent:
    """The policy's question of that id. Raises `Refused("consent_unknown")`."""
    for one in policy.consents:
        if one.id == name:
            return one
    raise Refused("consent_unknown")


def require_giver(question: Consent, kind: str) -> None:
    """Return only if a person of that kind may answer: the person, or a parent (T-25, T-27).

    Raises `Refused("consent_given_by_other")`."""
    if kind not in question.given_by:
        raise Refused("consent_given_by_other")


def current(question: Consent, answers: Iterable[Given], *, today: date) -> Given | None:
    """The answer that counts: of the latest start, and there what was said last.

    Taking a consent back is said on its own day: a yes from before that day which is written down
    after it brings nothing back (art. 7(3))."""
    known = [one for one in answers if one.question == question.id and one.given_on <= today]
    if not known:
        return None
    # The last of equals: they come in the order in which they were written down.
    return max(
        enumerate(known),
        key=lambda one: (one[1].start_on or date.min, _said_on(one[1], today), one[0]),
    )[1]


def _said_on(answer: Given, today: date) -> date:
    back = answer.withdrawn_on
    return answer.given_on if back is None or back > today else max(back, answer.given_on)


def state_of(
    question: Consent, answers: Iterable[Given], *, start: date | None, today: date
) -> State:
    """What the answers to a question are worth on `today` (local date).

    `start`: when the person last started; None: nobody knows of one. A consent that is renewed at
    every start counts for the start it was given for and for none after it.
    """
    last = current(question, answers, today=today)
    if last is None:
        return State.MISSING
    if question.renewed == EVERY_START and _is_older(last.start_on, start):
        return State.NOT_RENEWED
    if last.withdrawn_on is not None and last.withdrawn_on <= today:
        return State.WITHDRAWN
    if last.answer is Answer.NO:
        return State.REFUSED
    if last.version not in {version_of(question), *question.same_as}:
        return State.OTHER_WORDS
    return State.VALID


def is_valid(
    question: Consent, answers: Iterable[Given], *, start: date | None, today: date
) -> bool:
    """Whether the person agrees to it on that day."""
    return state_of(question, answers, start=start, today=today) is State.VALID


def _is_older(given_for: date | None, start: date | None) -> bool:
    return start is not None and (given_for is None or given_for < start)


def start_of(known: Iterable[date], answers: Iterable[Given], *, today: date) -> date | None:
    """The person's latest start that has come: of their cases (`known`), or one that an answer was
    given for."""
    named = (one.start_on for one in answers if one.start_on is not None)
    return max((day for day in (*known, *named) if day <= today), default=None)


class Lack(NamedTuple):
    """A question that a person must be asked, and why."""

    question: str
    state: State


def missing_of(
    policy: Policy,
    kinds: Collection[str],
    answers: Sequence[Given],
    *,
    start: date | None,
    today: date,
) -> list[Lack]:
    """What somebody of these kinds must still be asked: every question that all are asked, once for
    each start (A-57, A-99, T-27). In the order of the policy."""
    found = []
    for question in policy.consents:
        if question.subject not in kinds or question.given_at not in ASKED_OF_ALL:
            continue
        state = state_of(question, answers, start=start, today=today)
        if state in ASKED_AGAIN:
            found.append(Lack(question.id, state))
    return found


def rests_on_consent(policy: Policy, purpose: str, categories: Collection[str]) -> bool:
    """Whether data may be processed for that purpose only with a consent: by article 6(1)(a), or by
    article 9(2)(a) where sensitive data is among it (T-13)."""
    known = policy.purposes.get(purpose)
    if known is None:
        return False
    if known.legal_basis is LegalBasis.CONSENT:
        return True
    return known.article_9 is SpecialGround.EXPLICIT_CONSENT and any(
        policy.categories[name].data_class is DataClass.SENSITIVE
        for name in categories
        if name in policy.categories
    )


def questions_for(
    policy: Policy, purpose: str, categories: Collection[str], kinds: Collection[str]
) -> list[Consent]:
    """The questions that cover such a use of such a person's data. Where a purpose has several
    (web, print, social media), a use that does not say which needs them all."""
    return [
        one
        for one in policy.consents
        if one.purpose == purpose
        and one.subject in kinds
        and (not categories or set(one.categories) & set(categories))
    ]


def keeps_from(
    questions: Sequence[Consent],
    answers: Sequence[Given],
    *,
    start: date | None,
    today: date,
    collected_on: date | None = None,
) -> State | None:
    """Why data may not be processed under these questions; None: it may (A-42, T-13).

    No question at all: nobody was asked, so `MISSING`. `collected_on`: the day on which the data
    was collected under the consent; what was collected before a withdrawal that acts forward only
    may still be processed (A-53, A-54). None: collected, disclosed or published now.
    """
    if not questions:
        return State.MISSING
    worst: State | None = None
    for question in questions:
        state = state_of(question, answers, start=start, today=today)
        if state is State.VALID:
            continue
        if state is State.WITHDRAWN and _stays(question, answers, collected_on, today=today):
            continue
        if worst is None or _ORDER.index(state) < _ORDER.index(worst):
            worst = state
    return worst


_ORDER: Final = (
    State.WITHDRAWN,
    State.REFUSED,
    State.NOT_RENEWED,
    State.OTHER_WORDS,
    State.MISSING,
)


def _stays(
    question: Consent, answers: Sequence[Given], collected_on: date | None, *, today: date
) -> bool:
    last = current(question, answers, today=today)
    if question.withdrawal is not Withdrawal.FORWARD_ONLY or collected_on is None:
        return False
    return last is not None and last.withdrawn_on is not None and collected_on < last.withdrawn_on


def over_since(
    questions: Sequence[Consent], answers: Sequence[Given], *, start: date | None, today: date
) -> date | None:
    """The day on which the last of these questions was answered no, withdrawn or not renewed; None
    as long as one of them stands, and where nobody ever said yes.

    From that day the policy's rules about ended consents count (A-51, H-104, H-105): proof of one
    that stands is not weeded because another one ended.
    """
    ended = []
    for question in questions:
        mine = [one for one in answers if one.question == question.id]
        if not any(one.answer is Answer.YES for one in mine):
            continue
        state = state_of(question, mine, start=start, today=today)
        if state in {State.VALID, State.OTHER_WORDS, State.MISSING}:
            return None
        last = current(question, mine, today=today)
        assert last is not None  # noqa: S101 -- it would be missing
        if state is State.NOT_RENEWED:
            assert start is not None  # noqa: S101 -- nothing is older than no start
            ended.append(min(last.withdrawn_on or start, start))
        else:
            ended.append(last.withdrawn_on or last.given_on)
    return max(ended, default=None)
