"""What a list of accounts promises that somebody exports: whole and of late, or none; and a person
removes what stands on it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.accounts import Accounts, MemoryAccounts
from connectors.accounts_list import ListedAccounts
from lifecycle.access import Access
from lifecycle.bindings.accounts import AccountsFile
from lifecycle.errors import Refused, Unreachable

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
HEAD = "Namn;Id;E-post;Behörighet;Grupp;Kurs slut\n"
LINES = (
    "Anna;k-1;anna@example.se;Coach;nej;\n"
    "Reception;k-2;;Coach, Arbetsledare;ja;\n"
    "Lo;k-3;lo@example.se;Coach;;2026-06-05\n"
)
COLUMNS = {
    "Id": "key", "E-post": "holder", "Behörighet": "roles", "Grupp": "shared",
    "Kurs slut": "course_ends",
}  # fmt: skip
HELD = [
    Access(key="k-1", holder="anna@example.se", roles=("Coach",)),
    Access(key="k-2", holder="", roles=("Coach", "Arbetsledare"), shared=True),
    Access(
        key="k-3", holder="lo@example.se", roles=("Coach",), course_ends=date(2026, 6, 5)
    ),
]  # fmt: skip


def listed(file: Path) -> ListedAccounts:
    binding = AccountsFile.model_validate(
        {"kind": "file", "path": str(file), "columns": COLUMNS, "longest": "P7D"},
    )
    zone = ZoneInfo("Europe/Stockholm")
    return ListedAccounts(binding, system="workbuster", zone=zone, now=lambda: NOW)


def exported(file: Path, text: str, *, at: datetime = NOW) -> None:
    file.write_text(text, encoding="utf-8")
    os.utime(file, (at.timestamp(), at.timestamp()))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "konton.csv"
    exported(file, HEAD + LINES)
    return file


@pytest.fixture(params=["memory", "file"])
def world(request: pytest.FixtureRequest, file: Path) -> tuple[Accounts, Callable[[], object]]:
    if request.param == "file":
        return listed(file), file.unlink
    twin = MemoryAccounts(system="workbuster")
    twin.by_hand, twin.told_at = True, NOW
    twin.held = {each.key: each for each in HELD}
    return twin, lambda: setattr(twin, "unreachable", True)


def test_every_account_is_told_and_when(world: tuple[Accounts, object]) -> None:
    accounts, _ = world
    assert list(accounts.accounts()) == HELD
    assert accounts.as_of() == NOW
    assert accounts.by_hand
    assert accounts.is_there("k-2")
    assert not accounts.is_there("k-9")


def test_no_machine_removes_one(world: tuple[Accounts, object]) -> None:
    accounts, _ = world
    with pytest.raises(Refused, match="removed_by_hand"):
        accounts.remove("k-1")
    assert accounts.is_there("k-1")


def test_silence_is_no_absence(world: tuple[Accounts, Callable[[], object]]) -> None:
    accounts, away = world
    away()
    asked: tuple[Callable[[], object], ...] = (
        lambda: list(accounts.accounts()),
        lambda: accounts.is_there("k-1"),
        accounts.as_of,
    )
    for ask in asked:
        with pytest.raises(Unreachable):
            ask()


def test_an_old_list_is_none(file: Path) -> None:
    exported(file, HEAD + LINES, at=NOW - timedelta(days=7))
    assert len(list(listed(file).accounts())) == 3
    exported(file, HEAD + LINES, at=NOW - timedelta(days=7, seconds=1))
    with pytest.raises(Unreachable, match="account_list_stale"):
        list(listed(file).accounts())


def test_a_list_of_a_day_to_come_is_none(file: Path) -> None:
    """It would never grow old, and whatever was mended would never have been mended since."""
    exported(file, HEAD + LINES, at=NOW + timedelta(minutes=59))
    assert len(list(listed(file).accounts())) == 3
    exported(file, HEAD + LINES, at=NOW + timedelta(hours=1, seconds=1))
    with pytest.raises(Unreachable, match="account_list_stale"):
        list(listed(file).accounts())


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        HEAD,
        HEAD.replace("E-post", "Epost") + LINES,
        HEAD.replace("Namn", "Id") + LINES,
        HEAD + LINES.replace("k-2", ""),
        HEAD + LINES.replace("k-2", "k-1"),
        HEAD + LINES.replace("2026-06-05", "i juni"),
    ],
)
def test_half_a_list_is_none(file: Path, wrong: str) -> None:
    exported(file, wrong)
    with pytest.raises(Refused, match="account_list_malformed") as refused:
        list(listed(file).accounts())
    assert "example" not in str(refused.value)
