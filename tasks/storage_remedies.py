"""Data where it may not lie, and access that should not be: what a person does, code by code."""

from __future__ import annotations

from typing import Final

STORAGE: Final[dict[str, tuple[str, str, str]]] = {
    # --- what a person must do ----------------------------------------------------------------
    "misplaced_data": (
        "Documents or free-text fields show what the policy does not allow in that place.",
        "Nothing of them was kept or changed; each is known by reference and kind alone.",
        "See `gallra store list`; `gallra store show` says where one is. Move it, protect it with "
        "a password or mend the text: what is gone at the next look closes itself.",
    ),
    "access_to_judge": (
        "Accounts are shared, too wide, without training or somebody's who is on no list.",
        "None of these was removed: a person judges.",
        "See `gallra access list`; `gallra store show` says which account it is. Mend it in the "
        "system or on the list of staff: the next review closes it.",
    ),
    # --- what was asked for ---------------------------------------------------------------------
    "finding_unknown": (
        "There is no finding with that reference.",
        "Nothing was shown.",
        "See `gallra store list` and `gallra access list`.",
    ),
    "finding_cleared": (
        "That finding is settled: what it was about is gone from there.",
        "Where it was is forgotten.",
        "Nothing to do.",
    ),
    "finding_changed": (
        "Somebody else went on with that finding at the same moment.",
        "Nothing was done twice.",
        "Run `gallra access review` again.",
    ),
    # --- access ---------------------------------------------------------------------------------
    "too_many_leavers": (
        "By the list of staff more than a third of a system's accounts would have to go, and three "
        "at least.",
        "None of them was removed: a broken list must not look as if everybody had left.",
        "See with `gallra access list` which, and look at the list of staff: is it whole, and of "
        "today? Where so many have really left, or their course is over, say so: "
        "`gallra access review --accept-many`.",
    ),
    "account_still_there": (
        "An account was removed, and the system shows it all the same.",
        "It is not called removed.",
        "Look in the system whether somebody or something makes it anew; then run "
        "`gallra access review` again.",
    ),
    "staff_list_unreachable": (
        "The list of staff cannot be read.",
        "Nobody counts as having left, and no account was removed.",
        "Put the list where the binding's `staff` says, readable for Gallra.",
    ),
    "staff_list_malformed": (
        "The list of staff is empty, lacks a header, has a date that is none, or a line without a "
        "person.",
        "Half a list is none: nobody counts as having left, and no account was removed.",
        "Mend the list, or the binding's columns: dates as 2026-12-31, each header once. Rerun.",
    ),
}
