"""What is wrong about a person in our own records is put right there, the case system follows by a
work order, and whoever received it is told (art. 16, 19; T-65, H-31)."""

from __future__ import annotations

from typing import Final

from lifecycle.errors import Refused
from lifecycle.identifiers import CASE_REFERENCE, EMAIL, NATIONAL_ID
from lifecycle.ledger import EventKind
from lifecycle.references import OFFICER, SUBJECT, new_id, to_reference
from lifecycle.retention.reach import system_of_role
from lifecycle.rights import Right, Step
from lifecycle.telling import Because
from records import bulk, correcting, leases
from records.engines import reading
from records.officers import Officer
from records.rights import Request
from records.tables import blind_index
from records.unit_of_work import UnitOfWork
from tasks.erasing.whose_record import spelled
from tasks.house.parts import House
from tasks.proving.shredding import destroy_keys
from tasks.rights.carried import wanted
from tasks.rights.orders import CORRECT, open_order, slip_for
from tasks.rights.register import Line
from tasks.rights.steps import take
from tasks.telling.started import start

_BY_IMPORT: Final = frozenset({NATIONAL_ID, CASE_REFERENCE})
"""By these a person and a case are recognised: only the one who gave them changes them."""
_PATIENCE: Final = 60.0


def correct(
    house: House,
    ref: str,
    category: str,
    field: str,
    value: str,
    *,
    case: str = "",
    officer: str,
    code: str,
) -> Line:
    """Replace one field of one category in our own records by `value` ("": nothing), personal.

    The case system was told what our records said: somebody puts it right there too, by a work
    order. Raises as `rights_carried.wanted` and `rights_steps.take`; `Refused`:
    `category_not_held`, `field_not_held`, `identifier_not_corrected_here`, `same_value`;
    `KeyFailure`, `Busy`.
    """
    request = wanted(house, ref, Right.RECTIFICATION)
    person = request.subject_id
    if field in _BY_IMPORT:
        raise Refused("identifier_not_corrected_here", ref=ref)
    with reading(house.engine) as connection:
        was = correcting.held(
            connection, house.vault, subject_id=person, category=category, case=case
        )
    known = {*was.fields, *house.policy.categories[category].fields, *_columns(house, category)}
    if field not in known:
        raise Refused("field_not_held", ref=ref)
    if was.fields.get(field, "") == value.strip():
        raise Refused("same_value", ref=ref)
    now = was.fields | {field: value.strip()}
    system = system_of_role(house.policy, "case_system")
    slip = b"" if system is None else slip_for(house, person, system, wrong=f"{field}: {value}")

    def act(work: UnitOfWork, who: Officer, standing: Request) -> str | None:
        correcting.replace(
            work.connection,
            house.vault,
            was,
            number=new_id(),
            subject_id=person,
            category=category,
            fields=now,
        )
        _know_by(house, work, person, field, value)
        if system is not None:
            open_order(house, work, standing, CORRECT, system, slip)
        by = to_reference(OFFICER, who.id)
        work.record(
            EventKind.RECTIFIED,
            ref=to_reference(SUBJECT, person),
            rule="T-65" if house.policy.controller.country == "DK" else "A-35",
            facts={"category": category, "request": ref, "officer": by},
        )
        start(
            house,
            work,
            person,
            because=Because.RECTIFIED,
            categories={category},
            cases=() if was.case_id is None else (was.case_id,),
            by=by,
        )
        return None

    with leases.hold(
        house.engine, f"telling/{house.controller}", now=house.now, patience=_PATIENCE
    ):
        line = take(
            house, ref, Step.CARRY_OUT, officer=officer, code=code, how="corrected", act=act
        )
    destroy_keys(house)
    return line


def _columns(house: House, category: str) -> set[str]:
    columns = {} if house.policy.intake is None else house.policy.intake.columns
    return {name for name, column in columns.items() if column.keep == category}


def _know_by(house: House, work: UnitOfWork, person: int, field: str, value: str) -> None:
    """A person is found by the new address too."""
    if field != EMAIL:
        return
    for kind, one in spelled(house, {EMAIL: value}).items():
        bulk.upsert_rows(
            work.connection,
            blind_index,
            ("digest", "kind", "subject_id"),
            [(house.vault.index_digest(kind, one), kind, person)],
            key=("digest", "kind", "subject_id"),
            update=(),
        )
