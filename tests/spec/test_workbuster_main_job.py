"""The main job with Workbuster itself: people import a workbook, and only Workbuster's own list
proves it (A-97, A-98, A-100)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NoReturn

import orjson
import pytest
import yaml
from sqlalchemy import func, select

from connectors.folder import FolderStaging
from connectors.workbuster import WorkbusterExchange
from lifecycle.errors import LedgerFailure, Unreachable
from lifecycle.plan import PlanState
from lifecycle.references import SUBJECT, from_reference
from lifecycle.rights import Given
from records import file_imports, to_dos
from records.engines import reading
from records.plans import Plan
from records.tables import engagement, holding, ledger_event, subject
from tasks.consents.barring import restrict
from tasks.erasing.execution import Outcome, Why, execute, outcome
from tasks.erasing.finding import find_by_national_id
from tasks.erasing.holds import Told, release_hold
from tasks.erasing.requests import ask_for_erasure
from tasks.house.parts import House
from tasks.house.reports import FileReport
from tasks.house.settings import Settings
from tasks.house.today import local_today
from tasks.house.wiring import open_house
from tasks.importing.deletions import delete_imported
from tasks.importing.intake import import_file
from tasks.importing.main_job import begin_import
from tasks.importing.purge import purge
from tasks.proving.certifying import of_plan
from tasks.proving.proof import verify_ledger
from tasks.watching.daily import watch
from tests.factories.databases import NewDatabase
from tests.factories.erasures import Office
from tests.factories.houses import PEOPLE, ROOT, Builder, export, row
from tests.factories.keys import StandingClock
from tests.factories.planning import hold
from tests.factories.workbuster_office import LIST, WORKBOOK, ExchangeFolder, WorkbusterOffice

TUVA, OMAR, LINA = PEOPLE["Tuva"], PEOPLE["Omar"], PEOPLE["Lina"]
Table = list[list[str]]
ON_POSTGRES_TOO = pytest.mark.parametrize(
    "dialect",
    ["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.long])],
)
"""Every day on SQLite; one whole erasure with Workbuster runs on PostgreSQL every day as well."""


@pytest.fixture
def exchange(tmp_path: Path) -> ExchangeFolder:
    return ExchangeFolder(tmp_path / "exchange")


@pytest.fixture
def office(exchange: ExchangeFolder) -> WorkbusterOffice:
    return WorkbusterOffice(exchange)


@cache
def bindings_text() -> str:
    """The shipped bindings with Workbuster in place of the register."""
    bound = yaml.safe_load((ROOT / "deployments" / "systems" / "academedia.yaml").read_text())
    bound["case_system"] = {
        "kind": "workbuster",
        "system": "workbuster",
        "exchange": "/an/exchange",
        "import_workbook": {"sheet": "Deltagare", "columns": WORKBOOK},
        "export_list": {"sheet": "Deltagarlista", "columns": LIST},
        "projects": {"Exempelenhet Nord": "Rusta och matcha Nord"},
    }
    return yaml.safe_dump(bound, sort_keys=False)


@pytest.fixture
def build(
    new_database: NewDatabase,
    tmp_path: Path,
    standing_clock: StandingClock,
    exchange: ExchangeFolder,
) -> Iterator[Builder]:
    """Open the house anew, as every run does, with Workbuster bound instead of the register."""
    systems = tmp_path / "systems"
    systems.mkdir()
    text = bindings_text().replace("/an/exchange", str(exchange.path))
    (systems / "academedia.yaml").write_text(text, encoding="utf-8")
    settings = Settings.from_environment(
        {
            "GALLRA_HOME": str(tmp_path / "home"),
            "GALLRA_DATABASE_URL": new_database("records"),
            "GALLRA_KEY_DATABASE_URL": new_database("keys"),
            "GALLRA_SYSTEMS": str(systems),
        }
    )
    standing_clock.instant = datetime.now(UTC) + timedelta(seconds=30)  # the folders are real
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


def staged(house: House) -> int:
    return sum(1 for _ in house.staging.list_items())


def open_kinds(house: House) -> list[str]:
    with reading(house.engine) as connection:
        return [t.kind for t in to_dos.open_to_dos(connection, controller=house.controller)]


def unfinished(house: House) -> int:
    with reading(house.engine) as connection:
        return len(file_imports.unfinished(connection, controller=house.controller))


def told(house: House) -> list[str]:
    """Everything that the ledger says, without the checkpoints."""
    with reading(house.engine) as connection:
        bodies = connection.execute(
            select(ledger_event.c.body).order_by(ledger_event.c.position)
        ).scalars()
        kinds = [orjson.loads(bytes(body))["kind"] for body in bodies]
    return [kind for kind in kinds if kind not in ("ledger.begun", "checkpoint.made")]


def count(house: House, table: object) -> int:
    with reading(house.engine) as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]


# --- import → wait → a person acts → verified → deleted --------------------------------------


def test_the_export_stays_until_workbusters_own_list_shows_its_cases(
    house: House, build: Builder, office: WorkbusterOffice, exchange: ExchangeFolder
) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA), row("1000000002", OMAR)))
    (report,) = run(house)
    assert (report.outcome, report.state) == ("imported", "waiting")
    assert (report.counts["accepted"], report.counts["verified_cases"]) == (2, 0)
    assert open_kinds(house) == ["import_into_workbuster"]
    assert staged(house) == 1, "what is not proven is not deleted"
    assert [name.partition("I-")[0] for name in exchange.names()] == [
        "gallra-check-",
        "gallra-import-",
    ]
    office.import_workbooks()
    again = build()
    assert [r.state for r in run(again)] == ["waiting"], "imported, but not shown by any list"
    office.export_list()
    assert run(build()) == [], "finished before anything new is looked at"
    assert unfinished(house) == 0
    assert staged(house) == 0
    assert open_kinds(house) == []
    assert exchange.names() == []
    assert {r["project"] for r in office.rows} == {"Rusta och matcha Nord"}
    assert told(house) == [
        "staging.seen",
        "import.stored",
        "handover.waiting",
        "handover.verified",
        "handover.done",
        "deletion.intended",
        "deletion.done",
    ]
    verify_ledger(house)


def test_a_repeated_run_lays_nothing_twice(
    house: House, build: Builder, exchange: ExchangeFolder
) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA)))
    run(house)
    before = [(item.key, item.version) for item in exchange.list_items()]
    for _ in range(3):
        run(build())
    assert [(item.key, item.version) for item in exchange.list_items()] == before
    assert open_kinds(house) == ["import_into_workbuster"]


def missing(table: Table) -> None:
    del table[2]


def changed(table: Table) -> None:
    table[2][1] = "Annorlunda"


def double(table: Table) -> None:
    table.append(table[2])


@pytest.mark.parametrize("wrong", [missing, changed, double])
def test_a_list_that_does_not_agree_keeps_waiting_and_what_it_proves_is_not_asked_again(
    house: House,
    build: Builder,
    office: WorkbusterOffice,
    exchange: ExchangeFolder,
    wrong: Callable[[Table], None],
) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA), row("1000000002", OMAR)))
    run(house)
    office.import_workbooks()
    office.export_list(change=wrong)
    for _ in range(2):
        (report,) = run(build())
        assert (report.state, report.counts["verified_cases"]) == ("waiting", 1)
    assert staged(house) == 1
    office.rows.clear()
    office.import_workbooks()
    assert len(office.rows) == 1, "the new workbook holds the case that is missing, no other"
    office.export_list()
    run(build())
    assert (unfinished(house), staged(house), exchange.names()) == (0, 0, [])


def test_a_list_that_is_older_than_the_workbook_proves_nothing(
    house: House, build: Builder, office: WorkbusterOffice
) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA)))
    run(house)
    office.import_workbooks()
    office.export_list(arrived_at=datetime.now(UTC) - timedelta(hours=1))
    assert [r.state for r in run(build())] == ["waiting"]
    office.export_list()
    run(build())
    assert unfinished(house) == 0


def test_a_list_that_cannot_be_read_says_so_and_keeps_no_new_export_waiting(
    house: House, build: Builder, office: WorkbusterOffice, exchange: ExchangeFolder
) -> None:
    house.staging.put("1.csv", export(row("1000000001", TUVA)))
    run(house)
    exchange.drop("semesterlista.xlsx", b"PK\x03\x04 no list at all")
    house.staging.put("2.csv", export(row("1000000002", OMAR)))
    told_of = []
    for ref in begin_import(build()):
        try:
            assert import_file(house, ref).state == "waiting"
        except Unreachable as failure:
            told_of.append(failure.code)
    assert told_of == ["list_unreadable"], "by the export that waits for it"
    assert count(house, engagement) == 2, "the new export is in the records"
    assert staged(house) == 2
    office.import_workbooks()
    office.export_list()
    run(build())
    assert (unfinished(house), staged(house), exchange.names()) == (0, 0, [])


@pytest.mark.parametrize("name", ["Kopia av {}", "klart/{}", "{} (1).xlsx"])
def test_a_copy_of_the_workbook_is_no_list_and_goes_with_it(
    house: House, build: Builder, office: WorkbusterOffice, exchange: ExchangeFolder, name: str
) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA)))
    run(house)
    (workbook,) = (i for i in exchange.list_items() if i.key.startswith("gallra-import-"))
    if "/" in name:
        (exchange.path / "klart").mkdir()
    exchange.drop(name.format(workbook.key), exchange.read(workbook))
    assert [r.state for r in run(build())] == ["waiting"]
    office.import_workbooks()
    office.export_list()
    run(build())
    assert (unfinished(house), exchange.names()) == (0, [])


def test_a_workbook_saved_under_another_name_never_proves_itself(
    house: House, build: Builder, exchange: ExchangeFolder
) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA)))
    run(house)
    (workbook,) = (i for i in exchange.list_items() if i.key.startswith("gallra-import-"))
    exchange.drop("Deltagare.xlsx", exchange.read(workbook))
    for ref in begin_import(build()):
        with pytest.raises(Unreachable, match=r"list_is_our_workbook|list_not_recognised"):
            import_file(house, ref)
    assert unfinished(house) == 1


# --- updates while a person is at it ---------------------------------------------------------


def test_a_case_that_changes_while_it_waits_needs_a_list_that_shows_the_change(
    house: House, build: Builder, office: WorkbusterOffice, exchange: ExchangeFolder
) -> None:
    house.staging.put("1.csv", export(row("1000000001", TUVA), row("1000000002", OMAR)))
    run(house)
    office.import_workbooks()
    moved = ("Tuva", "Nygift", TUVA[2])
    house.staging.put("2.csv", export(row("1000000001", moved)))
    run(build())
    office.export_list()
    run(build())
    assert unfinished(house) == 2, "the list came after, but shows the old name"
    office.import_workbooks()
    office.export_list()
    run(build())
    assert (unfinished(house), staged(house), exchange.names()) == (0, 0, [])
    assert {r["family_name"] for r in office.rows} == {"Nygift", OMAR[1]}


def test_the_workbook_is_laid_anew_without_whose_data_may_only_be_stored(
    house: House,
    build: Builder,
    office: WorkbusterOffice,
    exchange: ExchangeFolder,
    standing_clock: StandingClock,
) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA), row("1000000002", OMAR)))
    run(house)
    officers = Office(build, standing_clock).enrolled()
    held = {}
    for who in (TUVA, OMAR):
        [found] = find_by_national_id(house, who[2])
        held[who] = restrict(
            house, found.ref, review_on=local_today(house) + timedelta(days=60),
            officer=officers[0].handle, code=officers[0].fresh(),
        )  # fmt: skip
        run(build())
        if who is TUVA:
            assert set(open_kinds(house)) == {"import_into_workbuster", "restricted_cases"}
            office.import_workbooks()
            assert {r["family_name"] for r in office.rows} == {OMAR[1]}
            office.rows.clear()
    assert (exchange.names(), open_kinds(house)) == ([], ["restricted_cases"])
    for restriction in held.values():
        release_hold(
            house, restriction, told=Told(Given.LETTER, local_today(house)),
            officer=officers[1].handle, code=officers[1].fresh(),
        )  # fmt: skip
    run(build())
    assert open_kinds(house) == ["import_into_workbuster"]
    office.import_workbooks()
    office.export_list()
    run(build())
    assert (unfinished(house), staged(house), exchange.names()) == (0, 0, [])
    assert {r["family_name"] for r in office.rows} == {TUVA[1], OMAR[1]}


# --- the daily purge in between --------------------------------------------------------------


def test_the_purge_takes_the_staged_file_and_the_workbook_and_the_hand_over_goes_on(
    house: House, build: Builder, office: WorkbusterOffice, exchange: ExchangeFolder
) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA)))
    run(house)
    done = purge(house)
    assert (done.deleted, done.never_imported, done.withdrawn) == (1, (), 1)
    assert staged(house) == 0
    assert open_kinds(house) == ["import_into_workbuster"], "it need not be exported again"
    assert personal(exchange) == []
    kinds = told(house)
    assert kinds[-2:] == ["exchange.clearing", "exchange.cleared"]
    run(build())
    assert len(personal(exchange)) == 1, "the next import lays it anew from the records"
    office.import_workbooks()
    assert [r["case_reference"] for r in office.rows] == ["1000000001"]
    office.export_list()
    run(build())
    assert (unfinished(house), exchange.names()) == (0, [])


def test_what_was_imported_before_the_purge_is_proven_by_a_list_after_it(
    house: House, build: Builder, office: WorkbusterOffice, exchange: ExchangeFolder
) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA)))
    run(house)
    office.import_workbooks()
    purge(house)
    office.export_list()
    run(build())
    assert (unfinished(house), exchange.names()) == (0, [])
    assert len(office.rows) == 1


def test_a_workbook_that_the_person_took_away_is_not_laid_again(
    house: House, build: Builder, office: WorkbusterOffice, exchange: ExchangeFolder
) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA)))
    run(house)
    office.import_workbooks()
    for item in list(exchange.list_items()):
        if item.key.startswith("gallra-import-"):
            (exchange.path / item.key).unlink()
    assert purge(house).withdrawn == 0
    run(build())
    assert personal(exchange) == []
    office.export_list()
    run(build())
    assert unfinished(house) == 0


@pytest.mark.parametrize(("hours", "stays"), [(1, True), (4, True), (5, False), (30, False)])
def test_a_list_goes_before_it_grows_older_than_the_policy_allows(
    house: House, office: WorkbusterOffice, exchange: ExchangeFolder, hours: int, stays: bool
) -> None:
    """Nineteen and a half hours at most until the next purge, 24 in all: four and a half."""
    house.staging.put("export.csv", export(row("1000000001", TUVA)))
    run(house)
    office.export_list(arrived_at=house.now() - timedelta(hours=hours))
    purge(house)
    assert len(personal(exchange)) == stays


def test_no_import_workbook_ever_lies_for_a_day(
    house: House, build: Builder, exchange: ExchangeFolder
) -> None:
    """Run after run and purge after purge, while nobody acts: it never stays over a purge."""
    house.staging.put("export.csv", export(row("1000000001", TUVA)))
    for _ in range(3):
        for _ in range(2):
            run(build())
            assert len(personal(exchange)) == 1
        purge(build())
        assert personal(exchange) == []


def test_the_exchange_folder_is_not_touched_when_the_ledger_or_the_witness_refuses(
    house: House, exchange: ExchangeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA)))
    run(house)

    def refuse(*_: object, **__: object) -> NoReturn:
        raise LedgerFailure("witness_not_written")

    monkeypatch.setattr(type(house.witnesses[0]), "take", refuse)
    with pytest.raises(LedgerFailure, match="no_witness"):
        purge(house)
    assert len(personal(exchange)) == 1
    assert "exchange.clearing" not in told(house)


def test_trouble_with_the_staging_folder_does_not_keep_the_workbook_lying(
    house: House, exchange: ExchangeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA)))
    run(house)
    items = FolderStaging.list_items

    def broken(staging: FolderStaging) -> Iterator[object]:
        if staging.place == house.staging.place:
            raise Unreachable("folder_missing")
        return items(staging)

    monkeypatch.setattr(FolderStaging, "list_items", broken)
    with pytest.raises(Unreachable):
        purge(house)
    assert personal(exchange) == []


def personal(exchange: ExchangeFolder) -> list[str]:
    """What holds people: everything but check files and notes."""
    return [n for n in exchange.names() if not n.startswith(("gallra-check-", "gallra-again-"))]


# --- killed at every step --------------------------------------------------------------------


class Killed(BaseException):
    """A `kill -9`, as far as this process can play it."""


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("step", range(12))
def test_killed_at_any_effect_on_the_exchange_folder_the_next_runs_finish_it(
    house: House,
    build: Builder,
    office: WorkbusterOffice,
    exchange: ExchangeFolder,
    monkeypatch: pytest.MonkeyPatch,
    step: int,
) -> None:
    """Every run, purge and proof is cut off once, just before or just after its n-th effect."""
    house.staging.put("export.csv", export(row("1000000001", TUVA), row("1000000002", OMAR)))
    for stage in ("import", "purge", "import", "prove"):
        if stage == "prove":
            office.import_workbooks()
            office.export_list()
        with monkeypatch.context() as patched:
            _kill_at(patched, step)
            with suppress(Killed):
                purge(build()) if stage == "purge" else run(build())
        purge(build()) if stage == "purge" else run(build())
        if stage == "purge":
            assert personal(exchange) == []
        elif stage == "import":
            assert len(personal(exchange)) == 1
    run(build())
    assert (unfinished(house), staged(house), exchange.names()) == (0, 0, [])
    assert sorted(r["case_reference"] for r in office.rows) == ["1000000001", "1000000002"]
    assert open_kinds(house) == []
    verify_ledger(house)


def _kill_at(patched: pytest.MonkeyPatch, step: int) -> None:
    effects = iter(range(1_000_000))

    def cut(name: str) -> None:
        whole = getattr(FolderStaging, name)

        def killed(staging: FolderStaging, *arguments: object) -> object:
            number = next(effects)
            if number == step // 2 and step % 2 == 0:
                raise Killed
            answer = whole(staging, *arguments)
            if number == step // 2:
                raise Killed
            return answer

        patched.setattr(FolderStaging, name, killed)

    cut("put")
    cut("delete_permanently")


# --- erasing one person ----------------------------------------------------------------------


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Office:
    """The people who decide, and who weed binders and mailboxes."""
    return Office(build, standing_clock)


def in_workbuster(house: House, build: Builder, office: WorkbusterOffice) -> str:
    """Tuva and Omar are in Workbuster, proven; Tuva's reference."""
    house.staging.put("export.csv", export(row("1000000001", TUVA), row("1000000002", OMAR)))
    run(house)
    office.import_workbooks()
    office.export_list()
    run(build())
    (found,) = find_by_national_id(house, TUVA[2])
    return found.ref


