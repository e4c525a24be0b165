"""Encrypted e-mail through Microsoft 365: sent once, found again, our own copy purged (A-69 b, c).

Both ends delete: our copy goes when the time is up; the recipient's is theirs to delete.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from connectors.channel import Delivered, Parcel, Standing
from connectors.graph_client import GraphClient, asking
from connectors.outlook_attaching import attach, attached
from connectors.outlook_mail import IMMUTABLE, KEPT, Mailbox, marks
from connectors.parcel_rules import check_parcel
from lifecycle.errors import GallraError, Misconfigured, NotProven, Refused, Unreachable

_ADDRESS: Final = re.compile(r"[^\s@,;<>\"]{1,64}@[a-z0-9][a-z0-9.-]{1,252}", re.IGNORECASE)
_WHOLE: Final = "/whole"
"""Added to the mark of a draft with all that belongs to it: only such a one is sent."""
_TO: Final = ("toRecipients", "ccRecipients", "bccRecipients")
_LOOKS: Final = (0.0, 0.5, 2.0, 5.0)
"""Seconds before each look for a mail whose sending got no answer: Outlook moves it by and by."""


class OutlookChannel:
    """Mail from one mailbox of Microsoft 365."""

    def __init__(
        self,
        client: GraphClient,
        *,
        place: str,
        mailbox: str,
        encrypted_to: tuple[str, ...],
        largest: int = 25_000_000,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`mailbox`: whose mail it is, by address. `encrypted_to`: the domains to which Microsoft
        365 surely encrypts: the organisation's own, and those with enforced TLS. `largest`: bytes
        of a parcel's file."""
        self._client = client
        self._place = place
        self._mailbox = Mailbox(client, mailbox)
        self._encrypted_to = frozenset(domain.lower() for domain in encrypted_to)
        self._largest = largest
        self._sleep = sleep

    @property
    def place(self) -> str:
        """The binding's name: configuration, never personal."""
        return self._place

    def check(self, to: tuple[str, ...]) -> None:
        """Whether the mailbox answers, with the right to read and to write, and mail to these
        addresses is encrypted. Nothing is sent; the right to send shows only in sending.

        Raises `Refused("recipient_not_encrypted")`, `Refused("address_malformed")`,
        `Unreachable`, `Misconfigured`.
        """
        self._require_encrypted(to)
        with self._client.session():
            for folder in ("drafts", "sentitems"):
                if self._mailbox.folder(folder) is None:
                    raise Misconfigured("mailbox_not_found", ref=self._place)

    def deliver(self, parcel: Parcel) -> Delivered:
        """Send it once; what was sent before is found in the mailbox by the parcel's reference.

        Raises as `check`; `Refused("parcel_too_large")`, `Unreachable` while nothing was sent, or
        `NotProven("perhaps_delivered")`.
        """
        check_parcel(parcel)
        self._require_encrypted(parcel.to)
        if parcel.file is not None and self._size(parcel.file) > self._largest:
            raise Refused("parcel_too_large", ref=self._place)
        with self._client.session():
            whole = self._mailbox.marked(parcel.ref + _WHOLE, exactly=True)
            sent = [message for message in whole if not message["isDraft"]]
            if sent:
                return Delivered(parcel.ref, str(sent[0]["id"]))
            if whole and self._leaves(whole[0]):
                draft = str(whole[0]["id"])
                self._require_sent(draft)
            else:
                draft = self._as_made(whole, parcel) or self._drafted(parcel)
                self._send(draft)
        return Delivered(parcel.ref, draft)

    def withdraw(self, delivered: Delivered) -> None:
        """Purge our copy, and every draft of it. Gone already is success. Raises `Unreachable`,
        `NotProven("deletion_refused")`."""
        with self._client.session():
            copies = [delivered.handle] if delivered.handle else []
            copies += [x["id"] for x in self._mailbox.marked(delivered.ref, exactly=False)]
            self._purge(dict.fromkeys(copies))

    def standing(self, delivered: Delivered) -> Standing:
        """`THERE` while our copy is; then `BEYOND`: it lies with the recipient. Never raises."""
        try:
            with self._client.session():
                found = self._copies(delivered)
                there = any(not self._mailbox.is_purged(message) for message in found)
        except GallraError:
            return Standing.COULD_NOT_LOOK
        return Standing.THERE if there else Standing.BEYOND

    def _copies(self, delivered: Delivered) -> list[dict[str, Any]]:
        found = self._mailbox.marked(delivered.ref, exactly=False)
        if delivered.handle:
            one = self._mailbox.read(delivered.handle, ["id", "isDraft", "parentFolderId"])
            found += [one] if one is not None else []
        return found

    def _purge(self, numbers: dict[str, None]) -> None:
        kept = sum(self._mailbox.purge(number).status in KEPT for number in numbers)
        if kept:
            raise NotProven("deletion_refused", ref=self._place)

    def _as_made(self, whole: list[dict[str, Any]], parcel: Parcel) -> str | None:
        """The draft that an earlier attempt left, if it goes to exactly these people and has
        nothing else in it; else it is purged: whoever reads the mailbox could change it."""
        if not whole:
            return None
        draft = str(whole[0]["id"])
        found = self._mailbox.read(draft, ["subject", *_TO])
        wanted = {"toRecipients": parcel.to, "ccRecipients": (), "bccRecipients": ()}
        same = found is not None and found.get("subject") == parcel.subject
        for field, addresses in wanted.items():
            told = _addresses(None if found is None else found.get(field))
            same = same and told == sorted(address.casefold() for address in addresses)
        files = [] if parcel.file is None else [parcel.name]
        if same and attached(self._mailbox, draft) == files:
            return draft
        self._purge({str(message["id"]): None for message in whole})
        return None

    def _drafted(self, parcel: Parcel) -> str:
        """A draft with all that belongs to it; what an earlier attempt left half done goes."""
        left = self._mailbox.marked(parcel.ref, exactly=True)
        self._purge({found["id"]: None for found in left})
        body = {
            "subject": parcel.subject,
            "body": {"contentType": "html", "content": parcel.html}
            if parcel.html
            else {"contentType": "text", "content": parcel.text},
            "toRecipients": [{"emailAddress": {"address": address}} for address in parcel.to],
            "singleValueExtendedProperties": marks(parcel.ref),
        }
        client = self._client
        info = asking(self._mailbox.user.messages, "POST")
        made = client.parsed(client.send(info, body, headers=IMMUTABLE))
        draft = str(made["id"])
        if parcel.file is not None:
            attach(self._mailbox, draft, parcel.file, parcel.name)
        whole = {"singleValueExtendedProperties": marks(parcel.ref + _WHOLE)}
        changed = asking(self._mailbox.message(draft), "PATCH")
        client.send(changed, whole, headers=IMMUTABLE, repeatable=True)
        return draft

    def _send(self, draft: str) -> None:
        """Once; when the answer is lost, the mailbox is looked at instead of sending again."""
        info = asking(self._mailbox.message(draft).send, "POST")
        with suppress(Unreachable):
            self._client.send(info, headers=IMMUTABLE, repeatable=False)
            return
        self._require_sent(draft)

    def _require_sent(self, draft: str) -> None:
        """See that a mail went out whose sending got no answer.

        Raises `Unreachable` when it still lies among the drafts, and
        `NotProven("perhaps_delivered")` when nobody can tell.
        """
        waits = False
        for pause in _LOOKS:
            self._sleep(pause)
            waits = False
            with suppress(GallraError):
                found = self._mailbox.read(draft, ["id", "isDraft", "parentFolderId"])
                if found is not None and not found["isDraft"]:
                    return
                waits = found is not None and not self._leaves(found)
        if waits:
            raise Unreachable("system_unreachable", ref=self._place)
        raise NotProven("perhaps_delivered", ref=self._place)

    def _size(self, file: Path) -> int:
        with suppress(OSError):
            return file.stat().st_size
        raise Refused("parcel_file_missing", ref=self._place)

    def _leaves(self, message: dict[str, Any]) -> bool:
        return message.get("parentFolderId") == self._mailbox.folder("outbox")

    def _require_encrypted(self, to: tuple[str, ...]) -> None:
        if not to or not all(_ADDRESS.fullmatch(address) for address in to):
            raise Refused("address_malformed", ref=self._place)
        for address in to:
            if address.rpartition("@")[2].lower() not in self._encrypted_to:
                raise Refused("recipient_not_encrypted", ref=self._place)


def _addresses(told: Any) -> list[str] | None:
    """The addresses of a mail, folded and sorted; None: not understood."""
    with suppress(AttributeError, KeyError, TypeError):
        return sorted(str(one["emailAddress"]["address"]).casefold() for one in told)
    return None
