"""Today, for one controller: what needs a person, who, until when; and what was done (H-10, A-101).

Reads our own records alone: no folder, no system and not Prefect, so that it costs a run nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from lifecycle.accountability.report import Language
from lifecycle.intake.outcomes import FileOutcome
from lifecycle.ledger import EventKind, instant
from lifecycle.plan import PlanState
from records import alarms, days, staged_files, to_dos
from records.engines import reading
from tasks.erasing import due_plans
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.incidents import register as incident_register
from tasks.incidents.clocks import ALARMS as INCIDENT_ALARMS
from tasks.informing import informing
from tasks.processors import reviewing
from tasks.reporting.codes import code_words
from tasks.reporting.sentences import Sentence
from tasks.reporting.wording import Words, language_of
from tasks.rights import register as rights
from tasks.sharing import register as shares
from tasks.telling.due import to_tell
from tasks.watching import daily
from tasks.work_orders import orders as work_orders

SOON: Final = timedelta(days=7)
VERIFIED_WITHIN: Final = timedelta(hours=26)
"""The ledger is verified every night; an hour for the long day of autumn and one for the run."""
_HOURS_RED: Final = 12.0
_TOLD_BELOW: Final = frozenset(
    {
        *INCIDENT_ALARMS,
        daily.WORK_ORDER_OVERDUE,
        daily.REQUEST_OVERDUE,
        daily.DISCLOSURE_OVERDUE,
        daily.TELLING_OVERDUE,
    }
)
"""Alarms of what the registers say themselves, up to the minute."""
_BY_ALARM: Final = {daily.RETENTION_LATE: ("gallra plan list", "plan")}
"""Where to go on, where it is not the list of what stands."""
_OF_INCIDENTS: Final = "incident_"
"""Likewise the to-dos about incidents."""


class Need(NamedTuple):
    """Something that does not mend itself: references, words of the policy, counts."""

    red: bool
    """Late, broken or nearly so; else it only waits."""
    what: Words
    about: dict[str, int | str]
    """What goes into the words."""
    number: int
    who: str
    """Roles of the policy; "" where whoever reads this has to act."""
    until: str
    """A local date or an instant; "" where there is none."""
    command: str
    page: str
    """The page that shows more; "" where there is none."""


class Figure(NamedTuple):
    """One number of the day."""

    what: Words
    value: int | str
    command: str
    page: str


class Today(NamedTuple):
    """One controller's day, as of an instant."""

    company: str
    at: datetime
    """In the controller's time zone."""
    needs: tuple[Need, ...]
    """Red before amber, each with the nearest day first."""
    figures: tuple[Figure, ...]

    @property
    def red(self) -> int:
        """How many lines are late, broken or nearly so."""
        return sum(one.red for one in self.needs)


