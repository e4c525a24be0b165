"""A row that was set aside: what is wrong with it, and how it is put right at the source."""

from __future__ import annotations

from typing import Final

from lifecycle.intake.outcomes import RowReason

ROW_SAFE: Final = "Nothing of the row was stored; the other rows of the file are not affected."

_AND_EXPORT: Final = "then export the list again."
_ASK_AF: Final = f"Ask Arbetsförmedlingen to correct it, {_AND_EXPORT}"
_OWN_CHANGE: Final = (
    "If somebody opened and saved the file in Excel, export the list again and leave it as it is; "
    "otherwise ask Arbetsförmedlingen to correct the date."
)
_PROTECTED: Final = (
    "Do not look for a way round. Speak with your manager about how this person is registered; "
    "nothing is written to a system or a mail."
)
_NOTHING: Final = "Nothing to do."

QUARANTINED: Final[dict[RowReason, tuple[str, str]]] = {
    RowReason.IDENTITY_MISSING: ("The row has no personal identity number.", _ASK_AF),
    RowReason.IDENTITY_CHECKSUM: (
        "The identity number's last digit does not fit the others: a digit is wrong.",
        _ASK_AF,
    ),
    RowReason.IDENTITY_DATE: (
        "The identity number begins with a day that does not exist.",
        _ASK_AF,
    ),
    RowReason.IDENTITY_INCOMPLETE: ("The identity number has too few digits.", _ASK_AF),
    RowReason.IDENTITY_MASKED: (
        "A part of the identity number is hidden behind stars or crosses.",
        f"Choose an export that shows whole numbers, {_AND_EXPORT}",
    ),
    RowReason.IDENTITY_NON_ASCII_DIGITS: (
        "The identity number is written with digits of another script.",
        f"Write it with ordinary digits at the source, {_AND_EXPORT}",
    ),
    RowReason.IDENTITY_ROUNDED_BY_EXCEL: (
        "Excel has rounded the identity number: its last digits are lost.",
        "Export the list again and put the file into the folder without opening it in Excel.",
    ),
    RowReason.CENTURY_AMBIGUOUS_OR_MINOR: (
        "The identity number has ten digits and would be that of a child under sixteen.",
        f"See that the number is written with all twelve digits, {_AND_EXPORT}",
    ),
    RowReason.INTERIM_NUMBER: (
        "The number is an interim one (with a letter), not an identity number.",
        "Wait for the person's identity or coordination number, then export the list again.",
    ),
    RowReason.TF_NUMBER_MAYBE_PROTECTED: (
        "The person has a TF number: no identity number, or a protected identity.",
        _PROTECTED,
    ),
    RowReason.ORGANISATION_NUMBER: (
        "The number is that of a company or an organisation.",
        _ASK_AF,
    ),
    RowReason.PROTECTED_IDENTITY: (
        "The row speaks of protected personal data.",
        _PROTECTED,
    ),
    RowReason.PLACEHOLDER_PERSON: (
        "The row holds the portal's placeholder instead of a person.",
        "Nothing, unless the participant is missing: then ask Arbetsförmedlingen.",
    ),
    RowReason.NAME_MISSING: ("The row has no name.", _ASK_AF),
    RowReason.CASE_MISSING: ("The row has no case number.", _ASK_AF),
    RowReason.CASE_FORMAT: (
        "The case number does not look like one.",
        f"See that the columns have not moved, {_AND_EXPORT}",
    ),
    RowReason.CASE_BELONGS_TO_OTHER_PERSON: (
        "This case number is registered for another person.",
        "Look up the case (`gallra find --case`) and ask Arbetsförmedlingen whose it is.",
    ),
    RowReason.IDENTITY_WITH_OTHER_NAME: (
        "This identity number is registered under a wholly different name.",
        "Look up the person (`gallra find`) and ask Arbetsförmedlingen which of them is right.",
    ),
    RowReason.PERSON_RESTRICTED: (
        "The row says something new about a person whose data may only be stored (article 18).",
        "It is not taken over. Judge whether the new data has to wait: `gallra hold list` shows "
        "the restriction; when it is lifted, export the list again.",
    ),
    RowReason.ERASED_BEFORE: (
        "This person was erased earlier, and the policy takes nobody in again by itself.",
        "Ask the data protection officer whether this is a new engagement.",
    ),
    RowReason.DATE_TWO_DIGIT_YEAR: ("A date's year has two digits only.", _OWN_CHANGE),
    RowReason.DATE_AMBIGUOUS_DAY_MONTH: (
        "In a date, day and month cannot be told apart.",
        _OWN_CHANGE,
    ),
    RowReason.DATE_NOT_A_DATE: ("Something that is no date stands in a date's place.", _OWN_CHANGE),
    RowReason.DATE_NO_SUCH_DAY: ("A date names a day that does not exist.", _OWN_CHANGE),
    RowReason.DATE_START_MISSING: ("The row has no start date.", _ASK_AF),
    RowReason.DATE_IMPLAUSIBLE: (
        "A date lies too far in the past or in the future to be right.",
        _OWN_CHANGE,
    ),
    RowReason.END_BEFORE_START: ("The end date is before the start date.", _ASK_AF),
    RowReason.CONTROL_CHARACTERS: (
        "The row has invisible characters that can make a text read otherwise than it is.",
        f"Retype the text at the source, {_AND_EXPORT}",
    ),
    RowReason.VALUE_TOO_LONG: (
        "A cell holds far more text than belongs there.",
        f"Shorten it at the source, {_AND_EXPORT}",
    ),
}

OTHERS: Final[dict[RowReason, tuple[str, str]]] = {
    RowReason.SAME_ROW_IN_FILE: ("The same row stands in the file twice.", _NOTHING),
    RowReason.SAME_CASE_OTHER_SPELLING: (
        "The same case stands in the file in another spelling.",
        _NOTHING,
    ),
    RowReason.EXPORTED_BEFORE: ("The row was imported before and has not changed.", _NOTHING),
    RowReason.TITLE_OR_BLANK: ("The row is a title above the list.", _NOTHING),
    RowReason.BLANK: ("The row is empty.", _NOTHING),
    RowReason.GROUP_HEADING: ("The row is a heading between groups.", _NOTHING),
    RowReason.TOTALS: ("The row holds totals.", _NOTHING),
    RowReason.HIDDEN_SHEET: (
        "The sheet is hidden and was not imported.",
        "Show the sheet if it belongs to the list, and put the file into the folder again.",
    ),
}
