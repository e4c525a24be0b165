"""What lies or opens where it may not is mended on a work order: a role, a deadline, a reminder,
evidence, a second person; overdue is an open breach (A-58, A-82…A-86, A-104)."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import orjson
import pytest
from sqlalchemy import select

from connectors.accounts import MemoryAccounts
from connectors.documents import FolderDocuments
from connectors.memory import MemoryStaging
from lifecycle.access import Access, Member
from lifecycle.errors import Refused
from records.engines import reading
from records.tables import RECORDS, ledger_event
from tasks.access.agreeing import agree_removals
from tasks.access.reviewing import AccessCount, place_of
from tasks.access.reviewing import review as review_accounts
from tasks.house.parts import House
from tasks.house.scan_wiring import ScanPlace
from tasks.placing.findings import standing
from tasks.placing.scanning import scan
from tasks.watching.daily import WORK_ORDER_OVERDUE, watch
from tasks.work_orders.orders import confirm, finish, line, lines, remind, reveal
from tests.factories.houses import build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol

__all__ = ["build", "dialect", "house"]

PERSON = "Tuva Exempelsson 19850709-9805"
NOTE = "Omar Påhittad är sjukskriven."


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def surroundings(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server() -> MemoryStaging:
    return MemoryStaging(place="file-server")


@pytest.fixture
def looking(house: House, server: MemoryStaging) -> House:
    place = ScanPlace(FolderDocuments(server), "chef")
    return dataclasses.replace(house, scans={"file-server": place})


@pytest.fixture
def chef(house: House, standing_clock: StandingClock) -> Authenticator:
    return enrol(house, standing_clock, "rektor", "chef")


@pytest.fixture
def dpo(house: House, standing_clock: StandingClock, chef: Authenticator) -> Authenticator:
    return enrol(house, standing_clock, "ombud", "chef", "dpo", by=chef)


@pytest.fixture
def aftaa(house: House, standing_clock: StandingClock, chef: Authenticator) -> Authenticator:
    return enrol(house, standing_clock, "aftaa-1", "aftaa", by=chef)


def look(house: House) -> None:
    scan(house, only=["file-server"])


def remove_everything(server: MemoryStaging) -> None:
    for item in list(server.list_items()):
        server.delete_permanently(item)


def test_findings_of_a_look_are_one_order_and_the_same_again_is_none(
    looking: House, server: MemoryStaging, standing_clock: StandingClock
) -> None:
    server.put("a.txt", PERSON.encode())
    server.put("b.txt", NOTE.encode())
    look(looking)
    [order] = lines(looking)
    assert (order.what, order.system, order.role, order.items) == ("mend", "file-server", "chef", 2)
    assert order.due_on == "2026-11-16", "P14D in the policy"
    assert order.second_person
    assert order.evidence.startswith("datum")
    assert "lösenord" in order.how
    assert (order.state, order.overdue, order.seen_gone, order.plan) == ("open", False, 0, "")
    for _ in range(2):
        standing_clock.pass_time(days=1)
        look(looking)
        assert lines(looking) == [order]
    # What is found anew has a deadline of its own.
    server.put("c.txt", NOTE.encode())
    look(looking)
    first, second = lines(looking)
    assert first == order
    assert (second.items, second.due_on) == (1, "2026-11-18")


def test_who_says_that_it_is_mended_shows_a_code_and_evidence_and_another_one_looks(
    looking: House, server: MemoryStaging, chef: Authenticator, dpo: Authenticator
) -> None:
    server.put("Tuva.txt", PERSON.encode())
    look(looking)
    [order] = lines(looking)
    told = reveal(looking, order.ref, officer=chef.handle, code=chef.fresh())
    assert [part["found"]["where"] for part in told.values()] == ["Tuva.txt"]
    assert [part["found"]["rule"] for part in told.values()] == ["A-62"]
    assert kinds(looking).count("finding.shown") == 1
    remove_everything(server)
    look(looking)
    assert standing(looking) == []
    assert line(looking, order.ref).seen_gone == 1
    assert line(looking, order.ref).state == "open", "gone closes nothing by itself"
    with pytest.raises(Refused, match="evidence_missing"):
        finish(looking, order.ref, officer=chef.handle, code=chef.fresh(), evidence="Tuva")
    state = finish(looking, order.ref, officer=chef.handle, code=chef.fresh(), evidence="moved")
    assert state == "done"
    with pytest.raises(Refused, match="same_person"):
        confirm(looking, order.ref, officer=chef.handle, code=chef.fresh())
    assert confirm(looking, order.ref, officer=dpo.handle, code=dpo.fresh()) == "confirmed"
    assert lines(looking) == []
    look(looking)
    assert lines(looking) == []
    kept = b"".join(repr(row).encode() for row in every_row(looking))
    for part in (b"Tuva", b"Exempelsson", b"9805"):
        assert part not in kept


def test_what_is_there_after_all_is_on_another_order(
    looking: House,
    server: MemoryStaging,
    chef: Authenticator,
    dpo: Authenticator,
    standing_clock: StandingClock,
) -> None:
    server.put("a.txt", PERSON.encode())
    look(looking)
    [order] = lines(looking)
    finish(looking, order.ref, officer=chef.handle, code=chef.fresh(), evidence="mended")
    look(looking)
    assert [one.ref for one in lines(looking)] == [order.ref], "the second person has not looked"
    confirm(looking, order.ref, officer=dpo.handle, code=dpo.fresh())
    standing_clock.pass_time(hours=12)
    look(looking)
    [again] = lines(looking)
    assert again.ref != order.ref
    assert (again.items, again.seen_gone) == (1, 0)


def test_an_overdue_one_is_an_open_breach_and_its_role_is_reminded(
    looking: House, server: MemoryStaging, standing_clock: StandingClock
) -> None:
    server.put("Tuva.txt", PERSON.encode())
    look(looking)
    [order] = lines(looking)
    letters: list[str] = []

    class Mailbox:
        def write(self, *, subject: str, text: str, mark: str) -> None:
            letters.append(f"{subject}\n{text}\n{mark}")

    written = dataclasses.replace(looking, mailbox=Mailbox())
    assert remind(written) == 0
    standing_clock.pass_time(days=5)
    assert (remind(written), remind(written)) == (1, 0)
    assert f"Work order {order.ref}: 1 to mend in file-server, by 2026-11-16." in letters[0]
    assert "Tuva" not in letters[0]
    assert WORK_ORDER_OVERDUE not in {one.kind for one in watch(looking).standing}
    standing_clock.pass_time(days=10)
    assert line(looking, order.ref).overdue
    assert WORK_ORDER_OVERDUE in {one.kind for one in watch(looking).standing}


def test_who_has_not_the_role_sees_and_says_nothing(
    looking: House, server: MemoryStaging, aftaa: Authenticator
) -> None:
    server.put("a.txt", PERSON.encode())
    look(looking)
    [order] = lines(looking)
    with pytest.raises(Refused, match="role_may_not_finish"):
        reveal(looking, order.ref, officer=aftaa.handle, code=aftaa.fresh())
    with pytest.raises(Refused, match="role_may_not_finish"):
        finish(looking, order.ref, officer=aftaa.handle, code=aftaa.fresh(), evidence="moved")


# --- access ---------------------------------------------------------------------------------------


def account(holder: str, *roles: str) -> Access:
    return Access(key=f"k-{holder}", holder=holder, roles=roles)


def accounts_of(system: str, *held: Access, by_hand: bool = False) -> MemoryAccounts:
    accounts = MemoryAccounts(system=system)
    accounts.held = {each.key: each for each in held}
    accounts.by_hand = by_hand
    return accounts


def with_staff(house: House, accounts: MemoryAccounts, *staff: Member) -> House:
    return dataclasses.replace(
        house, accounts={accounts.system: accounts}, staff=lambda: list(staff)
    )


ANNA = Member(holder="anna@example.se", role="lärare")
BO_LEFT = Member(holder="bo@example.se", role="lärare", ends=date(2026, 10, 1))
SIV = Member(holder="siv@example.se", role="lärare")


def test_training_before_access_is_an_order_and_not_a_note(
    house: House, standing_clock: StandingClock
) -> None:
    accounts = accounts_of("omnius", account("anna@example.se"), account("siv@example.se"))
    trained = dataclasses.replace(SIV, trained_in=frozenset({"omnius"}))
    office = with_staff(house, accounts, ANNA, trained)
    review_accounts(office)
    [order] = lines(office)
    assert (order.system, order.role, order.items) == ("accounts.omnius", "chef", 1)
    assert (order.due_on, order.second_person) == ("2026-11-09", True)
    assert "utbildning" in order.how
    review_accounts(office)
    assert lines(office) == [order]
    standing_clock.pass_time(days=8)
    assert WORK_ORDER_OVERDUE in {one.kind for one in watch(office).standing}
    now_trained = dataclasses.replace(ANNA, trained_in=frozenset({"omnius"}))
    review_accounts(with_staff(house, accounts, now_trained, trained))
    assert line(office, order.ref).seen_gone == 1
    assert line(office, order.ref).state == "open"


def test_group_identities_and_too_wide_roles_go_to_who_answers_for_them(house: House) -> None:
    group = Access(key="k-0", holder="", roles=(), shared=True)
    review_accounts(with_staff(house, accounts_of("novo", group), ANNA))
    wide = account("anna@example.se", "Administratör")
    review_accounts(with_staff(house, accounts_of("workbuster", wide), ANNA))
    assert {(one.system, one.role, one.items) for one in lines(house)} == {
        ("accounts.novo", "verksamhetschef", 1),
        ("accounts.workbuster", "aftaa", 1),
    }


def test_a_leavers_account_that_no_machine_reaches_is_removed_by_hand_when_somebody_agreed(
    house: House,
    chef: Authenticator,
    aftaa: Authenticator,
    dpo: Authenticator,
    standing_clock: StandingClock,
) -> None:
    """A-104: Workbuster, by the list that AFTAA exports out of it."""
    held = (account("anna@example.se"), account("bo@example.se"), account("siv@example.se"))
    accounts = accounts_of("workbuster", *held, by_hand=True)
    accounts.told_at = standing_clock()
    office = with_staff(house, accounts, ANNA, BO_LEFT, SIV)
    assert review_accounts(office)["workbuster"] == AccessCount(accounts=3, standing=1, to_agree=1)
    assert lines(office) == [], "nobody agreed yet"
    [found] = standing(office, place=place_of("workbuster"))
    assert (found.sign, found.rule, found.owner) == ("left", "A-104", "aftaa")
    agree_removals(office, [found.ref], officer=chef.handle, code=chef.fresh())
    assert review_accounts(office)["workbuster"].to_agree == 0
    [order] = lines(office)
    assert (order.system, order.role, order.items) == ("accounts.workbuster", "aftaa", 1)
    assert "Workbuster" in order.how
    told = reveal(office, order.ref, officer=aftaa.handle, code=aftaa.fresh())
    assert told[found.ref]["found"]["where"] == "k-bo@example.se"
    standing_clock.pass_time(hours=1)
    finish(office, order.ref, officer=aftaa.handle, code=aftaa.fresh(), evidence="removed")
    confirm(office, order.ref, officer=dpo.handle, code=dpo.fresh())
    # The list is of before: it tells nothing of what was done since.
    review_accounts(office)
    assert lines(office) == []
    standing_clock.pass_time(hours=1)
    accounts.told_at = standing_clock()
    review_accounts(office)
    [again] = lines(office)
    assert again.items == 1, "the new list has it still"
    del accounts.held["k-bo@example.se"]
    assert review_accounts(office)["workbuster"] == AccessCount(accounts=2, removed=1)
    assert kinds(office).count("access.removed") == 1
    assert line(office, again.ref).seen_gone == 1


def test_agreeing_is_for_who_may_and_for_exactly_what_was_shown(
    house: House, chef: Authenticator, aftaa: Authenticator, standing_clock: StandingClock
) -> None:
    wide = account("anna@example.se", "Administratör")
    accounts = accounts_of("workbuster", wide, account("bo@example.se"), account("siv@example.se"))
    office = with_staff(house, accounts, ANNA, BO_LEFT, SIV)
    review_accounts(office)
    by_sign = {one.sign: one.ref for one in standing(office, place=place_of("workbuster"))}
    left, too_wide = by_sign["left"], by_sign["too_wide"]
    refused = [
        ([left], aftaa, "role_may_not_approve"),
        ([left, too_wide], chef, "removal_not_asked"),
        (["D-0000000000000"], chef, "finding_unknown"),
    ]
    for refs, who, why in refused:
        with pytest.raises(Refused, match=why):
            agree_removals(office, refs, officer=who.handle, code=who.fresh())
    with pytest.raises(Refused, match="code_wrong"):
        agree_removals(office, [left], officer=chef.handle, code=chef.wrong())
    assert review_accounts(office)["workbuster"].removed == 0
    agree_removals(office, [left, left], officer=chef.handle, code=chef.fresh())
    with pytest.raises(Refused, match="removal_agreed"):
        agree_removals(office, [left], officer=chef.handle, code=chef.fresh())
    # P7D in the policy: an agreement that old is asked for again.
    standing_clock.pass_time(days=7, seconds=1)
    count = review_accounts(office)["workbuster"]
    assert (count.removed, count.to_agree, len(accounts.held)) == (0, 1, 3)
    assert kinds(office).count("access.removal_lapsed") == 1
    agree_removals(office, [left], officer=chef.handle, code=chef.fresh())
    assert review_accounts(office)["workbuster"].removed == 1
    with pytest.raises(Refused, match="finding_cleared"):
        agree_removals(office, [left], officer=chef.handle, code=chef.fresh())


def test_an_agreement_is_for_that_matter_alone(house: House, chef: Authenticator) -> None:
    """Whom the list has back keeps the account; leaving again is agreed to again."""
    accounts = accounts_of(
        "workbuster", *(account(f"{name}@example.se") for name in ("anna", "bo", "siv"))
    )
    gone = with_staff(house, accounts, ANNA, BO_LEFT, SIV)
    review_accounts(gone)
    [found] = standing(gone, place=place_of("workbuster"))
    agree_removals(gone, [found.ref], officer=chef.handle, code=chef.fresh())
    back = dataclasses.replace(BO_LEFT, ends=None)
    assert review_accounts(with_staff(house, accounts, ANNA, back, SIV))["workbuster"].standing == 0
    count = review_accounts(gone)["workbuster"]
    assert (count.removed, count.to_agree) == (0, 1)
    assert len(accounts.held) == 3


def test_two_looks_at_once_open_one_order(looking: House, server: MemoryStaging) -> None:
    """A run that was killed after its order is open goes on with the same one."""
    server.put("a.txt", PERSON.encode())
    look(looking)
    before = lines(looking)
    server.put("b.txt", b"Inget.")
    look(looking)
    assert lines(looking) == before
    assert kinds(looking).count("work_order.opened") == 1
    assert timedelta(days=14) == date.fromisoformat(before[0].due_on) - date(2026, 11, 2)


def kinds(house: House) -> list[str]:
    with reading(house.engine) as connection:
        query = select(ledger_event.c.body).order_by(ledger_event.c.position)
        return [orjson.loads(body)["kind"] for body in connection.execute(query).scalars()]


def every_row(house: House) -> list[object]:
    with reading(house.engine) as connection:
        return [r for t in RECORDS.sorted_tables for r in connection.execute(select(t))]