def ask(house: House, desk: Office, ref: str) -> Plan:
    """Tuva asks to be erased: approved, begun, and every place but Workbuster is weeded."""
    plan = ask_for_erasure(house, ref)
    desk.approve(plan)
    execute(desk.build(), plan.ref)
    desk.weed_by_hand(plan)
    return plan


def whys(done: Outcome) -> dict[str, Why]:
    return {one.system: one.why for one in done.left}


def wait_and_run(desk: Office) -> None:
    """The next scheduled runs: one that sees what was done, one after the policy's delay."""
    house = desk.build()
    run(house)
    desk.clock.pass_time(seconds=house.policy.erasure.verify_delay.total_seconds())
    run(desk.build())


@ON_POSTGRES_TOO
def test_nothing_is_erased_before_workbuster_is_proven_to_have_forgotten_the_person(
    house: House,
    build: Builder,
    office: WorkbusterOffice,
    exchange: ExchangeFolder,
    desk: Office,
) -> None:
    ref = in_workbuster(house, build, office)
    before = [count(house, table) for table in (subject, holding, engagement)]
    plan = ask(house, desk, ref)
    for _ in range(2):
        done = desk.execute(plan)
        assert done.state is PlanState.EXECUTING
        assert whys(done) == {
            "workbuster": Why.NEEDS_A_PERSON,
            house.own_system: Why.WAITS_FOR_OTHERS,
        }
        assert not done.is_wrong, "a person who has something to do is no failure"
    assert [count(house, table) for table in (subject, holding, engagement)] == before
    assert what_to_do(house) == {("anonymise_in_workbuster", plan.ref)}
    assert told(house).count("erasure.waiting") == 1
    (request,) = exchange.list_items()
    text = exchange.read(request).decode()
    assert "1000000001  Rusta och matcha" in text
    assert "1000000002" not in text
    assert "Tuva" not in text


