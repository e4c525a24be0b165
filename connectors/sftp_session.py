"""A server is known by its key before it learns who we are: sessions over SSH, with strong
algorithms only, that end when the other side falls silent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from connectors.sftp_key import parsed_key
from connectors.sftp_packets import ChannelEnded, Malformed, Status, StatusError
from connectors.sftp_wire import Wire
from lifecycle.bindings import SecretName
from lifecycle.bindings.sftp import HostKey, SftpServer
from lifecycle.errors import GallraError, Misconfigured, Refused, Unreachable

if TYPE_CHECKING:
    from paramiko import PKey, Transport

T = TypeVar("T")

_DISABLED: Final[Mapping[str, tuple[str, ...]]] = {
    "ciphers": ("3des-cbc", "aes128-cbc", "aes192-cbc", "aes256-cbc", "blowfish-cbc"),
    "macs": ("hmac-sha1", "hmac-sha1-96", "hmac-md5", "hmac-md5-96"),
    "keys": ("ssh-rsa", "ssh-dss"),
    "pubkeys": ("ssh-rsa", "ssh-dss"),
    "kex": (
        "diffie-hellman-group1-sha1",
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group-exchange-sha1",
    ),
}
_PREFERRED_CIPHERS: Final = ("aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr")
"""GCM first: encrypted and authenticated in one pass, which nearly doubles the speed."""
_RSA_SIGNATURES: Final = ("rsa-sha2-512", "rsa-sha2-256")
_LARGEST_PACKET: Final = 256 * 1024
_WINDOW: Final = 16 * 1024 * 1024
"""Bytes that the server may send before we have taken them: all requests that are on their way."""

# It writes the server's words, and at DEBUG paths and packets. What goes wrong is told by errors.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """The secrets of a binding, each fetched when it is used."""

    private_key: Callable[[], str] | None = field(default=None, repr=False)
    passphrase: Callable[[], str] | None = field(default=None, repr=False)
    password: Callable[[], str] | None = field(default=None, repr=False)


def login_of(server: SftpServer, secrets: Callable[[SecretName], Callable[[], str]]) -> Login:
    """The secrets that `server` names."""

    def named(name: SecretName | None) -> Callable[[], str] | None:
        return None if name is None else secrets(name)

    return Login(
        private_key=named(server.private_key),
        passphrase=named(server.passphrase),
        password=named(server.password),
    )


class FolderCodes(NamedTuple):
    """How it is called when the server says no."""

    missing: str
    forbidden: str
    failing: str


class SftpDoor:
    """One server; each visit is a session of its own."""

    def __init__(self, server: SftpServer, login: Login, *, place: str, codes: FolderCodes) -> None:
        self._server = server
        self._login = login
        self._place = place
        self._codes = codes

    def visit(self, work: Callable[[Wire], T]) -> T:
        """What `work` makes of a session.

        Raises what `work` raises of ours; `Refused("host_key_unknown")`,
        `Refused("host_key_changed")` (nothing was sent but the greeting, and no name either),
        `Refused("encryption_too_weak")`; `Unreachable` for a server that does not answer, falls
        silent, lets nobody in, or says no; `Misconfigured("private_key_malformed")`.
        """
        # Before anything is sent: a key that cannot be used is ours to mend.
        key = self._private_key()
        failed: GallraError
        try:
            return self._visited(key, work)
        except StatusError as error:
            failed = Unreachable(self._code_for(error.status), ref=self._place)
        except Malformed:
            failed = Unreachable("system_unlike_binding", ref=self._place)
        except (ChannelEnded, OSError, EOFError):
            failed = Unreachable("system_unreachable", ref=self._place)
        # Outside the handlers: the server's words stay there.
        raise failed

    def _visited(self, key: PKey | None, work: Callable[[Wire], T]) -> T:
        from paramiko import AuthenticationException, SSHException, Transport
        from paramiko.ssh_exception import IncompatiblePeer

        server = self._server
        failed: GallraError
        connection = socket.create_connection((server.host, server.port), timeout=server.timeout)
        try:
            # Questions and answers go to and fro: none waits for more to be sent along.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            transport = Transport(connection, disabled_algorithms=_DISABLED)
            watch = _Watch(transport, server.timeout)
            try:
                wire = self._opened(transport, key, watch)
                return work(wire)
            except IncompatiblePeer:
                failed = Refused("encryption_too_weak", ref=self._place)
            except AuthenticationException:
                failed = Unreachable("system_login_refused", ref=self._place)
            except SSHException:
                failed = Unreachable("system_unreachable", ref=self._place)
            finally:
                watch.end()
                transport.close()
        finally:
            connection.close()
        raise failed

    def _opened(self, transport: Transport, key: PKey | None, watch: _Watch) -> Wire:
        server = self._server
        transport.banner_timeout = transport.handshake_timeout = server.timeout
        transport.auth_timeout = transport.channel_timeout = server.timeout
        options = transport.get_security_options()
        offered = tuple(options.ciphers)
        first = tuple(cipher for cipher in _PREFERRED_CIPHERS if cipher in offered)
        options.ciphers = (*first, *(cipher for cipher in offered if cipher not in first))
        options.key_types = _pinned_first(tuple(options.key_types), server.host_keys)
        transport.start_client(timeout=server.timeout)
        _check_host_key(transport.get_remote_server_key(), server.host_keys, place=self._place)
        watch.moved()
        if key is not None:
            left = transport.auth_publickey(server.username, key)
        else:
            assert self._login.password is not None  # noqa: S101 -- the binding has one of them
            left = transport.auth_password(server.username, self._login.password())
        if left:
            # The server wants another proof as well, which we do not have.
            raise Unreachable("system_login_refused", ref=self._place)
        watch.moved()
        channel = transport.open_session(
            window_size=_WINDOW, max_packet_size=_LARGEST_PACKET, timeout=server.timeout
        )
        channel.settimeout(server.timeout)
        channel.invoke_subsystem("sftp")
        return Wire(channel, moved=watch.moved)

    def _private_key(self) -> PKey | None:
        if self._login.private_key is None:
            return None
        passphrase = self._login.passphrase
        key = parsed_key(self._login.private_key(), None if passphrase is None else passphrase())
        if key is None:
            raise Misconfigured("private_key_malformed", ref=self._place)
        return key

    def _code_for(self, status: int) -> str:
        if status == Status.NO_SUCH_FILE:
            return self._codes.missing
        if status == Status.PERMISSION_DENIED:
            return self._codes.forbidden
        return self._codes.failing


class _Watch:
    """Closes a session whose other side is silent for too long.

    The channel's own timeout does not end a send that waits for the network: paramiko tries that
    again until the connection is closed.
    """

    def __init__(self, transport: Transport, seconds: float) -> None:
        self._transport = transport
        self._seconds = seconds
        self._last = time.monotonic()
        self._ended = threading.Event()
        threading.Thread(target=self._look, name="sftp-watch", daemon=True).start()

    def moved(self) -> None:
        """Something went out or came in."""
        self._last = time.monotonic()

    def end(self) -> None:
        """The session is over."""
        self._ended.set()

    def _look(self) -> None:
        while not self._ended.wait(min(1.0, self._seconds / 4)):
            if time.monotonic() - self._last > self._seconds:
                self._transport.close()
                return


def _check_host_key(key: PKey, pinned: tuple[HostKey, ...], *, place: str) -> None:
    """As OpenSSH tells them apart: *changed* where a key of this kind, or of an unknown kind, is
    pinned; *unknown* where keys of other kinds are."""
    digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
    same_kind = [pin for pin in pinned if pin.algorithm in (None, key.get_name())]
    if any(hmac.compare_digest(pin.fingerprint, f"SHA256:{digest}") for pin in same_kind):
        return
    raise Refused("host_key_changed" if same_kind else "host_key_unknown", ref=place)


def _pinned_first(offered: tuple[str, ...], pinned: tuple[HostKey, ...]) -> tuple[str, ...]:
    """A server with several keys shows the one that is pinned."""
    kinds = {pin.algorithm for pin in pinned}
    wanted = {kind for kind in offered if kind in kinds}
    if "ssh-rsa" in kinds:
        wanted.update(_RSA_SIGNATURES)
    return (*(k for k in offered if k in wanted), *(k for k in offered if k not in wanted))
