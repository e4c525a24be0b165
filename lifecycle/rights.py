"""What people may ask for, and where a request stands: each is answered, granted or not, within a
month (GDPR art. 12, 15 to 22; A-35, A-52, B-23, T-61…T-70, H-60…H-66)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from lifecycle.errors import Refused


class Right(StrEnum):
    """What a person asks for, in the regulation's words."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    PORTABILITY = "portability"
    OBJECTION = "objection"
    COMPLAINT = "complaint"
    """To the controller; whoever complains is told the authority as well (T-70, H-66)."""
    WITHDRAWAL = "withdrawal"
    """Of a consent: the register of consents carries it out (A-52, T-69)."""


ARTICLE: Final[Mapping[Right, str]] = {
    Right.ACCESS: "15",
    Right.RECTIFICATION: "16",
    Right.ERASURE: "17",
    Right.RESTRICTION: "18",
    Right.PORTABILITY: "20",
    Right.OBJECTION: "21",
    Right.COMPLAINT: "77",
    Right.WITHDRAWAL: "7(3)",
}
OWN_WORD: Final = frozenset({Right.OBJECTION, Right.COMPLAINT})
"""What may be answered before anybody has shown who they are: nothing is given out by it."""


COPIES: Final = frozenset({Right.ACCESS, Right.PORTABILITY})
"""What is answered with a copy of what is held: an erasure before the answer would leave less of
it."""


class State(StrEnum):
    """Where a request stands."""

    RECEIVED = "received"
    DOUBTED = "doubted"
    """There are reasonable doubts who asks, and the person was asked (art. 12(6)). The month runs
    on all the same."""
    IDENTIFIED = "identified"
    ANSWERED = "answered"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"
    """The person wants it no more."""


class Step(StrEnum):
    """What can be done with a request."""

    NOTE = "note"
    DOUBT = "doubt"
    IDENTIFY = "identify"
    EXTEND = "extend"
    CARRY_OUT = "carry_out"
    """An extract is made, an erasure planned, a restriction put, a work order opened."""
    ANSWER = "answer"
    REFUSE = "refuse"
    TAKE_BACK = "take_back"
    REOPEN = "reopen"
    """The person says that the answer is not all of it. The first day stays what it was."""


class Outcome(StrEnum):
    """What an answer says."""

    GRANTED = "granted"
    PARTLY = "partly"
    NOTHING_HELD = "nothing_held"
    """There is nothing about the person: that too is an answer (art. 15(1))."""


class Because(StrEnum):
    """Why a request is refused, or granted in part only (art. 12(4))."""

    IDENTITY_NOT_SHOWN = "identity_not_shown"
    """Art. 12(2), 12(6)."""
    UNFOUNDED = "unfounded"
    """Manifestly (art. 12(5))."""
    EXCESSIVE = "excessive"
    """Art. 12(5); no fee is asked for instead."""
    MUST_BE_KEPT = "must_be_kept"
    """A law, a claim or archiving needs the data (art. 17(3); B-24, H-63)."""
    RIGHTS_OF_OTHERS = "rights_of_others"
    """Art. 15(4), 20(4)."""
    NOT_GIVEN_BY_THEM = "not_given_by_them"
    """Portability is of what the person gave (art. 20(1); T-67)."""
    CORRECT_AS_IT_IS = "correct_as_it_is"
    NO_GROUND = "no_ground"
    """None of the grounds of art. 17(1), 18(1) or 21(1) is there."""
    COMPELLING_GROUNDS = "compelling_grounds"
    """Art. 21(1): the controller shows them; never against direct marketing."""


class Came(StrEnum):
    """By which way a request came: none is the wrong one."""

    MAIL = "mail"
    LETTER = "letter"
    DIGITAL_POST = "digital_post"
    PHONE = "phone"
    IN_PERSON = "in_person"
    FORM = "form"


class Shown(StrEnum):
    """How somebody showed who they are (art. 12(6)): no more than is needed."""

    E_ID = "e_id"
    ID_DOCUMENT = "id_document"
    KNOWN_TO_STAFF = "known_to_staff"
    KNOWN_ADDRESS = "known_address"
    """They answered from an address that we had before."""
    GUARDIAN = "guardian"
    POWER_OF_ATTORNEY = "power_of_attorney"


class Given(StrEnum):
    """By which way the answer went."""

    IN_PERSON = "in_person"
    LETTER = "letter"
    DIGITAL_POST = "digital_post"
    MAIL = "mail"
    PHONE = "phone"


