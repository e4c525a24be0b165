"""The main job once, from export to proof, told in the words of a school office."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from console.import_commands import show_reports
from console.output import Exit, say, table
from tasks.house import House
from tasks.reports import FileReport
from tasks.settings import Settings

_SAMPLE_ROWS = 200
_SAMPLE_SEED = 2026


def first_run(controller: str, file: Path | None) -> int:
    """Stage an export, run the flows under a local Prefect server, show and prove it.

    Returns an exit code.
    """
    from tasks.wiring import open_house

    settings = Settings.from_environment()
    say(f"Gallra works in {settings.home}")
    with open_house(controller, settings=settings) as house:
        before = house.at()
        _stage(house, file)
    say("Starting a local Prefect server (half a minute the first time) …")
    failed = _run_flows(controller)
    with open_house(controller, settings=settings) as house:
        shown = _show(house, before, file)
    return Exit.ATTENTION if failed else shown


def _stage(house: House, file: Path | None) -> None:
    """Put the export where Arbetsförmedlingen's exports land."""
    from console.sample import write_sample
    from lifecycle.errors import Refused

    if file is None:
        # Written in memory's place: a sample is invented, so a draft on disk harms nobody.
        draft = house.settings.home / "sample.xlsx"
        write_sample(draft, rows=_SAMPLE_ROWS, seed=_SAMPLE_SEED)
        name, data = "AF-export (sample).xlsx", draft.read_bytes()
        draft.unlink()
    else:
        name, data = file.name, file.read_bytes()
    try:
        house.staging.put(name, data)
    except Refused as refusal:
        if refusal.code != "name_taken":
            raise
        say("A file of that name lies in the staging folder already; that one is taken.")
        return
    say("The export lies in the staging folder.")


def _run_flows(controller: str) -> int:
    """The same flows that the schedule runs, in a process that Prefect has to itself."""
    return subprocess.run([sys.executable, "-m", "flows.once", controller], check=False).returncode


def _show(house: House, before: str, file: Path | None) -> int:
    from tasks.overview import files_since, overview
    from tasks.proof import verify_ledger

    reports = files_since(house, before)
    deleted = sum(report.state == "deleted" for report in reports)
    show_reports(reports, {r.ref: r.ref for r in reports}, deleted=deleted, kept=False)
    seen = overview(house)
    ledger = verify_ledger(house)
    table(
        "Proof",
        ["what", "result"],
        [
            ["cases verified in the case system", _verified(reports)],
            ["staging folder", "proven empty" if not seen.files else f"{len(seen.files)} file(s)!"],
            ["ledger", f"verified, {ledger.size} events"],
            ["held against the witness's checkpoint at event", str(ledger.witnessed_size)],
        ],
    )
    if file is not None:
        say(f"Your own copy still lies at {file}: delete it, or use `gallra import` (A-98).")
    say("Look next:  gallra status   ·   gallra ledger export   ·   make serve (the Prefect UI)")
    return Exit.DONE if not seen.files and not seen.alarms else Exit.ATTENTION


def _verified(reports: list[FileReport]) -> str:
    return str(sum(r.counts.get("verified_cases", 0) for r in reports))
