"""Only what was read back and is gone is erased: there are four answers, and one of them ends it
well (A-75)."""

from __future__ import annotations

import pytest

from connectors.memory_system import MemorySystem
from lifecycle.errors import LedgerFailure, NotProven, Refused
from lifecycle.ledger import EventKind
from lifecycle.plan import ItemState, PlanState
from lifecycle.retention.facts import Verdict
from tasks.erasing.execution import Why, outcome, require_proven
from tasks.erasing.finding import find_by_national_id
from tasks.proving.certifying import of_plan
from tasks.remedies.next_steps import WHO
from tests.factories.execution import (
    LEFT,
    LINA,
    OMAR,
    TUVA,
    Scene,
    everywhere,
    key_of,
    novo_record,
    scene,
    surroundings,
)
from tests.factories.houses import build, dialect
from tests.factories.planning import case, events

__all__ = ["build", "dialect", "scene", "surroundings"]


@everywhere
def test_six_months_after_leaving_everything_is_carried_out_read_back_and_certified(
    scene: Scene,
) -> None:
    scene.leavers(TUVA)
    scene.bring(case("1000000009", OMAR, end="2027-04-01"))
    ref = scene.ref(TUVA)
    plan = scene.approved()
    done = scene.run(plan)
    assert {one.why for one in done.left} == {Why.READ_BACK_LATER, Why.WAITS_FOR_OTHERS}
    require_proven(done)
    scene.later()
    done = scene.run(plan)
    assert (done.state, done.proven, done.left) == (PlanState.PROVEN, done.items, ())
    assert done.items == 3
    assert scene.novo.find(key_of(TUVA)) is None
    assert find_by_national_id(scene.house(), TUVA[2]) == []
    assert find_by_national_id(scene.house(), OMAR[2])
    told = of_plan(scene.house(), plan.ref).statement
    assert told["people"] == [ref]
    assert set(told["systems"]) == {"gallra", "novo", "workbuster"}


def test_a_soft_delete_is_no_erasure(scene: Scene) -> None:
    """The recycle bin counts as there: it is erased again by the next run, and never certified."""
    scene.leavers(TUVA)
    scene.novo.failures.recycle_bin = True
    plan = scene.approved()
    scene.run(plan)
    scene.later()
    done = scene.run(plan)
    (left,) = [one for one in done.left if one.system == "novo"]
    assert left.why is Why.STILL_THERE
    assert WHO[left.why]
    assert scene.items(plan)["novo"].state is ItemState.INTENDED, "it is to be erased again"
    with pytest.raises(NotProven, match="plan_not_proven"):
        require_proven(done)
    with pytest.raises(Refused, match="not_certified"):
        of_plan(scene.house(), plan.ref)
    assert find_by_national_id(scene.house(), TUVA[2]), "our own records go last"
    # Erased once more it is still one that was not gone: red until it is proven.
    again = scene.run(plan)
    assert again.is_wrong
    assert {one.until for one in again.left if one.system == "novo"} == {
        "2026-11-02T10:01:00+00:00"
    }
    scene.later()
    assert scene.run(plan).is_wrong
    # Somebody empties the recycle bin.
    scene.novo.failures.recycle_bin = False
    scene.run(plan)
    scene.later()
    done = scene.run(plan)
    assert done.state is PlanState.PROVEN
    assert not done.is_wrong
    told = events(scene.house(), EventKind.ITEM_NOT_PROVEN)
    assert {one.facts["answer"] for one in told} == {"still_there"}


def test_what_the_system_itself_keeps_is_red_and_says_who_must_act(scene: Scene) -> None:
    scene.leavers(TUVA)
    record = scene.novo.find(key_of(TUVA))
    assert record is not None
    record.locked = True
    plan = scene.approved()
    scene.run(plan)
    scene.later()
    done = scene.run(plan)
    (left,) = [one for one in done.left if one.system == "novo"]
    assert left.why is Why.KEPT
    assert "administrator" in WHO[left.why]
    with pytest.raises(NotProven):
        require_proven(done)
    # It stays red when nobody has done anything, and when somebody only asks where it stands.
    assert outcome(scene.house(), plan.ref).is_wrong
    assert scene.run(plan).is_wrong
    record.locked = False
    scene.novo.put(novo_record(OMAR))
    done = scene.run(plan)
    (left,) = [one for one in done.left if one.system == "novo"]
    assert left.why is Why.STILL_THERE, "the lock is gone, the record is not"
    scene.run(plan)
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN
    assert scene.novo.find(key_of(OMAR)) is not None


@everywhere
def test_a_system_that_does_not_answer_keeps_the_others_not_waiting(scene: Scene) -> None:
    scene.leavers(TUVA)
    scene.more["adobe-connect"] = MemorySystem(system="adobe-connect")
    plan = scene.approved()
    scene.novo.failures.unreachable = True
    done = scene.run(plan)
    assert ("novo", "system_unreachable") in done.failures
    assert done.is_wrong
    states = scene.states(plan)
    assert states["workbuster"] is ItemState.ACTED
    assert states["novo"] is ItemState.INTENDED
    assert states["gallra"] is ItemState.PLANNED
    scene.later()
    done = scene.run(plan)
    assert scene.states(plan)["workbuster"] is ItemState.PROVEN
    assert {(one.system, one.why) for one in done.left} == {
        ("novo", Why.COULD_NOT_LOOK),
        ("gallra", Why.WAITS_FOR_OTHERS),
    }
    with pytest.raises(NotProven):
        require_proven(done)
    scene.novo.failures.unreachable = False
    scene.run(plan)
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN


