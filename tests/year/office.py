"""People who do on a working day what waits for them, and nothing that does not."""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager
from datetime import date, timedelta

from lifecycle.consent import Answer
from lifecycle.errors import Refused
from lifecycle.incident.states import State
from lifecycle.incident.words import Dismissed
from lifecycle.processor import Entry, Lack
from lifecycle.processor_entry import EntryKind
from lifecycle.references import TO_DO, to_reference
from lifecycle.risk import Weighed
from tasks.consents.registering import give, missing
from tasks.erasing.holds import list_holds, review_hold
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.incidents import register as incidents
from tasks.incidents.people import dismiss
from tasks.officers.approvals import approve
from tasks.processors import assessments
from tasks.processors.noting import note
from tasks.processors.register import lines as processor_lines
from tasks.sharing.finding_out import confirm_deleted
from tasks.sharing.handing_over import show_password
from tasks.watching.overview import overview
from tasks.work_orders.orders import Line, confirm, finish, lines
from tasks.work_orders.to_dos import close
from tests.factories.keys import StandingClock
from tests.factories.officers import enrol
from tests.year.without_a_server import Houses

_WORDS = {
    "weed": "shredded",
    "mend": "mended",
    "container": "handed-over",
    "letters": "handed-over",
    "papers": "agreed",
    "assessment": "assessed",
}
"""What is said of an order that is done; of any other: told."""
_PAPERS = {
    Lack.AGREEMENT_MISSING: ("agreement", "framework"),
    Lack.AGREEMENT_OVER: ("agreement", "framework"),
    Lack.INSTRUCTION_MISSING: ("instruction", ""),
    Lack.SUITABILITY_MISSING: ("suitability", "suitable"),
    Lack.COUNTRIES_UNDECIDED: ("country", "eea"),
}
"""What is missing of a processor, and the paper that is drawn up."""


class Office:
    """Three officers with every role between them; each does what is theirs."""

    def __init__(self, houses: Houses, controller: str) -> None:
        self._houses = houses
        self.controller = controller
        self.tally: Counter[str] = Counter()
        with self.house() as house:
            roles = sorted(house.policy.roles)
            first = enrol(house, self.clock, "kontor-ett", *roles)
            second = enrol(house, self.clock, "kontor-tva", *roles, by=first)
            third = enrol(house, self.clock, "kontor-tre", *roles, by=second)
        self.officers = [first, second, third]

    @property
    def clock(self) -> StandingClock:
        """What everybody's clocks show."""
        return self._houses.clock

    def house(self) -> AbstractContextManager[House]:
        """The house, for one visit."""
        return self._houses.lend(self.controller)

    def by(self, number: int = 0) -> dict[str, str]:
        """Who does it, and the code that their telephone shows."""
        officer = self.officers[number]
        return {"officer": officer.handle, "code": officer.fresh()}

    def works(self) -> None:
        """A morning: whatever waits for a person is done."""
        with self.house() as house:
            self._judge_drafts(house)
            self._look_at_holds(house)
            self._note_papers(house)
            self._ask_for_consent(house)
            self._agree(house)
            self._do_orders(house)
            self._ask_recipients(house)
            self._close(house)

    def _agree(self, house: House) -> None:
        for ref in overview(house).waits_for_approval:
            for number in reversed(range(len(self.officers))):
                try:
                    approve(house, ref, decision="approve", **self.by(number))
                    self.tally["approvals"] += 1
                except Refused as refused:
                    self.tally[f"approval {refused.code}"] += 1
                    break

    def _do_orders(self, house: House) -> None:
        for order in lines(house):
            if order.state == "open":
                self._finish(house, order)
        for order in lines(house):
            if order.state == "done":
                confirm(house, order.ref, **self.by(1))

    def _finish(self, house: House, order: Line) -> None:
        if order.what == "password":
            show_password(house, order.plan, **self.by())
        finish(house, order.ref, evidence=_WORDS.get(order.what, "told"), **self.by())
        self.tally[f"order {order.what}"] += 1

    def _note_papers(self, house: House) -> None:
        on = local_today(house)
        for line in processor_lines(house):
            papers = [_PAPERS[lack] for lack in line.lacks if lack in _PAPERS]
            for kind, outcome in papers:
                entry = Entry(EntryKind(kind), on, None, outcome, "")
                note(house, line.label, entry, **self.by())
            self.tally["papers"] += len(papers)
        for risk in assessments.lines(house):
            if risk.due:
                weighed = Weighed("risk", on, 1, 2, "")
                parts: dict[str, str] = {}
                assessments.assess(house, risk.label, weighed, parts=parts, **self.by())
                self.tally["risks"] += 1

    def _ask_for_consent(self, house: House) -> None:
        given: dict[str, object] = {"answer": Answer.YES, "on": local_today(house)}
        asked = {each.id: each for each in house.policy.consents}
        for one in missing(house):
            giver = asked[one.question].given_by[0]
            give(house, one.ref, one.question, giver=giver, **given, **self.by())  # type: ignore[arg-type]
            self.tally["consents"] += 1

    def _judge_drafts(self, house: House) -> None:
        """What Gallra drafted by itself: a hold was the reason why something is late, and no
        breach."""
        if house.policy.incidents is None:
            return
        for line in incidents.lines(house):
            if line.state == State.DRAFT:
                dismiss(house, line.ref, because=Dismissed.NO_BREACH, text="Spärrad.", **self.by())
                self.tally["drafts dismissed"] += 1

    def _look_at_holds(self, house: House) -> None:
        now = local_today(house)
        for hold in list_holds(house):
            if date.fromisoformat(str(hold.review_on)) <= now:
                review_hold(house, hold.ref, following=now + timedelta(days=60), **self.by())
                self.tally["hold reviews"] += 1

    def _ask_recipients(self, house: House) -> None:
        """Whoever received something says that it is deleted."""
        for to_do in overview(house).to_dos:
            if to_do.kind == "recipient_deletes":
                confirm_deleted(house, to_do.ref, **self.by())
                self.tally["deleted by the recipient"] += 1

    def _close(self, house: House) -> None:
        for to_do in overview(house).to_dos:
            try:
                close(house, to_reference(TO_DO, to_do.id))
                self.tally[f"to do {to_do.kind}"] += 1
            except Refused as refused:  # it ends with what it is about
                assert refused.code == "to_do_closes_itself"
