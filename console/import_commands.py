"""`gallra import`, `gallra purge` and `gallra run`: the main job by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import (
    Exit,
    failures,
    on_a_terminal,
    print_json,
    progress,
    say,
    sentence,
    table,
)
from lifecycle.errors import GallraError

if TYPE_CHECKING:
    from tasks.reports import FileReport

_ROWS = ("accepted", "updated", "duplicate", "quarantined", "ignored")
_CASES = ("verified_cases",)


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("import")(import_files)
    app.command("purge")(purge)


def import_files(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Exports to import where they lie. None: the staging folder."),
    ] = None,
    controller: Controller = CONTROLLER,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the files where they are.")] = False,
    report: Annotated[
        Path | None,
        typer.Option(help="Write what became of every row, without any value, as JSON."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Import exports: read, judge, store, hand over, verify, then delete them permanently.

    Example:  gallra import ~/Downloads/Deltagare.xlsx --report report.json
    """
    if report is not None and not report.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {report.parent}")
    with failures(as_json=as_json):
        done = _import(files or [], controller, keep=keep, quiet=as_json)
        reports = done.reports
        entries = [r.as_json(name=done.names[r.ref]) for r in reports]
        document: dict[str, Any] = {"files": entries}
        if report is not None:
            _write_private(report, document)
        if as_json:
            print_json(document)
        else:
            shown = done.names if files or on_a_terminal() else {ref: ref for ref in done.names}
            show_reports(reports, shown, deleted=done.deleted, kept=keep)
        if done.failures:
            raise done.failures[0]
        if any(r.outcome not in ("imported", "duplicate_file") for r in reports):
            raise typer.Exit(Exit.ATTENTION)


@dataclass
class Imported:
    """What a run of `gallra import` came to."""

    names: dict[str, str]
    reports: list[FileReport] = field(default_factory=list)
    failures: list[GallraError] = field(default_factory=list)
    deleted: int = 0


def _import(files: list[Path], controller: str, *, keep: bool, quiet: bool) -> Imported:
    from tasks.deletions import delete_imported
    from tasks.intake import import_file
    from tasks.main_job import begin_import, names_of
    from tasks.wiring import open_house

    for path in files:
        if not path.is_file():
            raise typer.BadParameter(f"there is no file {path}")
    with open_house(controller, chosen=files or None) as house:
        refs = begin_import(house)
        names = names_of(house, refs)
        done = Imported(names=names)
        for ref in refs:
            try:
                with progress(names[ref], quiet=quiet) as tell:
                    done.reports.append(import_file(house, ref, progress=tell))
            except GallraError as failure:
                # The other files have their turn; this one stays for the next run.
                done.failures.append(failure)
        done.deleted = 0 if keep else delete_imported(house).gone
        return done


def show_reports(
    reports: list[FileReport], names: dict[str, str], *, deleted: int, kept: bool
) -> None:
    """The tables that an office reads after an import."""
    if not reports:
        say("Nothing to import: no new file.")
        return
    rows = [
        [names[r.ref], _outcome(r), sentence(r.counts, _ROWS), sentence(r.counts, _CASES)]
        for r in reports
    ]
    table("Files", ["file", "outcome", "rows", "case system"], rows)
    reasons = [
        [names[r.ref], reason, number]
        for r in reports
        for reason, number in sorted(r.reasons.items())
    ]
    table("Rows that were not simply accepted", ["file", "reason", "rows"], reasons)
    say("Files kept." if kept else f"{deleted} file(s) deleted permanently and proven gone.")


def _outcome(report: FileReport) -> str:
    """Outcome, reason and how far it is, one below the other."""
    said = [report.outcome, report.reason, report.state if report.state == "waiting" else None]
    return "\n".join(part for part in said if part)


def _write_private(path: Path, document: object) -> None:
    import json
    import os

    data = json.dumps(document, ensure_ascii=False).encode("utf-8", "backslashreplace")
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)


def purge(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Empty the staging folder: every file goes permanently, whatever its state (A-101).

    Example:  gallra purge
    """
    with failures(as_json=as_json):
        from tasks.purge import purge as empty
        from tasks.wiring import open_house

        with open_house(controller) as house:
            done = empty(house)
        if as_json:
            print_json(
                {
                    "found": done.found,
                    "deleted": done.deleted,
                    "never_imported": list(done.never_imported),
                }
            )
            return
        say(f"{done.found} file(s) found, {done.deleted} deleted; the folder is proven empty.")
        table(
            "Never imported: export again from the portal",
            ["file reference"],
            [[ref] for ref in done.never_imported],
        )
