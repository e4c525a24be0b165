"""Nothing goes that is not still due, approved and free of holds: what changes between the
approval and the last item is met item by item (A-73, A-74)."""

from __future__ import annotations

from contextlib import suppress
from typing import NoReturn

import pytest
from sqlalchemy import Engine, func, select

from connectors.base import CaseKey
from lifecycle.errors import Busy, Refused
from lifecycle.ledger import EventKind
from lifecycle.plan import ItemState, PlanKind, PlanState
from lifecycle.policy.model import Policy
from lifecycle.policy.values import Period
from lifecycle.references import SUBJECT, from_reference
from lifecycle.retention.facts import Verdict
from records import leases, plans
from records.engines import reading
from records.plans import Plan
from records.scrub import scrub
from records.tables import holding, ledger_event
from tasks.erasing import forgetting, planning
from tasks.erasing.execution import Why
from tasks.erasing.finding import find_by_national_id
from tasks.house.today import local_today
from tasks.importing import transfers
from tasks.officers.approvals import approve
from tasks.proving.certifying import of_plan
from tests.factories.execution import (
    LEFT,
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


def state(scene: Scene, ref: str) -> PlanState:
    with reading(scene.house().engine) as connection:
        found = plans.find(connection, controller=scene.house().controller)
    return next(plan.state for plan in found if plan.ref == ref)


def cases_of(scene: Scene, *numbers: str) -> dict[str, bool]:
    """Case number → whether the case system still knows whose it is."""
    system = scene.house().case_system
    keys = [CaseKey(number, "Rusta och matcha") for number in numbers]
    return {s.key.case_reference: s.fingerprint is not None for s in system.read_back(keys)}


def holdings_of(scene: Scene, ref: str) -> set[str]:
    """The categories that our own records hold of a person."""
    query = select(holding.c.category).where(holding.c.subject_id == from_reference(SUBJECT, ref))
    with reading(scene.house().engine) as connection:
        return set(connection.execute(query).scalars())


# --- a hold ---------------------------------------------------------------------------------------


@everywhere
def test_who_is_held_while_the_plan_is_carried_out_is_given_up_and_taken_up_after_the_release(
    scene: Scene,
) -> None:
    scene.leavers(TUVA, OMAR)
    tuva, omar = scene.ref(TUVA), scene.ref(OMAR)
    plan = scene.approved()
    scene.novo.failures.unreachable = True
    scene.run(plan)
    scene.novo.failures.unreachable = False
    hold = scene.hold(TUVA)
    scene.run(plan)
    assert scene.states(plan, tuva)["novo"] is ItemState.DROPPED
    scene.later()
    done = scene.run(plan)
    assert done.state is PlanState.PROVEN
    assert done.given_up == 2, "in Novo, and our own records of her, which stay with it"
    assert scene.novo.find(key_of(TUVA)) is not None
    assert scene.novo.find(key_of(OMAR)) is None
    assert find_by_national_id(scene.house(), TUVA[2])
    assert find_by_national_id(scene.house(), OMAR[2]) == []
    told = of_plan(scene.house(), plan.ref).statement
    assert (told["people"], told["given_up"]) == ([omar], [tuva])
    reasons = [one.facts["reason"] for one in events(scene.house(), EventKind.ITEM_REFUSED)]
    assert reasons == ["held_since", "stays_elsewhere"]
    # While she is held nothing of hers is planned; afterwards all that is left.
    assert planning.draw(scene.house(), kind=PlanKind.RETENTION, as_of=plan.as_of) is None
    scene.release(hold)
    again = scene.approved()
    assert again.ref != plan.ref
    assert {"novo", "gallra"} <= scene.states(again, tuva).keys()
    scene.run(again)
    scene.later()
    assert scene.run(again).state is PlanState.PROVEN
    assert scene.novo.find(key_of(TUVA)) is None
    assert find_by_national_id(scene.house(), TUVA[2]) == []


def test_what_was_intended_and_is_held_then_does_not_go_by_a_run_that_was_killed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.leavers(TUVA)
    plan = scene.approved()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(scene.novo, "carry_out", killed)
        with pytest.raises(KeyboardInterrupt):
            scene.run(plan)
    assert scene.states(plan)["novo"] is ItemState.INTENDED
    scene.hold(TUVA)
    done = scene.run(plan)
    assert scene.novo.find(key_of(TUVA)) is not None
    assert cases_of(scene, "1000000001") == {"1000000001": True}
    assert (done.state, done.proven) == (PlanState.VOID, 0), "all was given up"
    with pytest.raises(Refused, match="not_certified"):
        of_plan(scene.house(), plan.ref)
    assert events(scene.house(), EventKind.PLAN_VOID)[-1].facts["reason"] == "all_given_up"


def test_a_hold_between_approval_and_execution_makes_the_plan_void(scene: Scene) -> None:
    scene.leavers(TUVA)
    plan = scene.approved()
    scene.hold(TUVA)
    with pytest.raises(Refused, match="plan_changed"):
        scene.run(plan)
    assert state(scene, plan.ref) is PlanState.VOID
    assert scene.novo.find(key_of(TUVA)) is not None


def test_one_category_that_is_held_keeps_its_record_findable_until_the_release(
    scene: Scene,
) -> None:
    """Attendance is held, the rest goes: what is left in Novo is still known to be hers, and goes
    when the hold is released. Nothing of it is taken for carried out."""
    scene.leavers(TUVA)
    tuva = scene.ref(TUVA)
    hold = scene.hold(TUVA, "attendance")
    plan = scene.approved()
    scene.run(plan)
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN
    record = scene.novo.find(key_of(TUVA))
    assert record is not None
    assert record.categories == ("attendance",)
    scene.look()
    assert scene.people() == 1, "the next inventory makes nobody new of it"
    scene.release(hold)
    again = scene.approved()
    assert scene.items(again, tuva)["novo"].item.categories == ("attendance",)
    scene.run(again)
    scene.later()
    assert scene.run(again).state is PlanState.PROVEN
    assert scene.novo.find(key_of(TUVA)) is None
    assert scene.people() == 0


def test_a_case_is_held_whole_when_a_part_of_it_is(scene: Scene) -> None:
    """Workbuster anonymises a case or does not: it cannot leave the assignment out."""
    scene.leavers(TUVA)
    tuva = scene.ref(TUVA)
    scene.hold(TUVA, "assignment")
    plan = scene.approved()
    assert "workbuster" not in scene.items(plan)
    scene.run(plan)
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN
    assert cases_of(scene, "1000000001") == {"1000000001": True}
    with reading(scene.house().engine) as connection:
        shown = [one for one in plans.items(connection, plan.number) if one.item.verdict == "held"]
    assert {one.item.system: one.item.categories for one in shown} == {
        "gallra": ("assignment",),
        "workbuster": ("assignment", "contact", "identity"),
    }
    assert find_by_national_id(scene.house(), TUVA[2])[0].ref == tuva


@pytest.mark.parametrize("by_hand", [("file-server",)])
def test_what_is_held_on_paper_only_stays_known(scene: Scene, by_hand: tuple[str, ...]) -> None:
    """Nobody but our records knows whose pictures lie on the server: they keep the reference."""
    scene.by_hand = by_hand
    scene.leavers(TUVA)
    tuva = scene.ref(TUVA)
    hold = scene.hold(TUVA, "image")
    plan = scene.approved()
    assert "file-server" not in scene.items(plan)
    scene.run(plan)
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN
    scene.look()
    assert scene.people() == 1
    assert find_by_national_id(scene.house(), TUVA[2])[0].ref == tuva
    scene.release(hold)
    again = scene.approved()
    assert scene.states(again, tuva) == {"file-server": ItemState.PLANNED}
    done = scene.office.carry_out(again)
    assert done.state is PlanState.PROVEN
    assert scene.people() == 0


@everywhere
@pytest.mark.parametrize("by_hand", [("file-server",)])
def test_what_is_gone_is_not_planned_again_while_the_rest_of_the_plan_waits(
    scene: Scene, by_hand: tuple[str, ...]
) -> None:
    """Until somebody has weeded the server her plan is open; nobody agrees to Novo twice."""

    def planned_anew() -> set[str]:
        plan = scene.office.plans(as_of="2026-11-02")
        return set() if plan is None else set(scene.items(plan))

    scene.by_hand = by_hand
    scene.leavers(TUVA)
    plan = scene.approved()
    scene.run(plan)
    scene.later()
    assert scene.run(plan).state is PlanState.EXECUTING
    assert scene.states(plan)["novo"] is ItemState.PROVEN
    assert "novo" not in planned_anew()
    scene.look()
    assert "novo" not in planned_anew()
    # What comes back meanwhile does not wait for the server.
    scene.novo.put(novo_record(TUVA))
    scene.look()
    assert "novo" in planned_anew()


def waits_for_the_server(scene: Scene) -> Plan:
    """Tuva's plan, of which everything is proven but what a person weeds on the file server."""
    scene.by_hand = ("file-server",)
    scene.leavers(TUVA)
    plan = scene.approved()
    scene.run(plan)
    scene.later()
    assert scene.run(plan).state is PlanState.EXECUTING
    states = scene.states(plan)
    assert {states["novo"], states["workbuster"]} == {ItemState.PROVEN}
    return plan


@everywhere
def test_a_case_that_is_anonymised_is_not_planned_again_while_the_rest_of_the_plan_waits(
    scene: Scene,
) -> None:
    """Our records know whose it was until the end of the plan; nobody agrees to it twice."""
    waits_for_the_server(scene)
    assert scene.office.plans(as_of="2026-11-02") is None
    scene.look()
    assert scene.office.plans(as_of="2026-11-02") is None


@everywhere
def test_a_record_that_is_filled_again_is_not_forgotten_with_the_plan_that_emptied_it(
    scene: Scene,
) -> None:
    plan = waits_for_the_server(scene)
    tuva = scene.ref(TUVA)
    scene.novo.put(novo_record(TUVA))
    scene.look()
    scene.office.weed_by_hand(plan)
    assert scene.office.execute(plan).state is PlanState.PROVEN
    assert scene.novo.find(key_of(TUVA)) is not None, "nobody has agreed to that"
    assert scene.people() == 1
    assert scene.ref(TUVA) == tuva
    # Six months after she left it is too late for this as well.
    again = scene.approved()
    assert scene.items(again, tuva)["novo"].item[4:6] == ("erase", ("attendance", "identity"))
    scene.run(again)
    scene.later()
    assert scene.run(again).state is PlanState.PROVEN
    assert scene.novo.find(key_of(TUVA)) is None
    assert scene.people() == 0


@everywhere
@pytest.mark.parametrize("street", ["Provgatan 1", "Provgatan 2"])
def test_cases_that_an_export_tells_anew_are_not_released_with_the_plan_that_anonymised_them(
    scene: Scene, street: str
) -> None:
    """The dates are the same: the rule was carried out, and the case system knows her again."""
    plan = waits_for_the_server(scene)
    tuva = scene.ref(TUVA)
    assert cases_of(scene, "1000000001") == {}, "of nobody now"
    scene.bring(
        case("1000000001", TUVA, end=LEFT, street=street),
        case("1000000009", OMAR, end="2027-04-01"),
    )
    assert cases_of(scene, "1000000001") == {"1000000001": True}
    scene.office.weed_by_hand(plan)
    assert scene.office.execute(plan).state is PlanState.PROVEN
    assert scene.ref(TUVA) == tuva
    again = scene.approved()
    assert scene.items(again, tuva)["workbuster"].item.action == "anonymise"
    scene.run(again)
    scene.later()
    assert scene.run(again).state is PlanState.PROVEN
    assert cases_of(scene, "1000000001") == {}
    assert find_by_national_id(scene.house(), TUVA[2]) == []


@everywhere
def test_cases_that_an_older_import_hands_over_late_are_not_released_either(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The import was killed before the case system had it; what it brings, it brings when it is
    finished, and by then the system was proven to have forgotten her."""
    scene.leavers(TUVA)

    def killed(*_: object, **__: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(transfers, "settle_chunk", killed)
        with pytest.raises(KeyboardInterrupt):
            scene.bring(case("1000000001", TUVA, end=LEFT, street="Provgatan 2"))
    scene.by_hand = ("file-server",)
    plan = scene.approved()
    scene.run(plan)
    scene.later()
    scene.run(plan)
    assert cases_of(scene, "1000000001") == {}
    transfers.settle_all(scene.house())
    assert cases_of(scene, "1000000001") == {"1000000001": True}
    scene.office.weed_by_hand(plan)
    assert scene.office.execute(plan).state is PlanState.PROVEN
    assert len(find_by_national_id(scene.house(), TUVA[2])) == 1
    again = scene.approved()
    scene.run(again)
    scene.later()
    assert scene.run(again).state is PlanState.PROVEN
    assert cases_of(scene, "1000000001") == {}
    assert find_by_national_id(scene.house(), TUVA[2]) == []


def about_to_be_forgotten(scene: Scene) -> tuple[str, Plan]:
    """Tuva's reference, and a plan that is to read back next and then forget her; her pictures on
    the server are held, and Omar's wait to be weeded."""
    scene.by_hand = ("file-server",)
    scene.leavers(TUVA, OMAR)
    tuva = scene.ref(TUVA)
    scene.hold(TUVA, "image")
    plan = scene.approved()
    scene.run(plan)
    scene.later()
    return tuva, plan


@everywhere
def test_what_an_export_tells_anew_is_not_forgotten_again_by_the_plan_that_forgot_it(
    scene: Scene,
) -> None:
    """Her pictures on the server are held, so that she is still known; his are not weeded yet, so
    that the plan is still open when she begins again."""
    tuva, plan = about_to_be_forgotten(scene)
    assert scene.run(plan).state is PlanState.EXECUTING
    assert scene.states(plan, tuva)["gallra"] is ItemState.PROVEN
    assert holdings_of(scene, tuva) == set()
    scene.bring(case("1000000077", TUVA, start="2026-10-20", end="2027-04-01"))
    for _ in range(2):
        scene.run(plan)
        scene.later()
    assert holdings_of(scene, tuva) >= {"identity", "contact"}, "she is a participant again"
    assert cases_of(scene, "1000000077") == {"1000000077": True}
    scene.office.weed_by_hand(plan)
    assert scene.office.execute(plan).state is PlanState.PROVEN
    assert holdings_of(scene, tuva) >= {"identity", "contact"}
    told = [one.ref for one in events(scene.house(), EventKind.ERASURE_DONE)]
    assert told.count(tuva) == 1, "once, before she came back"


@everywhere
def test_who_is_told_of_anew_while_the_run_has_yet_to_read_back_is_judged_anew(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What our records hold of her then came after they had forgotten her: it is not due."""
    tuva, plan = about_to_be_forgotten(scene)

    def while_another_imports(engine: Engine) -> None:
        scrub(engine)
        with suppress(Busy):  # it would go on with this plan, too
            scene.bring(case("1000000077", TUVA, start="2026-10-20", end="2027-04-01"))

    with monkeypatch.context() as patch:
        patch.setattr(forgetting, "scrub", while_another_imports)
        done = scene.run(plan)
    assert holdings_of(scene, tuva) >= {"identity", "contact"}
    assert done.state is PlanState.EXECUTING
    for _ in range(2):
        assert not scene.run(plan).is_wrong
    assert scene.states(plan, tuva)["gallra"] is ItemState.DROPPED
    scene.office.weed_by_hand(plan)
    assert scene.office.execute(plan).state is PlanState.PROVEN
    assert holdings_of(scene, tuva) >= {"identity", "contact"}
    told = events(scene.house(), EventKind.ITEM_NOT_PROVEN)
    assert [(one.ref, one.facts["answer"]) for one in told] == [(tuva, "still_there")]


# --- new data -------------------------------------------------------------------------------------


def test_a_later_end_between_approval_and_execution_makes_the_plan_void(scene: Scene) -> None:
    """Fresh data is not deleted through an old end date."""
    scene.leavers(TUVA)
    plan = scene.approved()
    scene.bring(case("1000000001", TUVA, end="2027-04-01"))
    with pytest.raises(Refused, match="plan_changed"):
        scene.run(plan)
    assert state(scene, plan.ref) is PlanState.VOID
    assert scene.novo.find(key_of(TUVA)) is not None


@everywhere
def test_who_comes_back_while_the_plan_is_carried_out_keeps_what_is_still_there(
    scene: Scene,
) -> None:
    scene.leavers(TUVA, OMAR)
    tuva, omar = scene.ref(TUVA), scene.ref(OMAR)
    plan = scene.approved()
    scene.novo.failures.unreachable = True
    scene.run(plan)
    # An import goes on with what is open, too: Novo does not answer it either.
    scene.bring(case("1000000077", TUVA, start="2026-10-20", end="2027-04-01"))
    scene.novo.failures.unreachable = False
    scene.run(plan)
    assert scene.states(plan, tuva)["novo"] is ItemState.DROPPED
    scene.later()
    # Read back, the case system knows of a case of hers again: not due, so given up.
    assert scene.run(plan).is_wrong
    done = scene.run(plan)
    assert (done.state, done.given_up) == (PlanState.PROVEN, 3)
    assert scene.novo.find(key_of(TUVA)) is not None
    assert find_by_national_id(scene.house(), TUVA[2])[0].ref == tuva
    assert find_by_national_id(scene.house(), OMAR[2]) == []
    told = of_plan(scene.house(), plan.ref).statement
    assert (told["people"], told["given_up"]) == ([omar], [tuva])
    # What she comes back with is not touched by the plan that named her.
    assert cases_of(scene, "1000000077") == {"1000000077": True}


def test_a_record_that_is_found_to_be_somebody_elses_is_not_touched(scene: Scene) -> None:
    scene.leavers(TUVA)
    scene.bring(case("1000000009", OMAR, end="2027-04-01"))
    plan = scene.approved()
    scene.novo.failures.unreachable = True
    scene.run(plan)
    scene.novo.failures.unreachable = False
    record = scene.novo.find(key_of(TUVA))
    assert record is not None
    record.identifiers = {"national_id": OMAR[2]}
    record.fields["identity"]["national_id"] = OMAR[2]
    scene.look()
    scene.run(plan)
    scene.later()
    scene.run(plan)
    assert scene.novo.find(key_of(TUVA)) is record, "it is Omar's now, who has not left"


def test_an_inventory_between_erasing_and_reading_back_changes_nothing(scene: Scene) -> None:
    scene.leavers(TUVA)
    plan = scene.approved()
    scene.run(plan)
    scene.look()
    scene.later()
    scene.look()
    assert scene.run(plan).state is PlanState.PROVEN
    scene.look()
    assert scene.people() == 0


# --- another policy -------------------------------------------------------------------------------


def longer(policy: Policy) -> Policy:
    """Somebody has written nine months where six were."""
    rules = []
    for rule in policy.retention:
        if rule.id in {"participant.six-months", "workbuster.six-months"}:
            keep = rule.keep.model_copy(update={"at_most": Period.parse("P9M")})
            rule = rule.model_copy(update={"keep": keep})
        rules.append(rule)
    return policy.model_copy(update={"retention": tuple(rules)})


def test_another_policy_between_approval_and_execution_makes_the_plan_void(scene: Scene) -> None:
    scene.leavers(TUVA)
    plan = scene.approved()
    scene.with_policy(lambda policy: policy)
    with pytest.raises(Refused, match="policy_changed"):
        scene.run(plan)
    assert state(scene, plan.ref) is PlanState.VOID
    assert scene.novo.find(key_of(TUVA)) is not None


def test_a_policy_that_keeps_longer_stops_what_has_not_gone_yet(scene: Scene) -> None:
    scene.leavers(TUVA)
    plan = scene.approved()
    scene.novo.failures.unreachable = True
    scene.run(plan)
    scene.novo.failures.unreachable = False
    scene.with_policy(longer)
    scene.run(plan)
    assert scene.states(plan)["novo"] is ItemState.DROPPED
    assert scene.novo.find(key_of(TUVA)) is not None


# --- approvals, plans beside each other, repetition -----------------------------------------------


def test_nothing_goes_by_a_plan_that_nobody_approved(scene: Scene) -> None:
    scene.leavers(TUVA)
    plan = scene.office.draw()
    with pytest.raises(Refused, match="approval_missing"):
        scene.run(plan)
    officer = scene.office.enrolled()[0]
    approve(
        scene.house(), plan.ref, officer=officer.handle, code=officer.fresh(), decision="decline"
    )
    with pytest.raises(Refused, match="plan_declined"):
        scene.run(plan)
    assert scene.novo.find(key_of(TUVA)) is not None
    assert scene.states(plan) == dict.fromkeys(("gallra", "novo", "workbuster"), ItemState.PLANNED)


def test_where_the_policy_asks_for_nobody_the_plan_runs_by_itself_and_says_so(
    scene: Scene,
) -> None:
    def nobody(policy: Policy) -> Policy:
        rules = [rule.model_copy(update={"approval": "none"}) for rule in policy.retention]
        return policy.model_copy(update={"retention": tuple(rules)})

    scene.with_policy(nobody)
    scene.leavers(TUVA)
    plan = scene.office.draw()
    assert plan.approvals == 0
    scene.run(plan)
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN
    assert of_plan(scene.house(), plan.ref).statement["approvals"] == []
    (told,) = events(scene.house(), EventKind.PLAN_APPROVED)
    assert told.facts["by"] == "rule"


def test_there_is_no_plan_of_nothing(scene: Scene) -> None:
    scene.bring(case("1000000001", TUVA, end="2027-04-01"))
    house = scene.house()
    assert planning.draw(house, kind=PlanKind.RETENTION, as_of=local_today(house)) is None


def test_two_plans_never_take_the_same_thing(scene: Scene) -> None:
    scene.leavers(TUVA, OMAR)
    tuva, omar = scene.ref(TUVA), scene.ref(OMAR)
    retention = scene.office.draw()
    request = scene.office.draw_request(omar)
    scene.office.approve(request)
    scene.run(request)
    with pytest.raises(Refused, match="plan_changed"):
        scene.office.approve(retention)
    rest = scene.approved()
    assert scene.states(rest, omar) == {}
    assert scene.states(rest, tuva)
    # Carried out at the same time, each ends with a certificate of its own.
    scene.run(rest)
    scene.later()
    assert scene.run(rest).state is PlanState.PROVEN
    assert scene.run(request).state is PlanState.PROVEN
    assert of_plan(scene.house(), rest.ref).statement["people"] == [tuva]
    assert of_plan(scene.house(), request.ref).statement["people"] == [omar]
    assert scene.people() == 0


def test_two_runs_never_carry_out_at_the_same_time(scene: Scene) -> None:
    scene.leavers(TUVA)
    plan = scene.approved()
    house = scene.house()
    with (
        leases.hold(house.engine, f"executing/{house.controller}", now=house.now),
        pytest.raises(Busy),
    ):
        scene.run(plan)
    assert scene.novo.find(key_of(TUVA)) is not None


def test_a_proven_plan_run_again_does_nothing_but_lay_a_missing_certificate(scene: Scene) -> None:
    scene.leavers(TUVA)
    plan = scene.approved()
    done = scene.office.carry_out(plan)
    assert done.state is PlanState.PROVEN
    before = events(scene.house(), EventKind.CERTIFICATE_ISSUED), events_in(scene)
    copy = scene.house().certificates / f"{plan.ref}.json"
    content = copy.read_bytes()
    copy.unlink()
    again = scene.run(plan)
    assert again == done
    assert copy.read_bytes() == content
    assert (events(scene.house(), EventKind.CERTIFICATE_ISSUED), events_in(scene)) == before


def events_in(scene: Scene) -> int:
    """How many events the ledger has."""
    with reading(scene.house().engine) as connection:
        return int(connection.execute(select(func.count()).select_from(ledger_event)).scalar_one())


# --- its day has not come -------------------------------------------------------------------------


def test_what_is_planned_ahead_waits_for_its_day(scene: Scene) -> None:
    """Needed through the day on which it must be gone: on a plan before, gone the day after."""

    def needed_as_long(policy: Policy) -> Policy:
        rules = []
        for rule in policy.retention:
            if rule.id == "participant.six-months":
                keep = rule.keep.model_copy(
                    update={"at_least": Period.parse("P6M"), "at_most": Period.parse("P6M")}
                )
                rule = rule.model_copy(update={"keep": keep})
            rules.append(rule)
        return policy.model_copy(update={"retention": tuple(rules)})

    scene.with_policy(needed_as_long)
    scene.leavers(TUVA)
    plan = scene.approved()
    done = scene.run(plan)
    assert LEFT == "2026-05-10"
    assert {(one.system, one.why, one.until) for one in done.left if one.until} >= {
        ("novo", Why.NOT_YET_RIPE, "2026-11-11")
    }
    assert not done.is_wrong
    scene.later(days=8)
    scene.run(plan)
    assert scene.novo.find(key_of(TUVA)) is not None, "10 November is a day on which it is needed"
    scene.later(days=1)
    scene.run(plan)
    assert scene.novo.find(key_of(TUVA)) is None
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN


def test_the_plan_says_go_only_of_what_goes(scene: Scene) -> None:
    scene.leavers(TUVA)
    scene.novo.put(novo_record(OMAR))
    scene.look()
    plan = scene.approved()
    with reading(scene.house().engine) as connection:
        found = plans.items(connection, plan.number, verdict=Verdict.GO)
    assert {one.item.subject_id for one in found} == {
        one.item.subject_id for one in scene.items(plan).values()
    }
    assert len(found) == 3
