"""Records, keys and ledger are copied apart while work goes on, and put back wholly or never."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Engine, make_url

from lifecycle.errors import (
    Busy,
    GallraError,
    LedgerFailure,
    Misconfigured,
    NotProven,
    Refused,
    Unreachable,
)
from lifecycle.ledger import EventKind
from records import copies, postgres_copies
from records.engines import open_engine
from records.kek import DirectoryKeks
from records.restored import keys_without_data
from tasks.copies import making
from tasks.copies.folders import What, ours
from tasks.copies.making import Made, back_up
from tasks.copies.putting_back import put_back
from tasks.erasing import restoring
from tasks.erasing.finding import find_by_national_id
from tasks.house import replay_first
from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.proving.keys import rotate_keys
from tasks.proving.proof import verify_ledger
from tests.factories import planning
from tests.factories.databases import NewDatabase, PostgresServer
from tests.factories.erasures import Office
from tests.factories.houses import PEOPLE, test_settings
from tests.factories.keys import StandingClock
from tests.spec.test_restore import Open

TUVA, OMAR = PEOPLE["Tuva"], PEOPLE["Omar"]
Copying = Callable[..., Path]


@pytest.fixture
def settings(
    new_database: NewDatabase,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    dialect: str,
    request: pytest.FixtureRequest,
) -> Settings:
    if dialect == "postgresql":
        server: PostgresServer = request.getfixturevalue("session_postgres")
        monkeypatch.setenv("PATH", f"{server.programs}{os.pathsep}{os.environ['PATH']}")
    return test_settings(
        tmp_path / "home", records=new_database("records"), keys=new_database("keys")
    )


@pytest.fixture
def opened(settings: Settings, standing_clock: StandingClock) -> Iterator[Open]:
    one = Open(settings, standing_clock)
    yield one
    one.close()


@pytest.fixture
def house(opened: Open) -> House:
    """Tuva and Omar are imported."""
    house = opened()
    planning.bring(house, planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    return house


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[str], Path]:
    def made(name: str) -> Path:
        place = tmp_path / f"copies-{name}"
        place.mkdir(exist_ok=True)
        return place

    return made


@pytest.fixture
def copied(house: House, folder: Callable[[str], Path], standing_clock: StandingClock) -> Copying:
    def copy(what: What, **options: object) -> Path:
        standing_clock.pass_time(seconds=1)
        made: Made = back_up(house, what, folder(what), same_volume=True, **options)  # type: ignore[arg-type]
        return Path(made.file)

    return copy


def told(house: House) -> list[dict[str, object]]:
    return [
        {"of": event.facts["of"], "sha256": event.facts["sha256"], "verified": event.verified}
        for event in planning.events(house, EventKind.BACKUP_MADE)
    ]


@pytest.mark.parametrize("what", ["records", "keys", "ledger"])
def test_a_copy_is_private_whole_alone_and_on_record(
    house: House, copied: Copying, what: What
) -> None:
    file = copied(what)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file], "nothing lies beside it"
    [event] = told(house)
    assert event["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert event["of"] == what
    assert int(str(event["verified"])) > 0
    verify_ledger(house)


def test_no_copy_holds_records_and_keys(house: House, copied: Copying, dialect: str) -> None:
    whole = {what: copied(what).read_bytes() for what in ("records", "keys", "ledger")}
    for name in (b"data_key", b"named_key"):
        assert name in whole["keys"]
        assert name not in whole["records"] + whole["ledger"]
    for name in (b"holding", b"blind_index"):
        assert name in whole["records"]
        assert name not in whole["keys"] + whole["ledger"]


@pytest.mark.parametrize("one_database", [True])
@pytest.mark.postgres
def test_where_both_are_in_one_database_the_copies_are_apart_all_the_same(
    new_database: NewDatabase,
    tmp_path: Path,
    settings: Settings,
    standing_clock: StandingClock,
    folder: Callable[[str], Path],
    one_database: bool,
    dialect: str,
) -> None:
    if dialect != "postgresql":
        pytest.skip("SQLite has a file for each")
    both = replace(settings, key_database_url=settings.database_url)
    opened = Open(both, standing_clock)
    copying = [back_up(opened(), what, folder(what), same_volume=True) for what in _BOTH]
    records, keys = (Path(made.file).read_bytes() for made in copying)
    opened.close()
    assert b"data_key" in keys
    assert b"data_key" not in records
    assert b"holding" not in keys


_BOTH: tuple[What, What] = ("records", "keys")


def test_work_goes_on_while_a_copy_is_made(
    house: House, opened: Open, copied: Copying, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another run writes all the while; every copy ends at one event, and verifies there."""
    other, stop, written = opened(), threading.Event(), []

    def write() -> None:
        while not stop.is_set():
            with other.work() as work:
                work.record(EventKind.RULES_APPLIED, acted=1)
                written.append(work.commit().size)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(written) < 3:
            pass
        sizes = []
        for _ in range(4):
            file = copied("records")
            made = copies.check(
                file, "records", ending=file.suffix[1:], ledger_key=house.ledger_key
            )
            assert made.head is not None
            sizes.append(made.head.size)
    finally:
        stop.set()
        writer.join()
    assert sizes == sorted(set(sizes))
    assert written[-1] > sizes[-1]


