"""Every way in which a run can fail that we know of, forced one after the other."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

import pytest

from connectors.reading_limits import ReadingLimits
from console.sample_people import Person
from lifecycle.errors import Busy, Changed, NotProven, Unreachable
from tests.privacy.cast import PEOPLE, told
from tests.privacy.forcing import ERRORS, breaker

Arrange = Callable[[], AbstractContextManager[object]]

ANYWHERE: tuple[tuple[str, str], ...] = (
    ("flows.steps.open_house", "import"),
    ("tasks.house.wiring.load_policy", "import"),
    ("tasks.house.wiring.load_bindings", "import"),
    ("connectors.folder.FolderStaging.list_items", "import"),
    ("connectors.folder.FolderStaging.read", "import"),
    ("connectors.workbook.converse", "import"),
    ("tasks.importing.intake.read_export", "import"),
    ("tasks.importing.intake.import_file", "import"),
    ("records.importing.Importing.add", "import"),
    ("records.importing.Importing.write", "import"),
    ("records.importing.Importing.finish", "import"),
    ("records.file_imports.create", "import"),
    ("records.leases.hold", "import"),
    ("records.vault.Vault.seal", "import"),
    ("records.vault.Vault.open", "import"),
    ("records.vault.Vault.index_digest", "import"),
    ("records.vault.Vault.seal_name", "import"),
    ("records.vault.Vault.fingerprint", "import"),
    ("records.keyring.Keyring.fetch", "import"),
    ("records.keyring.Keyring.persist", "import"),
    ("records.ledger_store.LedgerStore.append", "import"),
    ("records.unit_of_work.UnitOfWork.commit", "import"),
    ("connectors.case_register.CaseRegister.hand_over", "import"),
    ("connectors.case_register.CaseRegister.read_back", "import"),
    ("connectors.case_register.CaseRegister.close_batch", "import"),
    ("connectors.folder.FolderStaging.delete_permanently", "purge"),
    ("connectors.witness.FileWitness.take", "purge"),
    ("tasks.importing.purge.recover", "purge"),
    ("tasks.proving.proof.verify", "verify"),
    ("tasks.proving.proof.make_checkpoint", "verify"),
    ("connectors.sql.SqlSystem.records", "inventory"),
    ("tasks.erasing.inventory.apply_rules", "inventory"),
    ("tasks.erasing.due_plans.draw", "erase"),
    ("tasks.erasing.due_plans.agreed", "erase"),
    ("flows.approval_form.get_client", "erase"),
    ("tasks.erasing.inventory.take_inventory", "erase"),
    ("tasks.watching.follow_up.watch", "follow up"),
    ("tasks.work_orders.orders.remind", "follow up"),
)
"""Where an error comes from, in every layer, and the flow that meets it."""
_ANONYMISE = "connectors.case_register.CaseRegister.anonymise"
WITH_PEOPLE = ("tasks.work_orders.items.slip_for", _ANONYMISE)
"""The same in a plan that waits for people: one system's fault keeps no other waiting."""
BY_ITSELF = (
    "tasks.erasing.item_steps.plans.mark",
    "tasks.erasing.item_steps.judge_again",
    "connectors.sql.SqlSystem.carry_out",
    "connectors.sql.SqlSystem.read_back",
    "tasks.erasing.forgetting.forget",
    "connectors.erasure_journal.ErasureJournal.append",
    "tasks.proving.certifying.certify",
)
"""And in one that does not, in the order in which it is carried out."""
TARGETS = (*ANYWHERE, *((target, "follow up") for target in (*WITH_PEOPLE, *BY_ITSELF)))

_PAGES = (
    "flows.pages.create_table_artifact",
    "flows.pages.create_markdown_artifact",
    "flows.today_page.today",
    "flows.known_pages.get_client",
)
_NEUTRAL = (
    r"^(unexpected_error [A-Z]\w+( E[A-Z]+)? at [\w.]+:\d+( via [\w.]+:\d+)?|took_too_long [\w: .]+"
    r"|database_(conflict|refused|unreachable)|folder_gone|secret_file_empty|ledger_not_written"
    r"|no_witness|folder_not_empty[ =\w]+): "
)
ON_POSTGRES = "PostgreSQL quotes the row"
SIGNALS = {"cancelled": "class:CancelledError", "interrupted": "class:KeyboardInterrupt"}


