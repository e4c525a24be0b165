"""Whoever processes data on the controller's behalf does so under an agreement, as instructed, and
is looked at again and again (A-11…A-18, H-40…H-42, GDPR art. 28).

Pure: what is known of a processor is a list of entries, oldest first; what is valid on a day is
folded out of them. Days are the controller's local dates.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from lifecycle.policy.processors import Declared, Need
from lifecycle.policy.values import Period
from lifecycle.processor_entry import EntryKind
from lifecycle.retention.calendar import add_period, subtract_period
from lifecycle.third_countries import Ground, is_outside


class Agreement(StrEnum):
    """Whose agreement it is (A-12, A-13)."""

    FRAMEWORK = "framework"
    """Under a framework contract of the group."""
    OWN = "own"
    """The company's own."""


WITHIN_EEA: Final = "eea"
"""Where data goes is known, and lies in the European Economic Area."""
OUTCOMES: Final[dict[EntryKind, frozenset[str]]] = {
    EntryKind.AGREEMENT: frozenset(Agreement),
    EntryKind.AGREEMENT_ENDED: frozenset({""}),
    EntryKind.INSTRUCTION: frozenset({""}),
    EntryKind.SUITABILITY: frozenset({"suitable", "unsuitable"}),
    EntryKind.AUDIT: frozenset({"sound", "flawed"}),
    EntryKind.REVIEW: frozenset({"approved", "refused"}),
    EntryKind.COUNTRY: frozenset({*Ground, WITHIN_EEA}),
    EntryKind.COUNTRY_LEFT: frozenset({""}),
    EntryKind.VERDICT: frozenset({"approved", "refused"}),
    EntryKind.RECOMMENDED: frozenset({"yes", "no"}),
    EntryKind.USE: frozenset({"voluntary", "compulsory", "ended"}),
}
"""What each kind of entry may say."""


class Lack(StrEnum):
    """What is missing; each is a reason that a person is told."""

    AGREEMENT_MISSING = "agreement_missing"
    AGREEMENT_NOT_BEGUN = "agreement_not_begun"
    AGREEMENT_OVER = "agreement_over"
    INSTRUCTION_MISSING = "instruction_missing"
    SUITABILITY_MISSING = "suitability_missing"
    UNSUITABLE = "processor_unsuitable"
    COUNTRIES_UNDECIDED = "countries_undecided"
    COUNTRY_WITHOUT_GROUND = "country_without_ground"
    SUB_PROCESSOR_NOT_APPROVED = "sub_processor_not_approved"
    REVIEW_MISSING = "review_missing"
    REVIEW_OVER = "review_over"
    REVIEW_REFUSED = "review_refused"
    VERDICT_MISSING = "verdict_missing"
    USED_THOUGH_REFUSED = "used_though_refused"
    COMPULSORY_NOT_RECOMMENDED = "compulsory_not_recommended"


OF_REVIEW: Final = frozenset({Lack.REVIEW_MISSING, Lack.REVIEW_OVER, Lack.REVIEW_REFUSED})
"""What the reviewer's decision mends; everything else is the contract owner's work."""


class Entry(NamedTuple):
    """One thing that somebody noted."""

    kind: EntryKind
    on: date
    """The local day from which it counts."""
    until: date | None = None
    """The last local day on which it counts; None: open-ended."""
    outcome: str = ""
    country: str = ""
    """ISO 3166-1 alpha-2."""


class Known(NamedTuple):
    """What is known of one processor, by the policy file and by what people noted."""

    declared: Declared
    """What the policy file says of the agreement."""
    signed_on: date | None
    """The agreement's day where the policy file names it."""
    countries: tuple[tuple[str, str], ...] | None
    """Country and ground as the policy file has them; None: undecided there."""
    entries: tuple[Entry, ...]
    """Oldest first."""
    subs: tuple[tuple[Entry, ...], ...] = ()
    """The entries of each of its sub-processors."""


def lacking(known: Known, needs: Collection[Need], *, on: date, every: Period) -> tuple[Lack, ...]:
    """What a processor lacks on that local day of what the policy asks for, in a fixed order."""
    found = set(_lacks(known, needs, on=on, every=every))
    return tuple(lack for lack in Lack if lack in found)


def may_run(lacks: Collection[Lack], *, binding_from: date | None, on: date) -> bool:
    """Whether a system of a processor with these lacks may run on that local day.

    `binding_from`: the first day on which a missing paper stops it; None: it is reported only.
    """
    return not lacks or binding_from is None or on < binding_from


def agreement_on(known: Known, on: date) -> Entry | None:
    """The agreement that is in force on that day, by an entry or by the policy file."""
    return _agreement(known, on)[0]


def review_until(entries: Sequence[Entry], *, on: date, every: Period) -> date | None:
    """The last local day on which the newest approved review counts; None without one.

    A year is the calendar's: what was approved on 29 February counts until 28 February.
    """
    approved = [
        entry.on
        for entry in entries
        if entry.kind is EntryKind.REVIEW and entry.outcome == "approved" and entry.on <= on
    ]
    return add_period(max(approved), every) if approved else None


def review_is_due(known: Known, *, on: date, every: Period, ahead: Period) -> bool:
    """Whether its review is to be put before a person: there is none, or the last one is over
    within `ahead`. One that was refused is due again when something was noted after it."""
    reviews = [entry for entry in known.entries if entry.kind is EntryKind.REVIEW]
    if reviews and reviews[-1].outcome == "refused":
        return known.entries[-1].kind is not EntryKind.REVIEW
    until = review_until(known.entries, on=on, every=every)
    return until is None or on >= subtract_period(until, ahead)