def test_the_ledger_as_text_is_what_the_export_writes(house: House, copied: Copying) -> None:
    lines = [orjson.loads(line) for line in copied("ledger").read_bytes().splitlines()]
    assert [line["position"] for line in lines] == list(range(1, len(lines) + 1))
    assert {"ledger.begun", "import.stored"} <= {line["event"]["kind"] for line in lines}


def test_so_many_stay_and_nothing_of_others_goes(copied: Copying) -> None:
    first = copied("records")
    others = [first.with_name(name) for name in ("gallra-records-old.db", "notes.txt")]
    for one in others:
        one.write_text("kept")
    second, third = copied("records"), copied("records", keep=2)
    assert set(first.parent.iterdir()) == {second, third, *others}


def test_as_many_stay_as_were_asked_for(copied: Copying) -> None:
    """Also while there are fewer yet than are kept: the first ones are not taken for too many."""
    made = [copied("ledger", keep=6) for _ in range(8)]
    assert sorted(made[0].parent.iterdir()) == made[-6:]


def test_what_cannot_be_removed_stays_and_the_copy_counts(
    house: House, copied: Copying, folder: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder by that name, and a volume that lets nobody remove anything."""
    place = folder("ledger")
    (place / "gallra-ledger-20200101T000000.000000Z.jsonl").mkdir()
    (place / ".gallra-ledger-20200101T000000.000000Z.jsonl.part").mkdir()
    first = copied("ledger", keep=1)

    def refuse(path: Path, *, missing_ok: bool = False) -> None:
        raise PermissionError(path)

    monkeypatch.setattr(Path, "unlink", refuse)
    second = copied("ledger", keep=1)
    monkeypatch.undo()
    assert {first, second} < set(place.iterdir())
    assert len(told(house)) == 2


def test_a_full_disk_is_said_of_the_copy_and_not_of_the_database(
    house: House, copied: Copying, folder: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise Unreachable("database_full")

    monkeypatch.setattr(copies, "write", full)
    with pytest.raises(Unreachable, match="backup_folder_not_writable"):
        copied("records")
    assert (list(folder("records").iterdir()), told(house)) == ([], [])


@pytest.mark.parametrize(
    ("where", "error", "code"),
    [
        ("home/inside", Refused, "backup_inside_home"),
        ("home", Refused, "backup_inside_home"),
        (".", Refused, "backup_inside_home"),
        ("copies-records", Refused, "backup_beside_keys"),
        ("copies-records/keys", Refused, "backup_beside_keys"),
        ("not-mounted", Unreachable, "backup_folder_missing"),
        ("own", Refused, "backup_same_volume"),
    ],
)
def test_keys_go_nowhere_near_the_records(
    house: House, copied: Copying, tmp_path: Path, where: str, error: type[GallraError], code: str
) -> None:
    copied("records")
    for name in ("home/inside", "copies-records/keys", "own"):
        (tmp_path / name).mkdir(parents=True)
    before = len(told(house))
    with pytest.raises(error, match=f"^{code}$"):
        back_up(house, "keys", tmp_path / where)
    assert len(told(house)) == before
    assert not ours(tmp_path, "keys")


def test_nor_do_copies_lie_with_the_key_encryption_keys(
    house: House, folder: Callable[[str], Path]
) -> None:
    elsewhere = replace(house, settings=replace(house.settings, key_encryption_keys=folder("kek")))
    with pytest.raises(Refused, match="backup_beside_keys"):
        back_up(elsewhere, "keys", folder("kek"))


def test_what_is_not_proven_is_no_copy(
    house: House, copied: Copying, folder: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = copied("records")
    write = copies.write

    def damaged(engine: object, branch: object, target: Path) -> None:
        write(engine, branch, target)  # type: ignore[arg-type]
        target.write_bytes(target.read_bytes()[:-5000])

    monkeypatch.setattr(making.copies, "write", damaged)
    with pytest.raises(NotProven, match="backup_not_proven"):
        copied("records")
    assert list(kept.parent.iterdir()) == [kept]
    assert len(told(house)) == 1


def test_one_at_a_time(house: House, folder: Callable[[str], Path]) -> None:
    with making._alone(house.settings.home), pytest.raises(Busy, match="backup_running"):
        back_up(house, "records", folder("records"))


@pytest.mark.postgres
def test_without_the_servers_own_programs_nothing_is_begun(
    house: House, folder: Callable[[str], Path], dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if dialect != "postgresql":
        pytest.skip("SQLite needs none")
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(Misconfigured, match="backup_tool_missing pg-dump"):
        back_up(house, "records", folder("records"))
    assert list(folder("records").iterdir()) == []


# --- putting back -------------------------------------------------------------------------------


def test_a_copy_that_is_put_back_brings_nobody_back(
    house: House, opened: Open, settings: Settings, copied: Copying, standing_clock: StandingClock
) -> None:
    (found,) = find_by_national_id(house, TUVA[2])
    office = Office(opened, standing_clock)
    office.enrolled()
    file = copied("records")
    assert office.erase(found.ref).left == ()
    opened.close()
    with pytest.raises(Refused, match="restore_would_replace"):
        put_back(settings, "records", file, now=standing_clock())
    done = put_back(settings, "records", file, replace=True, now=standing_clock())
    assert done.rows > 10
    with pytest.raises(LedgerFailure, match="database_restored"):
        opened()
    again = restoring.replay(opened(restoring=True))
    assert (again.erased_since, again.found_again, again.unsure) == (1, 1, 0)
    assert find_by_national_id(opened(), TUVA[2]) == []
    assert len(find_by_national_id(opened(), OMAR[2])) == 1
    verify_ledger(opened())


def test_what_was_there_is_set_aside(
    opened: Open, settings: Settings, copied: Copying, standing_clock: StandingClock, dialect: str
) -> None:
    file = copied("records")
    opened.close()
    done = put_back(settings, "records", file, replace=True, now=standing_clock())
    if dialect == "sqlite":
        aside = Path(done.aside)
        assert stat.S_IMODE(aside.stat().st_mode) == 0o600
        assert copies.check(aside, "records", ending="db").rows >= done.rows
    else:
        assert done.aside.startswith("gallra_records_aside_")
    opened()


def test_two_that_are_put_back_at_once_set_both_aside(
    opened: Open, settings: Settings, copied: Copying, standing_clock: StandingClock, dialect: str
) -> None:
    """Within one second: the second one finds the first one's name taken."""
    if dialect != "sqlite":
        pytest.skip("a schema whose name is taken ends the transaction")
    file = copied("records")
    planning.bring(opened(), planning.case("1000000003", TUVA))
    opened.close()
    first = put_back(settings, "records", file, replace=True, now=standing_clock())
    kept = Path(first.aside).read_bytes()
    with pytest.raises(Unreachable):
        put_back(settings, "records", file, replace=True, now=standing_clock())
    standing_clock.pass_time(milliseconds=1)
    second = put_back(settings, "records", file, replace=True, now=standing_clock())
    assert Path(first.aside).read_bytes() == kept
    assert Path(second.aside).read_bytes() == file.read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TRIGGER own AFTER INSERT ON ledger_event BEGIN DELETE FROM legal_hold; END",
        "CREATE VIEW own AS SELECT 1",
        "DROP TABLE legal_hold",
    ],
)
def test_a_copy_that_has_more_or_less_than_we_make_is_none(
    opened: Open,
    settings: Settings,
    copied: Copying,
    standing_clock: StandingClock,
    dialect: str,
    change: str,
) -> None:
    if dialect != "sqlite":
        pytest.skip("a dump is not changed so easily")
    file = copied("records")
    with sqlite3.connect(file) as changed:
        changed.execute(change)
    changed.close()
    opened.close()
    with pytest.raises(Refused, match="copy_not_readable"):
        put_back(settings, "records", file, replace=True, now=standing_clock())


