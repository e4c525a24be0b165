"""A backup brings nobody back who was erased: the erasure list is replayed before anything else
opens it."""

from __future__ import annotations

import dataclasses
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from connectors.base import CaseKey
from connectors.memory import MemoryCaseSystem
from lifecycle.erasure import Erased
from lifecycle.errors import LedgerFailure, Unreachable
from lifecycle.plan import PlanState
from lifecycle.references import SUBJECT, from_reference
from records import file_imports, holds
from records.engines import reading
from records.tables import erasure_list, holding, subject
from tasks.erasing import restoring
from tasks.erasing.execution import execute
from tasks.erasing.finding import find_by_national_id
from tasks.erasing.holds import place_hold
from tasks.erasing.requests import ask_for_erasure
from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tasks.importing.main_job import finish_earlier
from tasks.proving.keys import rotate_keys
from tasks.proving.proof import verify_ledger
from tests.factories.databases import NewDatabase
from tests.factories.erasures import Office
from tests.factories.houses import PEOPLE, export, row, test_settings
from tests.factories.keys import StandingClock
from tests.spec.test_main_job import run_import

TUVA, OMAR = PEOPLE["Tuva"], PEOPLE["Omar"]


class Open:
    """Opens the same installation again and again; `close` ends every run."""

    def __init__(self, settings: Settings, clock: StandingClock) -> None:
        self._settings = settings
        self._clock = clock
        self._stack = ExitStack()

    def __call__(self, *, restoring: bool = False) -> House:
        return self._stack.enter_context(
            open_house("academedia", settings=self._settings, now=self._clock, restoring=restoring)
        )

    def close(self) -> None:
        self._stack.close()


@pytest.fixture
def dialect() -> str:
    return "sqlite"  # a backup here is a copy of the file


@pytest.fixture
def settings(new_database: NewDatabase, tmp_path: Path) -> Settings:
    return test_settings(
        tmp_path / "home", records=new_database("records"), keys=new_database("keys")
    )


@pytest.fixture
def opened(settings: Settings, standing_clock: StandingClock) -> Iterator[Open]:
    one = Open(settings, standing_clock)
    yield one
    one.close()


def records_file(settings: Settings) -> Path:
    return Path(settings.database_url.removeprefix("sqlite:///"))


def copy_database(source: Path, target: Path) -> None:
    """What a backup program does: the database as it is, without its log."""
    with sqlite3.connect(source) as one, sqlite3.connect(target) as other:
        one.backup(other)
    one.close()
    other.close()


def put_back(backup: Path, settings: Settings, opened: Open) -> None:
    opened.close()
    target = records_file(settings)
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    shutil.copy(backup, target)
    target.chmod(0o600)


@pytest.fixture
def world(
    opened: Open, settings: Settings, standing_clock: StandingClock, tmp_path: Path
) -> tuple[Office, str]:
    """Tuva and Omar are imported, a backup is made, Tuva is erased; her reference."""
    house = opened()
    house.staging.put("export.csv", export(row("1000000001", TUVA), row("1000000002", OMAR)))
    run_import(house)
    (found,) = find_by_national_id(house, TUVA[2])
    office = Office(opened, standing_clock)
    office.enrolled()
    copy_database(records_file(settings), tmp_path / "backup.db")
    assert office.erase(found.ref).left == ()
    return office, found.ref


def test_restored_records_refuse_to_open_before_the_replay(
    world: tuple[Office, str], opened: Open, settings: Settings, tmp_path: Path
) -> None:
    put_back(tmp_path / "backup.db", settings, opened)
    with pytest.raises(LedgerFailure, match="database_restored"):
        opened()


@pytest.mark.parametrize("rotated", [False, True])
def test_the_replay_erases_again_before_anything_is_read(
    world: tuple[Office, str],
    opened: Open,
    settings: Settings,
    tmp_path: Path,
    rotated: bool,
) -> None:
    if rotated:
        rotate_keys(opened())
    put_back(tmp_path / "backup.db", settings, opened)
    done = restoring.replay(opened(restoring=True))
    assert (done.erased_since, done.found_again, done.unsure) == (1, 1, 0)
    assert done.missing_events > 0
    house = opened()
    assert find_by_national_id(house, TUVA[2]) == []
    assert len(find_by_national_id(house, OMAR[2])) == 1
    with reading(house.engine) as connection:
        assert len(connection.execute(select(subject.c.id)).all()) == 1
        assert len(connection.execute(select(erasure_list.c.digest)).all()) == 1
        rows = [
            (one.id, one.subject_id, one.category, bytes(one.sealed))
            for one in connection.execute(
                select(holding.c.id, holding.c.subject_id, holding.c.category, holding.c.sealed)
            )
        ]
    assert all(house.vault.open(rows)), "every survivor opens"
    verify_ledger(house)


