"""Who has an account that the policy does not give: a work order, or removed where the policy says
so and somebody agreed, with intent, effect, reading back and ledger (A-78, A-79, A-86, A-104…A-107,
B-10)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from connectors.accounts import Accounts
from lifecycle.access import Access, Breach, Matter, Member
from lifecycle.access import review as judge
from lifecycle.errors import Busy, GallraError, NotProven, Refused, Retryable
from lifecycle.ledger import EventKind, instant
from lifecycle.references import FINDING, to_reference
from records import findings, leases, to_dos
from records.engines import reading
from records.findings import AGREED, CLEARED, INTENDED, OPEN, Ledge, Seen
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.placing.findings import ACCOUNTS
from tasks.placing.mending import open_orders

TO_DO: Final = "removals_to_agree"
"""Accounts that the policy has removed as soon as somebody who may agrees."""
_WORTH: Final = "account"
_FEW: Final = 2
"""So many may go from the smallest of systems without anybody looking."""
_SHARE: Final = 3
"""Where more than a third of a system's accounts would go, and more than `_FEW`, a list is wrong
rather than everybody gone: a person looks first."""


class AccessCount(NamedTuple):
    """What a review of one system brought."""

    reached: bool = True
    accounts: int = 0
    removed: int = 0
    """Proven gone."""
    kept: int = 0
    """The system would not let them go."""
    standing: int = 0
    """For a person to judge, or to be removed."""
    to_agree: int = 0
    """Of these the ones that are removed as soon as somebody agrees."""
    why: str = ""
    """The reason code for which it was not reached."""


def review(
    house: House, *, remove: bool = True, accept_many: bool = False
) -> dict[str, AccessCount]:
    """Judge every bound account; remove those of leavers where the policy says so and somebody who
    may has agreed (`access_agreeing.agree_removals`). What a person has to do is a work order.

    A system that does not answer, or a staff list that cannot be read, changes nothing there and
    removes nobody: `reached=False`. Raises, after all others were looked at,
    `NotProven("too_many_leavers", ref=system)` when more than a third of the accounts, and three
    at least, would go, unless `accept_many`: a person looked;
    `NotProven("account_still_there")`; `Busy`.
    """
    counts, failures = review_all(house, remove=remove, accept_many=accept_many)
    if failures:
        raise failures[0]
    return counts


def review_all(
    house: House, *, remove: bool = True, accept_many: bool = False
) -> tuple[dict[str, AccessCount], list[GallraError]]:
    """As `review`, but what single systems failed with stands beside what the others brought."""
    counts: dict[str, AccessCount] = {}
    failures: list[GallraError] = []
    with leases.hold(house.engine, f"access/{house.controller}", now=house.now):
        for name in sorted(house.accounts):
            try:
                counts[name] = _Review(house, house.accounts[name]).run(
                    remove=remove, accept_many=accept_many
                )
            except Busy:
                raise
            except Retryable as failure:
                counts[name] = AccessCount(reached=False, why=failure.code)
                _note_unreached(house, name, failure)
            except GallraError as failure:
                counts[name] = AccessCount(reached=False, why=failure.code)
                failures.append(failure)
    return counts, failures


def _is_too_many(going: int, *, of: int) -> bool:
    return going > _FEW and going * _SHARE > of


def place_of(system: str) -> str:
    """Under which place the findings about a system's accounts stand."""
    return ACCOUNTS + system


