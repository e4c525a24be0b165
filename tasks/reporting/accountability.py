"""One page for an inspector: what the policy says, what ran, what was found, what is open (H-10 to
H-16, art. 5(2))."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from statistics import median
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
from lifecycle.errors import GallraError, LedgerFailure, Refused
from lifecycle.incident.states import Report as Reported
from lifecycle.incident.states import State, Telling
from lifecycle.ledger import EventKind
from lifecycle.policy.check import open_decisions
from lifecycle.policy.duties import Lives
from records import accountability as past
from records import findings
from records.accountability import Kept
from records.engines import reading
from tasks.erasing.due_plans import waiting
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.incidents import register as incident_register
from tasks.informing import informing
from tasks.processors import register as processors
from tasks.proving.proof import verify_ledger
from tasks.reporting.tracing import trace_all
from tasks.reporting.words import WORDS
from tasks.rights import register as rights
from tasks.sharing.register import register
from tasks.watching.overview import overview
from tasks.work_orders import orders as work_orders

YEAR: Final = timedelta(days=365)
"""So far back without more: the page of a year."""
_LANGUAGE: Final[dict[str, Language]] = {"SE": "sv", "DK": "da"}


def report(house: House, *, since: date | None = None) -> Report:
    """The page as it is today, looking back to the local day `since` (default: a year).

    The ledger is verified for it, which is an entry of its own; nothing else is written. Raises
    `Refused("since_in_future")`.
    """
    language = _LANGUAGE[house.policy.controller.country]
    words = WORDS[language]
    today = local_today(house)
    if since is not None and since > today:
        raise Refused("since_in_future")
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
            _found(house, words, begin),
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
    flows: dict[str, str] = {}
    for line in trace.lines:
        if line.lives == Lives.FLOW:
            at = "" if line.last is None else _local_day(house, line.last.at).isoformat()
            flows[line.where] = max(at, flows.get(line.where, ""))
    figures += [
        Figure(
            f"{words['last_run']}: {words.get(f'flow_{name}', name)}",
            at or words["never_run"],
            "" if at else "open",
            "gallra policy trace",
        )
        for name, at in sorted(flows.items())
    ]
    return Part(words["ran"], tuple(figures), words["ran_note"])


def _found(house: House, words: dict[str, str], since: date) -> Part:
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
    figures += _noticed(house, words, since)
    return Part(words["found"], tuple(figures))


def _noticed(house: House, words: dict[str, str], since: date) -> list[Figure]:
    """What stands where nothing of it may, and the incidents of the time, reported or not."""
    with reading(house.engine) as connection:
        lying = sum(
            findings.standing(connection, controller=house.controller, place=place)
            for place in house.policy.systems
        )
    figures = [_counted(words, "lying", lying, 0, "gallra store list")]
    if house.policy.incidents is None:
        return figures
    happened = [
        one
        for one in incident_register.lines(house, everything=True)
        if _local_day(house, one.aware_at) >= since and one.state != State.DISMISSED
    ]
    reported = sum(one.report == Reported.REPORTED for one in happened)
    told = sum(one.telling == Telling.TOLD for one in happened)
    return [
        *figures,
        Figure(words["happened"], str(len(happened)), source="gallra incident list --all"),
        Figure(words["reported"], str(reported), source="gallra incident list --all"),
        Figure(words["told"], str(told), source="gallra incident list --all"),
    ]


def _open(house: House, words: dict[str, str]) -> Part:
    orders = work_orders.lines(house)
    asked = rights.lines(house)
    happened = incident_register.lines(house) if house.policy.incidents is not None else []
    shared = register(house, everything=False)
    lacking = [one for one in processors.lines(house) if one.lacks]
    told = [one for name in informing.written_to(house) for one in informing.standing(house, name)]
    figures = [
        _counted(words, name, len(lines), sum(one.overdue for one in lines), f"gallra {source}")
        for name, lines, source in (
            ("orders", orders, "work-orders list"),
            ("requests", asked, "request list"),
            ("disclosures", shared, "share list"),
        )
    ]
    late = sum(one.late for one in happened)
    figures += [
        _counted(words, "plans", len(waiting(house)), 0, "gallra plan list"),
        _counted(words, "incidents", len(happened), late, "gallra incident list"),
        _counted(words, "processors", len(lacking), 0, "gallra processor list"),
    ]
    late = sum(one.late for one in told)
    left = sum(one.not_told for one in told)
    figures.append(_counted(words, "not_told", left, late, "gallra inform status"))
    return Part(words["open"], tuple(figures))


def _counted(words: dict[str, str], name: str, number: int, late: int, source: str) -> Figure:
    label = words[name]
    if late:
        shown = words["of_which"].format(number=number, late=late)
        return Figure(label, shown, "late", source)
    return Figure(label, str(number), "open" if number else "", source)


def _plots(house: House, words: dict[str, str], since: date, today: date) -> Iterable[Plot]:
    months = months_between(since, today)
    controller = house.controller
    with reading(house.engine) as connection:
        erased = list(past.erased(connection, controller=controller, since=since))
        ended = list(past.ended_disclosures(connection, controller=controller, since=since))
        out = list(past.days_out(connection, controller=controller, since=since))
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
    lasted: dict[date, list[int]] = {month: [] for month in months}
    for one in out:
        lasted.setdefault(one.done_on.replace(day=1), []).append((one.done_on - one.last_day).days)
    yield Plot(
        words["plot_days"],
        (words["days_median"],),
        tuple(Month(month, (round(median(lasted[month] or [0])),)) for month in months),
        words["days"],
    )
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


def _local_day(house: House, at: str) -> date:
    """The controller's day of an instant."""
    return datetime.fromisoformat(at).astimezone(house.policy.controller.zone).date()


def _last_day(month: date, today: date) -> date:
    following = months_between(month, month + timedelta(days=31))[1]
    return min(following - timedelta(days=1), today)
