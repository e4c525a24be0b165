"""What other people's erasure software fell into: each hole by name, and why we stand beside it.

One short test for each; the comment above it says where the deeper ones are.
"""

from __future__ import annotations

import ast
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from lifecycle.bindings.load import load_bindings, parse_bindings
from lifecycle.bindings.outer import Absent, Manual
from lifecycle.configuration.problems import BindingsError
from lifecycle.errors import FileRefused, NotProven, Refused
from lifecycle.ledger import EventKind
from lifecycle.plan import ItemState, PlanKind, PlanState
from lifecycle.policy.load import load_policy
from lifecycle.policy.retention import Then
from lifecycle.policy.values import Period
from lifecycle.references import SUBJECT, from_reference
from lifecycle.retention.calendar import add_period, local_date
from lifecycle.retention.facts import Verdict
from records.engines import reading
from records.tables import RECORDS, erasure_list, placement
from tasks.erasing import planning
from tasks.erasing.deriving import derive
from tasks.erasing.execution import Why, require_proven
from tasks.erasing.finding import find_by_national_id
from tasks.erasing.inventory import take_inventory
from tasks.erasing.plan_overview import overview
from tasks.house.today import local_today
from tasks.importing.deletions import delete_imported
from tasks.importing.intake import import_file
from tasks.importing.main_job import begin_import
from tasks.proving.certifying import of_plan
from tasks.proving.proof import verify_ledger
from tasks.watching.daily import RETENTION_LATE, watch
from tasks.work_orders.orders import lines
from tests.factories.execution import (
    LEFT,
    LINA,
    OMAR,
    TUVA,
    Scene,
    key_of,
    novo_record,
    scene,
    surroundings,
)
from tests.factories.houses import ROOT, build, dialect
from tests.factories.planning import case, events, person

__all__ = ["build", "dialect", "scene", "surroundings"]
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def erase_tuva(scene: Scene) -> tuple[str, str]:
    """Tuva left and is erased; the plan's and her reference."""
    scene.leavers(TUVA)
    ref = scene.ref(TUVA)
    plan = scene.approved()
    scene.run(plan)
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN
    return plan.ref, ref


# The deeper tests stand in test_planning.py, tests/unit/test_retention_decide.py
@pytest.mark.parametrize("end", ["", "1970-01-01"])
def test_an_empty_or_primeval_date_counted_from_1970_everything_is_expired(
    scene: Scene, end: str
) -> None:
    record = novo_record(TUVA, kind="pupil")
    record.anchors = {"left": date.fromisoformat(end) if end else None}
    scene.novo.put(record)
    scene.bring(case("1000000001", OMAR, end=""))
    scene.look()
    house = scene.house()
    people = [person(house, TUVA), person(house, OMAR)]
    as_of = date(2036, 1, 1)
    items = derive(house, kind=PlanKind.RETENTION, as_of=as_of, only=people).items
    assert items
    assert not [item for item in items if item.verdict == Verdict.GO]
    refused = {item.reason for item in items if item.verdict == Verdict.REFUSED}
    assert refused == ({"anchor_missing", "anchor_in_far_past"} if end else {"anchor_missing"})
    assert planning.draw(house, kind=PlanKind.RETENTION, as_of=as_of) is None
    (drawn,) = events(house, EventKind.PLAN_DRAWN)
    assert drawn.numbers["missing"] >= 1, "and it is reported, not passed over"


# The deeper tests stand in test_planning.py, tests/unit/test_outer_bindings.py
def test_one_wrong_type_name_files_stay_the_report_closes(scene: Scene) -> None:
    scene.leavers(TUVA)
    scene.novo.put(novo_record(OMAR, kind="participants"))
    scene.look()
    plan = scene.approved()
    assert overview(scene.house(), plan).without_rule == {"novo": 1}
    assert plan.counts["no_rule"] == 1
    # In the bindings such a word is refused before anything is read.
    text = (ROOT / "deployments" / "systems" / "academedia.yaml").read_text("utf-8")
    wrong = text.replace("kind: participant", "kind: participants", 1)
    assert wrong != text
    with pytest.raises(BindingsError, match="participants"):
        parse_bindings(
            wrong.encode(),
            name="systems/academedia.yaml",
            policy=scene.house().policy,
            environment={"GALLRA_HOME": "/srv/gallra"},
        )


# The deeper tests stand in tests/spec/test_inventory.py, tests/contract/test_outer_systems.py
def test_a_substring_match_hits_a_second_person(scene: Scene) -> None:
    scene.leavers(TUVA)
    other = novo_record(OMAR)
    other.key = key_of(TUVA) + "-2"
    other.identifiers["email"] = "inte.tuva@example.se"
    other.fields["identity"]["name"] = "Tuva Exempelsson-Påhittad"
    scene.novo.put(other)
    scene.bring(case("1000000009", OMAR, end="2027-04-01"))
    scene.look()
    plan = scene.approved()
    scene.run(plan)
    assert scene.novo.find(key_of(TUVA)) is None
    assert scene.novo.find(other.key) is other
    assert other.fields["identity"]["national_id"] == OMAR[2]