def today(house: House) -> Today:
    """Look, without changing anything."""
    zone = house.policy.controller.zone
    day = local_today(house)
    midnight = datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
    with reading(house.engine) as connection:
        done = days.done_since(connection, controller=house.controller, moment=instant(midnight))
        last = days.last_of(connection, (EventKind.LEDGER_VERIFIED, EventKind.RUNS_FORGOTTEN))
        witnessed = alarms.last_witnessed(connection)
        began = alarms.ledger_began(connection)
        size = house.ledger.head(connection).size
    verified = last.get(EventKind.LEDGER_VERIFIED)
    orders = work_orders.lines(house)
    asked = rights.lines(house)
    happened = [] if house.policy.incidents is None else incident_register.lines(house)
    shared = shares.register(house, everything=False)
    plans = due_plans.waiting(house)
    told = [one for name in informing.written_to(house) for one in informing.standing(house, name)]
    needs = [
        *_standing(house),
        *_rejected(house, language_of(house.policy)),
        *_incidents(happened),
        *_orders(orders, day),
        *_requests(asked, language_of(house.policy)),
        *_plans(plans, day),
        *_shares(house, shared),
        *_lists_and_reviews(house, happened),
    ]
    if late := sum(one.late for one in told):
        needs.append(
            Need(True, Sentence.NOT_TOLD_LATE, {}, late, "", "", "gallra inform status", "inform")
        )
    seen = began if verified is None else datetime.fromisoformat(verified)
    if seen is not None and house.now() - seen > VERIFIED_WITHIN:
        needs.append(
            Need(True, Sentence.NOT_VERIFIED, {}, 1, "", "", "gallra ledger verify", "ledger")
        )
    soon = sum(
        1
        for until in (
            *(one.due_on for one in orders),
            *(one.due_on for one in asked),
            *(one.until_on for one in shared),
            *(one.deadline or "" for one in plans),
        )
        if until and day.isoformat() <= until <= (day + SOON).isoformat()
    )
    imports = house.policy.staging is not None
    figures = [
        Figure(Sentence.IMPORTED, done.imported, "gallra status", "import"),
        Figure(Sentence.QUARANTINED, done.quarantined, "gallra rows F-…", "rows-to-mend"),
        Figure(Sentence.PURGED, done.purged, "gallra status", "purge"),
        Figure(Sentence.WAITING_FILES, done.lying, "gallra status", "import"),
    ][: 4 if imports else 0]
    figures += [
        Figure(Sentence.ERASED, done.erased, "gallra plan list", "erased"),
        Figure(
            Sentence.UNINFORMED,
            sum(one.not_told for one in told),
            "gallra inform status",
            "inform" if told else "",
        ),
        Figure(Sentence.DUE_SOON, soon, "gallra plan list", "left-to-do"),
        Figure(Sentence.ORDERS_OPEN, len(orders), "gallra work-orders list", "left-to-do"),
        Figure(Sentence.REQUESTS_OPEN, len(asked), "gallra request list", "rights-request"),
        Figure(Sentence.INCIDENTS_OPEN, len(happened), "gallra incident list", "incidents"),
        Figure(Sentence.SHARES_OPEN, len(shared), "gallra share list", "sharing"),
        Figure(Sentence.LEDGER_SIZE, size, "gallra ledger verify", "ledger"),
        Figure(Sentence.LEDGER_VERIFIED, _local(house, verified), "gallra ledger verify", "ledger"),
        Figure(Sentence.LAST_WITNESS, _local(house, witnessed), "gallra ledger checkpoint", ""),
        Figure(
            Sentence.HISTORY_TIDIED,
            _local(house, last.get(EventKind.RUNS_FORGOTTEN)),
            "gallra policy trace",
            "history",
        ),
    ]
    return Today(
        company=house.policy.controller.company,
        at=house.now().astimezone(zone),
        needs=tuple(sorted(needs, key=lambda one: (not one.red, one.until or "9999"))),
        figures=tuple(figures),
    )


def _standing(house: House) -> Iterator[Need]:
    """Alarms and to-dos, by kind."""
    with reading(house.engine) as connection:
        alarmed = alarms.standing(connection, controller=house.controller)
        open_ones = to_dos.open_to_dos(connection, controller=house.controller)
    kinds = Counter(one.kind for one in alarmed if one.kind not in _TOLD_BELOW)
    for kind, number in sorted(kinds.items()):
        command, page = _BY_ALARM.get(kind, ("gallra status", "left-to-do"))
        yield Need(True, code_words(kind), {}, number, "", "", command, page)
    to_do = Counter(one.kind for one in open_ones if not one.kind.startswith(_OF_INCIDENTS))
    for kind, number in sorted(to_do.items()):
        yield Need(False, code_words(kind), {}, number, "", "", "gallra status", "left-to-do")


def _rejected(house: House, language: Language) -> Iterator[Need]:
    """Files that no import will take as they are, by reason; they go with the daily purge."""
    with reading(house.engine) as connection:
        lying = staged_files.open_files(
            connection, controller=house.controller, place=house.staging.place
        )
    refused = Counter(one.reason or "" for one in lying if one.outcome == FileOutcome.REJECTED)
    for reason, number in sorted(refused.items()):
        about: dict[str, int | str] = {"reason": code_words(reason).own(language)}
        yield Need(False, Sentence.FILE_REJECTED, about, number, "", "", "gallra status",
                   "import")  # fmt: skip