def test_nothing_is_put_back_while_something_runs(
    house: House, settings: Settings, copied: Copying, standing_clock: StandingClock
) -> None:
    file = copied("records")
    before = planning.everything(house)
    with house.engine.connect() as held:
        held.exec_driver_sql("SELECT 1")
        with pytest.raises(Busy, match="restore_while_running"):
            put_back(settings, "records", file, replace=True, now=standing_clock())
    assert planning.everything(house) == before
    keys = copied("keys")
    with house.keyring.engine.connect() as held:
        held.exec_driver_sql("SELECT 1")
        with pytest.raises(Busy, match="restore_while_running"):
            put_back(settings, "keys", keys, replace=True, now=standing_clock())
    replay_first.require_done(settings.home)
    file_of = make_url(settings.database_url).database
    assert file_of is not None
    around = Path(file_of).parent
    assert not [*around.glob("*.aside-*"), *around.glob(".*.restored")]


@pytest.mark.parametrize("is_empty", [False, True])
@pytest.mark.parametrize("spelling", ["sqlite:///", "sqlite+pysqlite:///"])
def test_the_log_of_a_database_that_was_lost_is_not_written_into_the_copy(
    opened: Open,
    settings: Settings,
    copied: Copying,
    standing_clock: StandingClock,
    dialect: str,
    is_empty: bool,
    spelling: str,
) -> None:
    """What SQLite had not yet written when the power went lies beside the file that is gone."""
    if dialect != "sqlite":
        pytest.skip("a server keeps its log itself")
    file = copied("records")
    lost = Path(make_url(settings.database_url).database or "")
    log = lost.with_name(f"{lost.name}-wal")
    planning.bring(opened(), planning.case("1000000003", TUVA))
    kept = log.read_bytes()
    opened.close()
    assert kept
    log.write_bytes(kept)
    lost.unlink()
    if is_empty:
        lost.touch()
    spelt = settings.database_url.replace("sqlite:///", spelling)
    put_back(replace(settings, database_url=spelt), "records", file, now=standing_clock())
    assert lost.read_bytes() == file.read_bytes()
    with opened(restoring=True).engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    assert kept in [each.read_bytes() for each in lost.parent.glob("*.aside-*-wal")]


