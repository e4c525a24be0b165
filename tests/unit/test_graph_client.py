"""What is sent to Graph is sent once where twice would be two, and the token stays with Graph."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.graph_addresses import has_odd_steps, origin_of, seconds_to_wait
from connectors.graph_client import asking
from connectors.graph_credentials import GraphToken, token_of
from lifecycle.bindings.onedrive import OneDriveStaging
from lifecycle.bindings.places import SecretName
from lifecycle.errors import GallraError, Misconfigured, Unreachable
from tests.factories.graph_worlds import DRIVE, OneDriveWorld, onedrive_world

GUID = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def cloud() -> Iterator[OneDriveWorld]:
    with onedrive_world() as cloud:
        yield cloud


def made(cloud: OneDriveWorld) -> tuple[Any, dict[str, object]]:
    builder = cloud.folder().builder(cloud.inbox.id).children
    return asking(builder, "POST"), {"name": "x", "folder": {}}


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_post_is_asked_once(cloud: OneDriveWorld, status: int) -> None:
    cloud.graph.behaviour.statuses = [(status, {"Retry-After": "1"})]
    info, body = made(cloud)
    with pytest.raises(Unreachable):
        cloud.client().send(info, body)
    assert len(cloud.graph.asked("POST")) == 1
    assert cloud.slept == []


def test_a_post_whose_answer_is_lost_is_asked_once_and_says_so(cloud: OneDriveWorld) -> None:
    cloud.graph.behaviour.lose_answers_of = ["/children"]
    info, body = made(cloud)
    with pytest.raises(Unreachable) as lost:
        cloud.client().send(info, body)
    assert lost.value.code == "answer_lost"
    assert len(cloud.graph.asked("POST")) == 1


def test_nobody_there_is_told_apart_from_no_answer(cloud: OneDriveWorld) -> None:
    cloud.graph.url = "http://127.0.0.1:9/v1.0"
    info, body = made(cloud)
    with pytest.raises(Unreachable) as nobody:
        cloud.client().send(info, body)
    assert nobody.value.code == "system_unreachable"


def test_an_error_carries_neither_address_nor_words_nor_token(cloud: OneDriveWorld) -> None:
    for status in (400, 401, 403, 404, 409, 412, 418, 500):
        cloud.graph.behaviour.statuses = [(status, {})] * 5
        info, body = made(cloud)
        try:
            cloud.client().send(info, body)
        except GallraError as error:
            said = "".join(traceback.format_exception_only(error)) + repr(error.args)
            assert error.__cause__ is None
            assert error.__context__ is None
        else:
            raise AssertionError(status)
        for secret in ("Exempelsson", cloud.inbox.id, "127.0.0.1", cloud.tokens[0], DRIVE):
            assert secret not in said


def test_an_address_elsewhere_is_never_asked(cloud: OneDriveWorld) -> None:
    info, _ = made(cloud)
    info.url = f"{cloud.graph.foreign_url}/v1.0/me"
    with pytest.raises(Unreachable) as refused:
        cloud.client().send(info)
    assert refused.value.code == "system_leads_elsewhere"
    info.url = cloud.graph.url.replace("/v1.0", "/beta/me")
    with pytest.raises(Unreachable):
        cloud.client().send(info)
    assert cloud.graph.seen == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        ("Sun, 22 Nov 2026 04:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 03:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("9999999999", None),
        ("\u0661", None),
        ("", None),
        (None, None),
    ],
)
def test_how_long_graph_asks_to_wait(text: str | None, seconds: float | None) -> None:
    now = datetime(2026, 11, 22, 4, tzinfo=UTC)
    assert seconds_to_wait(text, now=now) == seconds


def test_addresses_that_climb_or_name_a_user_are_none() -> None:
    for odd in ("https://a/b/../c", "https://a/%2e%2e/c", "https://a//c", "https://a/b%2F..%2Fc"):
        assert has_odd_steps(odd)
    assert not has_odd_steps("https://a/v1.0/drives/b%21x/items/01A%3A%2F..x%3A/children?$top=1")
    assert origin_of("https://graph.microsoft.com@example.org/") == ("", "", None)
    assert origin_of("https://graph.microsoft.com/") == ("https", "graph.microsoft.com", 443)


class _Credential:
    def __init__(self, *_: object, **__: object) -> None:
        self.failure: Exception | None = None

    def get_token(self, scope: str) -> Any:
        assert scope == "https://graph.microsoft.com/.default"
        if self.failure is not None:
            raise self.failure
        return type("Token", (), {"token": "t-1"})


def test_the_token_is_the_apps_and_a_refusal_names_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError

    credential = _Credential()
    monkeypatch.setattr("azure.identity.ClientSecretCredential", lambda *_: credential)
    token = GraphToken(tenant=GUID, client_id=GUID, system="x", secret=lambda: "s")
    assert token() == "t-1"
    for failure, expected in (
        (ClientAuthenticationError(f"AADSTS7000215 {GUID}"), Misconfigured),
        (ServiceRequestError(f"login.microsoftonline.com {GUID}"), Unreachable),
    ):
        credential.failure = failure
        with pytest.raises(expected) as refused:
            token()
        assert GUID not in str(refused.value)
        assert refused.value.__context__ is None


def test_a_certificate_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    token = GraphToken(tenant=GUID, client_id=GUID, system="x", certificate=lambda: "nothing")
    with pytest.raises(Misconfigured) as refused:
        token()
    assert refused.value.code == "graph_certificate_unreadable"


def binding(**change: object) -> OneDriveStaging:
    whole: dict[str, object] = {
        "kind": "onedrive",
        "place": "af-staging",
        "tenant": GUID,
        "client_id": GUID,
        "secret": {"env": "GALLRA_GRAPH_SECRET"},
        "drive": "b!k2Yq9example",
        "folder": "01EXAMPLEEXAMPLE",
        "files_host": "exempelskolan-my.sharepoint.com",
    }
    merged = {k: v for k, v in {**whole, **change}.items() if v is not None}
    return OneDriveStaging.model_validate(merged)


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": None},
        {"certificate": {"env": "GALLRA_CERTIFICATE"}},
        {"url": "https://graph.example.org/v1.0"},
        {"url": "http://graph.microsoft.com/v1.0"},
        {"files_host": "example.org"},
        {"files_host": "sharepoint.com.example.org"},
        {"files_host": "127.0.0.1:8080"},
        {"files_host": "exempelskolan-my.sharepoint.com:8443"},
        {"url": "http://127.0.0.1:1/v1.0"},
        {"folder": "../etc"},
        {"drive": "a/b/c/d/e/f"},
        {"tenant": "common"},
    ],
)
def test_a_binding_that_would_lead_elsewhere_is_refused(wrong: dict[str, object]) -> None:
    assert binding().url == "https://graph.microsoft.com/v1.0"
    with pytest.raises(ValidationError):
        binding(**wrong)


def test_only_on_loopback_the_secret_is_the_token() -> None:
    def secrets(_: SecretName) -> Callable[[], str]:
        return lambda: "s"

    test = binding(url="http://127.0.0.1:1/v1.0", files_host="127.0.0.1:2")
    assert token_of(test, secrets=secrets, system="x")() == "s"
    assert isinstance(token_of(binding(), secrets=secrets, system="x"), GraphToken)
