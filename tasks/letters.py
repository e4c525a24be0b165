"""Everybody who has to be told gets one letter about one thing, by mail where they have an address,
else by a person's hand; the evidence is the letter's own line (art. 12(1), A-36, A-37).

Written down before it is given to a server: a run that is cut off goes on with the same parcels,
and a server that knows one already sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from connectors.channel import Parcel
from lifecycle.barred import Use
from lifecycle.errors import GallraError, KeyFailure, LedgerFailure, NotProven, Refused, Retryable
from lifecycle.ledger import EventKind
from lifecycle.letters import Composed, LetterState, Matter
from lifecycle.policy.orders import OrderRule
from lifecycle.references import new_id
from records import leases, letters
from records.engines import reading
from records.letters import Letter, New
from tasks.doors import Door, way_digest
from tasks.gates import barred_of
from tasks.house import House
from tasks.letter_orders import LETTERS, by_hand_instead, facts_of, hand_over
from tasks.reaching import NOT_REACHED, Reach, reach
from tasks.sent_notes import require_notes

BARRED: Final = "barred"
"""Whose data may only be stored is not written to."""
_AT_ONCE: Final = 100
"""Letters that are written down in one transaction, before the first of them is sent."""
_PATIENCE: Final = 60.0

Compose = Callable[[], Composed]


class Written(NamedTuple):
    """What became of the letters about one matter."""

    sent: int = 0
    unsure: int = 0
    by_person: int = 0
    later: int = 0
    """Could not be sent now, or nobody could be asked for the address: the next run."""
    barred: int = 0
    """Their data is restricted."""
    failure: str = ""
    """The first reason code for which something waits."""


def write(
    house: House,
    matter: Matter,
    people: Sequence[int],
    *,
    compose: Compose,
    rule: OrderRule,
    role: str,
    barred: bool = True,
) -> Written:
    """Write to these people about that, each once, whatever is killed and repeated; who has such a
    letter already gets none.

    `rule`, `role`: how and by whom it is handed over to those whom no mail reaches. `barred`: leave
    out those whose data may only be stored; False where the law has them told all the same (an
    incident, an answer). Raises `LedgerFailure`, `KeyFailure`, `Busy`.
    """
    with leases.hold(
        house.engine, f"{LETTERS}/{house.controller}", now=house.now, patience=_PATIENCE
    ):
        door = _mail(house)
        done = _go_on(house, matter, compose=compose, rule=rule, role=role)
        have = _written(house, matter, people)
        wanted = [person for person in people if person not in have]
        if barred:
            stopped = barred_of(house, wanted, Use("", frozenset()))
            wanted = [person for person in wanted if person not in stopped]
            done = done._replace(barred=len(stopped))
        for part in _parts(reach(house, wanted), _AT_ONCE):
            done = _add(
                done,
                _write_part(house, matter, part, door=door, compose=compose, rule=rule, role=role),
            )
        return done


def _written(house: House, matter: Matter, people: Sequence[int]) -> set[int]:
    with reading(house.engine) as connection:
        found = letters.of_people(
            connection, controller=house.controller, kind=matter.kind, people=people
        )
    return {one.subject_id for one in found if one.matter == matter}


def _write_part(
    house: House,
    matter: Matter,
    part: Sequence[Reach],
    *,
    door: Door | None,
    compose: Compose,
    rule: OrderRule,
    role: str,
) -> Written:
    composed = compose()
    later = [one for one in part if one.email is None and one.why == NOT_REACHED]
    mailed = [one for one in part if one.email is not None and door is not None]
    by_hand = [one for one in part if one not in later and one not in mailed]
    opened = _open_sending(house, matter, mailed, composed, door) if door and mailed else []
    address = {one.subject_id: one.email for one in mailed}
    done = Written(later=len(later), failure=NOT_REACHED if later else "")
    if door is not None and opened:
        done = _add(done, _send(house, matter, opened, address, composed, door, rule, role))
    if by_hand:
        hand_over(
            house, matter, [(one.subject_id, one.why) for one in by_hand], composed, rule, role
        )
        done = done._replace(by_person=done.by_person + len(by_hand))
    return done


def _open_sending(
    house: House, matter: Matter, mailed: Sequence[Reach], composed: Composed, door: Door
) -> list[Letter]:
    with house.work() as work:
        opened = letters.open_letters(
            work.connection,
            controller=house.controller,
            matter=matter,
            rows=[
                New(
                    new_id(),
                    one.subject_id,
                    composed.language,
                    LetterState.SENDING,
                    door.name,
                    way_digest(house.vault, door),
                )
                for one in mailed
            ],
            at=house.at(),
        )
        work.record(
            EventKind.LETTERS_INTENDED,
            expected=len(opened),
            facts=facts_of(matter) | {"channel": door.name},
        )
        work.commit()
    return opened


def _send(
    house: House,
    matter: Matter,
    opened: Sequence[Letter],
    address: dict[int, str | None],
    composed: Composed,
    door: Door,
    rule: OrderRule,
    role: str,
) -> Written:
    """Give each to the server. What it refuses a person hands over."""
    sent: list[int] = []
    unsure: list[int] = []
    refused: list[tuple[Letter, str]] = []
    failure = ""
    later = 0
    for position, one in enumerate(opened):
        to = address.get(one.subject_id)
        try:
            if to is None:
                raise Refused("no_mail_address")
            require_notes(house, door)
            door.channel.deliver(_parcel(one, to, composed))
            sent.append(one.number)
        except (LedgerFailure, KeyFailure):
            raise
        except NotProven as error:
            unsure.append(one.number)
            failure = failure or error.code
        except Refused as error:
            refused.append((one, error.code))
        except GallraError as error:
            failure = failure or error.code
            later += 1
            if isinstance(error, Retryable):
                later += len(opened) - position - 1
                break  # the server is away: the next run goes on with the same parcels
    _note(house, matter, sent=sent, unsure=unsure)
    if refused:
        by_hand_instead(house, matter, refused, rule, role)
    return Written(len(sent), len(unsure), len(refused), later, 0, failure)


def _note(house: House, matter: Matter, *, sent: Sequence[int], unsure: Sequence[int]) -> None:
    if not sent and not unsure:
        return
    with house.work() as work:
        at = house.at()
        for numbers, to in ((sent, LetterState.SENT), (unsure, LetterState.UNSURE)):
            letters.move(work.connection, numbers, was=LetterState.SENDING, to=to, at=at)
        work.record(
            EventKind.LETTERS_SENT,
            expected=len(sent) + len(unsure),
            acted=len(sent),
            facts=facts_of(matter),
            unsure=len(unsure),
        )
        work.commit()


def _go_on(
    house: House, matter: Matter, *, compose: Compose, rule: OrderRule, role: str
) -> Written:
    """What an earlier run wrote down and did not finish. A letter of another version is not sent
    any more: whether it went nobody can tell, and its reader is due the new one."""
    with reading(house.engine) as connection:
        left = letters.in_state(
            connection,
            controller=house.controller,
            kind=matter.kind,
            about=matter.about,
            states=[LetterState.SENDING],
        )
    stale = [one.number for one in left if not _is_same(house, one, matter)]
    _note(house, matter, sent=[], unsure=stale)
    same = [one for one in left if one.number not in stale]
    done = Written(unsure=len(stale))
    composed = compose()
    for part in _parts(iter(same), _AT_ONCE):
        door = house.doors.ways[part[0].channel or ""]
        address = {one.subject_id: one.email for one in reach(house, [p.subject_id for p in part])}
        done = _add(done, _send(house, matter, part, address, composed, door, rule, role))
    return done


def _is_same(house: House, one: Letter, matter: Matter) -> bool:
    """Whether it says the same, by a channel that leads where it led."""
    door = house.doors.ways.get(one.channel or "")
    return one.matter == matter and door is not None and one.way == way_digest(house.vault, door)


def _mail(house: House) -> Door | None:
    """The first machine's way by which a letter without a file goes by mail; None: there is none,
    and everybody gets theirs by hand."""
    for name in sorted(house.doors.ways):
        door = house.doors.ways[name]
        writes = door.by_hand is None and door.about.password is not None
        if writes and door.about.medium == "mail":
            return door
    return None


def _parcel(one: Letter, to: str, composed: Composed) -> Parcel:
    return Parcel(
        ref=one.ref,
        file=None,
        name=one.ref,
        to=(to,),
        subject=composed.subject,
        text=composed.text,
        html=composed.html,
    )


def _add(one: Written, other: Written) -> Written:
    return Written(
        one.sent + other.sent,
        one.unsure + other.unsure,
        one.by_person + other.by_person,
        one.later + other.later,
        one.barred + other.barred,
        one.failure or other.failure,
    )


def _parts(items: Iterable, size: int) -> Iterator[list]:  # type: ignore[type-arg]
    waiting = iter(items)
    while part := list(islice(waiting, size)):
        yield part