def test_lost_keys_come_back_with_what_they_open(
    house: House,
    opened: Open,
    settings: Settings,
    copied: Copying,
    standing_clock: StandingClock,
    dialect: str,
) -> None:
    if dialect != "sqlite":
        pytest.skip("a server's database is lost otherwise")
    file = copied("keys")
    opened.close()
    Path(settings.key_database_url.removeprefix("sqlite:///")).unlink()
    done = put_back(settings, "keys", file, now=standing_clock())
    assert done.aside == ""
    restoring.replay(opened(restoring=True))
    assert len(find_by_national_id(opened(), OMAR[2])) == 1
    verify_ledger(opened())


def test_on_a_new_machine_the_home_is_made_for_its_owner_alone(
    opened: Open, settings: Settings, copied: Copying, standing_clock: StandingClock, dialect: str
) -> None:
    if dialect != "sqlite":
        pytest.skip("a server's files are its own")
    file = copied("records")
    opened.close()
    shutil.rmtree(settings.home)
    url = f"sqlite:///{settings.home}/records/records.db"
    lost = f"sqlite:///{settings.home}/keys/keys.db"
    new = replace(settings, database_url=url, key_database_url=lost)
    put_back(new, "records", file, now=standing_clock())
    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700


def test_keys_that_are_put_back_bring_back_no_key_that_was_destroyed(
    house: House, opened: Open, settings: Settings, copied: Copying, standing_clock: StandingClock
) -> None:
    """Records that nobody touched look as always: the keys themselves must not open before."""
    (found,) = find_by_national_id(house, TUVA[2])
    office = Office(opened, standing_clock)
    office.enrolled()
    file = copied("keys")
    assert office.erase(found.ref).left == ()
    assert keys_without_data(house.engine, house.keyring.engine) == []
    opened.close()
    put_back(settings, "keys", file, replace=True, now=standing_clock())
    with pytest.raises(LedgerFailure, match="keys_restored"):
        opened()
    assert restoring.replay(opened(restoring=True)).keys > 0
    again = opened()
    assert keys_without_data(again.engine, again.keyring.engine) == []
    assert len(find_by_national_id(again, OMAR[2])) == 1
    verify_ledger(again)


