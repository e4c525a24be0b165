"""People are told of an incident by the operations manager, after talking to the data protection
officer: both agree to exactly that list and that text (A-30, A-27, H-58, art. 34)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from lifecycle.errors import Refused
from lifecycle.incident.notice import Facts, Language, Notice, notice
from lifecycle.incident.states import Situation, Step, Telling
from lifecycle.incident.words import Topic
from lifecycle.ledger import EventKind
from lifecycle.plan import TELL, PlanItem, PlanKind, PlanState, plan_hash
from lifecycle.references import PLAN, from_reference, new_id
from records import incidents, plans
from records.engines import reading
from records.incidents import Entry, Incident
from records.officers import Officer
from records.plans import Plan
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.incidents.lists import void_list
from tasks.incidents.steps import by, judged, known, move, record
from tasks.incidents.texts import opened
from tasks.incidents.who import concerned, scopes_of
from tasks.officers.approvals import require_approved
from tasks.proving import attesting

APPROVALS: Final = 2
"""The one who tells and the one with whom it is agreed (A-30)."""
RULE: Final = "people.told"
"""What asks for the items of such a list: article 34."""
SUPERSEDED: Final = "superseded"
_NEEDED: Final = (Topic.PEOPLE_HAPPENED, Topic.PEOPLE_CONSEQUENCES, Topic.PEOPLE_MEASURES)
_TEXTS: Final = (*_NEEDED, Topic.ADVICE)
_OPEN: Final = frozenset({PlanState.DRAWN, PlanState.APPROVED})
_DIGEST: Final = "#incident-notice"
_LANGUAGE: Final[Mapping[str, Language]] = {"SE": "sv", "DK": "da"}


class AgreedList(NamedTuple):
    """Whom to tell of an incident, agreed to by both: what the sending of letters takes."""

    ref: str
    """The incident, `B-…`."""
    plan: str
    version: str
    """SHA-256 (hexadecimal) that stands for the text; of a keyed digest, so that nobody can try
    what it may have said."""
    people: tuple[tuple[int, tuple[str, ...]], ...]
    """(number, categories concerned) of everybody, each once, by number."""
    language: Language
    """The controller's own: the notice was written in it."""

    def __repr__(self) -> str:
        return f"AgreedList({self.ref}, {len(self.people)})"


def language_of(house: House) -> Language:
    """The language that the controller's people read."""
    return _LANGUAGE[house.policy.controller.country]


def letter(house: House, ref: str, language: Language | None = None) -> Notice:
    """The notice as it would be sent now.

    Raises `Refused`: `incident_unknown`, `notice_incomplete`; `KeyFailure`.
    """
    return notice(language or language_of(house), _facts(house, known(house, ref)))


def draw_list(house: House, ref: str, *, officer: str, code: str) -> Plan:
    """Put before both whom to tell, and the text: a plan that both approve (`gallra approve`).

    Everybody whom the incident's parts concern now (`gallra incident who B-…`). The same list and
    text again give the same plan; others void the one that stood. Raises `Refused`:
    `nobody_concerned`, `notice_incomplete`, `telling_not_decided`, `people_told`, or as
    `incident_steps.judged`.
    """
    one = known(house, ref)
    today = local_today(house)
    items, terms = _items(house, one), terms_of(house, one)
    if not items:
        raise Refused("nobody_concerned", ref=ref)
    drawn: list[Plan] = []

    def change(work: UnitOfWork, one: Incident, to: Situation, who: Officer) -> None:
        standing = _standing(house, work, one)
        if standing is not None:
            found = _hash(house, items, terms, as_of=standing.as_of)
            if (found, house.policy.sha256) == (standing.hash, standing.policy_sha256):
                record(work, EventKind.INCIDENT_NOTED, one, {"list": standing.ref} | by(who))
                drawn.append(standing)
                return
        void_list(house, work, one, reason=SUPERSEDED)
        plan = Plan(
            number=new_id(),
            controller=house.controller,
            kind=PlanKind.INCIDENT,
            as_of=today,
            policy_sha256=house.policy.sha256,
            hash=_hash(house, items, terms, as_of=today),
            approvals=APPROVALS,
            created_at=house.at(),
            # Nobody's own: both who must agree to it may be the only ones who could draw it up.
            created_by="",
            state=PlanState.DRAWN,
            closed_at=None,
            about_id=0,
            counts={"people": len(items)},
        )
        plans.insert(work.connection, plan, items)
        move(house, work, one, to, plan_id=plan.number)
        work.record(
            EventKind.PLAN_DRAWN,
            ref=plan.ref,
            expected=len(items),
            found=len(items),
            facts={
                "kind": str(PlanKind.INCIDENT),
                "as_of": today.isoformat(),
                "hash": plan.hash,
                "incident": one.ref,
            }
            | by(who),
            approvals=APPROVALS,
        )
        drawn.append(plan)

    telling = house.policy.incident_rules().telling
    roles = (*telling.by, *telling.agreed_with)
    judged(house, ref, Step.LIST, officer=officer, code=code, change=change, roles=roles)
    [plan] = drawn
    return plan


