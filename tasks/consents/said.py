"""What somebody says about their data is written down outside the databases too, before it counts
in them: a restored backup must hear it again (art. 7(3), 18, 21; T-66, T-68, T-69, B-28)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

from sqlalchemy import Connection

from lifecycle.barred import Bar, Barred
from lifecycle.said import Said, What
from records.consents import Row
from records.forgetting import digests_of
from tasks.house.parts import House


class BarSaid(NamedTuple):
    """A bar as the journal tells it."""

    bar: Bar
    by: str
    review_on: str
    """Of the legal hold that a restriction has; else ""."""

    @classmethod
    def read(cls, said: Said) -> Self:
        """Out of the journal. Raises `ValueError` for anything else."""
        kind, purpose, category, by, review_on = said.words
        return cls(Bar(Barred(kind), purpose, category), by, review_on)


def say_barred(
    house: House,
    connection: Connection,
    person: int,
    bars: Sequence[tuple[int, Bar]],
    *,
    by: str,
    cause: int,
    review_on: str = "",
) -> None:
    """Write down these bars (number, what) before the caller commits them.

    Raises `LedgerFailure` (`said_not_written`, `said_damaged`): then the caller commits nothing.
    """
    digests = tuple(digests_of(connection, [person]).get(person, ()))
    house.said.append(
        [
            Said(
                What.BAR, number, person, house.at(),
                (str(bar.kind), bar.purpose, bar.category, by, review_on), cause, digests,
            )
            for number, bar in bars
        ]
    )  # fmt: skip


def say_ended(house: House, bars: Iterable[tuple[int, int]]) -> None:
    """Write down that these bars (number, person) are over, after that is committed: what was not
    written down any more stands again after a restore. Raises as `say_barred`."""
    ended = [Said(What.BAR_ENDED, number, person, house.at()) for number, person in bars]
    if ended:
        house.said.append(ended)


def say_answered(house: House, rows: Sequence[Row]) -> None:
    """Write down these answers before the caller commits them. Raises as `say_barred`."""
    if rows:
        house.said.append(
            [
                Said(
                    What.ANSWERED, row.number, row.subject_id, row.added_at,
                    (row.question, row.category, row.version, row.started_on, row.answer,
                     row.given_on, row.giver, row.evidence, row.decided_by),
                )
                for row in rows
            ]
        )  # fmt: skip


def say_withdrawn(house: House, row: Row, *, on: str, by: str) -> None:
    """Write down that this answer was taken back, before the caller commits it. Raises as
    `say_barred`."""
    house.said.append([Said(What.WITHDRAWN, row.number, row.subject_id, house.at(), (on, by))])


def row_of(said: Said) -> Row:
    """The answer that the journal tells. Raises `TypeError` for anything else."""
    question, category, version, started_on, answer, given_on, giver, evidence, by = said.words
    return Row(
        said.number, said.subject_id, question, category, version, started_on, answer, given_on,
        giver, evidence, said.at, by,
    )  # fmt: skip
