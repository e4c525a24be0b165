"""The password's other way: a short text to a telephone, by a gateway, once."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from connectors.channel import Delivered, Parcel, Standing
from connectors.http_client import HttpClient, Unanswered
from connectors.parcel_rules import check_parcel
from connectors.sent_journal import SentJournal
from lifecycle.bindings.channels import SmsGateway
from lifecycle.errors import GallraError, Misconfigured, NotProven, Refused, Unreachable

_TELEPHONE: Final = re.compile(r"\+[1-9][0-9]{7,14}")
"""E.164: a plus sign, the country, fifteen digits at most."""


def _clock() -> datetime:
    return datetime.now(UTC)


class SmsChannel:
    """Text messages. They carry no file, and nothing that was sent can be taken back."""

    def __init__(
        self,
        binding: SmsGateway,
        *,
        place: str,
        token: Callable[[], str],
        journal: SentJournal,
        now: Callable[[], datetime] = _clock,
    ) -> None:
        self._binding = binding
        self._place = place
        self._token = token
        self._journal = journal
        self._now = now

    @property
    def place(self) -> str:
        """The binding's name."""
        return self._place

    def check(self, to: tuple[str, ...]) -> None:
        """Whether this is one telephone number, and the gateway knows us (where the binding says
        how to ask that without sending).

        Raises `Refused`: `telephone_malformed`, `one_recipient_only`;
        `Misconfigured("gateway_login_refused")`; `Unreachable`.
        """
        _telephone(to)
        if self._binding.probe is None:
            return
        client = self._client()
        answered = client.get(client.address(self._binding.probe))
        if answered.status in {401, 403}:
            raise Misconfigured("gateway_login_refused", ref=self._place)
        if answered.status != 200:
            raise Unreachable("gateway_unreachable", ref=self._place)

    def deliver(self, parcel: Parcel) -> Delivered:
        """Post the text once.

        Besides what `check` raises: `Refused` (`channel_carries_no_file`,
        `text_too_long_for_sms`, `text_refused`), `NotProven("perhaps_delivered")` when the answer
        was lost: tried again only while the gateway itself promises to take it once.
        """
        check_parcel(parcel)
        if parcel.file is not None:
            raise Refused("channel_carries_no_file")
        telephone = _telephone(parcel.to)
        if not 0 < len(parcel.text) <= self._binding.longest:
            raise Refused("text_too_long_for_sms")
        known = self._journal.look(parcel.ref)
        if known is not None and known.sent:
            return Delivered(parcel.ref, parcel.ref)
        if known is not None and not self._still_once(known.begun_at):
            raise NotProven("perhaps_delivered", ref=parcel.ref)
        self.check(parcel.to)
        self._post(parcel, telephone, begun=known is not None)
        return Delivered(parcel.ref, parcel.ref)

    def has_notes(self) -> bool:
        """Whether what was sent is still known. Raises `Misconfigured("sent_journal_unusable")`."""
        return self._journal.is_kept()

    def begin_notes(self) -> None:
        """Begin to remember. Raises `Misconfigured("sent_journal_unusable")`."""
        self._journal.start()

    def withdraw(self, delivered: Delivered) -> None:
        """Nothing: a text on a telephone is its owner's."""

    def standing(self, delivered: Delivered) -> Standing:
        """It lies with the recipient."""
        return Standing.BEYOND

    def _client(self) -> HttpClient:
        return HttpClient(
            self._binding.url, self._token, timeout=self._binding.timeout, system=self._place
        )

    def _still_once(self, begun_at: datetime) -> bool:
        once = self._binding.idempotency
        return once is not None and self._now() - begun_at < timedelta(hours=once.hours)

    def _post(self, parcel: Parcel, telephone: str, *, begun: bool) -> None:
        once = self._binding.idempotency
        headers = None if once is None else {once.header: parcel.ref}
        client = self._client()
        address = client.address(self._binding.path)
        body = self._body(parcel, telephone)
        if not begun:
            self._journal.begin(parcel.ref)
        failure: GallraError | None = None
        unsure = False
        try:
            status = client.send("POST", address, body, headers=headers).status
        except Unanswered:
            unsure = True
        except Unreachable:
            failure = Unreachable("gateway_unreachable", ref=self._place)
        except GallraError as error:
            failure = error
        else:
            # 500, 502, 504: somebody behind the gateway may have sent it.
            unsure = status >= 500 and status != 503
            failure = None if unsure else self._declined(status)
        if unsure:
            # A gateway that takes it once is asked again; of any other nobody knows.
            raise (
                Unreachable("answer_lost", ref=self._place)
                if once is not None
                else NotProven("perhaps_delivered", ref=parcel.ref)
            )
        if failure is not None:
            # What was begun before may have arrived then, whatever is said now.
            if not begun:
                self._journal.not_sent(parcel.ref)
            raise failure
        # It was taken, whatever becomes of the note: without it the next try says "perhaps".
        with suppress(Misconfigured):
            self._journal.sent(parcel.ref)

    def _declined(self, status: int) -> GallraError | None:
        if 200 <= status < 300:
            return None
        if status in {401, 403}:
            return Misconfigured("gateway_login_refused", ref=self._place)
        if status in {408, 429, 503}:
            return Unreachable("gateway_unreachable", ref=self._place)
        return Refused("text_refused", ref=self._place)

    def _body(self, parcel: Parcel, telephone: str) -> dict[str, Any]:
        names = self._binding.fields
        body: dict[str, Any] = {}
        for name, value in self._binding.constants.items():
            _put(body, name, value)
        if names.sender is not None:
            _put(body, names.sender, self._binding.sender)
        if names.reference is not None:
            _put(body, names.reference, parcel.ref)
        _put(body, names.to, telephone)
        _put(body, names.text, parcel.text)
        return body


def _telephone(to: tuple[str, ...]) -> str:
    if len(to) != 1:
        raise Refused("one_recipient_only")
    if not _TELEPHONE.fullmatch(to[0]):
        raise Refused("telephone_malformed")
    return to[0]


def _put(body: dict[str, Any], name: str, value: object) -> None:
    *outer, last = name.split(".")
    for part in outer:
        body = body.setdefault(part, {})
    body[last] = value
