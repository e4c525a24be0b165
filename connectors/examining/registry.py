"""How each kind of binding is looked at, one line each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from connectors.examination import (
    Examiner,
    Finding,
    ReadExaminer,
    State,
    What,
    first_record,
    reading_out,
)
from connectors.examining.graph_rights import Need
from connectors.registry import Secrets
from connectors.system import OuterSystem
from lifecycle.configuration.validated import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedAs:
    """What is known of a binding beside what stands in it."""

    name: str
    """The binding's name: configuration."""
    secrets: Secrets
    needs: frozenset[Need] = frozenset()
    """What every binding with the same app needs it for."""
    puts: bool = True
    """Whether files are put and deleted there, or only read."""
    system: OuterSystem | None = None


_IN_MEMORY: Final = ReadExaminer(reach=lambda: None)


def _folder(binding: Any, about: ExaminedAs) -> Examiner:
    from connectors.examining.folder import folder

    return folder(binding.path, name=about.name, mount_point=binding.mount_point, puts=about.puts)


def _onedrive(binding: Any, about: ExaminedAs) -> Examiner:
    from connectors.examining.graph import onedrive

    return onedrive(
        binding, name=about.name, secrets=about.secrets, needs=about.needs, puts=about.puts
    )


def _google_drive(binding: Any, about: ExaminedAs) -> Examiner:
    from connectors.examining.drive import google_drive

    return google_drive(binding, name=about.name, key=about.secrets(binding.key), puts=about.puts)


def _sftp(binding: Any, about: ExaminedAs) -> Examiner:
    from connectors.examining.sftp import sftp

    return sftp(binding, name=about.name, secrets=about.secrets, puts=about.puts)


def _outlook(binding: Any, about: ExaminedAs) -> Examiner:
    from connectors.examining.graph import OutlookExaminer

    mailboxes = getattr(binding, "mailboxes", None) or (binding.mailbox,)
    return OutlookExaminer(
        binding=binding,
        name=about.name,
        secrets=about.secrets,
        mailboxes=mailboxes,
        needs=about.needs,
        puts=about.puts,
    )


def _sql(binding: Any, about: ExaminedAs) -> Examiner:
    from connectors.examining.sql import sql

    password = None if binding.password is None else about.secrets(binding.password)
    return sql(
        binding,
        name=about.name,
        password=password,
        reach=_reading(about),
        more=_reading_out(about, binding.tables),
    )


def behind_http(
    reach: Callable[[], None],
    *,
    token: bool,
    more: Callable[[], Iterator[Finding]] | None = None,
) -> Examiner:
    """A JSON interface: only reading is tried, the rest is asked. `token`: whether one is bound;
    `more`: asked last."""
    notes = (
        Finding(What.RIGHTS, State.ASK, "http_rights" if token else "http_without_token"),
        Finding(What.DELETION, State.ASK, "http_deletion"),
        Finding(What.COPIES, State.ASK, "http_copies"),
    )
    return ReadExaminer(reach=reach, notes=notes, more=more)


def _http(binding: Any, about: ExaminedAs) -> Examiner:
    return behind_http(
        _reading(about),
        token=binding.token is not None,
        more=_reading_out(about, binding.resources),
    )


def _reading(about: ExaminedAs) -> Callable[[], None]:
    system = about.system

    def read() -> None:
        if system is not None:
            first_record(system)

    return read


def _reading_out(about: ExaminedAs, bound: Sequence[Any]) -> Callable[[], Iterator[Finding]]:
    marked = all(one.protected is not None for one in bound)
    return lambda: reading_out(about.system, marked=marked)


def _manual(binding: Any, about: ExaminedAs) -> Examiner:
    """A person hands it over; where a file waits for them in a folder, that is looked at."""
    from connectors.examining.folder import folder

    where = getattr(binding, "folder", None)
    if where is None:
        return ReadExaminer(reach=lambda: None, code="by_hand")
    return folder(where, name=about.name, shared=True)


def _memory(_: Any, __: ExaminedAs) -> Examiner:
    return _IN_MEMORY


EXAMINERS: Final[dict[str, Callable[[Any, ExaminedAs], Examiner]]] = {
    "folder": _folder,
    "onedrive": _onedrive,
    "google_drive": _google_drive,
    "sftp": _sftp,
    "outlook": _outlook,
    "sql": _sql,
    "http": _http,
    "manual": _manual,
    "memory": _memory,
}
"""Kinds that are not here (mail, text messages) can only be tried towards a recipient."""


def examiner(binding: Part, about: ExaminedAs) -> Examiner | None:
    """Who looks at such a binding; None where there is nothing to look at."""
    kind: str = binding.kind  # type: ignore[attr-defined]
    make = EXAMINERS.get(kind)
    return None if make is None else make(binding, about)


def needs_of(binding: Part) -> frozenset[Need]:
    """What a binding needs its app for; nothing where it has none."""
    kind: str = binding.kind  # type: ignore[attr-defined]
    if kind == "onedrive":
        return frozenset({Need.FILES})
    if kind == "outlook":
        if hasattr(binding, "place"):
            return frozenset({Need.READING})
        sends = hasattr(binding, "mailbox")
        return frozenset({Need.MAIL, Need.SENDING} if sends else {Need.MAIL})
    return frozenset()
