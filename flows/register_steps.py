"""The steps of the registers under Prefect: given a controller or a plan's reference, never a
person."""

from __future__ import annotations

from flows.parameters import Controller, PlanReference
from flows.steps import step
from tasks.house.wiring import open_house
from tasks.processors import check as processor_check
from tasks.processors import reviewing as processor_review
from tasks.processors import risk_check
from tasks.processors.check import Seen
from tasks.processors.risk_check import RisksSeen


@step("look at the processors", minutes=20, tags={"registers"}, tried_again=True)
def check_processors(controller: Controller) -> Seen:
    """Decisions are noted, reviews asked for, orders opened; what may not run."""
    with open_house(controller) as house:
        return processor_check.check(house)


@step("look at the risks", minutes=10, tags={"registers"}, tried_again=True)
def check_risks(controller: Controller) -> RisksSeen:
    """Assessments that are missing or nearly over are ordered."""
    with open_house(controller) as house:
        return risk_check.check_risks(house)


@step("is it open to review", minutes=10, tags={"registers"}, tried_again=True)
def is_open_to_review(controller: Controller, ref: PlanReference) -> bool:
    """Whether anybody can still say yes or no to that review."""
    with open_house(controller) as house:
        return any(one.ref == ref for one in processor_review.waiting(house))