def _incidents(happened: list[incident_register.Line]) -> Iterator[Need]:
    for one in happened:
        command = f"gallra incident show {one.ref}"
        if one.late:
            yield Need(True, Sentence.INCIDENT_LATE, {}, 1, "", one.due_at or "", command,
                       "incidents")  # fmt: skip
        elif one.hours_left is not None:
            yield Need(one.hours_left < _HOURS_RED, Sentence.INCIDENT_HOURS,
                       {"hours": int(one.hours_left)}, 1, "", one.due_at or "", command,
                       "incidents")  # fmt: skip
        elif one.is_open:
            yield Need(False, Sentence.INCIDENT_OPEN, {}, 1, "", one.more_by or "", command,
                       "incidents")  # fmt: skip


def _orders(orders: list[work_orders.Line], day: date) -> Iterator[Need]:
    """By role: whoever has it sees their own line."""
    late = [one for one in orders if one.overdue]
    horizon = (day + SOON).isoformat()
    near = [one for one in orders if not one.overdue and one.due_on and one.due_on <= horizon]
    for what, found in ((Sentence.ORDERS_OVERDUE, late), (Sentence.ORDERS_SOON, near)):
        for role in sorted({one.role for one in found}):
            theirs = [one.due_on for one in found if one.role == role]
            yield Need(what is Sentence.ORDERS_OVERDUE, what, {}, len(theirs), role, min(theirs),
                       "gallra work-orders list", "left-to-do")  # fmt: skip


def _requests(asked: list[rights.Line], language: Language) -> Iterator[Need]:
    for one in asked:
        right = f"{code_words(one.right).own(language)} (art. {one.article})"
        if one.overdue:
            yield Need(True, Sentence.REQUEST_LATE, {"right": right}, 1, "", one.due_on,
                       f"gallra request show {one.ref}", "rights-request")  # fmt: skip
        else:
            yield Need(one.days_left <= 2, Sentence.REQUEST_SOON,
                       {"right": right, "days": one.days_left}, 1, "", one.due_on,
                       f"gallra request show {one.ref}", "rights-request")  # fmt: skip


def _plans(plans: list[due_plans.PlanPage], day: date) -> Iterator[Need]:
    for one in plans:
        late = bool(one.late) or (one.deadline or "9999") < day.isoformat()
        yield Need(late, Sentence.PLAN_LATE if late else Sentence.PLAN_WAITS, {}, one.items,
                   ", ".join(one.roles), one.deadline or "", f"gallra approve {one.ref}",
                   "year-end" if one.kind == "year_end" else "plan")  # fmt: skip


def _shares(house: House, shared: list[shares.Entry]) -> Iterator[Need]:
    roles = ", ".join(house.policy.approvals.erasure)
    for one in shared:
        if one.asks:
            yield Need(False, Sentence.SHARE_WAITS, {}, one.people, roles, one.until_on,
                       f"gallra approve {one.ref}", "sharing")  # fmt: skip
        elif one.overdue:
            yield Need(True, Sentence.SHARE_OVERDUE, {}, one.people, "", one.until_on,
                       f"gallra share show {one.ref}", "sharing")  # fmt: skip
    late = sum(one.overdue for one in to_tell(house))
    if late:
        yield Need(True, Sentence.TELLINGS_LATE, {}, late, "", "", "gallra share letters",
                   "sharing")  # fmt: skip


def _lists_and_reviews(house: House, happened: list[incident_register.Line]) -> Iterator[Need]:
    """Who is told of an incident, and which processor may go on: both wait for a yes."""
    rules = house.policy.incidents
    telling = () if rules is None else (*rules.telling.by, *rules.telling.agreed_with)
    roles = ", ".join(dict.fromkeys(telling))
    for one in happened:
        if one.plan_state == PlanState.DRAWN:
            yield Need(False, Sentence.LIST_WAITS, {}, 1, roles, "", f"gallra approve {one.plan}",
                       "incidents")  # fmt: skip
    review = house.policy.processor_review
    for asked in reviewing.waiting(house):
        until = asked.line.reviewed_until
        yield Need(False, Sentence.REVIEW_WAITS, {}, 1, "" if review is None else review.by,
                   "" if until is None else until.isoformat(), f"gallra approve {asked.ref}",
                   "processors")  # fmt: skip


def _local(house: House, at: str | None) -> str:
    """The local minute of an instant; "" for never."""
    if at is None:
        return ""
    return f"{datetime.fromisoformat(at).astimezone(house.policy.controller.zone):%Y-%m-%d %H:%M}"
