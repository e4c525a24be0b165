"""Every column is known for what it carries, and both databases have exactly these columns."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import LargeBinary, MetaData, create_engine
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from records.engines import open_engine, reading
from records.migrations import METADATA, Branch, version_table
from records.tables import KEYS, RECORDS

REFERENCES = frozenset(
    [
        "id",
        "subject_id",
        "engagement_id",
        "holding_id",
        "import_id",
        "first_version_id",
        "number",
        "position",
        "ref",
        "name",
        "holder",
        "about_id",
        "to_id",
        "placement_id",
        "plan_id",
        "hold_id",
        "officer_id",
        "created_by",
        "decided_by",
        "released_by",
        "done_by",
        "confirmed_by",
        "disclosure_id",
        "ended_by",
        "cause_id",
        "telling_id",
        "order_id",
        "agreed_by",
        "cases",
        "processor_id",
        "parent_id",
        "incident_id",
        "request_id",
    ]
)
"""Opaque numbers, and names that Gallra itself gave; `…_by`: an officer's reference."""
INSTANTS_AND_DATES = frozenset(
    [
        "created_at",
        "started_on",
        "ends_on",
        "broke_off_on",
        "erased_at",
        "arrived_at",
        "first_seen_at",
        "deleted_at",
        "stored_at",
        "verified_at",
        "expires_at",
        "opened_at",
        "closed_at",
        "raised_at",
        "cleared_at",
        "telling_at",
        "told_at",
        "occupied_since",
        "witnessed_at",
        "destroyed_at",
        "acted_at",
        "active_on",
        "added_at",
        "anchor_on",
        "as_of",
        "confirmed_at",
        "decided_at",
        "done_at",
        "due_on",
        "issued_at",
        "last_day",
        "locked_until",
        "on_date",
        "placed_at",
        "proven_at",
        "released_at",
        "reminded_on",
        "removed_at",
        "review_on",
        "ripe_on",
        "seen_at",
        "sent_at",
        "password_at",
        "ended_at",
        "agreed_at",
        "until_on",
        "since_at",
        "assessed_at",
        "aware_at",
        "began_at",
        "received_on",
        "answered_on",
        "given_on",
        "withdrawn_on",
    ]
)
VOCABULARY = frozenset(
    [
        "controller",
        "kind",
        "category",
        "service",
        "project",
        "state",
        "outcome",
        "reason",
        "place",
        "sink",
        "origin",
        "action",
        "answer",
        "categories",
        "decision",
        "event",
        "handle",
        "role",
        "roles",
        "rule",
        "stays",
        "system",
        "verdict",
        "sign",
        "worth",
        "channel",
        "condition",
        "contact",
        "container",
        "legal_basis",
        "password_by",
        "purpose",
        "recipient",
        "stage",
        "because",
        "shows",
        "how",
        "country",
        "systems",
        "matter",
        "consequence",
        "exemption",
        "likelihood",
        "report",
        "risk",
        "telling",
        "topic",
        "question",
        "giver",
    ]
)
"""Words out of the policy, the bindings or an enumeration; an officer's handle."""
CASE = frozenset({"case_reference"})
"""Case number, date and project are what may stay (A-108)."""
MEASURES = frozenset(
    [
        "size",
        "version",
        "sha256",
        "epoch",
        "approvals",
        "attempt",
        "consequence",
        "likelihood",
        "evidence",
        "failures",
        "hash",
        "items",
        "last_step",
        "more",
        "plan_hash",
        "policy_sha256",
        "more",
        "people",
        "pieces",
    ]
)
"""Of files, keys, plans and codes, not of people; `evidence`: a file's SHA-256, or a word."""
FREE_OF_PERSONS = {
    "file_import.counts": "counts alone",
    "file_import.rows": "row numbers with outcomes and reasons",
    "plan.counts": "counts alone",
    "certificate.body": "canonical JSON of references, words, dates and counts",
    "certificate.signature": "Ed25519",
    "ledger_event.body": "canonical JSON that `lifecycle.ledger` keeps free of personal data",
    "ledger_event.link": "HMAC",
    "letter.about": "a word of the policy, or a reference",
    "letter.occasion": "`first`, `change` or a year",
    "letter.languages": "those of the text, the same for everybody who gets it",
    "letter.way": "keyed digest of where a channel led, in hexadecimal",
    "ledger_head.link": "HMAC",
    "checkpoint.text": "origin, size, hash, signature",
    "data_key.wrapped": "key wrapped by a KEK",
    "named_key.wrapped": "key wrapped by a KEK",
}
CLEAR = REFERENCES | INSTANTS_AND_DATES | VOCABULARY | CASE | MEASURES
PERSONAL = re.compile(
    r"first_?name|last_?name|surname|personal|national|birth|address|street|city|phone|mobile|"
    r"mail|note|comment|text|title|payload|content|file_?name|language|gender|data(?!_key)"
)

