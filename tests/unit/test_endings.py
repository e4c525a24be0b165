"""A run tells of itself when it is over, and nothing that keeps it from telling changes its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from prefect.exceptions import Pause, TerminationSignal
from prefect.states import State

from flows import endings, known_pages, pages, today_page
from flows.endings import ends_with_pages
from lifecycle.errors import KeyFailure, LedgerFailure, Unreachable
from tasks.remedies.every import listed_codes, remedy_for

RUN = SimpleNamespace(
    flow_run=SimpleNamespace(parameters={"controller": "tommerup"}),
    flow=SimpleNamespace(name="share"),
)


class Told:
    """What was written, in its order."""

    def __init__(self) -> None:
        self.pages: list[tuple[str, str]] = []
        self.there: dict[str, str] = {}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    told = Told()
    log = logging.getLogger("flows.test_endings")
    monkeypatch.setattr(endings, "FlowRunContext", SimpleNamespace(get=lambda: RUN))
    for module in (endings, pages):
        monkeypatch.setattr(module, "get_run_logger", lambda: log)

    def create(text: str, *, key: str, description: str) -> None:
        told.pages.append((key, text))

    monkeypatch.setattr(pages, "create_markdown_artifact", create)
    monkeypatch.setattr(known_pages, "newest", lambda _: told.there)
    monkeypatch.setattr(
        today_page,
        "show",
        lambda controller: pages.markdown("today", controller, "the day", about=""),
    )
    return told


def ending_with(outcome: Any) -> Any:
    @ends_with_pages
    def flow(controller: str) -> dict[str, int]:
        if isinstance(outcome, BaseException):
            raise outcome
        return {"rows": outcome}

    return flow("tommerup")


def test_outside_a_run_nobody_is_told(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endings, "FlowRunContext", SimpleNamespace(get=lambda: None))
    assert ending_with(3) == {"rows": 3}
    assert told.pages == []


def test_a_good_end_names_its_pages_and_the_command(told: Told) -> None:
    state = ending_with(3)
    assert isinstance(state, State)
    assert state.is_completed()
    assert state.data == {"rows": 3}
    assert state.message == "Pages: today-tommerup. In a terminal: gallra today -c tommerup"
    assert [key for key, _ in told.pages] == ["today-tommerup"]


def test_a_failure_has_a_page_in_the_language_of_the_office(told: Told) -> None:
    with pytest.raises(Unreachable):
        ending_with(Unreachable("folder_not_mounted", ref="sent-journal"))
    (failed, text), (today, _) = told.pages
    assert (failed, today) == ("failed-share-tommerup", "today-tommerup")
    for head in (
        "Hvad der skete · What happened",
        "Hvad der er sikkert · What is safe",
        "Hvad du gør · What to do",
        "Sådan kører du igen · How to run it again",
    ):
        assert f"### {head}" in text
    assert "folder_not_mounted" in text
    assert "sent-journal" in text


def test_the_three_sentences_are_in_the_language_of_the_office_with_english_below(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Unreachable):
        ending_with(Unreachable("folder_not_mounted"))
    danish, english = (
        remedy_for("folder_not_mounted", language="da"),
        remedy_for("folder_not_mounted"),
    )
    for own, beside in zip(danish, english, strict=True):
        assert f"\n\n{own}\n\n*{beside}*\n\n" in told.pages[0][1]
    told.pages.clear()
    monkeypatch.setitem(RUN.flow_run.parameters, "controller", "academedia")
    with pytest.raises(LedgerFailure):
        ending_with(LedgerFailure("no_witness"))
    key, text = told.pages[0]
    assert key == "failed-share-academedia"
    assert "Inget vittne utanför den här datorn tog emot kontrollpunkten.\n\n*No witness" in text


def test_a_failure_without_words_of_its_own_is_told_by_its_class(told: Told) -> None:
    with pytest.raises(KeyFailure):
        ending_with(KeyFailure("nobody_words_this"))
    danish = remedy_for("", kind="KeyFailure", language="da")
    assert all(f"\n\n{sentence}\n\n*" in told.pages[0][1] for sentence in danish)


def test_a_code_that_only_english_knows_says_it_once(told: Told) -> None:
    [code, *_] = sorted(listed_codes() - listed_codes("da"))
    with pytest.raises(Unreachable):
        ending_with(Unreachable(code))
    for sentence in remedy_for(code):
        assert f"\n\n{sentence}\n\n#" in told.pages[0][1]


def test_a_value_in_an_error_is_on_no_page(told: Told) -> None:
    with pytest.raises(KeyError):
        ending_with(KeyError("19850709-9805 anna.berg@example.se"))
    assert "9805" not in str(told.pages)
    assert "KeyError" in told.pages[0][1]


def test_a_time_limit_is_told_as_one(told: Told) -> None:
    with pytest.raises(asyncio.CancelledError):
        ending_with(asyncio.CancelledError())
    assert "took_too_long" in told.pages[0][1]


def test_a_run_that_waits_shows_today_and_no_failure(told: Told) -> None:
    with pytest.raises(Pause):
        ending_with(Pause())
    assert [key for key, _ in told.pages] == ["today-tommerup"]


def test_a_process_that_is_ended_writes_nothing_more(told: Told) -> None:
    with pytest.raises(TerminationSignal):
        ending_with(TerminationSignal(signal=15))
    assert told.pages == []


def test_the_next_good_end_says_that_the_failure_is_over(told: Told) -> None:
    told.there = {"failed-share-tommerup": "", "failed-incident-tommerup": "", "share-tommerup": ""}
    ending_with(1)
    (key, text), _ = told.pages
    assert key == "failed-share-tommerup"
    assert "Intet at gøre. · " in text
    told.pages.clear()
    told.there["failed-share-tommerup"] = "mended"
    ending_with(1)
    assert [key for key, _ in told.pages] == ["today-tommerup"]  # said once


def test_what_keeps_the_pages_away_changes_nothing_about_the_end(
    told: Told, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("19850709-9805")

    monkeypatch.setattr(pages, "create_markdown_artifact", refuse)
    monkeypatch.setattr(known_pages, "newest", refuse)
    assert ending_with(5).data == {"rows": 5}
    with pytest.raises(Unreachable):
        ending_with(Unreachable("folder_not_mounted"))
    assert "could not be written (ConnectionError at " in caplog.text
    assert "9805" not in caplog.text


@pytest.mark.parametrize(
    "error",
    [LedgerFailure("ledger_no_head"), KeyFailure("kek_missing"), ValueError("19850709-9805")],
)
def test_a_day_that_cannot_be_read_is_red_and_not_yesterdays(
    told: Told, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Nothing on the page would say otherwise that nobody has looked since."""
    monkeypatch.undo()
    log = logging.getLogger("flows.test_endings")
    for module in (pages, today_page):
        monkeypatch.setattr(module, "get_run_logger", lambda: log)
    told.there = {"failed-verify-ledger-tommerup": "broken", "today-tommerup": "all is well"}
    monkeypatch.setattr(known_pages, "newest", lambda _: told.there)
    monkeypatch.setattr(today_page, "_schedules", lambda _: {})

    def create(text: str, *, key: str, description: str) -> None:
        told.pages.append((key, f"{description}{text}"))

    @contextmanager
    def broken(_: str) -> Iterator[None]:
        raise error
        yield

    monkeypatch.setattr(pages, "create_markdown_artifact", create)
    monkeypatch.setattr(today_page, "open_house", broken)
    today_page.show("tommerup")
    [(key, text)] = told.pages
    assert key == "today-tommerup"
    assert "RØDT · RED: 2" in text
    assert "dagens tilstand kan ikke læses" in text
    assert "verify-ledger" in text
    assert "9805" not in text
