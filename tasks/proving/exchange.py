"""What carries people to the case system by file does not outlive the day either (A-98, A-101)."""

from __future__ import annotations

from datetime import datetime

from lifecycle.ledger import EventKind
from tasks.house.parts import House
from tasks.proving.proof import witness

_RULE = "A-98"


def clear_exchange(house: House, *, lists_before: datetime) -> int:
    """Take every import workbook out of the exchange folder, and the lists that came before that
    moment; how many files went. The next import lays again what is still unproven.

    Nothing happens where no file carries cases. Raises `LedgerFailure` before anything is deleted
    when the ledger or every witness refuses, `NotProven`, `Unreachable`.
    """
    if house.policy.case_system is None:
        return 0
    facts = {"system": house.case_system.system}

    def intend(number: int) -> None:
        witness(house)
        with house.work() as work:
            work.record(EventKind.EXCHANGE_CLEARING, rule=_RULE, expected=number, facts=facts)
            work.commit()

    gone = house.case_system.withdraw(lists_before=lists_before, intend=intend)
    if gone:
        with house.work() as work:
            work.record(
                EventKind.EXCHANGE_CLEARED,
                rule=_RULE,
                expected=gone,
                found=gone,
                acted=gone,
                verified=gone,
                facts=facts,
            )
            work.commit()
        witness(house)
    return gone