def still_current(house: House, plan: Plan) -> bool:
    """Whether the same people are concerned and the text is the same as when it was drawn up."""
    one = _of_plan(house, plan)
    if one is None or one.telling is not Telling.TO_TELL:
        return False
    found = _hash(house, _items(house, one), terms_of(house, one), as_of=plan.as_of)
    return (found, house.policy.sha256) == (plan.hash, plan.policy_sha256)


def agreed(house: House) -> list[AgreedList]:
    """The lists that both have agreed to and of which nobody was told yet: letters may be written.

    Each is asked once more (approvals, their age, the people, the text, the ledger). One that does
    not hold any more is left out: its refusal is in the ledger, and it is void where it has to be.
    """
    with reading(house.engine) as connection:
        found = [
            one
            for one in incidents.find(connection, controller=house.controller)
            if one.telling is Telling.TO_TELL and one.plan_id
        ]
    lists = []
    for one in found:
        with reading(house.engine) as connection:
            plan = plans.get(connection, controller=house.controller, number=one.plan_id)
        if plan.state not in {PlanState.APPROVED, PlanState.EXECUTING}:
            continue
        try:
            require_approved(house, plan)
        except Refused:
            continue
        attesting.require_attested(house, plan)
        lists.append(_list(house, one, plan))
    return lists


def note_told(house: House, ref: str, *, officer: str, code: str) -> int:
    """Everybody on the agreed list has the notice: by whom it was seen to; how many people.

    Raises `Refused`: `telling_not_agreed`, `people_told`, what `approvals.require_approved` says,
    or as `incident_steps.judged`; `LedgerFailure` where the ledger does not know the approvals.
    """
    one = known(house, ref)
    people = 0
    if one.plan_id:
        with reading(house.engine) as connection:
            plan = plans.get(connection, controller=house.controller, number=one.plan_id)
        if plan.state in {PlanState.APPROVED, PlanState.EXECUTING}:
            require_approved(house, plan)
            attesting.require_attested(house, plan)
        people = plan.counts.get("people", 0)

    def change(work: UnitOfWork, one: Incident, to: Situation, who: Officer) -> None:
        finish(house, work, one, to, facts=by(who))

    roles = house.policy.incident_rules().telling.by
    judged(house, ref, Step.TOLD, officer=officer, code=code, change=change, roles=roles)
    return people


def finish(
    house: House, work: UnitOfWork, one: Incident, to: Situation, *, facts: dict[str, str]
) -> None:
    """Everybody was told, within the caller's transaction: the incident and its list are done.
    `to`: where the step `TOLD` leads (`lifecycle.incident.states.after`)."""
    plan = plans.get(work.connection, controller=house.controller, number=one.plan_id)
    people = plan.counts.get("people", 0)
    if plan.state is PlanState.APPROVED:
        plans.set_state(work.connection, plan.number, was=plan.state, to=PlanState.EXECUTING)
        work.record(
            EventKind.PLAN_BEGUN, ref=plan.ref, expected=people, facts={"approved": plan.hash}
        )
    plans.set_state(
        work.connection,
        plan.number,
        was=PlanState.EXECUTING,
        to=PlanState.PROVEN,
        closed_at=house.at(),
    )
    moved = move(house, work, one, to, told_at=house.at())
    work.record(
        EventKind.INCIDENT_TOLD,
        ref=moved.ref,
        expected=people,
        acted=people,
        facts={"plan": plan.ref} | facts,
    )


