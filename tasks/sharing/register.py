"""Who received which categories about how many, on which ground, until when (art. 30(1)(d), 19)."""

from __future__ import annotations

from typing import Final, NamedTuple

from lifecycle.disclosure import FINISHED, UNFINISHED, most_protected
from lifecycle.plan import PlanKind, PlanState
from lifecycle.references import PLAN, SUBJECT, from_reference, to_reference
from records import disclosures, plans, tellings
from records.disclosures import Disclosure
from records.engines import reading
from records.plans import Plan
from tasks.erasing.due_plans import is_open_to_decide
from tasks.erasing.plan_shown import show_plan
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.sharing.judging import HELD

_SHOWN: Final = 10


class Entry(NamedTuple):
    """One line of the register: references, words of policy and bindings, dates and counts."""

    ref: str
    state: str
    stage: str
    hash: str
    people: int
    about: tuple[str, ...]
    """Whom it is about, `S-…`, the first of them: `gallra share show` has all."""
    cases: int
    """How many cases it is limited to: of the others of these people nothing is disclosed; 0:
    people were chosen, with all of their cases."""
    without: int
    """People who were chosen and of whom there is nothing of that kind: nothing of them leaves."""
    sources: dict[str, tuple[str, ...]]
    """Category → the systems that it is taken from, by the policy's names."""
    held: int
    """People of whose data that is disclosed a legal hold keeps something (A-73)."""
    recipient: str
    contact: str
    categories: tuple[str, ...]
    data_class: str
    purpose: str
    legal_basis: str
    condition: str
    rule: str
    sentence: str | None
    channel: str
    password_by: str
    container: str
    until_on: str
    given: int
    needed: int
    created_at: str
    sent_at: str | None
    password_at: str | None
    ended_at: str | None
    overdue: bool

    @property
    def asks(self) -> bool:
        """Whether somebody has to agree before anything of it is done."""
        open_for = self.state in {PlanState.DRAWN, PlanState.APPROVED}
        return open_for and self.given < self.needed

    @property
    def goes_on(self) -> bool:
        """Whether the next run carries it on."""
        agreed = self.state in {PlanState.APPROVED, PlanState.EXECUTING} and not self.asks
        return agreed and self.stage in UNFINISHED


def register(house: House, *, everything: bool = True) -> list[Entry]:
    """Every disclosure, the newest first; or those alone that are not over."""
    with reading(house.engine) as connection:
        found = disclosures.find(connection, controller=house.controller)
        known = {
            plan.number: plan
            for plan in plans.find(
                connection, controller=house.controller, kind=PlanKind.DISCLOSURE
            )
        }
    return [
        _entry(house, known[one.number], one)
        for one in found
        if everything or one.stage not in FINISHED
    ]


def entry(house: House, ref: str) -> Entry:
    """One disclosure. Raises `Refused`: `plan_unknown`, `disclosure_unknown`."""
    number = from_reference(PLAN, ref)
    with reading(house.engine) as connection:
        plan = plans.get(connection, controller=house.controller, number=number)
        one = disclosures.get(connection, controller=house.controller, number=number)
    return _entry(house, plan, one)


def people_of(house: House, ref: str) -> list[tuple[str, tuple[str, ...]]]:
    """Whom a disclosure is about, by reference, and which categories of each."""
    number = from_reference(PLAN, ref)
    with reading(house.engine) as connection:
        disclosures.get(connection, controller=house.controller, number=number)
        stored = plans.items(connection, number)
    found: dict[str, set[str]] = {}
    for one in stored:
        person = found.setdefault(to_reference(SUBJECT, one.item.subject_id), set())
        person.update(one.item.categories)
    return [(who, tuple(sorted(what))) for who, what in found.items()]


def tellings_of(house: House, ref: str) -> list[tellings.Telling]:
    """Of what the recipient must be, or was, told (art. 19)."""
    with reading(house.engine) as connection:
        return tellings.find(
            connection, controller=house.controller, disclosure_id=from_reference(PLAN, ref)
        )


def agreed(house: House) -> list[str]:
    """Disclosures that may go on now, oldest first."""
    return [one.ref for one in reversed(register(house, everything=False)) if one.goes_on]


def waiting(house: House) -> list[Entry]:
    """Disclosures that somebody must agree to, oldest first."""
    return [one for one in reversed(register(house, everything=False)) if one.asks]


def is_open(house: House, ref: str) -> bool:
    """Whether anybody can still say yes or no to it."""
    return is_open_to_decide(house, ref)


def _entry(house: House, plan: Plan, one: Disclosure) -> Entry:
    terms = one.terms
    shown = show_plan(house, plan.ref)
    sharing = house.policy.sharing
    rules = () if sharing is None else sharing.rules
    known = [name for name in terms.categories if name in house.policy.categories]
    today = local_today(house).isoformat()
    with reading(house.engine) as connection:
        items = [stored.item for stored in plans.items(connection, plan.number)]
    sources = {
        name: tuple(sorted({item.system for item in items if name in item.categories}))
        for name in terms.categories
    }
    return Entry(
        ref=plan.ref,
        state=str(plan.state),
        stage=str(one.stage),
        hash=plan.hash,
        people=plan.counts.get("people", 0),
        about=tuple(
            to_reference(SUBJECT, number)
            for number in sorted({item.subject_id for item in items})[:_SHOWN]
        ),
        cases=len(terms.cases),
        without=plan.counts.get("without", 0),
        sources={name: systems for name, systems in sources.items() if systems},
        held=len({item.subject_id for item in items if item.reason == HELD}),
        recipient=terms.recipient,
        contact=terms.contact,
        categories=terms.categories,
        data_class=str(most_protected(house.policy, known)) if known else "",
        purpose=terms.purpose,
        legal_basis=terms.legal_basis,
        condition=terms.condition,
        rule=terms.rule,
        sentence=next((rule.source.id for rule in rules if rule.id == terms.rule), None),
        channel=terms.channel,
        password_by=terms.password_by,
        container=terms.container,
        until_on=terms.until_on,
        given=shown.given,
        needed=shown.needed,
        created_at=plan.created_at,
        sent_at=one.sent_at,
        password_at=one.password_at,
        ended_at=one.ended_at,
        overdue=terms.until_on < today and one.stage not in FINISHED,
    )
