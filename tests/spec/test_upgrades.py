"""Records of every earlier schema are brought to today's with all that is in them, and go on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, make_url, select

from flows import pages
from lifecycle.plan import PlanKind
from lifecycle.references import new_id
from records.engines import open_engine, reading
from records.migrations import HEADS, METADATA, revision, upgrade, version_table
from records.tables import holding, plan_item
from tasks.erasing import planning as drawing
from tasks.erasing.finding import find_by_national_id
from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tasks.proving.proof import verify_ledger, witness
from tests.factories import planning
from tests.factories.databases import PostgresServer
from tests.factories.earlier_schemas import (
    REVISIONS,
    Rows,
    every_revision,
    make_at,
    new_by_tables,
    rows_of,
    said_now,
    shape_of,
)
from tests.factories.houses import PEOPLE
from tests.factories.keys import StandingClock
from tests.factories.lived_records import AT, Lived, live, settings_of
from tests.privacy.people_watched import KNOWN, UNKNOWN

EVERY_DAY = {"r0001", "r0006", "r0013"}
LATER = date(2029, 1, 2)
"""By then everybody's time is up."""
NEWCOMER = ("Vera", "Nykomling", UNKNOWN.national_id)
OLD_TO_DO = {
    "id": new_id(), "controller": "academedia", "kind": "misplaced_data", "ref": "file-server",
    "number": 1, "opened_at": AT, "closed_at": None,
}  # fmt: skip
"""What is on a work order since."""


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "table", lambda *_, **__: None)  # no server shows them here
        yield live(tmp_path_factory.mktemp("lived"))


@pytest.fixture(
    params=[
        pytest.param(one, marks=() if one in EVERY_DAY else pytest.mark.long) for one in REVISIONS
    ]
)
def earlier(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def installation(
    earlier: str, lived: Lived, dialect: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[tuple[Settings, Rows]]:
    """An installation whose records stand at `earlier`, and what they hold."""
    home = tmp_path / "home"
    shutil.copytree(lived.at(earlier), home)
    settings = settings_of(home)
    source = open_engine(settings.database_url)
    rows = rows_of(source)
    source.dispose()
    rows["to_do"].append(OLD_TO_DO)
    server: PostgresServer | None = None
    if dialect == "postgresql":
        server = request.getfixturevalue("session_postgres")
        name = f"earlier_{earlier}"
        server.run(f"CREATE DATABASE {name}")
        settings = replace(settings, database_url=server.url(name))
    else:
        Path(str(make_url(settings.database_url).database)).unlink()
    engine = open_engine(settings.database_url)
    try:
        held = make_at(engine, earlier, rows)
    finally:
        engine.dispose()
    yield settings, held
    if server is not None:
        server.drop(settings.database_url)


def test_no_schema_is_missing_here(records_engine: Engine) -> None:
    assert every_revision(records_engine) == list(REVISIONS)
    assert every_revision(records_engine, "keys") == [HEADS["keys"]], (
        "the keys have an earlier schema now: populate it too"
    )


def test_everything_is_there_after_the_upgrade_and_the_work_goes_on(
    installation: tuple[Settings, Rows],
    earlier: str,
    lived: Lived,
    request: pytest.FixtureRequest,
) -> None:
    settings, held = installation
    assert [table for table, rows in held.items() if not rows] == [], "a table without a row"
    before = _undisturbed(lived, earlier, settings)
    engine = open_engine(settings.database_url)
    request.addfinalizer(engine.dispose)
    upgrade(engine, "records")
    with reading(engine) as connection:
        assert revision(connection, "records") == HEADS["records"]
    now = rows_of(engine)
    _nothing_is_lost(held, now, earlier)
    # Whoever was imported before there were anchors left on the day that an import says today.
    assert _days_of_leaving(now) == _days_of_leaving(_today(lived, earlier))
    assert all(day is not None for _, day in _days_of_leaving(now))
    _the_shape_is_todays(engine, settings)
    engine.dispose()
    with open_house("academedia", settings=settings, now=_next_day(lived)) as house:
        assert _known(house) == before.people
        assert _opened(house) == before.opened
        assert len(before.opened) >= 4 * 3
        assert verify_ledger(house).witnessed_size is not None
        assert _due(house) >= before.due
        _goes_on(house)


class _Before:
    """What the same installation knows where its records were never of an earlier schema."""

    def __init__(self, house: House) -> None:
        self.people = _known(house)
        self.opened = _opened(house)
        self.due = _due(house)


def _undisturbed(lived: Lived, earlier: str, settings: Settings) -> _Before:
    home = settings.home.with_name("undisturbed")
    shutil.copytree(lived.at(earlier), home)
    with open_house("academedia", settings=settings_of(home), now=_next_day(lived)) as house:
        return _Before(house)


def _next_day(lived: Lived) -> StandingClock:
    return StandingClock(lived.ended.instant + timedelta(days=1))


def _today(lived: Lived, earlier: str) -> Rows:
    engine = open_engine(settings_of(lived.at(earlier)).database_url)
    rows = rows_of(engine)
    engine.dispose()
    return rows


def _nothing_is_lost(held: Rows, now: Rows, earlier: str) -> None:
    for table, rows in held.items():
        wanted = [row for each in rows if (row := said_now(table, each, earlier)) is not None]
        for row in wanted:
            same = [one for one in now[table] if row.items() <= one.items()]
            assert len(same) == 1, f"{table}: a row is not what it was"
        added = len(now[table]) - len(wanted)
        assert added == 0, f"{table}: {added} rows more"


def _days_of_leaving(rows: Rows) -> list[tuple[object, object]]:
    left = [row for row in rows["anchor"] if row["event"] == "left"]
    return sorted((row["subject_id"], row["on_date"]) for row in left)


def _the_shape_is_todays(engine: Engine, settings: Settings) -> None:
    with reading(engine) as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "version_table": version_table("records"),
            },
        )
        assert compare_metadata(context, METADATA["records"]) == []
    if engine.dialect.name == "sqlite":
        fresh = open_engine(f"sqlite:///{settings.home}/fresh/fresh.db")
        new_by_tables(fresh)
        assert shape_of(engine) == shape_of(fresh)
        fresh.dispose()


def _known(house: House) -> dict[str, list[str]]:
    people = [person.national_id for person in KNOWN] + [who[2] for who in PEOPLE.values()]
    return {number: [f.ref for f in find_by_national_id(house, number)] for number in people}


def _opened(house: House) -> list[bytes]:
    """What every sealed holding of a person says."""
    chosen = select(holding.c.id, holding.c.subject_id, holding.c.category, holding.c.sealed)
    with reading(house.engine) as connection:
        rows = [
            (one.id, one.subject_id, one.category, bytes(one.sealed))
            for one in connection.execute(chosen.order_by(holding.c.id))
        ]
    return house.vault.open(rows)


def _due(house: House) -> set[int]:
    """Who is on a plan of a day on which everybody's time is up."""
    plan = drawing.draw(house, kind=PlanKind.RETENTION, as_of=LATER)
    assert plan is not None, "nothing is due any more"
    with reading(house.engine) as connection:
        found = connection.execute(
            select(plan_item.c.subject_id).where(plan_item.c.plan_id == plan.number)
        )
        return set(found.scalars())


def _goes_on(house: House) -> None:
    planning.bring(house, planning.case("1000000099", NEWCOMER))
    assert len(find_by_national_id(house, NEWCOMER[2])) == 1
    witness(house)
    assert verify_ledger(house).size > 0
