"""The main job, sentence by sentence, on twins in memory, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest
from sqlalchemy import func, select

from connectors.base import CaseKey
from connectors.folder import FolderStaging
from lifecycle.errors import KeyFailure, LedgerFailure, NotProven, Refused
from lifecycle.ledger import EventKind
from lifecycle.plan import PlanState
from lifecycle.references import (
    IMPORT,
    STAGED_FILE,
    SUBJECT,
    TO_DO,
    from_reference,
    to_reference,
)
from records import file_imports, to_dos
from records.engines import reading
from records.tables import blind_index, data_key, engagement, holding, ledger_event, subject
from tasks.erasing.finding import find_by_case, find_by_national_id
from tasks.house.parts import House
from tasks.house.reports import FileReport
from tasks.importing.deletions import delete_imported
from tasks.importing.intake import import_file
from tasks.importing.main_job import begin_import
from tasks.importing.purge import purge
from tasks.proving.keys import rotate_keys
from tasks.proving.proof import verify_ledger, witness
from tasks.watching.overview import overview
from tasks.work_orders.to_dos import close
from tests.factories.erasures import Office
from tests.factories.houses import (
    PEOPLE,
    Builder,
    build,
    dialect,
    export,
    house,
    row,
    surroundings,
)
from tests.factories.keys import StandingClock

__all__ = ["build", "dialect", "house", "surroundings"]

TUVA, OMAR, LINA = PEOPLE["Tuva"], PEOPLE["Omar"], PEOPLE["Lina"]
ROM = "Rusta och matcha"


def run_import(house: House) -> list[FileReport]:
    """What a scheduled import does."""
    reports = [import_file(house, ref) for ref in begin_import(house)]
    delete_imported(house)
    return reports


def staged(house: House) -> int:
    return sum(1 for _ in house.staging.list_items())


def in_case_system(house: House, *cases: str) -> dict[str, bool]:
    """Which cases the case system holds, and whether with a person."""
    keys = [CaseKey(case, ROM) for case in cases]
    return {
        state.key.case_reference: state.fingerprint is not None
        for state in house.case_system.read_back(keys)
    }


def count(house: House, table: object) -> int:
    with reading(house.engine) as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]


def kinds(house: House) -> list[str]:
    """The kinds of all ledger events, in order."""
    import orjson

    with reading(house.engine) as connection:
        bodies: Iterable[bytes] = connection.execute(
            select(ledger_event.c.body).order_by(ledger_event.c.position)
        ).scalars()
        return [orjson.loads(bytes(body))["kind"] for body in bodies]


def open_kinds(house: House) -> list[str]:
    with reading(house.engine) as connection:
        return [t.kind for t in to_dos.open_to_dos(connection, controller=house.controller)]


# --- the export is taken in, verified, and then deleted (A-97, A-98) -------------------------


def test_an_export_reaches_the_case_system_and_then_the_file_is_gone(house: House) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA), row("1000000002", OMAR)))
    (report,) = run_import(house)
    assert report.outcome == "imported"
    assert report.counts["accepted"] == report.counts["verified_cases"] == 2
    assert in_case_system(house, "1000000001", "1000000002") == {
        "1000000001": True,
        "1000000002": True,
    }
    assert staged(house) == 0


def test_the_ledger_tells_the_steps_in_their_order(house: House) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA)))
    run_import(house)
    told = [k for k in kinds(house) if k not in ("ledger.begun", "checkpoint.made")]
    assert told == [
        "staging.seen",
        "import.stored",
        "handover.verified",
        "handover.done",
        "deletion.intended",
        "deletion.done",
    ]
    assert verify_ledger(house).witnessed_size is not None


def test_a_checkpoint_is_witnessed_before_and_after_a_deletion(house: House) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA)))
    run_import(house)
    told = kinds(house)
    assert "checkpoint.made" in told[: told.index("deletion.intended")]
    assert "checkpoint.made" in told[told.index("deletion.done") :]


def test_one_person_may_fill_many_rows(house: House) -> None:
    rows = [row(f"100000000{n}", TUVA) for n in range(1, 6)]
    house.staging.put("export.csv", export(*rows))
    (report,) = run_import(house)
    assert (report.counts["new_people"], report.counts["new_cases"]) == (1, 5)


def test_the_same_bytes_are_never_imported_twice(house: House, build: Builder) -> None:
    data = export(row("1000000001", TUVA))
    house.staging.put("export.csv", data)
    run_import(house)
    house.staging.put("export again.csv", data)
    (again,) = run_import(build())
    assert (again.outcome, again.reason) == ("duplicate_file", "same_bytes")
    assert again.counts["accepted"] == 0
    assert count(house, engagement) == 1
    assert staged(house) == 0, "a copy of what is verified goes as well"


def test_a_changed_address_is_an_update_and_reaches_every_case(house: House) -> None:
    house.staging.put("1.csv", export(row("1000000001", TUVA), row("1000000002", TUVA)))
    run_import(house)
    house.staging.put("2.csv", export(row("1000000001", TUVA, street="Nygatan 2")))
    (report,) = run_import(house)
    assert report.counts["updated"] == 1
    assert report.counts["verified_cases"] == 2, "the other case shows the old address otherwise"
    assert count(house, subject) == 1


def test_a_break_off_date_is_an_update(house: House) -> None:
    house.staging.put("1.csv", export(row("1000000001", TUVA)))
    run_import(house)
    house.staging.put("2.csv", export(row("1000000001", TUVA, broke_off="2026-10-20")))
    (report,) = run_import(house)
    assert (report.counts["updated"], report.counts["new_cases"]) == (1, 0)
    with reading(house.engine) as connection:
        assert connection.execute(select(engagement.c.broke_off_on)).scalar_one() == "2026-10-20"


def test_a_row_exported_before_is_a_duplicate_and_still_verified(house: House) -> None:
    house.staging.put("1.csv", export(row("1000000001", TUVA)))
    run_import(house)
    house.staging.put("2.csv", export(row("1000000001", TUVA), row("1000000002", OMAR)))
    (report,) = run_import(house)
    assert report.reasons == {"exported_before": 1}
    assert report.counts["verified_cases"] == 2


def test_a_replaced_holding_leaves_no_key_behind(house: House) -> None:
    house.staging.put("1.csv", export(row("1000000001", TUVA)))
    run_import(house)
    house.staging.put("2.csv", export(row("1000000001", TUVA, street="Nygatan 2")))
    run_import(house)
    begin_import(house)
    with reading(house.keyring.engine) as connection:
        keys = set(connection.execute(select(data_key.c.id).where(data_key.c.id > 0)).scalars())
    with reading(house.engine) as connection:
        holdings = set(connection.execute(select(holding.c.id)).scalars())
    assert keys == holdings


# --- rows that are not simply accepted -------------------------------------------------------


def test_a_case_of_another_person_is_quarantined(house: House) -> None:
    house.staging.put("1.csv", export(row("1000000001", TUVA)))
    run_import(house)
    house.staging.put("2.csv", export(row("1000000001", OMAR), row("1000000002", OMAR)))
    (report,) = run_import(house)
    assert report.reasons == {"case_belongs_to_other_person": 1}
    assert open_kinds(house) == ["quarantined_rows"]


def test_an_identity_under_a_wholly_other_name_is_quarantined(house: House) -> None:
    house.staging.put("1.csv", export(row("1000000001", TUVA)))
    run_import(house)
    other = ("Berit", "Annorlunda", TUVA[2])
    house.staging.put("2.csv", export(row("1000000002", other)))
    (report,) = run_import(house)
    assert report.reasons == {"identity_with_other_name": 1}


def test_a_new_family_name_is_the_same_person(house: House) -> None:
    house.staging.put("1.csv", export(row("1000000001", TUVA)))
    run_import(house)
    house.staging.put("2.csv", export(row("1000000001", ("Tuva", "Nygift", TUVA[2]))))
    (report,) = run_import(house)
    assert report.counts["updated"] == 1


def test_nothing_of_a_quarantined_row_is_stored(house: House) -> None:
    house.staging.put("1.csv", export(row("1000000001", ("Tuva", "Exempelsson", "198507099806"))))
    (report,) = run_import(house)
    assert report.reasons == {"identity_checksum": 1}
    assert [count(house, t) for t in (subject, holding, engagement, blind_index)] == [0, 0, 0, 0]


def test_a_file_without_rows_is_never_deleted_by_the_import(house: House) -> None:
    house.staging.put("empty list.csv", export())
    (report,) = run_import(house)
    assert (report.outcome, report.reason) == ("rejected", "no_rows")
    assert staged(house) == 1


def test_a_truncated_file_waits_and_a_rejected_one_stays(house: House) -> None:
    house.staging.put("empty.xlsx", b"")
    house.staging.put("letter.xlsx", b"%PDF-1.7 not a workbook")
    outcomes = {report.reason: report.outcome for report in run_import(house)}
    assert outcomes == {"empty_file": "retry_later", "not_a_workbook": "rejected"}
    assert staged(house) == 2
    assert {r.outcome for r in run_import(house)} == {"retry_later"}, "a rejected one is not reread"


# --- nothing is deleted before it is verified at the destination -----------------------------


def test_a_case_that_the_case_system_does_not_show_keeps_the_file(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA)))
    with monkeypatch.context() as broken:
        broken.setattr(type(house.case_system), "read_back", lambda *_: iter(()))
        refs = begin_import(house)
        with pytest.raises(NotProven, match="cases_not_verified"):
            import_file(house, refs[0])
        assert delete_imported(house).gone == 0
    assert staged(house) == 1
    assert run_import(house) == [], "what an earlier run left is finished first; nothing is new"
    assert in_case_system(house, "1000000001") == {"1000000001": True}
    assert staged(house) == 0


def test_without_a_witness_nothing_is_deleted(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA)))

    def refuse(*_: object, **__: object) -> None:
        raise LedgerFailure("witness_not_written")

    monkeypatch.setattr(type(house.witnesses[0]), "take", refuse)
    with pytest.raises(LedgerFailure, match="no_witness"):
        run_import(house)
    with pytest.raises(LedgerFailure, match="no_witness"):
        purge(house)
    assert staged(house) == 1
    assert EventKind.DELETION_INTENDED not in kinds(house)


# --- the folder is emptied every day (A-101) -------------------------------------------------


def test_the_purge_takes_every_file_and_says_what_was_never_imported(house: House) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA)))
    run_import(house)
    house.staging.put("letter.xlsx", b"%PDF-1.7 not a workbook")
    house.staging.put("unseen.csv", export(row("1000000002", OMAR)))
    done = purge(house)
    assert (done.found, done.deleted, len(done.never_imported)) == (2, 2, 2)
    assert staged(house) == 0
    assert open_kinds(house) == ["export_again", "export_again"]
    assert kinds(house).count("file.never_imported") == 2
    assert "purge.proven_empty" in kinds(house)


def test_an_empty_folder_is_proven_empty_too(house: House) -> None:
    done = purge(house)
    assert (done.found, done.deleted) == (0, 0)
    assert "purge.proven_empty" in kinds(house)


def test_what_was_stored_before_the_purge_still_reaches_the_case_system(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA)))
    with monkeypatch.context() as broken:
        broken.setattr(type(house.case_system), "read_back", lambda *_: iter(()))
        with pytest.raises(NotProven):
            import_file(house, begin_import(house)[0])
        purge(house)
    assert staged(house) == 0
    begin_import(house)
    assert in_case_system(house, "1000000001") == {"1000000001": True}
    assert overview(house).unfinished_imports == 0


# --- finding and erasing one person (A-70, A-75, A-108) --------------------------------------


def test_a_person_is_found_by_number_or_case_and_the_ledger_remembers(house: House) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA), row("1000000002", OMAR)))
    run_import(house)
    (found,) = find_by_national_id(house, "850709-9805")
    assert [case.case_reference for case in found.cases] == ["1000000001"]
    assert find_by_case(house, "1000000001") == [found]
    assert find_by_national_id(house, LINA[2]) == []
    assert kinds(house).count("person.looked_up") == 3
    with pytest.raises(Refused, match="national_id_not_valid"):
        find_by_national_id(house, "850709-9806")


@pytest.fixture
def office(build: Builder, standing_clock: StandingClock) -> Office:
    return Office(build, standing_clock)


def test_an_erased_person_is_gone_everywhere_and_number_date_project_stay(
    house: House, office: Office
) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA), row("1000000002", OMAR)))
    run_import(house)
    (found,) = find_by_national_id(house, TUVA[2])
    done = office.erase(found.ref)
    assert (done.state, done.left) == (PlanState.PROVEN, ())
    assert find_by_national_id(house, TUVA[2]) == []
    assert in_case_system(house, "1000000001", "1000000002") == {"1000000002": True}
    with reading(house.engine) as connection:
        left = connection.execute(
            select(engagement).where(engagement.c.case_reference == "1000000001")
        ).one()
    assert (left.project, left.started_on) == ("Exempelenhet Nord", "2026-10-01")
    assert (left.subject_id, left.ends_on, left.broke_off_on) == (0, None, None)
    assert left.service == f"#{left.id}", "nothing of the service stays (A-108)"
    with pytest.raises(Refused, match="subject_unknown"):
        office.erase(found.ref)


def test_tomorrows_export_does_not_resurrect_silently(house: House, office: Office) -> None:
    house.staging.put("1.csv", export(row("1000000001", TUVA)))
    run_import(house)
    (found,) = find_by_national_id(house, TUVA[2])
    office.erase(found.ref)
    house.staging.put("2.csv", export(row("1000000001", TUVA), row("1000000002", OMAR)))
    (report,) = run_import(house)
    assert report.counts["returned"] == 1, "the policy takes a new engagement, and it is counted"
    (anew,) = find_by_national_id(house, TUVA[2])
    assert anew.ref != found.ref


def test_survivors_open_after_a_rotation_of_the_key(
    house: House, build: Builder, office: Office
) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA), row("1000000002", OMAR)))
    run_import(house)
    (tuva,) = find_by_national_id(house, TUVA[2])
    office.erase(tuva.ref)
    before = house.keyring.status().epoch
    assert rotate_keys(house).epoch == before + 1
    again = build()
    (omar,) = find_by_national_id(again, OMAR[2])
    number = from_reference(SUBJECT, omar.ref)
    with reading(again.engine) as connection:
        rows = connection.execute(
            select(holding.c.id, holding.c.subject_id, holding.c.category, holding.c.sealed)
        ).all()
    assert {r.subject_id for r in rows} == {number}
    opened = again.vault.open([(r.id, r.subject_id, r.category, bytes(r.sealed)) for r in rows])
    assert any(b"P\xc3\xa5hittad" in text for text in opened)
    assert verify_ledger(again).size == len(kinds(again)) - 1


# --- references ------------------------------------------------------------------------------


def test_reports_carry_references_and_counts_only(house: House) -> None:
    house.staging.put("Tuva Exempelsson.csv", export(row("1000000001", TUVA)))
    (report,) = run_import(house)
    told = repr(report) + repr(overview(house)) + repr(kinds(house))
    for value in ("Tuva", "Exempelsson", "8507099805", "Provgatan", "@example"):
        assert value not in told
    assert from_reference(STAGED_FILE, report.ref) > 0
    with reading(house.engine) as connection:
        found = file_imports.by_bytes(connection, controller=house.controller, sha256=report.sha256)
    assert found is not None
    assert to_reference(IMPORT, found.id).startswith("I-")


def test_what_a_program_left_in_the_folder_goes_without_a_to_do(house: House) -> None:
    house.staging.put("~$list.xlsx", b"lock")
    house.staging.put("list.xlsx.tmp", b"half")
    assert purge(house).deleted == 2
    assert staged(house) == 0
    assert open_kinds(house) == []


# --- what must not look like success ---------------------------------------------------------


def test_a_witness_that_lost_its_memory_stops_deletions_until_a_person_says_so(
    house: House,
) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA)))
    run_import(house)
    for file in (house.settings.home / "witness").iterdir():
        file.unlink()
    with pytest.raises(LedgerFailure, match="witness_shortened"):
        verify_ledger(house)
    house.staging.put("again.csv", export(row("1000000002", OMAR)))
    with pytest.raises(LedgerFailure, match="no_witness"):
        purge(house)
    assert staged(house) == 1
    witness(house, begin_anew=True)
    assert purge(house).deleted == 1
    assert verify_ledger(house).witnessed_size is not None


def test_a_file_overwritten_in_place_under_its_old_time_is_a_new_file(house: House) -> None:
    if not isinstance(house.staging, FolderStaging):
        pytest.skip("a twin in memory gives every version its own name")
    folder = house.settings.home / "staging"
    path = folder / "export.csv"
    path.write_bytes(export(row("1000000001", TUVA)))
    then = path.stat()
    for ref in begin_import(house):
        import_file(house, ref)
    other = export(row("1000000002", TUVA))
    with path.open("r+b") as file:
        file.write(other)
    os.utime(path, ns=(then.st_atime_ns, then.st_mtime_ns))
    assert path.stat().st_size == then.st_size
    assert delete_imported(house).gone == 0
    (report,) = run_import(house)
    assert report.counts["new_cases"] == 1
    assert staged(house) == 0


def test_a_file_that_is_still_being_written_waits(house: House) -> None:
    if not isinstance(house.staging, FolderStaging):
        pytest.skip("only a folder has writers")
    with (house.settings.home / "staging" / "upload.csv").open("wb") as upload:
        upload.write(export(row("1000000001", TUVA)))
        upload.flush()
        (report,) = run_import(house)
        assert (report.outcome, report.reason) == ("retry_later", "truncated")
        upload.write(row("1000000002", OMAR).encode())
    (report,) = run_import(house)
    assert report.counts["accepted"] == 2


def test_records_without_their_key_database_do_not_open(house: House, build: Builder) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA)))
    run_import(house)
    with house.keyring.engine.begin() as connection:
        for table in ("named_key", "data_key", "epoch"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    with pytest.raises(KeyFailure, match="key_database_lost"):
        build()


# --- what a person must do -------------------------------------------------------------------


def test_a_to_do_is_closed_by_a_person_once_and_the_ledger_has_it(house: House) -> None:
    house.staging.put("letter.xlsx", b"%PDF-1.7 not a workbook")
    purge(house)
    (to_do,) = overview(house).to_dos
    close(house, to_reference(TO_DO, to_do.id))
    assert overview(house).to_dos == ()
    assert kinds(house)[-1] == "to_do.closed"
    with pytest.raises(Refused, match="to_do_unknown"):
        close(house, to_reference(TO_DO, to_do.id))


def test_what_lies_there_unseen_is_never_called_empty(house: House) -> None:
    house.staging.put("export.csv", export(row("1000000001", TUVA)))
    (waiting,) = overview(house).files
    assert waiting.ref is None


def test_an_identity_number_in_the_case_column_is_never_stored_in_clear(house: House) -> None:
    house.staging.put("1.csv", export(row(TUVA[2][2:], TUVA)))
    (report,) = run_import(house)
    assert report.reasons == {"case_format": 1}
    assert count(house, engagement) == 0
