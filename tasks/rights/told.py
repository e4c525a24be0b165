"""What goes with an extract: why and how the data is used, by whom, for how long, out of the policy
itself; and who really received it (art. 15(1)(a) to (h))."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from lifecycle.errors import Misconfigured
from lifecycle.letters import LetterKind
from lifecycle.notice.articles import ARTICLE_14, unanswered
from lifecycle.opening import Language
from lifecycle.policy.model import Policy
from lifecycle.references import SUBJECT, from_reference
from lifecycle.retention.calendar import local_date
from records import disclosures, letters, received
from records.engines import reading
from tasks.consents.registering import lines_of
from tasks.house.parts import House
from tasks.informing.notice_texts import read_notice

SPOKEN: Final[dict[str, Language]] = {"SE": "sv", "DK": "da"}
NEEDED: Final = tuple(
    point for point in ARTICLE_14 if point not in {"14(1)(a)", "14(1)(b)", "14(2)(b)", "14(2)(d)"}
)
"""Points of article 14 that say the same as article 15(1)(a) to (h) and 15(2): purposes,
categories, recipients, how long, the rights, the complaint, the source, automated decisions, third
countries."""


class Chapter(NamedTuple):
    """A heading, and what stands under it."""

    heading: str
    paragraphs: tuple[str, ...]


class Recipient(NamedTuple):
    """Somebody who really received something of the person."""

    recipient: str
    """The policy's name for them."""
    called: str
    categories: tuple[str, ...]
    purpose: str
    on: str
    """The local day on which it was sent; "" while it is on its way."""
    until: str


class OnRecord(NamedTuple):
    """Something that the person was told, or answered."""

    kind: str
    """`notice` or `consent`."""
    called: str
    """In the policy's words."""
    state: str
    """What became of the letter, or what the answer is worth today."""
    answer: str
    """To a question about consent; else ""."""
    on: str
    """ISO date."""
    withdrawn_on: str = ""


def on_record(house: House, ref: str) -> list[OnRecord]:
    """What is on record of notices to the person `S-…`, and of their consents. Raises
    `Refused("subject_unknown")`."""
    person = from_reference(SUBJECT, ref)
    policy = house.policy
    zone = policy.controller.zone
    with reading(house.engine) as connection:
        told = letters.of_people(
            connection, controller=house.controller, kind=LetterKind.NOTICE, people=[person]
        )
    notices = {one.id: one.called for one in policy.notices}
    questions = {one.id: one.called for one in policy.consents}
    found = [
        OnRecord(
            kind="notice",
            called=notices.get(one.matter.about.partition(".")[0], one.matter.about),
            state=str(one.state),
            answer="",
            on=_day(one.done_at or one.opened_at, zone),
        )
        for one in told
    ]
    found += [
        OnRecord(
            kind="consent",
            called=questions.get(one.question, one.question),
            state=one.state,
            answer=one.answer,
            on=one.given_on,
            withdrawn_on=one.withdrawn_on,
        )
        for one in lines_of(house, ref)
        if one.consent
    ]
    return found


def information(house: House, kinds: Sequence[str], language: Language) -> list[Chapter]:
    """What the policy says, for each kind of data subject that the person is.

    In the policy's own language where it has no words in another. Raises
    `Misconfigured("no_notice_for_them")` where the policy has no notice for such people, or one
    that leaves a point of the article unanswered.
    """
    chapters: list[Chapter] = []
    for kind in kinds:
        notice = _notice_for(house.policy, kind)
        named = house.policy.notice(notice)
        spoken = language if language in named.languages else named.governs
        built = read_notice(
            house.settings.policies, house.policy, notice, kind, languages=(spoken,)
        )
        if unanswered(built.facts.sections, NEEDED):
            raise Misconfigured("no_notice_for_them", ref=house.controller)
        chapters += [
            Chapter(section.heading, tuple(one.plain for one in section.paragraphs))
            for section in built.text(spoken).sections
        ]
    return list(dict.fromkeys(chapters))


def recipients(house: House, person: int) -> list[Recipient]:
    """Out of the register of disclosures: to whom something of this person went."""
    zone = house.policy.controller.zone
    sharing = house.policy.sharing
    with reading(house.engine) as connection:
        found = received.by_whom(
            connection, controller=house.controller, of={person: set(house.policy.categories)}
        )
        told = [
            (disclosures.get(connection, controller=house.controller, number=number), people)
            for number, people in sorted(found.items())
        ]
    return [
        Recipient(
            recipient=one.terms.recipient,
            called=(
                sharing.recipients[one.terms.recipient].called
                if sharing is not None and one.terms.recipient in sharing.recipients
                else one.terms.recipient
            ),
            categories=tuple(sorted(people[person])),
            purpose=one.terms.purpose,
            on="" if one.sent_at is None else _day(one.sent_at, zone),
            until=one.terms.until_on,
        )
        for one, people in told
    ]


def _notice_for(policy: Policy, kind: str) -> str:
    for notice in policy.notices:
        if kind in notice.subjects and notice.about != "cameras":
            return notice.id
    raise Misconfigured("no_notice_for_them", ref=policy.id)


def _day(at: str, zone: ZoneInfo) -> str:
    return local_date(datetime.fromisoformat(at), zone).isoformat()
