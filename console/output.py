"""What the command says: tables an office understands, and for every failure what to do next."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NoReturn

from lifecycle.errors import (
    GallraError,
    KeyFailure,
    LedgerFailure,
    Misconfigured,
    NotProven,
    Refused,
    Retryable,
)
from tasks.house.quiet import UNEXPECTED, place_of

if TYPE_CHECKING:
    from rich.console import Console


class Exit(IntEnum):
    """What a script can tell from the exit code."""

    DONE = 0
    ATTENTION = 1
    """Done as far as possible; a person has something to do (a rejected file, an alarm)."""
    USAGE = 2
    REFUSED = 3
    """The request is not acceptable; nothing was changed."""
    MISCONFIGURED = 4
    """`gallra doctor` says what to mend."""
    TRY_AGAIN = 5
    """Nothing is wrong that time does not mend."""
    NOT_PROVEN = 6
    """An effect could not be verified, or the ledger or a key fails: stop and look."""


_EXITS: tuple[tuple[type[GallraError], Exit], ...] = (
    (NotProven, Exit.NOT_PROVEN),
    (LedgerFailure, Exit.NOT_PROVEN),
    (KeyFailure, Exit.NOT_PROVEN),
    (Misconfigured, Exit.MISCONFIGURED),
    (Retryable, Exit.TRY_AGAIN),
    (Refused, Exit.REFUSED),
)


def exit_code(error: GallraError) -> Exit:
    """The exit code for an error, by its type."""
    return next((code for kind, code in _EXITS if isinstance(error, kind)), Exit.NOT_PROVEN)


def printable(text: str) -> str:
    """`text` without control characters: those of a file's name are none of the terminal's
    business."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def console(*, errors: bool = False) -> Console:
    """Where tables are printed; plain when it is no terminal."""
    from rich.console import Console

    return Console(stderr=errors, highlight=False, soft_wrap=False)


def on_a_terminal() -> bool:
    """Whether a person reads along. What a timer runs ends in a log: no name of a file there that
    the one who started the command did not give."""
    return sys.stdout.isatty()


def say(text: str) -> None:
    """One line for a person, on standard output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()  # what a child prints next must not come first


def print_json(value: object) -> None:
    """One JSON value for a script, on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


_LONGEST_WHOLE = 24
"""Characters of a first cell that is not broken."""

_LONGEST_NAME = 32
"""Characters of a name in the first column that is not broken: people type it again."""

_LONGEST_WORD = 12
"""Characters of a word elsewhere that is not broken: a date has ten."""

_REFERENCE = re.compile(r"[A-Z]-[0-9A-Z]{13}")


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table; nothing at all when it has no rows.

    Where the terminal is too narrow for its words, the rows stand below each other: rich would
    cut the last columns off without a word.
    """
    if not rows:
        return
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [
        _narrowest(name, [row[position] for row in cells], first=position == 0)
        for position, name in enumerate(columns)
    ]
    where = console()
    spare = where.width - sum(widths) - 3 * len(widths) + 1
    if spare < 0:
        _one_below_the_other(title, columns, cells)
        return
    from rich.table import Table
    from rich.text import Text

    drawn = Table(title=title, title_justify="left", title_style="bold", pad_edge=False)
    # Rich would take from columns that may lose nothing, and then cut the last ones off.
    wanted = [
        max(
            len(line)
            for cell in (name, *(row[position] for row in cells))
            for line in cell.split("\n")
        )
        for position, name in enumerate(columns)
    ]
    while spare > 0 and any(want > has for want, has in zip(wanted, widths, strict=True)):
        hungriest = max(range(len(widths)), key=lambda place: wanted[place] - widths[place])
        widths[hungriest] += 1
        spare -= 1
    for position, name in enumerate(columns):
        numeric = all(isinstance(row[position], int) for row in rows)
        drawn.add_column(
            name,
            justify="right" if numeric else "left",
            overflow="fold",
            width=widths[position],
        )
    for row in cells:
        drawn.add_row(*(Text(cell) for cell in row))
    where.print(drawn)


def _narrowest(name: str, cells: Sequence[str], *, first: bool) -> int:
    """How many characters a column needs so that nothing in it is broken that is typed again."""
    longest = max(len(cell) for cell in cells)
    if first and longest <= _LONGEST_WHOLE:
        return max(longest, 1)
    words = [word for cell in cells for word in cell.split()]
    whole = [len(word) for word in words if _REFERENCE.fullmatch(word)]
    most = _LONGEST_NAME if first else _LONGEST_WORD
    return max([1, *whole, *(min(len(word), most) for word in [*words, *name.split()])])


def _one_below_the_other(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Each row as lines of its own, whole; what is empty is left out."""
    lines = [title]
    for row in rows:
        lines.append(row[0] or "-")
        lines += [
            f"  {name + ': ' if name else ''}{cell}"
            for name, cell in zip(columns[1:], row[1:], strict=True)
            if cell
        ]
    say("\n".join(lines))


