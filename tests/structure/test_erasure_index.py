"""No table may know a person and be forgotten when the person is erased."""

from __future__ import annotations

from sqlalchemy import Table

from records.erasing import ERASURE_INDEX
from records.tables import KEYS, RECORDS

OF_NO_PERSON = {
    "staged_file": "a sealed file name, which goes with the file's deletion",
    "finding": "where a document or an account is found, which goes when the finding is cleared",
    "assessment": "why a risk was weighed so; it is about an activity or a system",
    "processor": "what companies, apps and services are called",
    "officer": "the secret of an officer's one-time codes",
}


def knows_a_person(table: Table) -> bool:
    return (
        table.name == "subject"
        or "subject_id" in table.c
        or any(column.info.get("sealed") for column in table.c)
    )


def test_every_table_that_knows_a_person_is_in_the_erasure_index() -> None:
    knowing = {table.name for table in RECORDS.tables.values() if knows_a_person(table)}
    assert knowing - set(OF_NO_PERSON) == set(ERASURE_INDEX)


def test_the_key_database_knows_nobody() -> None:
    assert not any(knows_a_person(table) for table in KEYS.tables.values())
