"""Former students get mail a few times a term, and nobody who said no: neither mail nor survey
(B-26…B-31; art. 21(2))."""

from __future__ import annotations

import dataclasses
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from connectors.mailing_list import write_list
from connectors.memory_system import MemoryRecord, MemorySystem
from lifecycle.barred import Barred
from lifecycle.errors import Misconfigured, Refused, Unreachable
from lifecycle.ledger import EventKind
from lifecycle.mailing import term_of
from lifecycle.policy.data import LegalBasis
from records.engines import reading
from records.tables import RECORDS, due
from tasks.consents import mailings
from tasks.consents.barring import end_bar, object_to, opt_out, restrict
from tasks.consents.mailings import Listed, lines, list_addresses
from tasks.erasing.finding import find_by_national_id
from tasks.erasing.inventory import take_inventory
from tasks.house.parts import House
from tasks.house.wiring import open_house
from tests.factories.databases import NewDatabase
from tests.factories.execution import LINA, OMAR, TUVA, narrowed
from tests.factories.houses import test_settings
from tests.factories.keys import StandingClock
from tests.factories.officers import enrol, events

ENDED = date(2026, 6, 5)


def student(
    who: tuple[str, str, str],
    *,
    mail: str = "",
    ended: date | None = ENDED,
    said_no: date | None = None,
    protected: bool = False,
) -> MemoryRecord:
    address = mail or f"{who[0].lower()}@example.se"
    return MemoryRecord(
        key=f"k-{who[2]}",
        kind="student",
        identifiers={"national_id": who[2], "email": address},
        fields={
            "identity": {"name": f"{who[0]} {who[1]}"},
            "national-id": {"national_id": who[2]},
            "contact": {"email": address, "address": "Provgatan 1"},
        },
        anchors={"training_ended": ended, "opted_out": said_no},
        protected=protected,
    )


@pytest.fixture
def dialect() -> str:
    return "sqlite"


@pytest.fixture
def register() -> MemorySystem:
    return MemorySystem(system="customer-register")


@pytest.fixture
def office(
    new_database: NewDatabase,
    tmp_path: Path,
    standing_clock: StandingClock,
    register: MemorySystem,
) -> Iterator[House]:
    settings = test_settings(
        tmp_path / "home", records=new_database("records"), keys=new_database("keys")
    )
    with open_house("bergqvist", settings=settings, now=standing_clock) as house:
        yield narrowed(house, systems={"customer-register": register})


def known(office: House, register: MemorySystem, *records: MemoryRecord) -> None:
    for record in records:
        register.put(record)
    take_inventory(office)


def ref(office: House, who: tuple[str, str, str]) -> str:
    [found] = find_by_national_id(office, who[2])
    return found if isinstance(found, str) else found.ref


def on_basis(office: House, basis: LegalBasis) -> House:
    """The decision about the legal basis was taken."""
    purposes = {
        name: one.model_copy(update={"legal_basis": basis})
        for name, one in office.policy.purposes.items()
    }
    policy = office.policy.model_copy(update={"purposes": purposes})
    policy._sha256 = "b" * 64
    return dataclasses.replace(office, policy=policy)


def listed(office: House, to: Path, name: str = "courses") -> tuple[Listed, list[str]]:
    told = list_addresses(office, name, to)
    header, *addresses = to.read_text(encoding="utf-8").split()
    assert header == "email"
    return told, addresses


def test_the_register_is_read_anew_and_the_file_is_its_owners_alone(
    office: House, register: MemorySystem, tmp_path: Path
) -> None:
    known(office, register, student(TUVA), student(OMAR, mail="Omar@Example.se"))
    told, addresses = listed(office, tmp_path / "a.csv")
    assert addresses == ["omar@example.se", "tuva@example.se"]
    assert told == Listed("courses", 2, 2, 0, 0)
    assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["a.csv"]
    found = register.find(f"k-{OMAR[2]}")
    assert found is not None
    found.fields["contact"]["email"] = ""
    told, addresses = listed(office, tmp_path / "b.csv")
    assert (told.unusable, addresses) == (1, ["tuva@example.se"])


