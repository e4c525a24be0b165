"""What is handed to a channel: a sealed container under a neutral name, its password apart from it.

The plaintext is in memory only. The password is derived from a seed whose key goes when both have
arrived: a restart derives the same one, and nothing stores it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import orjson
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from connectors.channel import Delivered, Parcel
from connectors.payload import read_payload
from lifecycle.disclosure import Stage
from lifecycle.errors import Misconfigured, Refused, Unreachable
from lifecycle.opening import Container, Language, opening_letter, opening_on_server
from lifecycle.passwords import RANDOM_BYTES, password_from
from lifecycle.plan import ItemState, PlanItem
from lifecycle.references import ENGAGEMENT, PARCEL, from_reference, to_reference
from records import disclosures, lookups, plans
from records.disclosures import Disclosure
from records.engines import reading
from records.plans import Plan
from tasks.house.doors import Cell, Cover, Door
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.sharing.disclosures import SEED
from tasks.sharing.judging import only_cases
from tasks.sharing.letters import deletion_letter, password_letter
from tasks.sharing.reading_out import require_as_agreed, take_out

_SPOKEN: Final[dict[str, Language]] = {"SE": "sv", "DK": "da"}
_CONTAINERS: Final[dict[str, Container]] = {"zip": "zip", "xlsx": "xlsx", "pdf": "pdf"}
_INFO: Final = b"gallra disclosure password 1"
_CONTENT: Final = 0
_PASSWORD: Final = 1
_DELETION: Final = 2
_BLOCK: Final = 3
"""Parcels of one attempt: content, password, the wish that it be deleted."""


class Packed(NamedTuple):
    """A sealed container that lies in the outgoing folder."""

    file: Path
    people: int
    cells: int
    """0 where it was sealed by an earlier run."""


def content_ref(disclosure: Disclosure) -> str:
    """`X-…` of the container: the same as long as nobody found out that it had not arrived."""
    return _ref(disclosure, _CONTENT)


def seal_content(house: House, plan: Plan, disclosure: Disclosure, *, password: str) -> Packed:
    """Open exactly what was approved, and lay it sealed into the outgoing folder.

    What may be on its way already is not sealed anew: other bytes would be another container to a
    channel that looks for what it delivered. What lies in other systems is read now, and must be
    what was agreed to. Raises `KeyFailure`, `Unreachable("outgoing_not_writable")`, as
    `reading_out.take_out` and `reading_out.require_as_agreed`, and what the sealer raises.
    """
    with reading(house.engine) as connection:
        items = [
            one.item
            for one in plans.items(connection, plan.number)
            if one.state is not ItemState.DROPPED
        ]
    folder = house.doors.outgoing
    file = folder / file_name(disclosure)
    failed = False
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError:
        failed = True
    if failed:
        raise Unreachable("outgoing_not_writable")
    if disclosure.stage is Stage.SENDING and file.is_file() and not file.is_symlink():
        return Packed(file, people=len({one.subject_id for one in items}), cells=0)
    cells = _cells(house, disclosure, items)
    contact = house.doors.contact(disclosure.terms.recipient, disclosure.terms.contact)
    cover = Cover(contact.language, local_today(house), _words(house, contact.language))
    house.doors.sealer(disclosure.terms.container)(cells, file, password, cover)
    file.chmod(0o600)
    return Packed(file, people=len({one.person for one in cells}), cells=len(cells))


def file_name(disclosure: Disclosure) -> str:
    """What its container is called while it lies in the outgoing folder."""
    return f"{content_ref(disclosure)}.{disclosure.terms.container}"


def password_of(house: House, disclosure: Disclosure) -> str:
    """The same as often as it is asked, until it has arrived.

    Raises `Refused("disclosure_key_gone")` afterwards, and where a backup has brought back what had
    been sent since; `KeyFailure`.
    """
    seed = _seed(house, disclosure)
    salt = disclosure.number.to_bytes(8, "big")
    derived = HKDF(algorithm=SHA256(), length=RANDOM_BYTES, salt=salt, info=_INFO).derive(seed)
    return password_from(derived)


def _seed(house: House, disclosure: Disclosure) -> bytes:
    with reading(house.engine) as connection:
        sealed = disclosures.sealed(connection, disclosure.number)
    if sealed is None:
        raise Refused("disclosure_key_gone", ref=disclosure.ref)
    [seed] = house.vault.open([(disclosure.number, disclosure.number, SEED, sealed)])
    return seed


def content_parcel(house: House, disclosure: Disclosure, door: Door, file: Path) -> Parcel:
    """The container and the letter around it."""
    contact = house.doors.contact(disclosure.terms.recipient, disclosure.terms.contact)
    ref = content_ref(disclosure)
    second = house.doors.door(disclosure.terms.password_by).about.password
    if door.about.file is None or second is None:
        raise Misconfigured("channel_carries_no_files", ref=door.name)
    controller = house.policy.controller
    container: Container = _CONTAINERS[disclosure.terms.container]
    subject, text = opening_letter(
        container=container,
        language=contact.language,
        way=door.about.file,
        password_by=second,
        ref=ref,
        until=date.fromisoformat(disclosure.terms.until_on),
        ask=f"{controller.company}, {controller.privacy_mailbox}",
    )
    return Parcel(
        ref=ref,
        file=file,
        name=file.name,
        to=door.address(contact),
        subject=subject,
        text=text,
        until=date.fromisoformat(disclosure.terms.until_on),
    )


def password_parcel(
    house: House, disclosure: Disclosure, door: Door, *, about: str, password: str
) -> Parcel:
    """The password of the container `about` (`X-…`), alone; and how to open it where no letter came
    with the container."""
    contact = house.doors.contact(disclosure.terms.recipient, disclosure.terms.contact)
    subject, text = password_letter(contact.language, ref=about, password=password)
    text += opening_beside(house, disclosure, short=door.about.medium == "phone")
    ref = _ref(disclosure, _PASSWORD)
    to = (door.password_address(contact),)
    return Parcel(ref=ref, file=None, name=ref, to=to, subject=subject, text=text)


def opening_beside(house: House, disclosure: Disclosure, *, short: bool) -> str:
    """How to open a container that came without a letter, behind an empty line; empty where the
    letter came with it. `short`: what a text message has room for."""
    door = house.doors.ways.get(disclosure.terms.channel)
    if door is None or door.about.letter:
        return ""
    contact = house.doors.contact(disclosure.terms.recipient, disclosure.terms.contact)
    controller = house.policy.controller
    return "\n" + opening_on_server(
        container=_CONTAINERS[disclosure.terms.container],
        language=contact.language,
        until=date.fromisoformat(disclosure.terms.until_on),
        ask="" if short else f"{controller.company}, {controller.privacy_mailbox}",
    )


def deletion_parcel(
    house: House, disclosure: Disclosure, door: Door, *, about: str, number: int
) -> Parcel:
    """The wish that the container `about` be deleted; `number`: the how manieth, from 0."""
    contact = house.doors.contact(disclosure.terms.recipient, disclosure.terms.contact)
    subject, text = deletion_text(house, disclosure, about=about)
    ref = to_reference(PARCEL, disclosure.number ^ (_DELETION + _BLOCK * number))
    by_content = door.name == disclosure.terms.channel
    to = door.address(contact) if by_content else (door.password_address(contact),)
    return Parcel(ref=ref, file=None, name=ref, to=to, subject=subject, text=text)


def deletion_text(house: House, disclosure: Disclosure, *, about: str) -> tuple[str, str]:
    """Subject and text of that wish, in the recipient's language."""
    contact = house.doors.contact(disclosure.terms.recipient, disclosure.terms.contact)
    early = local_today(house).isoformat() <= disclosure.terms.until_on
    return deletion_letter(contact.language, early=early, **_facts(house, disclosure, about))


