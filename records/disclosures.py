"""Who received which categories about whom, until when: the register of what left us (art. 30)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, select, update

from lifecycle.disclosure import FINISHED, STAGES, Stage, Terms
from lifecycle.errors import Changed, Refused
from lifecycle.plan import ItemState, PlanKind
from lifecycle.references import PLAN, to_reference
from lifecycle.retention.facts import Verdict
from records import bulk
from records.tables import disclosure, holding, plan, plan_item, subject

_c = disclosure.c
_TERMS: Final = tuple(Terms._fields)
_HOLDING: Final = (holding.c.subject_id, holding.c.category, holding.c.engagement_id)


class Disclosure(NamedTuple):
    """One disclosure: its terms and where it stands."""

    number: int
    """That of its plan."""
    terms: Terms
    stage: Stage
    attempt: int
    has_password: bool
    """Whether what its password is made of lies here still."""
    sent_at: str | None
    password_at: str | None
    ended_at: str | None
    ended_by: str | None
    reminded_on: str | None
    """The local day on which the recipient was last asked to delete it."""

    @property
    def ref(self) -> str:
        """The reference of its plan, `P-…`."""
        return to_reference(PLAN, self.number)


def insert(
    connection: Connection, *, controller: str, number: int, terms: Terms, sealed: bytes
) -> None:
    """Note a disclosure that is prepared; `sealed`: what its password will be made of."""
    values: dict[str, Any] = terms._asdict()
    values["categories"] = " ".join(terms.categories)
    values["cases"] = " ".join(terms.cases) or None
    values["contact_digest"] = bytes.fromhex(terms.contact_digest)
    connection.execute(
        disclosure.insert().values(
            plan_id=number,
            controller=controller,
            stage=str(Stage.PREPARED),
            attempt=0,
            sealed=sealed,
            **values,
        )
    )


def get(connection: Connection, *, controller: str, number: int) -> Disclosure:
    """The disclosure of that plan. Raises `Refused("disclosure_unknown")`."""
    row = connection.execute(
        select(disclosure).where(_c.plan_id == number, _c.controller == controller)
    ).first()
    if row is None:
        raise Refused("disclosure_unknown", ref=to_reference(PLAN, number))
    return _of(row)


def find(
    connection: Connection, *, controller: str, stages: Collection[Stage] | None = None
) -> list[Disclosure]:
    """Disclosures in these stages, or all; the newest plan first."""
    query = (
        select(disclosure)
        .join(plan, plan.c.id == _c.plan_id)
        .where(_c.controller == controller)
        .order_by(plan.c.created_at.desc(), plan.c.id.desc())
    )
    if stages is not None:
        query = query.where(_c.stage.in_([str(one) for one in stages]))
    return [_of(row) for row in connection.execute(query)]


def move(connection: Connection, number: int, *, was: Stage, to: Stage, **values: Any) -> None:
    """Move a disclosure on, and keep `values` (columns) with it.

    Raises `Refused("disclosure_step_not_allowed")` for a step that `STAGES` does not have and
    `Changed("disclosure_changed_meanwhile")` when it is not in `was` any more.
    """
    ref = to_reference(PLAN, number)
    if to not in STAGES[was]:
        raise Refused("disclosure_step_not_allowed", ref=ref)
    moved = connection.execute(
        update(disclosure)
        .where(_c.plan_id == number, _c.stage == str(was))
        .values(stage=str(to), **values)
    )
    if moved.rowcount != 1:
        raise Changed("disclosure_changed_meanwhile", ref=ref)


class Standing(NamedTuple):
    """What the columns say of where a disclosure stands; nobody has looked whether it is so."""

    number: int
    stage: str
    until_on: str


def standing(
    connection: Connection, *, controller: str, number: int | None = None
) -> list[Standing]:
    """Where that disclosure, or each, stands by the columns."""
    query = select(_c.plan_id, _c.stage, _c.until_on).where(_c.controller == controller)
    if number is not None:
        query = query.where(_c.plan_id == number)
    return [Standing(*row) for row in connection.execute(query.order_by(_c.plan_id))]


def put_right(connection: Connection, found: Standing, *, stage: Stage, until_on: str) -> bool:
    """What the ledger says takes the place of what was found; False when it has moved on since."""
    values: dict[str, Any] = {"stage": str(stage), "until_on": until_on}
    if stage not in FINISHED:
        values |= {"ended_at": None, "ended_by": None}
    put = connection.execute(
        update(disclosure)
        .where(
            _c.plan_id == found.number,
            _c.stage == found.stage,
            _c.until_on == found.until_on,
        )
        .values(**values)
    )
    return put.rowcount == 1


def sealed(connection: Connection, number: int) -> bytes | None:
    """What the password is made of; None when it has arrived."""
    found = connection.execute(select(_c.sealed).where(_c.plan_id == number)).scalar_one_or_none()
    return None if found is None else bytes(found)


def sealed_handle(connection: Connection, number: int) -> bytes | None:
    """Where the channel put it."""
    found = connection.execute(
        select(_c.sealed_handle).where(_c.plan_id == number)
    ).scalar_one_or_none()
    return None if found is None else bytes(found)


class Content(NamedTuple):
    """One sealed holding that is to be disclosed."""

    holding_id: int
    subject_id: int
    category: str
    sealed: bytes
    engagement_id: int | None
    """The case that it belongs to; None: the person."""

    def __repr__(self) -> str:
        return f"Content(holding_id={self.holding_id})"


Only = Mapping[int, Collection[int]]
"""Person → the cases (our numbers of them) outside of which nothing of a case is disclosed."""


def content(
    connection: Connection,
    subjects: Collection[int],
    categories: Collection[str],
    *,
    only: Only,
) -> list[Content]:
    """The holdings of exactly these categories of exactly these people, in a fixed order; case by
    case."""
    columns = (*_HOLDING, holding.c.id, holding.c.sealed)
    rows = bulk.fetch_in(connection, columns, holding.c.subject_id, sorted(subjects))
    found = [
        Content(row[3], row[0], row[1], bytes(row[4]), row[2])
        for row in rows
        if row[1] in categories and _is_meant(row[0], row[2], only)
    ]
    return sorted(
        found,
        key=lambda one: (one.subject_id, one.category, one.engagement_id or 0, one.holding_id),
    )


def present(
    connection: Connection, *, controller: str, subjects: Collection[int], only: Only
) -> dict[int, tuple[str, frozenset[str]]]:
    """Who of these is known: the kind of each, and the categories with anything in them."""
    wanted = sorted(subjects)
    kinds = {
        row[0]: row[1]
        for row in bulk.fetch_in(
            connection,
            (subject.c.id, subject.c.kind),
            subject.c.id,
            wanted,
            also={subject.c.controller: controller},
        )
    }
    held: dict[int, set[str]] = {number: set() for number in kinds}
    for number, category, case in bulk.fetch_in(connection, _HOLDING, holding.c.subject_id, wanted):
        if number in held and _is_meant(number, case, only):
            held[number].add(category)
    return {number: (kinds[number], frozenset(names)) for number, names in held.items()}


def _is_meant(person: int, case: int | None, only: Only) -> bool:
    return case is None or person not in only or case in only[person]


def note_reminded(connection: Connection, number: int, *, on: str) -> None:
    """The recipient was asked to delete it on that local day."""
    connection.execute(update(disclosure).where(_c.plan_id == number).values(reminded_on=on))


def of_erased(
    connection: Connection, *, controller: str, plan_number: int, stages: Collection[Stage]
) -> dict[int, set[int]]:
    """Disclosure → those of its people of whom that erasure has proven gone what was disclosed."""
    told = plan_item.alias("told")
    gone = plan_item.alias("gone")
    rows = connection.execute(
        select(_c.plan_id, told.c.subject_id, told.c.categories, gone.c.categories)
        .select_from(gone)
        .join(told, told.c.subject_id == gone.c.subject_id)
        .join(disclosure, _c.plan_id == told.c.plan_id)
        .where(
            gone.c.plan_id == plan_number,
            gone.c.verdict == str(Verdict.GO),
            gone.c.state == str(ItemState.PROVEN),
            _c.controller == controller,
            _c.stage.in_([str(one) for one in stages]),
        )
    )
    people: dict[int, set[int]] = {}
    for number, person, disclosed, erased in rows:
        if not set(disclosed.split()).isdisjoint(erased.split()):
            people.setdefault(number, set()).add(person)
    return dict(sorted(people.items()))


def closed_with_password(connection: Connection, *, controller: str) -> list[int]:
    """Disclosures that will never be sent although what their password is made of is still here:
    nobody agreed, or what was agreed has changed."""
    rows = connection.execute(
        select(_c.plan_id)
        .join(plan, plan.c.id == _c.plan_id)
        .where(
            _c.controller == controller,
            _c.stage == str(Stage.PREPARED),
            plan.c.kind == str(PlanKind.DISCLOSURE),
            plan.c.state.in_(["declined", "void"]),
        )
    )
    return list(rows.scalars())


def _of(row: Row[Any]) -> Disclosure:
    values = row._mapping
    given: dict[str, Any] = {name: values[name] for name in _TERMS}
    given["categories"] = tuple(values["categories"].split())
    given["cases"] = tuple((values["cases"] or "").split())
    given["contact_digest"] = bytes(values["contact_digest"]).hex()
    return Disclosure(
        number=values["plan_id"],
        terms=Terms(**given),
        stage=Stage(values["stage"]),
        attempt=values["attempt"],
        has_password=values["sealed"] is not None,
        sent_at=values["sent_at"],
        password_at=values["password_at"],
        ended_at=values["ended_at"],
        ended_by=values["ended_by"],
        reminded_on=values["reminded_on"],
    )