def test_whoever_said_no_anywhere_gets_neither_mail_nor_survey(
    office: House, register: MemorySystem, tmp_path: Path
) -> None:
    known(office, register, student(TUVA), student(OMAR), student(LINA, said_no=date(2026, 9, 1)))
    told, addresses = listed(office, tmp_path / "a.csv")
    assert (addresses, told.said_no) == (["omar@example.se", "tuva@example.se"], 1)
    assert opt_out(office, ref(office, TUVA))
    for number, name in enumerate(("courses", "surveys")):
        told, addresses = listed(office, tmp_path / f"{number}.csv", name)
        assert (addresses, told.said_no) == (["omar@example.se"], 2)


def test_an_opt_out_is_carried_into_every_register_by_the_ordinary_rules(
    office: House, register: MemorySystem, standing_clock: StandingClock
) -> None:
    known(office, register, student(TUVA))
    who = ref(office, TUVA)

    def waiting() -> dict[str, str]:
        with reading(office.engine) as connection:
            return {row.rule: row.anchor_on for row in connection.execute(select(due))}

    assert "customer-register.opted-out" not in waiting()
    opt_out(office, who)
    assert waiting()["customer-register.opted-out"] == "2026-11-02"
    take_inventory(office)
    assert waiting()["customer-register.opted-out"] == "2026-11-02"
    boss = enrol(office, standing_clock, "chef", *office.policy.approvals.hold)

    end_bar(office, who, Barred.OPT_OUT, officer=boss.handle, code=boss.fresh())
    assert "customer-register.opted-out" not in waiting()


def test_objections_and_restrictions_close_this_door_too(
    office: House, register: MemorySystem, tmp_path: Path, standing_clock: StandingClock
) -> None:
    known(office, register, student(TUVA), student(OMAR))
    office = on_basis(office, LegalBasis.LEGITIMATE_INTERESTS)
    object_to(office, ref(office, TUVA), "mailings")
    boss = enrol(office, standing_clock, "chef", *office.policy.approvals.hold)
    restrict(
        office, ref(office, OMAR), review_on=date(2027, 2, 1), officer="chef", code=boss.fresh()
    )
    assert listed(office, tmp_path / "a.csv")[1] == []
    assert listed(office, tmp_path / "b.csv", "surveys")[1] == ["tuva@example.se"]


def test_without_a_consent_that_is_needed_nobody_is_written_to(
    office: House, register: MemorySystem, tmp_path: Path
) -> None:
    known(office, register, student(TUVA))
    office = on_basis(office, LegalBasis.CONSENT)
    told, addresses = listed(office, tmp_path / "a.csv")
    assert (addresses, told.said_no) == ([], 1)


def test_an_address_that_somebody_shares_who_said_no_is_on_no_list(
    office: House, register: MemorySystem, tmp_path: Path
) -> None:
    known(office, register, student(TUVA, mail="vi@example.se"), student(OMAR))
    omar = register.find(f"k-{OMAR[2]}")
    assert omar is not None
    opt_out(office, ref(office, TUVA))
    omar.fields["contact"]["email"] = omar.identifiers["email"] = "vi@example.se"
    assert listed(office, tmp_path / "a.csv")[1] == []


def test_a_pupil_of_today_is_not_mailed_and_a_protected_or_another_person_never(
    office: House, register: MemorySystem, tmp_path: Path
) -> None:
    known(office, register, student(TUVA, ended=None), student(OMAR), student(LINA))
    lina, omar = register.find(f"k-{LINA[2]}"), register.find(f"k-{OMAR[2]}")
    assert lina is not None
    assert omar is not None
    lina.protected = True
    omar.identifiers["national_id"] = TUVA[2]
    told, addresses = listed(office, tmp_path / "a.csv")
    assert (addresses, told.people, told.unusable) == ([], 2, 2)