def seal_handle(house: House, disclosure: Disclosure, delivered: Delivered) -> bytes:
    """The channel's own words, sealed: they may lead to the file."""
    told = orjson.dumps([delivered.ref, delivered.handle]).decode()
    return house.vault.seal_name(disclosure.number, told)


def delivered_of(house: House, disclosure: Disclosure) -> Delivered | None:
    """Where the container is; None where only a person's word says that it arrived."""
    with reading(house.engine) as connection:
        sealed = disclosures.sealed_handle(connection, disclosure.number)
    if sealed is None:
        return None
    ref, handle = orjson.loads(house.vault.open_name(disclosure.number, sealed))
    return Delivered(ref, handle)


def _cells(house: House, disclosure: Disclosure, items: Sequence[PlanItem]) -> list[Cell]:
    """Person by person, our own records first. Other systems are asked first of all: what they
    refuse opens nothing."""
    taken = take_out(house, items)
    seed = _seed(house, disclosure)
    require_as_agreed(house, items, taken, seed=seed, number=disclosure.number)
    numbers = {
        person: number
        for number, person in enumerate(sorted({item.subject_id for item in items}), start=1)
    }
    ours = [item for item in items if item.placement_id == 0]
    cells = _own_cells(house, disclosure, ours, numbers)
    for one in taken:
        called = house.policy.systems[one.system].called
        cells += [Cell(numbers[one.subject_id], *value, source=called) for value in one.values]
    return sorted(cells, key=lambda cell: cell.person)  # stable: the order of each stays


def _words(house: House, language: Language) -> dict[str, str]:
    """The policy's own words, where they are in the recipient's language."""
    policy = house.policy
    if language != _SPOKEN[policy.controller.country]:
        return {}
    columns = {} if policy.intake is None else policy.intake.columns
    fields = {name: column.aliases[0] for name, column in columns.items() if column.aliases}
    return fields | {name: one.called for name, one in policy.categories.items()}


def _own_cells(
    house: House, disclosure: Disclosure, items: Sequence[PlanItem], numbers: Mapping[int, int]
) -> list[Cell]:
    of = {item.subject_id: frozenset(item.categories) for item in items}
    categories = {category for item in items for category in item.categories}
    with reading(house.engine) as connection:
        cases = [from_reference(ENGAGEMENT, one) for one in disclosure.terms.cases]
        only = only_cases(connection, house.controller, cases)
        found = disclosures.content(connection, list(of), categories, only=only)
        wanted = [one for one in found if one.category in of[one.subject_id]]
        theirs = {one.engagement_id for one in wanted if one.engagement_id is not None}
        called = lookups.case_numbers(connection, sorted(theirs))
    opened = house.vault.open(
        [(one.holding_id, one.subject_id, one.category, one.sealed) for one in wanted]
    )
    cells = []
    for one, plain in zip(wanted, opened, strict=True):
        told = read_payload(b'{"%b":%b}' % (one.category.encode(), plain))
        for name, value in sorted(told.get(one.category, {}).items()):
            case = "" if one.engagement_id is None else called[one.engagement_id]
            cells.append(Cell(numbers[one.subject_id], one.category, name, value, case=case))
    return cells


def _facts(house: House, disclosure: Disclosure, ref: str) -> dict[str, str]:
    controller = house.policy.controller
    return {
        "ref": ref,
        "company": controller.company,
        "until": disclosure.terms.until_on,
        "mailbox": controller.privacy_mailbox,
    }


def _ref(disclosure: Disclosure, which: int) -> str:
    return to_reference(PARCEL, disclosure.number ^ (which + _BLOCK * disclosure.attempt))
