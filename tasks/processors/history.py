"""What was noted of one processor, by whom and on which paper."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from lifecycle.errors import Refused
from records.engines import reading
from records.processors import PROCESSOR_KIND
from tasks.house.parts import House
from tasks.processors.register import Line, lines, read


class NotedLine(NamedTuple):
    """One entry as it is shown."""

    of: str
    """The processor's name, or the reference of its sub-processor."""
    kind: str
    on: date
    until: date | None
    outcome: str
    country: str
    by: str
    """An officer's reference."""
    evidence: str
    """SHA-256 of the paper, or ""."""


def history(house: House, which: str) -> tuple[Line, list[NotedLine]]:
    """A processor by the policy's name or `V-…`, and what was noted of it and of its
    sub-processors, oldest first. Raises `Refused("processor_unknown")`."""
    found = [line for line in lines(house) if which and which in {line.name, line.ref}]
    if not found:
        raise Refused("processor_unknown")
    [line] = found
    with reading(house.engine) as connection:
        register = read(connection, controller=house.controller)
    rows = [row for row in register.rows if row.ref == line.ref and row.kind == PROCESSOR_KIND]
    rows += [sub for row in rows for sub in register.subs_of(row)]
    return line, [
        NotedLine(
            of=line.label if row.ref == line.ref else row.ref,
            kind=str(one.entry.kind),
            on=one.entry.on,
            until=one.entry.until,
            outcome=one.entry.outcome,
            country=one.entry.country,
            by=one.by,
            evidence=one.evidence,
        )
        for row in rows
        for one in register.noted.get(row.number, ())
    ]