def test_a_replay_may_be_repeated_and_needs_no_restore(
    world: tuple[Office, str], opened: Open, settings: Settings, tmp_path: Path
) -> None:
    assert restoring.replay(opened(restoring=True)).found_again == 0
    put_back(tmp_path / "backup.db", settings, opened)
    restoring.replay(opened(restoring=True))
    again = restoring.replay(opened(restoring=True))
    assert (again.found_again, again.missing_events) == (0, 0)
    verify_ledger(opened())


@pytest.mark.parametrize("step", ["scrub", "witness", "_prove", "_destroy_orphans"])
def test_a_replay_that_is_killed_goes_on(
    world: tuple[Office, str],
    opened: Open,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    put_back(tmp_path / "backup.db", settings, opened)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(restoring, step, killed)
        with pytest.raises(KeyboardInterrupt):
            restoring.replay(opened(restoring=True))
    restoring.replay(opened(restoring=True))
    house = opened()
    assert find_by_national_id(house, TUVA[2]) == []
    verify_ledger(house)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("true", "false", 1),
        lambda text: "".join(text.splitlines(keepends=True)[1:]),
        lambda text: "".join(reversed(text.splitlines(keepends=True))),
    ],
)
def test_a_journal_that_somebody_changed_stops_the_replay(
    world: tuple[Office, str],
    opened: Open,
    settings: Settings,
    tmp_path: Path,
    damage: Callable[[str], str],
) -> None:
    house = opened()
    (journal,) = house.certificates.parent.glob("erasures-*.jsonl")
    journal.write_text(damage(journal.read_text()))
    put_back(tmp_path / "backup.db", settings, opened)
    with pytest.raises(LedgerFailure, match="journal_damaged"):
        restoring.replay(opened(restoring=True))


def test_what_changed_after_the_backup_is_to_be_imported_again(
    world: tuple[Office, str],
    opened: Open,
    settings: Settings,
    standing_clock: StandingClock,
    tmp_path: Path,
) -> None:
    standing_clock.pass_time(minutes=5)
    house = opened()
    house.staging.put("2.csv", export(row("1000000002", OMAR, street="Provgatan 2")))
    run_import(house)
    run_import(opened())  # which destroys the key of what was replaced
    put_back(tmp_path / "backup.db", settings, opened)
    done = restoring.replay(opened(restoring=True))
    assert done.unreadable == 1, "the old address's key went with the change"
    standing_clock.pass_time(minutes=5)
    house = opened()
    house.staging.put("3.csv", export(row("1000000002", OMAR, street="Provgatan 2")))
    reports = run_import(house)
    assert [report.outcome for report in reports] == ["imported"]


def test_an_erasure_that_was_begun_and_never_said_to_be_done_is_told(
    world: tuple[Office, str], opened: Open
) -> None:
    house = opened()
    (entry,) = {e.batch: e for e in house.journal.entries()}.values()
    house.journal.append(batch=f"{entry.batch}x", step="intended", at=entry.at, people=entry.people)
    assert restoring.replay(opened(restoring=True)).unsure == 1


def test_a_replay_without_a_restore_touches_nobody_who_is_still_here(
    world: tuple[Office, str], opened: Open, standing_clock: StandingClock
) -> None:
    """What was erased of a part of somebody long ago says nothing about what came since."""
    house = opened()
    (found,) = find_by_national_id(house, OMAR[2])
    number = from_reference(SUBJECT, found.ref)
    part = Erased(number, False, ("contact",), (), True, ())
    for step in ("intended", "done"):
        house.journal.append(batch="P-earlier", step=step, at=house.at(), people=[part])
    standing_clock.pass_time(days=1)
    house = opened()
    house.staging.put("later.csv", export(row("1000000002", OMAR, street="Provgatan 3")))
    run_import(house)
    before = (found.holdings, found.cases)
    done = restoring.replay(opened(restoring=True))
    assert (done.erased_since, done.found_again) == (0, 0)
    (after,) = find_by_national_id(opened(), OMAR[2])
    assert (after.holdings, after.cases) == before


def test_a_plan_under_way_in_the_backup_is_not_told_that_its_people_were_given_up(
    world: tuple[Office, str], opened: Open, settings: Settings, tmp_path: Path
) -> None:
    """They are gone, and the certificate of then says so: it is neither lost nor overwritten."""
    office, _ = world
    (omar,) = find_by_national_id(opened(), OMAR[2])
    plan = ask_for_erasure(opened(), omar.ref)
    office.approve(plan)
    execute(opened(), plan.ref)
    office.weed_by_hand(plan)
    copy_database(records_file(settings), tmp_path / "under-way.db")
    assert office.execute(plan).state is PlanState.PROVEN
    on_file = opened().certificates / f"{plan.ref}.json"
    before = on_file.read_bytes()
    put_back(tmp_path / "under-way.db", settings, opened)
    restoring.replay(opened(restoring=True))
    done = execute(opened(), plan.ref)
    assert (done.state, done.given_up, done.left) == (PlanState.PROVEN, 0, ())
    assert on_file.read_bytes() == before


