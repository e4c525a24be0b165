"""Mailboxes of Microsoft 365 are looked through for what may not lie there, and only read
(A-61…A-67, A-82, A-83)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from connectors.documents import Document
from connectors.graph_client import GraphClient, asking
from connectors.mail_document import LARGEST_MAIL, UNREADABLE, Attached, mail_document
from connectors.outlook_mail import AS_TEXT, IMMUTABLE, Mailbox
from lifecycle.bindings.scan import ScannedMailboxes
from lifecycle.errors import Changed, FileRefused, Unreachable
from lifecycle.intake.outcomes import FileReason

_LISTED: Final = ("id", "changeKey", "receivedDateTime", "createdDateTime")
_AT_ONCE: Final = 500
"""Entries in a page; each is a few hundred bytes."""
_FILE: Final = "#microsoft.graph.fileAttachment"


class MailboxDocuments:
    """Every message of these mailboxes in every folder that its owner sees, Deleted Items too.

    What was deleted from there is not looked at: nobody but an administrator sees it, and it goes
    by itself. A message that was moved keeps its key.
    """

    lasting: Final = True

    def __init__(
        self, binding: ScannedMailboxes, client: GraphClient, *, place: str, zone: ZoneInfo
    ) -> None:
        """Asks nothing yet. `zone`: in which the owner's mail program shows times."""
        self._mailboxes = binding.mailboxes
        self._client = client
        self._place = place
        self._zone = zone

    def documents(self) -> Iterator[Document]:
        """Every message, a page at a time. Raises `Unreachable`, `Misconfigured`."""
        with self._client.session():
            for address in self._mailboxes:
                box = Mailbox(self._client, address)
                info = asking(box.user.messages, select=list(_LISTED), top=_AT_ONCE)
                for listed in self._client.pages(info, headers=AS_TEXT):
                    yield self._document(box, address, listed)

    def _document(self, box: Mailbox, address: str, listed: Mapping[str, Any]) -> Document:
        number, version = listed.get("id"), listed.get("changeKey")
        if not isinstance(number, str) or not isinstance(version, str):
            raise Unreachable("system_unlike_binding", ref=self._place)
        return Document(
            key=f"{address}\n{number}",
            where=f"{address} · {self._when(listed)}",
            version=version,
            size=0,
            read=self._reader(box, number),
        )

    def _when(self, listed: Mapping[str, Any]) -> str:
        """By what its owner finds it: never by whom it is or of what it speaks."""
        told = str(listed.get("receivedDateTime") or listed.get("createdDateTime") or "")
        try:
            moment = datetime.fromisoformat(told)
        except ValueError:
            return "-"
        return f"{moment.astimezone(self._zone):%Y-%m-%d %H:%M:%S}"

    def _reader(self, box: Mailbox, number: str) -> Callable[[], bytes]:
        def read() -> bytes:
            content = None
            try:
                content = self._read(box, number)
            except Unreachable as failure:
                if failure.code != "item_missing":
                    raise
            if content is None:  # deleted while it was read
                raise Changed("item_changed")
            return content

        return read

    def _read(self, box: Mailbox, number: str) -> bytes | None:
        with self._client.session():
            message = box.read(number, ["subject", "body"])
            if message is None:
                return None
            # All of them, whatever `hasAttachments` says: it leaves out what stands in the text.
            info = asking(
                box.message(number).attachments,
                select=["id", "name", "size", "contentType", "isInline"],
            )
            listed = [
                one for one in self._client.pages(info, headers=IMMUTABLE) if not _is_drawn(one)
            ]
            if sum(int(one.get("size") or 0) for one in listed) > LARGEST_MAIL:
                raise FileRefused(FileReason.UNPACKED_TOO_LARGE)
            body = (message.get("body") or {}).get("content")
            return mail_document(
                subject=str(message.get("subject") or ""),
                text=str(body or ""),
                files=[self._attached(box, number, one) for one in listed],
            )

    def _attached(self, box: Mailbox, number: str, listed: Mapping[str, Any]) -> Attached:
        """One of them; a mail within a mail or a link to a cloud is nothing that could be read."""
        name = str(listed.get("name") or "")
        if listed.get("@odata.type", _FILE) != _FILE:
            return Attached(name, UNREADABLE)
        builder = box.message(number).attachments.by_attachment_id(str(listed["id"]))
        answer = self._client.parsed(self._client.send(asking(builder), headers=IMMUTABLE))
        try:
            content = base64.b64decode(answer["contentBytes"], validate=True)
        except (KeyError, TypeError, binascii.Error):
            content = UNREADABLE
        return Attached(name, content)


def _is_drawn(listed: Mapping[str, Any]) -> bool:
    """A picture within the text, as a signature has one."""
    kind = str(listed.get("contentType") or "").lower()
    return listed.get("isInline") is True and kind.startswith("image/")
