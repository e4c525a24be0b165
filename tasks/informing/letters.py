"""Everybody who has to be told gets one letter about one thing, by mail where they have an address,
else by a person's hand; the evidence is the letter's own line (art. 12(1), A-36, A-37).

Written down before it is given to a server: a run that is cut off goes on with the same parcels,
and a server that knows one already sends nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple, TypeVar

from connectors.channel import Delivered, Parcel
from lifecycle.barred import Use
from lifecycle.errors import GallraError, KeyFailure, LedgerFailure, NotProven, Refused
from lifecycle.ledger import EventKind
from lifecycle.letters import COPY, Composed, LetterState, Matter
from lifecycle.policy.orders import OrderRule
from lifecycle.references import new_id
from records import leases, letters
from records.engines import reading
from records.letters import Letter, New
from tasks.consents.gates import barred_of
from tasks.house.doors import Door, way_digest
from tasks.house.parts import House
from tasks.informing.orders import LETTERS, facts_of, hand_over, hand_over_instead, overtake
from tasks.informing.reaching import NO_MAIL, NOT_REACHED, Reach, reach
from tasks.sharing.sent_notes import require_notes

NO_CHANNEL: Final = "no_mail_channel"
"""The reason of a letter that goes by hand because no way for mail is bound."""
_AT_ONCE: Final = 100
"""Letters that are written down in one transaction, before the first of them is sent."""
_PATIENCE: Final = 60.0
_T = TypeVar("_T")


class Written(NamedTuple):
    """What became of the letters about one matter in a run."""

    sent: int = 0
    by_person: int = 0
    """On a work order now."""
    later: int = 0
    """Not sent now, or nobody could be asked for the address: the next run."""
    barred: int = 0
    """Their data may only be stored."""
    failure: str = ""
    """The first reason code for which something waits."""

    def plus(self, other: Written) -> Written:
        """Both together."""
        return Written(
            self.sent + other.sent,
            self.by_person + other.by_person,
            self.later + other.later,
            self.barred + other.barred,
            self.failure or other.failure,
        )


def write(
    house: House,
    matter: Matter,
    people: Sequence[int],
    *,
    composed: Composed,
    rule: OrderRule,
    whatever_is_barred: bool = False,
) -> Written:
    """Write to these people about that, each once, whatever is killed and repeated: who has such a
    letter already gets none.

    `rule`: how, and by whom, it is handed to those whom no mail reaches, and to those of whose mail
    nobody can tell whether it arrived. `whatever_is_barred`: also to those whose data may only be
    stored; the law has them told all the same (an incident, an answer). Raises `LedgerFailure`,
    `KeyFailure`, `Busy`.
    """
    with leases.hold(
        house.engine, f"{LETTERS}/{house.controller}", now=house.now, patience=_PATIENCE
    ):
        writing = _Writing(house, matter, composed, rule, whatever_is_barred)
        done = writing.go_on()
        wanted = writing.without_a_letter(people)
        if not whatever_is_barred:
            stopped = writing.barred(wanted)
            wanted = [person for person in wanted if person not in stopped]
            done = done.plus(Written(barred=len(stopped)))
        door = _mail(house)
        for part in _parts(reach(house, wanted), _AT_ONCE):
            done = done.plus(writing.to(part, door))
        return done


@dataclass(frozen=True, slots=True)
class _Writing:
    """One matter, on its way to people."""

    house: House
    matter: Matter
    composed: Composed
    rule: OrderRule
    whatever_is_barred: bool

    def barred(self, people: Sequence[int]) -> Collection[int]:
        """Those of these people whose data may only be stored, and who are not told all the
        same."""
        if self.whatever_is_barred:
            return ()
        return barred_of(self.house, people, Use("", frozenset()))

    def without_a_letter(self, people: Sequence[int]) -> list[int]:
        """Those of these who have none about exactly this, each once, in the order given."""
        with reading(self.house.engine) as connection:
            found = letters.of_people(
                connection,
                controller=self.house.controller,
                kind=self.matter.kind,
                people=people,
            )
        have = {one.subject_id for one in found if one.matter == self.matter}
        return [person for person in dict.fromkeys(people) if person not in have]

    def go_on(self) -> Written:
        """Finish what an earlier run wrote down.

        What says something else by now, or would go another way, is not sent any more: whether it
        went nobody can tell, so it proves nothing, and its reader is due the new one.
        """
        house = self.house
        with reading(house.engine) as connection:
            left = letters.in_state(
                connection,
                controller=house.controller,
                kind=self.matter.kind,
                about=self.matter.about,
                states=[LetterState.SENDING],
            )
        same = [one for one in left if self._goes_on(one)]
        self._note([one.number for one in left if one not in same], LetterState.UNSURE)
        overtake(house, self.matter)
        self._purge_what_is_left()
        # Restricted since it was written down: it waits, and goes on as the same parcel.
        stopped = self.barred([one.subject_id for one in same])
        same = [one for one in same if one.subject_id not in stopped]
        done = Written(barred=len(stopped))
        for part in _parts(same, _AT_ONCE):
            known = {one.subject_id: one for one in reach(house, [one.subject_id for one in part])}
            done = done.plus(self._send(part, known, house.doors.ways[part[0].channel or ""]))
        return done

    def _purge_what_is_left(self) -> None:
        house = self.house
        with reading(house.engine) as connection:
            found = letters.in_state(
                connection,
                controller=house.controller,
                kind=self.matter.kind,
                about=self.matter.about,
                states=[LetterState.SENT],
            )
        for one in found:
            door = house.doors.ways.get(one.channel or "")
            if one.reason == COPY and door is not None:
                self._purge([one], door)

    def to(self, part: Sequence[Reach], door: Door | None) -> Written:
        """Write to these, whose way is looked up."""
        later = [one for one in part if one.why == NOT_REACHED]
        mailed = [one for one in part if one.email is not None and door is not None]
        done = Written(later=len(later), failure=NOT_REACHED if later else "")
        if door is not None and mailed:
            opened = self._written_down(mailed, door)
            done = done.plus(self._send(opened, {one.subject_id: one for one in mailed}, door))
        others = [one for one in part if one not in later and one not in mailed]
        if others:
            people = [
                (one.subject_id, one.why or (NO_CHANNEL if door is None else NO_MAIL))
                for one in others
            ]
            hand_over(self.house, self.matter, people, self.composed.languages, self.rule)
        return done.plus(Written(by_person=len(others)))

    def _goes_on(self, one: Letter) -> bool:
        """Whether it says the same, by a channel that leads where it led."""
        door = self.house.doors.ways.get(one.channel or "")
        if one.matter != self.matter or door is None:
            return False
        return one.way == way_digest(self.house.vault, door)

    def _written_down(self, mailed: Sequence[Reach], door: Door) -> list[Letter]:
        house = self.house
        way = way_digest(house.vault, door)
        with house.work() as work:
            opened = letters.open_letters(
                work.connection,
                controller=house.controller,
                matter=self.matter,
                rows=[
                    New(
                        new_id(),
                        one.subject_id,
                        self.composed.languages,
                        LetterState.SENDING,
                        door.name,
                        way,
                    )
                    for one in mailed
                ],
                at=house.at(),
            )
            facts = facts_of(self.matter) | {"channel": door.name}
            work.record(EventKind.LETTERS_INTENDED, expected=len(opened), facts=facts)
            work.commit()
        return opened

    def _send(self, opened: Sequence[Letter], known: Mapping[int, Reach], door: Door) -> Written:
        """Give each to the server; what it refuses, and what perhaps arrived, goes by hand."""
        sent: list[int] = []
        by_hand: list[tuple[Letter, str]] = []
        later, failure = 0, ""
        for one in opened:
            reached = known.get(one.subject_id)
            if failure or (reached is not None and reached.why == NOT_REACHED):
                later += 1  # the next run goes on with the same parcels
                failure = failure or NOT_REACHED
                continue
            try:
                if reached is None or reached.email is None:
                    raise Refused(NO_MAIL)
                require_notes(self.house, door)
                door.channel.deliver(self._parcel(one, reached.email))
                sent.append(one.number)
            except (LedgerFailure, KeyFailure):
                raise
            except (Refused, NotProven) as error:
                by_hand.append((one, error.code))
            except GallraError as error:
                later, failure = later + 1, error.code
        self._note(sent, LetterState.SENT)
        self._purge([one for one in opened if one.number in sent], door)
        if by_hand:
            hand_over_instead(self.house, self.matter, by_hand, self.rule)
        return Written(len(sent), len(by_hand), later, 0, failure)

    def _note(self, numbers: Sequence[int], to: LetterState) -> None:
        if not numbers:
            return
        with self.house.work() as work:
            letters.move(
                work.connection,
                numbers,
                was=LetterState.SENDING,
                to=to,
                at=self.house.at(),
                reason=COPY if to is LetterState.SENT else None,
            )
            acted = len(numbers) if to is LetterState.SENT else 0
            work.record(
                EventKind.LETTERS_SENT,
                expected=len(numbers),
                acted=acted,
                facts=facts_of(self.matter),
            )
            work.commit()

    def _purge(self, sent: Sequence[Letter], door: Door) -> None:
        """Take away the copies that our own mailbox keeps: they say who was written to. What cannot
        be taken away now is, by the next run."""
        gone = []
        for one in sent:
            with suppress(GallraError):
                door.channel.withdraw(Delivered(one.ref, ""))
                gone.append(one.number)
        if not gone:
            return
        with self.house.work() as work:
            letters.note_purged(work.connection, gone)
            work.record(
                EventKind.LETTERS_COPIES_PURGED,
                expected=len(sent),
                acted=len(gone),
                facts=facts_of(self.matter),
            )
            work.commit()

    def _parcel(self, one: Letter, to: str) -> Parcel:
        return Parcel(
            ref=one.ref,
            file=None,
            name=one.ref,
            to=(to,),
            subject=self.composed.subject,
            text=self.composed.text,
            html=self.composed.html,
        )


def _mail(house: House) -> Door | None:
    """The first machine's way by which a letter without a file goes by mail; None: there is none,
    and everybody gets theirs by hand."""
    for name in sorted(house.doors.ways):
        door = house.doors.ways[name]
        writes = door.by_hand is None and door.about.password is not None
        if writes and door.about.medium == "mail":
            return door
    return None


def _parts(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    waiting = iter(items)
    while part := list(islice(waiting, size)):
        yield part
