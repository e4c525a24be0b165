"""A table is whole on a narrow terminal: no column is cut off, no reference is broken."""

from __future__ import annotations

import pytest

from console.output import table

REFERENCE = "Q-04RSQGDMB789Y"
PERSON = "S-1QM1PJ32T0036"


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_the_last_column_of_a_wide_table_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    columns = ("request", "asks for", "person", "state", "came on", "last day", "days", "erased by")
    row = (REFERENCE, "access", PERSON, "received", "2026-11-02", "2026-12-02", 9, PERSON)
    table("Requests", columns, [row, ("", *row[1:])])
    out = capsys.readouterr().out
    assert f"  erased by: {PERSON}\n" in out
    assert "  last day: 2026-12-02\n" in out
    assert REFERENCE in out


def test_a_table_that_just_fits_has_its_right_border(capsys: pytest.CaptureFixture[str]) -> None:
    columns = ("place", "what", "rule", "items", "people", "first last day", "late")
    row = ("paper-binder", "go anonymise", "participant.six-months", 40, 40, "2026-01-16", 34)
    table("What goes", columns, [row])
    lines = capsys.readouterr().out.rstrip("\n").split("\n")[1:]
    assert {len(line) for line in lines} == {len(lines[0])}
    assert len(lines[0]) <= 80
    assert lines[0].endswith("┓")
    assert lines[-1].endswith("┘")
    assert "2026-01-16" in "".join(lines)


def test_a_name_of_the_first_column_can_be_copied(capsys: pytest.CaptureFixture[str]) -> None:
    name = "activity.social-media-teaching"
    table("Risks", ("about", "called", "what to do"), [(name, "word " * 20, "word " * 20)])
    assert name in capsys.readouterr().out