# The deeper tests stand in tests/privacy, tests/structure/test_sealed_columns.py
def test_the_audit_log_keeps_a_copy_of_the_erased_record(scene: Scene) -> None:
    erase_tuva(scene)
    with reading(scene.house().engine) as connection:
        for name, table in RECORDS.tables.items():
            for row in connection.execute(select(table)):
                text = repr(tuple(row))
                for word in (*TUVA, "tuva@example.se", "Provgatan", key_of(TUVA)):
                    assert word not in text, name


# The deeper tests stand in test_execution_answers.py
def test_a_job_marked_executed_although_items_failed_a_certificate_with_errors(
    scene: Scene,
) -> None:
    scene.leavers(TUVA, OMAR)
    record = scene.novo.find(key_of(OMAR))
    assert record is not None
    record.locked = True
    plan = scene.approved()
    scene.run(plan)
    scene.later()
    done = scene.run(plan)
    assert done.state is PlanState.EXECUTING
    with pytest.raises(NotProven, match="plan_not_proven"):
        require_proven(done)
    with pytest.raises(Refused, match="not_certified"):
        of_plan(scene.house(), plan.ref)
    assert list(scene.house().certificates.glob("*")) == []


# The deeper tests stand in test_work_orders.py
def test_complete_when_the_erasure_mail_was_merely_sent(scene: Scene) -> None:
    scene.by_hand = ("paper-binder",)
    scene.leavers(TUVA)
    plan = scene.approved()
    scene.run(plan)
    scene.later()
    done = scene.run(plan)
    (order,) = lines(scene.house())
    assert order.state == "open"
    assert done.state is PlanState.EXECUTING
    assert {one.who for one in done.left if one.why is Why.WORK_ORDER} == {"chef"}


# The deeper tests stand in tests/contract/test_placements.py
def test_complete_when_no_key_was_found(scene: Scene) -> None:
    """Under which key somebody stands in Novo is lost: then nobody can say that they are gone."""
    scene.leavers(TUVA)
    plan = scene.approved()
    scene.run(plan)
    house = scene.house()
    with house.work() as work:
        work.connection.execute(placement.delete())
        work.record(EventKind.RULES_APPLIED)
        work.commit()
    scene.later()
    done = scene.run(plan)
    assert ("novo", "placement_lost") in done.failures
    assert scene.items(plan)["novo"].state is ItemState.ACTED
    assert done.is_wrong


# The deeper tests stand in test_no_file_grows_old.py, test_execution_answers.py
def test_clean_up_only_for_completed_runs_failed_ones_keep_their_data_for_ever(
    scene: Scene,
) -> None:
    scene.leavers(TUVA)
    plan = scene.approved()
    scene.novo.failures.unreachable = True
    for _ in range(3):
        assert scene.run(plan).is_wrong
    scene.novo.failures.unreachable = False
    # The next import goes on with whatever is under way; nobody has to remember the plan.
    begin_import(scene.house())
    scene.later()
    begin_import(scene.house())
    assert find_by_national_id(scene.house(), TUVA[2]) == []


# The deeper tests stand in tests/unit/test_retention_calendar.py
@pytest.mark.parametrize(
    ("event", "last_day"),
    [
        (date(2023, 3, 1), date(2025, 3, 1)),
        (date(2024, 2, 29), date(2026, 2, 28)),
        (date(2024, 1, 15), date(2026, 1, 15)),
    ],
)
def test_two_years_are_taken_for_730_days(event: date, last_day: date) -> None:
    assert add_period(event, Period.parse("P2Y")) == last_day


# The deeper tests stand in tests/unit/test_retention_calendar.py, test_planning.py
@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 11, 10, 22, 59, 59, tzinfo=UTC), date(2026, 11, 10)),
        (datetime(2026, 11, 10, 23, 0, tzinfo=UTC), date(2026, 11, 11)),
        (datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), date(2026, 7, 1)),
    ],
)
def test_local_midnight_missed(scene: Scene, instant: datetime, day: date) -> None:
    assert local_date(instant, STOCKHOLM) == day
    scene.clock.instant = instant
    house = scene.house()
    assert local_today(house) == day


# The deeper tests stand in tests/contract/test_outer_systems.py, test_execution_answers.py
def test_the_recycle_bin_counts_as_deleted(scene: Scene) -> None:
    scene.leavers(TUVA)
    scene.novo.failures.recycle_bin = True
    plan = scene.approved()
    scene.run(plan)
    scene.later()
    done = scene.run(plan)
    assert {one.why for one in done.left if one.system == "novo"} == {Why.STILL_THERE}
    assert done.state is PlanState.EXECUTING


