"""Fixtures that any test may ask for."""

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

__all__ = [
    "dialect",
    "keys_engine",
    "keys_url",
    "new_database",
    "records_engine",
    "records_url",
    "session_postgres",
    "sqlite_templates",
]
