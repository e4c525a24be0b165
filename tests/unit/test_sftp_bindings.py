"""A binding of an SFTP server says by which keys it is known, and no secret stands in it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from lifecycle.bindings.sftp import HostKey, SftpChannel, SftpStaging

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDTTzCxmb4EK6ExSIgC61AvBwAYWbrzUb4qvfiCcdlC1"
FINGERPRINT = "SHA256:" + "a" * 43
BINDING: dict[str, Any] = {
    "kind": "sftp",
    "host": "sftp.example.se",
    "host_keys": [KEY],
    "username": "gallra",
    "private_key": {"env": "GALLRA_SFTP_KEY"},
    "folder": "/in",
    "to": ["registrator@example.se"],
}


def bound(**changes: Any) -> SftpChannel:
    said = {key: value for key, value in (BINDING | changes).items() if value is not None}
    return SftpChannel.model_validate(said)


@pytest.mark.parametrize(
    ("line", "changes", "key"),
    [
        (KEY, {}, ("ssh-ed25519", ())),
        (f"{KEY} somebody@example.se", {}, ("ssh-ed25519", ())),
        (f"sftp.example.se {KEY}", {}, ("ssh-ed25519", ("sftp.example.se",))),
        (f"a.example.se,sftp.example.se {KEY} x", {}, ("ssh-ed25519", None)),
        (f"[sftp.example.se]:2222 {KEY}", {"port": 2222}, ("ssh-ed25519", None)),
        (FINGERPRINT, {}, (None, ())),
    ],
)
def test_a_key_is_given_by_line_alone_or_by_fingerprint(
    line: str, changes: dict[str, Any], key: tuple[str | None, tuple[str, ...] | None]
) -> None:
    (pinned,) = bound(host_keys=[line], **changes).host_keys
    assert isinstance(pinned, HostKey)
    assert pinned.algorithm == key[0]
    assert pinned.fingerprint.startswith("SHA256:")
    assert len(pinned.fingerprint) == 50
    if key[1] is not None:
        assert pinned.hosts == key[1]


@pytest.mark.parametrize(
    "changes",
    [
        {"host_keys": []},
        {"host_keys": None},
        {"host_keys": ["ssh-ed25519"]},
        {"host_keys": [KEY[:-3]]},
        {"host_keys": [KEY.replace("ssh-ed25519", "ssh-rsa")]},
        {"host_keys": [KEY.replace("ssh-ed25519", "ssh-dss")]},
        {"host_keys": ["SHA256:short"]},
        {"host_keys": ["MD5:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff"]},
        {"host_keys": [f"other.example.se {KEY}"]},
        {"host_keys": [f"sftp.example.se {KEY}"], "port": 2222},
        {"host_keys": [f"*.example.se {KEY}"]},
        {"host_keys": [f"!sftp.example.se,sftp.example.se {KEY}"]},
        {"host_keys": [f"|1|abc=|def= {KEY}"]},
        {"host_keys": [f"@revoked sftp.example.se {KEY}"]},
        {"host_keys": [f"@cert-authority sftp.example.se {KEY}"]},
        {"private_key": None},
        {"password": {"env": "GALLRA_SFTP_PASSWORD"}},
        {"private_key": None, "password": "sju-blå-kor"},
        {"private_key": None, "password": {"env": "A"}, "passphrase": {"env": "B"}},
        {"folder": "../in"},
        {"folder": "/in/../out"},
        {"folder": "/in//out"},
        {"folder": "/in\0"},
        {"folder": ""},
        {"host": "sftp.example.se/in"},
        {"host": "gallra@sftp.example.se"},
        {"port": 0},
        {"timeout": 0},
        {"strict": False},
        {"to": []},
        {"to": None},
        {"to": ["registrator"]},
    ],
    ids=repr,
)
def test_what_is_not_safe_or_not_meant_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as wrong:
        bound(**changes)
    assert "sju-blå-kor" not in str(
        [problem["msg"] for problem in wrong.value.errors(include_input=False)]
    )


def test_a_folder_is_written_in_one_way() -> None:
    assert [bound(folder=said).folder for said in ("/in", "/in/", "in/gallra", "/", ".")] == [
        "/in",
        "/in",
        "in/gallra",
        "/",
        ".",
    ]


def test_a_staging_folder_is_bound_in_the_same_words() -> None:
    said = {key: value for key, value in BINDING.items() if key != "to"}
    staging = SftpStaging.model_validate(said | {"place": "inbox"})
    assert (staging.place, staging.port, staging.timeout) == ("inbox", 22, 30)
