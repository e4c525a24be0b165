"""The report's own words: figures with their meaning, in the language of the controller's people
(H-10, H-13, H-14, art. 5(2))."""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

Language = Literal["sv", "da"]
Weight = Literal["", "open", "late"]


class Figure(NamedTuple):
    """One line: what it is about, what there is of it."""

    label: str
    value: str
    weight: Weight = ""
    """`late`: a promise is broken; `open`: somebody has something to do."""
    source: str = ""
    """By which command everybody can see it themselves."""


class Part(NamedTuple):
    """One heading with what stands under it."""

    title: str
    figures: tuple[Figure, ...]
    note: str = ""


class Month(NamedTuple):
    """What a month brought of one kind."""

    month: date
    """Its first day."""
    values: tuple[int, ...]
    """One for each series of the plot."""


class Plot(NamedTuple):
    """Columns over time."""

    title: str
    series: tuple[str, ...]
    months: tuple[Month, ...]
    unit: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be seen."""
        return not any(any(month.values) for month in self.months)


class Report(NamedTuple):
    """The whole page; words of the policy, references, dates and counts alone."""

    language: Language
    title: str
    company: str
    made_on: date
    since: date
    policy_sha256: str
    parts: tuple[Part, ...]
    plots: tuple[Plot, ...]

    @property
    def late(self) -> int:
        """How many figures say that a promise is broken."""
        return sum(one.weight == "late" for part in self.parts for one in part.figures)


def months_between(since: date, until: date) -> list[date]:
    """The first day of each month from that of `since` to that of `until`."""
    found = [since.replace(day=1)]
    while found[-1] < until.replace(day=1):
        last = found[-1]
        year, month = (last.year + 1, 1) if last.month == 12 else (last.year, last.month + 1)
        found.append(date(year, month, 1))
    return found
