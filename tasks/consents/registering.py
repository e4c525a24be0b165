"""Who agreed to what is registered question by question, shown, and withdrawn by a word: from then
on no door opens under it (A-42…A-57, H-25, T-13, T-69; GDPR art. 7)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Connection

from lifecycle.consent import (
    PAPER,
    Answer,
    Given,
    Lack,
    State,
    current,
    missing_of,
    over_since,
    question_of,
    require_giver,
    start_of,
    state_of,
    version_of,
)
from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.policy.consents import Consent
from lifecycle.references import CONSENT, OFFICER, SUBJECT, from_reference, new_id, to_reference
from lifecycle.retention.reach import case_kind
from records import anchors, consents
from records.consents import Asked, Row
from records.engines import reading
from records.officers import Officer
from records.unit_of_work import UnitOfWork
from tasks.consents.said import say_answered, say_withdrawn
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.officers.codes import agree
from tasks.proving.shredding import destroy_keys

PERSON: Final = "person"
"""In place of an officer: the person's own word was enough (art. 7(3))."""
IMPORT: Final = "import"


class Register:
    """The answers of some people, as the rules read them. Reads at once."""

    def __init__(
        self, house: House, connection: Connection, people: Sequence[int] | None = None
    ) -> None:
        """`people`: None is everybody."""
        self._policy = house.policy
        self._today = local_today(house)
        self.people: Mapping[int, Asked] = consents.people(
            connection,
            controller=house.controller,
            case_kind=case_kind(house.policy),
            subjects=people,
        )
        self._rows = consents.of_people(
            connection, controller=house.controller, subjects=self.people
        )
        self._over = consents.events_of(connection, self.people)

    def rows(self, person: int) -> list[Row]:
        """What the person answered, oldest first."""
        return self._rows.get(person, [])

    def answers(self, person: int) -> list[Given]:
        """The same for the rules."""
        return [row.given for row in self.rows(person)]

    def start(self, person: int) -> date | None:
        """When the person last started; None: nobody knows."""
        return start_of(self.people[person].starts, self.answers(person), today=self._today)

    def state(self, person: int, question: Consent) -> State:
        """What the person's answer is worth today."""
        return state_of(question, self.answers(person), start=self.start(person), today=self._today)

    def missing(self, person: int) -> list[Lack]:
        """What the person must still be asked.

        Whose consent is over, and its proof weeded, is not asked before the next start.
        """
        start = self.start(person)
        asked = {one.question for one in self.rows(person)}
        found = missing_of(
            self._policy,
            self.people[person].kinds,
            self.answers(person),
            start=start,
            today=self._today,
        )
        return [one for one in found if one.question in asked or not self._was_over(person, one)]

    def over(self, person: int) -> dict[str, date | None]:
        """By event of the policy: since when no consent that names it stands."""
        found: dict[str, date | None] = {}
        for event in sorted({one.ends for one in self._policy.consents if one.ends is not None}):
            named = [one for one in self._policy.consents if one.ends == event]
            if any(row.question in {one.id for one in named} for row in self.rows(person)):
                found[event] = over_since(
                    named, self.answers(person), start=self.start(person), today=self._today
                )
        return found

    def _was_over(self, person: int, lack: Lack) -> bool:
        event = question_of(self._policy, lack.question).ends
        on = None if event is None else self._over.get((person, event))
        start = self.start(person)
        return on is not None and (start is None or on >= start.isoformat())


