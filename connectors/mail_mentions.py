"""Whom a message names: by the addresses on it, and by identity numbers that stand in it whole."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

import orjson

from lifecycle.errors import Refused
from lifecycle.identifiers import EMAIL, NATIONAL_ID, canonical

SELECTED: Final = (
    "subject",
    "body",
    "from",
    "sender",
    "replyTo",
    "toRecipients",
    "ccRecipients",
    "bccRecipients",
    "receivedDateTime",
    "sentDateTime",
    "isDraft",
    "parentFolderId",
)
"""What has to be known of a message."""
_ONE: Final = ("from", "sender")
_MANY: Final = ("replyTo", "toRecipients", "ccRecipients", "bccRecipients")
# Never a part of a longer number, of an address or of a word.
_BEFORE: Final = r"(?<![\w@/\\+=&-])(?<!\d[.,:])"
_AFTER: Final = r"(?![\w@/\\=&+-])(?![.,:]\d)"
_SHAPES: Final = {
    "SE": re.compile(rf"{_BEFORE}(?:\d{{8}}|\d{{6}})[-+‐‑–]?\d{{4}}{_AFTER}", re.ASCII),
    "DK": re.compile(rf"{_BEFORE}\d{{6}}[- ]?\d{{4}}{_AFTER}", re.ASCII),
}


class Mention(NamedTuple):
    """One identifier that a message bears; personal data."""

    name: str
    """`email` or `national_id`."""
    value: str
    """In its one spelling."""

    def __repr__(self) -> str:
        return f"Mention(name={self.name})"


class MailKey(NamedTuple):
    """A mention of one identifier, in one message, as one kind of person; personal data."""

    mailbox: str
    message: str
    """Outlook's immutable id."""
    kind: str
    mention: Mention

    def written(self) -> str:
        """For use outside, where it is kept sealed."""
        whole = [self.mailbox, self.message, self.kind, *self.mention]
        return orjson.dumps(whole).decode()

    def __repr__(self) -> str:
        return f"MailKey(kind={self.kind})"

    @classmethod
    def read(cls, written: str, *, system: str) -> MailKey:
        """Raises `Refused("key_malformed")`."""
        parts: Any = None
        try:
            parts = orjson.loads(written)
        except orjson.JSONDecodeError:
            parts = None
        if (
            not isinstance(parts, list)
            or len(parts) != 5
            or not all(isinstance(part, str) and part for part in parts)
        ):
            raise Refused("key_malformed", ref=system)
        mailbox, message, kind, name, value = parts
        return cls(mailbox, message, kind, Mention(name, value))


def mentions(
    message: Mapping[str, Any], *, country: str | None, own: Collection[str], today: date
) -> tuple[Mention, ...]:
    """Everybody whom a message names, each once, in a fixed order; `own` are the domains and the
    addresses of our own people, who are at work."""
    found = {
        Mention(EMAIL, spelled)
        for address in addresses(message)
        if (spelled := canonical(EMAIL, address, country="", today=today)) is not None
        and spelled not in own
        and spelled.rpartition("@")[2] not in own
    }
    if country is not None:
        found |= {
            Mention(NATIONAL_ID, number)
            for text in texts(message)
            for written in _SHAPES[country].findall(text)
            if (number := canonical(NATIONAL_ID, written, country=country, today=today)) is not None
        }
    return tuple(sorted(found))


def addresses(message: Mapping[str, Any]) -> Iterator[str]:
    """Every address on a message."""
    entries = [message.get(name) for name in _ONE]
    entries += [entry for name in _MANY for entry in message.get(name) or ()]
    for entry in entries:
        address = ((entry or {}).get("emailAddress") or {}).get("address")
        if isinstance(address, str) and address:
            yield address


def texts(message: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and text."""
    body = (message.get("body") or {}).get("content")
    return str(message.get("subject") or ""), str(body or "")
