"""E-mail must be weeded too (A-76): mailboxes are searched for people, and their messages purged.

A message goes whole or not at all: never while it also names somebody who may not go yet
(docs/decisions, number 17).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from connectors.graph_client import GraphClient, asking
from connectors.mail_mentions import SELECTED, MailKey, addresses, mentions, texts
from connectors.mapped import canonical, erases, local_date
from connectors.outlook_mail import IMMUTABLE, KEPT, Mailbox
from connectors.system import Answer, Found, Order, Record
from lifecycle.bindings.outlook import Outlook
from lifecycle.errors import GallraError, Misconfigured, Refused

_DATES = {"received": "receivedDateTime", "sent": "sentDateTime"}


class OutlookMailboxes:
    """Mailboxes of Microsoft 365 as one outer system; a record is one identifier in one message."""

    def __init__(
        self,
        binding: Outlook,
        client: GraphClient,
        *,
        system: str,
        zone: ZoneInfo,
        today: Callable[[], date],
    ) -> None:
        """Asks nothing yet. `today`: the local date, by which ten digits find their century."""
        self._binding = binding
        self._client = client
        self._system = system
        self._zone = zone
        self._today = today
        self._people = {one.kind: one for one in binding.people}
        self._own = frozenset({*binding.own_domains, *binding.mailboxes})
        self._refusals: set[tuple[str, str]] = set()
        """Messages that the mailbox would not let go: to a reading it shows them all the same."""

    @property
    def system(self) -> str:
        """The policy's name of it."""
        return self._system

    def records(self) -> Iterator[Record]:
        """Every identifier in every message of every folder, Deleted Items and what can be
        recovered from them included.

        Raises `Unreachable`, `Misconfigured`, `Refused("record_malformed")`.
        """
        with self._client.session():
            for address in self._binding.mailboxes:
                for message in Mailbox(self._client, address).every(SELECTED):
                    yield from self._records(address, message)

    def carry_out(self, orders: Sequence[Order]) -> None:
        """Purge the messages that nobody else needs. What the mailbox keeps is left.

        Raises `Unreachable`, `Misconfigured`; when everything else is done
        `Refused("system_conflict", records=…)`.
        """
        conflicts = 0
        with self._client.session():
            for (address, number), of_message in self._by_message(orders).items():
                if any(not erases(order) for order in of_message.values()):
                    raise Misconfigured("cannot_empty", ref=self._system)
                mailbox = Mailbox(self._client, address)
                message = mailbox.read(number, SELECTED)
                if message is None or not self._may_go(message, of_message):
                    continue
                conflicts += not self._purge(mailbox, address, number)
        if conflicts:
            raise Refused("system_conflict", ref=self._system, records=conflicts)

    def read_back(self, orders: Sequence[Order]) -> Iterator[Found]:
        """Look anew at each message, by its id and in the lists of its mailbox.

        Purged is `GONE`: no list and no mail program shows it. A message that somebody else still
        needs is `KEPT`.
        """
        listed: dict[str, set[str] | None] = {}
        for order in orders:
            try:
                with self._client.session():
                    answer = self._look(order, listed)
            except GallraError:
                answer = Answer.COULD_NOT_LOOK
            yield Found(order.key, answer)

    def export(self, keys: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Addresses, dates, subject, text and files of the messages, by key."""
        with self._client.session():
            for written in dict.fromkeys(keys):
                key = self._key(written)
                mailbox = Mailbox(self._client, key.mailbox)
                message = mailbox.read(key.message, [*SELECTED, "hasAttachments"])
                if message is not None:
                    content = self._content(mailbox, key, message)
                    yield written, canonical({self._people[key.kind].text: content})

    def _records(self, address: str, message: Mapping[str, Any]) -> Iterator[Record]:
        for mention in self._mentions(message):
            for kind, people in self._people.items():
                key = MailKey(address, str(message["id"]), kind, mention)
                yield Record(
                    key=key.written(),
                    kind=kind,
                    identifiers={mention.name: mention.value},
                    categories=tuple(sorted(people.categories)),
                    anchors={
                        event: local_date(
                            message.get(_DATES[which]), self._zone, system=self._system
                        )
                        for event, which in people.anchors.items()
                    },
                    mention=True,
                )

    def _mentions(self, message: Mapping[str, Any]) -> tuple[Any, ...]:
        return mentions(
            message,
            country=self._binding.identity_numbers,
            own=self._own,
            today=self._today(),
        )

    def _key(self, written: str) -> MailKey:
        key = MailKey.read(written, system=self._system)
        if key.kind not in self._people or key.mailbox not in self._binding.mailboxes:
            raise Refused("key_malformed", ref=self._system)
        return key

    def _by_message(
        self, orders: Sequence[Order]
    ) -> dict[tuple[str, str], dict[tuple[MailKey, tuple[str, ...]], Order]]:
        grouped: dict[tuple[str, str], dict[tuple[MailKey, tuple[str, ...]], Order]]
        grouped = defaultdict(dict)
        for order in orders:
            key = self._key(order.key)
            grouped[key.mailbox, key.message][key, order.categories] = order
        return grouped

    def _may_go(
        self,
        message: Mapping[str, Any],
        orders: Mapping[tuple[MailKey, tuple[str, ...]], Order],
    ) -> bool:
        """Whether a message goes: whole, for somebody whom it names, and against nobody."""
        named = set(self._mentions(message))
        going: dict[MailKey, set[str]] = defaultdict(set)
        for (key, categories), order in orders.items():
            if key.mention in named and order.may_touch({key.mention.name: key.mention.value}):
                going[key] |= set(categories)
        whole = {key for key, gone in going.items() if self._is_whole(key, gone)}
        if not whole:
            return False
        deciding = [order for (key, _), order in orders.items() if key in whole]
        return not any(self._is_needed(message, order, besides=whole) for order in deciding)

    def _is_whole(self, key: MailKey, categories: set[str]) -> bool:
        return set(self._people[key.kind].categories) <= categories

    def _is_needed(
        self, message: Mapping[str, Any], order: Order, *, besides: set[MailKey]
    ) -> bool:
        """Whether the message names somebody else of whom it does not go as well; by the same
        address, too: two may share one."""
        if order.needed is None:
            return False
        own = self._key(order.key)
        for mention in self._mentions(message):
            for kind in self._people:
                other = own._replace(kind=kind, mention=mention)
                if other in besides and other != own:
                    continue  # asked about with its own order
                if order.needed(other.written(), kind, {mention.name: mention.value}):
                    return True
        return False

    def _purge(self, mailbox: Mailbox, address: str, number: str) -> bool:
        """Whether the mailbox took it, or keeps the message for a reason of its own."""
        info = asking(mailbox.message(number).permanent_delete, "POST")
        passing = frozenset({400, 404, 409, 410, 422}) | KEPT
        answer = self._client.send(info, headers=IMMUTABLE, repeatable=True, passing=passing)
        if answer.status in KEPT:
            self._refusals.add((address, number))
            return True
        self._refusals.discard((address, number))
        return answer.status not in {400, 409, 422}

    def _look(self, order: Order, listed: dict[str, set[str] | None]) -> Answer:
        key = self._key(order.key)
        mailbox = Mailbox(self._client, key.mailbox)
        message = mailbox.read(key.message, SELECTED)
        if message is None:
            return self._look_in_lists(mailbox, key, listed)
        borne = {key.mention.name: key.mention.value}
        if key.mention not in self._mentions(message) or order.is_anothers(borne):
            return Answer.GONE
        if mailbox.is_purged(message):
            return Answer.GONE
        if (key.mailbox, key.message) in self._refusals:
            return Answer.KEPT
        return Answer.KEPT if self._is_needed(message, order, besides=set()) else Answer.STILL_THERE

    def _look_in_lists(
        self, mailbox: Mailbox, key: MailKey, listed: dict[str, set[str] | None]
    ) -> Answer:
        """A wrong mailbox or a right that is missing may answer "not found" to everything."""
        if key.mailbox not in listed:
            listed[key.mailbox] = None
            listed[key.mailbox] = {str(m["id"]) for m in mailbox.every((), at_once=1000)}
        numbers = listed[key.mailbox]
        if numbers is None:
            return Answer.COULD_NOT_LOOK
        return Answer.STILL_THERE if key.message in numbers else Answer.GONE

    def _content(self, mailbox: Mailbox, key: MailKey, message: Mapping[str, Any]) -> object:
        subject, text = texts(message)
        found: dict[str, object] = {
            "addresses": sorted(set(addresses(message))),
            "received": message.get("receivedDateTime"),
            "sent": message.get("sentDateTime"),
            "subject": subject,
            "text": text,
        }
        if message.get("hasAttachments"):
            info = asking(mailbox.message(key.message).attachments)
            found["files"] = [
                {"name": one.get("name"), "base64": one.get("contentBytes")}
                for one in self._client.pages(info, headers=IMMUTABLE)
            ]
        return {name: value for name, value in found.items() if value}
