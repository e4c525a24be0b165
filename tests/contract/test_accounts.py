"""What the accounts of a system promise, whether they are a dictionary, a table or an interface."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.accounts import Accounts, MemoryAccounts, SqlAccounts
from connectors.accounts_http import HttpAccounts
from lifecycle.access import Access
from lifecycle.bindings.accounts import HttpAccounts as HttpBinding
from lifecycle.bindings.accounts import SqlAccounts as Binding
from lifecycle.errors import Refused, Unreachable
from tests.factories.stand_in_server import StandIn, stand_in_server

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


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setattr("connectors.http_client._PAUSES", (0.0, 0.0, 0.0))
    with stand_in_server() as server:
        server.behaviour.token = "word-0017"
        server.behaviour.page_size = 2
        server.resources["users"] = [
            {
                "id": int(each.key),
                "sort": "personal",
                "mail": each.holder or None,
                "roles": list(each.roles),
                "group": each.shared,
                "seen": {"last": None if each.last_login is None else each.last_login.isoformat()},
                "ends": None if each.course_ends is None else each.course_ends.isoformat(),
            }
            for each in HELD
        ]
        server.resources["users"].append({"id": 9, "sort": "elev", "mail": "tuva@example.se"})
        yield server


def behind(server: StandIn) -> HttpAccounts:
    binding = HttpBinding.model_validate(
        {
            "kind": "http", "url": server.url, "timeout": 5, "list": "/users", "items": "data",
            "paging": {"next": "links.next", "total": "meta.total"}, "one": "/users/{key}",
            "one_item": "record", "erase": {"path": "/users/{key}"}, "key": "id", "holder": "mail",
            "roles": "roles", "shared": "group", "last_login": "seen.last", "course_ends": "ends",
            "only": {"sort": "personal"},
        }
    )  # fmt: skip
    zone = ZoneInfo("Europe/Stockholm")
    return HttpAccounts(binding, system="novo", token=lambda: "word-0017", zone=zone)


@pytest.fixture(params=["memory", "sqlite", "http"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    if request.param == "memory":
        twin = MemoryAccounts(system="novo")
        twin.held = {each.key: each for each in HELD}
        return World(twin, lambda: setattr(twin, "unreachable", True), twin.locked.add)
    if request.param == "http":
        server: StandIn = request.getfixturevalue("server")

        def hold(key: str) -> None:
            next(one for one in server.resources["users"] if str(one["id"]) == key)["onHold"] = True

        def away() -> None:
            server.behaviour.always = 503

        return World(behind(server), away, hold)
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
    assert not world.accounts.by_hand
    assert world.accounts.as_of() is None


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


def test_a_pupil_beside_them_is_never_removed(server: StandIn) -> None:
    with pytest.raises(Unreachable, match="system_unlike_binding"):
        behind(server).remove("9")
    assert len(server.resources["users"]) == 4


def test_what_is_only_marked_as_deleted_or_hidden_is_there_still(server: StandIn) -> None:
    accounts = behind(server)
    server.behaviour.recycle_bin = True
    accounts.remove("1")
    assert accounts.is_there("1")
    # An interface that answers "not found" to every question about one: the list shows it.
    server.behaviour.one_not_found = True
    assert accounts.is_there("2")


@pytest.mark.parametrize("trouble", ["short", "elsewhere", "garbage", "login"])
def test_half_a_list_is_none_and_the_token_goes_nowhere_else(server: StandIn, trouble: str) -> None:
    how = server.behaviour
    if trouble == "short":
        how.lies_about_total = 1
    elif trouble == "elsewhere":
        how.next_host = "http://localhost:9"
    elif trouble == "garbage":
        how.raw = b"<html>"
    else:
        how.token = "another"
    with pytest.raises(Unreachable):
        list(behind(server).accounts())


def test_two_with_one_key_are_no_list(server: StandIn) -> None:
    """One course is over and the other is not: who has both would lose the account."""
    server.resources["users"].insert(
        1, {"id": 3, "sort": "personal", "mail": "lo@example.se", "ends": "2027-06-05"}
    )
    with pytest.raises(Unreachable, match=r"^system_unlike_binding novo$"):
        list(behind(server).accounts())


def test_no_value_is_shown_by_accident() -> None:
    assert "anna" not in repr(HELD)
