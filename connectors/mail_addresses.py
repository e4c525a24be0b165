"""Mail goes to plain addresses in one domain; nothing in an address can start a new line."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from lifecycle.errors import Refused

_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u00a1-\u1fff\u2c00-\ud7ff\uf900-\ufdcf]+"
_LOCAL: Final = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_LOCAL: Final = 64
_LONGEST_DOMAIN: Final = 253


class Recipients(NamedTuple):
    """The addresses of one parcel, ready for the envelope."""

    domain: str
    """Lower case, IDN in its ASCII form."""
    addresses: tuple[str, ...]
    """`local@domain`, each once."""
    needs_utf8: bool
    """A local part is not ASCII: the server must offer SMTPUTF8 (RFC 6531)."""

    def __repr__(self) -> str:
        return f"Recipients(addresses={len(self.addresses)})"


def recipients_of(to: tuple[str, ...]) -> Recipients:
    """`to`, checked: one domain, so that one server takes the letter whole or not at all.

    Quoted local parts, address literals and domains of one label are refused.
    Raises `Refused("address_malformed")`, `Refused("recipients_in_two_domains")`.
    """
    found: dict[str, None] = {}
    domains: set[str] = set()
    for address in to:
        local, _, domain = address.rpartition("@")
        ascii_domain = domain_in_ascii(domain)
        if (
            ascii_domain is None
            or not _LOCAL.fullmatch(local)
            or len(local.encode()) > _LONGEST_LOCAL
        ):
            raise Refused("address_malformed")
        domains.add(ascii_domain)
        found[f"{local}@{ascii_domain}"] = None
    if not found:
        raise Refused("address_malformed")
    if len(domains) != 1:
        raise Refused("recipients_in_two_domains")
    return Recipients(domains.pop(), tuple(found), not all(a.isascii() for a in found))


def domain_in_ascii(domain: str) -> str | None:
    """A domain as DNS knows it (IDNA 2008, RFC 5891); None if it is none."""
    import idna

    text: str | None = domain.lower()
    if not domain.isascii():
        try:
            text = idna.encode(domain, uts46=True).decode("ascii").lower()
        except (idna.IDNAError, UnicodeError):
            text = None
    if text is None or len(text) > _LONGEST_DOMAIN:
        return None
    labels = text.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    # An address literal in dress: 127.0.0.1 has four labels.
    return None if labels[-1].isdecimal() else text
