"""Any outer system that holds personal data: found, erased, stripped, anonymised, read back, and
read out for somebody who may have it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record about one person, as an inventory finds it.

    What is marked `repr=False` is or may be personal: it never leaves the connector's caller.
    """

    key: str = field(repr=False)
    """The system's own key of the record."""
    kind: str
    """As what the person stands there: a key of the policy's `subjects`."""
    identifiers: Mapping[str, str] = field(repr=False)
    """`national_id`, `email`, `case_reference` → value as the system has it; empty ones left out.
    Only those by which the binding lets people be recognised."""
    categories: tuple[str, ...]
    """Categories with at least one field that is not empty, sorted."""
    anchors: Mapping[str, date | None]
    """Event → local date; None where the system has the field and it is empty."""
    active_on: date | None = None
    related: tuple[str, ...] = field(default=(), repr=False)
    """Keys, in this same system, of the people because of whom this one is known (a parent's
    pupils)."""
    mention: bool = False
    """Somebody is named here (a mail's sender), any number of times. Only people who are known
    already are recognised by it, each by exactly one identifier; nobody becomes known by it."""


class Action(StrEnum):
    """What is done to a record."""

    ERASE = "erase"
    STRIP = "strip"
    """Every field but `stays` is emptied."""
    ANONYMISE = "anonymise"
    """Every field but `stays` is emptied, and nothing tells any more whose record it was."""
    ARCHIVE = "archive"
    """A copy goes to the archive first, then as `ERASE`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be done to one record. Repeating it is harmless."""

    key: str = field(repr=False)
    action: Action
    kind: str
    categories: tuple[str, ...]
    """What goes. All of the record's categories with `ERASE` means the record itself."""
    stays: tuple[str, ...] = ()
    """Names of fields (`STRIP`, `ANONYMISE`)."""
    theirs: Callable[[Mapping[str, str]], bool | None] | None = field(
        default=None, repr=False, compare=False
    )
    """Whether a record that bears these identifiers now (as `Record.identifiers`) is still this
    person's; None: nobody can tell. The keeper of the vault answers; a connector never learns
    whose a record is."""
    whole: bool = False
    """Everything that was known of the record goes: it is not gone while anything is in it."""
    needed: Callable[[str, str, Mapping[str, str]], bool] | None = field(
        default=None, repr=False, compare=False
    )
    """Asked about another mention (key, kind, identifiers) in what this order would take away:
    whether it is of somebody else whom we know and of whom it does not go as well. The keeper of
    the vault answers."""

    def is_anothers(self, identifiers: Mapping[str, str]) -> bool:
        """Whether a record with these identifiers is somebody else's by now: a system gave the
        key anew. Who bears no identifier is taken for the person meant."""
        return bool(identifiers) and self.theirs is not None and self.theirs(identifiers) is False

    def may_touch(self, identifiers: Mapping[str, str]) -> bool:
        """Whether a record with these identifiers is surely the person's: nothing is done to any
        other, and it is not called gone where nobody can tell."""
        return not identifiers or self.theirs is None or self.theirs(identifiers) is True


class Answer(StrEnum):
    """Is it gone? Only the first two end a verification, and only the first ends it well."""

    GONE = "gone"
    STILL_THERE = "still_there"
    KEPT = "kept"
    """The system itself refuses: a hold or a rule of its own."""
    COULD_NOT_LOOK = "could_not_look"


class Found(NamedTuple):
    """What reading one record back showed."""

    key: str
    answer: Answer


class OuterSystem(Protocol):
    """A system of any kind that personal data lies in (A-75)."""

    @property
    def system(self) -> str:
        """The policy's name of it."""
        ...

    def records(self) -> Iterator[Record]:
        """Every record with anything personal in it, to the very end of every page.

        Raises `Unreachable`; a system that cannot be reached is never an empty one. Raises
        `Refused("record_malformed", …)` for a record that cannot be understood.
        """
        ...

    def carry_out(self, orders: Sequence[Order]) -> None:
        """Do exactly this to exactly these records, all or as far as it gets; repeatable. A record
        that is not there any more is success, and so is one that is somebody else's by now: nothing
        is done to it. Raises `Unreachable`; after everything else was done
        `Refused("key_ambiguous")` when a key fits two records (nothing is done to either), or
        `Refused("system_conflict")` when the system will not let a record go."""
        ...

    def read_back(self, orders: Sequence[Order]) -> Iterator[Found]:
        """Look anew at each: is what had to go gone? One answer for each order, in the order of the
        orders: two may be about one record. A record that is somebody else's by now is not theirs
        any more: `GONE`. Never raises for a system that does not answer: that is
        `COULD_NOT_LOOK`."""
        ...

    def export(self, keys: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Everything these records hold, as canonical JSON (`{"category":{"field":…}}`), by key;
        personal data. Records that are not there are left out. Raises `Unreachable`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A record that a disclosure takes something from: exactly these categories."""

    key: str = field(repr=False)
    kind: str
    categories: tuple[str, ...]
    theirs: Callable[[Mapping[str, str]], bool | None] | None = field(
        default=None, repr=False, compare=False
    )
    """As `Order.theirs`; it is also asked about a record that bears no identifier any more."""

    def whose(self, identifiers: Mapping[str, str]) -> bool | None:
        """Whether a record with these identifiers is surely the person's; None: nobody can tell."""
        return True if self.theirs is None else self.theirs(identifiers)


class Shown(StrEnum):
    """What a record that was to be read out turned out to be. Only the first one is disclosed."""

    TAKEN = "taken"
    MISSING = "missing"
    """There is no such record any more, or it is marked as deleted."""
    ANOTHERS = "anothers"
    """The system gave the key anew: the record is about somebody else."""
    UNCLEAR = "unclear"
    """Nobody can tell whose it is, or the key fits two records."""
    PROTECTED = "protected"
    """The system says that the person's identity is protected."""
    WITHHELD = "withheld"
    """The system shows it to nobody: a lock, a law."""


class Value(NamedTuple):
    """One value of a record; personal, never shown."""

    category: str
    field: str
    """The policy's name of it; what stands further in is named behind it (`grades 2`)."""
    text: str

    def __repr__(self) -> str:
        return "Value()"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOut:
    """One record as it stood when it was read out."""

    key: str = field(repr=False)
    shown: Shown
    values: tuple[Value, ...] = field(default=(), repr=False)
    """Sorted, what is empty left out; none unless `TAKEN`."""


@runtime_checkable
class Exports(Protocol):
    """A system that can be read out record by record, to give it to somebody (A-68)."""

    def read_out(self, asked: Sequence[Asked]) -> Iterator[ReadOut]:
        """What these records hold now in exactly these categories: one answer for each, in the
        order asked. Nothing is changed.

        Raises `Unreachable`; `Refused("value_not_text")` where a field holds something that no
        table can show (a picture), `Refused("key_malformed")`, `Refused("record_malformed")`.
        """
        ...
