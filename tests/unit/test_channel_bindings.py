"""What a binding of mail or text messages may say, and that the named kind is what comes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.channel_registry import channel
from connectors.memory_channel import MemoryChannel as Twin
from connectors.sms_gateway import SmsChannel
from connectors.smtp_channel import SmtpChannel as Mail
from connectors.smtp_routes import DirectRoute, RelayRoute
from lifecycle.bindings.channels import MemoryChannel, SmsGateway, SmtpChannel

SMTP: dict[str, Any] = {
    "kind": "smtp",
    "sender": "gallra@example.se",
    "journal": "/var/gallra/sent",
}
SMS: dict[str, Any] = {
    "kind": "sms",
    "url": "https://sms.example.se/v1",
    "token": {"env": "GALLRA_SMS_TOKEN"},
    "journal": "/var/gallra/sent",
}
RELAY = {"host": "smtp.example.se", "username": "gallra", "password": {"env": "GALLRA_SMTP"}}


def secrets(_: object) -> Any:
    raise AssertionError("a secret is fetched when it is used")


def test_a_pinned_server_is_a_name_or_more() -> None:
    bound = SmtpChannel.model_validate(
        {**SMTP, "servers": {"example.se": ["mail.example.se", "mx.example.se:2525"]}}
    )
    first, second = bound.servers["example.se"]
    assert (first.host, first.port, first.address) == ("mail.example.se", 25, None)
    assert (second.host, second.port) == ("mx.example.se", 2525)


@pytest.mark.parametrize(
    "change",
    [
        {"route": "relay"},
        {"relay": RELAY},
        {"route": "relay", "relay": RELAY, "servers": {"example.se": ["mail.example.se"]}},
        {"route": "relay", "relay": {**RELAY, "password": None}},
        {"route": "relay", "relay": {**RELAY, "security": "none"}},
        {"route": "relay", "relay": {**RELAY, "password": "hemligt"}},
        {"tunnel": ["kommune.example.dk"]},
        {"tunnel": ["kommune.example.dk"], "servers": {"example.se": ["mail.example.se"]}},
        {"sender": "gallra"},
        {"sender": "gallra@example.se\nBcc: x@example.se"},
        {"servers": {"example.se": []}},
        {"servers": {"example.se": ["mail example.se"]}},
        {"servers": {"example.se": [{"host": "mail.example.se", "address": "mail"}]}},
        {"servers": {"example.se": ["mail.example.se:0"]}},
        {"nameservers": ["dns.example.se"]},
        {"journal": "sent"},
        {"largest": 0},
        {"plain": True},
    ],
    ids=str,
)
def test_mail_cannot_be_bound_so(change: dict[str, Any]) -> None:
    SmtpChannel.model_validate(SMTP)
    with pytest.raises(ValidationError) as wrong:
        SmtpChannel.model_validate({**SMTP, **change})
    assert "hemligt" not in "".join(error["msg"] for error in wrong.value.errors())


@pytest.mark.parametrize(
    "change",
    [
        {"url": "http://sms.example.se/v1"},
        {"url": "https://user:secret@sms.example.se"},
        {"token": "secret"},
        {"path": "messages"},
        {"sender": "Skolan"},
        {"fields": {"sender": "from"}},
        {"fields": {"to": "a", "text": "a"}},
        {"fields": {"to": "a", "text": "a.b"}},
        {"constants": {"to": "+4670"}},
        {"idempotency": {"header": "Authorization"}},
        {"idempotency": {"header": "X: y"}},
        {"longest": 5},
    ],
    ids=str,
)
def test_text_messages_cannot_be_bound_so(change: dict[str, Any]) -> None:
    SmsGateway.model_validate(SMS)
    with pytest.raises(ValidationError):
        SmsGateway.model_validate({**SMS, **change})


def test_a_binding_names_its_kind_and_gets_it(tmp_path: Path) -> None:
    direct = channel(SmtpChannel.model_validate(SMTP), place="mail", secrets=secrets)
    assert isinstance(direct, Mail) and isinstance(direct._route, DirectRoute)
    twin = channel(MemoryChannel(kind="memory"), place="twin", secrets=secrets)
    assert isinstance(twin, Twin)
    fetched: list[object] = []

    def by_name(name: object) -> Any:
        fetched.append(name)
        return lambda: "x"

    relayed = channel(
        SmtpChannel.model_validate({**SMTP, "route": "relay", "relay": RELAY}),
        place="mail",
        secrets=by_name,
    )
    assert isinstance(relayed, Mail) and isinstance(relayed._route, RelayRoute)
    sms = channel(SmsGateway.model_validate(SMS), place="sms", secrets=by_name)
    assert isinstance(sms, SmsChannel)
    assert len(fetched) == 2
    assert [c.place for c in (direct, relayed, sms, twin)] == ["mail", "mail", "sms", "twin"]
