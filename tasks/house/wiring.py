"""The composition root: settings, policy, records, vault, systems and witnesses become a house."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from connectors.absent import AbsentCaseSystem
from connectors.base import CaseSystem, Staging
from connectors.chosen_files import ChosenFiles
from connectors.erasure_journal import ErasureJournal
from connectors.folder import FolderStaging as FolderPlace
from connectors.registry import case_system, staging
from connectors.said_journal import SaidJournal
from connectors.smtp import Mailbox
from connectors.witness import FileWitness, Witness
from connectors.witness_mail import MailWitness
from lifecycle.bindings import (
    Absent,
    Bindings,
    FolderStaging,
    Limit,
    Mail,
    Manual,
    Workbuster,
    load_bindings,
)
from lifecycle.checkpoint import Checkpoint
from lifecycle.configuration.problems import ControllerUnknown
from lifecycle.errors import GallraError, KeyFailure, LedgerFailure, Misconfigured
from lifecycle.ledger import EventKind
from lifecycle.policy.load import SUFFIX, known_policies, load_policy
from lifecycle.policy.model import Policy
from lifecycle.references import RUN, new_id, to_reference
from records import due, migrations
from records.engines import open_engine, quiet_errors, reading
from records.kek import DirectoryKeks
from records.keyring import Keyring
from records.ledger_check import is_another
from records.ledger_store import LedgerStore
from records.tables import ledger_head
from records.unit_of_work import UnitOfWork
from records.vault import Vault
from tasks.house import replay_first
from tasks.house.clock import utc_now
from tasks.house.door_wiring import doors
from tasks.house.outer_wiring import bound_as, outer_systems
from tasks.house.parts import House, Sink
from tasks.house.scan_wiring import bound_accounts, scan_places, staff_list
from tasks.house.secrets import secret
from tasks.house.settings import Settings

CHOSEN_PLACE = "computer"
"""The place of files that are imported from where they lie (A-98)."""


@dataclass(frozen=True, slots=True)
class NamedSink:
    """A witness with the word that the ledger calls it by."""

    name: str
    witness: Witness

    @property
    def shows(self) -> bool:
        """Whether `latest` tells what it has."""
        return isinstance(self.witness, FileWitness)

    def take(self, text: str, *, size: int) -> None:
        """Keep a checkpoint; raises `LedgerFailure` or `Unreachable`."""
        self.witness.take(text, size=size)

    def latest(self) -> Checkpoint | None:
        """The newest checkpoint, where the witness can show one."""
        return self.witness.latest() if isinstance(self.witness, FileWitness) else None

    def was_set_aside(self) -> bool:
        """Whether a restore has set an earlier file aside."""
        return isinstance(self.witness, FileWitness) and self.witness.was_set_aside()

    def set_aside(self, mark: str) -> None:
        """Begin anew after a restore, where the witness is a file; see `FileWitness`."""
        if isinstance(self.witness, FileWitness):
            self.witness.set_aside(mark)


@contextmanager
def open_house(
    controller: str,
    *,
    settings: Settings | None = None,
    chosen: Sequence[Path] | None = None,
    restoring: bool = False,
    now: Callable[[], datetime] = utc_now,
    call_in: Callable[[str, int], int] | None = None,
    turns: Callable[[Limit], AbstractContextManager[object]] = nullcontext,
) -> Iterator[House]:
    """Everything one run needs for one controller; closes its databases at the end.

    `chosen`: files to import from where they lie, instead of the staging folder; `call_in` and
    `turns`: see `House`. The first call
    makes databases, keys, ledger and folders; a folder that is missing later is not made anew, and
    is unreachable when it is looked at. Records that are older than the witness knows were restored
    from a backup: only `restoring` opens them, and keys that were put back, to replay the erasures
    first. Raises `LedgerFailure`: `database_restored`, `keys_restored` otherwise, `Misconfigured`
    (with every problem in the policy or the bindings), `KeyFailure`, `Unreachable`.
    """
    settings = settings or Settings.from_environment()
    policy = read_policy(settings, controller)
    bindings = read_bindings(settings, policy)
    _make_home(settings.home)
    run = to_reference(RUN, new_id())
    with _named("records"):
        engine = open_engine(settings.database_url)
    with _named("keys"):
        key_engine = open_engine(settings.key_database_url)
    try:
        with _named("records"):
            migrations.upgrade(engine, "records")
        with _named("keys"):
            migrations.upgrade(key_engine, "keys")
        keks = DirectoryKeks(settings.key_encryption_keys, writable=_is_writable(settings))
        keyring = Keyring(key_engine, keks, now=now)
        vault = Vault(keyring, controller=controller)
        _require_its_keys(engine, keyring)
        ledger = LedgerStore(keyring.named("ledger"), keyring.named("signing"))
        witnesses = _witnesses(bindings, policy, settings)
        if not restoring:
            replay_first.require_done(settings.home)
            _require_not_restored(engine, witnesses)
        if not has_begun(engine, controller):
            _make_folders(bindings)
            _begin(engine, ledger, now=now, run=run, controller=controller)
        chosen_files = None if chosen is None else ChosenFiles(chosen, place=CHOSEN_PLACE)
        yield House(
            settings=settings,
            policy=policy,
            engine=engine,
            keyring=keyring,
            vault=vault,
            ledger=ledger,
            staging=chosen_files
            or staging(
                bindings.staging,
                secrets=lambda secret_name: secret(secret_name, settings.environment),
            ),
            case_system=_case_system(bindings, vault),
            systems=outer_systems(bindings, policy, settings),
            by_hand=bound_as(Manual, bindings),
            absent=bound_as(Absent, bindings),
            witnesses=witnesses,
            journal=ErasureJournal(
                bindings.witness.file.parent / f"erasures-{controller}.jsonl",
                keyring.named("ledger"),
            ),
            said=SaidJournal(
                bindings.witness.file.parent / f"said-{controller}.jsonl", keyring.named("ledger")
            ),
            certificates=bindings.witness.file.parent / "certificates",
            doors=doors(
                bindings,
                settings,
                outgoing=settings.home / "outgoing" / controller,
                zone=policy.controller.zone,
            ),
            archive=_archive(bindings),
            scans=scan_places(bindings, policy, settings),
            accounts=bound_accounts(bindings, policy, settings, now=now),
            staff=staff_list(bindings, policy, settings),
            forms=bindings.consent_forms,
            mailbox=_mailbox(bindings, policy, settings),
            now=now,
            may_have_help=now is utc_now,
            call_in=call_in,
            limits=bindings.limits(),
            turns=turns,
            chosen=None if chosen_files is None else chosen_files.keys,
            run=run,
        )
    finally:
        engine.dispose()
        key_engine.dispose()


def read_policy(settings: Settings, controller: str) -> Policy:
    """The policy of `controller`; raises `ControllerUnknown`, `PolicyError`, or
    `Misconfigured("no_policy_file")`."""
    if controller not in (known := list_policies(settings)):
        raise ControllerUnknown(known)
    return load_policy(settings.policies / f"{controller}{SUFFIX}")


def read_bindings(settings: Settings, policy: Policy) -> Bindings:
    """The outer systems of the policy's controller; raises `BindingsError`."""
    file = settings.systems / f"{policy.id}{SUFFIX}"
    return load_bindings(file, policy=policy, environment=settings.environment)