def what_to_do(house: House) -> set[tuple[str, str]]:
    with reading(house.engine) as connection:
        return {
            (one.kind, one.ref)
            for one in to_dos.open_to_dos(connection, controller=house.controller)
        }


def test_once_the_list_shows_it_the_next_run_erases_the_person_by_itself(
    house: House,
    build: Builder,
    office: WorkbusterOffice,
    exchange: ExchangeFolder,
    desk: Office,
) -> None:
    plan = ask(house, desk, in_workbuster(house, build, office))
    office.anonymise("1000000001")
    wait_and_run(desk)
    assert count(house, subject) == 2, "no list shows it yet"
    office.export_list()
    run(build())
    assert count(house, subject) == 2, "it is asked again after the policy's delay"
    wait_and_run(desk)
    assert find_by_national_id(house, TUVA[2]) == []
    assert (count(house, subject), count(house, engagement)) == (1, 2), "the case number stays"
    assert outcome(house, plan.ref).state is PlanState.PROVEN
    assert of_plan(house, plan.ref).statement["given_up"] == []
    assert open_kinds(house) == []
    assert exchange.names() == []
    kinds = told(house)
    assert kinds.index("erasure.waiting") < kinds.index("erasure.done")
    assert kinds.count("erasure.done") == kinds.count("plan.proven") == 1
    verify_ledger(house)


