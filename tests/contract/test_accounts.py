"""What the accounts of a system promise, whether they are a dictionary or a table."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.accounts import Accounts, MemoryAccounts, SqlAccounts
from lifecycle.access import Access
from lifecycle.bindings.accounts import SqlAccounts as Binding
from lifecycle.errors import Refused, Unreachable

HELD = [
    Access(key="1", holder="anna@example.se", roles=("Coach",), last_login=date(2026, 10, 1)),
    Access(key="2", holder="", roles=(), shared=True),
    Access(
        key="3", holder="lo@example.se", roles=("Lärare", "Coach"), course_ends=date(2026, 6, 5)
    ),
]


class World:
    """Accounts, and a way to make them unreachable or locked."""

    def __init__(
        self, accounts: Accounts, away: Callable[[], None], lock: Callable[[str], None]
    ) -> None:
        self.accounts, self.away, self.lock = accounts, away, lock


@pytest.fixture(params=["memory", "sqlite"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    if request.param == "memory":
        twin = MemoryAccounts(system="novo")
        twin.held = {each.key: each for each in HELD}
        return World(twin, lambda: setattr(twin, "unreachable", True), twin.locked.add)
    file = tmp_path / "novo.db"
    with closing(sqlite3.connect(file)) as db, db:
        db.execute(
            "CREATE TABLE konton (id INTEGER PRIMARY KEY, sort TEXT, epost TEXT, roller TEXT,"
            " grupp INTEGER, senast TEXT, kurs_slut TEXT)"
        )
        db.execute("CREATE TABLE lan (konto INTEGER REFERENCES konton (id))")
        for each in HELD:
            days = [day.isoformat() if day else None for day in (each.last_login, each.course_ends)]
            db.execute(
                "INSERT INTO konton VALUES (?, 'personal', ?, ?, ?, ?, ?)",
                (int(each.key), each.holder, ", ".join(each.roles), each.shared, *days),
            )
        db.execute("INSERT INTO konton (id, sort, epost) VALUES (9, 'elev', 'tuva@example.se')")
    binding = Binding.model_validate(
        {
            "kind": "sql", "url": f"sqlite:///{file}", "table": "konton", "key": "id",
            "key_is": "integer", "holder": "epost", "roles": "roller", "shared": "grupp",
            "last_login": "senast", "course_ends": "kurs_slut", "only": {"sort": "personal"},
        }
    )  # fmt: skip

    def lock(key: str) -> None:
        with closing(sqlite3.connect(file)) as db, db:
            db.execute("INSERT INTO lan VALUES (?)", (int(key),))

    accounts = SqlAccounts(binding, system="novo", password=None, zone=ZoneInfo("Europe/Stockholm"))
    return World(accounts, lambda: file.rename(tmp_path / "away.db") and None, lock)


def test_every_account_is_listed_and_nobody_elses(world: World) -> None:
    assert sorted(world.accounts.accounts(), key=lambda each: each.key) == HELD
    assert world.accounts.system == "novo"


def test_an_account_is_removed_exactly_and_again_is_success(world: World) -> None:
    world.accounts.remove("1")
    assert not world.accounts.is_there("1")
    assert world.accounts.is_there("2")
    world.accounts.remove("1")
    assert {each.key for each in world.accounts.accounts()} == {"2", "3"}


def test_silence_is_no_absence(world: World) -> None:
    world.away()
    for ask in (
        lambda: list(world.accounts.accounts()),
        lambda: world.accounts.is_there("1"),
        lambda: world.accounts.remove("1"),
    ):
        with pytest.raises(Unreachable):
            ask()


def test_what_the_system_keeps_is_told(world: World) -> None:
    world.lock("1")
    with pytest.raises(Refused, match="system_conflict"):
        world.accounts.remove("1")
    assert world.accounts.is_there("1")


def test_no_value_is_shown_by_accident() -> None:
    assert "anna" not in repr(HELD)
