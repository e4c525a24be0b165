"""Where the policy's recipients are reached: addresses of offices, kept to this file alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from lifecycle.bindings.hand_over import ManualChannel
from lifecycle.configuration.problems import Path as Where
from lifecycle.configuration.validated import Part, nearest
from lifecycle.policy.model import Policy
from lifecycle.policy.values import Name


def is_same_address(one: str, other: str) -> bool:
    """Whether both lead to the same place: case and spaces lead nowhere else, nor does what stands
    behind a + in a mailbox's name."""
    return _plain(one) == _plain(other)


def _plain(address: str) -> str:
    packed = "".join(address.split()).casefold()
    name, at, domain = packed.rpartition("@")
    return f"{name.partition('+')[0]}@{domain}" if at else packed


class Contact(Part):
    """One desk of a recipient."""

    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")] | None = Field(
        default=None, repr=False
    )
    phone: Annotated[str, Field(pattern=r"^\+[0-9]{7,15}$")] | None = Field(
        default=None,
        repr=False,
        description="as +46…: where a text message with a password goes",
    )
    by_hand: Annotated[str, Field(min_length=1, max_length=500)] | None = Field(
        default=None,
        repr=False,
        description="where a person hands something over: the desk's postal address, its number "
        "in e-Boks, the authority's portal",
    )
    password_by: Name = Field(
        description="the channel by which the password goes: never that of the file"
    )
    password_email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")] | None = Field(
        default=None,
        repr=False,
        description="the mailbox that gets passwords, if they go by mail; not the one above",
    )
    password_by_hand: Annotated[str, Field(min_length=1, max_length=500)] | None = Field(
        default=None,
        repr=False,
        description="where a person tells or posts the password, if not where by_hand says",
    )
    language: Literal["sv", "da", "en"]

    @model_validator(mode="after")
    def _reached(self) -> Contact:
        if self.email is None and self.phone is None and self.by_hand is None:
            raise ValueError("write email or phone or by_hand: nobody is reached otherwise")
        for first, second, name in (
            (self.email, self.password_email, "password_email"),
            (self.by_hand, self.password_by_hand, "password_by_hand"),
        ):
            if first is not None and second is not None and is_same_address(first, second):
                raise ValueError(f"{name}: the password goes to another address than the file")
        return self


def check_recipients(
    recipients: Mapping[str, Mapping[str, Contact]], channels: Collection[str], policy: Policy
) -> Iterator[tuple[Where, str]]:
    """Where recipients do not fit the policy or the channels that are bound."""
    declared = {} if policy.sharing is None else policy.sharing.recipients
    for name, contacts in recipients.items():
        if name not in declared:
            right = nearest(name, declared)
            yield ("recipients", name), f"the policy has no recipient '{name}'{right}"
        for contact, bound in contacts.items():
            if bound.password_by not in channels:
                right = nearest(bound.password_by, channels)
                where: Where = ("recipients", name, contact, "password_by")
                yield where, f"no channel '{bound.password_by}' is bound{right}"


def check_channels(
    channels: Mapping[str, Part], recipients: Mapping[str, Mapping[str, Contact]], policy: Policy
) -> Iterator[tuple[Where, str]]:
    """A bound channel is one of the policy's, or carries passwords; where any channel will do
    (`channels: any`), it may have a name of its own. Who hands over has a role that exists."""
    for name, bound in channels.items():
        if isinstance(bound, ManualChannel) and bound.role not in policy.roles:
            right = nearest(bound.role, policy.roles)
            yield ("channels", name, "role"), f"the role '{bound.role}' is not declared{right}"
    sharing = policy.sharing
    if sharing is None:
        if channels:
            yield ("channels",), "the policy shares nothing; take this away"
        return
    if any(rule.channels == "any" for rule in sharing.rules):
        return
    used = {one.password_by for contacts in recipients.values() for one in contacts.values()}
    for name in channels:
        if name not in sharing.channels and name not in used:
            right = nearest(name, sharing.channels)
            yield ("channels", name), f"the policy has no channel '{name}'{right}"


def check_through(
    through: Mapping[str, str], channels: Mapping[str, Part], policy: Policy
) -> Iterator[tuple[Where, str]]:
    """By whose system each channel goes: where a processor's missing papers stop something, every
    channel that a machine serves has to say so."""
    for channel, system in through.items():
        if channel not in channels:
            yield ("through", channel), f"no such channel is bound{nearest(channel, channels)}"
        if system not in policy.systems:
            right = nearest(system, policy.systems)
            yield ("through", channel), f"the policy has no system '{system}'{right}"
    review = policy.processor_review
    if review is None or review.binding_from is None:
        return
    for channel, bound in channels.items():
        if channel not in through and not isinstance(bound, ManualChannel):
            yield (
                ("through",),
                f"say through which system of the policy '{channel}' goes: "
                "processor_review.binding_from asks whose papers it needs",
            )
