"""Where the state lies and which files rule: the one place that reads the environment."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from lifecycle.errors import Misconfigured
from tasks.house.private import read_secret

_PACKAGE_ROOT: Final = Path(__file__).resolve().parents[2]

DEFAULT_CONTROLLER: Final = "academedia"
_TRIAL: Final = "trial"
_PRODUCTION: Final = "production"
_OPEN: Final = "open"
_CLOSED: Final = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The administrator's choices; every one has an environment variable."""

    home: Path
    """`GALLRA_HOME`: state of this installation; default a folder in the user's data directory."""
    database_url: str
    """`GALLRA_DATABASE_URL`: the records; default SQLite under `home`."""
    key_database_url: str
    """`GALLRA_KEY_DATABASE_URL`: the wrapped keys; default SQLite in a folder of its own."""
    key_encryption_keys: Path
    """`GALLRA_KEYS`: the folder with the key-encryption keys; default beside the data, which is
    convenient and not safe: `gallra doctor` says so."""
    policies: Path
    """`GALLRA_POLICIES`: the policy files."""
    systems: Path
    """`GALLRA_SYSTEMS`: the bindings of outer systems, one file per controller."""
    prefect_api: str | None = None
    """`GALLRA_PREFECT_API`: a Prefect server that runs elsewhere, `https://…/api`; none: the one
    of this machine."""
    prefect_auth: Path | None = None
    """`GALLRA_PREFECT_AUTH_FILE`: the file with that server's `user:password`."""
    network_is_closed: bool = False
    """`GALLRA_PREFECT_NETWORK=closed`: nobody else is on the network between workers and servers,
    as between containers: there it may go without TLS."""
    prefect_ui: str | None = None
    """`GALLRA_PREFECT_UI`: where people open that server's pages, if not there."""
    prefect_bind: str | None = None
    """`GALLRA_PREFECT_BIND`: the address that one of several API servers listens on."""
    prefect_secrets: Path | None = None
    """`GALLRA_PREFECT_SECRETS`: the folder with what several servers share, a file each:
    `prefect-database-url`, `prefect-redis-url`, `prefect-encryption-key`."""
    workers: int | None = None
    """`GALLRA_WORKERS`: how many workers there should be; none: one where a server runs here."""
    operator_webhook: str | None = field(default=None, repr=False)
    """`GALLRA_OPERATOR_WEBHOOK`, or the file that `GALLRA_OPERATOR_WEBHOOK_FILE` names: where
    Prefect says that a run went wrong. Whoever knows it may write there: a secret."""
    production: bool = False
    """`GALLRA_MODE=production`: real data; what is only risky while trying out is refused."""
    fan_out_from: int = 5_000
    """`GALLRA_FAN_OUT_FROM`: items of a plan from which other workers are called in."""
    environment: Mapping[str, str] = field(repr=False)
    """For `${…}` in bindings and for the names of secrets."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the variables. Raises `Misconfigured`: `home_not_absolute`, `home_not_usable`,
        `prefect_api_not_protected`, `setting_invalid` with the variable as its reference."""
        env = dict(os.environ if environment is None else environment)
        home = Path(env.get("GALLRA_HOME") or _default_home(env)).expanduser()
        if not home.is_absolute():
            raise Misconfigured("home_not_absolute")
        if any(sign in str(home) for sign in "?#%"):
            # They mean something else in a database's address.
            raise Misconfigured("home_not_usable")
        env["GALLRA_HOME"] = str(home)
        keks = env.get("GALLRA_KEYS") or _supplied_keks(env) or str(home / "kek")
        return cls(
            home=home,
            database_url=env.get("GALLRA_DATABASE_URL") or f"sqlite:///{home}/records/records.db",
            key_database_url=(
                env.get("GALLRA_KEY_DATABASE_URL") or f"sqlite:///{home}/keys/keys.db"
            ),
            key_encryption_keys=Path(keks),
            policies=Path(env.get("GALLRA_POLICIES") or _PACKAGE_ROOT / "policies"),
            systems=Path(env.get("GALLRA_SYSTEMS") or _PACKAGE_ROOT / "deployments" / "systems"),
            prefect_api=_elsewhere(env.get("GALLRA_PREFECT_API") or None, closed=_closed(env)),
            prefect_auth=_path(env.get("GALLRA_PREFECT_AUTH_FILE")),
            network_is_closed=_closed(env),
            prefect_ui=_elsewhere(env.get("GALLRA_PREFECT_UI") or None, closed=_closed(env)),
            prefect_bind=_address(env, "GALLRA_PREFECT_BIND"),
            prefect_secrets=_path(env.get("GALLRA_PREFECT_SECRETS")),
            workers=_number(env, "GALLRA_WORKERS", most=1000),
            operator_webhook=_webhook(env),
            production=_mode(env.get("GALLRA_MODE") or _TRIAL) == _PRODUCTION,
            fan_out_from=_number(env, "GALLRA_FAN_OUT_FROM", most=10**9) or 5_000,
            environment=env,
        )

    @property
    def on_many_machines(self) -> bool:
        """Whether workers run elsewhere than here: their server is another machine's."""
        return self.prefect_api is not None and not _is_loopback(
            urlsplit(self.prefect_api).hostname
        )

    @property
    def keys_lie_beside_data(self) -> bool:
        """True for the embedded default: whoever copies the home, or a folder with a database in
        it, has data and key."""
        keys, home = self.key_encryption_keys.resolve(), self.home.resolve()
        files = (sqlite_path(self.database_url), sqlite_path(self.key_database_url))
        data = [home, *(file.resolve().parent for file in files if file is not None)]
        # A file there may only lead to where the key lies.
        lie = {keys, *(each.resolve().parent for each in _inside(keys) if each.is_symlink())}
        return any(
            key.is_relative_to(one) or one.is_relative_to(key) for key in lie for one in data
        ) or any(_is_one_folder(keys, each) for each in _inside(home) if each.is_dir())


