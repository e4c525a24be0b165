"""Why something cannot be planned by machine, and who must look: reason by reason."""

from __future__ import annotations

from typing import Final

_KEPT: Final = "It is neither erased nor called done: it stands on every plan until a person looks."
_NOTHING: Final = "Nothing was changed and nothing was deleted."

PLANS: Final[dict[str, tuple[str, str, str]]] = {
    # --- why an item is refused (lifecycle.retention.facts.WhyRefused) --------------------------
    "no_rule": (
        "No rule of the policy speaks of this data in this place.",
        _KEPT,
        "Decide how long it may be kept and write a rule, or have it removed from the place; "
        "`gallra policy check` shows what else has no rule.",
    ),
    "anchor_missing": (
        "Nobody has said on which day the time begins, for example when the person left.",
        _KEPT,
        "Have the date written in the system that it comes from; the next inventory or import "
        "brings it here.",
    ),
    "anchor_in_far_past": (
        "The date that time is counted from lies so far back that it is taken for a mistake.",
        _KEPT,
        "Look at the date in the system that it comes from and have it put right.",
    ),
    "anchor_in_future": (
        "An event that has happened carries a day that has not come yet.",
        _KEPT,
        "Look at the date in the system that it comes from and have it put right.",
    ),
    "active_since": (
        "The person did something in some system after the date, and lately: the date may be old.",
        _KEPT,
        "Find out whether the person is still here. If so, have the date put right; if not, the "
        "plan takes it when the policy's time of quiet is over.",
    ),
    "has_own_purpose": (
        "A relative stands in the system for a purpose of their own as well.",
        "What is kept for that purpose stays until its own time is up.",
        "Nothing, unless that purpose has ended: then have the other record ended there.",
    ),
    "undecided": (
        "The policy's document gives no figure for how long this is kept.",
        "It is neither erased nor silently kept: it stands as undecided.",
        "Take the decision that `gallra policy check` lists as open and write it into the policy.",
    ),
    "carried_out": (
        "What the rule asks for has been done here.",
        "What is left is what the rule lets stay.",
        "Nothing to do.",
    ),
    "not_happened": (
        "It is kept until somebody asks or decides otherwise, and nobody has.",
        "It stays by the rule that is named; the rule speaks as soon as its event has a date.",
        "Nothing to do.",
    ),
    # --- what stands until a person acts ----------------------------------------------------------
    "incident_draft": (
        "Something was still there after its last day when a plan was drawn up.",
        "It stands on the plan; nothing is hidden and nothing goes without approval.",
        "Have the plan approved. The run `incident` has opened a draft: judge it (`gallra incident "
        "list`), which closes this; where no such run is, judge the breach and close this with "
        "`gallra done`.",
    ),
    "retention_late": (
        "Something should have been erased and is still there after its last day.",
        "It is known what it is and by which rule it must go.",
        "See it with `gallra plan list`, have the plan approved and carried out today; if there "
        "is none, run `gallra plan create`.",
    ),
    "system_not_reached": (
        "A system that holds personal data could not be read to its end.",
        "Nothing there counts as gone, and what was known of it before is kept in mind.",
        "See that it answers and that its address and secret in the bindings are right; then "
        "rerun. Until then nothing new in it is planned.",
    ),
    "year_end_not_planned": (
        "The policy names no day on which the turn of the year is planned.",
        _NOTHING,
        "Write `year_end` under `erasure` in the policy, or leave this run out: what is due at the "
        "turn of the year is on the daily plan as well.",
    ),
    # --- what was asked for -----------------------------------------------------------------------
    "plan_changed_meanwhile": (
        "Another run moved the plan on at the same time.",
        "Each step is done once; nothing was done twice.",
        "See where it stands with `gallra plan show`, then run again.",
    ),
    "request_about_nobody": (
        "A request for erasure needs the person it is about.",
        _NOTHING,
        "Give the person's reference (S-…); `gallra find` shows it.",
    ),
    "plan_about_somebody": (
        "Only a request for erasure is about one person.",
        _NOTHING,
        "Leave the person out, or draw up a request.",
    ),
}
"""Code → what happened, what is safe, what to do next."""
