"""The main job once, from export to proof, told in the words of a school office."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

from console.import_commands import show_reports
from console.output import Exit, say, table
from lifecycle.errors import Refused
from lifecycle.intake.outcomes import FileOutcome
from records import staged_files
from tasks.house.parts import House
from tasks.house.reports import FileReport
from tasks.house.settings import Settings
from tasks.importing.stock import open_files
from tasks.proving.proof import verify_ledger
from tasks.watching.overview import Overview, files_since, overview, reports_of

_SAMPLE_ROWS: Final = 200
_SAMPLE_SEED: Final = 2026
_NAMES: Final = 1000
"""Names that are tried for an export until one is free."""


def first_run(controller: str, file: Path | None) -> int:
    """Stage an export, run the flows under a local Prefect server, show and prove it.

    Returns an exit code.
    """
    from tasks.house.wiring import open_house

    settings = Settings.from_environment()
    say(f"Gallra works in {settings.home}")
    with open_house(controller, settings=settings) as house:
        before = house.at()
        waited = [known.id for known in open_files(house)]
        own = _stage(house, file)
    say("Starting a local Prefect server (half a minute the first time) …")
    failed = _run_flows(controller)
    with open_house(controller, settings=settings) as house:
        reports = [*reports_of(house, waited), *files_since(house, before)]
        shown = _show(house, reports, failed=failed != 0)
        if file is not None:
            _advise(file, [r for r in reports if r.sha256 == own])
    say("Look next:  gallra status  ·  gallra rows F-…  ·  make serve (the Prefect UI)")
    return Exit.ATTENTION if failed else shown


def _stage(house: House, file: Path | None) -> str:
    """Put the export where Arbetsförmedlingen's exports land; the SHA-256 of its bytes."""
    from console.sample import write_sample

    if file is None:
        # Written in memory's place: a sample is invented, so a draft on disk harms nobody.
        draft = house.settings.home / "sample.xlsx"
        write_sample(draft, rows=_SAMPLE_ROWS, seed=_SAMPLE_SEED)
        name, data = "AF-export (sample).xlsx", draft.read_bytes()
        draft.unlink()
    else:
        name, data = file.name, file.read_bytes()
    _put(house, name, data)
    say("The export lies in the staging folder.")
    return hashlib.sha256(data).hexdigest()


def _put(house: House, name: str, data: bytes) -> None:
    """Under a name of its own: what lies there under the same name is another export."""
    stem, dot, ending = name.rpartition(".")
    for number in range(1, _NAMES + 1):
        last = number == _NAMES
        tried = name if number == 1 else f"{stem or ending} ({number}){dot}{ending if dot else ''}"
        try:
            house.staging.put(tried, data)
        except Refused as refusal:
            if refusal.code != "name_taken" or last:
                raise
        else:
            return


def _run_flows(controller: str) -> int:
    """The same flows that the schedule runs, in a process that Prefect has to itself."""
    return subprocess.run([sys.executable, "-m", "flows.once", controller], check=False).returncode


def _show(house: House, reports: list[FileReport], *, failed: bool) -> int:
    seen = overview(house)
    if failed:
        still = "The export still lies in the folder: run it again." if seen.files else "Run again."
        say(f"The run failed. {still} Nothing is done twice.")
    if reports or not failed:
        deleted = sum(report.state == staged_files.DELETED for report in reports)
        told = [replace(report, earlier=False) for report in reports]
        show_reports(told, {r.ref: r.ref for r in reports}, deleted=deleted, kept=False)
    ledger = verify_ledger(house)
    witnessed = "none yet" if ledger.witnessed_size is None else str(ledger.witnessed_size)
    table(
        "Proof",
        ["what", "result"],
        [
            ["cases verified in the case system", _verified(reports)],
            ["staging folder", _folder(seen)],
            ["ledger", f"verified, {ledger.size} events"],
            ["held against the witness's checkpoint at event", witnessed],
        ],
    )
    return Exit.DONE if not seen.files and not seen.alarms else Exit.ATTENTION


def _folder(seen: Overview) -> str:
    if not seen.staging_reachable:
        return "cannot be reached"
    return f"{len(seen.files)} file(s)!" if seen.files else "proven empty"


def _advise(file: Path, own: list[FileReport]) -> None:
    """What becomes of the operator's own copy: it may go only when its bytes are verified."""
    taken = (FileOutcome.IMPORTED, FileOutcome.DUPLICATE_FILE)
    if any(r.verified and r.outcome in taken for r in own):
        say(f"Your own copy still lies at {file}: delete it, or use `gallra import` (A-98).")
    else:
        say(f"Your own copy at {file} was not imported and verified in this run: keep it for now.")


def _verified(reports: list[FileReport]) -> str:
    return str(sum(r.counts.get("verified_cases", 0) for r in reports))
