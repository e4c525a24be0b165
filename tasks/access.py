"""Who has an account that the policy does not give: told, and removed where the policy says so,
with intent, effect, reading back and ledger (A-78, A-79, A-86, A-104…A-107, B-10)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from connectors.accounts import Accounts
from lifecycle.access import Access, Breach, Matter, Member
from lifecycle.access import review as judge
from lifecycle.errors import Busy, GallraError, NotProven, Refused, Retryable
from lifecycle.ledger import EventKind
from lifecycle.references import FINDING, to_reference
from records import findings, leases, to_dos
from records.engines import reading
from records.findings import CLEARED, INTENDED, OPEN, Ledge, Seen
from tasks.findings import ACCOUNTS
from tasks.house import House
from tasks.intake import local_today

TO_DO: Final = "access_to_judge"
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


def review(
    house: House, *, remove: bool = True, accept_many: bool = False
) -> dict[str, AccessCount]:
    """Judge every bound account; remove those of leavers where the policy says so.

    A system that does not answer, or a staff list that cannot be read, changes nothing there and
    removes nobody: `reached=False`. Raises, after all others were looked at,
    `NotProven("too_many_leavers", ref=system)` when more than a third of the accounts, and three
    at least, would go, unless `accept_many`: a person looked;
    `NotProven("account_still_there")`; `Busy`.
    """
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
                counts[name] = AccessCount(reached=False)
                _note_unreached(house, name, failure)
            except GallraError as failure:
                counts[name] = AccessCount(reached=False)
                failures.append(failure)
    if failures:
        raise failures[0]
    return counts


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
        house, name = self._house, self._accounts.system
        staff = house.staff()
        held, breaches, going = self._judged(staff)
        removed = 0
        if remove and (removed := self._finish_earlier(going)):
            held, breaches, going = self._judged(staff)
        kept = 0
        ledge = self._write(breaches)
        if remove and going:
            if _is_too_many(len(going), of=len(held)) and not accept_many:
                raise NotProven("too_many_leavers", ref=name, accounts=len(going))
            done, refused = self._remove(going)
            removed, kept = removed + done, kept + refused
        with reading(house.engine) as connection:
            ledge = Ledge(connection, controller=house.controller, place=self._place)
        count = AccessCount(True, len(held), removed, kept, ledge.standing())
        self._note(count)
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

    def _write(self, breaches: list[Breach]) -> Ledge:
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
        return ledge

    def _remove(self, keys: set[str]) -> tuple[int, int]:
        """How many are proven gone, and how many the system keeps."""
        removed = kept = 0
        for number, matter, state, key in self._standing():
            if key not in keys or matter not in {Matter.LEFT, Matter.COURSE_OVER}:
                continue
            if state == OPEN:
                self._go_on(number, OPEN, INTENDED, EventKind.ACCESS_REMOVAL_INTENDED)
            done = self._carry_out(number, key)
            removed, kept = removed + done, kept + (not done)
        return removed, kept

    def _finish_earlier(self, going: set[str]) -> int:
        """Removals that were intended, and cut short: how many are proven gone. Whom the list has
        back keeps the account, whatever was intended before."""
        done = 0
        for number, _, state, key in self._standing():
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

    def _standing(self) -> list[tuple[int, str, str, str]]:
        """(number, matter, state, the account's key) of what stands here."""
        house = self._house
        found = []
        with reading(house.engine) as connection:
            for row in findings.listed(connection, controller=house.controller, place=self._place):
                _, sealed = findings.get(connection, controller=house.controller, number=row.id)
                if sealed is not None:
                    key = house.vault.open_name(row.id, sealed)
                    found.append((row.id, row.sign, row.state, key))
        return found

    def _digest(self, key: str) -> bytes:
        return self._house.vault.index_digest(f"account.{self._accounts.system}", key)

    def _note(self, count: AccessCount) -> None:
        house = self._house
        with house.work() as work:
            to_dos.stand(
                work.connection,
                controller=house.controller,
                kind=TO_DO,
                ref=self._accounts.system,
                number=count.standing,
                at=house.at(),
            )
            work.record(
                EventKind.ACCESS_REVIEWED,
                found=count.accounts,
                acted=count.removed,
                facts={"system": self._accounts.system},
                kept=count.kept,
                standing=count.standing,
            )
            work.commit()


def _note_unreached(house: House, name: str, failure: GallraError) -> None:
    with house.work() as work:
        work.record(
            EventKind.PLACE_NOT_SCANNED,
            facts={"place": place_of(name), "reason": failure.code},
        )
        work.commit()
