"""Every binding is tried: reached, rights enough and not too wide, deletion for good, ways open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from connectors.examination import (
    Examiner,
    Finding,
    ReadExaminer,
    State,
    What,
    finding_of,
    harmless,
    looked,
)
from connectors.examining.graph_rights import Need
from connectors.examining.registry import ExaminedAs, behind_http, examiner, needs_of
from connectors.smtp import Mailbox
from lifecycle.bindings import Absent, Bindings, Manual, Workbuster
from lifecycle.bindings.accounts import AccountsBinding, StaffFile, StaffTable
from lifecycle.bindings.accounts import HttpAccounts as HttpAccountsBinding
from lifecycle.bindings.accounts import SqlAccounts as SqlAccountsBinding
from lifecycle.bindings.mail import Mail
from lifecycle.bindings.onedrive import GraphApp
from lifecycle.configuration.validated import Part
from lifecycle.errors import GallraError, Refused
from tasks.house.parts import House
from tasks.house.quiet import UNEXPECTED
from tasks.house.secrets import secret
from tasks.house.wiring import mail_of, open_house, read_bindings, witness_shares_volume
from tasks.placing.examining_words import sentence
from tasks.sharing.sent_notes import check_notes
from tasks.watching.ways_check import ways

STAGING: Final = "staging"
ARCHIVE: Final = "archive"
WITNESS: Final = "witness"
WATCH: Final = "watch"
STAFF: Final = "staff"


class Told(NamedTuple):
    """One line about one binding; nothing personal, no address, no word of a server's."""

    part: str
    """Where in the bindings: staging, systems, channels, …"""
    system: str
    """The binding's name."""
    what: str
    state: str
    code: str
    say: str


class _Subject(NamedTuple):
    """One binding that is looked at."""

    part: str
    name: str
    look: Callable[[bool], list[Finding]]


def check(controller: str, *, name: str | None = None, probe: bool = False) -> list[Told]:
    """Look at every binding of a controller, or at those called `name`.

    `probe`: a file or draft of ours is put and deleted for good where files are. Raises
    `Refused("binding_unknown")`, and as `open_house`; never for what it finds.
    """
    with open_house(controller) as house:
        return list(check_house(house, name=name, probe=probe))


def check_house(house: House, *, name: str | None = None, probe: bool = False) -> Iterator[Told]:
    """As `check`, in a house that is open."""
    bindings = read_bindings(house.settings, house.policy)
    subjects = [one for one in _subjects(house, bindings) if name in (None, one.name, one.part)]
    if name is not None and not subjects:
        raise Refused("binding_unknown")
    for part, system, look in subjects:
        for found in _safely(look, probe):
            yield Told(
                part, system, found.what.value, found.state.value, found.code, sentence(found)
            )


def _safely(look: Callable[[bool], list[Finding]], probe: bool) -> list[Finding]:
    """One system's fault does not hide the others."""
    try:
        return look(probe)
    except GallraError as error:
        return [finding_of(What.REACHED, error)]
    except Exception:  # noqa: BLE001 -- its words may quote an address
        return [Finding(What.REACHED, State.COULD_NOT_LOOK, UNEXPECTED)]


def _subjects(house: House, bindings: Bindings) -> Iterator[_Subject]:
    needs = _needs_by_app(bindings)

    def by_kind(part: str, name: str, binding: Part, *, puts: bool = True) -> Iterator[_Subject]:
        about = ExaminedAs(
            name=name,
            secrets=lambda wanted: secret(wanted, house.settings.environment),
            needs=needs.get(_app(binding), frozenset()),
            puts=puts,
            system=house.systems.get(name) if part == "systems" else None,
        )
        made = examiner(binding, about)
        if made is not None:
            yield _Subject(part, name, _all_of(made))

    if bindings.staging is not None:
        yield from by_kind(STAGING, bindings.staging.place, bindings.staging)
    yield from _case_system(house, bindings)
    for name, system in sorted(bindings.systems.items()):
        if isinstance(system, Manual | Absent):
            code = "by_hand" if isinstance(system, Manual) else "not_there"
            said = Finding(What.REACHED, State.OK, code)
            yield _Subject("systems", name, lambda _, said=said: [said])  # type: ignore[misc]
        else:
            yield from by_kind("systems", name, system)
    for name, channel in sorted(bindings.channels.items()):
        # The ways first: the folder of what is handed over by hand is ours, and made by them.
        yield _Subject("channels", name, _ways(house, name, channel))
        yield from by_kind("channels", name, channel)
    for name, scanned in sorted(bindings.scan.items()):
        yield from by_kind("scan", name, scanned.where, puts=False)
    for name, accounts in sorted(bindings.accounts.items()):
        yield _Subject("accounts", name, _all_of(_accounts(house, name, accounts)))
    if bindings.staff is not None:
        yield _Subject(STAFF, STAFF, _all_of(_staff(house, bindings.staff)))
    if bindings.archive is not None:
        yield from by_kind(ARCHIVE, ARCHIVE, bindings.archive)
    yield _Subject(WITNESS, WITNESS, lambda _: list(_witness(house, bindings)))
    if bindings.watch is not None:
        mail = bindings.watch.mail
        yield _Subject(WATCH, WATCH, lambda _: [_mail_server(house, mail)])