def give(
    house: House,
    ref: str,
    name: str,
    *,
    answer: Answer,
    on: date,
    giver: str,
    evidence: str = PAPER,
    start: date | None = None,
    officer: str,
    code: str,
) -> str:
    """Register one answer of one person; its `K-…`, or that of the same answer on record.

    `giver`: as what somebody answered (the person, a parent); `evidence`: SHA-256 of the form's
    file, or `paper`; `start`: for which start, where the consent is renewed at each: left out, the
    latest that is known, else the day of the answer. Whoever answers for the consent says so with a
    code (A-49). Raises `Refused`: `consent_unknown`, `subject_unknown`, `consent_given_by_other`,
    `consent_not_of_this_person`, `consent_day_ahead`, `role_may_not_register_consent`, or as
    `officer_codes.agree` does.
    """
    question = question_of(house.policy, name)
    person = from_reference(SUBJECT, ref)
    require_giver(question, giver)
    if on > local_today(house):
        raise Refused("consent_day_ahead", ref=ref)
    with reading(house.engine) as connection:
        register = Register(house, connection, [person])
    if person not in register.people:
        raise Refused("subject_unknown")
    if question.subject not in register.people[person].kinds:
        raise Refused("consent_not_of_this_person", ref=ref)
    for_start = start or register.start(person) or on
    row = new_row(question, person, answer=answer, on=on, giver=giver, start=for_start,
                  evidence=evidence, at=house.at())  # fmt: skip
    same = [one for one in register.rows(person) if one.same == row.same]
    if same:
        return to_reference(CONSENT, same[0].number)

    def act(work: UnitOfWork, who: Officer) -> str | None:
        if question.answers not in who.roles:
            return "role_may_not_register_consent"
        keep(house, work, [row._replace(decided_by=to_reference(OFFICER, who.id))])
        return None

    agree(house, handle=officer, code=code, ref=ref, act=act)
    destroy_keys(house)
    return to_reference(CONSENT, row.number)


def new_row(
    question: Consent,
    person: int,
    *,
    answer: Answer,
    on: date,
    giver: str,
    start: date,
    evidence: str,
    at: str,
    by: str = IMPORT,
) -> Row:
    """An answer to the question as it is put today."""
    return Row(
        number=new_id(),
        subject_id=person,
        question=question.id,
        category=question.proof,
        version=version_of(question),
        started_on=start.isoformat() if question.renewed == "every_start" else "",
        answer=str(answer),
        given_on=on.isoformat(),
        giver=giver,
        evidence=evidence,
        added_at=at,
        decided_by=by,
    )


def keep(house: House, work: UnitOfWork, rows: Iterable[Row]) -> int:
    """Keep answers within the caller's transaction; how many were new. Each is an event."""
    new = consents.add(work.connection, controller=house.controller, rows=rows)
    # Durable before the transaction is: a backup that is put back hears every no again.
    say_answered(house, new)
    for row in new:
        facts = {"question": row.question, "answer": row.answer, "version": row.version,
                 "given_on": row.given_on, "giver": row.giver, "evidence": row.evidence,
                 "by": row.decided_by}  # fmt: skip
        work.record(
            EventKind.CONSENT_GIVEN,
            ref=to_reference(SUBJECT, row.subject_id),
            facts=facts | {"consent": to_reference(CONSENT, row.number)},
        )
    settle(house, work, {row.subject_id for row in new})
    return len(new)


def withdraw(
    house: House, ref: str, name: str, *, on: date | None = None, by: str = PERSON
) -> bool:
    """The person takes a consent back; False: none stood, and nothing was changed.

    It counts from `on` (local date; left out: today), at once, at every door, whatever the policy's
    effect is; what the effect ends in systems is due by the ordinary plans. The person's own word
    is enough: it is as easy as giving (art. 7(3)). Raises `Refused`: `consent_unknown`,
    `subject_unknown`, `consent_day_ahead`.
    """
    question = question_of(house.policy, name)
    person = from_reference(SUBJECT, ref)
    today = local_today(house)
    day = today if on is None else on
    if day > today:
        raise Refused("consent_day_ahead", ref=ref)
    with house.work() as work:
        register = Register(house, work.connection, [person])
        if person not in register.people:
            raise Refused("subject_unknown")
        standing = [
            row
            for row in register.rows(person)
            if row.question == name and row.answer == Answer.YES and row.withdrawn_on is None
        ]
        if not standing:
            return False
        for row in standing:
            # It cannot end before it was given.
            ends = max(day.isoformat(), row.given_on)
            say_withdrawn(house, row, on=ends, by=by)
            consents.withdraw(work.connection, row.number, on=ends, at=house.at(), by=by)
            work.record(
                EventKind.CONSENT_WITHDRAWN,
                ref=ref,
                facts={"question": name, "consent": to_reference(CONSENT, row.number),
                       "effect": str(question.withdrawal), "withdrawn_on": ends, "by": by},
            )  # fmt: skip
        settle(house, work, {person})
        work.commit()
    destroy_keys(house)
    return True


