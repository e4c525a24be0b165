"""Show that you do what your policy says: each sentence, where it lives, and its last run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from lifecycle.errors import LedgerFailure
from lifecycle.ledger import EventKind
from lifecycle.plan import ERASURES, PlanKind
from lifecycle.policy.duties import Duties, Duty, Lives, load_duties
from lifecycle.policy.model import Policy
from lifecycle.policy.sources import Place, places_of
from records.engines import open_engine, quiet_errors, reading
from records.ledger_store import pages, read_head
from records.tables import ledger_event
from tasks.house.clock import utc_now
from tasks.house.settings import Settings
from tasks.house.wiring import read_policy

_ERASED: Final = tuple(f"{EventKind.PLAN_PROVEN} {kind}" for kind in sorted(ERASURES)) + tuple(
    f"{EventKind.PLAN_NOT_PROVEN} {kind}" for kind in sorted(ERASURES)
)
FLOW_EVENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "import_af": (EventKind.IMPORT_STORED, EventKind.HANDOVER_VERIFIED),
    "purge_staging": (EventKind.PURGE_PROVEN_EMPTY,),
    "verify_ledger": (EventKind.LEDGER_VERIFIED,),
    "witness_ledger": (EventKind.CHECKPOINT_MADE,),
    "rotate_keys": (EventKind.KEYS_ROTATED, EventKind.KEYS_DESTROYED),
    "take_inventory": (EventKind.INVENTORY_TAKEN,),
    "archive_erase": (f"{EventKind.PLAN_DRAWN} {PlanKind.RETENTION}", *_ERASED),
    "year_end": (f"{EventKind.PLAN_DRAWN} {PlanKind.YEAR_END}",),
    "inform": (EventKind.LETTERS_SENT, EventKind.LETTERS_HANDED),
    "share": (EventKind.DISCLOSURE_SENT, EventKind.DISCLOSURE_REFUSED),
    "processor_review": (EventKind.PROCESSORS_CHECKED, EventKind.PROCESSOR_REVIEWED),
    "register_consent": (EventKind.CONSENTS_IMPORTED, EventKind.CONSENTS_COUNTED),
    "rights_request": (EventKind.REQUEST_OPENED, EventKind.REQUEST_CLOSED),
    "store": (EventKind.PLACE_SCANNED, EventKind.ACCESS_REVIEWED),
    "incident": (
        EventKind.INCIDENT_OPENED,
        EventKind.INCIDENT_DRAFTED,
        EventKind.INCIDENT_REPORTED,
        EventKind.INCIDENT_TOLD,
    ),
    "follow_up": (
        EventKind.HOLD_REVIEWED,
        EventKind.HOLD_RELEASED,
        EventKind.WORK_ORDER_REMINDED,
    ),
}
"""What a flow writes when it did its work; with a second word: only of that kind of plan."""
REPORT_EVENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "ledger verify": (EventKind.LEDGER_VERIFIED,),
    "plan show": tuple(f"{EventKind.PLAN_DRAWN} {kind}" for kind in sorted(ERASURES)),
    "share told": (EventKind.TELLING_OPENED, EventKind.TELLING_DONE),
    "work-orders": (EventKind.WORK_ORDER_OPENED, EventKind.WORK_ORDER_DONE),
    "status": (EventKind.WATCH_LOOKED,),
    "watch": (EventKind.WATCH_LOOKED,),
    "record show": (EventKind.PROCESSING_RECORD_MADE,),
    "record write": (EventKind.PROCESSING_RECORD_MADE,),
    "risk list": (EventKind.RISKS_CHECKED, EventKind.RISK_ASSESSED),
    "risk assess": (EventKind.RISK_ASSESSED,),
    "risk impact": (EventKind.RISK_ASSESSED,),
    "consent show": (EventKind.CONSENT_GIVEN,),
    "consent list": (EventKind.CONSENT_GIVEN,),
    "consent withdraw": (EventKind.CONSENT_WITHDRAWN,),
    "mailing list": (EventKind.MAILING_LISTED,),
    "processor list": (EventKind.PROCESSORS_CHECKED,),
    "processor import": (EventKind.PROCESSORS_IMPORTED,),
    "processor agree": (EventKind.PROCESSOR_NOTED,),
    "processor assess": (EventKind.PROCESSOR_NOTED,),
    "processor note": (EventKind.PROCESSOR_NOTED,),
    "processor publish": (EventKind.PROCESSORS_PUBLISHED,),
    "app report": (EventKind.PROCESSOR_ADDED,),
    "app decide": (EventKind.PROCESSOR_NOTED,),
    "app list": (EventKind.PROCESSORS_CHECKED,),
    "store scan": (EventKind.PLACE_SCANNED,),
    "incident show": (EventKind.INCIDENT_OPENED, EventKind.INCIDENT_NOTED),
    "access review": (EventKind.ACCESS_REVIEWED, EventKind.ACCESS_REMOVED),
    "report": (EventKind.ACCOUNTABILITY_REPORTED,),
    "inform check": (),
    "inform show": (),
    "policy check": (),
    "policy trace": (),
    "explain": (),
}
"""What a report tells of. Reading leaves no entry of its own."""
_PART_EVENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "retention": (),
    "systems": (),
    "staging": (EventKind.PURGE_PROVEN_EMPTY,),
    "placement": (EventKind.PLACE_SCANNED,),
    "may_lie": (EventKind.PLACE_SCANNED,),
    "intake": (EventKind.IMPORT_STORED,),
    "approvals": (EventKind.APPROVAL_GIVEN, EventKind.APPROVAL_REFUSED),
    "kinds": (EventKind.INCIDENT_OPENED, EventKind.INCIDENT_DRAFTED),
    "incidents": (EventKind.INCIDENT_TOLD,),
}
"""Parts of a policy file that runs act upon, beside what bears their name in the ledger. The other
parts are statements."""
_OF_A_PLAN: Final = frozenset({EventKind.PLAN_PROVEN, EventKind.PLAN_NOT_PROVEN})
_NAMING: Final = ("system", "place", "rule")
"""Facts of an event that name a part of the policy."""


class State(StrEnum):
    """How a sentence stands."""

    EXERCISED = "exercised"
    """A run acted on it."""
    NEVER = "never"
    """A run would act on it, and none has yet."""
    UNDECIDED = "undecided"
    """The document leaves it open, and so does the policy file: nothing is done until somebody
    decides."""
    ON_DEMAND = "on_demand"
    """A report: whenever somebody asks; it leaves no entry."""
    STATED = "stated"
    """A statement in the policy file that nothing is to be done about."""
    BY_PEOPLE = "by_people"
    """For people, and not for a machine."""
    NOT_BUILT = "not_built"
    """By hand until it is built."""
    MISSING = "missing"
    """Nowhere to be found where it should be: the policy file has to be mended."""


class Seen(NamedTuple):
    """The last time: when (UTC, as the ledger writes it) and in which run (`R-…`)."""

    at: str
    run: str


@dataclass(frozen=True, slots=True)
class Exercise:
    """What one controller's ledger tells: the last time of each word of it."""

    words: Mapping[str, Seen]
    """By rule or sentence, system, kind of event; of a plan's events also with the plan's kind:
    `plan.drawn year_end`, `plan.proven disclosure`."""

    def last(self, words: Iterable[str]) -> Seen | None:
        """The newest of these."""
        return max((self.words[word] for word in words if word in self.words), default=None)


