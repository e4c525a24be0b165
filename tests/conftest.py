"""Fixtures that any test may ask for, what is left to the long sweeps, and what was measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories.compiled_once import statements_compiled_once
from tests.factories.databases import (
    dialect,
    keys_engine,
    keys_url,
    new_database,
    records_engine,
    records_url,
    session_postgres,
    sqlite_templates,
)
from tests.factories.keys import kek_folder, keyring, standing_clock, vault
from tests.factories.policies_once import policies_read_once

__all__ = [
    "dialect",
    "kek_folder",
    "keyring",
    "keys_engine",
    "keys_url",
    "new_database",
    "policies_read_once",
    "records_engine",
    "records_url",
    "session_postgres",
    "sqlite_templates",
    "standing_clock",
    "statements_compiled_once",
    "vault",
]

MEASURED = "measured"
"""The property under which a test records what it measured; the runner says it at its end."""
_HERE = Path(__file__).parent
_BOTH_EVERY_DAY = {"contract", "unit", "structure"}
"""Where the tests speak to the database itself; the others ask the same rooms on top of it."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leaves to the long sweeps what only repeats on PostgreSQL what SQLite shows every day."""
    for item in items:
        if item.get_closest_marker("nightly"):
            item.add_marker(pytest.mark.long)
        room = item.path.relative_to(_HERE).parts[0]
        if item.get_closest_marker("postgres") and room not in _BOTH_EVERY_DAY:
            item.add_marker(pytest.mark.long)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was measured, also by the other processes of a run."""
    told = [
        f"{report.nodeid.rpartition('::')[2]}: {value}"
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, value in (getattr(report, "user_properties", None) or ())
        if name == MEASURED and report.when == "call"
    ]
    if told:
        terminalreporter.section(MEASURED)
        for line in told:
            terminalreporter.line(line)
