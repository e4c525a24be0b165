"""An exported form becomes answers of known people: each row whole or set aside by number and
reason, and the same file again nothing new (A-45, A-46, A-99, T-27)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Connection

from connectors.form_export import delete_export, is_there, read_export_of
from lifecycle.bindings.consent_forms import ConsentForm
from lifecycle.consent import question_of
from lifecycle.consent_form import Read, Reply, Why, read_form
from lifecycle.errors import Changed, Misconfigured, Refused
from lifecycle.ledger import EventKind
from records import bulk, leases, to_dos
from records.consents import Row
from records.tables import blind_index
from records.unit_of_work import UnitOfWork
from tasks.consents.registering import IMPORT, Register, keep, new_row
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.proving.shredding import destroy_keys

TO_DO: Final = "quarantined_consents"
"""Rows of a form that were set aside, until the same form has none."""
_PATIENCE: Final = 60.0


class Imported(NamedTuple):
    """What came of one form; row numbers and reasons, never a person."""

    form: str
    sha256: str
    rows: int
    answers: int
    """Answers in the rows that fit."""
    new: int
    aside: tuple[tuple[int, str], ...]
    """Row in the file, reason code."""
    deleted: bool = False


def import_form(house: House, name: str, path: Path | None = None) -> Imported:
    """Take in one exported form, at `path` or where the bindings say.

    All that fits in one transaction; an answer that is on record is not doubled. The evidence of
    each is the SHA-256 of the file. Raises `Misconfigured("consent_forms_not_bound")`, `Refused`:
    `consent_form_unknown`, and what `read_export_of` and `read_form` do; `Busy`.
    """
    form = form_of(house, name)
    where = path or form.path
    exported = read_export_of(where)
    read = read_form(
        exported.table,
        form,
        country=house.policy.controller.country,
        today=local_today(house),
    )
    with leases.hold(
        house.engine, f"consents/{house.controller}", now=house.now, patience=_PATIENCE
    ):
        done = _take(house, name, form, read, exported.sha256)
    destroy_keys(house)
    if path is None and form.then == "delete" and not done.aside:
        # Registered already: a run that is killed here deletes it the next time.
        delete_export(where, exported.sha256)
        done = done._replace(deleted=True)
    return done


class Bound(NamedTuple):
    """What came of the forms that the bindings name."""

    done: tuple[Imported, ...]
    refused: tuple[tuple[str, str], ...]
    """Form, reason code: nothing of it was taken in; the others were."""


def import_bound(house: House) -> Bound:
    """Take in every form that lies where the bindings say; one that is refused holds up no other.
    Raises `Busy`."""
    done: list[Imported] = []
    refused: list[tuple[str, str]] = []
    for name, form in sorted(house.forms.items()):
        if is_there(form.path):
            try:
                done.append(import_form(house, name))
            except (Refused, Changed) as refusal:
                refused.append((name, refusal.code))
    return Bound(tuple(done), tuple(refused))


def form_of(house: House, name: str) -> ConsentForm:
    """How that form is read. Raises as `import_form`."""
    if not house.forms:
        raise Misconfigured("consent_forms_not_bound", ref=house.controller)
    if name not in house.forms:
        raise Refused("consent_form_unknown")
    return house.forms[name]


def _take(house: House, name: str, form: ConsentForm, read: Read, sha256: str) -> Imported:
    aside = list(read.aside)
    rows: list[Row] = []
    with house.work() as work:
        whose = _People(house, work.connection, read.replies)
        for reply in read.replies:
            told = whose.rows_of(reply, form, sha256)
            if isinstance(told, Why):
                aside.append((reply.row, told))
            else:
                rows += told
        new = keep(house, work, rows)
        done = Imported(
            form=name,
            sha256=sha256,
            rows=read.rows,
            answers=len(rows),
            new=new,
            aside=tuple((row, str(why)) for row, why in sorted(aside)),
        )
        _note(house, work, done)
        work.commit()
    return done


class _People:
    """Whose answers these are: found by keyed digest, never by name."""

    def __init__(self, house: House, connection: Connection, replies: Iterable[Reply]) -> None:
        self._house = house
        digests = {
            (kind, value): house.vault.index_digest(kind, value)
            for reply in replies
            for kind, value in reply.identifiers.items()
        }
        found: dict[tuple[bytes, str], set[int]] = {}
        c = blind_index.c
        for digest, kind, number in bulk.fetch_in(
            connection, (c.digest, c.kind, c.subject_id), c.digest, sorted(set(digests.values()))
        ):
            found.setdefault((bytes(digest), kind), set()).add(number)
        self._found: Mapping[tuple[str, str], set[int]] = {
            key: found.get((digest, key[0]), set()) for key, digest in digests.items()
        }
        people = sorted({number for numbers in self._found.values() for number in numbers})
        self._register = Register(house, connection, people)

    def rows_of(self, reply: Reply, form: ConsentForm, sha256: str) -> list[Row] | Why:
        """The answers of one row, or why it is set aside."""
        known = [
            {number for number in self._found[key] if number in self._register.people}
            for key in reply.identifiers.items()
        ]
        named = [numbers for numbers in known if numbers]
        if not named:
            return Why.NOBODY
        # One that is known to nobody says nothing against the other.
        person, *more = sorted(set.intersection(*named)) or (0, 0)
        if more:
            return Why.TWO
        kinds = self._register.people[person].kinds
        rows = []
        for header, answer in reply.answers.items():
            for name in form.answers[header]:
                question = question_of(self._house.policy, name)
                if question.subject not in kinds:
                    continue
                if reply.giver not in question.given_by:
                    return Why.GIVER
                start = reply.start_on or self._register.start(person) or reply.given_on
                rows.append(
                    new_row(question, person, answer=answer, on=reply.given_on,
                            giver=reply.giver, start=start, evidence=sha256,
                            at=self._house.at(), by=IMPORT)
                )  # fmt: skip
        return rows or Why.KIND


def _note(house: House, work: UnitOfWork, done: Imported) -> None:
    to_dos.stand(
        work.connection,
        controller=house.controller,
        kind=TO_DO,
        ref=done.form,
        number=len(done.aside),
        at=house.at(),
    )
    work.record(
        EventKind.CONSENTS_IMPORTED,
        found=done.rows,
        acted=done.new,
        facts={"form": done.form, "sha256": done.sha256},
        answers=done.answers,
        aside=len(done.aside),
    )