NOTHING: Final = Exercise({})


class Line(NamedTuple):
    """One sentence of the guidelines."""

    id: str
    kind: str
    says: str
    lives: Lives
    where: str
    """For people: `retention participant.six-months`, `archive_erase`, `gallra plan show`."""
    why: str | None
    """not_automated: why no machine does it."""
    state: State
    last: Seen | None
    quoted: str
    """Parts of the policy file that quote it, beside the place where it lives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One controller's policy, sentence by sentence."""

    controller: str
    company: str
    document: str
    policy_sha256: str
    zone: str
    made_at: datetime
    ledger_size: int | None
    """Events of the whole ledger; None: no run has begun one here."""
    lines: tuple[Line, ...]

    @property
    def by_state(self) -> dict[str, int]:
        """How many sentences stand how, in the order of `State`; only those that occur."""
        counted = Counter(line.state for line in self.lines)
        return {state.value: counted[state] for state in State if counted[state]}

    @property
    def by_place(self) -> dict[str, int]:
        """How many sentences live where, in the order of `Lives`."""
        counted = Counter(line.lives for line in self.lines)
        return {lives.value: counted[lives] for lives in Lives}


def trace_all(
    settings: Settings, controllers: Sequence[str], *, now: Callable[[], datetime] = utc_now
) -> list[Trace]:
    """The traces of these controllers, from one reading of the ledger; changes nothing.

    It needs no bindings and makes no databases: where none are, nothing was ever exercised.
    Raises `ControllerUnknown`, `PolicyError`, `LedgerFailure`, `Unreachable`.
    """
    read = [
        (read_policy(settings, name), load_duties(settings.policies, name)) for name in controllers
    ]
    exercised: dict[str, Exercise] = {}
    size: int | None = None
    with _ledger(settings) as connection:
        if connection is not None:
            size = read_head(connection).size
            exercised = read_exercise(connection)
    return [
        trace(policy, duties, exercised.get(policy.id, NOTHING), size=size, now=now())
        for policy, duties in read
    ]


def trace(
    policy: Policy, duties: Duties, exercise: Exercise, *, size: int | None, now: datetime
) -> Trace:
    """Every sentence of one controller with its place and its last run."""
    stated = places_of(policy)
    return Trace(
        controller=policy.id,
        company=policy.controller.company,
        document=duties.document,
        policy_sha256=policy.sha256,
        zone=policy.controller.time_zone,
        made_at=now,
        ledger_size=size,
        lines=tuple(
            _line(number, duty, duties, policy, stated.get(number, ()), exercise)
            for number, duty in duties.duties.items()
        ),
    )


