"""Mailboxes in Microsoft 365: that sealed mail leaves from, or that hold people's mail (A-76)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from lifecycle.bindings.onedrive import GraphApp
from lifecycle.bindings.places import AtOnce
from lifecycle.configuration.validated import Part
from lifecycle.policy.values import Name


def _small(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9-]{1,63})+")
_ADDRESS = re.compile(rf"[a-z0-9!#$%&'*+/=?^_`{{|}}~.-]{{1,64}}@{_DOMAIN.pattern}")


def _domain(value: object) -> object:
    small = _small(value)
    if not isinstance(small, str) or not _DOMAIN.fullmatch(small):
        raise ValueError("write a domain, e.g. example.se")
    return small


def _address(value: object) -> object:
    small = _small(value)
    if not isinstance(small, str) or not _ADDRESS.fullmatch(small):
        raise ValueError("write the address of one mailbox, e.g. kansli@example.se")
    return small


Domain = Annotated[str, BeforeValidator(_domain), WithJsonSchema({"type": "string"})]
MailboxAddress = Annotated[str, BeforeValidator(_address), WithJsonSchema({"type": "string"})]


class OutlookChannel(GraphApp):
    """Mail that leaves from one mailbox of Microsoft 365; our copy of it is purged."""

    kind: Literal["outlook"]
    mailbox: MailboxAddress = Field(description="whose mail it is; the app may use no other one")
    encrypted_to: tuple[Domain, ...] = Field(
        min_length=1,
        description="domains to which mail is surely encrypted: the organisation's own, and those "
        "for which a connector enforces TLS; nobody else is written to",
    )
    largest: int = Field(
        default=25, ge=1, le=150, strict=True, description="MB of a container before encoding"
    )


class MailPeople(Part):
    """As what people are mentioned in these mailboxes, and what a message about them is."""

    kind: Name = Field(description="a kind of data subject")
    categories: tuple[Name, ...] = Field(
        min_length=1, description="all that lies in a message; it goes whole"
    )
    text: Name = Field(description="the category that its text belongs to")
    anchors: Mapping[Name, Literal["received", "sent"]] = Field(
        default={}, description="event: which of the message's dates is its date"
    )

    @model_validator(mode="after")
    def _text_is_held(self) -> MailPeople:
        if self.text not in self.categories:
            raise ValueError(f"text: '{self.text}' is not among the categories")
        return self


class Outlook(GraphApp):
    """Mailboxes that hold mail from, to and about people."""

    kind: Literal["outlook"]
    mailboxes: tuple[MailboxAddress, ...] = Field(min_length=1)
    own_domains: tuple[Domain, ...] = Field(
        default=(), description="whose addresses are our own people's, at work: nobody to erase"
    )
    identity_numbers: Literal["SE", "DK"] | None = Field(
        default=None, description="whose identity numbers are looked for in subject and text"
    )
    people: tuple[MailPeople, ...] = Field(min_length=1)
    at_once: AtOnce = None

    @model_validator(mode="after")
    def _each_once(self) -> Outlook:
        if len({one.kind for one in self.people}) != len(self.people):
            raise ValueError("people: a kind stands here twice; write it once")
        if len(set(self.mailboxes)) != len(self.mailboxes):
            raise ValueError("mailboxes: one stands here twice; write it once")
        return self
