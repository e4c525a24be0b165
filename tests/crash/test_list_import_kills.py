"""Killed anywhere, the import of an office's list of processors or of an exported form is whole or
is not there; run again nothing is lost and nothing is doubled (A-18, A-45)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import func, select

from connectors.text_workbook import write_workbook
from lifecycle import totp
from records.engines import reading
from records.tables import RECORDS
from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tasks.importing.deletions import delete_imported
from tasks.importing.intake import import_file
from tasks.importing.main_job import begin_import
from tasks.officers.registering import add_officer
from tasks.processors.register import read
from tasks.proving.proof import verify_ledger
from tests.crash.killing import Ending, KillPoint, run_killed, spread, survey, sweep, why_no_strace
from tests.factories.execution import OMAR, TUVA
from tests.factories.houses import export, row

pytestmark = pytest.mark.skipif(why_no_strace() is not None, reason=str(why_no_strace()))

ROOT = Path(__file__).resolve().parents[2]
COMMAND = """
import dataclasses, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from lifecycle import totp
from lifecycle.bindings.consent_forms import ConsentForm
from tasks.consents.form_import import import_form
from tasks.processors.list_import import import_list
from tasks.house.wiring import open_house
what, path, secret, later = sys.argv[1:]
def now(): return datetime.now(UTC) + timedelta(hours=int(later))
with open_house("academedia", now=now) as house:
    if what == "list":
        code = totp.code_at(bytes.fromhex(secret), totp.step_of(now()))
        import_list(house, Path(path), officer="ombud-test", code=code)
    else:
        form = ConsentForm(path=path, persons={"national_id": "Personnummer"},
            answers={"Bild": ("image.participant",)}, given_on="Datum", giver="participant",
            yes=("ja",), no=("nej",), then="keep")
        import_form(dataclasses.replace(house, forms={"blankett": form}), "blankett")
