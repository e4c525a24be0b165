"""An installation in which people were erased, with what a thief or a backup kept of before."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import make_url, select

from console.sample_people import Person
from records.engines import open_engine, reading
from records.placements import CATEGORY
from records.tables import holding, placement, work_order
from tasks.erasing.execution import Outcome, execute
from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tasks.work_orders.items import SLIP
from tests.factories.databases import PostgresServer
from tests.factories.erasures import Office
from tests.factories.houses import test_settings
from tests.factories.keys import StandingClock
from tests.factories.participants_everywhere import bring, systems_of
from tests.factories.people import canaries
from tests.privacy.encodings import needles
from tests.privacy.searching import Hit, search

_ALL = canaries(9, seed=29)
LEAVERS, STAYERS = _ALL[:4], _ALL[4:]

Sealed = tuple[int, int, str, bytes]
"""(number of the key, what it is bound to, category, sealed bytes)"""


@dataclass
class World:
    """One installation on one kind of database."""

    folder: Path
    settings: Settings
    server: PostgresServer | None
    clock: StandingClock = field(default_factory=StandingClock)
    _stack: ExitStack = field(default_factory=ExitStack)

    def open(self, *, restoring: bool = False) -> House:
        return self._stack.enter_context(
            open_house("academedia", settings=self.settings, now=self.clock, restoring=restoring)
        )

    def close(self) -> None:
        """End every run."""
        self._stack.close()
        self._stack = ExitStack()

    @property
    def places(self) -> list[Path]:
        """Every folder that anything was ever written to."""
        return [self.folder, *([self.server.folder] if self.server else [])]

    @property
    def systems(self) -> Path:
        return systems_of(self.open())

    def settle(self) -> None:
        """A server writes to its files what it holds in memory."""
        if self.server is not None:
            self.server.run("CHECKPOINT")

    def back_up(self, url: str, name: str) -> str:
        """A copy of a database as it is now; its address."""
        self.close()
        if self.server is not None:
            database = make_url(url).database
            self.server.run(f"CREATE DATABASE {name}_{database} TEMPLATE {database}")
            return self.server.url(f"{name}_{database}")
        # Not beside the databases: what is searched there must not find the backup.
        target = self.folder.parent / "backups" / f"{name}-{_file(url).name}"
        target.parent.mkdir(exist_ok=True)
        source, copy = sqlite3.connect(_file(url)), sqlite3.connect(target)
        source.backup(copy)
        source.close()
        copy.close()
        target.chmod(0o600)
        return f"sqlite:///{target}"

    def restore(self, backup: str) -> None:
        """The records are what they were when the backup was made."""
        self.close()
        url = self.settings.database_url
        if self.server is not None:
            database, old = make_url(url).database, make_url(backup).database
            self.server.run(
                f"DROP DATABASE {database} WITH (FORCE)",
                f"CREATE DATABASE {database} TEMPLATE {old}",
            )
            return
        file = _file(url)
        for suffix in ("-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
        shutil.copy(_file(backup), file)

    def office(self) -> Office:
        return Office(self.open, self.clock)


@dataclass
class Erased:
    """Four people were imported, found everywhere and erased; five others stayed."""

    world: World
    outcome: Outcome
    before: str
    """A backup of the records from before the plan was drawn up."""
    midway: str
    """One from when the work orders with their slips were open."""
    midway_keys: str
    """The key database of that moment."""
    found_before: set[str]
    """Of whom a search in the outer systems found something, before they were erased."""


@contextmanager
def new_world(
    folder: Path, server: PostgresServer | None, *, temporary: Callable[[Path], object]
) -> Iterator[World]:
    """An empty installation; `temporary` is told where temporary files are to be."""
    for name in ("tmp", "data"):
        (folder / name).mkdir(parents=True)
    temporary(folder / "tmp")
    if server is None:
        records, keys = (f"sqlite:///{folder}/data/{name}.db" for name in ("records", "keys"))
    else:
        records, keys = server.new("records"), server.new("keys")
    world = World(folder, test_settings(folder / "home", records=records, keys=keys), server)
    try:
        yield world
    finally:
        world.close()


def erase_the_leavers(world: World) -> Erased:
    """From the import to the certificate, in the order of an office."""
    bring(world.open(), LEAVERS, STAYERS)
    found_before = people_in(hits([world.systems], LEAVERS))
    office = world.office()
    office.enrolled()
    before = world.back_up(world.settings.database_url, "before")
    plan = office.draw()
    office.approve(plan)
    execute(world.open(), plan.ref)
    midway = world.back_up(world.settings.database_url, "midway")
    midway_keys = world.back_up(world.settings.key_database_url, "midway")
    outcome = office.carry_out(plan)
    return Erased(world, outcome, before, midway, midway_keys, found_before)


def sealed_in(url: str) -> list[Sealed]:
    """Everything that is sealed under a key of its own in a copy of the records."""
    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            columns = (holding.c.id, holding.c.subject_id, holding.c.category, holding.c.sealed)
            found = [(*row[:3], bytes(row[3])) for row in connection.execute(select(*columns))]
            places = (placement.c.id, placement.c.subject_id, placement.c.sealed)
            found += [
                (row[0], row[1], CATEGORY, bytes(row[2]))
                for row in connection.execute(select(*places))
            ]
            slips = select(work_order.c.id, work_order.c.sealed)
            found += [
                (row[0], row[0], SLIP, bytes(row[1]))
                for row in connection.execute(slips.where(work_order.c.sealed.is_not(None)))
            ]
        return found
    finally:
        engine.dispose()


def hits(places: Sequence[Path], people: Sequence[Person]) -> list[Hit]:
    """Everything of these people, in every encoding, below these folders."""
    return search(places, needles(people))


def people_in(found: Sequence[Hit]) -> set[str]:
    """Of whom something was found: `person 3`."""
    return {hit.label.partition(":")[0] for hit in found}


def everybody(people: Sequence[Person]) -> set[str]:
    """All of them, as `people_in` calls them."""
    return {f"person {number}" for number in range(len(people))}


def _file(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))
