"""By which servers sealed parcels and their passwords leave, and what those servers must prove."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from lifecycle.bindings.http import Base, Dotted, ListPath
from lifecycle.bindings.places import Place, SecretName
from lifecycle.configuration.validated import Part
from lifecycle.policy.values import Sentence

_LABEL: Final = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST: Final = rf"{_LABEL}(\.{_LABEL})*"
_SENDER: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{3,253}"
Host = Annotated[str, Field(pattern=f"^{_HOST}$", max_length=253)]


def _address(value: object) -> str:
    try:
        return str(ip_address(value if isinstance(value, str) else ""))
    except ValueError:
        raise ValueError("write an IP address, e.g. 192.0.2.25") from None


Ip = Annotated[str, BeforeValidator(_address), WithJsonSchema({"type": "string"})]


class PinnedServer(Part):
    """A recipient's mail server that is used whatever DNS says."""

    host: Host = Field(description="its certificate must be valid for this name")
    port: int = Field(default=25, ge=1, le=65_535, strict=True)
    address: Ip | None = Field(
        default=None,
        description="connect here without asking DNS; only so may it lie inside the house",
    )

    @model_validator(mode="before")
    @classmethod
    def _by_name(cls, data: Any) -> Any:
        if not isinstance(data, str):
            return data
        host, colon, port = data.partition(":")
        return {"host": host, "port": int(port)} if colon and port.isdecimal() else {"host": data}


class Relay(Part):
    """The organisation's own submission server, which sends the mail on."""

    host: Host
    port: int = Field(default=587, ge=1, le=65_535, strict=True)
    security: Literal["starttls", "implicit_tls"] = "starttls"
    username: Sentence | None = None
    password: SecretName | None = None

    @model_validator(mode="after")
    def _whole_login(self) -> Relay:
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password belong together; write both or none")
        return self


class SmtpChannel(Part):
    """Mail that leaves over verified TLS to the recipient's own server, or not at all."""

    kind: Literal["smtp"]
    sender: Annotated[str, Field(pattern=f"^{_SENDER}$", examples=["gallra@example.se"])]
    route: Literal["direct", "relay"] = Field(
        default="direct",
        description="direct: to the recipient's server, which is checked; relay: by our own "
        "server, which must promise the same for the rest of the way (REQUIRETLS)",
    )
    relay: Relay | None = None
    servers: dict[Host, Annotated[tuple[PinnedServer, ...], Field(min_length=1)]] = Field(
        default={}, description="a recipient's domain: its mail servers, instead of what DNS says"
    )
    only_pinned: bool = Field(
        default=False, description="true: to the domains under servers only; DNS is never asked"
    )
    tunnel: tuple[Host, ...] = Field(
        default=(),
        description="authorities' domains whose server above is the end of the agreed tunnel; "
        "mail to them, and to no others, counts as sent by it (H-33)",
    )
    nameservers: tuple[Ip, ...] = Field(
        default=(), description="which DNS servers are asked; left out: this machine's own"
    )
    trusted: Place | None = Field(
        default=None, description="a PEM file of authorities to trust instead of the system's"
    )
    journal: Place = Field(description="a folder with one small note for each parcel that was sent")
    largest: int = Field(
        default=25, ge=1, le=150, strict=True, description="MB of a container before encoding"
    )
    timeout: int = Field(default=60, ge=1, le=600, strict=True, description="seconds per answer")

    @model_validator(mode="after")
    def _one_route(self) -> SmtpChannel:
        if (self.route == "relay") != (self.relay is not None):
            raise ValueError("write relay and route: relay, or neither")
        if self.route == "relay" and (self.servers or self.only_pinned or self.nameservers):
            raise ValueError("servers, only_pinned and nameservers belong to route: direct")
        if not {one.lower() for one in self.tunnel} <= {one.lower() for one in self.servers}:
            raise ValueError("tunnel: write under servers which server is each domain's tunnel")
        return self


_HEADER: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")


def _header(value: object) -> str:
    if not isinstance(value, str) or not _HEADER.fullmatch(value):
        raise ValueError("write the name of a header, e.g. Idempotency-Key")
    if value.lower() in {"authorization", "host", "content-type", "content-length", "accept"}:
        raise ValueError(f"{value} has a meaning of its own; name the gateway's own header")
    return value


class Idempotency(Part):
    """The gateway takes the same text once, however often it is sent."""

    header: Annotated[str, BeforeValidator(_header), WithJsonSchema({"type": "string"})]
    hours: int = Field(
        default=24, ge=1, le=720, strict=True, description="for so long the gateway remembers"
    )


class SmsFields(Part):
    """What the gateway calls the parts of a message, as dotted names in a JSON object."""

    to: Dotted = "to"
    text: Dotted = "message"
    sender: Dotted | None = None
    reference: Dotted | None = Field(
        default=None, description="where the parcel's reference goes, which says nothing of anybody"
    )


class SmsGateway(Part):
    """Text messages: the way of a password beside the mail that carries what it opens."""

    kind: Literal["sms"]
    url: Base = Field(repr=False)
    path: ListPath = Field(default="/messages", description="where a message is posted")
    probe: ListPath | None = Field(
        default=None, description="a path that answers 200 to our token and sends nothing"
    )
    token: SecretName = Field(description="sent as a bearer token, to this host only")
    fields: SmsFields = SmsFields()
    constants: dict[Dotted, str | int | bool] = Field(
        default={}, description="what the gateway wants beside these in every message"
    )
    sender: Annotated[str, Field(pattern=r"^[A-Za-z0-9 +]{3,16}$")] | None = None
    idempotency: Idempotency | None = None
    longest: int = Field(default=480, ge=70, le=1600, strict=True, description="characters")
    journal: Place = Field(description="a folder with one small note for each text that was sent")
    timeout: int = Field(default=30, ge=1, le=600, strict=True, description="seconds")

    @model_validator(mode="after")
    def _fits_together(self) -> SmsGateway:
        if (self.sender is None) != (self.fields.sender is None):
            raise ValueError("sender and fields: sender belong together; write both or none")
        named = [self.fields.to, self.fields.text, *self.constants]
        named += [n for n in (self.fields.sender, self.fields.reference) if n is not None]
        for one in named:
            if named.count(one) > 1 or any(other.startswith(f"{one}.") for other in named):
                raise ValueError(f"'{one}' would get two values")
        return self


class MemoryChannel(Part):
    """A way out that lives and dies with the process: for tests."""

    kind: Literal["memory"]
    takes_back: bool = True