def has_bindings(settings: Settings, controller: str) -> bool:
    """Whether anybody has written down where this controller's systems are."""
    return (settings.systems / f"{controller}{SUFFIX}").exists()


def list_policies(settings: Settings) -> list[str]:
    """The controllers that there is a policy for; raises `Misconfigured("no_policy_file")`."""
    if known := known_policies(settings.policies):
        return known
    raise Misconfigured("no_policy_file", ref=str(settings.policies))


@contextmanager
def _named(database: str) -> Iterator[None]:
    """Say which of the two databases an error of opening one is about."""
    failure: GallraError | None = None
    try:
        yield
    except GallraError as error:
        if error.ref is not None or not error.code.startswith("database_"):
            raise
        failure = type(error)(error.code, ref=database)
    if failure is not None:
        raise failure


def _is_writable(settings: Settings) -> bool:
    """A credential or secret mount is rotated by whoever mounts it, never by us."""
    return settings.key_encryption_keys != Path(
        settings.environment.get("CREDENTIALS_DIRECTORY", "/nonexistent")
    )


def _make_home(home: Path) -> None:
    failed = False
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        failed = True
    if failed:
        raise Misconfigured("home_not_writable", ref=str(home))


def _make_folders(bindings: Bindings) -> None:
    """The outer folders, once, before the installation's ledger begins.

    Later a missing folder is one that cannot be reached: an empty one in its place would be
    proven empty while files lie where it was.
    """
    if isinstance(bindings.staging, FolderStaging) and not bindings.staging.mount_point:
        _make_folder(bindings.staging.path)
    if isinstance(bindings.case_system, Workbuster):
        _make_folder(bindings.case_system.exchange)
    if bindings.archive is not None and not bindings.archive.mount_point:
        _make_folder(bindings.archive.path)