class _Review:
    def __init__(self, house: House, accounts: Accounts) -> None:
        self._house = house
        self._accounts = accounts
        self._place = place_of(accounts.system)

    def run(self, *, remove: bool, accept_many: bool) -> AccessCount:
        name = self._accounts.system
        staff = self._house.staff()
        held, breaches, going = self._judged(staff)
        self._let_lapse()
        removed = self._note_gone({account.key for account in held})
        if remove and (finished := self._finish_earlier(going)):
            removed += finished
            held, breaches, going = self._judged(staff)
        kept = 0
        self._write(breaches)
        too_many = _is_too_many(len(going), of=len(held)) and not accept_many
        if remove and not too_many and not self._accounts.by_hand:
            done, kept = self._remove(going)
            removed += done
        count = self._note(going, AccessCount(True, len(held), removed, kept))
        if remove and too_many:
            raise NotProven("too_many_leavers", ref=name, accounts=len(going))
        return count

    def _judged(self, staff: Sequence[Member]) -> tuple[list[Access], list[Breach], set[str]]:
        """The accounts as they are, what speaks against them, and the keys of those that go."""
        held = list(self._accounts.accounts())
        breaches = judge(
            self._house.policy,
            self._accounts.system,
            held,
            staff,
            today=local_today(self._house),
        )
        return held, breaches, {breach.key for breach in breaches if breach.goes}

    def _write(self, breaches: list[Breach]) -> None:
        house = self._house
        keys = {self._digest(breach.key): breach.key for breach in breaches}
        seen = [
            Seen(self._digest(b.key), b.matter, _WORTH, b.rule, 1)
            for b in breaches
        ]  # fmt: skip
        with reading(house.engine) as connection:
            ledge = Ledge(connection, controller=house.controller, place=self._place)
        with house.work() as work:
            noted = ledge.note(
                work.connection,
                # Every account was read: what nothing speaks against any more is settled.
                looked=ledge.digests(),
                seen=seen,
                gone_from=(),
                at=house.at(),
                seal=lambda number, digest: house.vault.seal_name(number, keys[digest]),
            )
            work.record(
                EventKind.FINDINGS_NOTED,
                found=len(seen),
                facts={"place": self._place},
                new=noted.new,
                cleared=noted.cleared,
            )
            work.commit()

    def _let_lapse(self) -> None:
        """Who agreed so long ago that an approval would not count any more is asked again."""
        house = self._house
        oldest = house.now() - house.policy.approvals.valid_for.exact
        for number, _, state, agreed_at, _ in self._standing():
            if state == AGREED and (agreed_at or "") < instant(oldest):
                self._go_on(number, AGREED, OPEN, EventKind.ACCESS_REMOVAL_LAPSED)

    def _note_gone(self, there: set[str]) -> int:
        """Accounts of whose removal somebody agreed and that are not there any more: whoever
        removed them, by hand or otherwise."""
        gone = 0
        for number, _, state, _, key in self._standing():
            if state == AGREED and key not in there:
                self._go_on(number, AGREED, CLEARED, EventKind.ACCESS_REMOVED)
                gone += 1
        return gone

    def _remove(self, keys: set[str]) -> tuple[int, int]:
        """How many are proven gone, and how many the system keeps."""
        removed = kept = 0
        for number, matter, state, _, key in self._standing():
            if key not in keys or matter not in {Matter.LEFT, Matter.COURSE_OVER} or state == OPEN:
                continue
            if state == AGREED:
                self._go_on(number, AGREED, INTENDED, EventKind.ACCESS_REMOVAL_INTENDED)
            done = self._carry_out(number, key)
            removed, kept = removed + done, kept + (not done)
        return removed, kept

    def _finish_earlier(self, going: set[str]) -> int:
        """Removals that were intended, and cut short: how many are proven gone. Whom the list has
        back keeps the account, whatever was intended before."""
        done = 0
        for number, _, state, _, key in self._standing():
            if state != INTENDED:
                continue
            if key in going:
                done += self._carry_out(number, key)
            elif not self._accounts.is_there(key):
                self._go_on(number, INTENDED, CLEARED, EventKind.ACCESS_REMOVED)
                done += 1
        return done

    def _carry_out(self, number: int, key: str) -> bool:
        try:
            self._accounts.remove(key)
        except Refused:
            return False  # it stays intended, stands in the report, and is tried again
        if self._accounts.is_there(key):
            raise NotProven("account_still_there", ref=to_reference(FINDING, number))
        self._go_on(number, INTENDED, CLEARED, EventKind.ACCESS_REMOVED)
        return True

    def _go_on(self, number: int, was: str, state: str, event: EventKind) -> None:
        with self._house.work() as work:
            findings.to_state(work.connection, number, was=was, state=state, at=self._house.at())
            work.record(
                event, ref=to_reference(FINDING, number), facts={"system": self._accounts.system}
            )
            work.commit()

    def _standing(self) -> list[tuple[int, str, str, str | None, str]]:
        """(number, matter, state, agreed at, the account's key) of what stands here."""
        house = self._house
        with reading(house.engine) as connection:
            rows = findings.sealed_at(connection, controller=house.controller, place=self._place)
        return [(*row[:4], house.vault.open_name(row[0], row[4])) for row in rows]

    def _digest(self, key: str) -> bytes:
        return self._house.vault.index_digest(f"account.{self._accounts.system}", key)

    def _note(self, going: set[str], count: AccessCount) -> AccessCount:
        house = self._house
        told = self._accounts.as_of()
        waiting = [one for one in self._standing() if one[2] == OPEN and one[4] in going]
        to_agree = sum(one[1] in {Matter.LEFT, Matter.COURSE_OVER} for one in waiting)
        with house.work() as work:
            standing = findings.standing(
                work.connection, controller=house.controller, place=self._place
            )
            to_dos.stand(
                work.connection,
                controller=house.controller,
                kind=TO_DO,
                ref=self._accounts.system,
                number=to_agree,
                at=house.at(),
            )
            ordered = open_orders(
                house, work, self._place, told_at=None if told is None else instant(told)
            )
            work.record(
                EventKind.ACCESS_REVIEWED,
                found=count.accounts,
                acted=count.removed,
                facts={"system": self._accounts.system},
                kept=count.kept,
                standing=standing,
                to_agree=to_agree,
                ordered=ordered,
            )
            work.commit()
        return count._replace(standing=standing, to_agree=to_agree)


def _note_unreached(house: House, name: str, failure: GallraError) -> None:
    with house.work() as work:
        work.record(
            EventKind.PLACE_NOT_SCANNED,
            facts={"place": place_of(name), "reason": failure.code},
        )
        work.commit()
