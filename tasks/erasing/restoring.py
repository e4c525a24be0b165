"""Backups bring nobody back: who was erased since is erased again, and who said no since is heard
again, before anything else opens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from sqlalchemy import Connection

from connectors.erasure_journal import DONE
from lifecycle.erasure import Erased
from lifecycle.errors import LedgerFailure, NotProven
from lifecycle.ledger import EventKind
from lifecycle.references import PLAN, SUBJECT, to_reference
from records import restored, to_dos
from records.checkpoints import newest_checkpoint
from records.engines import reading
from records.forgetting import still_there
from records.ledger_check import is_another, verify
from records.scrub import scrub
from tasks.consents.said_again import Heard, hear_again, require_whole
from tasks.house import replay_first
from tasks.house.parts import House
from tasks.proving.proof import newest_witnessed, witness
from tasks.proving.shredding import destroy_keys

_T = TypeVar("_T")

AT_ONCE: Final = 2_000
_OF_REPLAY: Final = (
    EventKind.KEYS_DESTROYED,
    EventKind.TO_DO_OPENED,
    EventKind.WITNESS_FAILED,
    EventKind.CHECKPOINT_MADE,
    EventKind.DATABASE_RESTORED,
)
"""What a replay writes too: a killed one must not make the backup look newer than it is."""
UNREADABLE: Final = "restored_without_key"
"""The to-do for data that was changed after the backup: its old version has no key any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a restore needed."""

    erased_since: int
    """People in the journal of erasures, later than the restored records."""
    found_again: int
    """Of whom the backup had something; all of it is gone again."""
    unsure: int
    """Begun and never said to be done: a person must look, see `gallra plan list`."""
    keys: int
    """Keys without anything to open, destroyed."""
    unreadable: int
    """Holdings whose key is gone because they changed after the backup: import again."""
    heard: Heard
    """Withdrawals, noes, restrictions, objections and opt-outs since the backup."""
    missing_events: int
    """Ledger events that the backup lacks; the witness's file keeps them as evidence."""


def replay(house: House) -> Replayed:
    """Erase again everybody whom the journal names, hear again what was said; then the databases
    may be opened.

    `house` is opened with `restoring`. Safe to repeat and to kill; harmless where nothing was
    restored. Raises `LedgerFailure` when the restored ledger or the journal does not verify, and
    with `witness_lost` or `said_lost` when witness and journals are not where they were: who was
    erased, or said no, is not known then. `NotProven` when somebody is still there afterwards.
    """
    shown = newest_witnessed(house)
    killed = shown is None and any(sink.was_set_aside() for sink in house.witnesses)
    with reading(house.engine) as connection:
        size = verify(connection, house.ledger_key).size
        if shown is None and not killed and _was_witnessed(house, connection):
            raise LedgerFailure("witness_lost")
        forked = shown is not None and is_another(connection, shown)
    missing = 0 if shown is None else max(0, shown.size - size)
    knew_until = _knew_until(house)
    # What the restored records knew of is in them already: only what came later is replayed.
    entries = [entry for entry in house.journal.entries() if entry.at >= knew_until]
    require_whole(house)
    done = {entry.batch for entry in entries if entry.step == DONE}
    people = [p for entry in entries if entry.step == DONE for p in entry.people]
    unsure = sum(len(entry.people) for entry in entries if entry.batch not in done)
    found = sum(_erase_again(house, part) for part in _parts(people))
    keys = _destroy_orphans(house)
    unreadable = _drop_unreadable(house)
    heard = hear_again(house, knew_until=knew_until)
    destroy_keys(house)
    scrub(house.engine)
    _prove(house, people)
    with house.work() as work:
        work.record(
            EventKind.ERASURE_REPLAYED,
            rule="A-75",
            found=found,
            acted=found,
            verified=found if found else None,
            journal=len(people),
            unsure=unsure,
            keys=keys,
            unreadable=unreadable,
        )
        if (missing or forked) and shown is not None:
            work.record(
                EventKind.DATABASE_RESTORED,
                facts={"witnessed": shown.link.hex()},
                events=size,
                missing=missing,
            )
        work.commit()
    if (missing or forked) and shown is not None:
        for sink in house.witnesses:
            sink.set_aside(f"restored-{shown.size}-{size}")
    witness(house, begin_anew=bool(missing) or forked or killed)
    replay_first.done(house.settings.home)
    return Replayed(
        erased_since=len(people),
        found_again=found,
        unsure=unsure,
        keys=keys,
        unreadable=unreadable,
        heard=heard,
        missing_events=missing,
    )


def _knew_until(house: House) -> str:
    """The moment of the backup: its newest event that a replay did not write."""
    with reading(house.engine) as connection:
        return restored.newest_event(
            connection, besides={str(kind) for kind in (EventKind.ERASURE_REPLAYED, *_OF_REPLAY)}
        )


def _was_witnessed(house: House, connection: Connection) -> bool:
    return any(
        newest_checkpoint(connection, sink=sink.name) is not None
        for sink in house.witnesses
        if sink.shows
    )


def _erase_again(house: House, people: Sequence[Erased]) -> int:
    with house.work() as work:
        found = restored.erase_again(work.connection, people, at=house.at())
        done = restored.unfinished_items(
            work.connection, people, own=house.own_system, cases=house.case_system.system
        )
        restored.prove_items(work.connection, [item[:2] for item in done], at=house.at())
        for plan, _, number, system, rule in done:
            work.record(
                EventKind.ITEM_PROVEN,
                ref=to_reference(SUBJECT, number),
                rule=rule,
                expected=1,
                verified=1,
                facts={"plan": to_reference(PLAN, plan), "system": system, "answer": "gone"},
            )
        work.record(EventKind.ERASURE_REPLAYED, found=found, journal=len(people))
        work.commit()
    destroy_keys(house)
    return found


def _destroy_orphans(house: House) -> int:
    """Keys that open nothing in these records: of what was erased, or came after the backup."""
    numbers = restored.keys_without_data(house.engine, house.keyring.engine)
    for part in _parts(numbers):
        with house.work() as work:
            house.vault.shred(list(part))
            work.record(EventKind.KEYS_DESTROYED, expected=len(part), verified=len(part))
            work.commit()
    return len(numbers)


def _drop_unreadable(house: House) -> int:
    """A holding that no key opens is nobody's data; the next import brings today's version."""
    numbers = restored.data_without_key(house.engine, house.keyring.engine)
    slips = restored.slips_without_key(house.engine, house.keyring.engine)
    if slips:
        with house.work() as work:
            restored.drop_slips(work.connection, slips)
            work.record(EventKind.ERASURE_REPLAYED, facts={"what": "slips"}, slips=len(slips))
            work.commit()
    if not numbers:
        return 0
    proofs = {question.proof for question in house.policy.consents}
    with house.work() as work:
        # What proves consents is made anew out of the answers (`tasks.consents.said_again`).
        lost = restored.drop_holdings(work.connection, numbers, made_anew=proofs)
        if lost:
            to_dos.open_to_do(
                work.connection,
                controller=house.controller,
                kind=UNREADABLE,
                ref=house.run,
                number=lost,
                at=house.at(),
            )
        work.record(EventKind.TO_DO_OPENED, ref=house.run, found=lost)
        work.commit()
    return lost


def _prove(house: House, people: Iterable[Erased]) -> None:
    for part in _parts(list(people)):
        with reading(house.engine) as connection:
            left = still_there(connection, part)
        if left:
            raise NotProven("subject_still_there", left=len(left))


def _parts(things: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(things), AT_ONCE):
        yield things[start : start + AT_ONCE]
