"""Data where it may not lie, and access that should not be: what a person does, code by code."""

from __future__ import annotations

from typing import Final

STORAGE: Final[dict[str, tuple[str, str, str]]] = {
    # --- what a person must do ----------------------------------------------------------------
    "removals_to_agree": (
        "By the policy and the list of staff accounts have to go: of leavers, or after a course.",
        "Not one of them was removed: somebody who may approve erasures has to agree first.",
        "See `gallra access list`; `gallra store show` says which account it is. Then "
        "`gallra access agree D-… --by HANDLE`: the next review removes it, or a work order to the "
        "policy's role where no machine can.",
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
        "Run the command again.",
    ),
    # --- access ---------------------------------------------------------------------------------
    "removal_not_asked": (
        "One of these findings is no account that the policy has removed.",
        "Nothing was agreed to, of the others neither.",
        "See `gallra access list`; what a person judges is mended on its work order.",
    ),
    "removal_agreed": (
        "Somebody has agreed to that removal already.",
        "Nothing was agreed to, of the others neither.",
        "Leave it out; `gallra access review` removes it.",
    ),
    "removed_by_hand": (
        "An account of a system that no machine reaches was to be removed by one.",
        "Nothing was removed.",
        "Remove it in the system, on its work order (`gallra work-orders list`), and export the "
        "list of accounts again.",
    ),
    "account_list_missing": (
        "The list of accounts that somebody exports does not lie where the binding says.",
        "No account of that system was judged; nobody counts as having one, or none.",
        "Export it there, readable for Gallra; then `gallra access review`.",
    ),
    "account_list_stale": (
        "The list of accounts is older than the binding's `longest`, or bears a day to come.",
        "It was not read: who came or went since does not stand in it.",
        "Export it again; then `gallra access review`.",
    ),
    "account_list_malformed": (
        "The list of accounts is empty, lacks a header, has a date that is none, a line without a "
        "key, or two with one.",
        "Half a list is none: no account was judged.",
        "Export it again, or mend the binding's columns: each header once. Rerun.",
    ),
    "too_many_leavers": (
        "By the list of staff more than a third of a system's accounts would have to go, and three "
        "at least.",
        "Not one of them was removed: a broken list must not look as if everybody had left.",
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
