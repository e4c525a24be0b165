"""A mailbox is bound by addresses, its app by name, and a rule takes a message whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from connectors.channel_registry import channel
from connectors.mailbox import OutlookMailboxes
from connectors.outlook_channel import OutlookChannel as Mail
from connectors.registry import outer_system
from lifecycle.bindings import SecretName
from lifecycle.bindings.check_outer import check_outer
from lifecycle.bindings.outlook import Outlook, OutlookChannel
from lifecycle.policy import Policy, load_policy, policy_directory
from lifecycle.policy.retention import Then

APP = {
    "kind": "outlook",
    "tenant": "11111111-2222-3333-4444-555555555555",
    "client_id": "11111111-2222-3333-4444-555555555555",
    "certificate": {"env": "GALLRA_GRAPH"},
}
PUPIL = {"kind": "pupil", "categories": ["identity", "contact", "messages"], "text": "messages"}
PARTICIPANT = {
    "kind": "participant",
    "categories": ["identity", "contact", "assignment"],
    "text": "assignment",
}


def mailboxes(*people: dict[str, Any], **more: Any) -> Outlook:
    return Outlook.model_validate(
        APP | {"mailboxes": ["Kansli@example.se"], "people": list(people), **more}
    )


def policy() -> Policy:
    """AcadeMedia's, in which a machine weeds the mail."""
    found = load_policy(policy_directory() / "academedia.yaml")
    mail = found.systems["e-mail"].model_copy(update={"reached": "by_machine", "by_hand": None})
    return found.model_copy(update={"systems": {"e-mail": mail}})


def problems(binding: Outlook, of: Policy | None = None) -> list[str]:
    return [message for _, message in check_outer({"e-mail": binding}, of or policy())]


def test_what_fits_is_taken() -> None:
    binding = mailboxes(PUPIL, PARTICIPANT)
    assert binding.mailboxes == ("kansli@example.se",)
    assert problems(binding) == []


def test_what_is_not_mapped_or_not_there_is_told() -> None:
    assert len(problems(mailboxes(PUPIL))) == 3
    more = PUPIL | {"categories": [*PUPIL["categories"], "health"]}
    told = problems(mailboxes(more, PARTICIPANT))
    assert any("'health' of a pupil lies here" in one for one in told)


@pytest.mark.parametrize(
    "change",
    [
        lambda rule: {"then": Then.ANONYMISE},
        lambda rule: {"covers": rule.covers.model_copy(update={"categories": ("identity",)})},
    ],
)
def test_a_rule_that_takes_a_part_of_a_message_is_refused(
    change: Callable[[Any], dict[str, Any]],
) -> None:
    of = policy()
    rules = tuple(
        rule.model_copy(update=change(rule)) if rule.id == "pupil.six-months" else rule
        for rule in of.retention
    )
    told = problems(mailboxes(PUPIL, PARTICIPANT), of.model_copy(update={"retention": rules}))
    assert [one.partition(":")[0] for one in told] == [
        "pupil.six-months takes only part of what lies here, and a message goes whole"
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"mailboxes": []},
        {"mailboxes": ["kansli"]},
        {"mailboxes": ["a@example.se", "A@example.se"]},
        {"own_domains": ["@example.se"]},
        {"identity_numbers": "FI"},
        {"people": [PUPIL, PUPIL]},
        {"people": [PUPIL | {"text": "study"}]},
        {"people": [PUPIL | {"anchors": {"received": "opened"}}]},
        {"secret": {"env": "GALLRA_OTHER"}},
    ],
)
def test_what_means_nothing_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        mailboxes(**{"people": [PUPIL], **change})


@pytest.mark.parametrize(
    "change", [{"encrypted_to": []}, {"mailbox": "x"}, {"largest": 151}, {"encrypted_to": ["*"]}]
)
def test_a_mailbox_that_sends_names_whom_it_may_write_to(change: dict[str, Any]) -> None:
    whole = APP | {"mailbox": "gallra@example.se", "encrypted_to": ["example.se"]}
    OutlookChannel.model_validate(whole)
    with pytest.raises(ValidationError):
        OutlookChannel.model_validate(whole | change)


def test_both_are_made_without_asking_anything() -> None:
    def secrets(_: SecretName) -> Callable[[], str]:
        def fetched() -> str:
            raise AssertionError

        return fetched

    zone = ZoneInfo("Europe/Stockholm")
    system = outer_system(mailboxes(PUPIL), system="e-mail", secrets=secrets, zone=zone)
    assert isinstance(system, OutlookMailboxes)
    binding = OutlookChannel.model_validate(
        APP | {"mailbox": "gallra@example.se", "encrypted_to": ["example.se"]}
    )
    made = channel(binding, place="encrypted-mail", secrets=secrets, zone=UTC)
    assert isinstance(made, Mail)
    assert made.place == "encrypted-mail"
