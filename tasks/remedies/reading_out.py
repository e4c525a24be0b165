"""A disclosure that would take something from other systems is refused: what to do, code by
code."""

from __future__ import annotations

from typing import Final

_NOTHING: Final = "Nothing has left, and the refusal stands in the ledger."
_UNCHANGED: Final = "Nothing was changed and nothing has left."
_ANEW: Final = "prepare another one with `gallra share prepare` and have that one approved."

READING_OUT: Final[dict[str, tuple[str, str, str]]] = {
    "lies_elsewhere": (
        "Gallra's own records hold nothing of that; another system does.",
        _NOTHING,
        "The system stands above, and `gallra share sources` shows every one: name it, `--from`.",
    ),
    "cases_not_apart": (
        "People were chosen by case, and that system's records tell of all their cases at once.",
        _NOTHING,
        "Leave that system out, or choose the people themselves (`--about S-…`).",
    ),
    "being_erased": (
        "Something of the person above is being erased just now.",
        _NOTHING,
        "Wait until the erasure is through (`gallra plan list`), or prepare it without them.",
    ),
    "system_unknown": (
        "The policy has no such system.",
        _UNCHANGED,
        "Choose one that `gallra policy show` lists; for a share, one of `gallra share sources`.",
    ),
    "system_absent": (
        "By its bindings this company does not have that system.",
        _UNCHANGED,
        "Choose one that `gallra share sources` shows.",
    ),
    "system_by_hand": (
        "Only a person reaches that place; Gallra reads nothing there.",
        _NOTHING,
        "Prepare it without that place. What lies there its keeper hands over to the same contact, "
        "sealed or in person as the policy's sentence asks, and notes it in the journal of the "
        "case; or types it into a system that Gallra reads, and you prepare it from there.",
    ),
    "system_not_read_out": (
        "That system is not read out for anybody: it is a mailbox, where others are named too, a "
        "folder that is emptied, or the case system, which has what Gallra's own records have.",
        _NOTHING,
        "Leave it out: without `--from` it is taken from Gallra's own records. What is in a "
        "mailbox a person picks out.",
    ),
    "system_answered_otherwise": (
        "A system answered about other records than it was asked about.",
        "Nothing of it was used, and nothing has left.",
        "Report the code. Change nothing by hand.",
    ),
    "record_changed": (
        "A record in the system above is not as it was when it was agreed to, or last looked at.",
        "Nothing has left. A disclosure that was agreed to is void.",
        "Run `gallra inventory`, then: " + _ANEW,
    ),
    "record_missing": (
        "A record in the system above is not there any more, or is marked as deleted.",
        "Nothing has left. A disclosure that was agreed to is void.",
        "Run `gallra inventory`, then: " + _ANEW,
    ),
    "record_anothers": (
        "The system above has given a record's key to somebody else.",
        "Nothing has left, and nothing of the other person was kept.",
        "Run `gallra inventory`, then: " + _ANEW,
    ),
    "record_unclear": (
        "Nobody can tell whose a record in the system above is: it bears no number or another "
        "address, or its key fits two.",
        "Nothing has left. A disclosure that was agreed to is void.",
        "Put it right in that system, run `gallra inventory`, then: " + _ANEW,
    ),
    "record_withheld": (
        "The system above shows a record to nobody, Gallra included.",
        "Nothing has left. A disclosure that was agreed to is void.",
        "Ask the system's administrator why; then leave that system out, or: " + _ANEW,
    ),
    "identity_protected": (
        "By the system above somebody's identity is protected.",
        "Nothing about anybody has left. A disclosure that was agreed to is void.",
        "Leave that person out, and tell the manager at once: protected people are handled by the "
        "routine for them, never by Gallra.",
    ),
    "value_not_text": (
        "A field in the system above holds a picture, a recording or something else that no table "
        "can show.",
        _NOTHING,
        "Leave that category or that system out; such a file its keeper hands over.",
    ),
}
