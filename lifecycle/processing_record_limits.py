"""What the record of processing says of each retention rule: one sentence with its period, the
event from which the time runs, and what happens then (GDPR art. 30(1)(f))."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from lifecycle.policy.retention import Keep, Then
from lifecycle.policy.values import Boundary, Period, Span, Term, Turn

Units = tuple[tuple[str, str], tuple[str, str], tuple[str, str], tuple[str, str]]
"""One and many: years, months, weeks, days."""


class Sentences(NamedTuple):
    """One language; what is filled in is a clause in the present tense."""

    then: Mapping[Then, tuple[str, str]]
    """The verb, and what follows it."""
    units: Units
    years: Mapping[Boundary, str]
    after: str
    after_nothing: str
    end: str
    after_end: str
    at_most: str
    at_most_end: str
    at_least: str
    exactly: str
    at_once: str
    daily: str
    forever: str
    undecided: str
    undecided_after: str
    undecided_least: str
    afterwards: str
    both: str
    criteria: str


SV: Final = Sentences(
    then={
        Then.ERASE: ("raderas", ""),
        Then.STRIP: ("gallras", " ned till vissa fält"),
        Then.ANONYMISE: ("anonymiseras", ""),
        Then.ARCHIVE: ("arkiveras", ""),
    },
    units=(("år", "år"), ("månad", "månader"), ("vecka", "veckor"), ("dag", "dagar")),
    years={
        Boundary.END_OF_YEAR: "kalenderår",
        Boundary.END_OF_ACCOUNTING_YEAR: "räkenskapsår",
    },
    after="{period} efter att {event}",
    after_nothing="efter {period}",
    end="slutet av det {year} då {event}",
    after_end="{period} efter slutet av det {year} då {event}",
    at_most="{then} senast {end}",
    at_most_end="{then} senast vid {end}",
    at_least="sparas minst till {end}",
    exactly="sparas till {end}",
    at_once="{then} så snart {event}",
    daily="{then} dagligen",
    forever="sparas för alltid",
    undecided="det är ännu inte beslutat hur länge uppgifterna sparas",
    undecided_after="det är ännu inte beslutat hur länge uppgifterna sparas efter att {event}",
    undecided_least="det är ännu inte beslutat hur länge uppgifterna minst måste sparas",
    afterwards="därefter {verb} de{rest}",
    both="{least} och {most}",
    criteria="så avgörs tiden: {criteria}",
)
DA: Final = Sentences(
    then={
        Then.ERASE: ("slettes", ""),
        Then.STRIP: ("skæres", " ned til bestemte felter"),
        Then.ANONYMISE: ("anonymiseres", ""),
        Then.ARCHIVE: ("arkiveres", ""),
    },
    units=(("år", "år"), ("måned", "måneder"), ("uge", "uger"), ("dag", "dage")),
    years={
        Boundary.END_OF_YEAR: "kalenderår",
        Boundary.END_OF_ACCOUNTING_YEAR: "regnskabsår",
    },
    after="{period} efter, at {event}",
    after_nothing="efter {period}",
    end="udgangen af det {year}, hvor {event}",
    after_end="{period} efter udgangen af det {year}, hvor {event}",
    at_most="{then} senest {end}",
    at_most_end="{then} senest ved {end}",
    at_least="opbevares mindst indtil {end}",
    exactly="opbevares indtil {end}",
    at_once="{then}, så snart {event}",
    daily="{then} dagligt",
    forever="opbevares for altid",
    undecided="det er endnu ikke besluttet, hvor længe oplysningerne opbevares",
    undecided_after="det er endnu ikke besluttet, hvor længe oplysningerne opbevares efter, at "
    "{event}",
    undecided_least="det er endnu ikke besluttet, hvor længe oplysningerne mindst skal opbevares",
    afterwards="derefter {verb} de{rest}",
    both="{least} og {most}",
    criteria="sådan afgøres tiden: {criteria}",
)


def sentences_of(country: str) -> Sentences:
    """The sentences of a country's language."""
    return DA if country == "DK" else SV


def sentence(
    said: Sentences, keep: Keep, then: Then, *, event: str | None, criteria: str | None = None
) -> str:
    """A rule as people say it: `raderas senast 6 månader efter att personen slutar`.

    `event`: a clause about the event that time is counted from; None: there is none.
    """
    return "; ".join(_clauses(said, keep, then, event or "", criteria))


def _clauses(
    said: Sentences, keep: Keep, then: Then, event: str, criteria: str | None
) -> Iterator[str]:
    most, least = keep.at_most, keep.at_least
    verb, rest = said.then[then]
    told = f"{verb}{rest}"
    if isinstance(most, Period | Turn) and most == least:
        yield said.exactly.format(end=_end(said, most, event))
        yield said.afterwards.format(verb=verb, rest=rest)
    else:
        known = [
            *_least(said, least, event),
            *_most(said, most, event, told),
        ]
        if least is Term.FOREVER and then is Then.ARCHIVE:
            known.append(told)
        if len(known) == 2:
            yield said.both.format(least=known[0], most=known[1])
        else:
            yield from known
    if Term.UNDECIDED in keep.spans:
        open_ = said.undecided_least if most is None else said.undecided
        if event and most is not None:
            open_ = said.undecided_after.format(event=event)
        yield f"{open_}; {said.afterwards.format(verb=verb, rest=rest)}"
    if criteria:
        yield said.criteria.format(criteria=criteria.rstrip("."))


def _most(said: Sentences, most: Span | None, event: str, told: str) -> Iterator[str]:
    if most is Term.EVERY_DAY:
        yield said.daily.format(then=told)
    elif most is Term.ON_THE_EVENT:
        yield said.at_once.format(then=told, event=event)
    elif isinstance(most, Period | Turn):
        bare = isinstance(most, Turn) and most.period is None
        words = said.at_most_end if bare else said.at_most
        yield words.format(then=told, end=_end(said, most, event))


def _least(said: Sentences, least: Span | None, event: str) -> Iterator[str]:
    if least is Term.FOREVER:
        yield said.forever
    elif isinstance(least, Period | Turn):
        yield said.at_least.format(end=_end(said, least, event))


def _end(said: Sentences, span: Period | Turn, event: str) -> str:
    if isinstance(span, Period):
        period = period_in_words(span, said.units)
        words = said.after if event else said.after_nothing
        return words.format(period=period, event=event)
    year = said.years[span.boundary]
    if span.period is None:
        return said.end.format(year=year, event=event)
    period = period_in_words(span.period, said.units)
    return said.after_end.format(period=period, year=year, event=event)


def period_in_words(period: Period, units: Units) -> str:
    """`P1Y6M` is `1 år 6 månader`; whole weeks of days are weeks."""
    years, months = divmod(period.months, 12)
    weeks, days = divmod(period.days, 7) if period.days % 7 == 0 else (0, period.days)
    counted = zip((years, months, weeks, days), units, strict=True)
    return " ".join(
        f"{number} {one if number == 1 else many}" for number, (one, many) in counted if number
    )
