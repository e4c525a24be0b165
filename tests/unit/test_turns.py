"""No outer system is asked by more at once than it bears, whichever controller's they are."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from lifecycle.bindings import Limit
from lifecycle.bindings.imports import CaseRegister, FolderStaging
from lifecycle.bindings.sql import Sql
from lifecycle.bindings.turns import limit_of
from lifecycle.errors import Busy
from records import leases
from tasks.house.parts import House
from tasks.house.turns import turn
from tasks.house.wiring import read_bindings, read_policy
from tasks.serving.limits import limits_of
from tests.factories.houses import build, dialect, house, surroundings

__all__ = ["build", "dialect", "house", "surroundings"]


def sql(url: str, **more: Any) -> Sql:
    table = {
        "table": "elever", "kind": "pupil", "key": "id", "key_is": "integer",
        "categories": {"identity": {"name": "namn"}},
    }  # fmt: skip
    return Sql.model_validate(
        {"kind": "sql", "url": url, "tables": [table], **more}, context={"environment": {}}
    )


def limit(name: str, binding: object) -> Limit:
    found = limit_of(name, binding)
    assert found is not None
    return found


def test_one_address_is_one_limit_whoever_names_it() -> None:
    server = "postgresql://gallra@db.example.se/skola?sslmode=verify-full"
    ours, theirs = limit("novo", sql(server)), limit("novo", sql(server + "&connect_timeout=9"))
    assert ours == theirs
    assert limit("omnius", sql(server)).mark == ours.mark
    other = limit("novo", sql(server.replace("skola", "skola2")))
    assert other.mark != ours.mark and other.name != ours.name
    assert ours.name.startswith("gallra-novo-")
    assert "example" not in "".join(map(str, ours))


def test_how_many_where_nobody_says() -> None:
    assert limit("novo", sql("postgresql://gallra@localhost/skola")).at_once == 2
    assert limit("novo", sql("postgresql://gallra@localhost/skola", at_once=7)).at_once == 7
    assert limit("novo", sql("sqlite:////srv/novo.db")).at_once == 1
    folder = FolderStaging.model_validate(
        {"kind": "folder", "place": "af-staging", "path": "/srv/af"}, context={"environment": {}}
    )
    assert limit("af-staging", folder).at_once == 1
    register = CaseRegister.model_validate(
        {"kind": "case_register", "system": "workbuster", "path": "/srv/r.db"},
        context={"environment": {}},
    )
    assert limit("workbuster", register).at_once == 2
    assert limit_of("binder", object()) is None


@pytest.mark.parametrize("wrong", [0, 65, True, "two", 1.5])
def test_a_number_that_cannot_be(wrong: object) -> None:
    with pytest.raises(ValueError, match="at_once"):
        sql("sqlite:////srv/novo.db", at_once=wrong)


def with_limit(house: House, at_once: int, name: str = "novo") -> House:
    return replace(house, limits={name: Limit("gallra-novo-000000", "mark", at_once)})


def test_as_many_as_may_and_the_next_one_waits(house: House) -> None:
    two = with_limit(house, 2)
    inside = threading.Barrier(3)
    out = threading.Event()

    def one() -> None:
        with turn(two, "novo"):
            inside.wait(30)
            out.wait(30)

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    inside.wait(30)
    with pytest.raises(Busy, match="turn_did_not_come"), turn(two, "novo", patience=0.3):
        raise AssertionError("a third one")
    out.set()
    for thread in threads:
        thread.join(30)
    with turn(two, "novo", patience=5):
        assert leases.live(house.engine, "turn/", now=house.now) == ["turn/mark/0"]
    assert leases.live(house.engine, "turn/", now=house.now) == []


def test_whoever_has_a_turn_does_not_wait_for_itself(house: House) -> None:
    one = replace(with_limit(house, 1), limits={n: Limit(n, "mark", 1) for n in ("novo", "other")})
    with turn(one, "novo"), turn(one, "novo", patience=0), turn(one, "other", patience=0):
        pass
    with turn(one, "novo", patience=0):
        pass


def test_a_killed_holders_turn_is_free_for_another_host_after_minutes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = with_limit(house, 1)
    monkeypatch.setattr(leases, "_is_dead", lambda holder: False)  # as another host sees it
    with ExitStack() as stack:
        stack.enter_context(leases.hold(house.engine, "turn/mark/0", now=house.now, renewed=True))
        with pytest.raises(Busy), turn(one, "novo", patience=0):
            raise AssertionError
        later = house.now() + leases.RENEWED
        with turn(replace(one, now=lambda: later), "novo", patience=0):
            pass


def test_what_is_under_way_keeps_who_must_be_alone_waiting(house: House) -> None:
    hold: Callable[..., Any] = leases.hold
    with hold(house.engine, "part/a/P-1/novo/1", now=house.now):
        with (
            pytest.raises(Busy),
            hold(house.engine, "inventory/a", now=house.now, none_under="part/a/"),
        ):
            raise AssertionError
        with hold(house.engine, "inventory/b", now=house.now, none_under="part/b/"):
            pass
    assert leases.live(house.engine, "", now=house.now) == []
    with hold(house.engine, "inventory/a", now=house.now, none_under="part/a/"):
        pass


def test_a_renewed_lease_outlives_its_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "_RENEWALS", leases.RENEWED.total_seconds() / 0.02)
    moment = [house.now()]
    renewed = threading.Event()

    refused = iter([False, True, True])

    def now() -> Any:
        if threading.current_thread().name == "lease renewal":
            if next(refused, False):
                raise RuntimeError  # as a library does that has no connection left
            renewed.set()
        return moment[0]

    with leases.hold(house.engine, "one", now=now, renewed=True):
        moment[0] += 3 * leases.RENEWED / 4
        for _ in range(2):  # begun after the clock went on, and over
            renewed.clear()
            assert renewed.wait(30)
        renewed.clear()
        assert renewed.wait(30)
        moment[0] += leases.RENEWED / 2
        assert leases.live(house.engine, "one", now=lambda: moment[0]) == ["one"]


def test_the_server_is_told_of_every_system_and_folder(house: House) -> None:
    settings = house.settings
    told = limits_of(settings)
    bindings = read_bindings(settings, read_policy(settings, "academedia"))
    for name, limit in bindings.limits().items():
        assert told[limit.name] == limit.at_once, name
    assert bindings.staging is not None
    assert told[bindings.limits()[bindings.staging.place].name] == 1