def _all_of(made: Examiner) -> Callable[[bool], list[Finding]]:
    return lambda probe: harmless(made, probe=probe)


def _app(binding: Part) -> tuple[str, str] | None:
    return (binding.tenant, binding.client_id) if isinstance(binding, GraphApp) else None


def _needs_by_app(bindings: Bindings) -> dict[tuple[str, str] | None, frozenset[Need]]:
    """One app may stand in several bindings: what any of them needs is not too much."""
    every: list[Part] = [*bindings.systems.values(), *bindings.channels.values()]
    every += [scanned.where for scanned in bindings.scan.values()]
    every += [] if bindings.staging is None else [bindings.staging]
    found: dict[tuple[str, str] | None, frozenset[Need]] = {}
    for binding in every:
        app = _app(binding)
        if app is not None:
            found[app] = found.get(app, frozenset()) | needs_of(binding)
    return found


def _case_system(house: House, bindings: Bindings) -> Iterator[_Subject]:
    bound = bindings.case_system
    if bound is None:
        return
    if isinstance(bound, Workbuster):
        from connectors.examining.folder import folder

        # People bring and fetch files there, so the folder is theirs as well.
        yield _Subject(
            "case_system",
            bound.system,
            _all_of(folder(bound.exchange, name=bound.system, shared=True)),
        )

    def reach() -> None:
        for _ in house.case_system.read_back([]):
            break

    yield _Subject("case_system", bound.system, _all_of(ReadExaminer(reach=reach)))


def _accounts(house: House, name: str, bound: AccountsBinding) -> Examiner:
    def reach() -> None:
        for _ in house.accounts[name].accounts():
            break

    if isinstance(bound, HttpAccountsBinding):
        return behind_http(reach, token=bound.token is not None)
    if not isinstance(bound, SqlAccountsBinding):
        return ReadExaminer(reach=reach)
    from connectors.examining.sql import accounts

    password = bound.password
    return accounts(
        bound,
        name=name,
        password=None if password is None else secret(password, house.settings.environment),
        reach=reach,
    )


def _staff(house: House, bound: StaffFile | StaffTable) -> Examiner:
    def reach() -> None:
        house.staff()

    if isinstance(bound, StaffFile):
        return ReadExaminer(reach=reach)
    from connectors.examining.sql import staff

    password = bound.password
    return staff(
        bound,
        name=STAFF,
        password=None if password is None else secret(password, house.settings.environment),
        reach=reach,
    )


def _ways(house: House, name: str, binding: Part) -> Callable[[bool], list[Finding]]:
    def look(_: bool) -> list[Finding]:
        # Without its notes nothing goes by it, whatever its server says.
        notes = looked(
            What.WAY, lambda: check_notes(house, house.doors.door(name)), code="way_open"
        )
        return [] if notes.state is State.OK else [notes]

    return lambda probe: [*look(probe), *ways(house.doors, name, binding)]


def _witness(house: House, bindings: Bindings) -> Iterator[Finding]:
    for sink in house.witnesses:
        if sink.shows:
            yield looked(What.REACHED, sink.latest, code="witness_keeps")
    if witness_shares_volume(house):
        yield Finding(What.COPIES, State.ASK, "witness_not_apart")
    if bindings.witness.mail is not None:
        yield _mail_server(house, bindings.witness.mail)


def _mail_server(house: House, mail: Mail) -> Finding:
    def reach() -> None:
        Mailbox(**mail_of(mail, house.policy, house.settings)).reach()

    return looked(What.REACHED, reach, code="mail_server_answers")
