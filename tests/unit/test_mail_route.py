"""Which servers take a recipient's mail: as RFC 5321 and 7505 say, never one inside the house."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from connectors.mail_addresses import recipients_of
from connectors.mail_route import DnsLookup, MailServer, is_outside, servers_of
from lifecycle.bindings.channels import PinnedServer
from lifecycle.errors import Refused, Unreachable

OUT = "93.184.215.14"
OTHER = "193.10.0.1"


@dataclass
class Told:
    """DNS by hand; counts what it is asked."""

    mx: dict[str, Sequence[tuple[int, str]]] = field(default_factory=dict)
    hosts: dict[str, Sequence[str]] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def exchangers(self, domain: str) -> Sequence[tuple[int, str]]:
        self.asked.append(domain)
        if domain in self.dead:
            raise Unreachable("dns_unreachable")
        if domain not in self.mx:
            raise Refused("recipient_domain_unknown")
        return self.mx[domain]

    def addresses(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        if host in self.dead:
            raise Unreachable("dns_unreachable")
        return self.hosts.get(host, ())


def route(told: Told, domain: str = "example.se", only_pinned: bool = False) -> list[MailServer]:
    return servers_of(domain, pinned={}, only_pinned=only_pinned, lookup=told)


def test_mail_exchangers_are_tried_by_preference() -> None:
    told = Told(
        {"example.se": [(20, "B.example.se."), (10, "a.example.se.")]},
        {"a.example.se": [OUT], "b.example.se": [OTHER]},
    )
    assert route(told) == [
        MailServer("a.example.se", 25, OUT),
        MailServer("b.example.se", 25, OTHER),
    ]


def test_without_mail_exchangers_the_domain_itself_takes_mail() -> None:
    assert route(Told({"example.se": []}, {"example.se": [OUT]})) == [
        MailServer("example.se", 25, OUT)
    ]


def test_where_mail_exchangers_lead_nowhere_the_domain_itself_is_not_tried() -> None:
    told = Told({"example.se": [(10, "gone.example.se.")]}, {"example.se": [OUT]})
    with pytest.raises(Refused) as refused:
        route(told)
    assert refused.value.code == "recipient_takes_no_mail"
    assert "example.se" not in told.asked[1:]


@pytest.mark.parametrize("records", [[(0, ".")], [(0, "."), (10, "a.example.se.")]])
def test_a_null_mx_takes_no_mail(records: list[tuple[int, str]]) -> None:
    told = Told({"example.se": records}, {"a.example.se": [OUT], "example.se": [OUT]})
    with pytest.raises(Refused) as refused:
        route(told)
    assert refused.value.code == "recipient_takes_no_mail"


def test_a_domain_that_does_not_exist_is_not_one_that_does_not_answer() -> None:
    with pytest.raises(Refused) as unknown:
        route(Told())
    assert unknown.value.code == "recipient_domain_unknown"
    with pytest.raises(Unreachable) as dead:
        route(Told(dead={"example.se"}))
    assert dead.value.code == "dns_unreachable"
    with pytest.raises(Unreachable):
        route(Told({"example.se": [(1, "a.example.se.")]}, dead={"a.example.se"}))


INSIDE = [
    "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.9", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1",  # noqa: S104
    "::1", "::", "fe80::1", "fc00::1", "fd12::5", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:93.184.215.14", "2002:7f00:1::", "2002:a00:1::",
    "64:ff9b::7f00:1", "64:ff9b::a00:1", "2001:0:7f00:1::", "::127.0.0.1", "fec0::1",
    "not an address", "", "127.1", "0x7f000001",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_no_server_inside_the_house_is_reached_by_what_dns_says(address: str) -> None:
    assert not is_outside(address)
    told = Told({"example.se": [(1, "a.example.se.")]}, {"a.example.se": [address]})
    with pytest.raises(Refused) as refused:
        route(told)
    assert refused.value.code == "recipient_server_inside"


@pytest.mark.parametrize("address", [OUT, "2a00:1450:4001:81b::2005", "64:ff9b::5db8:d70e"])
def test_the_internet_is_outside(address: str) -> None:
    assert is_outside(address)


def test_addresses_inside_are_left_out_beside_others() -> None:
    told = Told({"example.se": [(1, "a.example.se.")]}, {"a.example.se": ["10.0.0.1", OUT]})
    assert [server.address for server in route(told)] == [OUT]


def test_a_domain_with_hundreds_of_servers_is_not_tried_to_the_end() -> None:
    told = Told({"example.se": [(1, "a.example.se.")]}, {"a.example.se": [OUT] * 300})
    assert len(route(told)) == 6


def test_what_is_pinned_is_not_asked_of_dns() -> None:
    told = Told(hosts={"mail.example.se": [OUT]})
    pinned = {
        "example.se": (
            PinnedServer.model_validate({"host": "inside.example.se", "address": "10.0.0.9"}),
            PinnedServer.model_validate("mail.example.se:2525"),
        )
    }
    assert servers_of("example.se", pinned=pinned, only_pinned=True, lookup=told) == [
        MailServer("inside.example.se", 25, "10.0.0.9"),
        MailServer("mail.example.se", 2525, OUT),
    ]
    assert told.asked == ["mail.example.se"]
    with pytest.raises(Refused) as refused:
        servers_of("example.dk", pinned=pinned, only_pinned=True, lookup=told)
    assert refused.value.code == "recipient_not_pinned"


def test_a_pinned_name_that_dns_leads_inside_is_refused() -> None:
    pinned = {"example.se": (PinnedServer.model_validate("mail.example.se"),)}
    with pytest.raises(Refused) as refused:
        servers_of(
            "example.se",
            pinned=pinned,
            only_pinned=False,
            lookup=Told(hosts={"mail.example.se": ["127.0.0.1"]}),
        )
    assert refused.value.code == "recipient_server_inside"


# --- DNS itself, by a server on loopback ----------------------------------------------------------


@contextmanager
def name_server(zone: dict[tuple[str, str], list[str]]) -> Iterator[int]:
    """Answers out of `zone` ((name, type) → records); `SERVFAIL` for names with `fail` in them."""
    here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    here.bind(("127.0.0.1", 0))
    names = {name for name, _ in zone}

    def serve() -> None:
        while True:
            data, sender = here.recvfrom(4096)
            if not data:
                return
            query = dns.message.from_wire(data)
            question = query.question[0]
            name, kind = question.name.to_text(), dns.rdatatype.to_text(question.rdtype)
            answer = dns.message.make_response(query)
            if "fail" in name:
                answer.set_rcode(dns.rcode.SERVFAIL)
            elif name not in names:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            elif records := zone.get((name, kind)):
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *records))
            here.sendto(answer.to_wire(), sender)

    thread = threading.Thread(target=serve)
    thread.start()
    port = here.getsockname()[1]
    try:
        yield port
    finally:
        here.sendto(b"", ("127.0.0.1", port))
        thread.join()
        here.close()


ZONE = {
    ("example.se.", "MX"): ["10 a.example.se.", "20 B.example.se."],
    ("a.example.se.", "A"): [OUT],
    ("a.example.se.", "AAAA"): ["2a00:1450:4001:81b::2005"],
    ("b.example.se.", "A"): ["127.0.0.1"],
    ("plain.example.", "A"): [OTHER],
    ("null.example.", "MX"): ["0 ."],
}


def test_dns_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.mail_route._PATIENCE", 1.0)
    with name_server(ZONE) as port:
        lookup = DnsLookup(["127.0.0.1"], port=port)

        def found(domain: str) -> list[MailServer]:
            return servers_of(domain, pinned={}, only_pinned=False, lookup=lookup)

        assert found("example.se") == [
            MailServer("a.example.se", 25, OUT),
            MailServer("a.example.se", 25, "2a00:1450:4001:81b::2005"),
        ]
        assert found("plain.example") == [MailServer("plain.example", 25, OTHER)]
        for domain, kind, code in (
            ("null.example", Refused, "recipient_takes_no_mail"),
            ("nothing.example", Refused, "recipient_domain_unknown"),
            ("fail.example", Unreachable, "dns_unreachable"),
        ):
            with pytest.raises(kind) as refused:
                found(domain)
            assert str(refused.value) == code
            assert refused.value.__context__ is None


# --- addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "", "@", "a@", "@example.se", "a", "a b@example.se", "a@exa mple.se", "a@localhost",
        "a@127.0.0.1", "a@[127.0.0.1]", '"a b"@example.se', "a@b@example.se", "a..b@example.se",
        ".a@example.se", "a.@example.se", "a@example..se", "a@-example.se", "a@example.se.",
        "a@example.se\r\nRCPT TO:<b@example.dk>", "a\r\n@example.se", "a\0@example.se",
        "a@example.se>", "<a@example.se>", "a@example.se\n", "Åsa <a@example.se>", "a@ex_ample.se",
        "x" * 65 + "@example.se", "a@" + "x" * 64 + ".se", "a@" + "x." * 130 + "se",
        "a\u2028b@example.se", "a@example.se,b@example.se", "a\u202eb@example.se",
        "a@example\uff0ese\uff20example.dk", "a@\u2488.example.se.1",
    ],
)  # fmt: skip
def test_an_address_is_plain_or_refused(address: str) -> None:
    with pytest.raises(Refused) as refused:
        recipients_of((address,))
    assert str(refused.value) == "address_malformed"
    assert refused.value.__context__ is None


def test_one_domain_however_it_is_written() -> None:
    found = recipients_of(("a@Example.SE", "b@example.se", "a@example.se"))
    assert (found.domain, found.addresses) == ("example.se", ("a@example.se", "b@example.se"))
    assert "a@" not in repr(found)
    idn = recipients_of(("a@skolan-åäö.example",))
    assert idn.domain.startswith("xn--")
    assert idn.domain.isascii()
    assert recipients_of((f"b@{idn.domain}", "a@SKOLAN-ÅÄÖ.example")).domain == idn.domain


def test_nobody_at_all_is_refused() -> None:
    with pytest.raises(Refused):
        recipients_of(())
