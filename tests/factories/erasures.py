"""People who decide and carry out: a plan is drawn up, approved by officers and executed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from lifecycle.plan import PlanKind
from records.plans import Plan
from tasks.erasing import planning
from tasks.erasing.execution import Outcome, execute
from tasks.erasing.requests import ask_for_erasure
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.officers.approvals import approve
from tasks.work_orders.orders import confirm, finish, lines
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol


@dataclass
class Office:
    """Two officers with every role, and the plans they decide on."""

    build: Callable[[], House]
    clock: StandingClock
    officers: list[Authenticator] = field(default_factory=list)

    def enrolled(self) -> list[Authenticator]:
        """Both officers; enrolled when they are first needed."""
        if not self.officers:
            house = self.build()
            roles = sorted(house.policy.roles)
            first = enrol(house, self.clock, "chef-test", *roles)
            second = enrol(house, self.clock, "ombud-test", *roles, by=first)
            self.officers = [first, second]
        return self.officers

    def draw(self, *, kind: PlanKind = PlanKind.RETENTION, as_of: date | None = None) -> Plan:
        """What is due, as a plan; there must be something."""
        house = self.build()
        plan = planning.draw(house, kind=kind, as_of=as_of or local_today(house))
        assert plan is not None, "nothing is due"
        return plan

    def plans(self, *, as_of: str) -> Plan | None:
        """What would be due on that day, as a plan; None where nothing is."""
        return planning.draw(self.build(), kind=PlanKind.RETENTION, as_of=date.fromisoformat(as_of))

    def draw_request(self, ref: str) -> Plan:
        """Somebody asks to be erased."""
        return ask_for_erasure(self.build(), ref)

    def approve(self, plan: Plan) -> None:
        """As many officers as the plan needs say yes."""
        for officer in self.enrolled()[: plan.approvals]:
            approve(
                self.build(),
                plan.ref,
                officer=officer.handle,
                code=officer.fresh(),
                decision="approve",
            )

    def execute(self, plan: Plan) -> Outcome:
        """Carry it out, wait as long as the policy says before reading back, and go on."""
        house = self.build()
        done = execute(house, plan.ref)
        if done.left:
            self.clock.pass_time(seconds=house.policy.erasure.verify_delay.total_seconds())
            done = execute(self.build(), plan.ref)
        return done

    def weed_by_hand(self, plan: Plan) -> int:
        """Finish every work order of the plan, and let the other officer look; how many."""
        first, second = self.enrolled()
        orders = [one for one in lines(self.build(), plan=plan.ref) if one.state == "open"]
        for order in orders:
            state = finish(
                self.build(),
                order.ref,
                officer=first.handle,
                code=first.fresh(),
                evidence="shredded",
            )
            if state == "done":
                confirm(self.build(), order.ref, officer=second.handle, code=second.fresh())
        return len(orders)

    def carry_out(self, plan: Plan) -> Outcome:
        """Execute it to the end, work orders among it."""
        done = execute(self.build(), plan.ref)
        if self.weed_by_hand(plan) or done.left:
            done = self.execute(plan)
        return done

    def erase(self, ref: str) -> Outcome:
        """One person asked to be erased; approved and carried out."""
        plan = ask_for_erasure(self.build(), ref)
        self.approve(plan)
        return self.carry_out(plan)
