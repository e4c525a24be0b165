"""A certificate is kept with its plan, once and for all."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select

from records import bulk
from records.tables import certificate


class Kept(NamedTuple):
    """A certificate as it is kept."""

    number: int
    plan_number: int
    body: bytes
    signature: bytes
    issued_at: str


def keep(connection: Connection, kept: Kept) -> None:
    """Keep it; a plan that has one already keeps that one."""
    bulk.upsert_rows(
        connection,
        certificate,
        ("plan_id", "id", "body", "signature", "issued_at"),
        [(kept.plan_number, kept.number, kept.body, kept.signature, kept.issued_at)],
        update=(),
    )


def of_plan(connection: Connection, plan_number: int) -> Kept | None:
    """The certificate of a plan; None where something is not proven."""
    c = certificate.c
    row = connection.execute(
        select(c.id, c.plan_id, c.body, c.signature, c.issued_at).where(c.plan_id == plan_number)
    ).one_or_none()
    return None if row is None else Kept(row[0], row[1], bytes(row[2]), bytes(row[3]), row[4])