def test_keys_of_another_house_are_not_put_back(
    opened: Open, settings: Settings, copied: Copying, standing_clock: StandingClock, tmp_path: Path
) -> None:
    """Its epochs have the same numbers as ours, and open with another key."""
    file = copied("keys")
    opened.close()
    apart = tmp_path / "kek-of-another-house"
    DirectoryKeks(apart, writable=True).create(1)
    other = replace(settings, key_encryption_keys=apart)
    with pytest.raises(Refused, match="copy_of_another_installation"):
        put_back(other, "keys", file, replace=True, now=standing_clock())
    assert len(find_by_national_id(opened(), OMAR[2])) == 1


def test_keys_of_before_the_rotation_are_not_put_back(
    house: House, opened: Open, settings: Settings, copied: Copying, standing_clock: StandingClock
) -> None:
    file = copied("keys")
    rotate_keys(house)
    opened.close()
    with pytest.raises(Refused, match="copy_keys_outdated"):
        put_back(settings, "keys", file, replace=True, now=standing_clock())
    assert len(find_by_national_id(opened(), OMAR[2])) == 1


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _exchanged(data: bytes) -> bytes:
    return data.replace(b"import.stored", b"import.stOred")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_cut, "copy_not_readable"),
        (lambda _: b"", "copy_not_readable"),
        (lambda _: b"not a copy" * 900, "copy_not_readable"),
        (_exchanged, "copy_of_another_installation"),
    ],
)
def test_what_is_no_whole_copy_changes_nothing(
    opened: Open,
    settings: Settings,
    copied: Copying,
    standing_clock: StandingClock,
    change: Callable[[bytes], bytes],
    code: str,
    dialect: str,
) -> None:
    if change is _exchanged and dialect != "sqlite":
        pytest.skip("a dump is compressed")
    file = copied("records")
    file.write_bytes(change(file.read_bytes()))
    before = planning.everything(opened())
    opened.close()
    with pytest.raises(Refused, match=code):
        put_back(settings, "records", file, replace=True, now=standing_clock())
    assert planning.everything(opened()) == before


