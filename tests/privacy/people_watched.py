"""Everything that may be seen, outside the vault, of what is done for people whose every value is
known."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from console.sample_people import Person
from tasks.erasing.finding import find_by_national_id
from tasks.house.parts import House
from tests.factories.officers import Authenticator, enrol
from tests.factories.people import canaries
from tests.factories.sharing import Desk

TOLD_BY_MAIL, ALSO_BY_MAIL, WITHOUT_MAIL, UNKNOWN, IN_A_TEXT, NEIGHBOUR, IN_A_LIST, CALLED = (
    PLANTED
) = canaries(8, seed=29)
"""Three whose cases are imported; one whom only a form names; one whom an incident's log names; one
whom somebody complains of; one in the cells of a list of processors, where no person belongs; and
one whom a firm is called after."""
KNOWN = PLANTED[:3]


class Heard(logging.Handler):
    """Every record, of every logger, as a file of a careless colleague would have it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """The line, what it was made of, and the error that it tells."""
        self.lines.append(f"{self.format(record)} {record.msg!r} {record.args!r}")


@dataclass
class Played:
    """Everything that the outside may see of what was done, by where it was seen."""

    desk: Desk
    office: Path
    """Where the office's own files lie; searched by nobody."""
    heard: Heard
    seen: dict[str, list[str | bytes]] = field(default_factory=dict)
    shown: dict[str, list[str | bytes]] = field(default_factory=dict)
    """What is for the one who answers for it alone: there the words of the texts stand."""
    officers: dict[str, Authenticator] = field(default_factory=dict)

    def house(self) -> House:
        return self.desk.house()

    def see(self, where: str, *what: object) -> None:
        """Something that others may see."""
        texts = [one if isinstance(one, bytes) else f"{one!r} {one}" for one in what]
        self.seen.setdefault(where, []).extend(texts)

    def fails(self, call: Callable[[], object]) -> str:
        """Its error as logs, consoles and crash reporters show it; the reason code."""
        try:
            call()
        except Exception as error:  # noqa: BLE001 -- whatever it is: it is what is looked at
            whole = "".join(traceback.format_exception(error))
            chain = [error, error.__cause__, error.__context__]
            self.see("error", whole, *chain, *(vars(one) for one in chain if one is not None))
            return str(getattr(error, "code", type(error).__name__))
        raise AssertionError("nothing was refused")

    def by(self, role: str) -> dict[str, Any]:
        """An officer of that role, with a fresh code."""
        if role not in self.officers:
            first = next(iter(self.officers.values()), None)
            self.officers[role] = enrol(self.house(), self.desk.clock, f"{role}-1", role, by=first)
        officer = self.officers[role]
        return {"officer": officer.handle, "code": officer.fresh()}

    def ref(self, person: Person) -> str:
        (found,) = find_by_national_id(self.house(), person.national_id)
        return found.ref


@contextmanager
def listening() -> Iterator[Heard]:
    """All loggers tell all they can."""
    heard, root = Heard(), logging.getLogger()
    heard.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    known = [one for one in root.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    before = [(one, one.level, one.propagate, one.disabled) for one in (root, *known)]
    for one, *_ in before:
        one.setLevel(logging.DEBUG)
        one.propagate, one.disabled = True, False
    root.addHandler(heard)
    try:
        yield heard
    finally:
        root.removeHandler(heard)
        for one, level, propagate, disabled in before:
            one.setLevel(level)
            one.propagate, one.disabled = propagate, disabled