def settle(house: House, work: UnitOfWork, people: Collection[int]) -> None:
    """What follows from these people's answers: the proof that is held, the events that rules count
    from, and what is due by them. Within the caller's transaction; afterwards `destroy_keys`."""
    register = Register(house, work.connection, sorted(people))
    held = house.policy.systems[house.own_system].holds
    proofs: dict[tuple[int, str], bytes] = {}
    dates: dict[tuple[int, str], str | None] = {}
    for person, asked in register.people.items():
        ours = {category for kind in asked.kinds for category in held.get(kind, ())}
        for category in sorted({row.category for row in register.rows(person)} & ours):
            proofs[person, category] = _proof(register.rows(person), category)
        for event, on in register.over(person).items():
            dates[person, event] = None if on is None else on.isoformat()
    consents.put_proof(
        work.connection, house.vault, proofs, numbers=[new_id() for _ in range(len(proofs))]
    )
    consents.set_events(work.connection, controller=house.controller, dates=dates)
    anchors.refresh(
        work.connection,
        house.policy,
        controller=house.controller,
        subjects=sorted(register.people),
    )


def settle_changed(house: House, work: UnitOfWork) -> int:
    """The same for everybody of whom a new start has ended what was not renewed (A-57); of how many
    something changed. Within the caller's transaction."""
    register = Register(house, work.connection)
    stored = consents.events_of(work.connection, register.people)
    changed = {
        person
        for person in register.people
        for event, on in register.over(person).items()
        if stored.get((person, event)) != (None if on is None else on.isoformat())
    }
    if changed:
        settle(house, work, changed)
    return len(changed)


def _proof(rows: Sequence[Row], category: str) -> bytes:
    """Canonical JSON of texts, as every holding is: who asks for an extract can read it."""
    told = {
        f"{row.question} {row.started_on}".strip() + f" {row.given_on} {row.answer}": " ".join(
            part
            for part in (row.giver, row.evidence, row.version,
                         "" if row.withdrawn_on is None else f"withdrawn {row.withdrawn_on}")
            if part
        )
        for row in rows
        if row.category == category
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


class Line(NamedTuple):
    """One question and what a person's answer to it is worth today: words and dates."""

    ref: str
    question: str
    state: str
    answer: str
    given_on: str
    start_on: str
    giver: str
    withdrawn_on: str
    evidence: str
    consent: str
    """`K-…`; "" where nobody has answered."""


def lines_of(house: House, ref: str) -> list[Line]:
    """Every question that concerns this person, and the answer that counts. Raises
    `Refused("subject_unknown")`."""
    person = from_reference(SUBJECT, ref)
    with reading(house.engine) as connection:
        register = Register(house, connection, [person])
    if person not in register.people:
        raise Refused("subject_unknown")
    return _lines(house, register, person)


def lines(house: House, question: str = "", state: str = "") -> list[Line]:
    """Everybody's answers that are on record, by question: which consents there are (A-55)."""
    if question:
        question_of(house.policy, question)
    with reading(house.engine) as connection:
        register = Register(house, connection)
    found = [line for person in register.people for line in _lines(house, register, person)]
    return sorted(
        one
        for one in found
        if one.consent and question in {"", one.question} and state in {"", one.state}
    )


def _lines(house: House, register: Register, person: int) -> list[Line]:
    today = local_today(house)
    found = []
    for question in house.policy.consents:
        rows = [row for row in register.rows(person) if row.question == question.id]
        if question.subject not in register.people[person].kinds and not rows:
            continue
        last = current(question, [row.given for row in rows], today=today)
        row = next((one for one in reversed(rows) if one.given == last), None)
        found.append(
            Line(
                ref=to_reference(SUBJECT, person),
                question=question.id,
                state=str(register.state(person, question)),
                answer="" if row is None else row.answer,
                given_on="" if row is None else row.given_on,
                start_on="" if row is None else row.started_on,
                giver="" if row is None else row.giver,
                withdrawn_on="" if row is None else row.withdrawn_on or "",
                evidence="" if row is None else row.evidence,
                consent="" if row is None else to_reference(CONSENT, row.number),
            )
        )
    return found


class Missing(NamedTuple):
    """What somebody must still be asked."""

    ref: str
    question: str
    why: str
    role: str
    """Who answers for it being asked."""


def missing(house: House) -> list[Missing]:
    """Who lacks which consent that everybody is asked for (A-57, A-99, T-27), by person."""
    with reading(house.engine) as connection:
        register = Register(house, connection)
    return [
        Missing(
            to_reference(SUBJECT, person),
            lack.question,
            str(lack.state),
            question_of(house.policy, lack.question).answers,
        )
        for person in sorted(register.people)
        for lack in register.missing(person)
    ]
