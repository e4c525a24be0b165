"""What is missing here, or risky, and how to mend it: nobody has to read a stack trace."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.containers.notice_page import missing_fonts
from lifecycle.bindings import FolderStaging
from lifecycle.configuration.problems import ConfigurationError
from lifecycle.errors import GallraError, Misconfigured
from records.alarms import last_witnessed
from records.engines import reading
from tasks.house.children import is_prefects
from tasks.house.parts import House
from tasks.house.private import is_exposed
from tasks.house.settings import DEFAULT_CONTROLLER, Settings
from tasks.house.wiring import open_house, read_bindings, witness_shares_volume
from tasks.informing.notice_texts import check_notices
from tasks.placing import examining_systems
from tasks.proving.witnessed import is_unwitnessed
from tasks.remedies.every import remedy_for
from tasks.serving.openness import answers, openings
from tasks.serving.prefect_place import place_of
from tasks.serving.safe_to_start import begun_here, faults

State = Literal["ok", "risk", "wrong"]
_ENOUGH_BYTES: Final = 2 * 1024**3
_PROBLEMS: Final = 3
"""How many of a file's problems are shown; `gallra policy check` shows all."""
_NEEDED: Final = ("prefect", "fastapi", "sqlalchemy", "cryptography", "python_calamine", "orjson")

_SHARED: Final = frozenset(
    {
        *("Python", "packages", "state folder", "disk", "mode", "protection"),
        *("settings of Prefect", "Prefect server", "key-encryption key", "checkpoint"),
    }
)
"""What all controllers of one house have together."""


class Finding(NamedTuple):
    """One thing that was looked at."""

    what: str
    state: State
    found: str
    mend: str


def examine(controller: str, *, settings: Settings | None = None) -> list[Finding]:
    """Look at everything that a run needs; never raises for what it finds."""
    findings = [_python(), *_packages()]
    try:
        settings = settings or Settings.from_environment()
        findings += [*_home(settings), *_protection(settings), *_server(settings)]
        if any(f.state == "wrong" for f in findings):
            return findings
        with open_house(controller, settings=settings) as house:
            findings += [Finding("policy and systems", "ok", f"{controller} in order", "")]
            findings += _inside(house)
    except GallraError as error:
        findings.append(_wrong("policy, systems, databases and keys", error))
    return findings


def examine_all(settings: Settings | None = None) -> list[Finding]:
    """The same for every controller that has begun here: what they share once, then each by name.

    Never raises for what it finds; where nobody has begun it says what they would share.
    """
    try:
        settings = settings or Settings.from_environment()
        begun = begun_here(settings)
    except GallraError as error:
        return [_wrong("policy, systems, databases and keys", error)]
    found: list[Finding] = []
    for controller in begun or [DEFAULT_CONTROLLER]:
        seen = {(one.what, one.found) for one in found}
        found += [
            one if one.what in _SHARED else one._replace(what=f"{controller}: {one.what}")
            for one in examine(controller, settings=settings)
            if (one.what, one.found) not in seen
        ]
    return found


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    good = (3, 11) <= sys.version_info[:2] < (3, 14)
    return Finding(
        "Python", "ok" if good else "wrong", version, "" if good else "Install Python 3.11 to 3.13."
    )


def _packages() -> Iterator[Finding]:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        yield Finding("packages", "wrong", f"missing: {', '.join(missing)}", "Run `make run`.")


