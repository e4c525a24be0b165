"""Officers with authenticators, and a plan for them to decide on."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import date, timedelta

import orjson
from sqlalchemy import select

from lifecycle import totp
from lifecycle.ledger import EventKind
from lifecycle.plan import PlanItem, PlanKind, PlanState, plan_hash
from lifecycle.references import new_id
from lifecycle.retention.facts import Verdict
from records import plans
from records.engines import reading
from records.plans import Plan
from records.tables import ledger_event, subject
from tasks.house.parts import House
from tasks.officers.registering import add_officer
from tests.factories.keys import StandingClock


@dataclass
class Authenticator:
    """An officer's telephone: shows codes, and never the same one twice."""

    handle: str
    clock: StandingClock
    secret: bytes = field(default_factory=totp.new_secret, repr=False)
    ref: str = ""

    def code(self) -> str:
        """The code it shows now."""
        return totp.code_at(self.secret, totp.step_of(self.clock()))

    def fresh(self) -> str:
        """A code that was not shown before: half a minute passes."""
        self.clock.pass_time(seconds=totp.STEP)
        return self.code()

    def wrong(self) -> str:
        """Six digits that it shows neither now nor a step before or after."""
        present = totp.step_of(self.clock())
        shown = {totp.code_at(self.secret, present + drift) for drift in (-1, 0, 1)}
        return next(code for code in map("{:06d}".format, range(10)) if code not in shown)


def enrol(
    house: House,
    clock: StandingClock,
    handle: str,
    *roles: str,
    by: Authenticator | None = None,
) -> Authenticator:
    """Enrol an officer; all but the first need one who agrees (`by`)."""
    telephone = Authenticator(handle, clock)
    telephone.ref = add_officer(
        house,
        handle,
        roles=roles,
        secret=telephone.secret,
        confirmation=None,
        by=None if by is None else by.handle,
        code=None if by is None else by.fresh(),
    )
    return telephone


def with_approvals(house: House, **changed: tuple[str, ...]) -> House:
    """The same house with other rules of who may approve."""
    rules = house.policy.approvals.model_copy(update=changed)
    policy = house.policy.model_copy(update={"approvals": rules})
    return dataclasses.replace(house, policy=policy)


def add_people(house: House, number: int) -> list[int]:
    """People without anything about them; their numbers."""
    people = [new_id() for _ in range(number)]
    if not people:
        return []
    with house.work() as work:
        work.connection.execute(
            subject.insert(),
            [
                {
                    "id": person,
                    "controller": house.controller,
                    "kind": "participant",
                    "created_at": house.at(),
                }
                for person in people
            ],
        )
        work.record(EventKind.RULES_APPLIED, acted=number)
        work.commit()
    return people


def draw_plan(house: House, *, approvals: int = 1, created_by: str = "", people: int = 3) -> Plan:
    """A plan over that many people, as planning leaves it."""
    numbers = add_people(house, people)
    today = house.now().date()
    items = [
        PlanItem(
            subject_id=number,
            placement_id=0,
            system="records",
            verdict=str(Verdict.GO),
            action="erase",
            categories=("contact",),
            stays=(),
            rule="participant.six-months",
            ripe_on=today.isoformat(),
            last_day=(today + timedelta(days=10)).isoformat(),
            reason=None,
        )
        for number in numbers
    ]
    plan = Plan(
        number=new_id(),
        controller=house.controller,
        kind=PlanKind.RETENTION,
        as_of=date(today.year, today.month, today.day),
        policy_sha256=house.policy.sha256,
        hash=plan_hash(
            items,
            controller=house.controller,
            kind=PlanKind.RETENTION,
            as_of=today.isoformat(),
            policy_sha256=house.policy.sha256,
            about_id=0,
        ),
        approvals=approvals,
        created_at=house.at(),
        created_by=created_by,
        state=PlanState.DRAWN,
        closed_at=None,
        about_id=0,
        counts={"people": people, "items": people},
    )
    with house.work() as work:
        plans.insert(work.connection, plan, items)
        work.record(EventKind.PLAN_DRAWN, ref=plan.ref, found=people)
        work.commit()
    return plan


def events(house: House, *kinds: EventKind) -> list[dict[str, object]]:
    """The ledger's events of these kinds, in order."""
    with reading(house.engine) as connection:
        bodies = connection.execute(
            select(ledger_event.c.body).order_by(ledger_event.c.position)
        ).scalars()
        told = [orjson.loads(bytes(body)) for body in bodies]
    return [one for one in told if one["kind"] in {str(kind) for kind in kinds}]
