"""Mail with personal data leaves only over verified TLS ≥ 1.2 to the recipient's server (H-33).

Whether that holds is asked before anything is sent, and once more on the very connection on which
the letter goes. Until it holds the server hears neither who writes nor to whom.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO, Final

from connectors.channel import Delivered, Parcel, Standing
from connectors.mail_addresses import Recipients, recipients_of
from connectors.mail_route import DnsLookup, Lookup
from connectors.parcel_rules import check_parcel
from connectors.sent_journal import SentJournal
from connectors.smtp_letter import Letter, letter_for, opened
from connectors.smtp_routes import DirectRoute, RelayRoute, Route
from connectors.smtp_session import Broken, Session, Trouble
from lifecycle.bindings.channels import SmtpChannel as SmtpBinding
from lifecycle.errors import GallraError, Misconfigured, NotProven, Refused, Unreachable

_AFTER_LETTER: Final = 600.0
"""Seconds until the answer to a whole letter (RFC 5321, 4.5.3.2.6). Who gives up sooner leaves
letters behind of which nobody knows whether they arrived."""
_MEGABYTE: Final = 1024 * 1024


def smtp_channel(
    binding: SmtpBinding,
    *,
    place: str,
    password: Callable[[], str] | None,
    journal: SentJournal,
    lookup: Lookup | None = None,
) -> SmtpChannel:
    """The channel of a binding; `lookup` is asked instead of DNS."""
    route: Route
    if binding.relay is not None:
        route = RelayRoute(
            binding.relay, address=binding.relay.host, password=password, trusted=binding.trusted
        )
    else:
        route = DirectRoute(
            pinned={domain.lower(): servers for domain, servers in binding.servers.items()},
            only_pinned=binding.only_pinned,
            lookup=lookup or DnsLookup(binding.nameservers),
            trusted=binding.trusted,
        )
    return SmtpChannel(
        place=place,
        sender=binding.sender,
        route=route,
        journal=journal,
        largest=binding.largest * _MEGABYTE,
        timeout=binding.timeout,
    )


class SmtpChannel:
    """Mail as a way out. No copy of ours is kept, so there is nothing to take back."""

    def __init__(
        self,
        *,
        place: str,
        sender: str,
        route: Route,
        journal: SentJournal,
        largest: int,
        timeout: float,
        after_letter: float = _AFTER_LETTER,
    ) -> None:
        """`largest`: bytes of a container. `timeout`, `after_letter`: seconds for an answer."""
        self._place = place
        self._sender = sender
        self._route = route
        self._journal = journal
        self._largest = largest
        self._timeout = timeout
        self._after_letter = after_letter

    @property
    def place(self) -> str:
        """The binding's name."""
        return self._place

    def check(self, to: tuple[str, ...]) -> None:
        """Whether the recipient's server proves itself now. It is not told who is written to.

        Raises `Refused`: `recipient_without_tls`, `recipient_certificate_refused`,
        `recipient_tls_too_old`, `recipient_unlike_smtp`, `recipient_without_smtputf8`, what
        `recipients_of` and `servers_of` raise, `relay_not_protected`, `relay_without_requiretls`;
        `Unreachable`; `Misconfigured("relay_login_refused")`.
        """
        recipients = recipients_of(to)
        with self._conversation(recipients) as session:
            session.leave()

    def deliver(self, parcel: Parcel) -> Delivered:
        """Every recipient gets it, or none. Besides what `check` raises: `Refused`
        (`parcel_too_large_for_mail`, `recipient_refused`, `sender_refused`, `letter_refused`,
        `parcel_file_missing`), `Unreachable("recipient_says_later")`,
        `NotProven("perhaps_delivered")`."""
        check_parcel(parcel)
        known = self._journal.look(parcel.ref)
        if known is not None and known.sent:
            return Delivered(parcel.ref, parcel.ref)
        if known is not None:
            raise NotProven("perhaps_delivered", ref=parcel.ref)
        recipients = recipients_of(parcel.to)
        if parcel.file is None:
            self._send(parcel, recipients, None, 0)
        else:
            container, size = opened(parcel.file)
            with container:
                self._send(parcel, recipients, container, size)
        return Delivered(parcel.ref, parcel.ref)

    def has_notes(self) -> bool:
        """Whether what was sent is still known. Raises `Misconfigured("sent_journal_unusable")`."""
        return self._journal.is_kept()

    def begin_notes(self) -> None:
        """Begin to remember. Raises `Misconfigured("sent_journal_unusable")`."""
        self._journal.start()

    def withdraw(self, delivered: Delivered) -> None:
        """Nothing: SMTP leaves no copy with us, and what arrived is the recipient's."""

    def standing(self, delivered: Delivered) -> Standing:
        """It lies with the recipient."""
        return Standing.BEYOND

    def _conversation(self, recipients: Recipients) -> Session:
        session = self._route.open(
            recipients.domain, name=self._sender.rpartition("@")[2], timeout=self._timeout
        )
        if recipients.needs_utf8 and "SMTPUTF8" not in session.extensions:
            session.close()
            raise Refused("recipient_without_smtputf8")
        return session

    def _send(
        self, parcel: Parcel, recipients: Recipients, container: BinaryIO | None, size: int
    ) -> None:
        if size > self._largest:
            raise Refused("parcel_too_large_for_mail")
        letter = letter_for(parcel, sender=self._sender, to=recipients.addresses, attached=size)
        failure: GallraError | None = None
        with self._conversation(recipients) as session:
            try:
                failure = self._envelope(session, recipients, letter)
            except Broken as broken:
                failure = self._route.broken(broken.trouble)
            if failure is None:
                failure = self._letter(session, parcel.ref, letter, container)
            session.leave()
        # Outside the handlers, so that nothing hangs on it.
        if failure is not None:
            raise failure

    def _envelope(
        self, session: Session, recipients: Recipients, letter: Letter
    ) -> GallraError | None:
        """Say who writes to whom; what was refused, if anything was."""
        if not session.protected:
            return self._route.broken(Trouble.NO_TLS)
        options = list(self._route.mail_options)
        if "SIZE" in session.extensions:
            limit = session.extensions["SIZE"]
            if limit.isdecimal() and 0 < int(limit) < letter.size:
                return Refused("parcel_too_large_for_mail")
            options.append(f"SIZE={letter.size}")
        if recipients.needs_utf8:
            options.append("SMTPUTF8")
        line = " ".join([f"MAIL FROM:<{self._sender}>", *options])
        code = session.say(line).code
        failure = _declined(code, "sender_refused", taken=(250,))
        if failure is not None:
            return failure
        for address in recipients.addresses:
            # 251 would send it on to a server that nobody has checked.
            code = session.say(f"RCPT TO:<{address}>").code
            failure = failure or _declined(code, "recipient_refused", taken=(250,))
        if failure is not None:
            with suppress(Broken):
                session.say("RSET")
        return failure

    def _letter(
        self, session: Session, ref: str, letter: Letter, container: BinaryIO | None
    ) -> GallraError | None:
        """Hand the letter over. A note on disk goes before it: from here on it may arrive."""
        self._journal.begin(ref)
        ended = False
        code = 0
        failure: GallraError | None = None
        try:
            code = session.say("DATA").code
            if code == 354:
                session.write(letter.parts(container))
                ended = True
                session.write([b".\r\n"])
                code = session.hear(self._after_letter).code
        except Broken as broken:
            if ended:
                return NotProven("perhaps_delivered", ref=ref)
            failure = self._route.broken(broken.trouble)
        except GallraError as error:
            # The container changed on its way: hang up in the middle, and it is no letter.
            session.close()
            failure = error
        if ended and not 400 <= code < 600:
            if not 200 <= code < 300:
                return NotProven("perhaps_delivered", ref=ref)
            # It was taken, whatever becomes of the note: without it the next try says "perhaps".
            with suppress(Misconfigured):
                self._journal.sent(ref)
            return None
        # Without the dot at its end no server takes a letter, and a refused one is none.
        self._journal.not_sent(ref)
        return failure or _declined(code, "letter_refused", taken=())


def _declined(code: int, reason: str, *, taken: tuple[int, ...]) -> GallraError | None:
    if code in taken:
        return None
    if code == 552:
        return Refused("parcel_too_large_for_mail")
    if 400 <= code < 500:
        return Unreachable("recipient_says_later")
    return Refused(reason)
