"""An exported form is taken in row by row: each answer of a known person, or set aside with its
reason; the same file twice is nothing new (A-45, A-46, A-56, A-99)."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from connectors.text_workbook import write_workbook
from lifecycle.bindings.consent_forms import ConsentForm, check_consent_forms
from lifecycle.errors import Changed, Misconfigured, Refused
from lifecycle.ledger import EventKind
from records.engines import reading
from records.tables import RECORDS, blind_index
from records.to_dos import open_to_dos
from tasks.consents import form_import as consent_import
from tasks.consents.form_import import Imported, import_bound, import_form
from tasks.consents.registering import lines, lines_of
from tasks.house.parts import House
from tests.factories import planning
from tests.factories.execution import OMAR, TUVA
from tests.factories.houses import Builder, build, dialect
from tests.factories.officers import events

__all__ = ["build", "dialect"]

HEADER = ["Personnummer", "E-post", "Datum", "Bild", "Blanketten", "Vem", "Fritext"]
IMAGE, FORM = "image.participant", "participant.first-meeting"
CANARY = "Kanariefågel Exempelsson"


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "samtycken.xlsx"


@pytest.fixture
def form(path: Path) -> ConsentForm:
    return ConsentForm(
        path=str(path),
        persons={"national_id": "Personnummer", "email": "E-post"},
        answers={"Bild": (IMAGE, "image.website"), "Blanketten": (FORM,)},
        given_on="Datum",
        giver_in="Vem",
        givers={"Jag själv": "participant", "Förälder": "pupil"},
        yes=("ja",),
        no=("nej",),
        then="keep",
    )


@pytest.fixture
def office(build: Builder, form: ConsentForm) -> House:
    house = build()
    planning.bring(house, planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    return dataclasses.replace(house, forms={"blankett": form})


def row(number: str = "", mail: str = "", *, on: str = "2026-10-01", image: str = "ja",
        form: str = "", by: str = "jag själv", note: str = CANARY) -> list[str]:  # fmt: skip
    return [number, mail, on, image, form, by, note]


def put(path: Path, *rows: list[str], header: list[str] = HEADER) -> str:
    path.write_bytes(write_workbook(header, rows))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def states(house: House, who: planning.Person) -> dict[str, str]:
    ref = planning.reference(house, who)
    return {one.question: one.state for one in lines_of(house, ref) if one.consent}


def test_each_row_is_a_persons_answers_with_the_files_digest_as_proof(
    office: House, path: Path
) -> None:
    digest = put(
        path,
        row(TUVA[2], "", image="Ja", form="nej"),
        row("", "Omar@example.se", image="", form="ja"),
    )
    assert import_form(office, "blankett") == Imported("blankett", digest, 2, 3, 3, ())
    assert states(office, TUVA) == {IMAGE: "valid", FORM: "consent_refused"}
    assert states(office, OMAR) == {FORM: "valid"}
    assert {one.evidence for one in lines(office)} == {digest}
    assert {one.start_on for one in lines(office)} == {"2026-01-07"}
    [event] = events(office, EventKind.CONSENTS_IMPORTED)
    assert event["facts"] == {"form": "blankett", "sha256": digest}


def test_the_same_file_twice_is_nothing_new_and_a_longer_one_only_what_is_new(
    office: House, path: Path
) -> None:
    put(path, row(TUVA[2]))
    assert import_form(office, "blankett").new == 1
    again = import_form(office, "blankett")
    assert (again.answers, again.new) == (1, 0)
    put(path, row(TUVA[2]), row(OMAR[2]), row(TUVA[2]))
    longer = import_form(office, "blankett")
    assert (longer.answers, longer.new) == (3, 1)
    assert len(events(office, EventKind.CONSENT_GIVEN)) == 2


def test_killed_before_the_commit_nothing_stands_and_the_next_run_does_it_all(
    office: House, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(path, row(TUVA[2]), row(OMAR[2]))
    with monkeypatch.context() as patch:
        patch.setattr(consent_import, "_note", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            import_form(office, "blankett")
    assert lines(office) == []
    assert events(office, EventKind.CONSENT_GIVEN) == []
    assert import_form(office, "blankett").new == 2


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (row("199001029801"), "consent_row_of_nobody"),
        (row("inget nummer"), "consent_row_of_nobody"),
        (row(), "consent_row_of_nobody"),
        (row(TUVA[2], "omar@example.se"), "consent_row_of_two"),
        (row(TUVA[2], on="i maj"), "consent_row_without_day"),
        (row(TUVA[2], on="2026-11-03"), "consent_row_without_day"),
        (row(TUVA[2], image="kanske"), "consent_row_without_answer"),
        (row(TUVA[2], by="Förälder"), "consent_given_by_other"),
        (row(TUVA[2], by="Grannen"), "consent_given_by_other"),
    ],
)
def test_what_does_not_fit_is_set_aside_by_row_and_the_rest_is_taken(
    office: House, path: Path, wrong: list[str], why: str
) -> None:
    put(path, wrong, row(OMAR[2]))
    done = import_form(office, "blankett")
    assert (done.rows, done.new, done.aside) == (2, 1, ((2, why),))
    assert states(office, TUVA) == {}
    assert states(office, OMAR) == {IMAGE: "valid"}
    [left] = [one for one in open_to_dos_of(office) if one.kind == "quarantined_consents"]
    assert (left.ref, left.number) == ("blankett", 1)
    put(path, row(OMAR[2]))
    import_form(office, "blankett")
    assert not [one for one in open_to_dos_of(office) if one.kind == "quarantined_consents"]


def open_to_dos_of(house: House) -> list:  # type: ignore[type-arg]
    with reading(house.engine) as connection:
        return open_to_dos(connection, controller=house.controller)


def test_two_who_share_an_address_are_told_apart_by_their_number_or_not_at_all(
    office: House, path: Path
) -> None:
    omar, tuva = (planning.person(office, who) for who in (OMAR, TUVA))
    with office.engine.begin() as connection:
        digest = connection.execute(
            select(blind_index.c.digest).where(
                blind_index.c.subject_id == omar, blind_index.c.kind == "email"
            )
        ).scalar_one()
        connection.execute(
            blind_index.insert().values(digest=digest, kind="email", subject_id=tuva)
        )
    put(path, row("", "omar@example.se"), row(TUVA[2], "omar@example.se"))
    done = import_form(office, "blankett")
    assert done.aside == ((2, "consent_row_of_two"),)
    assert states(office, TUVA) == {IMAGE: "valid"}


def test_a_question_about_others_is_none_of_this_persons(office: House, path: Path) -> None:
    only = office.forms["blankett"].model_copy(update={"answers": {"Bild": ("image.website",)}})
    put(path, row(TUVA[2]))
    done = import_form(dataclasses.replace(office, forms={"blankett": only}), "blankett")
    assert done.aside == ((2, "consent_row_of_another_kind"),)


@pytest.mark.parametrize(
    "header",
    [[*HEADER[:3], "Film", *HEADER[4:]], [*HEADER[:6], "Bild"], ["x"] * 7],
    ids=["renamed", "twice", "nothing"],
)
def test_a_form_with_other_columns_is_refused_whole(
    office: House, path: Path, header: list[str]
) -> None:
    put(path, row(TUVA[2]), header=header)
    with pytest.raises(Refused, match="consent_header_missing"):
        import_form(office, "blankett")
    assert lines(office) == []


def test_hostile_files_harm_nothing_and_formulas_are_text(office: House, path: Path) -> None:
    for content in (b"", b"PK\x03\x04 no workbook", b"\x00" * 1000):
        path.write_bytes(content)
        with pytest.raises(Refused, match="consent_form_not_readable"):
            import_form(office, "blankett")
    path.unlink()
    with pytest.raises(Refused, match="consent_form_not_readable"):
        import_form(office, "blankett")
    for no_file in (Path("/dev/null"), path.parent):
        with pytest.raises(Refused, match="consent_form_not_readable"):
            import_form(office, "blankett", no_file)
    put(path, row(TUVA[2], image='=HYPERLINK("http://example.se","ja")'))
    assert import_form(office, "blankett").aside == ((2, "consent_row_without_answer"),)


def test_nothing_of_a_row_but_its_answers_is_kept_or_told(
    office: House, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(path, row(TUVA[2], "tuva@example.se"), row("199001029801", "canary@example.se"))
    done = import_form(office, "blankett")
    told = repr(done) + caplog.text
    with reading(office.engine) as connection:
        for table in RECORDS.sorted_tables:
            told += repr(connection.execute(select(table)).all())
    for canary in (CANARY, "canary@example.se", "199001029801", "tuva@example.se", TUVA[2]):
        assert canary not in told


def test_a_file_that_is_registered_whole_may_be_deleted_and_another_one_is_not(
    office: House, path: Path
) -> None:
    form = office.forms["blankett"].model_copy(update={"then": "delete"})
    house = dataclasses.replace(office, forms={"blankett": form})
    put(path, row(TUVA[2]), row("199001029801"))
    [kept] = import_bound(house).done
    assert (kept.deleted, path.exists()) == (False, True)
    digest = put(path, row(TUVA[2]))
    [done] = import_bound(house).done
    assert (done.deleted, path.exists()) == (True, False)
    assert import_bound(house) == ((), ())
    put(path, row(OMAR[2]))
    with pytest.raises(Changed, match="file_no_longer_there"):
        consent_import.delete_export(path, digest)
    assert path.exists()


def test_one_form_that_is_refused_holds_up_no_other(
    office: House, path: Path, tmp_path: Path
) -> None:
    other = tmp_path / "annan.xlsx"
    other.write_bytes(b"PK\x03\x04 and then nothing")
    form = office.forms["blankett"]
    forms = {"annan": form.model_copy(update={"path": other}), "blankett": form}
    put(path, row(TUVA[2]))
    bound = import_bound(dataclasses.replace(office, forms=forms))
    assert bound.refused == (("annan", "consent_form_not_readable"),)
    assert [one.new for one in bound.done] == [1]


def test_a_form_that_is_not_bound_is_none(office: House) -> None:
    with pytest.raises(Refused, match="consent_form_unknown"):
        import_form(office, "andra")
    with pytest.raises(Misconfigured, match="consent_forms_not_bound"):
        import_form(dataclasses.replace(office, forms={}), "blankett")


def test_bindings_that_do_not_fit_the_policy_are_told(office: House, form: ConsentForm) -> None:
    def wrong(**changes: object) -> list[str]:
        return [
            message
            for _, message in check_consent_forms(
                {"blankett": form.model_copy(update=changes)}, office.policy
            )
        ]

    assert wrong() == []
    assert "has no consent 'image.websit'" in wrong(answers={"Bild": ("image.websit",)})[0]
    assert "has no such kind" in wrong(givers={"Jag själv": "nobody"})[0]
    assert "same header" in wrong(given_on="Bild")[0]
    with pytest.raises(ValueError, match="both yes and no"):
        ConsentForm(**(form.model_dump() | {"path": str(form.path), "no": ("JA",)}))
    with pytest.raises(ValueError, match="write giver"):
        ConsentForm(**(form.model_dump() | {"path": str(form.path), "giver": "participant"}))


def test_the_day_may_be_written_as_offices_write_it(office: House, path: Path) -> None:
    put(path, row(TUVA[2], on="1.10.2026"), row(OMAR[2], on="2026-10-02 14:31"))
    assert import_form(office, "blankett").new == 2
    assert {one.given_on for one in lines(office)} == {
        date(2026, 10, 1).isoformat(), "2026-10-02",
    }  # fmt: skip
