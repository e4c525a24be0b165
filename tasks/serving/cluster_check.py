"""What several workers share they really share, before one of them takes a run."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from lifecycle.bindings import CaseRegister
from lifecycle.errors import Misconfigured, Unreachable
from lifecycle.policy.load import SUFFIX, load_policy
from tasks.house.settings import Settings
from tasks.house.wiring import has_bindings, list_policies, read_bindings
from tasks.serving.prefect_api import PrefectApi
from tasks.serving.prefect_place import Place
from tasks.serving.safe_to_start import Fault

_MARK: Final = "shared-home"
_VARIABLE: Final = "gallra_home"


def unshared(settings: Settings, controllers: Sequence[str] | None = None) -> Iterator[Fault]:
    """What would be another one on each machine, where workers run on several; nothing where all
    run on this one. `controllers`: whose work it is; default all that have a policy here."""
    if not settings.on_many_machines:
        return
    for name, url in (
        ("GALLRA_DATABASE_URL", settings.database_url),
        ("GALLRA_KEY_DATABASE_URL", settings.key_database_url),
    ):
        if make_url(url).get_backend_name() == "sqlite":
            yield Fault("database_not_shared", name)
    for controller in list_policies(settings) if controllers is None else controllers:
        if has_bindings(settings, controller) and _embeds_case_register(settings, controller):
            yield Fault("case_register_not_shared", controller)


def require_shared(settings: Settings, controllers: Sequence[str] | None = None) -> None:
    """Raises `Misconfigured` with the first of `unshared`: `database_not_shared`,
    `case_register_not_shared`."""
    for fault in unshared(settings, controllers):
        raise Misconfigured(fault.code, ref=fault.ref)


def tell_home(settings: Settings, place: Place) -> None:
    """Have the server remember which state folder its workers work in.

    Raises `Misconfigured("home_not_shared")` when it is told of another one already, and
    `Unreachable`.
    """
    ours = _mark(settings.home)
    known = _remembered(place)
    if known is None:
        body = {"name": _VARIABLE, "value": ours, "tags": ["gallra"]}
        PrefectApi(place).change("POST", "/variables/", body)
        known = _remembered(place)
    if known != ours:
        raise Misconfigured("home_not_shared")


def require_same_home(settings: Settings, place: Place) -> None:
    """Refuse to work in a state folder that is not the one of the other workers: a folder that is
    empty here only would be proven empty, and a file would be forgotten.

    Raises `Misconfigured("home_not_shared")`, `Unreachable("prefect_does_not_answer")`.
    """
    known = _remembered(place)
    if known is None or known != _read(settings.home):
        raise Misconfigured("home_not_shared")


def _remembered(place: Place) -> str | None:
    status, answer = PrefectApi(place).get(f"/variables/name/{_VARIABLE}")
    if status == 404:
        return None
    if status != 200:
        raise Unreachable("prefect_does_not_answer", status=status or 0)
    return str(answer["value"])


def _mark(home: Path) -> str:
    """The state folder's own name, made at first use: whoever links it first has named it."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = home / f".{_MARK}.{secrets.token_hex(8)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(16))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            (home / _MARK).hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
    return _read(home) or ""


def _read(home: Path) -> str | None:
    try:
        return (home / _MARK).read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None


def _embeds_case_register(settings: Settings, controller: str) -> bool:
    policy = load_policy(settings.policies / f"{controller}{SUFFIX}")
    bound = read_bindings(settings, policy).case_system
    return isinstance(bound, CaseRegister)
