"""Several servers are told the same, and are as closed as one; what is not shared is refused."""

from __future__ import annotations

import base64
import secrets
from dataclasses import replace
from pathlib import Path

import pytest

from lifecycle.errors import Misconfigured
from tasks.house.settings import Settings
from tasks.serving.cluster_check import require_shared, unshared
from tasks.serving.many_servers import (
    DATABASE,
    ENCRYPTION_KEY,
    REDIS,
    server_environment,
    worker_environment,
)

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "gallra:eighteen-characters"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o700)
    for name, text in {
        "auth": PASSWORD,
        DATABASE: "postgresql://prefect@database.example.se/prefect",
        REDIS: "rediss://redis.example.se:6379/0",
        ENCRYPTION_KEY: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }.items():
        (shared / name).write_text(text)
        (shared / name).chmod(0o600)
    return Settings.from_environment(
        {
            "GALLRA_HOME": str(tmp_path / "home"),
            "GALLRA_DATABASE_URL": "postgresql://gallra@records.example.se/gallra",
            "GALLRA_KEY_DATABASE_URL": "postgresql://gallra@keys.example.se/gallra_keys",
            "GALLRA_PREFECT_API": "https://prefect.example.se/api",
            "GALLRA_PREFECT_UI": "https://day.example.se",
            "GALLRA_PREFECT_AUTH_FILE": str(shared / "auth"),
            "GALLRA_PREFECT_SECRETS": str(shared),
            "GALLRA_PREFECT_BIND": "10.0.0.11",
        }
    )


def refused(settings: Settings) -> tuple[str, str | None]:
    with pytest.raises(Misconfigured) as error:
        server_environment(settings)
    return error.value.code, error.value.ref


def test_servers_share_everything_but_their_address(settings: Settings) -> None:
    first = server_environment(settings)
    second = server_environment(replace(settings, prefect_bind="10.0.0.12"))
    assert {name for name in first if first[name] != second[name]} == {"PREFECT_SERVER_API_HOST"}
    assert first["PREFECT_SERVER_API_HOST"] == "10.0.0.11"
    assert (
        first["PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS"]
        == "https://day.example.se,https://prefect.example.se"
    )
    assert first["PREFECT_SERVER_UI_API_URL"] == "https://day.example.se/api"
    assert first["PREFECT_SERVER_API_AUTH_STRING"] == PASSWORD
    assert first["PREFECT_SERVER_DATABASE_MIGRATE_ON_START"] == "false"
    named = [name for name, text in first.items() if text.startswith("rediss://")]
    assert len(named) == 3
    # Leases on one machine's disk would be nobody else's.
    assert first["PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE"] == "prefect_redis.lease_storage"


def test_a_worker_is_told_no_secret_of_the_servers(settings: Settings) -> None:
    told = worker_environment(settings)
    assert told["PREFECT_API_URL"] == "https://prefect.example.se/api"
    assert not [name for name in told if name.startswith("PREFECT_SERVER_DATABASE")]
    assert "PREFECT_SERVER_ENCRYPTION_KEY" not in told
    assert not [text for text in told.values() if "redis" in text]


def test_without_an_address_of_its_own_a_server_listens_on_loopback(settings: Settings) -> None:
    told = server_environment(replace(settings, prefect_bind=None))
    assert told["PREFECT_SERVER_API_HOST"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        (DATABASE, "sqlite:///prefect.db", "prefect_database_not_shared"),
        (DATABASE, "not an address", "prefect_database_not_shared"),
        (REDIS, "memory://", "prefect_redis_not_shared"),
    ],
)
def test_what_only_one_machine_has_is_no_database_for_several(
    name: str, text: str, code: str, settings: Settings
) -> None:
    assert settings.prefect_secrets is not None
    (settings.prefect_secrets / name).write_text(text)
    assert refused(settings)[0] == code


@pytest.mark.parametrize("name", [DATABASE, REDIS, ENCRYPTION_KEY])
def test_every_file_must_be_there_and_private(name: str, settings: Settings) -> None:
    assert settings.prefect_secrets is not None
    (settings.prefect_secrets / name).chmod(0o644)
    assert refused(settings) == ("secret_file_readable_by_others", name)
    (settings.prefect_secrets / name).unlink()
    assert refused(settings) == ("prefect_secrets_missing", name)


def test_a_bad_key_or_a_short_password_starts_nothing(settings: Settings) -> None:
    assert settings.prefect_secrets is not None
    assert settings.prefect_auth is not None
    (settings.prefect_secrets / ENCRYPTION_KEY).write_text("abc")
    assert refused(settings) == ("server_would_start_open", "PREFECT_SERVER_ENCRYPTION_KEY")
    settings.prefect_auth.write_text("gallra:short")
    assert refused(settings)[0] == "server_would_start_open"


def test_a_server_of_ones_own_is_no_group(settings: Settings) -> None:
    assert refused(replace(settings, prefect_api=None))[0] == "prefect_api_missing"


@pytest.mark.parametrize(
    "address", ["http://prefect.example.se/api", "ftp://prefect.example.se/api", "prefect"]
)
def test_nothing_goes_without_tls_but_where_somebody_called_the_network_closed(
    address: str,
) -> None:
    named = {"GALLRA_PREFECT_API": address}
    with pytest.raises(Misconfigured, match="prefect_api_not_protected"):
        Settings.from_environment(named)
    closed = named | {"GALLRA_PREFECT_NETWORK": "closed"}
    if address.startswith("http:"):
        assert Settings.from_environment(closed).prefect_api == address
        return
    with pytest.raises(Misconfigured, match="prefect_api_not_protected"):
        Settings.from_environment(closed)


@pytest.mark.parametrize(
    ("name", "value"), [("GALLRA_PREFECT_NETWORK", "yes"), ("GALLRA_PREFECT_BIND", "all")]
)
def test_a_setting_that_is_spelt_otherwise_is_refused(name: str, value: str) -> None:
    with pytest.raises(Misconfigured) as error:
        Settings.from_environment({name: value})
    assert (error.value.code, error.value.ref) == ("setting_invalid", name)


def test_files_of_one_machine_are_refused_where_workers_run_on_several(settings: Settings) -> None:
    assert [fault.code for fault in unshared(settings, ["tommerup"])] == []
    assert list(unshared(settings, ["academedia"])) == [("case_register_not_shared", "academedia")]
    mine = replace(settings, database_url="sqlite:////var/lib/gallra/records.db")
    with pytest.raises(Misconfigured) as error:
        require_shared(mine, ["tommerup"])
    assert (error.value.code, error.value.ref) == ("database_not_shared", "GALLRA_DATABASE_URL")
    # Several workers on one machine may share its files.
    near = replace(mine, prefect_api="http://127.0.0.1:4200/api")
    require_shared(near, ["academedia"])
