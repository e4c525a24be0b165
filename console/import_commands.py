"""`gallra import`, `gallra purge` and `gallra run`: the main job by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from console.report_file import check_target, write_private
from lifecycle.errors import GallraError, NotProven

if TYPE_CHECKING:
    from tasks.house.reports import FileReport

_ROWS = ("rows", "accepted", "duplicate", "quarantined", "ignored")


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
    if report is not None:
        check_target(report)
    with failures(as_json=as_json):
        done = _import(files or [], controller, keep=keep, quiet=as_json, report=report)
        reports = done.reports
        if as_json:
            print_json(done.document())
        elif reports or not done.failures:
            shown = done.names if files or on_a_terminal() else {ref: ref for ref in done.names}
            show_reports(reports, shown, deleted=done.deleted, kept=keep)
            if files:
                _show_left(reports)
        if done.failures:
            raise done.failures[0]
        if any(r.needs_a_person for r in reports):
            raise typer.Exit(Exit.ATTENTION)


@dataclass
class Imported:
    """What a run of `gallra import` came to."""

    names: dict[str, str]
    reports: list[FileReport] = field(default_factory=list)
    failures: list[GallraError] = field(default_factory=list)
    deleted: int = 0

    def document(self) -> dict[str, Any]:
        """The form of `--report` and `--json`."""
        return {"files": [r.as_json(name=self.names[r.ref]) for r in self.reports]}


def _import(
    files: list[Path], controller: str, *, keep: bool, quiet: bool, report: Path | None
) -> Imported:
    from tasks.house.wiring import open_house
    from tasks.importing.deletions import delete_imported
    from tasks.importing.intake import import_file
    from tasks.importing.main_job import begin_import, names_of
    from tasks.watching.overview import lying

    for path in files:
        check_is_file(path)
    with open_house(controller, chosen=files or None) as house:
        refs = begin_import(house)
        # What an earlier run made of a file that still lies there is told as well.
        before = lying(house, but=refs)
        names = names_of(house, [*refs, *(r.ref for r in before)])
        done = Imported(names=names)
        for ref in refs:
            try:
                with progress(names[ref], quiet=quiet) as tell:
                    done.reports.append(import_file(house, ref, progress=tell))
            except GallraError as failure:
                # The other files have their turn; this one stays for the next run.
                done.failures.append(failure)
        done.reports += before
        if report is not None:  # before anything is deleted
            write_private(report, done.document())
        if not keep:
            try:
                done.deleted = delete_imported(house).gone
            except NotProven as failure:
                # What became of the files is told, whatever keeps one of them.
                done.deleted = failure.counts.get("gone", 0)
                done.failures.append(failure)
        return done


def check_is_file(path: Path) -> None:
    """Raises `typer.BadParameter` for a path that is no file."""
    if path.is_dir():
        raise typer.BadParameter(f"{path} is a folder: name the files in it")
    if not path.is_file():
        raise typer.BadParameter(f"there is no file {path}")


def show_reports(
    reports: Sequence[FileReport], names: Mapping[str, str], *, deleted: int, kept: bool
) -> None:
    """The tables that an office reads after an import."""
    if not reports:
        say("Nothing to import: no new file.")
        return
    if all(r.earlier for r in reports):
        say("No new file. What an earlier run made of those that lie there:")
    rows = [
        [names[r.ref], _outcome(r), _rows(r), sentence(r.counts, ("verified_cases",))]
        for r in reports
    ]
    table("Files", ["file", "outcome", "rows", "case system"], rows)
    reasons = [
        [names[r.ref], reason, number]
        for r in reports
        for reason, number in sorted(r.reasons.items())
    ]
    table("Rows that were not simply accepted", ["file", "reason", "rows"], reasons)
    if reasons:
        seen = [r.ref for r in reports if r.rows]
        say("Which rows, and what to do:  " + "   ".join(f"gallra rows {ref}" for ref in seen[:3]))
    say("Files kept." if kept else f"{deleted} file(s) deleted permanently and proven gone.")


def _show_left(reports: Sequence[FileReport]) -> None:
    """No purge comes to a file on somebody's computer: that person deletes it (A-98)."""
    left = sum(r.outcome not in ("imported", "duplicate_file") for r in reports)
    if left:
        say(f"{left} file(s) not imported: they stay where they are. Delete them by hand (A-98).")


def _outcome(report: FileReport) -> str:
    """Outcome, reason and how far it is, one below the other."""
    outcome = f"{report.outcome} before" if report.earlier else report.outcome
    said = [outcome, report.reason, report.state if report.state == "waiting" else None]
    return "\n".join(part for part in said if part)


def _rows(report: FileReport) -> str:
    """All rows, then what became of them; an update is one of the accepted."""
    counts = report.counts
    lines = sentence(counts, _ROWS).split("\n")
    if counts.get("updated"):
        updated = f" ({counts['updated']} updated)"
        lines = [line + updated if line.endswith(" accepted") else line for line in lines]
    return "\n".join(lines)


def purge(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Empty the staging folder: every file goes permanently, whatever its state (A-101).

    Example:  gallra purge
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.importing.purge import purge as empty

        with open_house(controller) as house:
            done = empty(house)
        never = list(done.never_imported)
        if as_json:
            print_json({"found": done.found, "deleted": done.deleted, "never_imported": never})
        else:
            say(f"{done.found} file(s) found, {done.deleted} deleted; the folder is proven empty.")
            table(
                "Never imported: export again from the portal",
                ["file reference"],
                [[ref] for ref in never],
            )
        if never:
            raise typer.Exit(Exit.ATTENTION)
