"""`gallra processor` and `gallra app`, as they are typed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import tasks.house.wiring
from connectors.text_workbook import write_workbook
from console.main import app
from console.output import Exit
from lifecycle.processor import Lack
from lifecycle.processor_list import ListReason
from tasks.house.parts import House
from tasks.remedies.every import listed_codes
from tests.factories.houses import build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol

__all__ = ["build", "dialect", "house"]
Gallra = Callable[..., Result]


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def dpo(house: House, standing_clock: StandingClock) -> Authenticator:
    return enrol(house, standing_clock, "dpo", "dpo", "company")


@pytest.fixture
def gallra(house: House, monkeypatch: pytest.MonkeyPatch) -> Gallra:
    @contextmanager
    def same(*_: object, **__: object) -> Iterator[House]:
        yield house

    monkeypatch.setattr(tasks.house.wiring, "open_house", same)
    monkeypatch.setenv("COLUMNS", "250")

    def run(*words: str, typed: str = "") -> Result:
        return CliRunner().invoke(app, list(words), input=typed)

    return run


def processors(gallra: Gallra) -> dict[str, dict[str, Any]]:
    found = json.loads(gallra("processor", "list", "--json").stdout)["processors"]
    return {line["name"] or line["said"]["called"]: line for line in found}


def test_from_nothing_to_a_valid_agreement_and_the_page(
    gallra: Gallra, dpo: Authenticator, tmp_path: Path
) -> None:
    listed = gallra("processor", "list")
    assert listed.exit_code == Exit.ATTENTION
    assert "agreement missing" in listed.stdout
    paper = tmp_path / "avtal.pdf"
    paper.write_bytes(b"avtal")
    by = ("--by", "dpo")
    for words in (
        ("agree", "workbuster", "--framework", "--on", "2026-01-01", "--paper", str(paper)),
        ("note", "workbuster", "instruction", "--on", "2026-01-01"),
        ("assess", "workbuster", "--suitable", "--on", "2026-01-01"),
        ("note", "workbuster", "country", "--country", "US", "--says", "standard_clauses"),
        ("add", "Serverhall AB", "--sub-of", "workbuster"),
    ):
        done = gallra("processor", *words, *by, typed=dpo.fresh())
        assert done.exit_code == Exit.DONE, done.output
    line = processors(gallra)["workbuster"]
    assert line["agreement"] == "framework"
    assert line["lacks"] == ["sub_processor_not_approved", "review_missing"]
    [sub] = line["subs"]
    told = gallra("processor", "note", sub["ref"], "verdict", "--says", "approved", *by,
                  typed=dpo.fresh())  # fmt: skip
    assert told.exit_code == Exit.DONE, told.output
    shown = gallra("processor", "show", "workbuster")
    assert shown.exit_code == Exit.DONE
    assert "Serverhall AB" in shown.stdout
    assert "review_missing" in shown.stdout
    assert "Outside the EEA: US (standard_clauses)" in shown.stdout
    page = tmp_path / "bitraden.html"
    assert gallra("processor", "publish", str(page)).exit_code == Exit.DONE
    text = page.read_text("utf-8")
    assert "<h1>Personuppgiftsbiträden</h1>" in text
    assert "ramavtal från 2026-01-01" in text
    assert "US (standardavtalsklausuler)" in text
    assert "dataskydd@academedia.se" in text
    assert "lacks" not in text
    assert "review" not in text


def test_a_list_is_imported_and_what_was_set_aside_is_told_by_row(
    gallra: Gallra, dpo: Authenticator, tmp_path: Path
) -> None:
    path = tmp_path / "lista.xlsx"
    rows = [
        ["<b>Moln</b>", "anna@example.se", "onedrive", "2025-01-01", "Hall AB"],
        ["Fel", "", "ladok", "", ""],
        ["Workbuster", "", "", "2025-01-01", "Nej"],
        ["Workbuster.", "", "", "", ""],
    ]
    header = ["Leverantör", "Anna", "System", "Avtal från", "Underbiträden"]
    path.write_bytes(write_workbook(header, rows))
    done = gallra("processor", "import", str(path), "--by", "dpo", typed=dpo.fresh())
    assert done.exit_code == Exit.ATTENTION
    assert "4 row(s): 2 added, 0 changed, 0 unchanged, 2 set aside. " in done.stdout
    assert "1 sub-processor(s) added" in done.stdout
    assert "column B" in done.stdout
    assert "Anna" not in done.stdout, "what stands as a title may be anything"
    assert "list_system_unknown" in done.stdout
    assert "Fel" not in done.stdout
    assert processors(gallra)["<b>Moln</b>"]["agreement"] == "own"
    again = gallra("processor", "import", str(path), "--by", "dpo", "--json", typed=dpo.fresh())
    told = json.loads(again.stdout)
    assert (told["added"], told["unchanged"], told["sub_processors"]) == (0, 2, 0)
    assert told["dropped_columns"] == ["B"]
    assert told["quarantined"][0] == {
        "row": 3, "reason": "list_system_unknown", "column": "System",
    }  # fmt: skip
    page = tmp_path / "bitraden.html"
    gallra("processor", "publish", str(page))
    assert "&lt;b&gt;Moln&lt;/b&gt;" in page.read_text("utf-8")


def test_the_page_has_no_gap_on_it_and_the_operator_is_told_of_each(
    gallra: Gallra, dpo: Authenticator, tmp_path: Path
) -> None:
    abroad = ("note", "workbuster", "country", "--country", "US", "--says", "undecided")
    for words in (abroad, ("add", "Moln <AB>")):
        done = gallra("processor", *words, "--by", "dpo", typed=dpo.fresh())
        assert done.exit_code == Exit.DONE, done.output
    page = tmp_path / "bitraden.html"
    told = gallra("processor", "publish", str(page))
    assert told.exit_code == Exit.DONE
    ref = processors(gallra)["Moln <AB>"]["ref"]
    for gap in ("workbuster  agreement", "workbuster  ground", f"{ref}  agreement",
                f"{ref}  countries"):  # fmt: skip
        assert f"Not on the page, as nobody has noted it: {gap}\n" in told.stdout
    assert "Moln" not in told.stdout
    text = page.read_text("utf-8").casefold()
    assert "<td>us</td>" in text
    assert "moln &lt;ab&gt;" in text
    for gap in ("saknas", "inget gällande", "inte angivet", "ej ", "undecided", "missing", "dpo",
                "inte bestäm"):  # fmt: skip
        assert gap not in text, gap


def test_an_app_from_report_to_recommendation_list(
    gallra: Gallra, dpo: Authenticator, tmp_path: Path
) -> None:
    by = ("--by", "dpo")
    reported = gallra("app", "report", "Glosor", "--kind", "learning_service", "--compulsory", *by,
                      typed=dpo.fresh())  # fmt: skip
    assert reported.exit_code == Exit.DONE, reported.output
    ref = reported.stdout.split()[0]
    listed = gallra("app", "list")
    assert listed.exit_code == Exit.ATTENTION
    assert "verdict missing, compulsory not recommended" in listed.stdout
    empty = tmp_path / "tom.html"
    assert gallra("app", "publish", str(empty)).exit_code == Exit.DONE
    assert "Glosor" not in empty.read_text("utf-8")
    assert gallra("app", "decide", ref, "--approve", *by, typed=dpo.fresh()).exit_code == Exit.DONE
    assert gallra("app", "recommend", ref, *by, typed=dpo.fresh()).exit_code == Exit.DONE
    assert gallra("app", "list").exit_code == Exit.DONE
    page = tmp_path / "lista.html"
    assert gallra("app", "publish", str(page)).exit_code == Exit.DONE
    assert "<td>Glosor</td><td>lärtjänst</td>" in page.read_text("utf-8")
    assert gallra("app", "use", ref, "ended", *by, typed=dpo.fresh()).exit_code == Exit.DONE


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("processor", "show", "ingen"), "processor_unknown"),
        (("processor", "note", "workbuster", "audit", "--says", "fine"), "entry_not_allowed"),
        (("processor", "agree", "V-0123456789ABC"), "processor_unknown"),
        (("app", "use", "V-0123456789ABC", "ended"), "processor_unknown"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(
    gallra: Gallra, dpo: Authenticator, words: tuple[str, ...], code: str
) -> None:
    by = () if words[1] == "show" else ("--by", "dpo")
    told = gallra(*words, *by, typed=dpo.fresh())
    assert told.exit_code == Exit.REFUSED
    assert code in told.output


def test_every_reason_of_a_row_and_every_lack_has_sentences_of_its_own() -> None:
    assert {*map(str, ListReason), *map(str, Lack)} <= listed_codes()
