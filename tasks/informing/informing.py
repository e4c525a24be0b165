"""People are told what is done with their data: at first, when it has changed, and every year
again; who is not yet told is a number (A-33…A-39, T-06…T-09, art. 13, 14)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from lifecycle.errors import Refused
from lifecycle.informing import Given, last_day, why_now
from lifecycle.letters import COPY, REACHED, Composed, LetterKind, LetterState, Matter
from lifecycle.notice.pages import letter as page_of
from lifecycle.notice.plain import plain
from lifecycle.policy.notices import Notice
from lifecycle.policy.values import Period
from lifecycle.references import SUBJECT, from_reference
from records import letters, lookups
from records.engines import reading
from records.letters import Letter
from records.lookups import Known
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.informing.letters import Written, write
from tasks.informing.notice_texts import read_notice
from tasks.informing.orders import about_of

_BETWEEN = "\n\n" + "=" * 60 + "\n\n"
_BY_HAND = frozenset({LetterState.BY_PERSON, LetterState.HANDED})
_ON_ITS_WAY = frozenset({LetterState.SENDING, LetterState.BY_PERSON})


class Standing(NamedTuple):
    """How it stands with one notice and one kind of person."""

    notice: str
    kind: str
    version: str
    """The first twelve digits of the hash of what it says today."""
    people: int
    know: int
    """Told what it says today, and this year where it is told every year."""
    by_hand: int
    """A person is handing it over."""
    not_told: int
    """Of whom nobody can say yet that they know."""
    late: int
    """Of these the ones whose last day is over (art. 14(3)(a))."""


class Informed(NamedTuple):
    """What became of one notice in a run."""

    standing: tuple[Standing, ...]
    written: Written


def written_to(house: House) -> list[str]:
    """The notices that each person is given; the others are published or part of a form."""
    return [one.id for one in house.policy.notices if one.by_hand is not None]


def inform(house: House, notice: str) -> Informed:
    """Write to everybody who is to be told of that notice today, once; safe to repeat.

    Raises `Misconfigured("notice_unknown")`, `notice_words_missing` (nobody is given half a
    notice), and as `tasks.informing.letters.write`.
    """
    named = house.policy.notice(notice)
    done = Written()
    if named.by_hand is not None:
        for kind in named.subjects:
            version, composed = _composed(house, named, kind)
            for occasion, people in sorted(_due(house, named, kind, version).items()):
                matter = Matter(LetterKind.NOTICE, about_of(named.id, kind), version, occasion)
                done = done.plus(
                    write(house, matter, people, composed=composed, rule=named.by_hand)
                )
    return Informed(tuple(standing(house, notice)), done)


def standing(house: House, notice: str) -> Iterator[Standing]:
    """How many of each kind know what that notice says today; nothing of one that is published or
    part of a form. Raises as `inform`."""
    named = house.policy.notice(notice)
    today = local_today(house)
    if named.by_hand is None:
        return
    for kind in named.subjects:
        version = _version(house, named, kind)
        people, given = _known(house, named, kind)
        within = _within(house, kind)
        know = by_hand = late = 0
        for person in people:
            theirs = given.get(person.number, [])
            if why_now(_reached(house, theirs), version=version, today=today,
                       yearly_on=named.yearly_on) is None:  # fmt: skip
                know += 1
                continue
            by_hand += any(one.state is LetterState.BY_PERSON for one in theirs)
            end = last_day(_local(house, person.created_at), within)
            never = not _reached(house, theirs)
            late += never and end is not None and end < today
        yield Standing(
            notice=named.id,
            kind=kind,
            version=version[:12],
            people=len(people),
            know=know,
            by_hand=by_hand,
            not_told=len(people) - know,
            late=late,
        )


class Evidence(NamedTuple):
    """That one person was told, or is about to be."""

    ref: str
    """`X-…`: the letter."""
    notice: str
    version: str
    occasion: str
    languages: str
    channel: str
    """The bound channel; "" where a person hands it over."""
    state: str
    opened_at: str
    done_at: str
    reason: str
    """Why no mail went; else ""."""


def given_to(house: House, ref: str) -> list[Evidence]:
    """What a person was told, in which version, when and how, oldest first.

    Raises `Refused`: `reference_malformed`, `subject_unknown`.
    """
    number = from_reference(SUBJECT, ref)
    with reading(house.engine) as connection:
        if not lookups.is_known(connection, controller=house.controller, number=number):
            raise Refused("subject_unknown")
        found = letters.of_people(
            connection, controller=house.controller, kind=LetterKind.NOTICE, people=[number]
        )
    return [
        Evidence(
            ref=one.ref,
            notice=one.matter.about,
            version=one.matter.version,
            occasion=one.matter.occasion,
            languages=one.languages,
            channel="" if one.state in _BY_HAND else one.channel or "",
            state=str(one.state),
            opened_at=one.opened_at,
            done_at=one.done_at or "",
            reason="" if one.reason in {None, COPY} else str(one.reason),
        )
        for one in found
    ]


def _due(house: House, named: Notice, kind: str, version: str) -> dict[str, list[int]]:
    """Occasion → whom it is time to tell, and of whom no letter about exactly that is under way."""
    today = local_today(house)
    people, given = _known(house, named, kind)
    due: dict[str, list[int]] = {}
    for person in people:
        theirs = given.get(person.number, [])
        if any(one.state in _ON_ITS_WAY and one.matter.version == version for one in theirs):
            # What is under way tells the same; an interrupted letter is gone on with below.
            waits = next(one for one in theirs if one.state in _ON_ITS_WAY)
            if waits.state is LetterState.BY_PERSON:
                continue
            due.setdefault(waits.matter.occasion, []).append(person.number)
            continue
        why = why_now(
            _reached(house, theirs), version=version, today=today, yearly_on=named.yearly_on
        )
        if why is not None:
            due.setdefault(why, []).append(person.number)
    return due


def _known(house: House, named: Notice, kind: str) -> tuple[list[Known], dict[int, list[Letter]]]:
    with reading(house.engine) as connection:
        people = lookups.people_of_kind(connection, controller=house.controller, kind=kind)
        found = letters.about(
            connection,
            controller=house.controller,
            kind=LetterKind.NOTICE,
            about=about_of(named.id, kind),
        )
    given: dict[int, list[Letter]] = {}
    for one in found:
        given.setdefault(one.subject_id, []).append(one)
    return people, given


def _reached(house: House, theirs: list[Letter]) -> list[Given]:
    return [
        Given(one.matter.version, _local(house, one.done_at))
        for one in theirs
        if one.state in REACHED and one.done_at is not None
    ]


def _version(house: House, named: Notice, kind: str) -> str:
    built = read_notice(
        house.settings.policies, house.policy, named.id, kind, languages=(named.governs,)
    )
    return built.facts.sha256


def _composed(house: House, named: Notice, kind: str) -> tuple[str, Composed]:
    """The version of what this kind of person is told, and the letter: the governing text first,
    then every other language that the policy names, so that nobody's language has to be known."""
    built = read_notice(house.settings.policies, house.policy, named.id, kind)
    order = (named.governs, *(one for one in named.languages if one != named.governs))
    texts = [built.text(language) for language in order]
    composed = Composed(
        languages=" ".join(order),
        subject=f"{texts[0].title} – {house.policy.controller.company}",
        text=_BETWEEN.join(plain(text).rstrip("\n") for text in texts) + "\n",
        html=page_of(texts),
    )
    return built.facts.sha256, composed


def _within(house: House, kind: str) -> Period | None:
    """Within which time after it came from others somebody is told (art. 14(3)(a)); None: it came
    from themselves."""
    return next((one.within for one in house.policy.information if one.subject == kind), None)


def _local(house: House, instant: str) -> date:
    return datetime.fromisoformat(instant).astimezone(house.policy.controller.zone).date()