def test_no_more_than_the_policy_says_in_a_term_and_a_second_try_on_a_day_is_none(
    office: House, register: MemorySystem, tmp_path: Path, standing_clock: StandingClock
) -> None:
    known(office, register, student(TUVA))
    for number in range(3):
        listed(office, tmp_path / f"{number}.csv")
        listed(office, tmp_path / f"{number}-again.csv")
        standing_clock.pass_time(days=1)
    with pytest.raises(Refused, match="mailing_too_often"):
        list_addresses(office, "courses", tmp_path / "more.csv")
    assert not (tmp_path / "more.csv").exists()
    assert [(one.name, one.listed, one.at_most) for one in lines(office)] == [
        ("courses", 3, 3), ("surveys", 0, None),
    ]  # fmt: skip
    standing_clock.pass_time(days=70)
    assert listed(office, tmp_path / "next-term.csv")[1] == ["tuva@example.se"]


def test_killed_before_the_file_it_is_counted_once_and_made_the_same_day(
    office: House, register: MemorySystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(office, register, student(TUVA))
    with monkeypatch.context() as patch:
        patch.setattr(mailings, "write_list", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            list_addresses(office, "courses", tmp_path / "a.csv")
    assert not (tmp_path / "a.csv").exists()
    listed(office, tmp_path / "a.csv")
    assert lines(office)[0].listed == 1


def test_no_address_is_kept_or_told(
    office: House, register: MemorySystem, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    known(office, register, student(TUVA))
    told, _ = listed(office, tmp_path / "a.csv")
    kept = repr(told) + caplog.text + repr(events(office, EventKind.MAILING_LISTED))
    with reading(office.engine) as connection:
        for table in RECORDS.sorted_tables:
            kept += repr(connection.execute(select(table)).all())
    assert "tuva@example" not in kept


def test_what_cannot_be_made_is_refused(
    office: House, register: MemorySystem, tmp_path: Path
) -> None:
    known(office, register, student(TUVA))
    with pytest.raises(Refused, match="mailing_unknown"):
        list_addresses(office, "adverts", tmp_path / "a.csv")
    (tmp_path / "a.csv").write_text("mine")
    with pytest.raises(Refused, match="mailing_file_exists"):
        list_addresses(office, "courses", tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == "mine"
    with pytest.raises(Refused, match="mailing_file_not_written"):
        list_addresses(office, "courses", tmp_path / "nowhere" / "a.csv")
    with pytest.raises(Misconfigured, match="mailing_place_not_readable"):
        list_addresses(narrowed(office, systems={}), "courses", tmp_path / "b.csv")
    register.failures.unreachable = True
    with pytest.raises(Unreachable):
        list_addresses(office, "courses", tmp_path / "b.csv")
    assert not (tmp_path / "b.csv").exists()


def test_what_a_killed_run_left_is_overwritten_and_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / ".a.csv.part").write_text("half")
    write_list(tmp_path / "a.csv", ["tuva@example.se"])
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.csv"]
    (tmp_path / "link.csv").symlink_to(tmp_path / "elsewhere.csv")
    with pytest.raises(Refused, match="mailing_file_exists"):
        write_list(tmp_path / "link.csv", [])
    assert not (tmp_path / "elsewhere.csv").exists()


@pytest.mark.parametrize(
    "hostile", ["=cmd|x@example.se", "+1@example.se", "a,b@example.se", '"a"@example.se']
)
def test_what_a_spreadsheet_would_run_or_split_is_on_no_list(
    office: House, register: MemorySystem, tmp_path: Path, hostile: str
) -> None:
    known(office, register, student(TUVA, mail=hostile))
    told, addresses = listed(office, tmp_path / "a.csv")
    assert (addresses, told.unusable) == ([], 1)


@pytest.mark.parametrize(
    ("today", "began"),
    [("2026-01-01", "2026-01-01"), ("2026-06-30", "2026-01-01"), ("2026-07-01", "2026-07-01"),
     ("2028-02-29", "2028-01-01")],
)  # fmt: skip
def test_terms_begin_where_the_policy_says(today: str, began: str) -> None:
    assert term_of(("01-01", "07-01"), date.fromisoformat(today)).isoformat() == began
    assert term_of(("08-15",), date(2026, 8, 14)) == date(2025, 8, 15)