def test_one_kind_is_not_put_in_the_others_place(
    opened: Open, settings: Settings, copied: Copying, standing_clock: StandingClock
) -> None:
    file = copied("keys")
    opened.close()
    with pytest.raises(Refused, match="copy_not_readable"):
        put_back(settings, "records", file, replace=True, now=standing_clock())


def test_a_copy_of_a_later_version_is_left_alone(
    opened: Open, settings: Settings, copied: Copying, standing_clock: StandingClock, dialect: str
) -> None:
    if dialect != "sqlite":
        pytest.skip("the look is the same, the file is not written so easily")
    file = copied("records")
    with sqlite3.connect(file) as later:
        later.execute("UPDATE alembic_version_records SET version_num = 'r9999'")
    later.close()
    opened.close()
    with pytest.raises(Misconfigured, match="database_newer_than_program"):
        put_back(settings, "records", file, replace=True, now=standing_clock())


# --- a server's database, put back and stopped ---------------------------------------------------


@pytest.fixture
def at_server(dialect: str) -> None:
    if dialect != "postgresql":
        pytest.skip("a file takes its place in one step: tests/crash/test_backup_kills.py")


def _engine_and_names(settings: Settings) -> tuple[Engine, list[str]]:
    engine = open_engine(settings.database_url)
    names = copies.names_of(engine, "records")
    engine.dispose()
    return engine, names


@pytest.mark.postgres
@pytest.mark.usefixtures("at_server")
def test_a_copy_that_breaks_off_while_it_is_put_back_changes_nothing(
    opened: Open, settings: Settings, copied: Copying
) -> None:
    file = copied("records")
    file.write_bytes(file.read_bytes()[:-2000])
    before = planning.everything(opened())
    opened.close()
    engine, names = _engine_and_names(settings)
    with pytest.raises(Unreachable, match="backup_tool_failed"):
        postgres_copies.put_back(engine, names, file, aside="gallra_records_aside_broken")
    assert planning.everything(opened()) == before


@pytest.mark.postgres
@pytest.mark.usefixtures("at_server")
def test_a_service_of_another_project_leads_no_tool_elsewhere(
    opened: Open,
    settings: Settings,
    copied: Copying,
    standing_clock: StandingClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services = tmp_path / "services.conf"
    services.write_text("[other]\nhost=127.0.0.1\ndbname=other\n")
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    monkeypatch.setenv("PGSERVICE", "other")
    monkeypatch.setenv("PGOPTIONS", "-c default_transaction_read_only=on")
    file = copied("records")
    opened.close()
    assert put_back(settings, "records", file, replace=True, now=standing_clock()).rows > 10
    opened()


@pytest.mark.postgres
@pytest.mark.usefixtures("at_server")
@pytest.mark.parametrize("commits", [False, True])
def test_killed_while_it_is_put_back_all_is_as_before(
    opened: Open,
    settings: Settings,
    copied: Copying,
    monkeypatch: pytest.MonkeyPatch,
    commits: bool,
) -> None:
    """Killed when everything was handed over but the last word; with it, it is done."""
    file = copied("records")
    with opened().work() as work:
        work.record(EventKind.RULES_APPLIED, acted=1)
        work.commit()
    before = planning.everything(opened())
    opened.close()
    engine, names = _engine_and_names(settings)
    child = os.fork()
    if child == 0:
        hand_over = postgres_copies.shutil.copyfileobj

        def until_killed(source: object, target: object) -> None:
            hand_over(source, target)  # type: ignore[arg-type]
            target.flush()  # type: ignore[attr-defined]
            if not commits:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            postgres_copies.shutil.copyfileobj = until_killed  # type: ignore[assignment]
            postgres_copies.put_back(engine, names, file, aside="gallra_records_aside_killed")
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) is not commits
    with opened(restoring=True).engine.begin() as connection:
        # Waits for the server to notice that nobody speaks any more.
        connection.exec_driver_sql("LOCK TABLE holding IN ACCESS EXCLUSIVE MODE")
    now = planning.everything(opened(restoring=True))
    assert (now == before) is not commits
