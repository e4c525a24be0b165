"""The main job with exports that land in OneDrive: one binding is another, everything else is the
same (A-97, A-98, A-100, A-101)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import func, select

from connectors.base import CaseKey
from connectors.graph_client import GraphClient
from lifecycle.errors import NotProven, Unreachable
from lifecycle.ledger import EventKind
from records.engines import reading
from records.tables import engagement
from tasks.house.parts import House
from tasks.house.reports import FileReport
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tasks.importing.deletions import delete_imported
from tasks.importing.intake import import_file
from tasks.importing.main_job import begin_import, finish_earlier
from tasks.importing.purge import purge
from tasks.proving.proof import verify_ledger
from tests.factories import planning
from tests.factories.databases import NewDatabase
from tests.factories.graph_worlds import DRIVE, TOKEN, OneDriveWorld, onedrive_world
from tests.factories.houses import PEOPLE, ROOT, Builder, export, row
from tests.factories.keys import StandingClock

TUVA, OMAR = PEOPLE["Tuva"], PEOPLE["Omar"]
NAME = "Tuva Exempelsson 198507099805.csv"
GUID = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def dialect() -> str:
    return "sqlite"


@pytest.fixture
def cloud() -> Iterator[OneDriveWorld]:
    with onedrive_world() as cloud:
        yield cloud


@pytest.fixture
def build(
    cloud: OneDriveWorld,
    new_database: NewDatabase,
    tmp_path: Path,
    standing_clock: StandingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Builder]:
    """Open the house anew, as every run does, with the one binding changed."""
    monkeypatch.setattr(GraphClient, "pause", lambda *_: None)
    bound = yaml.safe_load((ROOT / "deployments" / "systems" / "academedia.yaml").read_text())
    bound["staging"] = {
        "kind": "onedrive",
        "place": "af-staging",
        "tenant": GUID,
        "client_id": GUID,
        "secret": {"env": "GALLRA_GRAPH_SECRET"},
        "drive": DRIVE,
        "folder": cloud.inbox.id,
        "files_host": cloud.graph.storage_host,
        "url": cloud.graph.url,
    }
    systems = tmp_path / "systems"
    systems.mkdir()
    (systems / "academedia.yaml").write_text(yaml.safe_dump(bound), encoding="utf-8")
    settings = Settings.from_environment(
        {
            "GALLRA_HOME": str(tmp_path / "home"),
            "GALLRA_DATABASE_URL": new_database("records"),
            "GALLRA_KEY_DATABASE_URL": new_database("keys"),
            "GALLRA_SYSTEMS": str(systems),
            "GALLRA_GRAPH_SECRET": TOKEN,
        }
    )
    standing_clock.instant = datetime.now(UTC) + timedelta(seconds=30)  # the server's is real
    with ExitStack() as stack:
        yield lambda: stack.enter_context(
            open_house("academedia", settings=settings, now=standing_clock)
        )


@pytest.fixture
def house(build: Builder) -> House:
    return build()


def run(house: House) -> list[FileReport]:
    """What a scheduled import does."""
    reports = [import_file(house, ref) for ref in begin_import(house)]
    delete_imported(house)
    return reports


def in_case_system(house: House, case: str) -> bool:
    (state,) = house.case_system.read_back([CaseKey(case, "Rusta och matcha")])
    return state.fingerprint is not None


def engagements(house: House) -> int:
    with reading(house.engine) as connection:
        return int(connection.execute(select(func.count()).select_from(engagement)).scalar_one())


def files(cloud: OneDriveWorld) -> list[str]:
    return sorted(cloud.graph.paths(cloud.inbox))


def test_from_the_folder_to_the_case_system_and_then_gone_for_good(
    house: House, cloud: OneDriveWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    cloud.drop(f"Kurs/{NAME}", export(row("1000000001", TUVA), row("1000000002", OMAR)))
    (report,) = run(house)
    assert report.outcome == "imported"
    assert report.counts["accepted"] == report.counts["verified_cases"] == 2
    assert in_case_system(house, "1000000001")
    assert in_case_system(house, "1000000002")
    assert files(cloud) == []
    drive = cloud.graph.drives[DRIVE]
    assert {item.name for item in drive.items.values()} == {
        "root",
        "inbox",
        "beside",
        "Tuva Exempelsson.xlsx",
    }
    assert drive.recycle_bin == []
    assert purge(house).deleted == 0
    verify_ledger(house)
    said = " ".join(record.getMessage() for record in caplog.records)
    for secret in (TOKEN, "tempauth", "Exempelsson", "198507099805", "Kurs", cloud.inbox.id):
        assert secret not in said


def test_what_nobody_could_import_goes_with_the_daily_purge(
    house: House, cloud: OneDriveWorld, standing_clock: StandingClock
) -> None:
    cloud.drop("bild.png", b"\x89PNG nothing of ours")
    run(house)
    assert files(cloud) == ["bild.png"]
    standing_clock.pass_time(hours=20)
    assert purge(house).deleted == 1
    assert files(cloud) == []


def test_a_hold_keeps_the_file_and_the_run_says_so(house: House, cloud: OneDriveWorld) -> None:
    cloud.drop(NAME, export(row("1000000001", TUVA)))
    cloud.refuse_deletion(423)
    with pytest.raises(NotProven) as kept:
        run(house)
    assert kept.value.code == "deletion_refused"
    assert files(cloud) == [NAME]
    cloud.graph.behaviour.refuse.clear()
    delete_imported(house)
    purge(house)
    assert files(cloud) == []
    assert engagements(house) == 1


def test_a_file_under_hold_lets_no_other_wait(house: House, cloud: OneDriveWorld) -> None:
    held = cloud.drop("b.csv", export(row("1000000002", OMAR)))
    for name, number, person in (("a.csv", "1000000001", TUVA), ("c.csv", "1000000003", OMAR)):
        cloud.drop(name, export(row(number, person)))
    cloud.graph.behaviour.refuse[f"/{held.id}/permanentDelete"] = 423
    with pytest.raises(NotProven, match=r"^deletion_refused af-staging gone=2$"):
        run(house)
    assert files(cloud) == ["b.csv"]
    [failed] = planning.events(house, EventKind.DELETION_FAILED)
    assert (failed.expected, failed.verified) == (3, 2)
    # The day after, and the hold stands: whatever comes is imported and goes, and so does the rest.
    cloud.drop("d.csv", export(row("1000000004", TUVA)))
    with pytest.raises(NotProven, match=r"^deletion_refused af-staging$"):
        finish_earlier(house)
    with pytest.raises(NotProven, match=r"^deletion_refused af-staging gone=1$"):
        run(house)
    assert files(cloud) == ["b.csv"]
    cloud.drop("bild.png", b"\x89PNG nothing of ours")
    cloud.drop("aaa.png", b"\x89PNG nothing of ours")
    with pytest.raises(NotProven, match=r"^deletion_refused$"):
        purge(house)
    assert files(cloud) == ["b.csv"]
    [told] = planning.events(house, EventKind.PURGE_NOT_EMPTY)
    assert (told.found, told.verified, told.numbers["left"]) == (3, 2, 1)
    assert planning.events(house, EventKind.PURGE_PROVEN_EMPTY) == []
    cloud.graph.behaviour.refuse.clear()
    purge(house)
    assert files(cloud) == []
    assert engagements(house) == 4
    verify_ledger(house)


def test_a_lost_answer_to_the_deletion_leaves_no_doubt(house: House, cloud: OneDriveWorld) -> None:
    cloud.drop(NAME, export(row("1000000001", TUVA)))
    cloud.graph.behaviour.lose_answers_of.append("/permanentDelete")
    run(house)
    assert files(cloud) == []
    assert len(cloud.graph.drives[DRIVE].purged) == 1


def test_if_no_answer_ever_comes_the_next_run_looks(house: House, cloud: OneDriveWorld) -> None:
    cloud.drop(NAME, export(row("1000000001", TUVA)))
    cloud.graph.behaviour.lose_answers_of += ["/permanentDelete"] * 4
    with pytest.raises(Unreachable):
        run(house)
    assert files(cloud) == []
    purge(house)
    verify_ledger(house)
    assert len(cloud.graph.drives[DRIVE].purged) == 1


def test_cut_off_between_the_private_name_and_the_removal_the_next_run_ends_it(
    build: Builder, cloud: OneDriveWorld
) -> None:
    cloud.drop(f"Kurs/{NAME}", export(row("1000000001", TUVA)))
    cloud.graph.behaviour.refuse["/permanentDelete"] = 503
    with pytest.raises(Unreachable):
        run(build())
    (left,) = files(cloud)
    assert left.startswith("Kurs/gallra-deleting-")
    cloud.graph.behaviour.refuse.clear()
    house = build()
    purge(house)
    assert files(cloud) == []
    assert engagements(house) == 1


def test_out_of_reach_is_never_empty(house: House, cloud: OneDriveWorld) -> None:
    cloud.drop(NAME, export(row("1000000001", TUVA)))
    cloud.graph.behaviour.unreachable = True
    with pytest.raises(Unreachable):
        begin_import(house)
    with pytest.raises(Unreachable):
        purge(house)
    cloud.graph.behaviour.unreachable = False
    assert files(cloud) == [NAME]
    run(house)
    assert files(cloud) == []
