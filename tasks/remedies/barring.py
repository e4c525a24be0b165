"""What a person said no to, and what may only be stored: what to do about each refusal."""

from __future__ import annotations

from typing import Final

_NOTHING: Final = "Nothing was changed and nothing has left."

BARRING: Final[dict[str, tuple[str, str, str]]] = {
    "data_restricted": (
        "The data of the person above is restricted: it is stored, and nothing else is done with "
        "it (art. 18).",
        _NOTHING,
        "Leave the person out, or let whoever decided it lift the restriction: release its hold "
        "(`gallra hold list`), after the person was told.",
    ),
    "person_objected": (
        "The person above has objected to that purpose (art. 21).",
        _NOTHING,
        "Leave the person out. Only compelling grounds end an objection, and an officer says so.",
    ),
    "person_opted_out": (
        "The person above wants no such mailing.",
        _NOTHING,
        "Leave the person out.",
    ),
    "restricted_already": (
        "That is restricted already.",
        _NOTHING,
        "Nothing: it stands until its hold is released.",
    ),
    "purpose_without_objection": (
        "Nobody can object to that purpose: its legal basis is neither a public task nor a "
        "legitimate interest (art. 21(1)).",
        _NOTHING,
        "Answer the person with the reason. A consent is withdrawn instead.",
    ),
    "bar_unknown": (
        "Nothing of that kind stands.",
        _NOTHING,
        "See what the person has said.",
    ),
    "bar_ended": (
        "That was ended before.",
        _NOTHING,
        "Nothing to do.",
    ),
    "restriction_ends_with_its_hold": (
        "A restriction ends with the legal hold that belongs to it.",
        _NOTHING,
        "Tell the person (`gallra request letter Q-… lifted`), then release the hold "
        "(`gallra hold release H-… --told letter`; art. 18(3)).",
    ),
}
