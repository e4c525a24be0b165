"""`python -m console.reference`: the handbook's table of every outcome and reason, made from code.

`docs/reasons.md` is its output; tests/structure/test_docs.py holds both together.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Final

from console.output import Exit, exit_code
from lifecycle import errors
from lifecycle.errors import GallraError
from lifecycle.intake.outcomes import (
    OUTCOME_OF_REASON,
    OUTCOME_OF_ROW_REASON,
    FileReason,
    RowOutcome,
    RowReason,
)
from tasks.remedies.every import listed_codes, remedy_for
from tasks.remedies.incidents import INCIDENTS_STAND
from tasks.remedies.standing import STANDING

_STANDING: Final = STANDING | INCIDENTS_STAND
_SENTENCES: Final = ("what happened", "what is safe", "what to do")

_EXITS: Final = {
    Exit.DONE: "Done.",
    Exit.ATTENTION: "Done as far as possible; a person has something to do.",
    Exit.USAGE: "The command was called wrongly.",
    Exit.REFUSED: "Not acceptable; nothing was changed.",
    Exit.MISCONFIGURED: "Settings, policy or bindings are wrong: `gallra doctor`.",
    Exit.TRY_AGAIN: "Nothing is wrong that time does not mend.",
    Exit.NOT_PROVEN: "Not proven, or ledger or key fail, or a fault: stop and look.",
}

_HEAD: Final = """\
# Outcomes, reasons, failures

Made by `python -m console.reference > docs/reasons.md`; do not edit it by hand. A reason is a word
of a fixed vocabulary. It says what is wrong and never whose row it is.
"""


def document() -> str:
    """The whole page, in Markdown."""
    parts = (_files(), _rows(), _standing(), _failures(), _kinds(), _exit_codes())
    return "\n".join([_HEAD, *(line for part in parts for line in part)])


def _files() -> Iterator[str]:
    yield "## Files\n"
    yield "A file that was taken in has the outcome `imported`. Any other has a reason.\n"
    rows = ((f"`{r}`", f"`{OUTCOME_OF_REASON[r]}`", *remedy_for(r)) for r in FileReason)
    yield from _table(("reason", "outcome", *_SENTENCES), rows)


def _rows() -> Iterator[str]:
    yield "## Rows\n"
    yield "A row without a reason is `accepted`. Nothing of a quarantined row is stored.\n"
    for outcome in (RowOutcome.QUARANTINED, RowOutcome.DUPLICATE, RowOutcome.IGNORED):
        yield f"### {outcome.value.capitalize()}\n"
        remedies = (
            (reason, remedy_for(reason))
            for reason in RowReason
            if OUTCOME_OF_ROW_REASON[reason] is outcome
        )
        rows = ((f"`{reason}`", remedy.happened, remedy.next) for reason, remedy in remedies)
        yield from _table(("reason", "what it means", "what to do"), rows)


def _standing() -> Iterator[str]:
    yield "## To-dos and alarms\n"
    yield "What `gallra status` and `gallra watch` show until it is mended.\n"
    yield from _table(
        ("kind", *_SENTENCES), ((f"`{k}`", *remedy_for(k)) for k in sorted(_STANDING))
    )


def _failures() -> Iterator[str]:
    yield "## Failures\n"
    yield "What a red run and `gallra` say.\n"
    codes = sorted(listed_codes() - {*FileReason, *RowReason, *_STANDING})
    yield from _table(("code", *_SENTENCES), ((f"`{code}`", *remedy_for(code)) for code in codes))


def _kinds() -> Iterator[str]:
    yield "## Every other code\n"
    yield "A code without a line of its own says what its class says.\n"
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, GallraError) and kind is not GallraError
    ]
    rows = (
        (f"`{k.__name__}`", *remedy_for("", kind=k.__name__), str(int(exit_code(k("any")))))
        for k in kinds
    )
    yield from _table(("class", *_SENTENCES, "exit code"), rows)


def _exit_codes() -> Iterator[str]:
    yield "## Exit codes of `gallra`\n"
    yield from _table(("code", "means"), ((str(int(code)), _EXITS[code]) for code in Exit))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"
    yield ""


if __name__ == "__main__":
    sys.stdout.write(document().rstrip("\n") + "\n")