class Longer(StrEnum):
    """Why a month is not enough (art. 12(3)): no other reason is one."""

    COMPLEX = "complex"
    MANY = "many"


_ALWAYS: Final = frozenset({Because.IDENTITY_NOT_SHOWN, Because.UNFOUNDED, Because.EXCESSIVE})
_ALSO: Final[Mapping[Right, frozenset[Because]]] = {
    Right.ACCESS: frozenset({Because.RIGHTS_OF_OTHERS}),
    Right.RECTIFICATION: frozenset({Because.CORRECT_AS_IT_IS}),
    Right.ERASURE: frozenset({Because.MUST_BE_KEPT, Because.NO_GROUND}),
    Right.RESTRICTION: frozenset({Because.NO_GROUND}),
    Right.PORTABILITY: frozenset({Because.NOT_GIVEN_BY_THEM, Because.RIGHTS_OF_OTHERS}),
    Right.OBJECTION: frozenset({Because.COMPELLING_GROUNDS, Because.NO_GROUND}),
    Right.COMPLAINT: frozenset({Because.NO_GROUND}),
    Right.WITHDRAWAL: frozenset(),
}


def reasons_for(right: Right) -> frozenset[Because]:
    """With which reasons such a request may be refused, or granted in part."""
    return _ALWAYS | _ALSO[right]


OPEN: Final = frozenset({State.RECEIVED, State.DOUBTED, State.IDENTIFIED})
CLOSED: Final = frozenset(State) - OPEN

STEPS: Final[Mapping[State, Mapping[Step, State]]] = {
    State.RECEIVED: {
        Step.NOTE: State.RECEIVED,
        Step.DOUBT: State.DOUBTED,
        Step.IDENTIFY: State.IDENTIFIED,
        Step.EXTEND: State.RECEIVED,
        Step.CARRY_OUT: State.RECEIVED,
        Step.ANSWER: State.ANSWERED,
        Step.REFUSE: State.REFUSED,
        Step.TAKE_BACK: State.TAKEN_BACK,
    },
    State.DOUBTED: {
        Step.NOTE: State.DOUBTED,
        Step.IDENTIFY: State.IDENTIFIED,
        Step.EXTEND: State.DOUBTED,
        Step.REFUSE: State.REFUSED,
        Step.TAKE_BACK: State.TAKEN_BACK,
    },
    State.IDENTIFIED: {
        Step.NOTE: State.IDENTIFIED,
        Step.DOUBT: State.DOUBTED,
        Step.EXTEND: State.IDENTIFIED,
        Step.CARRY_OUT: State.IDENTIFIED,
        Step.ANSWER: State.ANSWERED,
        Step.REFUSE: State.REFUSED,
        Step.TAKE_BACK: State.TAKEN_BACK,
    },
    State.ANSWERED: {Step.NOTE: State.ANSWERED, Step.REOPEN: State.RECEIVED},
    State.REFUSED: {Step.NOTE: State.REFUSED, Step.REOPEN: State.RECEIVED},
    State.TAKEN_BACK: {Step.NOTE: State.TAKEN_BACK, Step.REOPEN: State.RECEIVED},
}
"""State → step → state; what is not here is refused."""
_AGAINST: Final[Mapping[State, str]] = {
    State.RECEIVED: "request_is_open",
    State.DOUBTED: "identity_doubted",
    State.IDENTIFIED: "request_is_open",
    State.ANSWERED: "request_answered",
    State.REFUSED: "request_refused",
    State.TAKEN_BACK: "request_taken_back",
}
_NEEDS_A_PERSON: Final = frozenset({Step.CARRY_OUT, Step.ANSWER})


def objection(right: Right, state: State, step: Step) -> str | None:
    """The reason code why that step may not be taken there; None where it may."""
    if step not in STEPS[state]:
        if state in OPEN and step is Step.REOPEN:
            return "request_is_open"
        if state is State.IDENTIFIED:
            return "identified_already"
        if state is State.DOUBTED and step is Step.DOUBT:
            return "doubted_already"
        return _AGAINST[state]
    if state is State.RECEIVED and step in _NEEDS_A_PERSON and right not in OWN_WORD:
        return "identity_not_seen"
    return None


def after(right: Right, state: State, step: Step) -> State:
    """Where a request stands after that step. Raises `Refused` with the code of `objection`."""
    against = objection(right, state, step)
    if against is not None:
        raise Refused(against)
    return STEPS[state][step]
