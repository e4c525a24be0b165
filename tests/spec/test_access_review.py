"""Who leaves loses the account, a teacher's access ends with the course, nobody has more than the
work needs (A-78, A-79, A-86, A-104…A-107, B-10)."""

from __future__ import annotations

import dataclasses
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select

from connectors.accounts import MemoryAccounts
from connectors.staff_list import read_staff
from lifecycle.access import Access, Matter, Member, review
from lifecycle.bindings.accounts import StaffFile
from lifecycle.bindings.load import parse_bindings
from lifecycle.errors import NotProven, Refused, Unreachable
from lifecycle.policy.load import load_policy
from records.engines import reading
from records.tables import RECORDS, ledger_event
from records.to_dos import open_to_dos
from tasks.access.agreeing import agree_removals
from tasks.access.reviewing import TO_DO, AccessCount, place_of
from tasks.access.reviewing import review as review_accounts
from tasks.house.parts import House
from tasks.house.scan_wiring import staff_list
from tasks.placing.findings import reveal, standing
from tests.factories.houses import build, dialect, house, surroundings
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol

__all__ = ["build", "dialect", "house", "surroundings"]

POLICIES = Path(__file__).resolve().parents[2] / "policies"
ACADEMEDIA = load_policy(POLICIES / "academedia.yaml")
BERGQVIST = load_policy(POLICIES / "bergqvist.yaml")
TODAY = date(2026, 11, 2)


def account(holder: str, *roles: str, **more: object) -> Access:
    return Access(key=f"k-{holder}", holder=holder, roles=roles, **more)  # type: ignore[arg-type]


def member(holder: str, role: str = "lärare", ends: str | None = None, **more: object) -> Member:
    day = None if ends is None else date.fromisoformat(ends)
    return Member(holder=holder, role=role, ends=day, **more)  # type: ignore[arg-type]


def matters(system: str, one: Access, *staff: Member) -> list[tuple[Matter, str, bool]]:
    policy = BERGQVIST if system == "schoolity" else ACADEMEDIA
    found = review(policy, system, [one], staff, today=TODAY)
    return [(breach.matter, breach.rule, breach.goes) for breach in found]


def test_who_left_loses_the_account_the_day_after() -> None:
    anna = account("anna@example.se", "Coach")
    assert matters("workbuster", anna, member("Anna@Example.se ", ends="2026-11-01")) == [
        (Matter.LEFT, "A-104", True)
    ]
    assert not matters("workbuster", anna, member("anna@example.se", ends="2026-11-02"))
    assert not matters("workbuster", anna, member("anna@example.se"))
    # Left, and came back: the list has two lines.
    again = [member("anna@example.se", ends="2026-06-30"), member("anna@example.se")]
    assert not matters("workbuster", anna, *again)


def test_who_is_on_no_list_is_told_and_never_removed() -> None:
    stranger = account("okand@example.se", "Coach")
    assert matters("workbuster", stranger, member("anna@example.se")) == [
        (Matter.UNKNOWN_HOLDER, "A-104", False)
    ]
    # Without a list nobody can tell anything.
    assert not matters("workbuster", stranger)


@pytest.mark.parametrize(
    ("work", "level", "too_wide"),
    [
        ("lärare", "Coach", False),
        ("Handledare", "coach", False),
        ("lärare", "Arbetsledare", True),
        ("lärare", "Administratör", True),
        ("enhetschefer", "Arbetsledare", False),
        ("enhetschefer", "Coach", False),
        ("enhetschefer", "Administratör", True),
        ("AFTAA", "Administratör", False),
        ("vaktmästare", "Coach", True),
    ],
)
def test_nobody_has_a_wider_level_than_the_work_needs(
    work: str, level: str, too_wide: bool
) -> None:
    found = matters(
        "workbuster", account("anna@example.se", level), member("anna@example.se", work)
    )
    assert found == ([(Matter.TOO_WIDE, "A-105", False)] if too_wide else [])


def test_no_account_is_a_groups() -> None:
    staff = member("anna@example.se")
    assert matters("novo", account("", "lärare"), staff) == [(Matter.SHARED, "A-79", False)]
    assert (Matter.SHARED, "A-79", False) in matters(
        "novo", account("reception@example.se", shared=True), staff
    )
    assert not matters("novo", account("anna@example.se"), staff)
    # In Novo a leaver is told; nothing is removed there.
    assert matters(
        "novo", account("bo@example.se"), member("bo@example.se", ends="2026-01-01")
    ) == [(Matter.LEFT, "A-78", False)]


