"""What is done with a request, step by step, by an officer whose role the policy names: somebody
looks who asks, extends the month with a notice, answers, or refuses with a reason (art. 12)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from lifecycle.errors import Refused
from lifecycle.ledger import EventKind
from lifecycle.references import OFFICER, REQUEST, SUBJECT, from_reference, to_reference
from lifecycle.rights import (
    CLOSED,
    Because,
    Given,
    Longer,
    Outcome,
    Right,
    Shown,
    Step,
    after,
    reasons_for,
)
from records import rights
from records.engines import reading
from records.lookups import is_known
from records.officers import Officer
from records.rights import Done, Request
from records.tables import NOBODY
from records.unit_of_work import UnitOfWork
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.officers.codes import agree
from tasks.rights.files import remove_files
from tasks.rights.left import is_left
from tasks.rights.passages import FREE_TEXT
from tasks.rights.register import Line, line_of, require_none_open

WITHOUT_ACT: Final = frozenset({Right.COMPLAINT, Right.WITHDRAWAL})
"""What is answered in words: a consent ends in the register of consents."""
PROTECTED: Final = "protected"
"""Beside the step: a system says that the person's identity is protected."""
READ_THROUGH: Final = "read_through"
"""Beside the answer: the officer has read what others may be named in."""
_NOT_IF_PROTECTED: Final = frozenset({Given.MAIL, Given.PHONE})
Taken = Callable[[UnitOfWork, Officer, Request], str | None]
"""Does the step and returns None, or the reason code why not."""


def note(house: House, ref: str, text: str, *, officer: str, code: str) -> None:
    """Write something down about a request; sealed. Raises as `take`, `nothing_written`."""
    if not text.strip():
        raise Refused("nothing_written")
    take(house, ref, Step.NOTE, officer=officer, code=code, text=text)


def doubt(house: House, ref: str, text: str = "", *, officer: str, code: str) -> Line:
    """There are reasonable doubts who asks; the person was asked for more (art. 12(6)). The month
    runs on. Raises as `take`."""
    return take(house, ref, Step.DOUBT, officer=officer, code=code, text=text)


def identify(
    house: House, ref: str, shown: Shown, *, about: str = "", officer: str, code: str
) -> Line:
    """Somebody looked who asks, and how that was shown. `about`: the person, `S-…`, where the
    request did not say; without it nothing is held about whoever asks.

    Raises as `take`; `Refused`: `subject_unknown`, `request_about_another`,
    `request_open_already`.
    """
    person = from_reference(SUBJECT, about) if about else NOBODY

    def attached(work: UnitOfWork, _: Officer, request: Request) -> str | None:
        if not about or person == request.subject_id:
            return None
        if request.subject_id:
            return "request_about_another"
        if not is_known(work.connection, controller=house.controller, number=person):
            return "subject_unknown"
        require_none_open(work.connection, house, person, request.right)
        rights.attach(work.connection, request, person)
        return None

    return take(house, ref, Step.IDENTIFY, officer=officer, code=code, how=str(shown), act=attached)


def extend(
    house: House, ref: str, months: int, because: Longer, *, officer: str, code: str
) -> Line:
    """One month or two more; the person is told today, with the reason (art. 12(3)).

    Raises as `take`; `Refused`: `extension_too_long`, `extended_already`, `extension_too_late` (the
    first month is over).
    """

    def longer(work: UnitOfWork, _: Officer, request: Request) -> str | None:
        against = request.clock.against_extending(months, today=local_today(house))
        if against is not None:
            return against
        rights.change(work.connection, request, more=months, reminded_on=None)
        work.record(
            EventKind.REQUEST_EXTENDED,
            ref=request.ref,
            facts={"because": str(because), "told_on": local_today(house).isoformat()},
            months=months,
        )
        return None

    how = f"{because} {months}"
    return take(house, ref, Step.EXTEND, officer=officer, code=code, how=how, act=longer)


