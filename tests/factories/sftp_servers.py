"""SFTP servers on loopback that end by themselves: OpenSSH's, and one that notes what it meets."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

from connectors.sftp_session import Login
from lifecycle.bindings.sftp import SftpChannel as SftpChannelBinding

USER = "gallra"
PASSWORD = "sju-blå-kor"  # of the servers of these tests
SSHD = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")


@dataclass
class Server:
    """A server that runs, and how to reach it."""

    port: int
    host_key: str
    """`ssh-ed25519 AAAA…`."""
    root: Path
    """Where its folders lie on this machine."""
    folder: str
    username: str = USER
    private_key: str = ""
    password: str = ""
    met: list[str] = field(default_factory=list)
    """What the server noted: `login` (somebody began to log in), `opened` (a file)."""
    refused: set[str] = field(default_factory=set)
    """Kinds of requests that are refused from now on: `remove`. `answer`: the next file gets its
    name, and the connection breaks before that is answered. `read`, and `truth`: what is
    written is changed."""
    odd_names: list[bytes] = field(default_factory=list)
    """Names that the server makes up at the end of each listing."""
    while_read: Callable[[], None] = lambda: None
    """Called before each piece that is read."""
    ciphers: list[str] = field(default_factory=list)
    written: list[bytes] = field(default_factory=list)
    """Every piece of content that arrived."""

    def binding(self, **changes: Any) -> SftpChannelBinding:
        said: dict[str, Any] = {
            "kind": "sftp",
            "host": "127.0.0.1",
            "port": self.port,
            "host_keys": [self.host_key],
            "username": self.username,
            "folder": self.folder,
            "to": ["mottagare@example.se"],
            "timeout": 10,
        }
        said["private_key" if self.private_key else "password"] = {"env": "GALLRA_SFTP"}
        return SftpChannelBinding.model_validate(said | changes)

    def login(self) -> Login:
        if self.private_key:
            return Login(private_key=lambda: self.private_key)
        return Login(password=lambda: self.password)


def a_key(kind: str = "ssh-ed25519") -> asyncssh.SSHKey:
    return asyncssh.generate_private_key(kind)


def public_line(key: asyncssh.SSHKey) -> str:
    return key.export_public_key().decode().strip()


def private_text(key: asyncssh.SSHKey, passphrase: str | None = None) -> str:
    return key.export_private_key(
        "openssh", passphrase=passphrase, rounds=4, ignore_few_rounds=True
    ).decode()


@contextmanager
def recording_server(root: Path, **options: Any) -> Iterator[Server]:
    """asyncssh's server in a thread. `options` go to it as they are; `files` is the class of the
    file side, if it is to be another one."""
    key = options.pop("host_key", None) or a_key()
    server = Server(0, public_line(key), root, "/in", password=PASSWORD)
    keys = [key, *options.pop("more_host_keys", [])]
    client_key: asyncssh.SSHKey | None = options.pop("client_key", None)
    files = options.pop("files", None) or RecordedFiles

    connections: list[asyncssh.SSHServerConnection] = []

    class Logins(asyncssh.SSHServer):
        def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
            connections.append(conn)

        def begin_auth(self, username: str) -> bool:
            server.met.append("login")
            server.ciphers.append(connections[-1].get_extra_info("recv_cipher"))
            return True

        def public_key_auth_supported(self) -> bool:
            return client_key is not None

        def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
            server.met.append("key")
            return client_key is not None and key.public_data == client_key.public_data

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            server.met.append("password")
            return (username, password) == (USER, PASSWORD)

    def new_files(channel: Any) -> Any:
        made = files(channel, chroot=os.fsencode(root))
        made.noted = server
        return made

    loop = asyncio.new_event_loop()
    ready = threading.Event()

    async def begin() -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(
            Logins, "127.0.0.1", 0, server_host_keys=keys, sftp_factory=new_files, **options
        )

    acceptors: list[asyncssh.SSHAcceptor] = []

    def run() -> None:
        asyncio.set_event_loop(loop)
        acceptors.append(loop.run_until_complete(begin()))
        server.port = acceptors[0].get_port()
        ready.set()
        loop.run_forever()

    async def end() -> None:
        acceptors[0].close()
        for connection in connections:
            connection.abort()
        for connection in connections:
            await connection.wait_closed()
        await acceptors[0].wait_closed()
        await asyncio.sleep(0.01)  # one turn for the sockets to be closed

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


class RecordedFiles(asyncssh.SFTPServer):
    """The file side, which notes what is opened and refuses what it is told to."""

    noted: Server

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Any:
        self.noted.met.append("opened")
        return super().open(path, pflags, attrs)

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        async for name in super().scandir(path):
            yield name
        for odd in self.noted.odd_names:
            yield asyncssh.SFTPName(odd, attrs=asyncssh.SFTPAttrs(permissions=0o100644, size=1))

    def read(self, file_obj: Any, offset: int, size: int) -> bytes:
        if "read" in self.noted.refused:
            raise asyncssh.SFTPPermissionDenied("no")
        self.noted.while_read()
        return super().read(file_obj, offset, size)

    def write(self, file_obj: Any, offset: int, data: bytes) -> int:
        self.noted.written.append(data)
        if "truth" in self.noted.refused:
            data = b"!" + data[1:]
        return super().write(file_obj, offset, data)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        super().posix_rename(oldpath, newpath)
        if "answer" in self.noted.refused:
            self.noted.refused.discard("answer")
            self.connection.abort()

    def remove(self, path: bytes) -> None:
        if "remove" in self.noted.refused:
            raise asyncssh.SFTPPermissionDenied("no")
        super().remove(path)


_WRAPPER = """#!/bin/sh
# Refused kinds of requests stand in a file beside this one, one line, with commas.
refused=$(cat '{refused}')
exec /usr/lib/openssh/sftp-server ${{refused:+-P "$refused"}}
"""
_CONFIG = """Port {port}
ListenAddress 127.0.0.1
HostKey {base}/host_key
PidFile none
AuthorizedKeysFile {base}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
MaxStartups 200
LogLevel VERBOSE
Subsystem sftp {subsystem}
"""


class _Refusals(set[str]):
    """Written where the server's next session looks."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        path.write_text("")

    def add(self, kind: str) -> None:
        super().add(kind)
        self._path.write_text(",".join(sorted(self)))


