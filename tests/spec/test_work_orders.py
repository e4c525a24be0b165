"""Paper, sticks and cabinets are weeded by a person: by a named role, by a day, with evidence, and
where the policy asks a second person looks (A-59, A-69, A-75)."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from lifecycle.errors import Refused, Unreachable
from lifecycle.ledger import EventKind
from lifecycle.plan import ItemState, PlanState
from lifecycle.references import WORK_ORDER, from_reference
from records.engines import reading
from records.plans import Plan
from records.tables import data_key, work_order
from tasks.erasing.execution import Why, require_proven
from tasks.house.parts import House
from tasks.proving.certifying import of_plan
from tasks.work_orders.orders import Line, confirm, finish, line, lines, remind, reveal
from tests.factories.execution import (
    OMAR,
    TUVA,
    Scene,
    everywhere,
    novo_record,
    scene,
    surroundings,
)
from tests.factories.houses import build, dialect
from tests.factories.officers import Authenticator, enrol
from tests.factories.planning import events

__all__ = ["build", "dialect", "scene", "surroundings"]
BINDER = "paper-binder"


@dataclasses.dataclass
class Letters:
    """A mailbox that keeps what is written; `down`: no server takes it."""

    written: list[str] = dataclasses.field(default_factory=list)
    down: bool = False

    def write(self, *, subject: str, text: str, mark: str) -> None:
        if self.down:
            raise Unreachable("mail_server_unreachable")
        self.written.append(f"{subject}\n{text}\n{mark}")


@pytest.fixture
def letters(scene: Scene) -> Letters:
    letters = Letters()
    before = scene.change

    def change(house: House) -> House:
        return dataclasses.replace(before(house), mailbox=letters)

    scene.change = change
    return letters


def opened(scene: Scene, *people: tuple[str, str, str], place: str = BINDER) -> tuple[Plan, Line]:
    """A plan under way whose work order is open."""
    scene.by_hand = (place,)
    scene.leavers(*(people or (TUVA,)))
    plan = scene.approved()
    scene.run(plan)
    (order,) = lines(scene.house())
    return plan, order


def is_refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(Refused) as refusal:
        act()
    assert refusal.value.code == code


def done(scene: Scene, order: Line, who: Authenticator, evidence: str = "shredded") -> str:
    return finish(scene.house(), order.ref, officer=who.handle, code=who.fresh(), evidence=evidence)


# --- opening --------------------------------------------------------------------------------------


@everywhere
def test_one_order_for_a_place_and_nothing_is_certified_before_it_is_confirmed(
    scene: Scene,
) -> None:
    plan, order = opened(scene, TUVA, OMAR)
    assert (order.system, order.role, order.items, order.state) == (BINDER, "chef", 2, "open")
    assert order.plan == plan.ref
    assert order.second_person
    assert "strimla" in order.how
    scene.later()
    result = scene.run(plan)
    assert {(one.system, one.why, one.who, one.until) for one in result.left} == {
        (BINDER, Why.WORK_ORDER, "chef", "2026-11-16"),
        ("gallra", Why.WAITS_FOR_OTHERS, "", ""),
    }
    require_proven(result)
    assert len(lines(scene.house())) == 1, "a second run opens no second order"
    is_refused("not_certified", lambda: of_plan(scene.house(), plan.ref))
    first, second = scene.office.enrolled()
    assert done(scene, order, first) == "done"
    assert scene.run(plan).state is PlanState.EXECUTING, "the second person has not looked"
    confirm(scene.house(), order.ref, officer=second.handle, code=second.fresh())
    result = scene.run(plan)
    assert result.state is PlanState.PROVEN
    (told,) = of_plan(scene.house(), plan.ref).statement["work_orders"]
    assert (told["ref"], told["done_by"], told["confirmed_by"], told["evidence"]) == (
        order.ref,
        first.ref,
        second.ref,
        "shredded",
    )
    assert scene.people() == 0


def test_the_deadline_counts_from_the_approval_not_from_the_run(scene: Scene) -> None:
    scene.by_hand = (BINDER,)
    scene.leavers(TUVA)
    plan = scene.approved()
    scene.later(days=3)
    scene.run(plan)
    (order,) = lines(scene.house())
    within = scene.house().policy.systems[BINDER].by_hand
    assert within is not None
    assert within.within.written == "P14D"
    assert order.due_on == (date(2026, 11, 2) + timedelta(days=14)).isoformat()


def test_the_slip_says_whose_papers_they_are_to_whoever_has_a_code(scene: Scene) -> None:
    _, order = opened(scene, TUVA, OMAR)
    tuva, omar = scene.ref(TUVA), scene.ref(OMAR)
    chef = scene.office.enrolled()[0]
    slip = reveal(scene.house(), order.ref, officer=chef.handle, code=chef.fresh())
    assert slip.keys() == {tuva, omar}
    assert slip[tuva]["identity"]["family_name"] == "Exempelsson"
    assert slip[tuva].keys() == {"identity"}, "no more than is needed to recognise them"
    looked = [
        one for one in events(scene.house(), EventKind.PERSON_LOOKED_UP) if one.ref == order.ref
    ]
    assert [one.found for one in looked] == [2]
    is_refused(
        "code_wrong",
        lambda: reveal(scene.house(), order.ref, officer=chef.handle, code=chef.wrong()),
    )


def test_who_is_only_known_elsewhere_stands_on_the_slip_as_that_system_tells_it(
    scene: Scene,
) -> None:
    scene.by_hand = (BINDER,)
    scene.novo.put(novo_record(TUVA))
    scene.look()
    plan = scene.office.draw_request(scene.ref(TUVA))
    scene.office.approve(plan)
    scene.run(plan)
    (order,) = lines(scene.house())
    chef = scene.office.enrolled()[0]
    slip = reveal(scene.house(), order.ref, officer=chef.handle, code=chef.fresh())
    assert slip[scene.ref(TUVA)]["identity"]["name"] == "Tuva Exempelsson"


# --- doing ----------------------------------------------------------------------------------------


def test_who_does_it_holds_the_role_and_has_a_code_and_evidence(
    scene: Scene, tmp_path: Path
) -> None:
    _, order = opened(scene)
    chef, _ = scene.office.enrolled()
    other = enrol(scene.house(), scene.clock, "marknad", "dpo", by=chef)
    is_refused("role_may_not_finish", lambda: done(scene, order, other))
    empty = tmp_path / "tom.pdf"
    empty.touch()
    for nothing in (str(empty), str(tmp_path / "saknas.pdf"), "", str(tmp_path), "Två Ord"):
        is_refused("evidence_missing", lambda nothing=nothing: done(scene, order, chef, nothing))  # type: ignore[misc]
    is_refused(
        "code_wrong",
        lambda: finish(
            scene.house(),
            order.ref,
            officer=chef.handle,
            code=chef.wrong(),
            evidence="shredded",
        ),
    )
    assert line(scene.house(), order.ref).state == "open"
    is_refused("work_order_unknown", lambda: line(scene.house(), "W-0000000000000"))


def test_of_a_file_its_fingerprint_is_kept_and_nothing_else(scene: Scene, tmp_path: Path) -> None:
    """A photograph of a signed list is personal data itself."""
    plan, order = opened(scene)
    photograph = tmp_path / "lista Tuva Exempelsson.jpg"
    photograph.write_bytes(b"Tuva Exempelsson, strimlad")
    first, second = scene.office.enrolled()
    done(scene, order, first, str(photograph))
    confirm(scene.house(), order.ref, officer=second.handle, code=second.fresh())
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN
    certificate = of_plan(scene.house(), plan.ref)
    (told,) = certificate.statement["work_orders"]
    assert told["evidence"] == hashlib.sha256(photograph.read_bytes()).hexdigest()
    assert b"Exempelsson" not in certificate.to_json()
    assert photograph.exists(), "it is the office's own"


def test_the_second_person_is_another_one(scene: Scene) -> None:
    _, order = opened(scene)
    first, second = scene.office.enrolled()
    house = scene.house()
    is_refused(
        "work_order_not_done",
        lambda: confirm(house, order.ref, officer=second.handle, code=second.fresh()),
    )
    done(scene, order, first)
    is_refused(
        "same_person", lambda: confirm(house, order.ref, officer=first.handle, code=first.fresh())
    )
    is_refused("work_order_done", lambda: done(scene, order, first))
    assert confirm(house, order.ref, officer=second.handle, code=second.fresh()) == "confirmed"
    is_refused(
        "work_order_not_done",
        lambda: confirm(house, order.ref, officer=second.handle, code=second.fresh()),
    )


def test_where_no_second_person_is_asked_for_one_is_enough(scene: Scene) -> None:
    plan, order = opened(scene, place="usb-stick")
    chef = scene.office.enrolled()[0]
    assert done(scene, order, chef) == "confirmed"
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN


@pytest.mark.parametrize("surroundings", ["sqlite"])
def test_the_slip_is_sealed_and_goes_with_its_key_when_it_has_done_its_service(
    scene: Scene,
) -> None:
    _, order = opened(scene)
    house = scene.house()
    number = from_reference(WORK_ORDER, order.ref)

    def sealed() -> bytes | None:
        with reading(house.engine) as connection:
            return connection.execute(
                select(work_order.c.sealed).where(work_order.c.id == number)
            ).scalar_one()

    def key() -> bytes | None:
        with reading(house.keyring.engine) as connection:
            row = connection.execute(select(data_key).where(data_key.c.id == number)).first()
        return None if row is None else bytes(row.wrapped)

    slip, wrapped = sealed(), key()
    assert slip is not None
    assert wrapped is not None
    assert b"Exempelsson" not in slip
    first, second = scene.office.enrolled()
    done(scene, order, first)
    assert key() == wrapped, "the second person needs it"
    shown = reveal(house, order.ref, officer=second.handle, code=second.fresh())
    assert scene.ref(TUVA) in shown
    confirm(house, order.ref, officer=second.handle, code=second.fresh())
    assert (sealed(), key()) == (None, None)
    is_refused(
        "work_order_done",
        lambda: reveal(house, order.ref, officer=first.handle, code=first.fresh()),
    )
    for url in (house.settings.database_url, house.settings.key_database_url):
        folder = Path(url.removeprefix("sqlite:///")).parent
        for file in folder.iterdir():
            content = file.read_bytes()
            assert slip not in content, file.name
            assert wrapped not in content, file.name


# --- a hold ---------------------------------------------------------------------------------------


def test_whose_papers_are_held_since_is_off_the_slip_and_not_proven_by_it(scene: Scene) -> None:
    plan, order = opened(scene, TUVA, OMAR)
    tuva, omar = scene.ref(TUVA), scene.ref(OMAR)
    scene.hold(TUVA)
    first, second = scene.office.enrolled()
    slip = reveal(scene.house(), order.ref, officer=first.handle, code=first.fresh())
    assert slip.keys() == {omar}
    assert line(scene.house(), order.ref).items == 1
    done(scene, order, first)
    confirm(scene.house(), order.ref, officer=second.handle, code=second.fresh())
    scene.later()
    result = scene.run(plan)
    assert result.state is PlanState.PROVEN
    assert scene.states(plan, tuva)[BINDER] is ItemState.DROPPED
    told = of_plan(scene.house(), plan.ref).statement
    assert (told["people"], told["given_up"]) == ([omar], [tuva])


def test_an_order_for_nobody_is_withdrawn_with_its_slip(scene: Scene) -> None:
    plan, order = opened(scene)
    hold = scene.hold(TUVA)
    scene.later()
    result = scene.run(plan)
    assert result.given_up == 2, "the binder, and our own records that stay with it"
    assert result.state is PlanState.PROVEN
    assert lines(scene.house()) == []
    assert line(scene.house(), order.ref).state == "withdrawn"
    chef = scene.office.enrolled()[0]
    is_refused("work_order_withdrawn", lambda: done(scene, order, chef))
    is_refused(
        "work_order_withdrawn",
        lambda: reveal(scene.house(), order.ref, officer=chef.handle, code=chef.fresh()),
    )
    with reading(scene.house().keyring.engine) as connection:
        number = from_reference(WORK_ORDER, order.ref)
        assert connection.execute(select(data_key).where(data_key.c.id == number)).first() is None
    assert of_plan(scene.house(), plan.ref).statement["work_orders"] == []
    # Released, the papers get an order of their own.
    scene.release(hold)
    again = scene.approved()
    result = scene.office.carry_out(again)
    assert result.state is PlanState.PROVEN
    assert scene.people() == 0


# --- time passes ----------------------------------------------------------------------------------


def test_reminders_come_as_often_as_the_policy_says_and_name_nobody(
    scene: Scene, letters: Letters
) -> None:
    _, order = opened(scene)
    assert remind(scene.house()) == 0
    scene.later(days=4)
    assert remind(scene.house()) == 0
    scene.later(days=1)
    assert remind(scene.house()) == 1
    assert remind(scene.house()) == 0, "once a day is enough"
    (letter,) = letters.written
    assert order.ref in letter
    assert "chef" in letter
    assert "2026-11-16" in letter
    for word in (*TUVA, scene.ref(TUVA), "OVERDUE"):
        assert word not in letter
    scene.later(days=5)
    letters.down = True
    with pytest.raises(Unreachable):
        remind(scene.house())
    letters.down = False
    assert remind(scene.house()) == 1, "what no server took is written again"
    scene.later(days=5)
    assert remind(scene.house()) == 1
    assert "OVERDUE" in letters.written[-1]
    assert len(events(scene.house(), EventKind.WORK_ORDER_REMINDED)) == 3


@pytest.mark.parametrize(("days", "late"), [(14, False), (15, True)])
def test_an_order_past_its_day_is_an_open_breach_and_red(
    scene: Scene, days: int, late: bool
) -> None:
    plan, order = opened(scene)
    scene.later(days=days)
    result = scene.run(plan)
    (left,) = [one for one in result.left if one.system == BINDER]
    assert (left.why is Why.OVERDUE) is late
    assert left.who == "chef"
    assert result.is_wrong is late
    assert [one.overdue for one in lines(scene.house())] == [late]
    if late:
        # Done late it is done: the run is green again, and the ledger knows when.
        first, second = scene.office.enrolled()
        done(scene, order, first)
        confirm(scene.house(), order.ref, officer=second.handle, code=second.fresh())
        assert not lines(scene.house(), plan=plan.ref)[0].overdue
        assert scene.run(plan).state is PlanState.PROVEN