def _home(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    try:
        if not _can_be_written(home):
            yield _wrong("state folder", Misconfigured("home_not_writable", ref=str(home)))
            return
        if not home.exists():
            yield Finding("state folder", "ok", f"{home} is made at first use", "")
            return
        free = shutil.disk_usage(home).free
    except OSError:
        yield _wrong("state folder", Misconfigured("home_not_writable", ref=str(home)))
        return
    exposed = is_exposed(home)
    yield Finding(
        "state folder",
        "wrong" if exposed else "ok",
        f"{home}" + (" can be read by other users" if exposed else ""),
        f"chmod 700 {home}" if exposed else "",
    )
    low = free < _ENOUGH_BYTES
    yield Finding(
        "disk",
        "risk" if low else "ok",
        f"{free // 1024**2} MB free",
        "Make room: a full disk stops the work, safely." if low else "",
    )


def _protection(settings: Settings) -> Iterator[Finding]:
    """What keeps this house from being served; the state folder has its own line."""
    yield Finding(
        "mode",
        "ok" if settings.production else "risk",
        "production" if settings.production else "a trial: real data may not be in here",
        "" if settings.production else "For real data set GALLRA_MODE=production.",
    )
    for fault in faults(settings):
        if fault.ref != "GALLRA_HOME":
            advice = remedy_for(fault.code)
            found = f"{fault.code} {fault.ref}: {advice.happened}"
            yield Finding("protection", "wrong", found, advice.next)
    ignored = sorted(name for name in settings.environment if is_prefects(name))
    if ignored:
        yield Finding(
            "settings of Prefect",
            "risk",
            f"ignored: {', '.join(ignored)}",
            "Gallra tells Prefect everything itself; take them out of the environment.",
        )


def _server(settings: Settings) -> Iterator[Finding]:
    """The Prefect server, if there is one: is it closed, does it answer."""
    try:
        place = place_of(settings)
    except Misconfigured as error:
        yield _wrong("Prefect server", error)
        return
    if place is None:
        return
    if not answers(place):
        yield Finding(
            "Prefect server",
            "risk",
            "does not answer" + (" (not running)" if place.here else ""),
            "Start it: `gallra serve`." if place.here else "Look where it runs.",
        )
        return
    for setting in openings(place):
        advice = remedy_for("server_is_open")
        found = f"server_is_open {setting}: {advice.happened}"
        yield Finding("Prefect server", "wrong", found, advice.next)
    yield Finding("Prefect server", "ok", "answers us, and asks for the password", "")


def _can_be_written(home: Path) -> bool:
    """Whether the folder is one, or can be made, and this user may write to it."""
    nearest = next(path for path in (home, *home.parents) if path.exists())
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


def _inside(house: House) -> Iterator[Finding]:
    if house.policy.staging is not None:
        yield _staging(house)
    if house.policy.case_system is not None:
        yield _tried("case system", lambda: _answers(house))
    yield _tried("keys", lambda: f"epoch {house.keyring.status().epoch}")
    yield _tried("ledger", lambda: _ledger(house))
    yield from _systems(house)
    yield from _risks(house)
    yield from _notices(house)
    try:
        ZoneInfo(house.policy.controller.time_zone)
    except ZoneInfoNotFoundError:
        yield Finding("time zone", "wrong", "unknown to this machine", "Install tzdata.")


def _notices(house: House) -> Iterator[Finding]:
    """Whether people can be told: every word there, somebody has read it, it can be printed."""
    try:
        checked = check_notices(house.settings.policies, house.policy)
    except GallraError as error:
        yield _wrong("notices", error)
        return
    for each in checked:
        what, see = f"notice {each.notice}", "See `gallra inform check`."
        if each.findings:
            yield Finding(what, "wrong", f"{len(each.findings)} to mend", see)
        if each.undecided:
            left = f"not whole: {len(each.undecided)} fact(s) that nobody has decided"
            yield Finding(
                f"decisions of {what}", "risk", left, f"Decide them in the policy file. {see}"
            )
        if each.unreviewed:
            unread = f"not reviewed by a native speaker: {', '.join(each.unreviewed)}"
            yield Finding(what, "risk", unread, f"Have somebody read it. {see}")
        elif not each.findings:
            yield Finding(what, "ok", "whole in every language", "")
    languages = {one for notice in house.policy.notices for one in notice.languages}
    if missing := missing_fonts(sorted(languages)):
        mend = "Install fonts-noto-core, or the like; mail and web page need no font."
        yield Finding("fonts for notices", "risk", f"missing: {', '.join(missing)}", mend)


def _staging(house: House) -> Finding:
    binding = read_bindings(house.settings, house.policy).staging
    path = binding.path if isinstance(binding, FolderStaging) else None
    where = str(path or house.staging.place)
    looked = _tried(
        "staging folder", lambda: f"{sum(1 for _ in house.staging.list_items())} file(s)"
    )
    return looked._replace(found=f"{where}: {looked.found}")


def _answers(house: House) -> str:
    for _ in house.case_system.read_back([]):
        break
    return f"{house.case_system.system} answers"


def _ledger(house: House) -> str:
    with reading(house.engine) as connection:
        return f"{house.ledger.head(connection).size} events"


def _systems(house: House) -> Iterator[Finding]:
    silent = list(examining_systems.unanswered(house))
    for name, failure in silent:
        yield _wrong(f"system {name}", failure)
    if house.systems and not silent:
        yield Finding("outer systems", "ok", f"{len(house.systems)} answer", "")
    if examining_systems.never_asked(house):
        yield Finding(
            "inventory",
            "risk",
            "no record of any outer system is known: they are empty, or were never asked",
            "Run `gallra inventory` if you have not; until then plans know nothing of them.",
        )
    made = examining_systems.stand_ins(read_bindings(house.settings, house.policy).systems)
    if made:
        yield Finding(
            "stand-ins",
            "risk",
            f"{len(made)} system(s) are bound to stand-ins: {', '.join(made)}",
            "For trying out. Bind the real ones in the systems' file.",
        )
    able = examining_systems.approving(house)
    yield Finding(
        "officers",
        "ok" if able > 1 else "risk",
        f"{able} may approve",
        "" if able > 1 else "Enrol two people or more: `gallra officers add`.",
    )


def _risks(house: House) -> Iterator[Finding]:
    beside = house.settings.keys_lie_beside_data
    yield Finding(
        "key-encryption key",
        _beside(house.settings),
        "lies beside the data" if beside else "lies apart from the data",
        "Set GALLRA_KEYS to a folder on another volume, or use a systemd credential."
        if beside
        else "",
    )
    shared = witness_shares_volume(house)
    yield Finding(
        "witness",
        "risk" if shared else "ok",
        "lies on the volume that it should witness" if shared else "lies on another volume",
        "Bind the witness to a file on another volume, and to a mail to the DPO." if shared else "",
    )
    with reading(house.engine) as connection:
        last = last_witnessed(connection)
    late = is_unwitnessed(house.engine, at=house.now())
    yield Finding(
        "checkpoint",
        "wrong" if late else "ok" if last else "risk",
        (f"last taken {last[:16]}" if last else "none yet") + (", over a day ago" if late else ""),
        "Run `gallra ledger checkpoint`." if late or not last else "",
    )


def _beside(settings: Settings) -> State:
    """A key beside the data is what a trial has, and refused where the data is real."""
    if not settings.keys_lie_beside_data:
        return "ok"
    return "wrong" if settings.production else "risk"


def _tried(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, "ok", look(), "")
    except GallraError as error:
        return _wrong(what, error)


def _wrong(what: str, error: GallraError) -> Finding:
    advice = remedy_for(error.code, kind=type(error).__name__)
    if isinstance(error, ConfigurationError):
        found = "\n".join(map(str, error.problems[:_PROBLEMS]))
        return Finding(what, "wrong", found, advice.next)
    head, *more = str(error).splitlines()
    return Finding(what, "wrong", "\n".join([f"{head}: {advice.happened}", *more]), advice.next)
