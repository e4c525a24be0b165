"""What is not needed any more is not kept: Prefect lets go of runs when their time is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from prefect import flow, tags

from flows import pages
from flows.endings import ends_with_pages
from flows.neutral import StepFailed, neutral
from flows.parameters import Controller, refused_before_stored
from flows.run_names import run_name
from flows.session import assert_logs_are_masked
from flows.steps import step
from tasks.house.wiring import open_house
from tasks.reporting.headings import Heading, Title
from tasks.reporting.sentences import Sentence
from tasks.serving import run_history
from tasks.serving.run_history import Forgotten

STILL_THERE: Final = "run_history_kept"
_KINDS: Final = {
    "runs": Sentence.RUNS,
    "pages": Sentence.PAGES,
    "logs": Sentence.LOGS,
    "events": Sentence.EVENTS,
}


@step("let go of old runs", minutes=60, tags={"history"}, tried_again=True)
def let_go(controller: Controller) -> Forgotten | None:
    """Runs that never ended are removed; how far back the server remembers."""
    with open_house(controller) as house:
        return run_history.forget_runs(house)


@refused_before_stored
@flow(
    name="forget-runs",
    flow_run_name=run_name("history"),
    timeout_seconds=2 * 3600,
    persist_result=False,
    log_prints=False,
)
@neutral
@ends_with_pages
def forget_runs(controller: Controller) -> dict[str, int]:
    """See that Prefect keeps no run, page, log or event longer than the policies say.

    One server serves several controllers: the shortest of their times counts for all.

    Args:
        controller: The school group whose policy it is.
    """
    assert_logs_are_masked()
    with tags(f"controller:{controller}"):
        seen = let_go(controller)
    if seen is None:
        raise StepFailed("prefect_does_not_answer", kind="Unreachable")
    speech = pages.speech(controller)
    days = seen.keep // timedelta(days=1)
    pages.table(
        "history",
        controller,
        [
            {
                Heading.ABOUT: speech(_KINDS[kind]),
                Heading.OLDEST: "–" if one.oldest is None else one.oldest.date().isoformat(),
                Heading.KEPT_DAYS: days,
                Heading.LATE: speech.yes(one.is_over),
            }
            for kind, one in seen.history.items()
        ],
        title=Title.HISTORY,
    )
    left = [kind for kind, one in seen.history.items() if one.is_over]
    if left:
        raise StepFailed(STILL_THERE, left[0], kind="NotProven", others=len(left) - 1)
    return {"never_ended": seen.never_ended, "days": days}