EVERY_COLUMN = [
    pytest.param(column, id=f"{table.name}.{column.name}")
    for metadata in (RECORDS, KEYS)
    for table in metadata.sorted_tables
    for column in table.columns
]


@pytest.mark.parametrize("column", EVERY_COLUMN)
def test_every_column_is_sealed_keyed_or_known_to_be_clear(column) -> None:  # type: ignore[no-untyped-def]
    where = f"{column.table.name}.{column.name}"
    protected = bool(column.info.get("sealed")) + bool(column.info.get("keyed"))
    explained = where in FREE_OF_PERSONS
    clear = column.name in CLEAR and not explained
    assert protected + explained + clear == 1, f"classify {where} in exactly one way"
    if protected:
        assert isinstance(column.type, LargeBinary)
        assert column.table.metadata is RECORDS


@pytest.mark.parametrize("column", EVERY_COLUMN)
def test_what_sounds_like_a_person_is_protected_or_explained(column) -> None:  # type: ignore[no-untyped-def]
    where = f"{column.table.name}.{column.name}"
    if PERSONAL.search(column.name) and where not in FREE_OF_PERSONS:
        assert column.info.get("sealed") or column.info.get("keyed")


def test_every_explanation_is_of_a_column_that_exists() -> None:
    known = {f"{p.values[0].table.name}.{p.values[0].name}" for p in EVERY_COLUMN}
    assert set(FREE_OF_PERSONS) <= known
    assert {name.split(".")[-1] for name in known} >= CLEAR


def test_no_key_lies_in_the_records() -> None:
    assert not set(RECORDS.tables) & set(KEYS.tables)
    assert not [c for t in RECORDS.sorted_tables for c in t.columns if c.name == "wrapped"]


@pytest.mark.parametrize("branch", ["records", "keys"])
def test_alembic_makes_exactly_these_tables(
    branch: Branch, new_database: Callable[[Branch], str]
) -> None:
    engine = open_engine(new_database(branch))
    with reading(engine) as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "version_table": version_table(branch),
            },
        )
        assert compare_metadata(context, METADATA[branch]) == []
    engine.dispose()


@pytest.mark.parametrize(("branch", "metadata"), METADATA.items())
def test_on_sqlite_they_are_the_same_to_the_letter(
    branch: Branch, metadata: MetaData, sqlite_templates: dict[Branch, object]
) -> None:
    """`compare_metadata` does not see WITHOUT ROWID nor the order of columns."""

    def normal(sql: str) -> list[str]:
        return sorted(re.split(r",\s+(?=[A-Z\"a-z])", re.sub(r"\s+", " ", sql).strip()))

    engine = create_engine(f"sqlite:///{sqlite_templates[branch]}")
    with engine.connect() as connection:
        found = dict(
            connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
            ).fetchall()
        )
    engine.dispose()
    found.pop(version_table(branch))
    assert {name: normal(sql) for name, sql in found.items()} == {
        table.name: normal(str(CreateTable(table).compile(dialect=sqlite.dialect())))
        for table in metadata.sorted_tables
    }