def test_nobody_has_access_before_training() -> None:
    anna = account("anna@example.se")
    assert matters("omnius", anna, member("anna@example.se")) == [(Matter.UNTRAINED, "A-86", False)]
    trained = member("anna@example.se", trained_in=frozenset({"omnius"}))
    assert not matters("omnius", anna, trained)
    assert matters("pingpong", anna, trained) == [(Matter.UNTRAINED, "A-86", False)]


def test_a_teachers_access_ends_with_the_course() -> None:
    over, runs = date(2026, 11, 1), date(2026, 11, 2)
    assert matters("schoolity", account("lo@example.se", "Lärare", course_ends=over)) == [
        (Matter.COURSE_OVER, "B-10", True)
    ]
    assert not matters("schoolity", account("lo@example.se", "Lärare", course_ends=runs))
    assert not matters("schoolity", account("lo@example.se", "Lärare"))
    assert not matters("schoolity", account("lo@example.se", "Administration", course_ends=over))


def test_what_is_found_says_nothing_of_a_person() -> None:
    left = member("anna@example.se", ends="2026-01-01")
    (found,) = review(
        ACADEMEDIA, "workbuster", [account("anna@example.se", "Coach")], [left], today=TODAY
    )
    assert "anna" not in repr(found) + repr(left) + repr(account("anna@example.se"))


@pytest.fixture
def workbuster() -> MemoryAccounts:
    accounts = MemoryAccounts(system="workbuster")
    for name in ("anna", "bo", "siv"):
        each = account(f"{name}@example.se", "Coach")
        accounts.held[each.key] = each
    return accounts


@pytest.fixture
def chef(house: House, standing_clock: StandingClock) -> Authenticator:
    return enrol(house, standing_clock, "rektor", "chef")


def agree(house: House, chef: Authenticator, *, system: str = "workbuster") -> int:
    """Somebody who may agrees to every removal that the policy asks for now."""
    review_accounts(house, remove=False)
    found = standing(house, place=place_of(system))
    refs = [one.ref for one in found if one.sign in {"left", "course_over"}]
    return agree_removals(house, refs, officer=chef.handle, code=chef.fresh())


def reviewing(house: House, accounts: MemoryAccounts, *staff: Member) -> House:
    return dataclasses.replace(
        house, accounts={accounts.system: accounts}, staff=lambda: list(staff)
    )


STAFF = (
    member("anna@example.se"),
    member("bo@example.se", ends="2026-10-01"),
    member("siv@example.se"),
)


def test_an_account_is_removed_with_agreement_intent_proof_and_ledger(
    house: House, workbuster: MemoryAccounts, chef: Authenticator
) -> None:
    office = reviewing(house, workbuster, *STAFF)
    told = review_accounts(office)["workbuster"]
    assert told == AccessCount(accounts=3, standing=1, to_agree=1)
    assert _to_dos(office) == [("workbuster", 1)]
    (found,) = standing(office, place=place_of("workbuster"))
    assert (found.sign, found.rule) == ("left", "A-104")
    assert reveal(office, found.ref)[1] == "k-bo@example.se"
    assert len(workbuster.held) == 3, "nobody agreed"
    assert agree_removals(office, [found.ref], officer=chef.handle, code=chef.fresh()) == 1
    assert len(workbuster.held) == 3, "a review removes it"
    count = review_accounts(office)["workbuster"]
    assert (count.removed, count.standing) == (1, 0)
    assert set(workbuster.held) == {"k-anna@example.se", "k-siv@example.se"}
    kinds = [each["kind"] for each in _events(office)]
    order = [kind for kind in kinds if kind.startswith("access.")]
    assert order == [
        *("access.reviewed", "access.removal_agreed"),
        *("access.removal_intended", "access.removed", "access.reviewed"),
    ]
    assert _to_dos(office) == []
    everything = b"".join(repr(tuple(row)).encode() for row in _all_rows(office))
    assert b"bo@example" not in everything
    assert review_accounts(office)["workbuster"] == AccessCount(accounts=2)


