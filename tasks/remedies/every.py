"""For every reason code three sentences: what happened, what is safe, what to do next.

The Prefect UI, the pages of a run and the `gallra` command all speak out of this table.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from lifecycle.accountability.report import Language
from lifecycle.errors import GallraError
from tasks.remedies.approvals import APPROVALS
from tasks.remedies.barring import BARRING
from tasks.remedies.configuration import CONFIGURATION
from tasks.remedies.consents import CONSENTS
from tasks.remedies.copies import COPIES
from tasks.remedies.danish import every as danish
from tasks.remedies.disclosures import DISCLOSURES
from tasks.remedies.execution import EXECUTION
from tasks.remedies.incidents import INCIDENTS
from tasks.remedies.many_machines import MANY_MACHINES
from tasks.remedies.notices import NOTICES
from tasks.remedies.plans import PLANS
from tasks.remedies.processors import PROCESSORS
from tasks.remedies.requests import REQUESTS
from tasks.remedies.rights import RIGHTS
from tasks.remedies.rows import OTHERS, QUARANTINED, ROW_SAFE
from tasks.remedies.sharing import REMEDIES as SHARING
from tasks.remedies.standing import STANDING
from tasks.remedies.storage import STORAGE
from tasks.remedies.swedish import every as swedish
from tasks.remedies.systems import SYSTEMS

English = Literal["en"]
ENGLISH: Final[English] = "en"
"""The language of the log, the terminal and the handbook."""


class Remedy(NamedTuple):
    """Three sentences for the person who finds a run red."""

    happened: str
    safe: str
    next: str


_NOTHING_CHANGED: Final = "Nothing was changed and nothing was deleted."
_FILE_KEPT: Final = "Nothing of the file was stored; it lies in the folder until the daily purge."
_NO_EFFECT: Final = "No effect without its ledger event: what could not be recorded was not done."
_RERUN: Final = "Rerun the run: it goes on where it stopped and does nothing twice."
_DOCTOR: Final = "Run `gallra doctor`, which says what to mend, then rerun."
_EXPORT: Final = "Export the list again from Arbetsförmedlingen's portal and put it in the folder."
_DPO: Final = "Stop, change nothing on this host, and tell the data protection officer."

_BY_CODE: dict[str, Remedy] = {
    # --- files (lifecycle.intake.outcomes.FileReason) -----------------------------------------
    "same_bytes": Remedy(
        "This very file was imported before.",
        "Nothing was imported twice; the copy is deleted once that import is verified.",
        "Nothing to do.",
    ),
    "truncated": Remedy(
        "The file ends in the middle; it may still be on its way into the folder.",
        _FILE_KEPT,
        "Nothing, if the next run imports it; otherwise export it again.",
    ),
    "empty_file": Remedy(
        "The file is empty; it may still be on its way into the folder.",
        _FILE_KEPT,
        "Nothing, if the next run imports it; otherwise export it again.",
    ),
    "corrupt": Remedy("The file is damaged and cannot be read.", _FILE_KEPT, _EXPORT),
    "not_a_workbook": Remedy(
        "The file is neither a workbook nor a CSV export.", _FILE_KEPT, _EXPORT
    ),
    "extension_and_content_differ": Remedy(
        "The file's content is not what its ending says.", _FILE_KEPT, _EXPORT
    ),
    "office_lock_file": Remedy(
        "Somebody has a workbook open: this is Office's own lock file.",
        "It holds no export and is not read; the daily purge takes it.",
        "Close the workbook.",
    ),
    "temporary_file": Remedy(
        "A program's temporary file lies in the folder.",
        "It is not read; the daily purge takes it.",
        "Nothing to do.",
    ),
    "password_protected": Remedy(
        "The workbook is protected by a password.",
        _FILE_KEPT,
        "Save it without a password, or export it again.",
    ),
    "header_not_recognised": Remedy(
        "No row holds the headers of Arbetsförmedlingen's export.",
        _FILE_KEPT,
        "Check that it is the participant export; a new header goes into the policy file.",
    ),
    "header_ambiguous": Remedy(
        "Two columns claim to be the same field.",
        _FILE_KEPT,
        "Remove or rename one of them, or export the list again.",
    ),
    "no_rows": Remedy("The file has headers and no row.", _FILE_KEPT, _EXPORT),
    "unpacked_too_large": Remedy(
        "The file unpacks to more than an export can be.", _FILE_KEPT, _EXPORT
    ),
    "too_many_cells": Remedy(
        "The file has more cells than an export can have.", _FILE_KEPT, _EXPORT
    ),
    "reader_crashed": Remedy(
        "The reader broke down on this file; it runs apart, and nothing else was harmed.",
        _FILE_KEPT,
        _EXPORT,
    ),
    "reader_timeout": Remedy("Reading the file took longer than is allowed.", _FILE_KEPT, _EXPORT),
    # --- steps --------------------------------------------------------------------------------
    "held_by_another_run": Remedy(
        "Another run works on the same thing.",
        _NOTHING_CHANGED,
        "Nothing: it is tried again. If it stays, rerun when the other run has ended.",
    ),
    "turn_did_not_come": Remedy(
        "Other runs have been speaking to this system for half an hour, as many as may at once.",
        "Nothing was changed in it.",
        "Nothing: it is tried again. If it stays, see what those runs do, or let more in: at_once "
        "in the controller's file of systems.",
    ),
    "lease_lost": Remedy(
        "This run was too slow and another one took over.",
        "The work is done once: what was stored stays, what was not proven was not deleted.",
        _RERUN,
    ),
    "file_no_longer_there": Remedy(
        "The file was changed or taken away while it was looked at.",
        "Only the version that was read is ever deleted, and this one was not.",
        "Nothing: the next run looks again.",
    ),
    "cases_not_verified": Remedy(
        "Reading back from Workbuster did not show every case as it was handed over.",
        "The file was not deleted and the records are whole.",
        "Rerun. If it stays, open the to-do list (`gallra status`) and compare those cases.",
    ),
    "deletion_refused": Remedy(
        "The folder refuses to delete a file for good: a hold, or a missing right.",
        "What was imported is stored and verified; the file still lies there.",
        "Let the folder's administrator lift the hold or grant the right today, then rerun.",
    ),
    "holding_still_there": Remedy(
        "Something that was erased could still be read.",
        "The erasure is not reported as done.",
        "Rerun. If it stays, tell the data protection officer.",
    ),
    "folder_not_empty": Remedy(
        "After the purge the folder was listed again and was not empty.",
        "What was deleted is recorded; nothing is reported as empty that is not.",
        "Rerun now: every file has to go today.",
    ),
    "file_still_there": Remedy(
        "A file that was deleted still lies in the folder.",
        "It is not reported as deleted; what was imported is stored and verified.",
        "Rerun now. If it stays, ask the folder's administrator about a hold.",
    ),
    "folder_not_mounted": Remedy(
        "The share with the staging folder is not mounted.",
        "It is not taken for an empty folder; nothing was deleted.",
        "Mount it and rerun today: files there are not being purged meanwhile.",
    ),
    "folder_forbidden": Remedy(
        "Gallra may not read or empty the staging folder.",
        "Nothing was deleted.",
        "Give the service's user the right today, then rerun.",
    ),
    "took_too_long": Remedy(
        "The step ran into its time limit and was stopped.",
        "What was stored stays; what was not proven was not deleted.",
        _RERUN,
    ),
    "unexpected_error": Remedy(
        "A fault that Gallra does not know stopped the step.",
        "What was stored stays; what was not proven was not deleted.",
        "Rerun. If it stays, report the class and line above: they hold no personal data.",
    ),
    "ledger_not_written": Remedy(
        "The ledger could not be written.",
        _NO_EFFECT,
        "See that the disk is not full or read-only (`gallra doctor`), then rerun.",
    ),
    "no_witness": Remedy(
        "No witness outside this host took the checkpoint.",
        "Nothing is deleted or disclosed without a witness, and nothing was.",
        "See that the witness file's volume or the mail server is there, then rerun.",
    ),
    "checkpoint_forged": Remedy(
        "A checkpoint does not carry our signature.", _NOTHING_CHANGED, _DPO
    ),
    **dict.fromkeys(
        (
            "event_changed",
            "head_changed",
            "head_disagrees",
            "head_longer",
            "head_missing",
            "head_shorter",
            "rewritten",
            "rolled_back",
            "witness_contradicts",
            "witness_rolled_back",
        ),
        Remedy(
            "The ledger does not verify: something was changed, removed or rolled back.",
            _NOTHING_CHANGED,
            _DPO,
        ),
    ),
    "ledger_unwitnessed": Remedy(
        "No witness has taken a checkpoint of the ledger for more than a day, nor takes one now.",
        "Nothing was started; the ledger is as it was.",
        "See that the witness's file and mailbox can be reached, then run `gallra ledger "
        "checkpoint` and start again.",
    ),
}

_BY_CODE |= {
    code: Remedy(*sentences)
    for code, sentences in (
        CONFIGURATION
        | STANDING
        | REQUESTS
        | APPROVALS
        | PLANS
        | PROCESSORS
        | EXECUTION
        | SYSTEMS
        | STORAGE
        | BARRING
        | RIGHTS
        | NOTICES
        | CONSENTS
        | COPIES
        | MANY_MACHINES
        | DISCLOSURES
        | SHARING
        | INCIDENTS
    ).items()
}
_BY_CODE |= {
    reason.value: Remedy(happened, ROW_SAFE, next_)
    for reason, (happened, next_) in (QUARANTINED | OTHERS).items()
}

_BY_KIND: Final[dict[str, Remedy]] = {
    "FileRefused": Remedy("The file is not readable as an export.", _FILE_KEPT, _EXPORT),
    "Refused": Remedy(
        "The request is not acceptable: the line above says why.",
        _NOTHING_CHANGED,
        "Put the request right and try again; `--help` shows what a command takes.",
    ),
    "Busy": _BY_CODE["held_by_another_run"],
    "Changed": _BY_CODE["file_no_longer_there"],
    "Unreachable": Remedy(
        "A system did not answer.",
        "A system that cannot be looked at is never taken for empty; nothing was deleted there.",
        "Rerun when it answers again.",
    ),
    "Retryable": Remedy("Something was not ready.", _NOTHING_CHANGED, _RERUN),
    "NotProven": Remedy(
        "Reading back did not show the effect.",
        "It is not reported as done, and nothing that depends on it was deleted.",
        "Rerun. If it stays, tell the data protection officer.",
    ),
    "LedgerFailure": Remedy(
        "The ledger or its witness could not be written, or does not verify.",
        _NO_EFFECT,
        "Run `gallra ledger verify`; if that fails, tell the data protection officer.",
    ),
    "KeyFailure": Remedy(
        "A key is missing, cannot be read or does not fit.",
        "Nothing was opened and nothing was overwritten.",
        "Put the key file back into the folder that GALLRA_KEYS names, readable by the user who "
        "runs Gallra; do not make a new one. Then rerun.",
    ),
    "Misconfigured": Remedy("Settings, policy or bindings are wrong.", _NOTHING_CHANGED, _DOCTOR),
}

_UNKNOWN: Final = "unexpected_error"


_ELSEWHERE: Final = {
    "sv": (swedish.BY_CODE, swedish.BY_KIND),
    "da": (danish.BY_CODE, danish.BY_KIND),
}


def remedy_for(code: str, *, kind: str = "", language: Language | English = ENGLISH) -> Remedy:
    """The sentences for `code`; for an unlisted one those of its error class (`kind`), or of the
    nearest class above it that has some.

    In another language, all three or none: a code that is listed in English alone stays English.
    What a class says in general must not stand in for what is known of the code.
    """
    key = next((name for name in _line_of(kind) if name in _BY_KIND), "")
    if language != ENGLISH:
        by_code, by_kind = _ELSEWHERE[language]
        if code in by_code:
            return Remedy(*by_code[code])
        if code not in _BY_CODE:
            return Remedy(*by_kind[key]) if key else Remedy(*by_code[_UNKNOWN])
    own = _BY_CODE.get(code)
    if own is not None:
        return own
    return _BY_KIND[key] if key else _BY_CODE[_UNKNOWN]


def _line_of(kind: str) -> list[str]:
    """The class called `kind` and those above it; a pickled failure brings the name alone."""
    waiting: list[type[GallraError]] = [GallraError]
    while waiting:
        each = waiting.pop()
        if each.__name__ == kind:
            return [above.__name__ for above in each.__mro__]
        waiting += each.__subclasses__()
    return [kind]


def listed_codes(language: Language | English = ENGLISH) -> frozenset[str]:
    """Every code with sentences of its own in that language."""
    return frozenset(_BY_CODE if language == ENGLISH else _ELSEWHERE[language][0])


def listed_kinds(language: Language | English = ENGLISH) -> frozenset[str]:
    """Every error class with sentences of its own in that language."""
    return frozenset(_BY_KIND if language == ENGLISH else _ELSEWHERE[language][1])
