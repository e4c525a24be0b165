"""Each person is written to once about one thing, and what became of the letter is on record
(art. 13, 14, 34)."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text, UniqueConstraint

from records.tables.base import RECORDS, Id

letter = Table(
    "letter",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("occasion", Text, nullable=False),
    Column("languages", Text, nullable=False),
    Column("channel", Text),
    Column("way", Text),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("opened_at", Text, nullable=False),
    Column("done_at", Text),
    Column("order_id", Id, nullable=False),
    UniqueConstraint("subject_id", "kind", "about", "version", "occasion", name="letter_once"),
    Index("letter_state", "controller", "kind", "about", "state"),
)
"""One letter to one person about one thing: a notice, an incident, a consent that is missing.
`about`: a word of the policy or a reference; `version`: SHA-256 of what it says; `occasion`: why
now (`first`, the year, `change`); `way`: keyed digest of where its channel led; `order_id`: the
work order by which a person hands it over, else 0. States: sending → sent, unsure or by_person;
by_person → handed."""