@pytest.mark.parametrize("lost", [True, False])
def test_a_removal_that_was_cut_short_is_finished_by_the_next_review(
    house: House, workbuster: MemoryAccounts, chef: Authenticator, lost: bool
) -> None:
    office = reviewing(house, workbuster, *STAFF)
    agree(office, chef)
    if lost:
        workbuster.lost_answers = 1
    else:
        workbuster.locked.add("k-bo@example.se")
    first = review_accounts(office)["workbuster"]
    assert not first.reached if lost else (first.kept, first.standing) == (1, 1)
    workbuster.locked.clear()
    second = review_accounts(office)["workbuster"]
    assert (second.removed, second.standing) == (1, 0)
    assert [e["kind"] for e in _events(office)].count("access.removed") == 1
    assert [e["kind"] for e in _events(office)].count("access.removal_intended") == 1


def test_whom_the_list_has_back_keeps_the_account(
    house: House, workbuster: MemoryAccounts, chef: Authenticator
) -> None:
    """A removal that was cut short is not finished when it would not be begun today."""
    workbuster.locked.add("k-bo@example.se")
    wrong = reviewing(house, workbuster, *STAFF)
    agree(wrong, chef)
    assert review_accounts(wrong)["workbuster"].kept == 1
    workbuster.locked.clear()

    def silent() -> list[Member]:
        raise Unreachable("staff_list_unreachable")

    assert not review_accounts(dataclasses.replace(wrong, staff=silent))["workbuster"].reached
    assert len(workbuster.held) == 3
    right = reviewing(house, workbuster, *STAFF[:1], member("bo@example.se"), *STAFF[2:])
    assert review_accounts(right)["workbuster"] == AccessCount(accounts=3)
    assert "k-bo@example.se" in workbuster.held
    assert "access.removed" not in [each["kind"] for each in _events(house)]


