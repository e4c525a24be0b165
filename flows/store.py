"""Every night: what lies where it may not, and who has access too much; what a person mends is a
work order (A-58, A-78, A-104)."""

from __future__ import annotations

from prefect import flow, tags
from prefect.logging import get_run_logger

from flows import pages
from flows.endings import ends_with_pages
from flows.neutral import StepFailed, collected, neutral, neutralised, raise_first
from flows.parameters import Controller, refused_before_stored
from flows.run_names import run_name
from flows.session import assert_logs_are_masked
from flows.steps import step
from tasks.access import reviewing as access
from tasks.access.reviewing import AccessCount
from tasks.house.wiring import open_house
from tasks.placing import scanning as placement
from tasks.placing.notes import ScanCount
from tasks.reporting.headings import Heading, Title
from tasks.reporting.sentences import Sentence


@step("look through the places", minutes=150, tags={"inventory"}, tried_again=True)
def look_through(controller: Controller) -> tuple[dict[str, ScanCount], list[StepFailed]]:
    """Kinds and counts of what may not be there, by place; and what failed at single places."""
    with open_house(controller) as house:
        counts, failed = placement.scan_all(house)
    return counts, [neutralised(error) for error in failed]


@step("review the accounts", minutes=20, tags={"deletes"}, tried_again=False)
def review_accounts(controller: Controller) -> tuple[dict[str, AccessCount], list[StepFailed]]:
    """Remove leavers' accounts where the policy says so and somebody agreed; order the rest to be
    mended; by system. And what failed at single systems."""
    with open_house(controller) as house:
        counts, failed = access.review_all(house)
    return counts, [neutralised(error) for error in failed]


@refused_before_stored
@flow(
    name="store",
    flow_run_name=run_name("store"),
    timeout_seconds=3 * 3600,
    persist_result=False,
    log_prints=False,
)
@neutral
@ends_with_pages
def store(controller: Controller) -> dict[str, int]:
    """Look through every bound place and account; red if one was not reached.

    Args:
        controller: The school group whose places they are.
    """
    assert_logs_are_masked()
    failures: list[StepFailed] = []
    looked: dict[str, ScanCount] = {}
    reviewed: dict[str, AccessCount] = {}
    with tags(f"controller:{controller}"):
        with collected(failures):  # what keeps us out of one place keeps nobody's account open
            looked, failed = look_through(controller)
            failures += failed
        with collected(failures):
            reviewed, failed = review_accounts(controller)
            failures += failed
    _show(controller, looked, reviewed)
    told = {
        "places": len(looked),
        "standing": sum(count.standing for count in looked.values()),
        "could_not_look": sum(count.could_not_look for count in looked.values()),
        "accounts_standing": sum(count.standing for count in reviewed.values()),
        "accounts_removed": sum(count.removed for count in reviewed.values()),
        "removals_to_agree": sum(count.to_agree for count in reviewed.values()),
    }
    get_run_logger().info(" ".join(f"{name}={value}" for name, value in told.items()))
    raise_first(failures)
    missed = [name for name, count in looked.items() if not count.reached]
    missed += [name for name, each in reviewed.items() if not each.reached]
    if missed:
        raise StepFailed("system_not_reached", missed[0], others=len(missed) - 1)
    return told


def _show(controller: str, looked: dict[str, ScanCount], reviewed: dict[str, AccessCount]) -> None:
    say = pages.speech(controller)
    lines: list[pages.Line] = [
        {
            Heading.PLACE: name,
            Heading.THERE: count.found,
            Heading.PASSWORD: count.protected,
            Heading.COULD_NOT_LOOK: count.could_not_look,
            Heading.NEW: count.new,
            Heading.STANDING: count.standing,
            Heading.REACHED: _reached(count.reached, count.why, say),
        }
        for name, count in looked.items()
    ]
    lines += [
        {
            Heading.PLACE: f"{say(Sentence.ACCOUNTS)}: {name}",
            Heading.THERE: each.accounts,
            Heading.REMOVED: each.removed,
            Heading.STANDING: each.standing,
            Heading.TO_AGREE: each.to_agree,
            Heading.REACHED: _reached(each.reached, each.why, say),
        }
        for name, each in reviewed.items()
    ]
    pages.table(
        "store",
        controller,
        lines,
        title=Title.STORE,
        notes=["`gallra store list`, `gallra access list`, `gallra work-orders list`"],
    )


def _reached(reached: bool, why: str, say: pages.Speech) -> str:
    return say.yes(reached) if reached else f"{say.yes(reached)}: {say.code(why)}"
