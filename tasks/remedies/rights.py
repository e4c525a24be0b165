"""Requests of the people whose data it is: what to do about each refusal and alarm."""

from __future__ import annotations

from typing import Final

_NOTHING: Final = "Nothing was changed, and nothing was given out."
_LIST: Final = "`gallra request list` shows what waits, with its days left."

RIGHTS: Final[dict[str, tuple[str, str, str]]] = {
    "rights_without_rule": (
        "The policy does not say who answers requests.",
        _NOTHING,
        "Write `rights` into the policy; policies/README.md teaches it.",
    ),
    "request_unknown": (
        "There is no request of that reference.",
        _NOTHING,
        f"Copy its reference (Q-…) whole. {_LIST}",
    ),
    "request_open_already": (
        "The same person waits for the same already: the request above.",
        _NOTHING,
        "Write what is new into that one: `gallra request note`.",
    ),
    "received_in_the_future": (
        "That day has not come yet: the month runs from the day on which the request came.",
        _NOTHING,
        "Give the day on which it came, not the one on which it was read.",
    ),
    "role_may_not_answer": (
        "The policy names other roles for requests (`rights.answered_by`).",
        _NOTHING,
        "Let an officer with such a role do it: `gallra officers list`.",
    ),
    "identity_not_seen": (
        "Nobody has looked yet who asks.",
        _NOTHING,
        "Note how it was shown (`gallra request identify`), or that there are doubts "
        "(`gallra request doubt`). The month runs all the same.",
    ),
    "identity_doubted": (
        "There are doubts who asks, and they are not settled.",
        _NOTHING,
        "When it was shown: `gallra request identify`. If it is not shown in time: refuse with "
        "identity_not_shown.",
    ),
    "identified_already": (
        "It was noted before how this person showed who they are.",
        _NOTHING,
        "Nothing; where doubts have come since, note them: `gallra request doubt`.",
    ),
    "doubted_already": (
        "The doubts are noted already.",
        _NOTHING,
        "Write what is new with `gallra request note`.",
    ),
    "request_about_another": (
        "That request is about somebody else already.",
        _NOTHING,
        "Compare both references with `gallra request show` and `gallra find`.",
    ),
    "request_is_open": (
        "The request is open.",
        _NOTHING,
        f"Answer it. {_LIST}",
    ),
    "request_answered": (
        "The request was answered before.",
        _NOTHING,
        "Where the person says that it is not all: `gallra request reopen`.",
    ),
    "request_refused": (
        "The request was refused before.",
        _NOTHING,
        "Where it is judged again: `gallra request reopen`.",
    ),
    "request_taken_back": (
        "The person has taken the request back.",
        _NOTHING,
        "Where they want it after all: `gallra request reopen`.",
    ),
    "request_changed_meanwhile": (
        "Somebody else did something with this request at the same moment.",
        _NOTHING,
        "Look at it (`gallra request show`), then do what is left.",
    ),
    "nothing_written": (
        "The note is empty.",
        _NOTHING,
        "Type what is to be kept, or leave it.",
    ),
    "extension_too_long": (
        "The law allows one month more, or two (art. 12(3)).",
        _NOTHING,
        "Answer in time; what is still missing then may follow.",
    ),
    "not_extended": (
        "The request was not extended.",
        _NOTHING,
        "Extend it first, within the first month: `gallra request extend`.",
    ),
    "extended_already": (
        "The request was extended before: once is all.",
        _NOTHING,
        "Answer it by its last day.",
    ),
    "extension_too_late": (
        "The first month is over: a person must be told within it that the answer takes longer.",
        _NOTHING,
        "Answer at once, and say why it is late. The data protection officer judges what follows.",
    ),
    "refusal_needs_a_reason": (
        "Whoever is refused is told why (art. 12(4)).",
        _NOTHING,
        "Give a reason with `--because`.",
    ),
    "partly_needs_a_reason": (
        "Whoever gets a part only is told why; whoever gets everything needs no reason.",
        _NOTHING,
        "Give a reason with `--because`, or answer with granted.",
    ),
    "reason_not_for_this": (
        "The law has no such reason against what was asked for.",
        _NOTHING,
        "Choose another: `gallra request show` names those that fit.",
    ),
    "something_is_held": (
        "There is data about this person here.",
        _NOTHING,
        "Give it out (it is read out of every bound system); nothing held is no answer to them.",
    ),
    "nothing_carried_out": (
        "What was asked for was not done yet.",
        _NOTHING,
        "Do it first: `gallra request show` says by which command.",
    ),
    "still_to_be_done": (
        "Somebody has still to do something for this request: a work order, or a plan.",
        _NOTHING,
        "See `gallra work-orders list` and `gallra plan list`. Where the month is too short, "
        "extend it in time.",
    ),
    "request_of_another_kind": (
        "That is not what this request asks for.",
        _NOTHING,
        "See what it asks for with `gallra request show`.",
    ),
    "nobody_attached": (
        "Nobody knows yet whom the request is about.",
        _NOTHING,
        "Find the person (`gallra find`), then `gallra request identify --about S-…`. Where nobody "
        "is found: answer with nothing_held.",
    ),
    "passages_not_read": (
        "The extract has passages of text, and nobody said that they were read: no machine "
        "recognises the names of others.",
        _NOTHING,
        "Read the passages that `gallra request extract` listed, strike out what is about somebody "
        "else, then answer with --read-through.",
    ),
    "protected_not_by_mail": (
        "A system says that the identity of this person is protected.",
        _NOTHING,
        "Hand the answer over in person, or by the authority's own way for protected people; never "
        "by mail or telephone.",
    ),
    "no_notice_for_them": (
        "The policy has no complete notice for such people: what must go with an extract is "
        "missing.",
        _NOTHING,
        "Write it: `gallra inform check` says what is missing.",
    ),
    "nothing_given": (
        "Of what this person gave themselves nothing is held.",
        _NOTHING,
        "Answer with the reason not_given_by_them; what else is held they can ask to see.",
    ),
    "extract_not_writable": (
        "The folder for what is handed over cannot be written to.",
        _NOTHING,
        "Give the user who runs Gallra the right to its outgoing folder, then do it again.",
    ),
    "category_not_held": (
        "Nothing of that kind is held of the person.",
        _NOTHING,
        "See what is held: `gallra explain`.",
    ),
    "field_not_held": (
        "There is no such field in that data of the person.",
        _NOTHING,
        "See the extract for what the fields are called.",
    ),
    "identifier_not_corrected_here": (
        "By this value a person or a case is recognised everywhere.",
        _NOTHING,
        "Let whoever gave it put it right (the next export brings it), and order it to be put "
        "right in the other systems: `gallra request wrong`.",
    ),
    "ordered_already": (
        "That is ordered already for this request and this system.",
        _NOTHING,
        "Write what is new with `gallra request note`, and tell whoever has the work order.",
    ),
    "same_value": (
        "It says so already.",
        _NOTHING,
        "Nothing to do; where another system says something else, see its work order.",
    ),
    "request_overdue": (
        "A person who asked for something has no answer, and the last day is over.",
        "The request stands on the list until it is answered.",
        "Answer today and say why it is late; tell the data protection officer. "
        "`gallra request list` names it.",
    ),
}
"""Code → what happened, what is safe, what to do next."""
