"""What people asked for, and by when they are answered (art. 12, 15 to 22)."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from records.tables.base import RECORDS, Id

rights_request = Table(
    "rights_request",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("controller", Text, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("received_on", Text, nullable=False),
    Column("more", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("closed_at", Text),
    Column("answered_on", Text),
    Column("reminded_on", Text),
    Index("rights_request_state", "controller", "state"),
    Index("rights_request_subject", "subject_id"),
)
"""A request. `subject_id`: 0 as long as nobody knows whom it is about, or where nothing is held;
`channel`: a word for the way it came; `received_on`, `answered_on`: local dates; `more`: months by
which it was extended; `outcome`, `because`: words, "" before there are any."""

rights_step = Table(
    "rights_step",
    RECORDS,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("request_id", Id, nullable=False),
    Column("subject_id", Id, nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("how", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("done_at", Text, nullable=False),
    Column("sealed", LargeBinary, info={"sealed": True}),
    UniqueConstraint("request_id", "number", name="rights_step_once"),
    Index("rights_step_subject", "subject_id"),
)
"""What was done with a request, never changed. `how`: a word or words; `ref`: the plan, the hold or
the work order that came of it, else ""; `decided_by`: an officer, or ""; `sealed`: what somebody
wrote, under a key of its own, until the policy's time is over or the person is erased."""