def test_could_not_look_is_not_gone(scene: Scene) -> None:
    scene.leavers(TUVA)
    plan = scene.approved()
    scene.run(plan)
    scene.novo.failures.unreachable = True
    scene.later()
    done = scene.run(plan)
    (left,) = [one for one in done.left if one.system == "novo"]
    assert left.why is Why.COULD_NOT_LOOK
    assert scene.items(plan)["novo"].answer == "could_not_look"
    assert done.is_wrong
    assert done.state is PlanState.EXECUTING
    scene.novo.failures.unreachable = False
    assert scene.run(plan).state is PlanState.PROVEN


def test_a_system_that_shows_nobody_at_all_proves_nothing(scene: Scene) -> None:
    """People stand there who are on no plan: it is another system, or broken. What an earlier plan
    emptied does not count for them."""
    scene.by_hand = ("file-server",)
    scene.leavers(OMAR)
    waits = scene.approved()
    scene.run(waits)
    scene.later()
    assert scene.run(waits).state is PlanState.EXECUTING
    assert scene.states(waits)["novo"] is ItemState.PROVEN
    scene.bring(case("1000000007", TUVA, end=LEFT), case("1000000008", LINA, end="2027-03-31"))
    for who in (TUVA, LINA):
        scene.novo.put(novo_record(who))
    scene.look()
    plan = scene.approved()
    scene.run(plan)
    shown, scene.novo = scene.novo, MemorySystem(system="novo")
    scene.later()
    done = scene.run(plan)
    assert ("novo", "system_shows_nothing") in done.failures
    assert scene.states(plan)["novo"] is ItemState.ACTED
    scene.novo = shown
    scene.run(plan)
    assert scene.states(plan)["novo"] is ItemState.PROVEN


def test_an_answer_that_is_lost_on_its_way_is_no_proof(scene: Scene) -> None:
    """The system did it, and nobody heard: done again, it is done once."""
    scene.leavers(TUVA)
    scene.novo.failures.lost_answers = 1
    plan = scene.approved()
    done = scene.run(plan)
    assert ("novo", "answer_lost") in done.failures
    assert scene.novo.find(key_of(TUVA)) is None
    assert scene.items(plan)["novo"].state is ItemState.INTENDED
    scene.run(plan)
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN


def test_a_system_that_goes_away_half_way_through_is_gone_on_with(scene: Scene) -> None:
    scene.leavers(TUVA, OMAR)
    scene.novo.failures.stop_after = 1
    plan = scene.approved()
    assert scene.run(plan).is_wrong
    left = [who for who in (TUVA, OMAR) if scene.novo.find(key_of(who)) is not None]
    assert len(left) == 1
    scene.novo.failures.stop_after = None
    scene.run(plan)
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN


@pytest.mark.parametrize(("minutes", "is_read"), [(0, False), (59, False), (60, True)])
def test_nothing_is_read_back_before_the_policys_hour_has_passed(
    scene: Scene, minutes: int, is_read: bool
) -> None:
    scene.leavers(TUVA)
    plan = scene.approved()
    done = scene.run(plan)
    assert {one.until for one in done.left if one.why is Why.READ_BACK_LATER} == {
        "2026-11-02T09:01:00+00:00"
    }
    scene.later(minutes=minutes)
    done = scene.run(plan)
    assert (done.state is PlanState.PROVEN) is is_read
    proven = events(scene.house(), EventKind.ITEM_PROVEN)
    assert bool(proven) is is_read


def test_what_the_witness_does_not_take_beforehand_does_not_go(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.leavers(TUVA)
    plan = scene.approved()

    def silent(*_: object, **__: object) -> None:
        raise LedgerFailure("witness_not_written")

    with monkeypatch.context() as patched:
        patched.setattr("tasks.erasing.execution.witness", silent)
        with pytest.raises(LedgerFailure, match="witness_not_written"):
            scene.run(plan)
    assert scene.novo.find(key_of(TUVA)) is not None
    scene.run(plan)
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN


def test_without_the_journal_nothing_goes_from_our_own_records(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.leavers(TUVA)
    plan = scene.approved()
    scene.run(plan)
    scene.later()

    def full(*_: object, **__: object) -> None:
        raise LedgerFailure("journal_not_written")

    with monkeypatch.context() as patched:
        patched.setattr("connectors.erasure_journal.ErasureJournal.append", full)
        with pytest.raises(LedgerFailure, match="journal_not_written"):
            scene.run(plan)
    assert find_by_national_id(scene.house(), TUVA[2])
    assert scene.run(plan).state is PlanState.PROVEN


def test_an_import_that_holds_the_records_is_waited_for_and_nothing_is_certified_meanwhile(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who stands in Novo only has no item of ours: their place in our records goes all
    the same before anything is certified."""
    scene.novo.put(novo_record(TUVA))
    scene.look()
    plan = scene.office.draw_request(scene.ref(TUVA))
    assert {one.item.verdict for one in scene.items(plan).values()} == {str(Verdict.GO)}
    assert "gallra" not in scene.items(plan)
    scene.office.approve(plan)
    scene.run(plan)
    scene.later()

    def busy(*_: object, **__: object) -> None:
        from lifecycle.errors import Busy

        raise Busy("another_run")

    with monkeypatch.context() as patched:
        patched.setattr("tasks.erasing.forgetting._forget", busy)
        done = scene.run(plan)
    assert done.is_wrong
    assert done.state is PlanState.EXECUTING
    assert scene.people() == 1
    with pytest.raises(Refused, match="not_certified"):
        of_plan(scene.house(), plan.ref)
    assert scene.run(plan).state is PlanState.PROVEN
    assert scene.people() == 0
