"""What happened, what is safe, what to do: the page of a failed run, and that it is mended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from prefect.runtime import deployment, flow_run

from flows import known_pages, pages
from flows.neutral import StepFailed
from tasks.remedies.every import remedy_for
from tasks.reporting.headings import Title
from tasks.reporting.sentences import Sentence

_PAGE: Final = "failed"
_OVER: Final = "mended"


def show(flow: str, controller: str, failure: StepFailed) -> None:
    """The page of this run's failure, under `failed-FLOW-CONTROLLER`."""
    say = pages.speech(controller)
    english = remedy_for(failure.code, kind=failure.kind)
    own = remedy_for(failure.code, kind=failure.kind, language=say.language)
    told = " ".join(part for part in (failure.ref, failure.where) if part)
    parts = [
        f"## {say(Title.FAILED)}: {flow}",
        f"**{say.code(failure.code)}**" + (f" `{told}`" if told else ""),
        f"### {say(Title.HAPPENED)}\n\n{_beside(own.happened, english.happened)}",
        f"### {say(Title.SAFE)}\n\n{_beside(own.safe, english.safe)}",
        f"### {say(Title.TO_DO)}\n\n{_beside(own.next, english.next)}",
        f"### {say(Title.RERUN)}\n\n{say(Sentence.RERUN_HERE)}",
        "\n".join(f"- [{words}]({address})" for words, address in _addresses(say)),
        pages.links("", controller, say),
    ]
    if failure.others:
        parts.insert(2, say(Sentence.ALSO_FAILED, number=failure.others))
    text = "\n\n".join(part for part in parts if part)
    pages.markdown(f"{_PAGE}-{flow}", controller, text, about=say.code(failure.code))


def mend(flow: str, controller: str) -> None:
    """A run has finished well: a failure that still stands there is over."""
    key = f"{_PAGE}-{flow}-{controller}"

    def write() -> None:
        if key in standing(known_pages.newest(controller)):
            say = pages.speech(controller)
            text = f"## {say(Title.FAILED)}: {flow}\n\n{say(Sentence.MENDED)}"
            pages.create(f"{_PAGE}-{flow}", controller, text, about=_OVER)

    pages.quietly("", write)


def standing(newest: Mapping[str, str]) -> list[str]:
    """The keys of the failures after which no run of the same flow has finished well; `newest`: the
    controller's pages, as `known_pages` tells them."""
    return sorted(
        key for key, about in newest.items() if key.startswith(f"{_PAGE}-") and about != _OVER
    )


def _beside(own: str, english: str) -> str:
    """The sentence as the office says it, and in English below it, in italics."""
    return own if own == english else f"{own}\n\n*{english}*"


def _addresses(say: pages.Speech) -> Iterable[tuple[str, str]]:
    if flow_run.id:
        yield say(Sentence.THE_RUN), f"/runs/flow-run/{flow_run.id}"
    if deployment.id:
        yield say(Sentence.THE_SCHEDULE), f"/deployments/deployment/{deployment.id}"