@contextmanager
def failures(*, as_json: bool = False) -> Iterator[None]:
    """Turn a `GallraError` into three sentences and an exit code; nothing personal is in it.

    Of any other error its class and place are told: its words may quote a cell or a file name.
    """
    failed: GallraError | None = None
    try:
        yield
    except GallraError as error:
        failed = error
    except BaseException as error:  # a library's panic carries values too
        if _is_for_typer(error):
            raise
        failed = Unforeseen(error)
    if failed is not None:
        stop(failed, as_json=as_json)


class Unforeseen(GallraError):
    """An error that no part of Gallra raises on purpose, without its words."""

    def __init__(self, error: BaseException) -> None:
        self.place = place_of(error)
        super().__init__(UNEXPECTED)

    def __str__(self) -> str:
        return f"{self.code} {self.place}"


def _is_for_typer(error: BaseException) -> bool:
    """Ends of a command, wrong usage, Ctrl-C, and a reader of our output that went away."""
    import typer

    # Typer brings its own Click, and another release of it may not: ask for the name.
    usage = any(kind.__name__ == "ClickException" for kind in type(error).__mro__)
    ends = (typer.Exit, typer.Abort, SystemExit, KeyboardInterrupt, GeneratorExit, BrokenPipeError)
    return usage or isinstance(error, ends)


def stop(error: GallraError, *, as_json: bool = False) -> NoReturn:
    """Say what happened, what is safe and what to do; end with the fitting exit code."""
    import typer

    from tasks.remedies.every import remedy_for

    advice = remedy_for(error.code, kind=type(error).__name__)
    if as_json:
        told = {"error": error.code, "ref": error.ref, "counts": error.counts}
        place = {"place": error.place} if isinstance(error, Unforeseen) else {}
        print_json(told | place | advice._asdict())
    else:
        lines = [f"gallra: {error}", f"  {advice.happened}", f"  {advice.safe}"]
        sys.stderr.write("\n".join([*lines, f"  {advice.next}"]) + "\n")
    raise typer.Exit(exit_code(error))


def refuse(text: str) -> NoReturn:
    """Say why a request is not acceptable, in words about what the operator typed."""
    import typer

    sys.stderr.write(f"gallra: {text}\n")
    raise typer.Exit(Exit.REFUSED)


@contextmanager
def progress(text: str, *, quiet: bool) -> Iterator[Any]:
    """A progress line on long work; the value is a callable (done, total or None)."""
    if quiet or not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console(errors=True), transient=True) as bar:
        task = bar.add_task(text, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def local_time(at: str, zone: str) -> str:
    """An instant of the records (UTC) as the clock on the controller's wall shows it."""
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"


def sentence(counts: Mapping[str, int], names: Sequence[str]) -> str:
    """`3 accepted`, `1 updated`, a line each: the counts of `names` that are not zero."""
    lines = [f"{counts[name]} {name.replace('_', ' ')}" for name in names if counts.get(name)]
    return "\n".join(lines) or "none"