# The deeper tests stand in test_execution_actions.py (anonymise), test_residue.py (small groups)
def test_free_text_notes_survive_anonymisation_small_groups_identify_people(scene: Scene) -> None:
    scene.leavers(TUVA)
    plan = scene.office.draw()
    case_item = scene.items(plan)["workbuster"].item
    assert (case_item.action, case_item.stays) == (
        "anonymise",
        ("case_reference", "start_date", "project"),
    ), "what stays is named; every other field goes, whatever it is called"
    assert overview(scene.house(), plan).small_groups == {1: 1}


# The deeper tests stand in tests/structure/test_one_way_to_write.py, test_approvals.py
def test_a_second_erase_path_without_the_guard() -> None:
    """Who erases is one place each, behind the approval; a new caller must stand here."""
    wanted = {
        "carry_out": {"tasks/erasing/carrying_out.py"},
        "anonymise": {"tasks/erasing/case_erasing.py"},
        "forget": {"tasks/erasing/forgetting.py", "records/restored.py"},
        "remove_subjects": {
            "records/forgetting.py",
            "records/restored.py",
            "tasks/erasing/inventory.py",  # of whom nothing is left in any system
        },
    }
    found: dict[str, set[str]] = {name: set() for name in wanted}
    for room in ("tasks", "records", "flows"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                called = node.func
                name = called.attr if isinstance(called, ast.Attribute) else ""
                name = called.id if isinstance(called, ast.Name) else name
                owner = ast.unparse(called.value) if isinstance(called, ast.Attribute) else ""
                if name in wanted and not owner.endswith("erasure_steps"):
                    found[name].add(str(path.relative_to(ROOT)))
    assert found == wanted


# The deeper tests stand in test_watchdog.py, test_inventory.py
def test_the_deletion_job_failed_silently_for_many_nights(scene: Scene) -> None:
    scene.leavers(TUVA)
    assert not _late(scene)
    scene.later(days=30)  # nobody has run anything
    assert _late(scene)


def _late(scene: Scene) -> bool:
    return RETENTION_LATE in {alarm.kind for alarm in watch(scene.house()).standing}


# The deeper tests stand in test_inventory.py
def test_a_broken_job_looked_idle(scene: Scene) -> None:
    """Zero where there were many is an error; and nothing to do is written down as such."""
    for number in range(30):
        record = novo_record(TUVA)
        record.key, record.identifiers = f"n{number}", {}
        scene.novo.put(record)
    scene.look()
    scene.novo._records.clear()
    with pytest.raises(NotProven, match="inventory_shrunk"):
        take_inventory(scene.house())
    assert planning.draw(scene.house(), kind=PlanKind.RETENTION, as_of=date(2026, 11, 2)) is None
    (drawn,) = events(scene.house(), EventKind.PLAN_DRAWN)
    assert (drawn.expected, drawn.found) == (0, 0)


# The deeper tests stand in test_execution_answers.py
def test_the_person_is_told_done_while_one_system_refused(scene: Scene) -> None:
    scene.leavers(TUVA)
    record = scene.novo.find(key_of(TUVA))
    assert record is not None
    record.locked = True
    plan = scene.office.draw_request(scene.ref(TUVA))
    scene.office.approve(plan)
    scene.run(plan)
    scene.later()
    done = scene.run(plan)
    assert [one.system for one in done.left if one.why is Why.KEPT] == ["novo"]
    assert done.is_wrong
    with pytest.raises(Refused, match="not_certified"):
        of_plan(scene.house(), plan.ref)


# The deeper tests stand in test_main_job.py, tests/spec/test_intake_rows.py
def test_the_input_file_deleted_on_a_parse_error(scene: Scene) -> None:
    house = scene.house()
    house.staging.put("export.csv", b"this is no export\x00\x00")
    for ref in begin_import(house):
        with suppress(FileRefused):
            import_file(house, ref)
    delete_imported(house)
    assert [item.name for item in house.staging.list_items()] == ["export.csv"]


# The deeper tests stand in test_restore.py
def test_backups_resurrect_people(scene: Scene) -> None:
    """Who was erased is known outside the databases, and by digest inside them."""
    _, ref = erase_tuva(scene)
    house = scene.house()
    done = [entry for entry in house.journal.entries() if entry.step == "done"]
    assert [p.subject_id for entry in done for p in entry.people] == [from_reference(SUBJECT, ref)]
    (gone,) = (p for entry in done for p in entry.people)
    assert gone.whole
    with reading(house.engine) as connection:
        listed = connection.execute(select(erasure_list.c.digest)).scalars().all()
    assert [bytes(digest).hex() for digest in listed] == list(gone.digests)


# The deeper tests stand in test_legal_holds.py, test_execution_changes.py
def test_released_holds_are_forgotten(scene: Scene) -> None:
    scene.leavers(TUVA)
    hold = scene.hold(TUVA)
    assert planning.draw(scene.house(), kind=PlanKind.RETENTION, as_of=date(2026, 11, 2)) is None
    scene.release(hold)
    plan = scene.approved()
    scene.run(plan)
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN


# The deeper tests stand in gallra policy trace; tests/unit/test_outer_bindings.py
@pytest.mark.parametrize(
    "controller", ["academedia", "behandlingsskolerne", "bergqvist", "tommerup"]
)
def test_a_policy_promises_a_job_whose_deletes_are_commented_out(controller: str) -> None:
    """Every place that a rule speaks of is reached: by a machine that is bound, or by a person."""
    policy = load_policy(ROOT / "policies" / f"{controller}.yaml")
    bindings = load_bindings(
        ROOT / "deployments" / "systems" / f"{controller}.yaml",
        policy=policy,
        environment={"GALLRA_HOME": "/srv/gallra"},
    )
    for rule in policy.retention:
        for name, system in policy.systems.items():
            if not rule.covers.in_system(name) or system.role in {
                "records",
                "staging",
                "case_system",
                "device",
            }:
                continue
            bound = bindings.systems[name]
            if system.reached == "by_hand":
                assert isinstance(bound, Manual | Absent), name
                assert system.by_hand is not None, name
            else:
                assert not isinstance(bound, Manual), name
    assert all(rule.then in set(Then) for rule in policy.retention)


# The deeper tests stand in test_ledger_attacks.py
def test_erasing_personal_data_inside_hashed_audit_rows_breaks_the_chain(scene: Scene) -> None:
    scene.leavers(TUVA)
    before = verify_ledger(scene.house()).size
    plan = scene.approved()
    scene.run(plan)
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN
    assert verify_ledger(scene.house()).size > before, "nothing was taken out of it"


# The deeper tests stand in test_execution_changes.py
def test_fresh_data_deleted_through_an_old_end_date(scene: Scene) -> None:
    scene.leavers(TUVA)
    plan = scene.approved()
    scene.bring(case("1000000001", TUVA, end=LEFT), case("1000000005", TUVA, end="2027-05-01"))
    with pytest.raises(Refused, match="plan_changed"):
        scene.run(plan)
    # And activity after an old date, in any system, holds the person back everywhere.
    record = novo_record(LINA)
    record.active_on = date(2026, 10, 20)
    scene.novo.put(record)
    scene.bring(case("1000000006", LINA, end=LEFT))
    scene.look()
    assert planning.draw(scene.house(), kind=PlanKind.RETENTION, as_of=date(2026, 11, 2)) is None


# The deeper tests stand in test_execution_changes.py, test_plan_drawing.py
def test_deletion_ran_every_minute_instead_of_once(scene: Scene) -> None:
    scene.leavers(TUVA)
    plan = scene.approved()
    assert scene.office.draw().ref == plan.ref, "the same thing is planned once"
    calls: list[int] = []
    real = scene.novo.carry_out
    scene.novo.carry_out = lambda orders: (calls.append(len(orders)), real(orders))[1]  # type: ignore[method-assign]
    for _ in range(3):
        scene.run(plan)
    scene.later()
    for _ in range(3):
        scene.run(plan)
    assert calls == [1]
    assert len(events(scene.house(), EventKind.ITEM_DONE)) == 2


# The deeper tests stand in test_planning.py, test_execution_changes.py
def test_the_approved_list_and_what_is_deleted_come_from_separate_logic(scene: Scene) -> None:
    scene.leavers(TUVA, OMAR)
    plan = scene.approved()
    approved = {
        (one.item.action, one.item.categories)
        for one in scene.items(plan).values()
        if one.item.system == "novo"
    }
    carried: set[tuple[str, tuple[str, ...]]] = set()
    real = scene.novo.carry_out

    def noted(orders: object) -> None:
        carried.update((str(order.action), order.categories) for order in orders)  # type: ignore[attr-defined]
        real(orders)  # type: ignore[arg-type]

    scene.novo.carry_out = noted  # type: ignore[method-assign]
    # What was put there since the approval is on no list, and is not touched.
    scene.novo.put(novo_record(LINA))
    scene.run(plan)
    assert carried == approved
    assert scene.novo.find(key_of(LINA)) is not None
    told = {one.facts["approved"] for one in events(scene.house(), EventKind.PLAN_BEGUN)}
    assert told == {plan.hash}


def test_every_hole_is_named() -> None:
    """As many as there are: a test that is taken out is missed."""
    tree = ast.parse(Path(__file__).read_text("utf-8"))
    names = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    assert len(names) == len(set(names)) == 25
