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
from tasks.remedies import listed_codes, remedy_for

_SOURCE: Final = "Correct it at the source and export again."
_ASK: Final = "Ask Arbetsförmedlingen, then correct it at the source and export again."
_NOTHING: Final = "Nothing to do."

ROWS: Final[dict[RowReason, tuple[str, str]]] = {
    RowReason.IDENTITY_MISSING: ("The row has no identity number.", _SOURCE),
    RowReason.IDENTITY_CHECKSUM: ("The check digit does not fit: a typing error.", _SOURCE),
    RowReason.IDENTITY_DATE: ("The number holds a date that does not exist.", _SOURCE),
    RowReason.IDENTITY_INCOMPLETE: ("Digits are missing.", _SOURCE),
    RowReason.IDENTITY_MASKED: ("Digits are covered, e.g. by stars.", "Export without masking."),
    RowReason.IDENTITY_NON_ASCII_DIGITS: ("Digits of another script.", _SOURCE),
    RowReason.IDENTITY_ROUNDED_BY_EXCEL: (
        "A spreadsheet has rounded the number: digits are lost for good.",
        "Export again, and do not save the file in a spreadsheet program.",
    ),
    RowReason.CENTURY_AMBIGUOUS_OR_MINOR: (
        "Ten digits that make a person below the policy's age.",
        "Write twelve digits, and export again.",
    ),
    RowReason.INTERIM_NUMBER: ("An interim number, with a letter.", _ASK),
    RowReason.TF_NUMBER_MAYBE_PROTECTED: (
        "A TF number, which also people with protected identity have.",
        "Treat it as protected: the manager's own routine, never this export.",
    ),
    RowReason.ORGANISATION_NUMBER: ("The number is an organisation's.", _SOURCE),
    RowReason.PROTECTED_IDENTITY: (
        "A mark or a word in the row says protected identity.",
        "The manager's own routine, never this export. Nothing of it was stored or logged.",
    ),
    RowReason.PLACEHOLDER_PERSON: ("Arbetsförmedlingen's placeholder for an error.", _ASK),
    RowReason.NAME_MISSING: (
        "The first or the last name is missing.",
        "Write it, or a dash where a person has one name only, and export again.",
    ),
    RowReason.CASE_MISSING: ("The row has no case number.", _SOURCE),
    RowReason.CASE_FORMAT: ("The case number has not the form that the policy gives.", _SOURCE),
    RowReason.CASE_BELONGS_TO_OTHER_PERSON: (
        "The records have this case with another identity number.",
        "Find out which one is right: `gallra find --case NUMBER` shows the reference.",
    ),
    RowReason.IDENTITY_WITH_OTHER_NAME: (
        "The records have this identity number under a wholly different name.",
        "Find out whose number it is; after a change of both names, correct it at the source.",
    ),
    RowReason.ERASED_BEFORE: (
        "The person was erased, and the policy refuses to take them back.",
        "A person decides; see `returning_after_erasure` in the policy file.",
    ),
    RowReason.DATE_TWO_DIGIT_YEAR: ("A date with a two-digit year.", _SOURCE),
    RowReason.DATE_AMBIGUOUS_DAY_MONTH: ("Day and month cannot be told apart.", _SOURCE),
    RowReason.DATE_NOT_A_DATE: ("Text where a date belongs.", _SOURCE),
    RowReason.DATE_NO_SUCH_DAY: ("A day that is in no calendar.", _SOURCE),
    RowReason.DATE_START_MISSING: ("There is no start date.", _SOURCE),
    RowReason.DATE_IMPLAUSIBLE: ("A date outside the years that the policy allows.", _SOURCE),
    RowReason.END_BEFORE_START: ("The end lies before the start.", _SOURCE),
    RowReason.CONTROL_CHARACTERS: ("Invisible control characters in a cell.", _SOURCE),
    RowReason.VALUE_TOO_LONG: ("A cell is longer than the policy allows.", _SOURCE),
    RowReason.SAME_ROW_IN_FILE: ("The same row stands in the file twice.", _NOTHING),
    RowReason.SAME_CASE_OTHER_SPELLING: ("The same case in another spelling.", _NOTHING),
    RowReason.EXPORTED_BEFORE: (
        "The records have the row as it is, from an earlier export.",
        _NOTHING,
    ),
    RowReason.TITLE_OR_BLANK: ("A title or an empty row above the headers.", _NOTHING),
    RowReason.BLANK: ("An empty row.", _NOTHING),
    RowReason.GROUP_HEADING: ("A heading between the rows.", _NOTHING),
    RowReason.TOTALS: ("A row of totals.", _NOTHING),
    RowReason.HIDDEN_SHEET: (
        "A row on a hidden sheet: hidden sheets are not imported.",
        "If it belongs to the export, show the sheet and import again.",
    ),
}
"""What a row's reason means, and what a person does about it."""

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
    return "\n".join([_HEAD, *_files(), *_rows(), *_failures(), *_kinds(), *_exit_codes()])


def _files() -> Iterator[str]:
    yield "## Files\n"
    yield "A file that was read has the outcome `imported`. Any other has a reason.\n"
    rows = (
        (f"`{reason}`", f"`{OUTCOME_OF_REASON[reason]}`", *remedy_for(reason))
        for reason in FileReason
    )
    yield from _table(("reason", "outcome", "what happened", "what is safe", "what to do"), rows)


def _rows() -> Iterator[str]:
    yield "## Rows\n"
    yield "A row without a reason is `accepted`. Nothing of a quarantined row is stored.\n"
    for outcome in (RowOutcome.QUARANTINED, RowOutcome.DUPLICATE, RowOutcome.IGNORED):
        yield f"### {outcome.value.capitalize()}\n"
        rows = (
            (f"`{reason}`", *ROWS[reason])
            for reason in RowReason
            if OUTCOME_OF_ROW_REASON[reason] is outcome
        )
        yield from _table(("reason", "what it means", "what to do"), rows)


def _failures() -> Iterator[str]:
    yield "## Failures and things to do\n"
    yield "What a red run, `gallra` and `gallra status` say.\n"
    codes = sorted(listed_codes() - set(FileReason))
    rows = ((f"`{code}`", *remedy_for(code)) for code in codes)
    yield from _table(("code", "what happened", "what is safe", "what to do"), rows)


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
    yield from _table(("class", "what happened", "what is safe", "what to do", "exit code"), rows)


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
