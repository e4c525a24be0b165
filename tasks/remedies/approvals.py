"""Officers, approvals and legal holds: what a person does about each refusal, code by code."""

from __future__ import annotations

from typing import Final

_NOTHING: Final = "Nothing was erased, nothing has left; the refusal stands in the ledger."
_UNTOUCHED: Final = "Nothing was changed, nothing was erased and nothing has left."
_VOID: Final = "Nothing was erased, nothing has left; it is void and nobody can carry it out."
_ANEW: Final = (
    "Draw up another one and have that approved: an erasure with `gallra plan create`, a "
    "disclosure with `gallra share prepare`."
)

APPROVALS: Final[dict[str, tuple[str, str, str]]] = {
    # --- one-time codes -------------------------------------------------------------------------
    "officer_unknown": (
        "No officer has that handle.",
        _NOTHING,
        "See the handles with `gallra officers list`.",
    ),
    "officer_removed": (
        "Whoever has that handle is no officer any more.",
        _NOTHING,
        "Let another officer decide; `gallra officers add` enrols somebody anew.",
    ),
    "officer_locked": (
        "Too many wrong codes: nobody can use this officer's codes for a while.",
        _NOTHING,
        "Wait as many minutes as stand above. If it was not you who tried, tell the data "
        "protection officer.",
    ),
    "code_wrong": (
        "The code is not the one that the authenticator shows now.",
        _NOTHING,
        "Type the code that is shown now. If it stays, set the telephone's clock and this "
        "machine's clock right.",
    ),
    "code_used": (
        "That code was used already, and each is good for one time only.",
        _NOTHING,
        "Wait half a minute and type the next one.",
    ),
    # --- officers -------------------------------------------------------------------------------
    "handle_not_allowed": (
        "That is not spelled like an officer's handle.",
        _UNTOUCHED,
        "Choose a word for the office, such as chef-nord: small letters a to z and dashes, no "
        "name of a person.",
    ),
    "role_unknown": (
        "The policy declares no such role.",
        _UNTOUCHED,
        "Give one or more of the roles that stand under `roles` in the policy file.",
    ),
    "officer_must_agree": (
        "There are officers already, and one of them must agree.",
        _NOTHING,
        "Let an officer agree with a code: `--by` and the officer's handle.",
    ),
    "own_roles": (
        "Nobody can give themselves a further role.",
        _NOTHING,
        "Let another officer agree: `--by` and that officer's handle.",
    ),
    # --- approvals ------------------------------------------------------------------------------
    "plan_unknown": (
        "No plan has that reference.",
        _UNTOUCHED,
        "See the plans with `gallra plan list`.",
    ),
    "decision_unknown": (
        "A decision is to approve or to decline.",
        _UNTOUCHED,
        "Choose one of the two.",
    ),
    "reason_unknown": (
        "That is no reason out of the list.",
        _UNTOUCHED,
        "Choose one of those that the form offers.",
    ),
    "answer_malformed": (
        "What stood in the form is no handle, no code or no choice of the form's.",
        "It is deleted there and was not used; nothing was changed and nothing was erased.",
        "Fill in the form that the run shows now: handle, six digits, decision.",
    ),
    "role_may_not_approve": (
        "This officer has no role that may decide on this plan.",
        _NOTHING,
        "Let an officer with such a role decide; the policy names them under `approvals`.",
    ),
    "own_plan": (
        "Whoever drew up a plan does not approve it too.",
        _NOTHING,
        "Let another officer look at it.",
    ),
    "approved_before": (
        "You have approved this already; that approval counts. One more person has to approve it.",
        _NOTHING,
        "Ask another officer to look at it and to decide, with a code of their own.",
    ),
    "second_role_missing": (
        "Two must agree, and these two together do not have the roles that the policy asks for.",
        _NOTHING,
        "Let an officer decide who has the missing role: the policy names them under `approvals`.",
    ),
    "other_plan_shown": (
        "The plan is not the one that was shown.",
        _NOTHING,
        "Look at the plan again, then decide.",
    ),
    "plan_approved": (
        "The plan has all its approvals.",
        _NOTHING,
        "Nothing: it is carried out by its flow.",
    ),
    "plan_under_way": (
        "The plan is being carried out.",
        _NOTHING,
        "Nothing. To keep somebody's data that is not erased yet: `gallra hold add`.",
    ),
    "plan_done": (
        "The plan was carried out and proven.",
        _NOTHING,
        "Nothing: its certificate says what was erased.",
    ),
    "plan_declined": ("An officer has declined the plan.", _NOTHING, _ANEW),
    "plan_void": (
        "It is void: taken back, or data, holds or the policy have changed since it was drawn up.",
        _NOTHING,
        _ANEW,
    ),
    "plan_changed": (
        "Data or holds have changed: drawn up now, it would be another one.",
        _VOID,
        _ANEW,
    ),
    "policy_changed": (
        "The policy has changed since it was drawn up.",
        _VOID,
        _ANEW,
    ),
    "approval_missing": (
        "Nobody has approved the plan; to go on with a run approves nothing.",
        _NOTHING,
        "Let an officer approve it: `gallra approve` and the plan's reference.",
    ),
    "second_approval_missing": (
        "One person has approved the plan, and two must.",
        _NOTHING,
        "Let another officer approve it: `gallra approve` and the plan's reference.",
    ),
    "approval_expired": (
        "The plan was approved too long ago: the policy says how long an approval is good for.",
        _NOTHING,
        "Let the officers look at it again and approve it anew.",
    ),
    # --- legal holds ----------------------------------------------------------------------------
    "hold_unknown": (
        "No legal hold has that reference.",
        _UNTOUCHED,
        "See those that stand with `gallra hold list`.",
    ),
    "hold_released": (
        "This legal hold was released before.",
        _UNTOUCHED,
        "See those that stand with `gallra hold list`.",
    ),
    "person_not_told": (
        "This hold is a restriction that the person asked for, and nobody said that the person was "
        "told that it ends.",
        "Nothing was changed: the data is still stored and nothing else.",
        "Tell the person first (`gallra request letter Q-… lifted`; art. 18(3)), then release it "
        "with --told and the way.",
    ),
    "told_on_another_day": (
        "On that day the person cannot have been told: it has not come, or the restriction did not "
        "stand yet.",
        "Nothing was changed: the data is still stored and nothing else.",
        "Give the day on which the person was told with --told-on.",
    ),
    "hold_reason_unknown": (
        "That is no reason that a legal hold can have.",
        _UNTOUCHED,
        "Choose one of the words that `gallra hold add --help` lists.",
    ),
    "review_not_ahead": (
        "A legal hold is looked at again on a day that lies ahead.",
        _UNTOUCHED,
        "Give a later day.",
    ),
    "nobody_named": (
        "A legal hold is about somebody, and nobody was named.",
        _UNTOUCHED,
        "Give one or more references (S-…), as `gallra find` shows them.",
    ),
    "category_unknown": (
        "The policy has no such category of data.",
        _UNTOUCHED,
        "Give categories that stand in the policy file, or none: then everything is held.",
    ),
    "role_may_not_hold": (
        "This officer has no role that may place, review or release a legal hold.",
        _NOTHING,
        "Let an officer decide who has one: the policy names them under `approvals`.",
    ),
}
"""Code → what happened, what is safe, what to do next."""
