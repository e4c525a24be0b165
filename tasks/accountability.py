"""One page for an inspector: what the policy says, what ran, what was found, what is open (H-10 to
H-16, art. 5(2))."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from lifecycle.accountability.report import (
    Figure,
    Language,
    Month,
    Part,
    Plot,
    Report,
    months_between,
)
from lifecycle.errors import GallraError, LedgerFailure
from lifecycle.ledger import EventKind
from lifecycle.policy.check import open_decisions
from records import accountability as past
from records.accountability import Kept
from records.engines import reading
from tasks import incident_register, informing, processors, rights, work_orders
from tasks.accountability_words import WORDS
from tasks.due_plans import waiting
from tasks.house import House
from tasks.intake import local_today
from tasks.overview import overview
from tasks.proof import verify_ledger
from tasks.share_register import register
from tasks.tracing import trace_all

YEAR: Final = timedelta(days=365)
"""So far back without more: the page of a year."""
_LANGUAGE: Final[dict[str, Language]] = {"SE": "sv", "DK": "da"}


def report(house: House, *, since: date | None = None) -> Report:
    """The page as it is today, looking back to the local day `since` (default: a year).

    The ledger is verified for it, which is an entry of its own; nothing else is written.
    """
    language = _LANGUAGE[house.policy.controller.country]
    words = WORDS[language]
    today = local_today(house)
    begin = since or today - YEAR
    return Report(
        language=language,
        title=words["title"],
        company=house.policy.controller.company,
        made_on=today,
        since=begin,
        policy_sha256=house.policy.sha256,
        parts=(
            _says(house, words),
            _ran(house, words),
            _found(house, words),
            _open(house, words),
        ),
        plots=tuple(_plots(house, words, begin, today)),
    )


def note_made(house: House, made: Report, *, kind: str) -> None:
    """That somebody took the report out of here; `kind`: `page`, `pdf` or `terminal`."""
    with house.work() as work:
        work.record(
            EventKind.ACCOUNTABILITY_REPORTED,
            facts={"kind": kind, "policy": made.policy_sha256, "since": made.since.isoformat()},
            late=made.late,
        )
        work.commit()


def _says(house: House, words: dict[str, str]) -> Part:
    policy = house.policy
    decisions = open_decisions(policy)
    figures = [
        Figure(words["authority"], policy.controller.authority.name),
        Figure(words["officer"], policy.controller.privacy_mailbox),
        Figure(words["purposes"], str(len(policy.purposes)), source="gallra record show"),
        Figure(words["systems"], str(len(policy.systems)), source="gallra systems check"),
        Figure(words["rules"], str(len(policy.retention)), source="gallra plan create --rehearse"),
        Figure(
            words["decisions"],
            str(len(decisions)),
            "open" if decisions else "",
            "gallra policy check",
        ),
    ]
    return Part(words["says"], tuple(figures), f"{words['policy']}: {policy.sha256}")


def _ran(house: House, words: dict[str, str]) -> Part:
    try:
        [trace] = trace_all(house.settings, [house.controller])
    except LedgerFailure as failure:
        return Part(words["ran"], (Figure(words["ledger"], failure.code, "late"),))
    figures = [
        Figure(words[f"state_{state}"], str(number), source="gallra policy trace")
        for state, number in trace.by_state.items()
        if f"state_{state}" in words
    ]
    last = {line.where: line.last.at for line in trace.lines if line.lives == "flow" and line.last}
    figures += [
        Figure(name, at[:10], source="gallra policy trace") for name, at in sorted(last.items())
    ]
    return Part(words["ran"], tuple(figures), words["ran_note"])


def _found(house: House, words: dict[str, str]) -> Part:
    try:
        proven = verify_ledger(house)
        ledger = Figure(
            words["ledger"], words["whole"].format(size=proven.size), source="gallra ledger verify"
        )
    except GallraError as failure:
        ledger = Figure(words["ledger"], failure.code, "late", "gallra ledger verify")
    seen = overview(house)
    alarms = Counter(one.kind for one in seen.alarms)
    figures = [ledger]
    figures += [
        Figure(f"{words['alarm']}: {kind}", str(number), "late", "gallra status")
        for kind, number in sorted(alarms.items())
    ]
    if not alarms:
        figures.append(Figure(words["alarms"], "0", source="gallra status"))
    return Part(words["found"], tuple(figures))


def _open(house: House, words: dict[str, str]) -> Part:
    orders = work_orders.lines(house)
    asked = rights.lines(house)
    happened = incident_register.lines(house) if house.policy.incidents is not None else []
    shared = register(house, everything=False)
    lacking = [one for one in processors.lines(house) if one.lacks]
    told = [one for name in informing.written_to(house) for one in informing.standing(house, name)]
    figures = [
        _counted(words["plans"], len(waiting(house)), 0, "gallra plan list"),
        _counted(
            words["orders"], len(orders), sum(one.overdue for one in orders),
            "gallra work-orders list",
        ),
        _counted(
            words["requests"], len(asked), sum(one.overdue for one in asked), "gallra request list"
        ),
        _counted(
            words["incidents"], len(happened), sum(one.late for one in happened),
            "gallra incident list",
        ),
        _counted(
            words["disclosures"], len(shared), sum(one.overdue for one in shared),
            "gallra share list",
        ),
        _counted(words["processors"], len(lacking), 0, "gallra processor list"),
        _counted(
            words["not_told"], sum(one.not_told for one in told), sum(one.late for one in told),
            "gallra inform status",
        ),
    ]  # fmt: skip
    return Part(words["open"], tuple(figures))


def _counted(label: str, number: int, late: int, source: str) -> Figure:
    if late:
        return Figure(label, f"{number} ({late} ⚠)", "late", source)
    return Figure(label, str(number), "open" if number else "", source)


def _plots(house: House, words: dict[str, str], since: date, today: date) -> Iterable[Plot]:
    months = months_between(since, today)
    controller = house.controller
    with reading(house.engine) as connection:
        erased = list(past.erased(connection, controller=controller, since=since))
        ended = list(past.ended_disclosures(connection, controller=controller, since=since))
        orders = list(past.finished_orders(connection, controller=controller, since=since))
        stood = past.open_orders_at(
            connection, controller=controller, ends=[_last_day(month, today) for month in months]
        )
    series = (words["in_time"], words["too_late"])
    for title, kept in (
        (words["plot_erased"], erased),
        (words["plot_withdrawn"], ended),
        (words["plot_orders"], orders),
    ):
        yield Plot(title, series, _by_month(kept, months), words["number"])
    yield Plot(
        words["plot_open"],
        (words["orders_open"],),
        tuple(Month(month, (stood[_last_day(month, today)],)) for month in months),
        words["number"],
    )


def _by_month(kept: Sequence[Kept], months: Sequence[date]) -> tuple[Month, ...]:
    counted: dict[date, list[int]] = {month: [0, 0] for month in months}
    for one in kept:
        month = one.done_on.replace(day=1)
        if month in counted:
            counted[month][one.done_on > one.last_day] += 1
    return tuple(Month(month, (good, bad)) for month, (good, bad) in counted.items())


def _last_day(month: date, today: date) -> date:
    following = months_between(month, month + timedelta(days=31))[1]
    return min(following - timedelta(days=1), today)
