"""The steps of sharing under Prefect: given a controller or a plan's reference, never a person.

What sends is never retried by Prefect: rerun the run, which asks each channel what has arrived.
"""

from __future__ import annotations

from flows.parameters import Controller, PlanReference
from flows.steps import step
from tasks.house.wiring import open_house
from tasks.sharing import disclosing, withdrawing
from tasks.sharing import register as share_register
from tasks.sharing.disclosing import Sent
from tasks.sharing.register import Entry
from tasks.sharing.withdrawing import Taken
from tasks.telling import due as telling_due
from tasks.telling import letters as telling_letters
from tasks.telling.due import ToTell
from tasks.telling.letters import Tried


@step("find what may be sent", minutes=10, tags={"sharing"}, tried_again=True)
def agreed(controller: Controller) -> list[PlanReference]:
    """The disclosures that may go on now: under way, or approved."""
    with open_house(controller) as house:
        return [PlanReference(ref) for ref in share_register.agreed(house)]


@step("send a disclosure", minutes=120, tags={"discloses"}, tried_again=False)
def send(controller: Controller, ref: PlanReference) -> Sent:
    """Sealed, once, and its password by the other way."""
    with open_house(controller) as house:
        return disclosing.send(house, ref)


@step("take back what is over", minutes=60, tags={"discloses"}, tried_again=False)
def withdraw_due(controller: Controller) -> list[Taken]:
    """Everything whose last day is over; recipients are asked to delete the rest."""
    with open_house(controller) as house:
        return withdrawing.withdraw_due(house)


@step("read the register", minutes=10, tags={"sharing"}, tried_again=True)
def register(controller: Controller) -> list[Entry]:
    """Every disclosure that is not over, in references, words, dates and counts."""
    with open_house(controller) as house:
        return share_register.register(house, everything=False)


@step("tell recipients", minutes=60, tags={"discloses"}, tried_again=False)
def tell(controller: Controller) -> list[Tried]:
    """What was rectified, erased or restricted: by letter, once, or by a work order."""
    with open_house(controller) as house:
        return telling_letters.tell_waiting(house)


@step("whom to tell", minutes=10, tags={"sharing"}, tried_again=True)
def to_tell(controller: Controller) -> list[ToTell]:
    """Tellings of a rectification, erasure or restriction that are still to be done."""
    with open_house(controller) as house:
        return telling_due.to_tell(house)


@step("is it open to decide", minutes=10, tags={"sharing"}, tried_again=True)
def is_open_to_decide(controller: Controller, ref: PlanReference) -> bool:
    """Whether anybody can still say yes or no to that disclosure."""
    with open_house(controller) as house:
        return share_register.is_open(house, ref)
