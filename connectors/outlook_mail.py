"""One mailbox of Microsoft 365: its messages listed to the end, found by reference, purged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from connectors.graph_client import GraphAnswer, GraphClient, asking
from lifecycle.errors import Refused

if TYPE_CHECKING:
    from msgraph.generated.users.item.messages.item.message_item_request_builder import (
        MessageItemRequestBuilder,
    )
    from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder

IMMUTABLE: Final = {"Prefer": 'IdType="ImmutableId"'}
"""An id that stays the same when the message is moved; asked for with every single request."""
AS_TEXT: Final = {"Prefer": 'IdType="ImmutableId", outlook.body-content-type="text"'}
GONE: Final = frozenset({404, 410})
KEPT: Final = frozenset({403, 423, 451})
"""Forbidden, locked, for legal reasons: the mailbox keeps it."""
DUMPSTER: Final = "recoverableitemsdeletions"
"""What people deleted from Deleted Items: no mail program shows it, and it can be had back."""
_PURGES: Final = "recoverableitemspurges"
_PARCEL: Final = "String {6e5ab6d2-4b0f-4d9c-9a0e-6c1f0d6a3b57} Name GallraParcel"
"""A property of ours on a message; no mail program shows it, and it does not travel."""


class Mailbox:
    """One mailbox, by its address."""

    def __init__(self, client: GraphClient, address: str) -> None:
        self._client = client
        self._address = address

    @property
    def client(self) -> GraphClient:
        """The way to Graph."""
        return self._client

    @property
    def user(self) -> UserItemRequestBuilder:
        """The SDK's addresses below this mailbox."""
        return self._client.users.by_user_id(self._address)

    def message(self, number: str) -> MessageItemRequestBuilder:
        """The SDK's addresses below one message. Raises `Refused("key_malformed")`."""
        if not number or number in {".", ".."}:
            raise Refused("key_malformed", ref=self._client.system)
        return self.user.messages.by_message_id(number)

    def read(self, number: str, select: Sequence[str]) -> dict[str, Any] | None:
        """These properties of a message, its body as text; None: there is none by that id."""
        info = asking(self.message(number), select=list(select))
        answer = self._client.send(info, headers=AS_TEXT, passing=GONE)
        if answer.status in GONE:
            return None
        found: dict[str, Any] = self._client.parsed(answer)
        return found

    def every(self, select: Sequence[str], *, at_once: int = 100) -> Iterator[dict[str, Any]]:
        """Every message in every folder, Deleted Items and what can be recovered from them
        included; each once, though it may be moved while this looks."""
        met: set[str] = set()
        everywhere = self.user.messages
        recoverable = self.user.mail_folders.by_mail_folder_id(DUMPSTER).messages
        for builder in (everywhere, recoverable):
            info = asking(builder, select=["id", *select], top=at_once)
            for message in self._client.pages(info, headers=AS_TEXT):
                if message["id"] not in met:
                    met.add(message["id"])
                    yield message

    def marked(self, mark: str, *, exactly: bool) -> list[dict[str, Any]]:
        """The messages that bear our mark, or one that begins so, wherever they are by now."""
        quoted = mark.replace("'", "''")
        fits = f"ep/value eq '{quoted}'" if exactly else f"startswith(ep/value, '{quoted}')"
        criterion = f"singleValueExtendedProperties/Any(ep: ep/id eq '{_PARCEL}' and {fits})"
        found: dict[str, dict[str, Any]] = {}
        recoverable = self.user.mail_folders.by_mail_folder_id(DUMPSTER).messages
        for builder in (self.user.messages, recoverable):
            info = asking(builder, filter=criterion, select=["id", "isDraft", "parentFolderId"])
            for message in self._client.pages(info, headers=IMMUTABLE):
                found.setdefault(message["id"], message)
        return list(found.values())

    def purge(self, number: str) -> GraphAnswer:
        """Ask that a message goes beyond Deleted Items. 404 is success; a refusal is the answer
        of a status in `KEPT`. Twice is the same as once."""
        info = asking(self.message(number).permanent_delete, "POST")
        return self._client.send(info, headers=IMMUTABLE, repeatable=True, passing=GONE | KEPT)

    def folder(self, name: str) -> str | None:
        """The id of a folder that Outlook has a name for; None: it has none."""
        info = asking(self.user.mail_folders.by_mail_folder_id(name), select=["id"])
        found = self._client.get(info, passing=GONE | frozenset({400}))
        return None if found is None else str(found["id"])

    def is_purged(self, message: dict[str, Any]) -> bool:
        """Whether a message that still answers lies where nobody gets at it any more."""
        return message.get("parentFolderId") == (self.folder(_PURGES) or "")


def marks(value: str) -> list[dict[str, str]]:
    """Our mark on a message, as Graph wants it."""
    return [{"id": _PARCEL, "value": value}]