def in_case_system(house: House, number: str) -> bytes | None:
    """What the case system has of a case, as a fingerprint."""
    (found,) = house.case_system.read_back([CaseKey(number, "Rusta och matcha")])
    return found.fingerprint


def test_a_case_without_its_own_data_is_not_handed_over_with_less_than_the_case_system_has(
    world: tuple[Office, str],
    opened: Open,
    settings: Settings,
    standing_clock: StandingClock,
    tmp_path: Path,
) -> None:
    """Another case with a new address concerns all cases of the person; of this one the backup has
    no assignment that anybody can read."""
    standing_clock.pass_time(minutes=5)
    house = opened()
    house.staging.put("2.csv", export(row("1000000002", OMAR, end="2027-05-01")))
    run_import(house)
    run_import(opened())  # which destroys the key of what was replaced
    before = in_case_system(opened(), "1000000002")
    assert before is not None
    put_back(tmp_path / "backup.db", settings, opened)
    assert restoring.replay(opened(restoring=True)).unreadable == 1
    standing_clock.pass_time(minutes=5)
    house = opened()
    house.staging.put("3.csv", export(row("1000000007", OMAR, street="Provgatan 7")))
    assert [report.outcome for report in run_import(house)] == ["imported"]
    assert in_case_system(house, "1000000002") == before
    assert in_case_system(house, "1000000007") is not None
    # An export that tells it anew is handed over.
    standing_clock.pass_time(minutes=5)
    house = opened()
    told = row("1000000002", OMAR, end="2027-05-01", street="Provgatan 7")
    house.staging.put("4.csv", export(told))
    assert [report.outcome for report in run_import(house)] == ["imported"]
    assert in_case_system(house, "1000000002") not in {None, before}


def test_a_hand_over_that_the_backup_had_not_come_with_is_let_go_for_who_lost_a_holding(
    opened: Open, settings: Settings, standing_clock: StandingClock, tmp_path: Path
) -> None:
    """The case system has had all of it since; what is left here is less."""
    kept: list[MemoryCaseSystem] = []

    def office() -> House:
        house = opened()
        if not kept:
            kept.append(MemoryCaseSystem(house.vault.fingerprint, system="workbuster"))
        kept[0]._fingerprint = house.vault.fingerprint
        return dataclasses.replace(house, case_system=kept[0])

    house = office()
    kept[0].failures.unreachable = True
    house.staging.put("1.csv", export(row("1000000001", TUVA), row("1000000002", OMAR)))
    with pytest.raises(Unreachable):
        run_import(house)
    copy_database(records_file(settings), tmp_path / "pending.db")
    kept[0].failures.unreachable = False
    standing_clock.pass_time(minutes=5)
    house = office()
    house.staging.put("2.csv", export(row("1000000002", OMAR, street="Provgatan 2")))
    run_import(house)
    run_import(office())  # which destroys the key of what was replaced
    before = {one: in_case_system(office(), one) for one in ("1000000001", "1000000002")}
    assert None not in before.values()
    put_back(tmp_path / "pending.db", settings, opened)
    assert restoring.replay(opened(restoring=True)).unreadable == 1
    standing_clock.pass_time(minutes=5)
    finish_earlier(office())
    assert {one: in_case_system(office(), one) for one in before} == before
    with reading(office().engine) as connection:
        assert file_imports.unfinished(connection, controller="academedia") == []


def test_who_went_in_part_since_the_backup_is_still_known_with_their_holds(
    opened: Open, settings: Settings, standing_clock: StandingClock, tmp_path: Path
) -> None:
    """What is held of Omar lies on a server that only these records know of."""
    house = opened()
    house.staging.put("export.csv", export(row("1000000002", OMAR)))
    run_import(house)
    (omar,) = find_by_national_id(house, OMAR[2])
    number = from_reference(SUBJECT, omar.ref)
    office = Office(opened, standing_clock)
    officer = office.enrolled()[0]
    place_hold(
        opened(),
        [omar.ref],
        reason="proceeding",
        review_on=date(2027, 3, 1),
        categories=("image",),
        officer=officer.handle,
        code=officer.fresh(),
    )
    copy_database(records_file(settings), tmp_path / "backup.db")
    standing_clock.pass_time(minutes=5)
    office.erase(omar.ref)

    def is_known_and_held() -> None:
        house = opened()
        (found,) = find_by_national_id(house, OMAR[2])
        assert (found.ref, found.holdings, found.cases) == (omar.ref, {}, ())
        with reading(house.engine) as connection:
            kept = holds.held_categories(connection, controller="academedia", subjects=[number])
        assert kept == {number: {"image"}}

    is_known_and_held()
    put_back(tmp_path / "backup.db", settings, opened)
    assert restoring.replay(opened(restoring=True)).found_again == 1
    is_known_and_held()
