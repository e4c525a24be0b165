"""A person says that somebody's data was rectified or restricted: whoever received it is to be told
(art. 16, 18, 19, H-31)."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.references import OFFICER, SUBJECT, new_id, to_reference
from lifecycle.telling import Because
from records import leases, received, tellings
from records.officers import Officer
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House
from tasks.officers.codes import agree
from tasks.sharing.disclosures import Selection, chosen
from tasks.telling.recipients import open_about

_PATIENCE = 60.0


class Started(NamedTuple):
    """Whom there is to tell."""

    recipients: int
    """Disclosures with something of that about the person: each recipient once for each."""
    opened: int
    """Tellings that were not to be done before."""


def tell(
    house: House,
    ref: str,
    *,
    because: Because,
    categories: Collection[str] = (),
    officer: str,
    code: str,
) -> Started:
    """Open a telling for each disclosure by which somebody received these categories (none: any)
    of the person `ref` (`S-…`, or `E-…` of a case).

    What is to be told so already is not opened again, so repeating it is safe; once it is told, a
    new one is another rectification or restriction. That nobody received anything is an answer,
    and in the ledger. Raises `Refused`: `reference_malformed`, `subject_unknown`,
    `category_unknown`, `telling_of_erasure` (that is the erasure's own), or as
    `officer_codes.agree` does; `Busy`.
    """
    if because is Because.ERASED:
        raise Refused("telling_of_erasure")
    wanted = set(categories) or set(house.policy.categories)
    if not wanted <= set(house.policy.categories):
        raise Refused("category_unknown")
    [person] = chosen(house, Selection(references=(ref,))).people
    done = Started(0, 0)

    def act(work: UnitOfWork, who: Officer) -> str | None:
        nonlocal done
        by = to_reference(OFFICER, who.id)
        done = start(house, work, person, because=because, categories=wanted, by=by)
        return None

    # Two people who say the same at once open it once.
    with leases.hold(
        house.engine, f"telling/{house.controller}", now=house.now, patience=_PATIENCE
    ):
        agree(house, handle=officer, code=code, ref=ref, act=act)
    return done


def start(
    house: House,
    work: UnitOfWork,
    person: int,
    *,
    because: Because,
    categories: Collection[str],
    cases: Collection[int] = (),
    by: str,
) -> Started:
    """The same within the caller's transaction; `cases`: it is about these alone, so that nobody is
    told of a case that they never had; `by`: the officer, `O-…`."""
    given = received.by_whom(
        work.connection,
        controller=house.controller,
        of={person: set(categories)},
        cases={(person, category): cases for category in categories} if cases else {},
    )
    standing = tellings.to_be_told(
        work.connection, controller=house.controller, because=because, subject_id=person
    )
    about = {
        number: {person: people[person]}
        for number, people in given.items()
        if not people[person] <= standing.get(number, set())
    }
    work.record(
        EventKind.TELLING_ASKED,
        ref=to_reference(SUBJECT, person),
        rule="H-31",
        found=len(given),
        acted=len(about),
        facts={"because": str(because), "officer": by},
    )
    return Started(len(given), open_about(house, work, because, new_id(), about))
