"""Fixtures that any test may ask for."""

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