"""
LIST = [
    ["Leverantör", "Typ", "System", "Avtal", "Avtal från", "Land", "Grund", "Underbiträden"],
    [
        "Molnet AB",
        "biträde",
        "onedrive",
        "Ramavtal",
        "2025-01-01",
        "USA",
        "SCC",
        "Hall AB, Disk AB",
    ],
    ["Workbuster", "", "", "Eget", "2024-05-01", "EU", "", "Nej"],
    ["Glosor", "app", "", "", "", "", "", ""],
]
FORM = [
    ["Personnummer", "Datum", "Bild"],
    [TUVA[2], "2026-10-01", "ja"],
    [OMAR[2], "2026-10-02", "nej"],
]
TABLES = {"list": ("processor", "processor_entry"), "form": ("consent",)}
"""Those in which a row too many would be a doubled one."""


class Made(NamedTuple):
    """A home in which the command begins, and the command; `{later}` hours after now."""

    home: Path
    what: str
    file: Path
    secret: bytes

    def command(self, later: int) -> list[str]:
        told = [self.what, str(self.file), self.secret.hex(), str(later)]
        return [sys.executable, "-c", COMMAND, *told]

    def env(self, home: Path) -> dict[str, str]:
        return {"GALLRA_HOME": str(home), "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT),
                "TZ": "UTC"}  # fmt: skip


def _opened(home: Path, act: Callable[[House], Any]) -> Any:
    settings = Settings.from_environment({"GALLRA_HOME": str(home)})
    with open_house("academedia", settings=settings) as house:
        return act(house)


def seen(what: str, home: Path) -> tuple[object, ...]:
    """What the import leaves, told without the numbers that are drawn; the ledger verifies."""

    def look(house: House) -> tuple[object, ...]:
        verify_ledger(house)
        with reading(house.engine) as connection:
            rows = tuple(
                connection.execute(
                    select(func.count()).select_from(RECORDS.tables[name])
                ).scalar_one()
                for name in TABLES[what]
            )
            register = read(connection, controller=house.controller)
        if what == "list":
            from tasks.processors.register import lines, services

            known = [
                (line.said.called, line.agreement, line.agreed_on, line.systems,
                 tuple(sorted((line.countries or {}).items())),
                 tuple(sorted(said.called for _, said in line.subs)))
                for line in lines(house)
            ]  # fmt: skip
            entries = sorted(len(register.entries(one.number)) for one in register.rows)
            return rows, known, entries, [one.said.called for one in services(house)]
        from tasks.consents.registering import lines as answers

        told = [one._replace(consent="", ref="", evidence="") for one in answers(house)]
        return rows, sorted(told)

    found: tuple[object, ...] = _opened(home, look)
    return found


@pytest.fixture(params=["list", "form"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Made:
    what = str(request.param)
    home = tmp_path / "template"
    (home / "staging").mkdir(parents=True)
    subprocess.run(
        [sys.executable, "-m", "console.main", "init"],
        check=True, cwd=ROOT, capture_output=True, stdin=subprocess.DEVNULL,
        env={"GALLRA_HOME": str(home), "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    secret = totp.new_secret()
    file = tmp_path / f"{what}.xlsx"
    header, *rows = LIST if what == "list" else FORM
    file.write_bytes(write_workbook(header, rows))
    people = export(row("100000001", TUVA), row("100000002", OMAR))
    (home / "staging" / "a.csv").write_bytes(people)

    def prepare(house: House) -> None:
        add_officer(
            house, "ombud-test", roles=sorted(house.policy.roles), secret=secret,
            confirmation=None, by=None, code=None,
        )  # fmt: skip
        for ref in begin_import(house):
            assert import_file(house, ref).outcome == "imported"
        delete_imported(house)

    _opened(home, prepare)
    return Made(home, what, file, secret)


def killed_and_run_again(made: Made, points: list[KillPoint], tmp_path: Path) -> dict[str, int]:
    """Each of these kills, and what is there after it and after two more runs."""
    before, home = seen(made.what, made.home), tmp_path / "undisturbed"
    shutil.copytree(made.home, home)
    subprocess.run(made.command(1), env=made.env(home), cwd=ROOT, check=True, capture_output=True)
    wanted = seen(made.what, home)
    assert wanted != before
    told = {"killed": 0, "nothing yet": 0, "all": 0}

    def one(point: KillPoint) -> tuple[Ending, tuple[object, ...], list[tuple[object, ...]]]:
        mine = tmp_path / f"{point.syscall}-{point.number}"
        shutil.copytree(made.home, mine)
        run = run_killed(made.command(1), point, env=made.env(mine), cwd=ROOT)
        after, again = seen(made.what, mine), []
        for later in (3, 5):  # what was held by the dead one is free, and its code is not used
            subprocess.run(
                made.command(later), env=made.env(mine), cwd=ROOT, check=True, capture_output=True
            )
            again.append(seen(made.what, mine))
        shutil.rmtree(mine)
        return run.ending, after, again

    for point, (ending, after, again) in zip(points, sweep(points, one), strict=True):
        told["killed"] += ending is Ending.KILLED
        assert after in (before, wanted), f"{point}: neither whole nor not there"
        told["nothing yet" if after == before else "all"] += 1
        assert again == [wanted, wanted], f"{point}: lost or doubled"
    return told


@pytest.mark.parametrize(
    "kills",
    [pytest.param(3, id="few"), pytest.param(30, id="many", marks=pytest.mark.nightly)],
)
@pytest.mark.timeout(1800)
def test_killed_anywhere_nothing_of_a_list_is_lost_or_doubled(
    made: Made, kills: int, tmp_path: Path
) -> None:
    traced = tmp_path / "traced"
    shutil.copytree(made.home, traced)
    points = survey(made.command(1), env=made.env(traced), folders=[traced], cwd=ROOT)
    writes = [point for point in points if point.syscall != "openat"]
    told = killed_and_run_again(made, spread(writes, kills), tmp_path)
    print(f"\n{made.what}: {told} of {len(writes)} points")
    assert told["killed"] >= 0.9 * kills
    assert told["nothing yet"], "one of them lies before the commit"
    assert told["all"], "one of them lies behind it"