def _archive(bindings: Bindings) -> Staging | None:
    if bindings.archive is None:
        return None
    folder = bindings.archive
    return FolderPlace(folder.path, place="archive", mount_point=folder.mount_point)


def _make_folder(path: Path) -> None:
    # One that cannot be made is unreachable, and says so when it is looked at: the watchdog must
    # get as far as that.
    with suppress(OSError):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)


def _case_system(bindings: Bindings, vault: Vault) -> CaseSystem:
    binding = bindings.case_system
    if binding is None:
        return AbsentCaseSystem()
    return case_system(binding, box=vault.box(binding.system), fingerprint=vault.fingerprint)


def _witnesses(bindings: Bindings, policy: Policy, settings: Settings) -> list[Sink]:
    path = bindings.witness.file
    _make_folder(path.parent)
    # Each controller has witnesses of its own, which know nothing of each other's.
    sinks: list[Sink] = [NamedSink(f"file-{policy.id}", FileWitness(path))]
    if bindings.witness.mail is not None:
        sinks.append(
            NamedSink(f"mail-{policy.id}", _mail_witness(bindings.witness.mail, policy, settings))
        )
    return sinks


def _mail_witness(mail: Mail, policy: Policy, settings: Settings) -> Witness:
    return MailWitness(**mail_of(mail, policy, settings))


def _mailbox(bindings: Bindings, policy: Policy, settings: Settings) -> Mailbox | None:
    if bindings.watch is None:
        return None
    return Mailbox(**mail_of(bindings.watch.mail, policy, settings))


def mail_of(mail: Mail, policy: Policy, settings: Settings) -> dict[str, Any]:
    """What a mailbox is made of, out of its binding; the password is fetched when it is used."""
    return {
        "host": mail.host,
        "port": mail.port,
        "sender": mail.sender,
        "recipient": mail.address(policy),
        "username": mail.username,
        "password": None if mail.password is None else secret(mail.password, settings.environment),
        "trusted": mail.trusted,
        "plain_on_loopback": mail.security == "plain_on_loopback",
    }


def _begin(
    engine: Engine, ledger: LedgerStore, *, now: Callable[[], datetime], run: str, controller: str
) -> None:
    """The first run of all gives the ledger its name; the first run of each controller leaves its
    mark. Another may be faster."""
    with UnitOfWork(engine, ledger, now=now, run=run, controller=controller) as work:
        first = ledger.initialise(work.connection)
        if first or not due.is_known(work.connection, controller=controller):
            due.make_known(work.connection, controller=controller)
            work.record(EventKind.LEDGER_BEGUN if first else EventKind.CONTROLLER_BEGUN)
            work.commit()


def has_begun(engine: Engine, controller: str) -> bool:
    """Whether these records were ever opened for the controller."""
    with quiet_errors(), reading(engine) as connection:
        return due.is_known(connection, controller=controller)


def _require_not_restored(engine: Engine, witnesses: Sequence[Sink]) -> None:
    """Who was erased since a backup is in it again: nothing else opens it before the replay."""
    shown = None
    for sink in witnesses:
        # What a witness cannot tell stops every deletion later on; it does not stop reading.
        with suppress(GallraError):
            shown = sink.latest() or shown
    with quiet_errors(), reading(engine) as connection:
        head = connection.execute(select(ledger_head.c.origin, ledger_head.c.size)).first()
        if shown and head and shown.origin == head.origin:
            if head.size < shown.size:
                raise LedgerFailure("database_restored", missing=shown.size - head.size)
            # After one restore the ledger went on anew: a second, newer backup is longer than
            # what the witness knows, and yet from before the erasures.
            if is_another(connection, shown):
                raise LedgerFailure("database_restored", missing=0)


def _has_begun(engine: Engine) -> bool:
    with quiet_errors(), reading(engine) as connection:
        return connection.execute(select(ledger_head.c.origin).limit(1)).first() is not None


def witness_shares_volume(house: House) -> bool:
    """Whether every file witness lies on the volume of the records: no real witness."""
    files = [
        sink.witness
        for sink in house.witnesses
        if isinstance(sink, NamedSink) and isinstance(sink.witness, FileWitness)
    ]
    return all(file.shares_volume_with(house.settings.home) for file in files)


def _require_its_keys(engine: Engine, keyring: Keyring) -> None:
    """Records that have a ledger have keys: an empty key database beside them is a lost one.

    New keys would make every person unreadable and nobody findable, and still look like success.
    Raises `KeyFailure("key_database_lost")`.
    """
    if _has_begun(engine) and not keyring.has("ledger"):
        raise KeyFailure("key_database_lost")
