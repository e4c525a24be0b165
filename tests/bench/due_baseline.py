"""The obvious alternative: mapped classes, everybody's date read, decided row by row in Python."""

from __future__ import annotations

from datetime import date

from dateutil.relativedelta import relativedelta
from sqlalchemy import Engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    """What a developer begins with."""


class Event(Base):
    """A person's event with its date."""

    __tablename__ = "anchor"
    subject_id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(primary_key=True)
    on_date: Mapped[str | None]


def find_by_rows(engine: Engine, *, as_of: date, months: int, lead: int) -> list[int]:
    """Who is due, as an ORM's loop finds it."""
    found = []
    with Session(engine) as session:
        query = select(Event).where(Event.event == "left").execution_options(yield_per=10_000)
        for event in session.scalars(query):
            if event.on_date is None:
                continue
            last = date.fromisoformat(event.on_date) + relativedelta(months=months)
            if last - relativedelta(days=lead) <= as_of:
                found.append(event.subject_id)
    return sorted(found)