class Scenario(NamedTuple):
    """A run that is made to fail."""

    name: str
    flow: str
    """One of those that `tests.privacy.driver` knows."""
    arrange: Arrange
    expected: str
    """Regular expression of the failure's text; "" for a run that completes all the same;
    `class:…` for one of Prefect's or Python's signals."""


def scenarios(home: Path, *, second_home: Path | None) -> Iterator[Scenario]:
    """Every kind of error among the rows, and every place with two kinds of them."""
    people = cycle(PEOPLE)
    kinds = list(ERRORS)
    pairs = [(kinds[n % len(kinds)], *target) for n, target in enumerate(ANYWHERE)]
    pairs += [(kinds[(n + 7) % len(kinds)], *target) for n, target in enumerate(ANYWHERE)]
    pairs += [(kind, "records.importing.Importing.add", "import") for kind in kinds]
    yield from _broken(pairs, people)
    for target in _PAGES:
        page = {target: breaker("tells everywhere", next(people))}
        yield Scenario(f"a page cannot be written: {target}", "import", patched(page), "")
    yield from _typed()
    yield from _real(home)
    if second_home is not None:
        yield Scenario(ON_POSTGRES, "import", _elsewhere(second_home), r"^database_refused: ")


def on_the_way(targets: Sequence[str]) -> Iterator[Scenario]:
    """What can go wrong while an approved plan is carried out."""
    people, kinds = cycle(PEOPLE[10:]), cycle(ERRORS)
    for target in targets:
        broken = {target: breaker(kind := next(kinds), next(people))}
        if target != _ANONYMISE and target in WITH_PEOPLE:
            broken[_ANONYMISE] = breaker(kind, next(people))  # else there is nothing left of it
        expected = rf"{_NEUTRAL}|^plan_not_proven P-\w+ left=\d+: "
        yield Scenario(f"{kind} out of {target}", "follow up", patched(broken), expected)


def _broken(pairs: Sequence[tuple[str, str, str]], people: Iterator[Person]) -> Iterator[Scenario]:
    for kind, target, flow in pairs:
        broken = patched({target: breaker(kind, next(people))})
        yield Scenario(f"{kind} out of {target}", flow, broken, SIGNALS.get(kind, _NEUTRAL))


def _typed() -> Iterator[Scenario]:
    """The errors that are raised on purpose, each chained to one with a person in it."""
    listing = "connectors.folder.FolderStaging.list_items"
    for name, target, flow, error, expected in (
        ("unreachable folder", listing, "import", Unreachable("folder_not_reachable"),
         "^folder_not_reachable: "),
        ("unreachable folder", listing, "purge", Unreachable("folder_not_reachable"),
         "^folder_not_reachable: "),
        ("busy", "records.leases.hold", "import", Busy("held_by_another_run"),
         "^held_by_another_run: "),
        ("changed", "connectors.folder.FolderStaging.read", "import", Changed("item_changed"),
         "^item_changed: "),
        ("deletion refused", "connectors.folder.FolderStaging.delete_permanently", "purge",
         NotProven("deletion_refused"), "^deletion_refused: "),
    ):  # fmt: skip
        yield Scenario(f"{name} ({flow})", flow, patched({target: chained(error)}), expected)
    nothing = {"connectors.case_register.CaseRegister.read_back": lambda *_: iter(())}
    yield Scenario(
        "not proven at read-back", "import", patched(nothing), r"^cases_not_verified .*missing=\d"
    )
    twice = patched({listing: _fails_twice()})
    yield Scenario("tried again and mended", "import", twice, "")
    for name, changes in (
        ("reader_timeout", {"wait_seconds": 0.0}),
        ("reader_crashed", {"frame_bytes": 1}),
        ("no memory", {"memory_bytes": 1 << 24}),  # a MemoryError here, an ImportError there
    ):
        yield Scenario(name, "import", _limited(changes), "")  # the file's outcome, no failure


