"""Whether a system can be relied on: reached, with just the rights that are needed, and able to
forget for good (A-58, A-101)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from connectors.base import StagedItem, Staging
from connectors.system import Asked, Exports, OuterSystem
from lifecycle.errors import GallraError, NotProven, Refused, Retryable

PROBE_NAME: Final = "gallra-probe.tmp"
"""A temporary file's name: an import that meets it passes it by, and the purge takes it."""
PROBE_CONTENT: Final = b"Gallra tried whether it may put and delete a file here.\n"


class What(StrEnum):
    """What was looked at."""

    REACHED = "reached"
    RIGHTS = "rights"
    DELETION = "deletion"
    COPIES = "copies"
    """Whatever would keep what was deleted: retention, holds, versions, backups."""
    READING_OUT = "reading out"
    """Whether a disclosure can take something from there."""
    WAY = "way"
    """Whether a recipient can be reached this way."""


class State(StrEnum):
    """What came of it."""

    OK = "ok"
    ASK = "ask"
    """Nothing shows it from here: the administrator has to be asked."""
    WRONG = "wrong"
    COULD_NOT_LOOK = "could_not_look"


class Finding(NamedTuple):
    """One thing that was looked at. Nothing in it comes from the system but words of a fixed
    vocabulary."""

    what: What
    state: State
    code: str
    """Which sentence tells it."""
    about: tuple[str, ...] = ()
    """Names out of the binding, or Microsoft's and Google's own names of rights."""


class Examiner(Protocol):
    """Looks at one binding."""

    def examine(self, *, probe: bool) -> Iterator[Finding]:
        """Look; only read, unless `probe`: then a file or draft of ours is put and deleted for
        good. Raises nothing of what it finds."""
        ...


class Reach(Protocol):
    """Asks a system something that it answers only if it is there and lets us in."""

    def __call__(self) -> object:
        """Raises `GallraError`."""
        ...


_NOT_OF_TIME: Final = frozenset(
    {
        "system_login_refused",
        "system_leads_elsewhere",
        "system_unlike_binding",
        "system_read_only",
        "system_damaged",
        "item_missing",
        "folder_missing",
        "folder_forbidden",
        "folder_not_mounted",
        "mail_login",
        "mail_refused",
        "mail_tls_failed",
        "mail_without_tls",
    }
)
"""Told as "try again" while work goes on; here it is something to put right."""


def finding_of(what: What, error: GallraError) -> Finding:
    """What an error means here: a system that does not answer could not be looked at."""
    passing = isinstance(error, Retryable) and error.code not in _NOT_OF_TIME
    return Finding(what, State.COULD_NOT_LOOK if passing else State.WRONG, error.code)


def looked(what: What, look: Reach, *, code: str) -> Finding:
    """Fine with `code`, if `look` raises nothing."""
    try:
        look()
    except GallraError as error:
        return finding_of(what, error)
    return Finding(what, State.OK, code)


def first_record(system: OuterSystem) -> None:
    """Read one record and throw it away. Raises `GallraError`."""
    for _ in system.records():
        break


def reading_out(system: OuterSystem | None, *, marked: bool) -> Iterator[Finding]:
    """Whether a disclosure could take something from there: one record is read out as it would be,
    and thrown away. `marked`: the binding says by what a protected identity shows."""
    if system is None or not isinstance(system, Exports):
        return
    yield _read_out(system, system)
    if not marked:
        yield Finding(What.READING_OUT, State.ASK, "protected_not_marked")


def _read_out(system: OuterSystem, exports: Exports) -> Finding:
    try:
        first = next(iter(system.records()), None)
        if first is None:
            return Finding(What.READING_OUT, State.ASK, "nothing_to_read_out")
        asked = Asked(key=first.key, kind=first.kind, categories=first.categories)
        for _ in exports.read_out([asked]):
            pass
    except GallraError as error:
        return finding_of(What.READING_OUT, error)
    return Finding(What.READING_OUT, State.OK, "read_out")


def deletion(staging: Staging, *, probe: bool, code: str = "deletion_for_good") -> Finding:
    """Whether a file of ours that is put there can be deleted for good; untried without `probe`."""
    if not probe:
        return Finding(What.DELETION, State.ASK, "deletion_not_tried")
    return looked(What.DELETION, lambda: _put_and_delete(staging), code=code)


def _put_and_delete(staging: Staging) -> None:
    # One that a killed look left is ours if it says so; anybody else's of that name stays.
    for item in _probes(staging):
        if staging.read(item) != PROBE_CONTENT:
            raise Refused("name_taken")
        staging.delete_permanently(item)
    item = staging.put(PROBE_NAME, PROBE_CONTENT)
    staging.delete_permanently(item)
    if _probes(staging):
        raise NotProven("file_still_there")


def _probes(staging: Staging) -> list[StagedItem]:
    return [item for item in staging.list_items() if item.name == PROBE_NAME]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceExaminer:
    """A folder of any kind; `rights` and `copies` are what its kind can tell."""

    reach: Reach
    rights: Callable[[], Iterator[Finding]]
    copies: str
    staging: Staging | None
    """None where nothing is ever put or deleted (a place that is looked through)."""

    def examine(self, *, probe: bool) -> Iterator[Finding]:
        """Reached, rights, deletion, copies; of one that is not reached only what shows."""
        reached = looked(What.REACHED, self.reach, code="answers")
        yield reached
        try:
            yield from self.rights()
        except GallraError as error:
            if reached.state is State.OK:
                yield finding_of(What.RIGHTS, error)
        if reached.state is not State.OK:
            return
        if self.staging is not None:
            yield deletion(self.staging, probe=probe)
        yield Finding(What.COPIES, State.ASK, self.copies)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadExaminer:
    """What is only asked for an answer, and of which nothing else shows."""

    reach: Reach
    notes: tuple[Finding, ...] = ()
    code: str = "answers"
    more: Callable[[], Iterator[Finding]] | None = None
    """Asked only if it is reached."""

    def examine(self, *, probe: bool) -> Iterator[Finding]:
        """Reached, and the notes if it is."""
        reached = looked(What.REACHED, self.reach, code=self.code)
        yield reached
        if reached.state is State.OK:
            yield from self.notes
            if self.more is not None:
                yield from self.more()


def harmless(examiner: Examiner, *, probe: bool) -> list[Finding]:
    """All that an examiner finds; what stops it in the middle is its last finding, so that one
    system's fault does not hide the others."""
    found: list[Finding] = []
    try:
        found.extend(examiner.examine(probe=probe))
    except GallraError as error:
        found.append(finding_of(What.REACHED, error))
    except Exception:  # noqa: BLE001 -- its words may quote a cell or an address
        found.append(Finding(What.REACHED, State.COULD_NOT_LOOK, "unexpected_error"))
    return found
