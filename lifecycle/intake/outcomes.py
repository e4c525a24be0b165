"""What can become of a file and of a row, and why: the whole vocabulary of the intake report."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple


class FileOutcome(StrEnum):
    """What became of a staged file."""

    IMPORTED = "imported"
    DUPLICATE_FILE = "duplicate_file"
    RETRY_LATER = "retry_later"
    REJECTED = "rejected"
    IGNORED = "ignored"


class FileReason(StrEnum):
    """Why a staged file was not imported."""

    SAME_BYTES = "same_bytes"
    TRUNCATED = "truncated"
    EMPTY_FILE = "empty_file"
    CORRUPT = "corrupt"
    NOT_A_WORKBOOK = "not_a_workbook"
    EXTENSION_AND_CONTENT_DIFFER = "extension_and_content_differ"
    OFFICE_LOCK_FILE = "office_lock_file"
    TEMPORARY_FILE = "temporary_file"
    PASSWORD_PROTECTED = "password_protected"  # noqa: S105 -- a reason, not a secret
    HEADER_NOT_RECOGNISED = "header_not_recognised"
    HEADER_AMBIGUOUS = "header_ambiguous"
    NO_ROWS = "no_rows"
    UNPACKED_TOO_LARGE = "unpacked_too_large"
    TOO_MANY_CELLS = "too_many_cells"
    READER_CRASHED = "reader_crashed"
    READER_TIMEOUT = "reader_timeout"


OUTCOME_OF_REASON: Final[dict[FileReason, FileOutcome]] = dict.fromkeys(
    FileReason, FileOutcome.REJECTED
) | {
    FileReason.SAME_BYTES: FileOutcome.DUPLICATE_FILE,
    FileReason.TRUNCATED: FileOutcome.RETRY_LATER,
    FileReason.EMPTY_FILE: FileOutcome.RETRY_LATER,
    FileReason.OFFICE_LOCK_FILE: FileOutcome.IGNORED,
    FileReason.TEMPORARY_FILE: FileOutcome.IGNORED,
}


class RowOutcome(StrEnum):
    """What became of a row. An update of a known case is `accepted` and counted as `updated`."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    IGNORED = "ignored"


class RowReason(StrEnum):
    """Why a row was not simply accepted."""

    IDENTITY_MISSING = "identity_missing"
    IDENTITY_CHECKSUM = "identity_checksum"
    IDENTITY_DATE = "identity_date"
    IDENTITY_INCOMPLETE = "identity_incomplete"
    IDENTITY_MASKED = "identity_masked"
    IDENTITY_NON_ASCII_DIGITS = "identity_non_ascii_digits"
    IDENTITY_ROUNDED_BY_EXCEL = "identity_rounded_by_excel"
    CENTURY_AMBIGUOUS_OR_MINOR = "century_ambiguous_or_minor"
    INTERIM_NUMBER = "interim_number"
    TF_NUMBER_MAYBE_PROTECTED = "tf_number_maybe_protected"
    ORGANISATION_NUMBER = "organisation_number"
    PROTECTED_IDENTITY = "protected_identity"
    PLACEHOLDER_PERSON = "placeholder_person"
    NAME_MISSING = "name_missing"
    CASE_MISSING = "case_missing"
    CASE_FORMAT = "case_format"
    CASE_BELONGS_TO_OTHER_PERSON = "case_belongs_to_other_person"
    IDENTITY_WITH_OTHER_NAME = "identity_with_other_name"
    ERASED_BEFORE = "erased_before"
    PERSON_RESTRICTED = "person_restricted"
    DATE_TWO_DIGIT_YEAR = "date_two_digit_year"
    DATE_AMBIGUOUS_DAY_MONTH = "date_ambiguous_day_month"
    DATE_NOT_A_DATE = "date_not_a_date"
    DATE_NO_SUCH_DAY = "date_no_such_day"
    DATE_START_MISSING = "date_start_missing"
    DATE_IMPLAUSIBLE = "date_implausible"
    END_BEFORE_START = "end_before_start"
    CONTROL_CHARACTERS = "control_characters"
    VALUE_TOO_LONG = "value_too_long"
    SAME_ROW_IN_FILE = "same_row_in_file"
    SAME_CASE_OTHER_SPELLING = "same_case_other_spelling"
    EXPORTED_BEFORE = "exported_before"
    TITLE_OR_BLANK = "title_or_blank"
    BLANK = "blank"
    GROUP_HEADING = "group_heading"
    TOTALS = "totals"
    HIDDEN_SHEET = "hidden_sheet"


_DUPLICATES = {
    RowReason.SAME_ROW_IN_FILE,
    RowReason.SAME_CASE_OTHER_SPELLING,
    RowReason.EXPORTED_BEFORE,
}
_IGNORED = {
    RowReason.TITLE_OR_BLANK,
    RowReason.BLANK,
    RowReason.GROUP_HEADING,
    RowReason.TOTALS,
    RowReason.HIDDEN_SHEET,
}
OUTCOME_OF_ROW_REASON: Final[dict[RowReason, RowOutcome]] = {
    reason: (
        RowOutcome.DUPLICATE
        if reason in _DUPLICATES
        else RowOutcome.IGNORED
        if reason in _IGNORED
        else RowOutcome.QUARANTINED
    )
    for reason in RowReason
}


class Candidate(NamedTuple):
    """A row that is acceptable by itself, before it is held against other rows and the records.

    All text is NFC-normalised and trimmed; dates are ISO `YYYY-MM-DD` or "". A Candidate is
    personal data: it lives between the reader's child and the vault and nowhere else.
    """

    national_id: str
    """Twelve digits, personnummer or samordningsnummer, checked."""
    name_tokens: str
    """Folded name words, sorted, joined by one space: to tell a wholly different name."""
    email: str
    """Case-folded, for the blind index; "" if none."""
    case_reference: str
    """Genomförandereferens in its canonical spelling."""
    case_as_written: str
    """The same as the cell spelled it, to tell a mere other spelling."""
    service: str
    project: str
    start: str
    end: str
    broke_off: str
    exported_before: bool
    """AF's own mark that this row was in an earlier export (TidigareExporterad)."""
    sealed: tuple[str, ...]
    """One canonical JSON object of kept fields per category, in the order of
    `IntakeRules.categories`; "{}" where a category has no value."""


class JudgedRow(NamedTuple):
    """One row of one sheet and what became of it so far."""

    sheet: int
    """1-based position of the sheet in the workbook."""
    row: int
    """The number that a person sees in Excel; in a CSV the line."""
    reason: RowReason | None
    """None for an acceptable row."""
    candidate: Candidate | None