def _real(home: Path) -> Iterator[Scenario]:
    """What really happens to files, keys and tables."""
    kek = home / "kek" / "kek-1"
    records = home / "records" / "records.db"
    witness = home / "witness" / "academedia.checkpoints"
    moved = lambda path: lambda: _moved(path)  # noqa: E731
    yield Scenario("the KEK is gone", "import", moved(kek), "^kek_missing kek-1: ")
    yield Scenario("another KEK", "import", lambda: _replaced(kek, b"\x07" * 32), r"^[a-z_]+[ :]")
    yield Scenario("no KEK but words", "import", lambda: _replaced(kek, told(PEOPLE[1]).encode()),
                   "^kek_malformed kek-1: ")  # fmt: skip
    yield Scenario("the ledger's table is missing", "import",
                   lambda: _renamed(records, "ledger_event"), "^[a-z_]+: ")  # fmt: skip
    yield Scenario("the ledger's table is missing", "verify",
                   lambda: _renamed(records, "ledger_event"), "^[a-z_]+")  # fmt: skip
    yield Scenario("the witness refuses", "purge", lambda: _a_folder(witness), "^no_witness: ")
    yield Scenario("the witness has words", "verify",
                   lambda: _replaced(witness, told(PEOPLE[2]).encode()), "^witness_")  # fmt: skip
    words = told(PEOPLE[3]).encode() * 99
    yield Scenario("the database is none", "import", lambda: _replaced(records, words), "^[a-z_]+")


def patched(changes: dict[str, Callable[..., object]]) -> Arrange:
    @contextmanager
    def arrange() -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for target, replacement in changes.items():
                patch.setattr(target, replacement)
            yield

    return arrange


def chained(error: Exception) -> Callable[..., object]:
    def broken(*_: object, **__: object) -> object:
        try:
            raise ValueError(told(PEOPLE[0]))
        except ValueError as cause:
            raise type(error)(error.code) from cause  # type: ignore[attr-defined]

    return broken


def _fails_twice() -> Callable[..., object]:
    tries: list[int] = []

    def broken(*_: object, **__: object) -> Sequence[object]:
        tries.append(1)
        if len(tries) < 3:
            raise Unreachable("folder_not_reachable")
        return []

    return broken


def _limited(changes: dict[str, float]) -> Arrange:
    usual = ReadingLimits.for_size

    def tight(size: int) -> ReadingLimits:
        import dataclasses

        return dataclasses.replace(usual(size), **changes)  # type: ignore[arg-type]

    return patched({"connectors.workbook.ReadingLimits.for_size": tight})


@contextmanager
def _moved(path: Path) -> Iterator[None]:
    aside = path.with_name(f"{path.name}.aside")
    path.rename(aside)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        aside.rename(path)


@contextmanager
def _replaced(path: Path, content: bytes) -> Iterator[None]:
    with _moved(path):
        path.write_bytes(content)
        path.chmod(0o600)
        yield


@contextmanager
def _a_folder(path: Path) -> Iterator[None]:
    with _moved(path):
        path.mkdir()
        try:
            yield
        finally:
            path.rmdir()


@contextmanager
def _renamed(database: Path, table: str) -> Iterator[None]:
    def rename(old: str, new: str) -> None:
        with closing(sqlite3.connect(database)) as connection:
            connection.execute(f"ALTER TABLE {old} RENAME TO {new}")

    rename(table, "elsewhere")
    try:
        yield
    finally:
        rename("elsewhere", table)


def _elsewhere(home: Path) -> Arrange:
    """The same flow on PostgreSQL: the test has put a trigger there that quotes a person."""
    addresses = {name[5:]: value for name, value in os.environ.items() if name.startswith("THEN_")}

    @contextmanager
    def arrange() -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("GALLRA_HOME", str(home))
            for name, value in addresses.items():
                patch.setenv(name, value)
            yield

    return arrange if addresses else nullcontext
