"""Which servers take a recipient's mail, found once and held fast: never one inside the house."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Final, NamedTuple, Protocol

from connectors.mail_addresses import domain_in_ascii
from lifecycle.bindings.channels import PinnedServer
from lifecycle.errors import Refused, Unreachable

_MAIL: Final = 25
_MOST_SERVERS: Final = 6
"""Addresses that are tried at all: a domain with hundreds would keep a run for hours."""
_PATIENCE: Final = 10.0
"""Seconds for each question to DNS."""
_NAT64: Final = ip_network("64:ff9b::/96")


class MailServer(NamedTuple):
    """One server of a recipient. The address stays the same from the check to the sending."""

    host: str
    """Its certificate must be valid for this name."""
    port: int
    address: str

    def __repr__(self) -> str:
        return f"MailServer(port={self.port})"


class Lookup(Protocol):
    """What is asked of DNS."""

    def exchangers(self, domain: str) -> Sequence[tuple[int, str]]:
        """Preference and host of every MX record; empty if the domain has none.

        Raises `Refused("recipient_domain_unknown")` when the name does not exist,
        `Unreachable("dns_unreachable")` when that could not be found out.
        """
        ...

    def addresses(self, host: str) -> Sequence[str]:
        """IPv4 and IPv6 addresses; empty if there are none. Raises as `exchangers`, but a host
        that does not exist has no addresses."""
        ...


def servers_of(
    domain: str, *, pinned: Mapping[str, Sequence[PinnedServer]], only_pinned: bool, lookup: Lookup
) -> list[MailServer]:
    """The servers of `domain` (ASCII) in the order in which they are tried (RFC 5321, section 5.1).

    MX records by preference; without any the domain itself; none at all for a null MX (RFC 7505).
    Raises `Refused`: `recipient_takes_no_mail`, `recipient_domain_unknown`,
    `recipient_server_inside` (a private, loopback or other special address that the binding does
    not name), `recipient_not_pinned`; `Unreachable("dns_unreachable")`.
    """
    if domain in pinned:
        return _resolved(((s.host.lower(), s.port, s.address) for s in pinned[domain]), lookup)
    if only_pinned:
        raise Refused("recipient_not_pinned")
    records = sorted({(preference, host.lower()) for preference, host in lookup.exchangers(domain)})
    if any(host in {"", "."} for _, host in records):
        raise Refused("recipient_takes_no_mail")
    hosts = [host.rstrip(".") for _, host in records] or [domain]
    named = [host for host in hosts if domain_in_ascii(host) == host]
    return _resolved(((host, _MAIL, None) for host in named), lookup)


def _resolved(hosts: Iterable[tuple[str, int, str | None]], lookup: Lookup) -> list[MailServer]:
    found: list[MailServer] = []
    inside = False
    failed: Unreachable | None = None
    for host, port, fixed in hosts:
        if fixed is not None:
            found.append(MailServer(host, port, fixed))
            continue
        try:
            addresses = lookup.addresses(host)
        except Unreachable as error:
            failed = error
            continue
        for address in addresses:
            if is_outside(address):
                found.append(MailServer(host, port, address))
            else:
                inside = True
    if found:
        return found[:_MOST_SERVERS]
    if inside:
        raise Refused("recipient_server_inside")
    if failed is not None:
        raise Unreachable(failed.code)
    raise Refused("recipient_takes_no_mail")


def is_outside(address: str) -> bool:
    """Whether an address belongs to the internet at large, also when it wraps another one."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if ip in _NAT64:
        # What DNS64 makes of an IPv4 address on a network without any.
        return _is_public(IPv4Address(int(ip) & 0xFFFFFFFF))
    return _is_public(ip) and all(_is_public(inner) for inner in _wrapped(ip))


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address) and (ip.is_site_local or ip.ipv4_mapped is not None):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _wrapped(ip: IPv4Address | IPv6Address) -> list[IPv4Address]:
    if isinstance(ip, IPv4Address):
        return []
    return [a for a in (ip.sixtofour, *(ip.teredo or ())) if a is not None]


class DnsLookup:
    """DNS, asked anew each time; answers are not kept."""

    def __init__(self, nameservers: Sequence[str] = (), *, port: int = 53) -> None:
        """`nameservers`: IP addresses; none: those of this machine."""
        self._nameservers = list(nameservers)
        self._port = port

    def exchangers(self, domain: str) -> Sequence[tuple[int, str]]:
        """The MX records."""
        records = self._ask(domain, "MX", unknown_is_none=False)
        return [(record.preference, record.exchange.to_text()) for record in records]

    def addresses(self, host: str) -> Sequence[str]:
        """The A and the AAAA records."""
        four = self._ask(host, "A", unknown_is_none=True)
        six = self._ask(host, "AAAA", unknown_is_none=True)
        return [record.address for record in [*four, *six]]

    def _ask(self, name: str, kind: str, *, unknown_is_none: bool) -> list[Any]:
        import dns.exception
        import dns.resolver

        try:
            resolver = dns.resolver.Resolver(configure=not self._nameservers)
            if self._nameservers:
                resolver.nameservers = list(self._nameservers)
                resolver.port = self._port
            resolver.lifetime = _PATIENCE
            # From the root: a search list of this machine would make it another domain.
            return list(resolver.resolve(f"{name}.", kind, search=False))
        except dns.resolver.NoAnswer:
            return []
        except dns.resolver.NXDOMAIN:
            unknown = True
        except dns.exception.DNSException:
            unknown = False
        # Outside the handlers: dnspython's words quote the name.
        if unknown and unknown_is_none:
            return []
        if unknown:
            raise Refused("recipient_domain_unknown")
        raise Unreachable("dns_unreachable")
