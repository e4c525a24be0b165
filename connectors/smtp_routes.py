"""Mail goes to the recipient's own server, checked, or to a relay that promises the rest (H-33)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from connectors.mail_route import Lookup, MailServer, servers_of
from connectors.smtp_session import Broken, Session, Trouble
from connectors.verified_tls import verified_context
from lifecycle.bindings.channels import PinnedServer, Relay
from lifecycle.errors import GallraError, Misconfigured, Refused, Unreachable

_AT_RECIPIENT: Final[dict[Trouble, Callable[[], GallraError]]] = {
    Trouble.LOST: lambda: Unreachable("recipient_server_unreachable"),
    Trouble.NOT_SMTP: lambda: Refused("recipient_unlike_smtp"),
    Trouble.NO_TLS: lambda: Refused("recipient_without_tls"),
    Trouble.CERTIFICATE: lambda: Refused("recipient_certificate_refused"),
    Trouble.TLS_TOO_OLD: lambda: Refused("recipient_tls_too_old"),
}


class Route(Protocol):
    """Who is spoken to, and what is asked of them with each letter."""

    mail_options: tuple[str, ...]
    """Words after MAIL FROM that this way needs."""

    def open(self, domain: str, *, name: str, timeout: float) -> Session:
        """A conversation that is encrypted and verified; nothing of a letter was said yet.

        The very connection on which the letter goes: between check and sending nobody can change
        what is checked. Raises `Refused`, `Unreachable`, `Misconfigured`.
        """
        ...

    def broken(self, trouble: Trouble) -> GallraError:
        """What to call it when the conversation breaks off."""
        ...


class DirectRoute:
    """To the server that takes the recipient's mail, by its name and certificate."""

    mail_options: tuple[str, ...] = ()

    def __init__(
        self,
        *,
        pinned: Mapping[str, Sequence[PinnedServer]],
        only_pinned: bool,
        lookup: Lookup,
        trusted: Path | None,
    ) -> None:
        self._pinned = pinned
        self._only_pinned = only_pinned
        self._lookup = lookup
        self._trusted = trusted

    def open(self, domain: str, *, name: str, timeout: float) -> Session:
        """The first of the domain's servers that proves itself; the most preferred one's trouble
        is told when none does."""
        servers = servers_of(
            domain, pinned=self._pinned, only_pinned=self._only_pinned, lookup=self._lookup
        )
        first: Trouble | None = None
        for server in servers:
            try:
                return self._proven(server, name, timeout)
            except Broken as broken:
                first = first or broken.trouble
        raise self.broken(first or Trouble.LOST)

    def broken(self, trouble: Trouble) -> GallraError:
        """Refused where another way must be taken, unreachable where time may mend it."""
        return _AT_RECIPIENT[trouble]()

    def _proven(self, server: MailServer, name: str, timeout: float) -> Session:
        return _begun(
            Session(server, name=name, timeout=timeout),
            lambda session: _in_clear_until_tls(session, self._trusted),
        )


class RelayRoute:
    """To the organisation's own server, if it promises TLS all the way (REQUIRETLS, RFC 8689).

    Without that promise nobody would check the second leg, and H-33 wants it checked.
    """

    mail_options: tuple[str, ...] = ("REQUIRETLS",)

    def __init__(
        self,
        relay: Relay,
        *,
        address: str,
        password: Callable[[], str] | None,
        trusted: Path | None,
    ) -> None:
        """`address`: where the relay is; its name, unless a test says otherwise."""
        self._relay = relay
        self._server = MailServer(relay.host, relay.port, address)
        self._password = password
        self._trusted = trusted

    def open(self, domain: str, *, name: str, timeout: float) -> Session:
        """Encrypted, logged in, and REQUIRETLS is offered."""
        trouble: Trouble | None = None
        try:
            return _begun(Session(self._server, name=name, timeout=timeout), self._enter)
        except Broken as broken:
            trouble = broken.trouble
        raise self.broken(trouble)

    def broken(self, trouble: Trouble) -> GallraError:
        """A relay without the protection that it must have is refused."""
        if trouble is Trouble.LOST:
            return Unreachable("relay_unreachable")
        return Refused("relay_not_protected")

    def _enter(self, session: Session) -> None:
        if self._relay.security == "implicit_tls":
            session.wrap(verified_context(self._trusted))
            session.greeted()
        else:
            _in_clear_until_tls(session, self._trusted)
        if "REQUIRETLS" not in session.extensions:
            raise Refused("relay_without_requiretls")
        if self._relay.username is not None and self._password is not None:
            login = f"\0{self._relay.username}\0{self._password()}".encode()
            reply = session.say(f"AUTH PLAIN {base64.b64encode(login).decode('ascii')}")
            if 400 <= reply.code < 500:
                raise Unreachable("relay_unreachable")
            if reply.code != 235:
                raise Misconfigured("relay_login_refused")


def _in_clear_until_tls(session: Session, trusted: Path | None) -> None:
    session.greeted()
    session.start_tls(verified_context(trusted))


def _begun(session: Session, enter: Callable[[Session], None]) -> Session:
    """`session`, once `enter` is through; closed if anything stops it."""
    entered = False
    try:
        enter(session)
        entered = True
        return session
    finally:
        if not entered:
            session.close()
