"""What people write about an incident may say who somebody is: it is sealed, and read only by those
who judge it (A-29)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from connectors.text_workbook import check_writable
from lifecycle.errors import Refused
from lifecycle.incident.naming import names_somebody
from lifecycle.incident.words import Topic
from lifecycle.references import new_id
from records.incidents import Entry
from tasks.house.parts import House
from tasks.house.today import local_today

BOX: Final = "incidents"
"""The sealed box of these texts: a key for each."""
LONGEST: Final = 20_000
"""Characters of one text: more is a document, and belongs where documents are kept."""
_DIGEST: Final = "#incident"
_SPACES: Final = frozenset("\t\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029")


class Written(NamedTuple):
    """A text that is ready to be written into the log."""

    entry: Entry
    digest: bytes

    def __repr__(self) -> str:
        return f"Written({self.entry.topic})"


def clean(text: str) -> str:
    """The text with its lines, in one form (NFC), without what a keyboard does not write.

    Raises `Refused`: `text_missing`, `text_too_long`, `text_not_writable`.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = "\n".join(
        "".join(" " if char in _SPACES else char for char in line).rstrip() for line in lines
    )
    kept = unicodedata.normalize("NFC", kept).strip()
    if not kept:
        raise Refused("text_missing")
    if len(kept) > LONGEST:
        raise Refused("text_too_long", longest=LONGEST)
    check_writable(kept)
    return kept


def readable(house: House, topic: Topic, text: str) -> str:
    """The text, clean, and naming nobody by an identity number or, where it tells what happened, by
    a mailbox or a telephone: what goes to the authority becomes public there.

    Raises `Refused`: `identity_number_in_text`, `contact_details_in_text`, or as `clean`.
    """
    kept = clean(text)
    controller = house.policy.controller
    against = names_somebody(
        kept,
        topic,
        country=controller.country,
        today=local_today(house),
        ours=filter(None, (controller.privacy_mailbox, controller.phone)),
    )
    if against is not None:
        raise Refused(against)
    return kept


def digest_of(house: House, topic: Topic, text: str, on: date | None) -> bytes:
    """Keyed: by which the same words about the same day are known again."""
    day = "" if on is None else on.isoformat()
    return house.vault.index_digest(_DIGEST, f"{topic}\n{day}\n{text}")


def seal(
    house: House, incident_id: int, topic: Topic, text: str, *, on: date | None, by: str
) -> Written:
    """Seal a text under a key of its own, which is durable when this returns; `by`: an officer's
    reference, or "". Raises as `readable`."""
    kept = readable(house, topic, text)
    number = new_id()
    (sealed,) = house.vault.box(BOX).seal_many([(number, kept.encode())])
    entry = Entry(
        number=number,
        incident_id=incident_id,
        topic=topic,
        on_date=None if on is None else on.isoformat(),
        added_at=house.at(),
        created_by=by,
        sealed=sealed,
    )
    return Written(entry, digest_of(house, topic, kept, on))


def opened(house: House, entries: Sequence[Entry]) -> list[str]:
    """The words of these lines. Raises `KeyFailure`."""
    sealed = [(entry.number, entry.sealed) for entry in entries]
    return [plain.decode() for plain in house.vault.box(BOX).open_many(sealed)]
