"""`gallra import` always says what became of every file, and destroys nothing it cannot report."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import Result
from typer.testing import CliRunner

from connectors.base import StagedItem
from connectors.folder import FolderStaging
from console import first_run
from console.main import app
from console.output import Exit
from console.sample import write_sample
from lifecycle.errors import NotProven
from tasks.house.parts import House
from tasks.house.wiring import open_house


class Desk(NamedTuple):
    """An operator's folder."""

    folder: Path

    def gallra(self, *arguments: str | Path) -> Result:
        return CliRunner().invoke(app, [str(a) for a in arguments])

    def export(self, name: str = "t.csv", *, seed: int = 1, odd: bool = False) -> Path:
        path = self.folder / name
        write_sample(path, rows=12, seed=seed, kind="csv", edge_cases=odd)
        return path

    def report(self, *arguments: str | Path) -> tuple[Result, list[dict[str, Any]]]:
        path = self.folder / "r.json"
        done = self.gallra("import", *arguments, "--report", path)
        return done, json.loads(path.read_text(encoding="utf-8"))["files"]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.setenv("GALLRA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    desk = Desk(folder)
    assert desk.gallra("init").exit_code == Exit.DONE
    yield desk


def test_a_file_that_was_kept_is_told_as_imported_before_and_goes(desk: Desk) -> None:
    export = desk.export()
    assert desk.gallra("import", export, "--keep").exit_code == Exit.DONE
    again = desk.gallra("import", export)
    assert again.exit_code == Exit.DONE
    assert "imported before" in again.output
    assert "1 file(s) deleted permanently and proven gone." in again.output
    assert "Nothing to import" not in again.output
    assert not export.exists()


def test_a_file_that_cannot_be_deleted_is_reported_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = desk.export("a.csv", seed=1), desk.export("b.csv", seed=2)
    delete = FolderStaging.delete_permanently

    def keep_one(staging: FolderStaging, item: StagedItem) -> None:
        if item.key.endswith("a.csv"):
            raise NotProven("deletion_refused")
        delete(staging, item)

    monkeypatch.setattr(FolderStaging, "delete_permanently", keep_one)
    done = desk.gallra("import", first, second)
    assert done.exit_code == Exit.NOT_PROVEN
    assert "1 file(s) deleted permanently and proven gone." in done.output
    assert "deletion_refused" in done.output
    assert (first.exists(), second.exists()) == (True, False)
    again, told = desk.report(first)
    assert again.exit_code == Exit.NOT_PROVEN
    assert [one["outcome"] for one in told] == ["imported"]


@pytest.mark.parametrize("in_staging", [False, True])
def test_a_second_run_reports_what_the_first_one_did(desk: Desk, in_staging: bool) -> None:
    export = desk.export(odd=True)
    chosen: list[Path] = [export]
    if in_staging:
        with open_house("academedia") as house:
            house.staging.put("t.csv", export.read_bytes())
        chosen = []
    first, (told,) = desk.report(*chosen, "--keep")
    second, (retold,) = desk.report(*chosen, "--keep")
    assert first.exit_code == second.exit_code == Exit.ATTENTION, "rows are to be mended"
    assert told["outcome"] == "imported"
    assert {"quarantined", "duplicate"} <= {row["outcome"] for row in told["rows"]}
    assert retold == told | {"earlier": True}


@pytest.mark.parametrize("where", ["folder", "link", "nowhere", "no right"])
def test_a_report_that_cannot_be_written_keeps_everything_as_it_is(desk: Desk, where: str) -> None:
    export = desk.export()
    target = desk.folder / "r.json"
    if where == "folder":
        target.mkdir()
    elif where == "link":
        (desk.folder / "other").write_text("mine")
        target.symlink_to(desk.folder / "other")
    elif where == "nowhere":
        target = desk.folder / "nowhere" / "r.json"
    else:
        target = Path("/proc/r.json")
    done = desk.gallra("import", export, "--report", target)
    assert done.exit_code == Exit.USAGE
    assert export.exists()
    assert json.loads(desk.gallra("status", "--json").stdout)["totals"]["imports"] == 0
    assert not list(desk.folder.glob(".gallra-*"))
    if where == "link":
        assert (desk.folder / "other").read_text() == "mine"


def test_a_rejected_file_is_told_every_time_and_stays(desk: Desk) -> None:
    export = desk.folder / "t.csv"
    export.write_text("a;b\r\n1;2\r\n")
    for _ in range(2):
        done = desk.gallra("import", export)
        assert done.exit_code == Exit.ATTENTION
        assert "header_not_recognised" in done.output
        assert "Delete them by hand (A-98)" in done.output
        assert export.exists()
    _, (told,) = desk.report(export)
    assert (told["outcome"], told["reason"]) == ("rejected", "header_not_recognised")


def test_a_purge_that_opens_a_to_do_ends_with_1(desk: Desk) -> None:
    with open_house("academedia") as house:
        house.staging.put("t.csv", desk.export().read_bytes())
    assert desk.gallra("purge").exit_code == Exit.ATTENTION
    assert desk.gallra("purge").exit_code == Exit.DONE


def _names(house: House) -> set[str]:
    return {item.name for item in house.staging.list_items()}


def test_an_export_never_hides_behind_another_of_its_name(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The own copy may only go when its very bytes were imported and verified."""
    mine = desk.export("list.csv", seed=2)

    def flows(_: str) -> int:
        with open_house("academedia") as house:
            assert _names(house) == {"list.csv", "list (2).csv"}
        desk.gallra("import")
        return 0

    def broken(_: str) -> int:
        return 1

    with open_house("academedia") as house:
        house.staging.put("list.csv", desk.export("other.csv", seed=3).read_bytes())
    monkeypatch.setattr(first_run, "_run_flows", flows)
    assert first_run.first_run("academedia", mine) == Exit.DONE
    assert f"{mine}: delete it" in capsys.readouterr().out
    monkeypatch.setattr(first_run, "_run_flows", broken)
    unread = desk.export("list.csv", seed=4)
    assert first_run.first_run("academedia", unread) == Exit.ATTENTION
    told = capsys.readouterr().out
    assert "The run failed. The export still lies in the folder: run it again." in told
    assert "Nothing to import" not in told
    assert "delete it" not in told
    assert "keep it for now" in told


def test_rows_and_reasons_are_shown_at_any_later_time(desk: Desk) -> None:
    _, (told,) = desk.report(desk.export(odd=True))
    done = desk.gallra("rows", told["ref"], "--json", "--ignored")
    shown = json.loads(done.stdout)
    assert done.exit_code == Exit.DONE
    assert all(row.pop("next") for row in shown["rows"])
    assert shown["rows"] == [row for row in told["rows"] if row["reason"]]
    assert json.loads(desk.gallra("rows", shown["import"], "--json").stdout)["rows"]
    table = desk.gallra("rows", shown["import"]).output
    assert "identity_checksum" in table
    assert "totals" not in table
    assert desk.gallra("rows", "F-0000000000000").exit_code == Exit.USAGE
    assert desk.gallra("rows", "nonsense").exit_code == Exit.REFUSED


def test_rows_of_a_file_that_was_not_imported_say_why(desk: Desk) -> None:
    export = desk.folder / "t.csv"
    export.write_text("a;b\r\n1;2\r\n")
    _, (told,) = desk.report(export)
    assert "header_not_recognised" in desk.gallra("rows", told["ref"]).output


def test_an_update_is_shown_as_one_of_the_accepted(desk: Desk) -> None:
    done = desk.gallra("import", desk.export(odd=True))
    assert re.search(r"accepted \(\d+ updated\)", done.output)
    assert re.search(r"\d+ rows\b", done.output)


def test_the_status_gives_what_done_takes(desk: Desk) -> None:
    with open_house("academedia") as house:
        house.staging.put("t.csv", desk.export().read_bytes())
    desk.gallra("purge")
    (to_do,) = json.loads(desk.gallra("status", "--json").stdout)["to_dos"]
    assert "id" not in to_do
    assert re.search(r"since \d{4}-\d\d-\d\d \d\d:\d\d CES?T", desk.gallra("status").output)
    assert desk.gallra("done", to_do["to_do"]).exit_code == Exit.DONE
    assert json.loads(desk.gallra("status", "--json").stdout)["to_dos"] == []


def test_nothing_is_written_over_or_beside_the_point(desk: Desk) -> None:
    ledger = desk.folder / "ledger.jsonl"
    done = desk.gallra("ledger", "export", "-o", ledger)
    before = ledger.read_bytes()
    assert f"{len(before.splitlines())} events written" in done.output
    assert desk.gallra("ledger", "export", "-o", ledger).exit_code == Exit.REFUSED
    assert ledger.read_bytes() == before
    for wrong in ("nowhere/s.csv", "s.txt"):
        assert desk.gallra("sample", desk.folder / wrong).exit_code == Exit.USAGE
    assert not (desk.folder / "s.txt").exists()
    assert "is a folder" in desk.gallra("import", desk.folder).output


def test_samples_of_two_seeds_do_not_contradict_each_other(desk: Desk) -> None:
    _, (first,) = desk.report(desk.export("a.csv", seed=1, odd=True))
    _, (second,) = desk.report(desk.export("b.csv", seed=2026, odd=True))
    for reason in ("case_belongs_to_other_person", "identity_with_other_name"):
        told = [[row["reason"] for row in file["rows"]].count(reason) for file in (first, second)]
        assert told == [1, 1], reason


def test_the_state_of_the_keys_is_told_once(desk: Desk) -> None:
    told = json.loads(desk.gallra("keys", "status", "--json").stdout)
    assert told["beside_data"] is True
    assert told["age_seconds"] >= 0
    assert not {"age", "beside_the_data"} & set(told)
