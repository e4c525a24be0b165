"""A keyring and a vault for tests, with a clock that stands until it is moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from records.kek import DirectoryKeks
from records.keyring import Keyring
from records.vault import Vault

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@dataclass
class StandingClock:
    """Says the same instant until told otherwise."""

    instant: datetime = START

    def __call__(self) -> datetime:
        return self.instant

    def pass_time(self, **time: float) -> None:
        self.instant += timedelta(**time)


@pytest.fixture
def standing_clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def kek_folder(tmp_path: Path) -> Path:
    return tmp_path / "kek"


@pytest.fixture
def keyring(keys_engine: Engine, kek_folder: Path, standing_clock: StandingClock) -> Keyring:
    """A keyring over an empty key database, on SQLite and on PostgreSQL in turn."""
    return Keyring(keys_engine, DirectoryKeks(kek_folder, writable=True), now=standing_clock)


@pytest.fixture
def vault(keyring: Keyring) -> Vault:
    """AcadeMedia's vault over `keyring`."""
    return Vault(keyring, controller="academedia")