@contextmanager
def openssh_server(root: Path, *, internal: bool = False) -> Iterator[Server]:
    """OpenSSH's own server. `internal`: its built-in file side (as fast as it gets)."""
    assert SSHD is not None
    base = root.parent / f"{root.name}-sshd"
    base.mkdir()
    host, user = a_key(), a_key()
    (base / "host_key").write_text(private_text(host))
    (base / "host_key").chmod(0o600)
    (base / "authorized_keys").write_text(public_line(user) + "\n")
    wrapper = base / "files.sh"
    refusals = _Refusals(base / "refused")
    wrapper.write_text(_WRAPPER.format(refused=base / "refused"))
    wrapper.chmod(0o755)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where its unprivileged half is shut in
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = base / "config"
    subsystem = "internal-sftp" if internal else str(wrapper)
    config.write_text(_CONFIG.format(port=port, base=base, subsystem=subsystem))
    # Newer servers shut out whoever breaks off often, which these tests do on purpose.
    kind = "PerSourcePenalties=no"
    knows = subprocess.run([SSHD, "-t", "-f", config, "-o", kind], capture_output=True, check=False)
    more = ["-o", kind] if knows.returncode == 0 else []
    log = base / "log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [SSHD, "-D", "-e", "-f", str(config), *more], stdout=written, stderr=written
        )
    try:
        _wait_for(port, process, log)
        yield Server(
            port,
            public_line(host),
            root,
            str(root / "in"),
            username=os.environ.get("USER") or _own_name(),
            private_key=private_text(user),
            refused=refusals,
        )
    finally:
        process.terminate()
        process.wait(10)


def _own_name() -> str:
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(100):
        if process.poll() is not None:
            break
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError(f"sshd did not start: {log.read_text()[-2000:]}")


class Proxy:
    """Between a client and a server: cuts, or falls silent, after so many bytes."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.up_left: int | None = None
        """Bytes that still go to the server; None: no end."""
        self.down_left: int | None = None
        self.silent = False
        """Stop moving bytes, and keep the connection, instead of cutting it."""
        self.carried = {"up": 0, "down": 0}
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def free(self) -> None:
        """From now on everything goes through."""
        self.up_left = self.down_left = None
        self.carried = {"up": 0, "down": 0}

    def close(self) -> None:
        self._listener.close()
        with self._lock:
            for one in self._open:
                one.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            with self._lock:
                self._open += [client, server]
            for one, other, way in ((client, server, "up"), (server, client, "down")):
                threading.Thread(target=self._move, args=(one, other, way), daemon=True).start()

    def _move(self, one: socket.socket, other: socket.socket, way: str) -> None:
        try:
            while data := one.recv(65_536):
                left = self.up_left if way == "up" else self.down_left
                if left is not None:
                    data, rest = data[:left], data[left:]
                    if way == "up":
                        self.up_left = left - len(data)
                    else:
                        self.down_left = left - len(data)
                    if rest:
                        other.sendall(data)
                        self.carried[way] += len(data)
                        break
                other.sendall(data)
                self.carried[way] += len(data)
        except OSError:
            pass
        else:
            if self.silent and (self.up_left == 0 or self.down_left == 0):
                return
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextmanager
def proxy_to(port: int) -> Iterator[Proxy]:
    proxy = Proxy(port)
    try:
        yield proxy
    finally:
        proxy.close()
