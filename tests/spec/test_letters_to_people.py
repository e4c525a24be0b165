"""Who has to be told is written to once, by mail where there is an address, else by a person's
hand; nobody twice, nobody missed (art. 12(1), A-36, A-37)."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable

import pytest

from lifecycle.errors import GallraError, NotProven, Refused, Unreachable
from lifecycle.ledger import EventKind
from lifecycle.letters import COPY, Composed, LetterKind, LetterState, Matter
from lifecycle.policy.orders import OrderRule
from lifecycle.policy.values import Period
from lifecycle.references import SUBJECT, from_reference
from records import letters
from records.engines import reading
from records.letters import Letter
from tasks.house.parts import House
from tasks.informing.letters import Written, write
from tasks.work_orders import orders as work_orders
from tests.factories import planning
from tests.factories.execution import LINA, OMAR, TUVA, everywhere
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import events
from tests.factories.sharing import MAIL, Desk, RecordingChannel
from tests.spec.test_barred_people import lift, restricted

__all__ = ["build", "dialect", "house"]

NOTICE = Matter(LetterKind.NOTICE, "standard.participant", "a" * 64, "first")
TEXT = Composed("sv", "Så hanterar vi dina uppgifter", "Hej!", "<p>Hej!</p>")
RULE = OrderRule(
    role="chef",
    within=Period.parse("P14D"),
    remind_every=Period.parse("P7D"),
    evidence="datum och namnteckning",
    second_person=False,
    how="Lämna texten till personen.",
)
MAILS = {"tuva@example.se", "omar@example.se"}


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    desk = Desk(build, standing_clock, mail=RecordingChannel(place=MAIL, takes_back=False))
    without = planning.case("1000000003", LINA).replace("lina@example.se", "")
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR), without)

    def told(house: House) -> House:
        notices = tuple(
            one.model_copy(update={"by_hand": RULE}) if one.id == "standard" else one
            for one in house.policy.notices
        )
        policy = house.policy.model_copy(update={"notices": notices})
        policy._sha256 = "c" * 64
        return dataclasses.replace(house, policy=policy)

    desk.change = told
    return desk


def everybody(desk: Desk) -> list[int]:
    return [from_reference(SUBJECT, desk.ref(who)) for who in (TUVA, OMAR, LINA)]


def tell(
    desk: Desk, matter: Matter = NOTICE, people: list[int] | None = None, **changed: bool
) -> Written:
    told = everybody(desk) if people is None else people
    return write(desk.house(), matter, told, composed=TEXT, rule=RULE, **changed)


def on_record(desk: Desk) -> list[Letter]:
    house = desk.house()
    with reading(house.engine) as connection:
        return letters.of_people(
            connection,
            controller=house.controller,
            kind=LetterKind.NOTICE,
            people=everybody(desk),
        )


def states(desk: Desk) -> Counter[LetterState]:
    return Counter(one.state for one in on_record(desk))


def mailed(desk: Desk) -> list[str]:
    return sorted(address for one in desk.mail.arrived for address in one.to)


@everywhere
def test_each_is_written_to_once_and_who_has_no_address_by_hand(desk: Desk) -> None:
    assert tell(desk) == Written(sent=2, by_person=1)
    assert mailed(desk) == sorted(MAILS)
    [parcel, _] = [one for one, _ in desk.mail.handed]
    assert (parcel.subject, parcel.text, parcel.html) == TEXT[1:]
    assert parcel.file is None
    for _ in range(2):
        assert tell(desk) == Written()
    assert mailed(desk) == sorted(MAILS)
    assert states(desk) == {LetterState.SENT: 2, LetterState.BY_PERSON: 1}
    by_hand = next(one for one in on_record(desk) if one.state is LetterState.BY_PERSON)
    assert by_hand.reason == "no_mail_address"
    sent = events(desk.house(), EventKind.LETTERS_SENT)
    assert [(one["acted"], one["facts"]["version"]) for one in sent] == [(2, "a" * 64)]


def test_another_version_or_another_year_is_another_letter(desk: Desk) -> None:
    tell(desk)
    tell(desk, NOTICE._replace(occasion="2027"))
    tell(desk, NOTICE._replace(version="b" * 64, occasion="change"))
    assert Counter(mailed(desk)) == dict.fromkeys(MAILS, 3)


def test_what_is_handed_over_is_proven_by_who_did_it(desk: Desk) -> None:
    tell(desk)
    first, _ = desk.enrolled()
    [order] = work_orders.lines(desk.house())
    assert (order.what, order.system, order.role, order.items) == (
        "letters", "letters notice standard.participant", "chef", 1,
    )  # fmt: skip
    shown = work_orders.reveal(desk.house(), order.ref, officer=first.handle, code=first.fresh())
    assert list(shown) == [desk.ref(LINA)]
    assert LINA[0] in shown[desk.ref(LINA)]["identity"].values()
    with pytest.raises(Refused, match="evidence_of_another_kind"):
        work_orders.finish(
            desk.house(), order.ref, officer=first.handle, code=first.fresh(),
            evidence="shredded",
        )  # fmt: skip
    assert states(desk)[LetterState.HANDED] == 0
    work_orders.finish(
        desk.house(), order.ref, officer=first.handle, code=first.fresh(), evidence="handed-over"
    )
    assert states(desk) == {LetterState.SENT: 2, LetterState.HANDED: 1}
    assert events(desk.house(), EventKind.LETTERS_HANDED)[0]["acted"] == 1


def test_a_server_that_is_away_loses_nobody_and_doubles_nobody(desk: Desk) -> None:
    desk.mail.answers += [Unreachable("system_unreachable")]
    assert tell(desk) == Written(by_person=1, later=2, failure="system_unreachable")
    assert states(desk) == {LetterState.SENDING: 2, LetterState.BY_PERSON: 1}
    assert tell(desk) == Written(sent=2)
    assert mailed(desk) == sorted(MAILS)
    refs = {parcel.ref for parcel, _ in desk.mail.handed}
    assert len(refs) == 2


def test_no_copy_stays_with_us(desk: Desk) -> None:
    """In our own mailbox it would say who was written to (A-69 b, A-76)."""
    desk.mail.failures.refuse_withdrawal = True
    tell(desk)
    assert [one.reason for one in on_record(desk)].count(COPY) == 2
    assert states(desk)[LetterState.SENT] == 2
    desk.mail.failures.refuse_withdrawal = False
    assert tell(desk) == Written()
    assert COPY not in [one.reason for one in on_record(desk)]
    purged = events(desk.house(), EventKind.LETTERS_COPIES_PURGED)
    assert sum(one["acted"] for one in purged) == 2


@pytest.mark.parametrize(
    "failure", [Refused("recipient_not_encrypted"), NotProven("perhaps_delivered")]
)
def test_what_no_server_takes_or_perhaps_arrived_a_person_hands_over(
    desk: Desk, failure: GallraError
) -> None:
    desk.mail.answers += [failure]
    assert tell(desk) == Written(sent=1, by_person=2)
    assert tell(desk) == Written()
    assert len(mailed(desk)) == 1
    reasons = {one.reason for one in on_record(desk) if one.state is LetterState.BY_PERSON}
    assert reasons == {"no_mail_address", failure.code}
    assert sum(one.items for one in work_orders.lines(desk.house())) == 2


def killed_at(desk: Desk, monkeypatch: pytest.MonkeyPatch, step: int) -> bool:
    """Whether the run got as far as its `step`th commit or delivery, and was cut off there."""
    from records.unit_of_work import UnitOfWork

    done, people = 0, everybody(desk)

    def cut(real: Callable[..., object]) -> Callable[..., object]:
        def counted(*given: object, **named: object) -> object:
            nonlocal done
            done += 1
            if done == step:
                raise KeyboardInterrupt
            result = real(*given, **named)
            done += 1
            if done == step:
                raise KeyboardInterrupt
            return result

        return counted

    with monkeypatch.context() as patched:
        patched.setattr(UnitOfWork, "commit", cut(UnitOfWork.commit))
        patched.setattr(desk.mail, "deliver", cut(desk.mail.deliver))
        try:
            tell(desk, people=people)
        except KeyboardInterrupt:
            return True
    return False


@pytest.mark.parametrize("step", range(1, 15))
def test_cut_off_anywhere_nobody_is_told_twice_and_nobody_missed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    cut = killed_at(desk, monkeypatch, step)
    assert cut is (step <= 12)  # before and after each of four commits and two deliveries
    desk.house(anew=True)
    tell(desk)
    assert mailed(desk) == sorted(MAILS)
    assert states(desk) == {LetterState.SENT: 2, LetterState.BY_PERSON: 1}
    assert sum(one.items for one in work_orders.lines(desk.house())) == 1


def test_whose_data_may_only_be_stored_is_left_out_unless_the_law_has_them_told(
    desk: Desk,
) -> None:
    restricted(desk)
    assert tell(desk) == Written(sent=1, by_person=1, barred=1)
    assert tell(desk, whatever_is_barred=True) == Written(sent=1)
    assert mailed(desk) == sorted(MAILS)


def test_restricted_while_a_letter_is_on_its_way_it_waits_until_that_is_lifted(desk: Desk) -> None:
    desk.mail.answers += [Unreachable("system_unreachable")]
    assert tell(desk).later == 2
    hold = restricted(desk)
    assert tell(desk) == Written(sent=1, barred=1)
    assert mailed(desk) == ["omar@example.se"]
    lift(desk, hold)
    assert tell(desk) == Written(sent=1)
    assert tell(desk) == Written()
    assert mailed(desk) == sorted(MAILS)


def test_a_version_that_is_overtaken_on_its_way_proves_nothing(desk: Desk) -> None:
    desk.mail.answers += [Unreachable("system_unreachable")]
    tell(desk)
    newer = NOTICE._replace(version="b" * 64)
    assert tell(desk, newer) == Written(sent=2, by_person=1)
    assert states(desk)[LetterState.UNSURE] == 3  # the one on paper is not handed over either
    assert mailed(desk) == sorted(MAILS)


def test_without_a_mailbox_everybody_is_told_by_hand(desk: Desk) -> None:
    bound = desk.change

    def without(house: House) -> House:
        changed = bound(house)
        ways = {n: one for n, one in changed.doors.ways.items() if one.about.medium != "mail"}
        return dataclasses.replace(changed, doors=dataclasses.replace(changed.doors, ways=ways))

    desk.change = without
    assert tell(desk) == Written(by_person=3)
    assert {one.reason for one in on_record(desk)} == {"no_mail_channel", "no_mail_address"}
    [order] = work_orders.lines(desk.house())
    assert order.items == 3
