"""The standing page of today: written by every run at its end, and by the morning's when nothing
else ran."""

from __future__ import annotations

from prefect import get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.logging import get_run_logger

from flows import failed_page, known_pages, pages
from flows.neutral import neutralised
from tasks.house.clock import utc_now
from tasks.house.wiring import open_house
from tasks.reporting.sentences import Sentence
from tasks.reporting.today import Need, Today, today
from tasks.reporting.today_page import markdown

PAGE = "today"


def show(controller: str) -> None:
    """Write `today-CONTROLLER`; what keeps it from being written is logged, no more."""

    def write() -> None:
        seen = _seen(controller)
        known = known_pages.newest(controller)
        failed = [_failed(key, controller) for key in failed_page.standing(known)]
        seen = seen._replace(needs=(*failed, *seen.needs))
        text = markdown(
            seen,
            controller,
            language=pages.speech(controller).language,
            there=known,
            schedules=_schedules(controller),
        )
        say = pages.speech(controller)
        amber = len(seen.needs) - seen.red
        pages.create(
            PAGE,
            controller,
            text,
            about=f"{say(Sentence.RED)}: {seen.red}. {say(Sentence.AMBER)}: {amber}.",
        )

    pages.quietly(f"{PAGE}-{controller}", write)


def _seen(controller: str) -> Today:
    """The day; where it cannot be read, that alone: a page of yesterday would say that all is
    well."""
    try:
        with open_house(controller) as house:
            return today(house)
    except Exception as error:  # noqa: BLE001 -- its code is told, and nothing else of it
        failure = neutralised(error)
    get_run_logger().warning(f"Today could not be read ({failure.code}).")
    need = Need(True, Sentence.NOT_READ, {"code": failure.code}, 1, "", "", "gallra doctor", "")
    return Today(company=controller, at=utc_now(), needs=(need,), figures=())


def _failed(key: str, controller: str) -> Need:
    page = key.removesuffix(f"-{controller}")
    flow = page.removeprefix("failed-")
    return Need(True, Sentence.RUN_FAILED, {"flow": flow}, 1, "", "", "gallra status", page)


def _schedules(controller: str) -> dict[str, str]:
    """Where the UI shows each of the controller's deployments, and starts one by hand."""
    wanted = DeploymentFilter(tags=DeploymentFilterTags(all_=[controller]))
    with get_client(sync_client=True) as client:
        found = client.read_deployments(deployment_filter=wanted, limit=100)
    return {
        one.name.removesuffix(f"-{controller}"): f"/deployments/deployment/{one.id}"
        for one in found
    }
