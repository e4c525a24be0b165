"""The operator's and the DPO's pages: references, counts and reasons, in the language of those who
work there and in English."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.logging import get_run_logger

from flows import known_pages
from lifecycle.accountability.report import Language
from lifecycle.errors import GallraError
from lifecycle.policy.load import load_policy
from tasks.house.quiet import place_of
from tasks.house.redaction import mask
from tasks.house.settings import Settings
from tasks.remedies.every import remedy_for
from tasks.reporting.codes import code_cell
from tasks.reporting.headings import Heading, Title
from tasks.reporting.sentences import Sentence
from tasks.reporting.today_page import address_of
from tasks.reporting.wording import BETWEEN, Words, language_of

LONGEST_TABLE: Final = 1000
"""Rows of one page; what is beyond is counted and stays in our own records."""
_BETWEEN_UPDATES: Final = 2.0
_TOGETHER: Final = (
    ("import", "rows-to-mend", "purge", "export-again"),
    ("plan", "year-end", "erased", "inventory", "left-to-do"),
    ("processors", "risks"),
    ("incidents", "sharing", "rights-request", "left-to-do"),
    ("inform", "consents"),
    ("store", "left-to-do"),
)
"""Pages that are read one after the other: each links to its neighbours that are there."""
_ALWAYS: Final = "today"

COUNTS: Final = {
    "rows": Heading.ROWS,
    "accepted": Heading.ACCEPTED,
    "updated": Heading.UPDATED,
    "duplicate": Heading.DUPLICATES,
    "quarantined": Heading.QUARANTINED,
    "ignored": Heading.IGNORED,
    "verified_cases": Heading.VERIFIED_CASES,
}

Line = Mapping[Heading, str | int]

_written: ContextVar[list[str] | None] = ContextVar("_written", default=None)


@contextmanager
def written() -> Iterator[list[str]]:
    """The keys of the pages that are written inside, each once, in their order."""
    keys: list[str] = []
    token = _written.set(keys)
    try:
        yield keys
    finally:
        _written.reset(token)


def written_now() -> list[str]:
    """The keys of the pages that this run has written so far."""
    return list(_written.get() or ())


@dataclass(frozen=True, slots=True)
class Speech:
    """How one controller's pages are worded: its own language, with English beside it."""

    language: Language

    def __call__(self, words: Words, **about: int | str) -> str:
        """`words`, with counts and references put in."""
        return words.say(self.language, **about)

    def code(self, code: str) -> str:
        """One of the program's own words, readable, with the word itself in parentheses."""
        return code_cell(code, self.language)

    def next_step(self, code: str) -> str:
        """What a person does about that code: as the office says it, and in English."""
        own = remedy_for(code, language=self.language).next
        return BETWEEN.join(dict.fromkeys((own, remedy_for(code).next)))

    def yes(self, is_so: bool) -> str:
        """Yes, or a NO that is seen."""
        return self(Sentence.YES if is_so else Sentence.NO)


def speech(controller: str) -> Speech:
    """In the language of the controller's people; Swedish where the policy cannot be read (the run
    itself says what is wrong with it)."""
    try:
        return Speech(_language(Settings.from_environment().policies, controller))
    except GallraError:
        return Speech("sv")


@cache
def _language(policies: Path, controller: str) -> Language:
    return language_of(load_policy(policies / f"{controller}.yaml"))


def table(
    page: str, controller: str, lines: Sequence[Line], *, title: Title, notes: Sequence[str] = ()
) -> None:
    """Put a page of `lines` under `page` and the controller, below a title and paragraphs.

    A page that cannot be written does not undo the work it tells of: that is logged, no more.
    """
    say = speech(controller)
    paragraphs = [f"## {say(title)}", *notes]
    if len(lines) > LONGEST_TABLE:
        more = say(Sentence.MORE_ROWS, number=len(lines) - LONGEST_TABLE)
        paragraphs.append(f"{more}: `gallra status`")
    paragraphs.append(links(page, controller, say))
    shown = [
        {
            say(head): mask(value) if isinstance(value, str) else value
            for head, value in line.items()
        }
        for line in lines[:LONGEST_TABLE]
    ]
    key = f"{page}-{controller}"
    about = mask("\n\n".join(paragraphs))
    quietly(key, lambda: create_table_artifact(table=shown, key=key, description=about))


def markdown(page: str, controller: str, text: str, *, about: str) -> None:
    """Put `text` under `page` and the controller; `about` stands in the list of its versions. As
    `table` in all else."""
    quietly(f"{page}-{controller}", lambda: create(page, controller, text, about=about))


def create(page: str, controller: str, text: str, *, about: str) -> None:
    """The same, and raises what keeps it from being written."""
    create_markdown_artifact(mask(text), key=f"{page}-{controller}", description=mask(about))


def links(page: str, controller: str, say: Speech) -> str:
    """From one page to the others that belong with it, and to today's."""
    beside = [each for group in _TOGETHER if page in group for each in group if each != page]
    there = {*known_pages.there(controller), *written_now()}
    shown = " · ".join(
        f"[{each}]({address_of(each, controller)})"
        for each in (_ALWAYS, *beside)
        if each == _ALWAYS or f"{each}-{controller}" in there
    )
    return f"{say(Title.OTHER_PAGES)}: {shown}"


def reason_cells(outcome: str, reason: str | None, say: Speech) -> dict[Heading, str | int]:
    """Outcome, reason, and what a person does about it."""
    return {
        Heading.OUTCOME: say.code(outcome),
        Heading.REASON: say.code(reason) if reason else "",
        Heading.NEXT: say.next_step(reason) if reason else "",
    }


def count_cells(counts: Mapping[str, int]) -> dict[Heading, str | int]:
    """The counts that the page shows, under their headings."""
    return {heading: counts.get(name, 0) for name, heading in COUNTS.items()}


class ProgressBar:
    """The progress of one file: at most an update every two seconds, each a small request."""

    def __init__(self, ref: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._ref = ref
        self._clock = clock
        self._next = clock() + _BETWEEN_UPDATES  # a short file needs no bar
        self._artifact: Any = None

    def __call__(self, done: int, total: int | None) -> None:
        """`done` of `total` rows or cases; an unknown total shows as the count alone."""
        if self._clock() < self._next:
            return
        percent = min(100.0, 100.0 * done / total) if total else 0.0
        self._show(percent, f"{self._ref}: {done}" + (f" / {total}" if total else ""))
        self._next = self._clock() + _BETWEEN_UPDATES

    def finish(self) -> None:
        """Full, if a bar was ever shown."""
        if self._artifact is not None:
            self._show(100.0, self._ref)

    def _show(self, percent: float, text: str) -> None:
        def write() -> None:
            if self._artifact is None:
                self._artifact = create_progress_artifact(percent, description=text)
            else:
                update_progress_artifact(self._artifact, percent, description=text)

        quietly("", write)


def quietly(key: str, write: Callable[[], object]) -> None:
    """Write the page of that key; what keeps it from being written is logged, no more."""
    try:
        write()
    except Exception as error:  # noqa: BLE001 -- the work is done and recorded; only the page fails
        get_run_logger().warning("A page could not be written (%s).", place_of(error))
        return
    keys = _written.get()
    if key and keys is not None and key not in keys:
        keys.append(key)
