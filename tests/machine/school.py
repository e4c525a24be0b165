"""The real side: one installation with twins for the outer systems, opened, killed, put back."""

from __future__ import annotations

import atexit
import dataclasses
import os
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import orjson

from connectors.memory import MemoryCaseSystem, MemoryStaging
from connectors.memory_system import MemorySystem
from connectors.reader_work import work as read_in_child
from lifecycle.errors import FileRefused
from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol
from tests.machine.kills import Killer

HERE = Path(__file__).parent
CONTROLLER = "machine"
SYSTEMS = ("finance", "gallery", "novo")
OFFICERS = {"anna": ("chef",), "bo": ("chef", "dpo"), "cia": ("clerk",), "dan": ("chef",)}
"""Who may say yes, and who may not."""
IN_MEMORY = next((str(p) for p in (Path("/dev/shm"),) if os.access(p, os.W_OK)), None)
"""Where the installations lie, if this machine has such a place: a kill is an exception here, so
that waiting for a disk would prove nothing; the kills of processes are in tests/crash."""


@contextmanager
def everyday() -> Iterator[None]:
    """What the machine does in another way than a real run, for speed and for shrinking only:
    exports are read without a child process, and ids are drawn from a seeded generator."""
    seeded = SimpleNamespace(randbits=random.Random(20261102).getrandbits)
    with (
        patch("connectors.workbook.converse", _without_a_child),
        patch("lifecycle.references.secrets", seeded),
    ):
        yield


def _without_a_child(
    request: dict[str, object], data: bytes, limits: object, observe: object = None
) -> Iterator[bytes]:
    frames: list[bytes] = []
    try:
        read_in_child(orjson.dumps(request), data, frames.append)
    except FileRefused as refusal:
        frames.append(orjson.dumps({"refused": refusal.code}))
    yield from frames


@cache
def template() -> Path:
    """An installation with its officers enrolled, made once and copied for every example."""
    home = Path(tempfile.mkdtemp(prefix="gallra-machine-template-", dir=IN_MEMORY))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    clock = StandingClock()
    with open_house(CONTROLLER, settings=_settings(home), now=clock) as house:
        first = enrol(house, clock, "anna", *OFFICERS["anna"])
        secrets = {"anna": first.secret}
        for name in ("bo", "cia", "dan"):
            secrets[name] = enrol(house, clock, name, *OFFICERS[name], by=first).secret
    (home / "authenticators.json").write_bytes(
        orjson.dumps({name: secret.hex() for name, secret in secrets.items()})
    )
    return home


def _settings(home: Path) -> Settings:
    return Settings.from_environment(
        {
            "GALLRA_HOME": str(home),
            "GALLRA_POLICIES": str(HERE / "policies"),
            "GALLRA_SYSTEMS": str(HERE / "systems"),
        }
    )


class School:
    """An installation that lives as long as one example."""

    def __init__(self) -> None:
        self.killer = Killer()
        self.clock = StandingClock()
        self.clock.pass_time(minutes=10)  # the officers were enrolled meanwhile
        self._folder = tempfile.TemporaryDirectory(prefix="gallra-machine-", dir=IN_MEMORY)
        self.home = Path(self._folder.name) / "home"
        shutil.copytree(template(), self.home)
        known = orjson.loads((self.home / "authenticators.json").read_bytes())
        self.officers = {
            name: Authenticator(name, self.clock, bytes.fromhex(secret))
            for name, secret in known.items()
        }
        self.systems = {name: MemorySystem(system=name) for name in SYSTEMS}
        self.staging = MemoryStaging(place="drop", now=self.clock)
        self.cases: MemoryCaseSystem | None = None
        self._open = ExitStack()
        self.house = self._opened()

    def reopen(self, *, restoring: bool = False) -> House:
        """Another run: everything in the old one's memory is gone. Raises as `open_house`."""
        self._open.close()
        self.house = self._opened(restoring=restoring)
        return self.house

    def _opened(self, *, restoring: bool = False) -> House:
        self._open = ExitStack()
        house = self._open.enter_context(
            open_house(
                CONTROLLER, settings=_settings(self.home), now=self.clock, restoring=restoring
            )
        )
        if self.cases is None:
            self.cases = MemoryCaseSystem(house.vault.fingerprint, system="workbuster")
        self.cases._fingerprint = house.vault.fingerprint
        return dataclasses.replace(
            house, staging=self.staging, case_system=self.cases, systems=dict(self.systems)
        )

    def backup(self) -> None:
        """What a backup program does: the records as they are, without their log."""
        copy = self.home / "backup.db"
        copy.unlink(missing_ok=True)
        with (
            closing(sqlite3.connect(self.records_file)) as one,
            closing(sqlite3.connect(copy)) as two,
        ):
            one.backup(two)

    def put_back(self) -> None:
        """What an administrator does after a crash: yesterday's records, today's keys."""
        self._open.close()
        for suffix in ("-wal", "-shm"):
            self.records_file.with_name(self.records_file.name + suffix).unlink(missing_ok=True)
        shutil.copy(self.home / "backup.db", self.records_file)
        self.records_file.chmod(0o600)

    @property
    def records_file(self) -> Path:
        """Where the records lie."""
        return Path(_settings(self.home).database_url.removeprefix("sqlite:///"))

    def records_of(self, system: str) -> dict[str, Any]:
        """Every record of an outer system, by key."""
        return {record.key: record for record in self.systems[system]._records}

    def close(self) -> None:
        self._open.close()
        self._folder.cleanup()
