"""A server that is not the pinned one learns nothing: no name, no password, no byte of a file."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.channel import Parcel
from connectors.sftp import SftpChannel
from connectors.sftp_key import parsed_key
from connectors.sftp_session import Login
from lifecycle.errors import GallraError, Misconfigured, Refused, Unreachable
from lifecycle.references import to_reference
from tests.factories.sftp_servers import (
    PASSWORD,
    Server,
    a_key,
    private_text,
    public_line,
    recording_server,
)
from tests.factories.sftp_worlds import KINDS, sftp_folder

OTHER = public_line(a_key())
OTHER_KIND = public_line(a_key("ecdsa-sha2-nistp256"))


def fingerprint(line: str) -> str:
    digest = hashlib.sha256(base64.b64decode(line.split()[1])).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with sftp_folder("sftp", tmp_path / "server") as (server, _):
        yield server


def parcel(tmp_path: Path) -> Parcel:
    file = tmp_path / "sealed"
    file.write_bytes(b"sealed bytes")
    return Parcel(ref=to_reference("X", 7), file=file, name="dokument.zip", to=())


def channel(server: Server, **changes: Any) -> SftpChannel:
    return SftpChannel(server.binding(**changes), server.login(), place="kommun")


@pytest.mark.parametrize(
    ("pinned", "code"),
    [
        ([OTHER], "host_key_changed"),
        ([fingerprint(OTHER)], "host_key_changed"),
        ([OTHER, OTHER_KIND], "host_key_changed"),
        ([OTHER_KIND], "host_key_unknown"),
    ],
)
def test_a_key_that_is_not_pinned_ends_it_before_we_say_who_we_are(
    server: Server, tmp_path: Path, pinned: list[str], code: str
) -> None:
    way_out = channel(server, host_keys=pinned)
    for use in (lambda: way_out.check(()), lambda: way_out.deliver(parcel(tmp_path))):
        with pytest.raises(Refused) as refused:
            use()
        assert refused.value.code == code
    assert server.met == []
    assert server.written == []


@pytest.mark.parametrize("kind", KINDS)
def test_openssh_and_the_other_one_are_known_by_line_by_key_and_by_fingerprint(
    kind: str, tmp_path: Path
) -> None:
    with sftp_folder(kind, tmp_path / "server") as (server, _):
        known = f"[127.0.0.1]:{server.port} {server.host_key}"
        for pin in (known, server.host_key, fingerprint(server.host_key)):
            channel(server, host_keys=[OTHER, pin]).check(())
        with pytest.raises(Refused) as refused:
            channel(server, host_keys=[OTHER]).check(())
        assert refused.value.code == "host_key_changed"


def test_a_server_with_keys_of_two_kinds_shows_the_pinned_one(tmp_path: Path) -> None:
    pinned = a_key("ecdsa-sha2-nistp256")
    (tmp_path / "server" / "in").mkdir(parents=True)
    with recording_server(
        tmp_path / "server", host_key=pinned, more_host_keys=[a_key("ssh-ed25519")]
    ) as server:
        channel(server).check(())


@pytest.mark.parametrize(
    "weak",
    [
        {"encryption_algs": ["aes256-cbc", "3des-cbc"]},
        {"encryption_algs": ["aes256-ctr"], "mac_algs": ["hmac-sha1"]},
        {"kex_algs": ["diffie-hellman-group14-sha1"]},
    ],
    ids=lambda weak: next(iter(weak)),
)
def test_weak_algorithms_are_refused(tmp_path: Path, weak: dict[str, Any]) -> None:
    (tmp_path / "server" / "in").mkdir(parents=True)
    with recording_server(tmp_path / "server", **weak) as server:
        with pytest.raises(Refused) as refused:
            channel(server).check(())
        assert refused.value.code == "encryption_too_weak"
        assert server.met == []


def test_gcm_is_preferred(server: Server) -> None:
    channel(server).check(())
    assert server.ciphers == ["aes256-gcm@openssh.com"]


def test_a_wrong_password_is_a_refused_login_and_says_nothing_else(server: Server) -> None:
    login = Login(password=lambda: "fel-lösenord")
    with pytest.raises(Unreachable) as refused:
        SftpChannel(server.binding(), login, place="kommun").check(())
    assert str(refused.value) == "system_login_refused kommun"
    assert refused.value.__context__ is None


@pytest.mark.parametrize("kind", ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"])
@pytest.mark.parametrize("passphrase", [None, "vår-fras"])
def test_private_keys_of_every_kind_log_in(
    tmp_path: Path, kind: str, passphrase: str | None
) -> None:
    key = a_key(kind)
    (tmp_path / "server" / "in").mkdir(parents=True)
    with recording_server(tmp_path / "server", client_key=key) as server:
        # As a file of secrets is read: without the line's end.
        server.private_key = private_text(key, passphrase).strip()
        login = Login(
            private_key=lambda: server.private_key,
            passphrase=None if passphrase is None else lambda: passphrase,
        )
        SftpChannel(server.binding(), login, place="kommun").check(())
        assert "password" not in server.met


@pytest.mark.parametrize("kind", ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp521"])
def test_every_private_key_is_read_whatever_it_ends_with(kind: str) -> None:
    for _ in range(20):
        key = a_key(kind)
        read = parsed_key(private_text(key), None)
        assert read is not None
        assert read.asbytes() == key.public_data


@pytest.mark.parametrize("text", ["", "not a key", private_text(a_key(), "vår-fras")])
def test_a_private_key_that_cannot_be_used_is_ours_to_mend(server: Server, text: str) -> None:
    login = Login(private_key=lambda: text)
    with pytest.raises(Misconfigured) as wrong:
        SftpChannel(server.binding(), login, place="kommun").check(())
    assert wrong.value.code == "private_key_malformed"
    assert server.met == []


def test_no_secret_stands_in_a_picture_of_a_value(server: Server) -> None:
    said = f"{server.login()!r} {channel(server)!r} {server.binding()!r}"
    assert PASSWORD not in said
    assert server.username not in said.replace("GALLRA", "")


def test_logs_keep_silent(server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="root")
    channel(server).deliver(parcel(tmp_path))
    with pytest.raises(GallraError):
        channel(server, folder="/Anna Andersson").check(())
    with pytest.raises(GallraError):
        channel(server, host_keys=[OTHER]).check(())
    assert [r for r in caplog.records if r.name.startswith("paramiko")] == []
