"""A rotation that is killed anywhere loses no key, and the next one finishes it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from sqlalchemy import Engine, event

from records import kek, rotation
from records.engines import open_engine
from records.kek import DirectoryKeks
from records.keyring import Keyring
from tests.factories.keys import StandingClock

IDS = range(1, 41)
KEYS = {number: number.to_bytes(32, "big") for number in IDS}


def open_keyring(url: str, folder: Path) -> Keyring:
    return Keyring(open_engine(url), DirectoryKeks(folder, writable=True), now=StandingClock())


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "_BATCH", 15)


@pytest.fixture
def filled(keyring: Keyring) -> dict[str, bytes]:
    """Forty data keys and two named ones in epoch 1; the named ones are returned."""
    number, current = keyring.current()
    keyring.persist([(one, number, aes_key_wrap(current, key)) for one, key in KEYS.items()])
    return {name: keyring.named(name) for name in ("index", "ledger")}


def assert_all_there(keyring: Keyring, named: dict[str, bytes]) -> None:
    assert keyring.fetch(IDS) == KEYS
    assert {name: keyring.named(name) for name in named} == named


def assert_finished(keyring: Keyring) -> None:
    status = keyring.status()
    assert (status.waiting, status.retiring) == (0, ())
    assert keyring.keks.epochs() == [status.epoch]
    assert status.destroyed == status.epoch - 1


class Stopped(Exception):
    """What the test raises in place of a kill."""


@pytest.mark.parametrize("stop_at", range(10))
def test_stopped_at_any_step_it_goes_on_from_there(
    stop_at: int, keyring: Keyring, filled: dict[str, bytes], keys_url: str, kek_folder: Path
) -> None:
    steps: list[str] = []

    def stop(step: str) -> None:
        steps.append(step)
        if len(steps) == stop_at + 1:
            raise Stopped

    try:
        keyring.rotate(on_step=stop)
    except Stopped:
        pass
    else:
        expected = ["begun", *["wrapped"] * 4, "proven", "destroyed", "scrubbed", "closed"]
        assert steps == expected
    after = open_keyring(keys_url, kek_folder)
    assert_all_there(after, filled)
    resumes = bool(after.status().retiring)
    assert resumes == (steps[-1] != "closed")
    assert after.rotate().epoch == (2 if resumes else 3)
    fresh = open_keyring(keys_url, kek_folder)
    assert_all_there(fresh, filled)
    assert_finished(fresh)
    after.engine.dispose()
    fresh.engine.dispose()


def killed_rotation(url: str, folder: Path, *, at: int) -> bool:
    """Rotate in a child that is killed before its `at`-th statement, commit, step or system call
    on a KEK file; whether it came that far."""
    child = os.fork()
    if child == 0:
        _rotate_until_killed(url, folder, at)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "the rotation failed of itself"
    return False


def _rotate_until_killed(url: str, folder: Path, at: int) -> NoReturn:
    passed = 0

    def tick(*_: Any, **__: Any) -> None:
        nonlocal passed
        passed += 1
        if passed == at:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        keyring = open_keyring(url, folder)
        event.listen(keyring.engine, "before_cursor_execute", tick)
        event.listen(keyring.engine, "commit", tick)
        kek.os = TickingOs(tick)  # type: ignore[assignment]
        keyring.rotate(on_step=tick)
    except BaseException:  # noqa: BLE001 -- a child must never return into the test run
        os._exit(1)
    os._exit(0)


class TickingOs:
    """The module `os`, with a tick before each of its functions."""

    def __init__(self, tick: Callable[[], None]) -> None:
        self._tick = tick

    def __getattr__(self, name: str) -> Any:
        found = getattr(os, name)
        if not callable(found):
            return found

        def ticking(*arguments: Any, **named: Any) -> Any:
            self._tick()
            return found(*arguments, **named)

        return ticking


def sweep(url: str, folder: Path, engine: Engine, named: dict[str, bytes], points: range) -> int:
    """Kill at each of `points` in turn; how many there really were."""
    killed = 0
    for at in points:
        engine.dispose()
        if not killed_rotation(url, folder, at=at):
            break
        killed += 1
        found = open_keyring(url, folder)
        assert_all_there(found, named)
        found.rotate()
        found.engine.dispose()
        again = open_keyring(url, folder)
        assert_all_there(again, named)
        assert_finished(again)
        assert sorted(entry.name for entry in folder.iterdir()) == [f"kek-{again.current()[0]}"]
        again.engine.dispose()
    return killed


def test_killed_at_points_throughout(
    keyring: Keyring, filled: dict[str, bytes], keys_url: str, kek_folder: Path
) -> None:
    assert sweep(keys_url, kek_folder, keyring.engine, filled, range(2, 60, 7)) >= 6


@pytest.mark.long
def test_killed_at_every_point(
    keyring: Keyring, filled: dict[str, bytes], keys_url: str, kek_folder: Path
) -> None:
    assert sweep(keys_url, kek_folder, keyring.engine, filled, range(1, 1_000)) >= 60