def still_there(_: Table) -> None:
    """The list shows the person as before."""


def filtered(table: Table) -> None:
    del table[2]


def one_line_of_two(table: Table) -> None:
    table.append(["", "", "", "", "", "Nord", "1000000001", "Rusta och matcha"])


@pytest.mark.parametrize("wrong", [still_there, filtered, one_line_of_two])
@ON_POSTGRES_TOO
def test_a_list_that_shows_the_person_or_leaves_the_case_out_proves_no_erasure(
    house: House,
    build: Builder,
    office: WorkbusterOffice,
    desk: Office,
    wrong: Callable[[Table], None],
) -> None:
    plan = ask(house, desk, in_workbuster(house, build, office))
    office.export_list(change=wrong)
    wait_and_run(desk)
    assert count(house, subject) == 2
    assert ("anonymise_in_workbuster", plan.ref) in what_to_do(house)
    assert whys(outcome(house, plan.ref))["workbuster"] is Why.NEEDS_A_PERSON


@ON_POSTGRES_TOO
def test_a_list_from_before_the_request_proves_no_erasure(
    house: House, build: Builder, office: WorkbusterOffice, desk: Office
) -> None:
    ref = in_workbuster(house, build, office)
    office.anonymise("1000000001")
    office.export_list()
    plan = ask(house, desk, ref)
    for _ in range(2):
        assert whys(desk.execute(plan))["workbuster"] is Why.NEEDS_A_PERSON
    assert count(house, subject) == 2


