"""Which risks were weighed, and when they are weighed again (T-75, H-45)."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from records.tables.base import RECORDS, Id

assessment = Table(
    "assessment",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("matter", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("on_date", Text, nullable=False),
    Column("consequence", Integer, nullable=False),
    Column("likelihood", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("review_on", Text),
    Column("sealed", LargeBinary, nullable=False, info={"sealed": True}),
    Column("decided_by", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Index("assessment_of", "controller", "matter", "name"),
)
"""One assessment of a risk, or of an impact (`kind`), of an activity or a system of the policy
(`matter`, `name`); never changed. `consequence`, `likelihood`: levels of the policy, 1 and up;
`outcome`: what an impact assessment ended with; `review_on`: an earlier last day than the policy's;
`sealed`: the reasons, as somebody typed them; `evidence`: the SHA-256 of a paper, or ""."""
