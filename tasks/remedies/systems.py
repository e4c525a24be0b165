"""What an outer system says when it is read, erased or read back, and what to do about it."""

from __future__ import annotations

from typing import Final

_NEVER_EMPTY: Final = (
    "It is not taken for empty, nobody counts as gone there, and nothing is called erased."
)
_NOT_TOUCHED: Final = "Nothing was done to that record; all others were dealt with."
_BINDING: Final = (
    "Compare the system's part in `deployments/systems` with the system, then run "
    "`gallra policy check` and rerun."
)

SYSTEMS: Final[dict[str, tuple[str, str, str]]] = {
    "system_unreachable": (
        "An outer system did not answer, or answered that it cannot.",
        _NEVER_EMPTY,
        "See that it runs and can be reached from this machine; the next run goes on.",
    ),
    "system_busy": (
        "Somebody else keeps an outer system's database locked.",
        _NEVER_EMPTY,
        "Nothing, if the next run goes through; otherwise end what keeps it locked.",
    ),
    "system_read_only": (
        "An outer system's database can be read, but not written to.",
        _NEVER_EMPTY,
        "Give Gallra's user the right to change and delete there, then rerun.",
    ),
    "system_damaged": (
        "The file of an outer system is damaged, or is something else.",
        _NEVER_EMPTY,
        "Have it repaired or restored by whoever runs the system; then rerun.",
    ),
    "system_unlike_binding": (
        "An outer system looks otherwise than its binding says: a table, a column or an answer.",
        _NEVER_EMPTY,
        _BINDING,
    ),
    "system_login_refused": (
        "An outer system does not accept Gallra's user, password or token.",
        _NEVER_EMPTY,
        "Put the right secret where the binding says that it lies, or give the user its rights.",
    ),
    "system_leads_elsewhere": (
        "An outer system's answer leads to another host.",
        "Nothing was sent there; the token stays with the host in the binding.",
        "If the system has moved, write its new address into `deployments/systems`.",
    ),
    "system_address_malformed": (
        "The address of an outer system's database cannot be understood.",
        _NEVER_EMPTY,
        _BINDING,
    ),
    "answer_too_large": (
        "One answer of an outer system is larger than 64 MB.",
        _NEVER_EMPTY,
        "Let the binding ask for smaller pages.",
    ),
    "listing_in_a_circle": (
        "An outer system's list leads from page to page without an end.",
        _NEVER_EMPTY,
        _BINDING,
    ),
    "listing_incomplete": (
        "An outer system's list showed another number of records than it says it has.",
        _NEVER_EMPTY,
        "Rerun: somebody may have worked there meanwhile. If it comes again, see the system's "
        "part in `deployments/systems`.",
    ),
    "record_malformed": (
        "A record in an outer system has no key, or a date that is no date.",
        _NEVER_EMPTY,
        "Have it put right in the system, or see that its part in `deployments/systems` names the "
        "right columns; then rerun.",
    ),
    "key_ambiguous": (
        "One key fits two records in an outer system.",
        _NOT_TOUCHED,
        "Have one of the two given a key of its own in the system, then rerun.",
    ),
    "key_malformed": (
        "A record's key cannot belong to the outer system that it is said to come from.",
        "Nothing was done to it.",
        "See whether the system's part in `deployments/systems` was changed since the last "
        "inventory; take an inventory, then draw up a new plan.",
    ),
    "system_conflict": (
        "An outer system would not let a record go: something else there still needs it.",
        _NOT_TOUCHED,
        "See in the system what points at the record, and bind it under `also`; then rerun.",
    ),
    "key_would_go": (
        "What identifies a record in an outer system is itself to be emptied.",
        "Nothing was done to the record.",
        "Name a key in `deployments/systems` that says nothing of a person.",
    ),
    "cannot_erase": (
        "A record is to be erased, but its system's binding does not say how.",
        "Nothing was done to the record.",
        "Write `erase` into the system's part in `deployments/systems`, then rerun.",
    ),
    "cannot_empty": (
        "Fields of a record are to be emptied, but its system's binding does not say how.",
        "Nothing was done to the record.",
        "Write `empty` into the system's part in `deployments/systems`, then rerun.",
    ),
    "binding_unknown": (
        "Nothing is bound under that name.",
        "Nothing was looked at.",
        "Take a name out of the controller's file in `deployments/systems`, or leave it out: then "
        "every binding is tried.",
    ),
}