def sqlite_path(url: str) -> Path | None:
    """Where the database of that address lies, if it is a file; None on a server."""
    from sqlalchemy.engine import make_url  # the help needs none
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
    except ArgumentError:
        return None  # whoever opens it says so
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database)


def _inside(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _is_one_folder(one: Path, other: Path) -> bool:
    """Whether both names lead to the same folder, as where one is mounted on the other."""
    try:
        return one.samefile(other)
    except OSError:
        return False


def _elsewhere(
    address: str | None, *, closed: bool = False, with_query: bool = False
) -> str | None:
    """The address of a server that runs elsewhere: by TLS, on this very machine, or on a network
    of its own."""
    if address is None:
        return None
    try:
        parts = urlsplit(address)
        near = closed or _is_loopback(parts.hostname)
        good = parts.scheme == "https" or (parts.scheme == "http" and near)
        good = good and bool(parts.hostname) and parts.username is None
        good = good and (with_query or not parts.query)
        _ = parts.port
    except ValueError:
        good = False
    if not good:
        raise Misconfigured("prefect_api_not_protected")
    return address.rstrip("/")


def _webhook(env: Mapping[str, str]) -> str | None:
    """By TLS, or on this very machine; in a file, one that nobody else can read."""
    name, address = "GALLRA_OPERATOR_WEBHOOK", env.get("GALLRA_OPERATOR_WEBHOOK")
    if file := _path(env.get(f"{name}_FILE")):
        name = f"{name}_FILE"
        try:
            address = read_secret(file)
        except OSError:
            raise Misconfigured("setting_invalid", ref=name) from None
    if not address:
        return None
    try:
        return _elsewhere(address, with_query=True)
    except Misconfigured:
        raise Misconfigured("setting_invalid", ref=name) from None


def _is_near(address: str) -> bool:
    """Whether an address leads to this very machine."""
    return _is_loopback(urlsplit(address).hostname)


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _closed(env: Mapping[str, str]) -> bool:
    text = env.get("GALLRA_PREFECT_NETWORK") or _OPEN
    if text not in (_OPEN, _CLOSED):
        raise Misconfigured("setting_invalid", ref="GALLRA_PREFECT_NETWORK")
    return text == _CLOSED


def _address(env: Mapping[str, str], name: str) -> str | None:
    text = env.get(name)
    if not text:
        return None
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise Misconfigured("setting_invalid", ref=name) from None


def _path(text: str | None) -> Path | None:
    return Path(text).expanduser() if text else None


def _number(env: Mapping[str, str], name: str, *, most: int) -> int | None:
    text = env.get(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:12]) <= most):
        raise Misconfigured("setting_invalid", ref=name)
    return int(text)


def _mode(text: str) -> str:
    if text not in (_TRIAL, _PRODUCTION):
        raise Misconfigured("setting_invalid", ref="GALLRA_MODE")
    return text


def _supplied_keks(env: Mapping[str, str]) -> str | None:
    """systemd's credentials folder, where it holds a KEK and not just some other secret."""
    folder = env.get("CREDENTIALS_DIRECTORY")
    return folder if folder and any(Path(folder).glob("kek-*")) else None


def _default_home(env: Mapping[str, str]) -> str:
    data = env.get("XDG_DATA_HOME")
    return str((Path(data) if data else Path("~/.local/share").expanduser()) / "gallra")