def test_an_account_that_is_still_there_is_not_called_removed(
    house: House,
    workbuster: MemoryAccounts,
    chef: Authenticator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = reviewing(house, workbuster, *STAFF)
    agree(office, chef)
    monkeypatch.setattr(workbuster, "remove", lambda key: None)
    with pytest.raises(NotProven, match="account_still_there"):
        review_accounts(office)
    assert len(standing(office, place=place_of("workbuster"))) == 1


def test_a_system_or_a_list_that_does_not_answer_removes_nobody(
    house: House, workbuster: MemoryAccounts
) -> None:
    office = reviewing(house, workbuster, *STAFF)
    workbuster.unreachable = True
    assert review_accounts(office) == {
        "workbuster": AccessCount(reached=False, why="system_unreachable")
    }
    workbuster.unreachable = False

    def silent() -> list[Member]:
        raise Unreachable("staff_list_unreachable")

    assert not review_accounts(dataclasses.replace(office, staff=silent))["workbuster"].reached
    assert len(workbuster.held) == 3


def test_when_nearly_everybody_would_go_somebody_has_to_look(
    house: House, workbuster: MemoryAccounts, chef: Authenticator
) -> None:
    staff = [member("anna@example.se")]
    for number in range(25):
        each = account(f"nr{number}@example.se", "Coach")
        workbuster.held[each.key] = each
        staff.append(member(each.holder, ends="2026-01-31"))
    office = reviewing(house, workbuster, *staff)
    assert agree(office, chef) == 25
    with pytest.raises(NotProven, match="too_many_leavers"):
        review_accounts(office)
    assert len(workbuster.held) == 28
    assert review_accounts(office, accept_many=True)["workbuster"].removed == 25


@pytest.mark.parametrize(
    ("of", "going", "asks"),
    [(8, 3, True), (9, 3, False), (9, 4, True), (3, 3, True), (3, 2, False), (50, 17, True)],
)
def test_in_a_small_office_somebody_looks_as_well(
    house: House, chef: Authenticator, of: int, going: int, asks: bool
) -> None:
    accounts, staff = MemoryAccounts(system="workbuster"), []
    for number in range(of):
        each = account(f"nr{number}@example.se", "Coach")
        accounts.held[each.key] = each
        staff.append(member(each.holder, ends="2026-01-31" if number < going else None))
    office = reviewing(house, accounts, *staff)
    agree(office, chef)
    if asks:
        with pytest.raises(NotProven, match="too_many_leavers"):
            review_accounts(office)
        assert len(accounts.held) == of
        kinds = [event["kind"] for event in _events(office)]
        assert "access.removal_intended" not in kinds
        assert len(standing(office, place=place_of("workbuster"))) == going, "to be looked at"
    assert review_accounts(office, accept_many=asks)["workbuster"].removed == going
    assert len(accounts.held) == of - going


def test_what_a_person_judged_and_mended_closes_itself(
    house: House, workbuster: MemoryAccounts
) -> None:
    staff = [*STAFF[:1], *STAFF[2:], member("bo@example.se")]
    workbuster.held["k-siv@example.se"] = account("siv@example.se", "Administratör")
    office = reviewing(house, workbuster, *staff)
    assert review_accounts(office)["workbuster"].standing == 1
    assert _to_dos(office) == [], "nothing is removed here: it is on a work order"
    workbuster.held["k-siv@example.se"] = account("siv@example.se", "Coach")
    assert review_accounts(office)["workbuster"].standing == 0
    assert _to_dos(office) == []


COLUMNS = {
    "E-post": "holder", "Befattning": "role", "Slut": "ends", "Utbildad i": "trained_in",
}  # fmt: skip


def test_a_list_of_staff_is_read_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "personal.csv"
    binding = StaffFile.model_validate({"kind": "file", "path": str(file), "columns": COLUMNS})
    with pytest.raises(Unreachable, match="staff_list_unreachable"):
        read_staff(binding)
    head = "Namn;E-post;Befattning;Slut;Utbildad i\n"
    good = "Anna;anna@example.se;Lärare;2026-10-01;Omnius, PingPong\n"
    file.write_text(head + good + "Bo;bo@example.se;Handledare;;\n", encoding="utf-8")
    first, second = read_staff(binding)
    assert first == member(
        "anna@example.se", "Lärare", "2026-10-01", trained_in=frozenset({"omnius", "pingpong"})
    )
    assert second.ends is None
    for wrong in (
        head.replace("Slut", "Sluttid") + good,
        head + good.replace("2026-10-01", "i höst"),
        head + good.replace("2026-10-01", "2026-10-01 eller senare"),
        head + good.replace("2026-10-01", "1899-12-31"),
        head + good.replace("2026-10-01", "0206-10-01"),
        head + good.replace("anna@example.se", ""),
        head,
    ):
        file.write_text(wrong, encoding="utf-8")
        with pytest.raises(Refused, match="staff_list_malformed"):
            read_staff(binding)


def _events(house: House) -> list[dict[str, object]]:
    with reading(house.engine) as connection:
        query = select(ledger_event.c.body).order_by(ledger_event.c.position)
        return [orjson.loads(body) for body in connection.execute(query).scalars()]


def _to_dos(house: House) -> list[tuple[str, int]]:
    with reading(house.engine) as connection:
        found = open_to_dos(connection, controller=house.controller)
    return [(one.ref, one.number) for one in found if one.kind == TO_DO]


def _all_rows(house: House) -> list[object]:
    with reading(house.engine) as connection:
        return [r for t in RECORDS.sorted_tables for r in connection.execute(select(t))]


def test_the_list_of_staff_may_be_another_systems_table(
    house: House, chef: Authenticator, tmp_path: Path
) -> None:
    db = tmp_path / "payroll.db"
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("CREATE TABLE people (mail TEXT, work TEXT, last_day DATE)")
        connection.executemany(
            "INSERT INTO people VALUES (?, ?, ?)",
            [("anna@example.se", "AFTAA", None), ("bo@example.se", "lärare", "2026-10-31")],
        )
    text = (house.settings.systems / "academedia.yaml").read_text(encoding="utf-8")
    text += (
        f"\nstaff:\n  kind: sql\n  url: sqlite:///{db}\n  table: people\n  holder: mail\n"
        "  role: work\n  ends: last_day\n"
    )
    bindings = parse_bindings(
        text.encode(), name="academedia.yaml", policy=house.policy,
        environment=house.settings.environment,
    )  # fmt: skip
    accounts = MemoryAccounts(system="workbuster")
    for holder in ("anna@example.se", "bo@example.se"):
        accounts.held[f"k-{holder}"] = account(holder, "Coach")
    office = dataclasses.replace(
        house,
        accounts={"workbuster": accounts},
        staff=staff_list(bindings, house.policy, house.settings),
    )
    agree(office, chef)
    assert review_accounts(office)["workbuster"].removed == 1
    assert set(accounts.held) == {"k-anna@example.se"}
    # A table that is gone, or empty, makes nobody a leaver.
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("DELETE FROM people")
    with pytest.raises(Refused, match="staff_list_malformed"):
        review_accounts(office)
    db.unlink()
    assert not review_accounts(office)["workbuster"].reached
    assert set(accounts.held) == {"k-anna@example.se"}
