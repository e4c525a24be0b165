"""What starts fast stays so: what a command has no use for is not loaded.

No clock decides here: a machine under load would. `python -m tests.bench.startup` measures.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

_HEAVY: Final = (
    "prefect",
    "sqlalchemy",
    "alembic",
    "pydantic",
    "yaml",
    "cryptography",
    "httpx",
    "msgraph",
    "kiota_abstractions",
    "google",
    "paramiko",
    "psycopg",
    "pandas",
    "typst",
    "pikepdf",
    "pypdf",
    "rich",
)
_ROOMS: Final = ("records", "connectors", "flows")

_LOADED = """
import json, sys
sys.argv = ["gallra", *{arguments!r}]
from console.main import main
try:
    main()
except SystemExit:
    pass
sys.stderr.write(json.dumps(sorted({{name.split(".")[0] for name in sys.modules}})))
"""


def loaded(*arguments: str) -> set[str]:
    """The top names of everything that is loaded when `gallra ARGUMENTS` ends."""
    done = subprocess.run(
        [sys.executable, "-c", _LOADED.format(arguments=arguments)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Usage" in done.stdout
    return set(json.loads(done.stderr))


def test_the_help_loads_the_command_line_and_nothing_else() -> None:
    names = loaded("--help")
    assert "console" in names
    assert names & {*_HEAVY, *_ROOMS} == set()


@pytest.mark.parametrize("group", [("share",), ("processor",), ("incident", "open")])
def test_the_help_of_a_group_opens_nothing_either(group: tuple[str, ...]) -> None:
    # Typer itself loads pydantic where a command takes a file or a choice.
    assert loaded(*group, "--help") & {*_HEAVY, *_ROOMS} <= {"pydantic"}


_IMPORTED_NOTHING = """
import json, sys
from flows.import_af import import_af
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tasks.importing import deletions, main_job, stock
with open_house("academedia") as house:
    main_job.finish_earlier(house)
    assert list(stock.take_stock(house)) == []
    deletions.delete_imported(house)
sys.stdout.write(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""
_OF_OTHER_WORK: Final = {*_HEAVY} - {
    *("prefect", "sqlalchemy", "pydantic", "yaml", "cryptography", "httpx", "rich"),
}


def test_an_import_that_finds_nothing_loads_no_other_work(tmp_path: Path) -> None:
    """No client of a cloud, no PDF, no spreadsheet, no migration: who needs it loads it."""
    env = {**os.environ, "GALLRA_HOME": str(tmp_path / "home")}
    init = [sys.executable, "-m", "console.main", "init", "-c", "academedia"]
    subprocess.run(init, env=env, check=True, stdout=subprocess.DEVNULL)
    done = subprocess.run(
        [sys.executable, "-c", _IMPORTED_NOTHING],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    names = set(json.loads(done.stdout))
    assert {"prefect", "sqlalchemy"} <= names
    assert {"alembic", "paramiko", "pandas"} <= _OF_OTHER_WORK
    assert names & _OF_OTHER_WORK == set()