def terms_of(house: House, one: Incident) -> str:
    """What an approval is bound to beside the people: the incident and the text, as a keyed
    digest. Raises as `letter`."""
    text = notice(language_of(house), _facts(house, one)).text
    return f"{one.ref} {house.vault.index_digest(_DIGEST, text).hex()}"


def version_of(house: House, one: Incident) -> str:
    """What stands for the text in a letter's line and in the ledger: 64 hexadecimal digits."""
    return hashlib.sha256(terms_of(house, one).encode()).hexdigest()


def terms_of_plan(house: House, plan: Plan) -> str:
    """The same of the incident that a list belongs to; "" for a list of none."""
    one = _of_plan(house, plan)
    return "" if one is None else terms_of(house, one)


def incident_of(house: House, ref: str) -> str:
    """The incident (`B-…`) that a list of whom to tell (`P-…`) belongs to; "" for one of none."""
    number = from_reference(PLAN, ref)
    with reading(house.engine) as connection:
        plan = plans.get(connection, controller=house.controller, number=number)
    one = _of_plan(house, plan)
    return "" if one is None else one.ref


def _facts(house: House, one: Incident) -> Facts:
    texts = _texts(house, one)
    if any(topic not in texts for topic in _NEEDED):
        raise Refused("notice_incomplete", ref=one.ref)
    controller = house.policy.controller
    with reading(house.engine) as connection:
        people = concerned(house, connection, scopes_of(house, one.ref))
    names = {name for person in people.values() for held in person.at.values() for name in held}
    return Facts(
        ref=one.ref,
        company=controller.company,
        contact=controller.privacy_mailbox,
        phone=controller.phone,
        authority=controller.authority.name,
        authority_web=controller.authority.web,
        data=tuple(
            category.called for name, category in house.policy.categories.items() if name in names
        ),
        happened=texts[Topic.PEOPLE_HAPPENED],
        consequences=texts[Topic.PEOPLE_CONSEQUENCES],
        measures=texts[Topic.PEOPLE_MEASURES],
        advice=texts.get(Topic.ADVICE),
    )


def _texts(house: House, one: Incident) -> dict[Topic, str]:
    """The newest text of each topic that people read."""
    with reading(house.engine) as connection:
        newest: dict[Topic, Entry] = {
            entry.topic: entry
            for entry in incidents.entries(connection, one.number)
            if entry.topic in _TEXTS
        }
    return dict(zip(newest, opened(house, list(newest.values())), strict=True))


def _items(house: House, one: Incident) -> list[PlanItem]:
    scopes = scopes_of(house, one.ref)
    with reading(house.engine) as connection:
        people = concerned(house, connection, scopes)
    return [
        PlanItem(
            subject_id=number,
            placement_id=0,
            system=house.own_system,
            verdict=TELL,
            action=TELL,
            categories=tuple(sorted(frozenset().union(*person.at.values()))),
            stays=(),
            rule=RULE,
            ripe_on=None,
            last_day=None,
            reason=None,
        )
        for number, person in sorted(people.items())
    ]


def _hash(house: House, items: list[PlanItem], terms: str, *, as_of: date) -> str:
    return plan_hash(
        items,
        controller=house.controller,
        kind=PlanKind.INCIDENT,
        as_of=as_of.isoformat(),
        policy_sha256=house.policy.sha256,
        about_id=0,
        terms=terms,
    )


def _standing(house: House, work: UnitOfWork, one: Incident) -> Plan | None:
    if not one.plan_id:
        return None
    plan = plans.get(work.connection, controller=house.controller, number=one.plan_id)
    return plan if plan.state in _OPEN else None


def _of_plan(house: House, plan: Plan) -> Incident | None:
    with reading(house.engine) as connection:
        every = incidents.find(connection, controller=house.controller)
    return next((one for one in every if one.plan_id == plan.number), None)


def _list(house: House, one: Incident, plan: Plan) -> AgreedList:
    with reading(house.engine) as connection:
        items = [stored.item for stored in plans.items(connection, plan.number)]
    return AgreedList(
        ref=one.ref,
        plan=plan.ref,
        version=version_of(house, one),
        people=tuple((item.subject_id, item.categories) for item in items),
        language=language_of(house),
    )