def read_exercise(connection: Connection) -> dict[str, Exercise]:
    """Go through the ledger once: for each controller the last time of each word.

    About 3 s for a million events. Raises `LedgerFailure("event_not_canonical")`.
    """
    found: dict[str, dict[str, Seen]] = {}
    drawn: dict[str, str] = {}
    for page in pages(connection):
        for position, body, _ in page:
            try:
                event = orjson.loads(body)
                words = found.setdefault(event["controller"], {})
                seen = Seen(event["at"], event["run"])
                for word in _words(event, drawn):
                    words[word] = seen
            except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
                raise LedgerFailure("event_not_canonical", position=position) from None
    return {controller: Exercise(words) for controller, words in found.items()}


def _words(event: dict[str, Any], drawn: dict[str, str]) -> Iterator[str]:
    """`drawn`: the kind of each plan by its reference. Only the event of the drawing tells it, and
    comes before every other of that plan."""
    kind = event["kind"]
    yield kind
    if "rule" in event:
        yield event["rule"]
    facts = event.get("facts") or {}
    for name in _NAMING:
        if name in facts:
            yield facts[name]
    of_kind = facts.get("kind")
    if kind == EventKind.PLAN_DRAWN and of_kind is not None and "ref" in event:
        drawn[event["ref"]] = of_kind
    elif of_kind is None and kind in _OF_A_PLAN:
        of_kind = drawn.get(event.get("ref", ""))
    if of_kind is not None:
        yield f"{kind} {of_kind}"


def _line(
    number: str,
    duty: Duty,
    duties: Duties,
    policy: Policy,
    places: tuple[Place, ...],
    exercise: Exercise,
) -> Line:
    why: str | None = None
    where = duty.where or ""
    last: Seen | None = None
    match duty.lives:
        case Lives.POLICY:
            last = exercise.last([number, *_words_of(places)])
            state = _state_of_parts(policy, places, last)
            where = "; ".join(place.text for place in places)
        case Lives.FLOW:
            last = exercise.last([number, *FLOW_EVENTS.get(where, ())])
            state = State.EXERCISED if last else State.NEVER
        case Lives.REPORT:
            kinds = REPORT_EVENTS.get(where, ())
            last = exercise.last(kinds)
            state = State.EXERCISED if last else State.NEVER if kinds else State.ON_DEMAND
            where = f"gallra {where}"
        case Lives.WORK_ORDER:
            last = exercise.last([number, where])
            system = policy.systems.get(where)
            state = State.EXERCISED if last else State.NEVER
            if system is None or system.by_hand is None:
                state = State.MISSING
        case Lives.NOT_AUTOMATED:
            topic = duties.by_people[where]
            why = topic.why
            state = State.NOT_BUILT if topic.built == "not_yet" else State.BY_PEOPLE
            where = topic.called
    quoted = "" if duty.lives is Lives.POLICY else "; ".join(place.text for place in places)
    return Line(number, duty.kind, duty.says, duty.lives, where, why, state, last, quoted)


def _words_of(places: tuple[Place, ...]) -> Iterator[str]:
    for place in places:
        if place.part in _PART_EVENTS:
            yield from _PART_EVENTS[place.part]
            if place.name:
                yield place.name


def _state_of_parts(policy: Policy, places: tuple[Place, ...], last: Seen | None) -> State:
    if not places:
        return State.MISSING
    if last is not None:
        return State.EXERCISED
    if _is_open(policy, places):
        return State.UNDECIDED
    acted_upon = any(place.part in _PART_EVENTS for place in places)
    return State.NEVER if acted_upon else State.STATED


def _is_open(policy: Policy, places: tuple[Place, ...]) -> bool:
    """Every rule that has the sentence waits for a decision; without a rule: one is open."""
    named = {place.name for place in places if place.part == "retention"}
    rules = [rule.undecided for rule in policy.retention if rule.id in named]
    open_ones = {decision.id for decision in policy.decisions if decision.status == "open"}
    about = {place.name for place in places if place.part == "decisions"}
    return all(rules) if rules else bool(open_ones & about)


@contextmanager
def _ledger(settings: Settings) -> Iterator[Connection | None]:
    """The ledger as it is, for reading; None where no run has begun one."""
    if not _is_there(settings.database_url):
        yield None
        return
    engine = open_engine(settings.database_url)
    try:
        with quiet_errors(), reading(engine) as connection:
            begun = _has_events(connection)
            yield connection if begun else None
    finally:
        engine.dispose()


def _has_events(connection: Connection) -> bool:
    if not inspect(connection).has_table(ledger_event.name):
        return False
    return connection.scalar(select(ledger_event.c.position).limit(1)) is not None


def _is_there(url: str) -> bool:
    """Opening a SQLite file would make it: a report makes no installation."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return True  # opening says what is wrong
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return True
    return Path(parsed.database).is_file()
