"""Everything a step needs, put together once per run and handed in: no step looks around."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine

from connectors.accounts import Accounts
from connectors.base import CaseSystem, Staging
from connectors.erasure_journal import ErasureJournal
from connectors.said_journal import SaidJournal
from connectors.system import OuterSystem
from lifecycle.access import Member
from lifecycle.bindings.consent_forms import ConsentForm
from lifecycle.bindings.turns import Limit
from lifecycle.checkpoint import Checkpoint
from lifecycle.policy.model import Policy
from records.keyring import Keyring
from records.ledger_store import LedgerStore
from records.unit_of_work import UnitOfWork
from records.vault import Vault
from tasks.house.doors import Doors
from tasks.house.scan_wiring import ScanPlace
from tasks.house.settings import Settings


class Sink(Protocol):
    """A witness outside the host (design §4)."""

    @property
    def name(self) -> str:
        """A word of configuration, e.g. `file`."""
        ...

    @property
    def shows(self) -> bool:
        """Whether `latest` tells what it has (a file does, a mailbox does not)."""
        ...

    def take(self, text: str, *, size: int) -> None:
        """Keep a checkpoint; raises `LedgerFailure` or `Unreachable`."""
        ...

    def latest(self) -> Checkpoint | None:
        """The newest checkpoint it can show by itself; None where it cannot (a mail)."""
        ...

    def was_set_aside(self) -> bool:
        """Whether a restore has set an earlier file aside."""
        ...

    def set_aside(self, mark: str) -> None:
        """Keep what it has under another name and begin anew, after a restore."""
        ...


class Letterbox(Protocol):
    """Where mail about alarms goes."""

    def write(self, *, subject: str, text: str, mark: str) -> None:
        """Send one mail; returns when a server has taken it. `mark`: the same for the same mail.

        Raises `Unreachable`, `Misconfigured`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One controller's policy, records, vault, systems and clock, for one run."""

    settings: Settings
    policy: Policy
    engine: Engine
    keyring: Keyring
    vault: Vault
    ledger: LedgerStore
    staging: Staging
    case_system: CaseSystem
    systems: Mapping[str, OuterSystem] = field(default_factory=dict)
    """Every other system that a machine reaches, by the policy's name (A-75)."""
    by_hand: frozenset[str] = frozenset()
    """The policy's systems and places that only a person reaches."""
    absent: frozenset[str] = frozenset()
    """The policy's systems and places that this company does not have."""
    witnesses: Sequence[Sink]
    journal: ErasureJournal
    """Who was erased, outside the databases: replayed after a restore."""
    said: SaidJournal
    """Who said no or took a consent back, outside the databases: replayed after a restore."""
    certificates: Path
    """Where copies of the certificates lie, outside the databases."""
    archive: Staging | None = None
    """Where a copy goes of what is archived before it is erased."""
    doors: Doors
    """By which ways data leaves, and whom they lead to (A-69)."""
    scans: Mapping[str, ScanPlace] = field(default_factory=dict)
    """The places that are looked through for what may not lie there (A-58)."""
    accounts: Mapping[str, Accounts] = field(default_factory=dict)
    """The systems whose accounts are reviewed (A-78)."""
    staff: Callable[[], Sequence[Member]] = list
    """Reads the list of who works here; empty where none is bound."""
    forms: Mapping[str, ConsentForm] = field(default_factory=dict)
    """The exported forms with answers to the policy's questions, by name."""
    mailbox: Letterbox | None = None
    """Whom the watchdog writes to."""
    now: Callable[[], datetime]
    """The clock: UTC."""
    may_have_help: bool = False
    """Whether a second process can open this same house: not with a test's clock or twins."""
    call_in: Callable[[str, int], int] | None = None
    """Asks other workers to help with the plan or the import of that reference, which has so many
    parts; how many were asked. It never raises. None: there is nobody to ask."""
    limits: Mapping[str, Limit] = field(default_factory=dict)
    """How many may be at a system or a place at once, by the policy's name."""
    turns: Callable[[Limit], AbstractContextManager[object]] = nullcontext
    """A turn beside the one that our records keep: whoever runs the steps may show who waits for
    whom."""
    chosen: Sequence[str] | None = None
    """Keys of the only items this run is about (`gallra import FILE`); None: the whole place."""
    run: str
    """This run's reference (`R-…`), in every ledger event it causes."""

    @property
    def ledger_key(self) -> bytes:
        """The key of the ledger's chain."""
        return self.keyring.named("ledger")

    @property
    def signing_key(self) -> bytes:
        """The key that signs checkpoints."""
        return self.keyring.named("signing")

    @property
    def controller(self) -> str:
        """The controller's id, a file name in `policies/`."""
        return self.policy.controller.id

    @property
    def own_system(self) -> str:
        """The policy's name of our own records."""
        return next(
            name for name, system in self.policy.systems.items() if system.role == "records"
        )

    def work(self) -> UnitOfWork:
        """A transaction that cannot commit without its ledger event."""
        return UnitOfWork(
            self.engine, self.ledger, now=self.now, run=self.run, controller=self.controller
        )

    def at(self) -> str:
        """The instant as tables and events write it."""
        return self.now().isoformat(timespec="microseconds")