@ON_POSTGRES_TOO
def test_a_workbook_that_waits_is_laid_again_without_the_erased_person(
    house: House,
    build: Builder,
    office: WorkbusterOffice,
    exchange: ExchangeFolder,
    desk: Office,
) -> None:
    ref = in_workbuster(house, build, office)
    house.staging.put(
        "2.csv", export(row("1000000001", ("Tuva", "Ny", TUVA[2])), row("1000000003", LINA))
    )
    run(build())
    ask(house, desk, ref)
    office.anonymise("1000000001")
    office.export_list()
    wait_and_run(desk)
    run(build())
    assert find_by_national_id(house, TUVA[2]) == []
    office.import_workbooks()
    office.export_list()
    run(build())
    assert {r["case_reference"]: r["given_name"] for r in office.rows} == {
        "1000000001": "",
        "1000000002": "Omar",
        "1000000003": "Lina",
    }
    assert (unfinished(house), exchange.names()) == (0, [])


@ON_POSTGRES_TOO
def test_nobody_is_asked_any_more_when_it_is_done_though_the_run_was_killed(
    house: House,
    build: Builder,
    office: WorkbusterOffice,
    desk: Office,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = ask(house, desk, in_workbuster(house, build, office))
    office.anonymise("1000000001")
    office.export_list()

    def killed(*_: object) -> NoReturn:
        raise Killed

    with monkeypatch.context() as patched, suppress(Killed):
        patched.setattr("tasks.erasing.case_erasing._stop_waiting", killed)
        execute(build(), plan.ref)
    assert what_to_do(house) == {("anonymise_in_workbuster", plan.ref)}
    wait_and_run(desk)
    assert (count(house, subject), open_kinds(house)) == (1, [])


@ON_POSTGRES_TOO
def test_nobody_is_asked_any_more_when_the_person_is_held_since(
    house: House, build: Builder, office: WorkbusterOffice, desk: Office
) -> None:
    ref = in_workbuster(house, build, office)
    plan = ask(house, desk, ref)
    hold(house, from_reference(SUBJECT, ref), "*")
    execute(build(), plan.ref)
    assert (count(house, subject), open_kinds(house)) == (2, [])


@ON_POSTGRES_TOO
def test_a_case_that_never_reached_workbuster_keeps_no_erasure_waiting_for_it(
    house: House, build: Builder, office: WorkbusterOffice, desk: Office
) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA), row("1000000002", OMAR)))
    run(house)
    (found,) = find_by_national_id(house, TUVA[2])
    ask(house, desk, found.ref)
    office.export_list()
    wait_and_run(desk)
    run(build())
    assert find_by_national_id(house, TUVA[2]) == []
    office.import_workbooks()
    assert [r["case_reference"] for r in office.rows] == ["1000000002"]


def test_the_watchdog_leaves_people_time_and_then_speaks(
    house: House, standing_clock: StandingClock
) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA)))
    run(house)
    purge(house)
    standing_clock.pass_time(days=3)
    assert "import_stuck" not in {alarm.kind for alarm in watch(house).standing}
    standing_clock.pass_time(days=1)
    assert "import_stuck" in {alarm.kind for alarm in watch(house).standing}


def test_the_system_is_the_real_one(house: House) -> None:
    assert isinstance(house.case_system, WorkbusterExchange)
