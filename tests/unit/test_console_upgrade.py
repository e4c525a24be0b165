"""`gallra upgrade` and `gallra --version`, as they are typed; the databases lie where they lie."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from console.main import app
from console.output import Exit
from lifecycle.errors import Misconfigured
from lifecycle.ledger import EventKind
from records.engines import open_engine, reading
from records.migrations import HEADS, revision, version_table
from tasks.house.private import is_exposed
from tasks.house.wiring import open_house
from tasks.serving.safe_to_start import require_safe
from tests.factories import planning
from tests.factories.earlier_schemas import make_at
from tests.factories.lived_records import settings_of

Gallra = Callable[..., Result]
EARLIER = "r0004"


@pytest.fixture
def gallra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gallra:
    for name in ("GALLRA_DATABASE_URL", "GALLRA_KEY_DATABASE_URL", "GALLRA_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GALLRA_HOME", str(tmp_path / "home"))
    return lambda *words: CliRunner().invoke(app, list(words))


@pytest.fixture
def earlier(tmp_path: Path) -> None:
    engine = open_engine(settings_of(tmp_path / "home").database_url)
    make_at(engine, EARLIER, {})
    engine.dispose()


def at(home: Path) -> str | None:
    engine = open_engine(settings_of(home).database_url)
    with reading(engine) as connection:
        found = revision(connection, "records")
    engine.dispose()
    return found


def events(home: Path) -> list[dict[str, str]]:
    with open_house("academedia", settings=settings_of(home)) as house:
        return [dict(one.facts) for one in planning.events(house, EventKind.DATABASE_UPGRADED)]


def test_the_version_names_the_schemas_that_it_needs(gallra: Gallra) -> None:
    told = gallra("--version")
    assert told.exit_code == Exit.DONE
    assert all(f"{name} {head}" in told.stdout for name, head in HEADS.items())


@pytest.mark.usefixtures("earlier")
def test_a_look_changes_nothing(gallra: Gallra, tmp_path: Path) -> None:
    told = gallra("upgrade", "--check")
    assert told.exit_code == Exit.ATTENTION
    assert f"records: {EARLIER} → {HEADS['records']}" in told.stdout
    assert at(tmp_path / "home") == EARLIER


@pytest.mark.usefixtures("earlier")
def test_it_is_done_once_and_on_record(gallra: Gallra, tmp_path: Path) -> None:
    assert gallra("upgrade").exit_code == Exit.DONE
    assert at(tmp_path / "home") == HEADS["records"]
    assert events(tmp_path / "home") == [
        {"of": "records", "before": EARLIER, "after": HEADS["records"]},
        {"of": "keys", "before": "empty", "after": HEADS["keys"]},
    ]
    again = gallra("upgrade", "--json")
    assert again.exit_code == Exit.DONE
    assert {one["found"] for one in json.loads(again.stdout)} == set(HEADS.values())
    assert gallra("upgrade", "--check").exit_code == Exit.DONE
    assert len(events(tmp_path / "home")) == 2


@pytest.mark.parametrize("words", [("upgrade",), ("upgrade", "--check"), ("status",)])
def test_an_older_version_leaves_newer_databases_alone(
    gallra: Gallra, tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert gallra("upgrade").exit_code == Exit.DONE
    engine = open_engine(settings_of(tmp_path / "home").database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {version_table('records')} SET version_num = 'r9999'")
    engine.dispose()
    told = gallra(*words)
    assert told.exit_code == Exit.MISCONFIGURED
    assert "database_newer_than_program" in told.stderr
    assert at(tmp_path / "home") == "r9999"


def test_a_look_makes_nothing(gallra: Gallra, tmp_path: Path) -> None:
    """Also where there is nothing yet: a folder made on the way would be open to all."""
    told = gallra("upgrade", "--check")
    assert told.exit_code == Exit.ATTENTION
    assert "records: empty" in told.stdout
    assert not (tmp_path / "home").exists()


@pytest.mark.usefixtures("earlier")
def test_whoever_makes_databases_first_makes_a_home_that_may_be_served(tmp_path: Path) -> None:
    assert not is_exposed(tmp_path / "home")
    require_safe(settings_of(tmp_path / "home"))
    assert at(tmp_path / "home") == HEADS["records"]


@pytest.mark.usefixtures("earlier")
def test_records_of_a_later_version_are_not_served(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "home")
    engine = open_engine(settings.database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {version_table('records')} SET version_num = 'r9999'")
    engine.dispose()
    with pytest.raises(Misconfigured, match="database_newer_than_program"):
        require_safe(settings)