def service_lacks(
    entries: Sequence[Entry], *, on: date, recommended_only: bool
) -> tuple[Lack, ...]:
    """What is wrong with an app or learning service as it is used (A-20…A-23).

    `recommended_only`: what is compulsory in teaching must stand on the recommendation list.
    """
    use = _last(entries, EntryKind.USE, on)
    if use == "ended":
        return ()
    verdict = _last(entries, EntryKind.VERDICT, on)
    found = []
    if verdict is None:
        found.append(Lack.VERDICT_MISSING)
    elif verdict == "refused":
        found.append(Lack.USED_THOUGH_REFUSED)
    if recommended_only and use == "compulsory" and not is_recommended(entries, on=on):
        found.append(Lack.COMPULSORY_NOT_RECOMMENDED)
    return tuple(found)


def is_recommended(entries: Sequence[Entry], *, on: date) -> bool:
    """Whether it stands on the recommendation list: recommended, and approved."""
    return (
        _last(entries, EntryKind.RECOMMENDED, on) == "yes"
        and _last(entries, EntryKind.VERDICT, on) == "approved"
    )


def countries_of(known: Known, on: date) -> dict[str, str] | None:
    """Country outside the EEA → ground, for the processor and its sub-processors; None: nobody has
    said where data goes."""
    noted = any(entry.kind is EntryKind.COUNTRY for entry in known.entries)
    return None if known.countries is None and not noted else _countries(known, on)


def _countries(known: Known, on: date) -> dict[str, str]:
    found = dict(known.countries or ())
    for entries in (known.entries, *known.subs):
        for entry in entries:
            if entry.on > on:
                continue
            if entry.kind is EntryKind.COUNTRY and is_outside(entry.country or "SE"):
                found[entry.country] = entry.outcome
            elif entry.kind is EntryKind.COUNTRY_LEFT:
                found.pop(entry.country, None)
    return dict(sorted(found.items()))


def _lacks(known: Known, needs: Collection[Need], *, on: date, every: Period) -> Iterator[Lack]:
    agreement, why = _agreement(known, on)
    by_law = known.declared == "not_needed"  # a statute says what an agreement would (T-41)
    if Need.AGREEMENT in needs and why is not None:
        yield why
    if (
        Need.INSTRUCTION in needs
        and not by_law
        and _last(known.entries, EntryKind.INSTRUCTION, on) is None
    ):
        yield Lack.INSTRUCTION_MISSING
    framework = agreement is not None and agreement.outcome == Agreement.FRAMEWORK
    asked = Need.SUITABILITY in needs
    asked |= Need.SUITABILITY_WITHOUT_FRAMEWORK in needs and not framework
    if asked and not by_law:
        judged = _last(known.entries, EntryKind.SUITABILITY, on)
        if judged is None:
            yield Lack.SUITABILITY_MISSING
        elif judged == "unsuitable":
            yield Lack.UNSUITABLE
    if Need.COUNTRIES in needs:
        if countries_of(known, on) is None:
            yield Lack.COUNTRIES_UNDECIDED
        if Ground.UNDECIDED in _countries(known, on).values():
            yield Lack.COUNTRY_WITHOUT_GROUND
    if Need.SUB_PROCESSORS in needs and any(
        _last(entries, EntryKind.USE, on) != "ended"
        and _last(entries, EntryKind.VERDICT, on) != "approved"
        for entries in known.subs
    ):
        yield Lack.SUB_PROCESSOR_NOT_APPROVED
    if Need.REVIEW in needs:
        yield from _review(known, on=on, every=every)


def _review(known: Known, *, on: date, every: Period) -> Iterator[Lack]:
    last = _last(known.entries, EntryKind.REVIEW, on)
    if last is None:
        yield Lack.REVIEW_MISSING
    elif last == "refused":
        yield Lack.REVIEW_REFUSED
    else:
        until = review_until(known.entries, on=on, every=every)
        if until is None or on > until:
            yield Lack.REVIEW_OVER


def _agreement(known: Known, on: date) -> tuple[Entry | None, Lack | None]:
    """The agreement in force on that day; else why there is none."""
    if known.declared == "not_needed":
        return None, None
    written = known.entries
    if known.declared == "signed" and known.signed_on is not None:
        written = (Entry(EntryKind.AGREEMENT, known.signed_on), *written)
    why = Lack.AGREEMENT_MISSING
    found: Entry | None = None
    for entry in written:
        if entry.kind is EntryKind.AGREEMENT:
            if entry.on > on:
                why = Lack.AGREEMENT_NOT_BEGUN if why is Lack.AGREEMENT_MISSING else why
            elif entry.until is not None and entry.until < on:
                why = Lack.AGREEMENT_OVER
            else:
                found = entry
        elif entry.kind is EntryKind.AGREEMENT_ENDED and entry.on <= on and found is not None:
            found, why = None, Lack.AGREEMENT_OVER
    return found, None if found is not None else why


def _last(entries: Sequence[Entry], kind: EntryKind, on: date) -> str | None:
    """The outcome of the newest entry of a kind that counts on that day; None without one. What was
    noted later wins over what was noted before, on the same day too."""
    best: Entry | None = None
    for entry in entries:
        if entry.kind is kind and entry.on <= on and (best is None or entry.on >= best.on):
            best = entry
    if best is None or (best.until is not None and best.until < on):
        return None
    return best.outcome