def answer(
    house: House,
    ref: str,
    outcome: Outcome,
    *,
    given: Given,
    because: Sequence[Because] = (),
    read_through: bool = False,
    text: str = "",
    officer: str,
    code: str,
) -> Line:
    """The person was answered, and how. `because`: why only in part. `read_through`: the officer
    has read the passages of the extract in which others may be named.

    Raises as `take`; `Refused`: `partly_needs_a_reason`, `reason_not_for_this`, `something_is_held`
    (nothing held, of a person who is known here), `nothing_carried_out` (what was asked for was not
    done yet), `still_to_be_done` (of that somebody has still to do something),
    `protected_not_by_mail`, `passages_not_read`.
    """

    def close(work: UnitOfWork, _: Officer, request: Request) -> str | None:
        if given in _NOT_IF_PROTECTED and _says(work, request, PROTECTED):
            return "protected_not_by_mail"
        against = _against_outcome(house, work, request, outcome, because)
        if against is not None:
            return against
        gives = outcome is not Outcome.NOTHING_HELD
        if gives and not read_through and _says(work, request, FREE_TEXT):
            return "passages_not_read"
        _close(house, work, request, outcome=str(outcome), because=because, given=str(given))
        return None

    how = f"{given} {READ_THROUGH}" if read_through else str(given)
    return take(house, ref, Step.ANSWER, officer=officer, code=code, how=how, text=text, act=close)


def refuse(
    house: House,
    ref: str,
    because: Sequence[Because],
    *,
    given: Given,
    text: str = "",
    officer: str,
    code: str,
) -> Line:
    """The request is refused; the person was told why, where to complain and that a court can be
    asked (art. 12(4)). Raises as `take`; `Refused`: `refusal_needs_a_reason`,
    `reason_not_for_this`."""

    def close(work: UnitOfWork, _: Officer, request: Request) -> str | None:
        if not because:
            return "refusal_needs_a_reason"
        if not set(because) <= reasons_for(request.right):
            return "reason_not_for_this"
        _close(house, work, request, outcome="", because=because, given=str(given))
        return None

    return take(
        house, ref, Step.REFUSE, officer=officer, code=code, how=str(given), text=text, act=close
    )


def take_back(house: House, ref: str, *, officer: str, code: str) -> Line:
    """The person wants it no more. Raises as `take`."""

    def close(work: UnitOfWork, _: Officer, request: Request) -> str | None:
        _close(house, work, request, outcome="", because=(), given="")
        return None

    return take(house, ref, Step.TAKE_BACK, officer=officer, code=code, act=close)


def reopen(house: House, ref: str, text: str = "", *, officer: str, code: str) -> Line:
    """The person says that the answer is not all of it; the first day stays what it was. Raises as
    `take`."""

    def again(work: UnitOfWork, _: Officer, request: Request) -> str | None:
        rights.change(
            work.connection, request, closed_at=None, answered_on=None, outcome="", because=""
        )
        return None

    return take(house, ref, Step.REOPEN, officer=officer, code=code, text=text, act=again)


def take(
    house: House,
    ref: str,
    step: Step,
    *,
    officer: str,
    code: str,
    how: str = "",
    text: str = "",
    leads_to: Callable[[], str] = lambda: "",
    act: Taken | None = None,
) -> Line:
    """Take one step: the code is used up, `act` is done, and both are written down, or nothing is.

    `leads_to`: the reference of what came of it, asked after `act`. Raises
    `Misconfigured("rights_without_rule")`; `Refused`: `request_unknown`, `reference_malformed`,
    `role_may_not_answer`, what `lifecycle.rights.objection` says, or as `officer_codes.agree`;
    `Changed("request_changed_meanwhile")`.
    """
    rules = house.policy.rights_rules()
    number = from_reference(REQUEST, ref)
    with reading(house.engine) as connection:
        rights.get(connection, controller=house.controller, number=number)

    def taken(work: UnitOfWork, who: Officer) -> str | None:
        if not set(who.roles) & set(rules.answered_by):
            return "role_may_not_answer"
        request = rights.get(work.connection, controller=house.controller, number=number, lock=True)
        try:
            state = after(request.right, request.state, step)
            against = None if act is None else act(work, who, request)
        except Refused as refused:
            against = refused.code
        if against is not None:
            return against
        if state is not request.state:
            rights.change(work.connection, request, state=str(state))
        request = rights.get(work.connection, controller=house.controller, number=number)
        by = to_reference(OFFICER, who.id)
        rights.add_step(
            work.connection,
            house.vault,
            number,
            subject_id=request.subject_id,
            kind=str(step),
            how=how,
            ref=leads_to(),
            by=by,
            at=house.at(),
            text=text,
        )
        work.record(
            EventKind.REQUEST_STEP,
            ref=request.ref,
            facts={"step": str(step), "state": str(state), "officer": by}
            | ({"how": how.partition(" ")[0]} if how else {})
            | ({"leads_to": leads_to()} if leads_to() else {}),
        )
        return None

    agree(house, handle=officer, code=code, ref=ref, act=taken)
    with reading(house.engine) as connection:
        now = rights.get(connection, controller=house.controller, number=number)
    if now.state in CLOSED:
        remove_files(house, ref)  # what was laid ready was given out, or will not be
    return line_of(now, today=local_today(house))


