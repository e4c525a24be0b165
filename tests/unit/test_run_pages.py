"""The pages of a run: masked once more, not too long, and never the reason that a run fails."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from flows import import_af, incident_pages, inform, pages, steps, store
from flows.neutral import StepFailed
from lifecycle.errors import Misconfigured, NotProven
from tasks.access.reviewing import AccessCount
from tasks.incidents.register import Line
from tasks.informing.informing import Informed, Standing
from tasks.informing.letters import Written
from tasks.placing.notes import ScanCount
from tasks.reporting.headings import Heading, Title


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def create(percent: float, *, description: str) -> int:
        found.append({"percent": percent, "description": description})
        return 7

    def update(artifact: int, percent: float, *, description: str) -> None:
        assert artifact == 7
        found.append({"percent": percent, "description": description})

    monkeypatch.setattr(pages, "create_table_artifact", lambda **page: found.append(page))
    monkeypatch.setattr(pages, "create_progress_artifact", create)
    monkeypatch.setattr(pages, "update_progress_artifact", update)
    return found


def test_a_page_is_masked_and_cut(written: list[dict[str, Any]]) -> None:
    lines: list[pages.Line] = [
        {Heading.FILE: "850709-9805", Heading.ROWS: number} for number in range(1500)
    ]
    pages.table("import", "academedia", lines, title=Title.IMPORT, notes=["of anna@example.se"])
    (page,) = written
    assert len(page["table"]) == pages.LONGEST_TABLE
    assert page["table"][0] == {"Fil · File": "[masked:identity]", "Rader · Rows": 0}
    assert "500 rader till · more rows" in page["description"]
    assert "example.se" not in page["description"]


def test_a_page_that_cannot_be_written_says_so_without_its_content(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(**_: object) -> None:
        raise ConnectionError("850709-9805")

    monkeypatch.setattr(pages, "create_table_artifact", refuse)
    monkeypatch.setattr(pages, "get_run_logger", lambda: logging.getLogger("flows.test_pages"))
    with pages.written() as keys:
        pages.table("import", "academedia", [{Heading.ROWS: 1}], title=Title.IMPORT)
    assert keys == []  # nobody is sent to a page that is not there
    assert "could not be written (ConnectionError at " in caplog.text
    assert "9805" not in caplog.text


def test_progress_is_shown_every_two_seconds_and_not_for_short_files(
    written: list[dict[str, Any]],
) -> None:
    now = 0.0
    bar = pages.ProgressBar("F-0123456789ABC", clock=lambda: now)
    bar(10, None)
    bar.finish()
    assert written == []
    for now in (2.5, 3.0, 4.0, 4.6):  # noqa: B007 -- the clock reads it
        bar(100, 400)
    bar.finish()
    assert [each["percent"] for each in written] == [25.0, 25.0, 100.0]
    assert written[0]["description"] == "F-0123456789ABC: 100 / 400"


def test_an_imports_page_is_there_whatever_keeps_a_file(
    written: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = "F-0123456789ABC"
    told = steps.FileResult(
        ref=ref, outcome="imported", reason="", state="verified", counts={"rows": 3}, to_mend=()
    )

    def refuse(_: str) -> steps.Emptied:
        raise NotProven("deletion_refused", ref="af-staging", gone=0)

    for name, stand_in in (
        ("settle", lambda _: 0), ("take_stock", lambda _: [ref]),
        ("import_file", lambda *_: told), ("delete_imported", refuse),
    ):  # fmt: skip
        monkeypatch.setattr(steps, name, stand_in)
    monkeypatch.setattr(import_af, "assert_logs_are_masked", lambda: None)
    monkeypatch.setattr(import_af, "get_run_logger", lambda: logging.getLogger("flows.test_pages"))
    with pytest.raises(StepFailed, match="deletion_refused"):
        import_af.import_af.fn("academedia")
    [page] = written
    assert page["key"] == "import-academedia"
    assert ref in str(page["table"])


def test_accounts_are_reviewed_whatever_place_could_not_be_looked_through(
    written: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: str) -> dict[str, ScanCount]:
        raise Misconfigured("graph_right_missing", ref="onedrive")

    monkeypatch.setattr(store, "look_through", refuse)
    monkeypatch.setattr(store, "review_accounts", lambda _: ({"novo": AccessCount(accounts=3)}, []))
    monkeypatch.setattr(store, "assert_logs_are_masked", lambda: None)
    monkeypatch.setattr(store, "get_run_logger", lambda: logging.getLogger("flows.test_pages"))
    with pytest.raises(StepFailed, match="graph_right_missing onedrive"):
        store.store.fn("academedia")
    [page] = written
    assert [line["Finns · There"] for line in page["table"]] == [3]


def test_the_page_of_the_night_shows_what_the_other_places_brought_when_one_fails(
    written: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = {"onedrive": ScanCount(reached=False), "file-server": ScanCount(found=7)}
    failed = [StepFailed("graph_right_missing", "onedrive")]
    for name, stand_in in (
        ("look_through", lambda _: (looked, failed)), ("review_accounts", lambda _: ({}, [])),
        ("assert_logs_are_masked", lambda: None),
        ("get_run_logger", lambda: logging.getLogger("flows.test_pages")),
    ):  # fmt: skip
        monkeypatch.setattr(store, name, stand_in)
    with pytest.raises(StepFailed, match="graph_right_missing onedrive"):
        store.store.fn("academedia")
    [page] = written
    there = {line["Plats · Place"]: line["Finns · There"] for line in page["table"]}
    assert there == {"onedrive": 0, "file-server": 7}


def test_the_page_of_incidents_says_the_hours_left_and_marks_what_is_late(
    written: list[dict[str, Any]],
) -> None:
    line = Line(
        ref="B-0000000000001",
        kind="virus",
        called="virus i en databas",
        state="open",
        report="undecided",
        telling="undecided",
        risk=None,
        because="",
        about="",
        aware_at="2026-11-02T08:00:00.000000+00:00",
        due_at="2026-11-05T08:00:00+00:00",
        hours_left=40.4,
        late=False,
        people=3,
        plan="",
        plan_state="",
        more_by=None,
        next="assess it",
    )
    late = line._replace(ref="B-0000000000002", hours_left=-5.0, late=True)
    told = line._replace(ref="B-0000000000003", hours_left=None, due_at=None, report="reported")
    incident_pages.show("academedia", [line, late, told])
    incident_pages.show("academedia", [])
    page, empty = written
    assert [row["Timmar kvar · Hours left"] for row in page["table"]] == ["40", "⚠ -5", ""]
    assert page["key"] == "incidents-academedia"
    assert "⚠ 1 för sent" in page["description"]
    assert page["table"][0]["De berörda · People"] == "inte beslutat (undecided) (3)"
    assert len(empty["table"]) == 1
    assert "⚠" not in empty["description"]


def test_the_page_of_who_is_told_shows_every_number_and_is_red_for_who_is_late(
    written: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    know = Standing("standard", "participant", "a" * 12, 10, 7, 1, 3, 0)
    late = know._replace(kind="pupil", late=2)
    for standing, failure, red in (
        ((know,), "", None),
        ((know, late), "", "told_too_late academedia"),
        ((know,), "system_unreachable", "system_unreachable standard"),
    ):
        done = {"standard": Informed(standing, Written(sent=4, failure=failure))}
        monkeypatch.setattr(inform, "tell", lambda _, done=done: (done, []))
        monkeypatch.setattr(inform, "assert_logs_are_masked", lambda: None)
        monkeypatch.setattr(inform, "get_run_logger", lambda: logging.getLogger("flows.test_pages"))
        if red is None:
            told = inform.inform.fn("academedia")
            assert told == {"sent": 4, "by_hand": 0, "later": 0, "not_told": 3, "late": 0}
        else:
            with pytest.raises(StepFailed, match=red):
                inform.inform.fn("academedia")
        page = written[-1]
        assert page["key"] == "inform-academedia"
        assert [line["Vet inte än · Not told"] for line in page["table"]] == [3] * len(standing)
