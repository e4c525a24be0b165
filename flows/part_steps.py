"""What a run does that was called in to help: given references and a number, never a person."""

from __future__ import annotations

from flows import turns
from flows.parameters import Controller, WorkReference
from flows.steps import step
from lifecycle.references import PLAN
from tasks.erasing import helping
from tasks.house.wiring import open_house
from tasks.importing import chunks_shared


@step("help with a large work", minutes=300, tags={"deletes", "bulk"}, tried_again=False)
def help_with(
    controller: Controller, work: WorkReference, part: int
) -> tuple[int, list[tuple[str, str]]]:
    """Parts that were taken, and (system, reason code) of those that failed."""
    with open_house(controller, chosen=[], turns=turns.at) as house:
        if work.startswith(PLAN):
            helped = helping.help_with(house, work, part)
            return helped.parts, list(helped.failures)
        return chunks_shared.help_with(house, work, part), []