def read(house: House, ref: str, *, officer: str, code: str) -> list[tuple[int, str]]:
    """What people wrote: step and text, for the officer's terminal alone. That somebody read it is
    in the ledger.

    Raises `Refused`: `request_unknown`, `role_may_not_answer`, or as `officer_codes.agree`;
    `KeyFailure`.
    """
    rules = house.policy.rights_rules()
    number = from_reference(REQUEST, ref)
    found: dict[int, str] = {}

    def act(work: UnitOfWork, who: Officer) -> str | None:
        if not set(who.roles) & set(rules.answered_by):
            return "role_may_not_answer"
        rights.get(work.connection, controller=house.controller, number=number)
        found.update(rights.written(work.connection, house.vault, number))
        work.record(
            EventKind.REQUEST_STEP,
            ref=ref,
            facts={"step": "read", "officer": to_reference(OFFICER, who.id)},
        )
        return None

    agree(house, handle=officer, code=code, ref=ref, act=act)
    return sorted(found.items())


def carried_out(steps: Sequence[Done]) -> list[Done]:
    """What was carried out since the request was last opened again."""
    found: list[Done] = []
    for one in steps:
        if one.kind == Step.REOPEN:
            found = []
        elif one.kind == Step.CARRY_OUT:
            found.append(one)
    return found


def _says(work: UnitOfWork, request: Request, word: str) -> bool:
    """Whether something was carried out of which that was noted."""
    done = carried_out(rights.steps(work.connection, request.number))
    return any(word in one.how.split() for one in done)


def _against_outcome(
    house: House,
    work: UnitOfWork,
    request: Request,
    outcome: Outcome,
    because: Sequence[Because],
) -> str | None:
    if (outcome is Outcome.PARTLY) != bool(because):
        return "partly_needs_a_reason"
    if not set(because) <= reasons_for(request.right):
        return "reason_not_for_this"
    known = request.subject_id != NOBODY and is_known(
        work.connection, controller=house.controller, number=request.subject_id
    )
    if outcome is Outcome.NOTHING_HELD:
        return "something_is_held" if known else None
    if request.right in WITHOUT_ACT:
        return None
    done = carried_out(rights.steps(work.connection, request.number))
    if not done:
        return "nothing_carried_out"
    return "still_to_be_done" if is_left(house, work.connection, request, done) else None


def _close(
    house: House,
    work: UnitOfWork,
    request: Request,
    *,
    outcome: str,
    because: Sequence[Because],
    given: str,
) -> None:
    today: date = local_today(house)
    rights.change(
        work.connection,
        request,
        outcome=outcome,
        because=" ".join(map(str, because)),
        closed_at=house.at(),
        answered_on=today.isoformat(),
    )
    facts = {"right": str(request.right), "on": today.isoformat()}
    facts |= {"outcome": outcome} if outcome else {}
    facts |= {"given": given} if given else {}
    facts |= {"because": str(because[0])} if because else {}
    work.record(
        EventKind.REQUEST_CLOSED,
        ref=request.ref,
        rule="A-35",
        facts=facts,
        late=int(request.clock.is_late(today)),
        reasons=len(because),
    )
