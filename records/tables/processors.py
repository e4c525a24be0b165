"""Who processes data on the controller's behalf, under which agreement, and how it was judged
(A-11…A-23)."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from records.tables.base import RECORDS, Id

processor = Table(
    "processor",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("parent_id", Id, nullable=False),
    Column("systems", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False, info={"sealed": True}),
    Column("added_at", Text, nullable=False),
    Column("removed_at", Text),
    Index("processor_kind", "controller", "kind"),
)
"""A processor, a sub-processor (of `parent_id`, else 0), an app or a learning service. `name`: the
policy file's own, "" where only the register knows it; `systems`: names of the policy; `sealed`:
what it is called and what it does, as somebody typed it (a firm may bear a person's name)."""

processor_entry = Table(
    "processor_entry",
    RECORDS,
    Column("processor_id", Id, nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("on_date", Text, nullable=False),
    Column("until_on", Text),
    Column("outcome", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("plan_id", Id, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    PrimaryKeyConstraint("processor_id", "number"),
    sqlite_with_rowid=False,
)
"""One thing that was noted of it (1, 2, …), never changed: what is valid on a day is folded
out of all (`lifecycle.processor`). `plan_id`: the review's plan, else 0; `decided_by`: an officer's
reference; `evidence`: the SHA-256 of a file, or ""."""
