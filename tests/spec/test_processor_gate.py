"""Without a valid agreement and review nothing new goes into a system or out of it from the day
on that the policy names; what protects people goes on (A-11, A-18, H-40, docs/decisions/0019)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from connectors.base import CaseKey
from lifecycle.bindings import load_bindings
from lifecycle.configuration.problems import BindingsError
from lifecycle.errors import Refused, Unreachable
from lifecycle.plan import PlanState
from lifecycle.policy.load import load_policy
from lifecycle.policy.model import Policy
from lifecycle.policy.processors import Need
from lifecycle.processor import Entry
from lifecycle.processor_entry import EntryKind
from records import file_imports
from records.engines import reading
from tasks.house.door_wiring import doors
from tasks.house.doors import Doors
from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.house.wiring import read_bindings
from tasks.importing.intake import import_file
from tasks.importing.main_job import begin_import
from tasks.importing.purge import purge
from tasks.processors.gate import require_may_run, stopped
from tasks.processors.noting import note
from tasks.sharing.withdrawing import withdraw
from tests.factories import planning
from tests.factories.execution import TUVA, Scene, scene
from tests.factories.houses import PEOPLE, Builder, build, dialect, export, house, row
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol
from tests.factories.sharing import MAIL, Desk
from tests.factories.sharing_elsewhere import School

__all__ = ["build", "dialect", "house", "scene"]

POLICIES = Path(__file__).resolve().parents[2] / "policies"
TODAY = date(2026, 11, 2)
"""The tests' clock."""


@pytest.fixture
def surroundings() -> str:
    return "twins in memory"


def binding(policy: Policy, day: date = TODAY) -> Policy:
    """The policy as it is when somebody has written the day; of all its needs the agreement."""
    assert policy.processor_review is not None
    review = policy.processor_review.model_copy(
        update={"binding_from": day, "needs": (Need.AGREEMENT,)}
    )
    changed = policy.model_copy(update={"processor_review": review})
    changed._sha256 = policy.sha256
    return changed


def bound(house: House, day: date = TODAY) -> House:
    return dataclasses.replace(house, policy=binding(house.policy, day))


def agreed(
    house: House, clock: StandingClock, *names: str, by: Authenticator | None = None
) -> None:
    """Somebody who answers for everything notes agreements."""
    who = enrol(house, clock, "dpo", "dpo", "company", "group", by=by)
    for name in names:
        entry = Entry(EntryKind.AGREEMENT, TODAY, None, "own")
        note(house, name, entry, officer="dpo", code=who.fresh())


def not_valid(what: Callable[[], object], system: str) -> None:
    with pytest.raises(Refused, match=rf"^processor_not_valid {system}$"):
        what()


def stage(house: House, *rows: str) -> None:
    house.staging.put("export.csv", export(*rows))


def run_import(house: House) -> None:
    for ref in begin_import(house):
        import_file(house, ref)


def test_a_policy_that_names_no_day_stops_nothing(house: House) -> None:
    assert stopped(house) == {}
    require_may_run(house, "workbuster")


def test_it_binds_from_the_policys_day_on_and_only_systems_of_processors(house: House) -> None:
    tomorrow = bound(house, date(2026, 11, 3))
    assert stopped(tomorrow) == {}
    today = bound(house)
    assert stopped(today)["workbuster"] == ("workbuster",)
    assert set(stopped(today)) == {
        "workbuster", "omnius", "pingpong", "adobe-connect", "af-staging", "onedrive",
        "google-drive", "e-mail",
    }  # fmt: skip
    for ours in ("gallra", "novo", "local-computer", "computer"):
        require_may_run(today, ours)
    not_valid(lambda: require_may_run(today, "onedrive"), "onedrive")


def test_the_day_is_the_controllers_own(house: House, standing_clock: StandingClock) -> None:
    """At 23:30 UTC on the first it is the second in Stockholm."""
    second = bound(house, date(2026, 11, 2))
    standing_clock.instant = standing_clock.instant.replace(day=1, hour=22, minute=30)
    assert stopped(second) == {}
    standing_clock.instant = standing_clock.instant.replace(day=1, hour=23, minute=30)
    assert "workbuster" in stopped(second)


def test_an_agreement_opens_the_door_and_its_end_closes_it(
    house: House, standing_clock: StandingClock
) -> None:
    today = bound(house)
    who = enrol(house, standing_clock, "dpo", "company", "dpo")
    entry = Entry(EntryKind.AGREEMENT, TODAY, TODAY, "own")
    note(today, "workbuster", entry, officer="dpo", code=who.fresh())
    require_may_run(today, "workbuster")
    standing_clock.pass_time(days=1)
    not_valid(lambda: require_may_run(today, "workbuster"), "workbuster")


def test_nothing_is_taken_from_the_folder_and_it_is_emptied_all_the_same(house: House) -> None:
    today = bound(house)
    stage(today, row("1000000001", PEOPLE["Tuva"]))
    not_valid(lambda: run_import(today), "af-staging")
    assert len(list(today.staging.list_items())) == 1
    report = purge(today)
    assert (report.deleted, list(today.staging.list_items())) == (1, [])


def test_nothing_is_handed_over_and_what_is_taken_in_waits_safely(
    house: House, standing_clock: StandingClock
) -> None:
    agreed(house, standing_clock, "cloud")
    today = bound(house)
    stage(today, row("1000000001", PEOPLE["Tuva"]))
    not_valid(lambda: run_import(today), "workbuster")
    key = CaseKey("1000000001", "Rusta och matcha")
    assert list(today.case_system.read_back([key])) == []
    with reading(house.engine) as connection:
        [number] = file_imports.unfinished(connection, controller=house.controller)
    # A second file is not kept waiting by the first one's paper, only by its own.
    assert begin_import(today) != []
    # Nothing stops it any more: the same run goes on where it stopped.
    run_import(house)
    assert [state.copies for state in house.case_system.read_back([key])] == [1]
    with reading(house.engine) as connection:
        assert file_imports.by_id(connection, number).state == file_imports.VERIFIED


def test_erasing_reading_back_and_proving_go_on(scene: Scene) -> None:
    """Novo and the case system both without a paper: who is due goes from both, to the end."""
    scene.leavers(TUVA)

    def without_papers(policy: Policy) -> Policy:
        changed = binding(policy)
        workbuster = changed.processors["workbuster"]
        runs_all = workbuster.model_copy(update={"systems": tuple(changed.systems)})
        return changed.model_copy(update={"processors": {"workbuster": runs_all}})

    scene.with_policy(without_papers)
    assert {"novo", "workbuster", "af-staging"} <= set(stopped(scene.house()))
    scene.look()
    plan = scene.approved()
    scene.run(plan)
    scene.later()
    outcome = scene.run(plan)
    assert outcome.state is PlanState.PROVEN
    assert scene.people() == 0
    assert list(scene.novo.records()) == []


def test_a_missing_paper_of_an_import_keeps_no_erasure_waiting(scene: Scene) -> None:
    scene.leavers(TUVA)
    plan = scene.approved()
    house = bound(scene.house())
    agreed(scene.house(), scene.clock, "cloud", by=scene.office.enrolled()[0])
    stage(house, row("1000000009", PEOPLE["Lina"]))
    not_valid(lambda: run_import(house), "workbuster")
    # What an earlier run left: an import that may not be handed over, and a plan under way.
    scene.change = lambda one: bound(one)
    begin_import(scene.house())
    scene.run(plan)
    scene.later()
    begin_import(scene.house())
    assert scene.run(plan).state is PlanState.PROVEN


def through(house: House, **ways: str) -> House:
    doors = house.doors
    changed = {
        name: dataclasses.replace(door, through=ways.get(name.replace("-", "_"), ""))
        for name, door in doors.ways.items()
    }
    return dataclasses.replace(house, doors=dataclasses.replace(doors, ways=changed))


@pytest.fixture
def desk(build: Builder, standing_clock: StandingClock) -> Desk:
    desk = Desk(build, standing_clock)
    desk.bring(planning.case("1000000001", TUVA))
    return desk


def test_nothing_is_sent_through_it_nor_its_password_and_what_was_sent_is_taken_back(
    desk: Desk,
) -> None:
    sent = desk.approved(TUVA)
    desk.send(sent)
    plan = desk.approved(TUVA)
    handed = len(desk.mail.handed), len(desk.text.handed)
    for ways in ({"encrypted_mail_with_file": "e-mail"}, {"text_message": "e-mail"}):
        desk.change = lambda house, ways=ways: through(bound(house), **ways)  # type: ignore[misc]
        not_valid(lambda: desk.send(plan), "e-mail")
    assert (len(desk.mail.handed), len(desk.text.handed)) == handed
    desk.outgoing_is_empty()
    # Taking back what lies there is no sending.
    desk.change = lambda house: through(
        bound(house), encrypted_mail_with_file="e-mail", text_message="e-mail"
    )
    withdraw(desk.house(), sent.ref)
    desk.change = lambda house: through(house, encrypted_mail_with_file="e-mail")
    desk.send(plan)
    assert len(desk.mail.handed) > handed[0]


def test_a_container_that_went_in_time_is_not_opened_by_a_password_that_goes_too_late(
    desk: Desk,
) -> None:
    plan = desk.approved(TUVA)
    desk.text.answers.append(Unreachable("channel_unreachable"))
    with pytest.raises(Unreachable):
        desk.send(plan)
    assert len(desk.mail.handed) == 1
    tried = len(desk.text.handed)
    desk.change = lambda house: through(bound(house), text_message="e-mail")
    not_valid(lambda: desk.send(plan), "e-mail")
    assert (len(desk.mail.handed), len(desk.text.handed)) == (1, tried)
    desk.change = lambda house: through(house, text_message="e-mail")
    desk.send(plan)
    assert len(desk.text.handed) == tried + 1


def test_nothing_is_read_out_of_it_for_a_disclosure(
    build: Builder, standing_clock: StandingClock
) -> None:
    school = School(build, standing_clock)
    school.bring(planning.case("1000000001", TUVA))
    school.in_novo(TUVA)
    school.look()
    plan = school.agreed()

    def without_paper(house: House) -> House:
        policy = binding(house.policy)
        workbuster = policy.processors["workbuster"]
        processors = {"workbuster": workbuster.model_copy(update={"systems": ("novo",)})}
        changed = policy.model_copy(update={"processors": processors})
        changed._sha256 = policy.sha256
        return dataclasses.replace(house, policy=changed)

    school.change = without_paper
    not_valid(lambda: school.send(plan), "novo")
    not_valid(lambda: school.prepared(), "novo")
    school.nothing_left()
    school.look()  # the inventory goes on: whoever is due is found


def test_every_way_says_through_whose_system_it_goes_where_a_paper_binds(
    house: House, tmp_path: Path
) -> None:
    file = house.settings.systems / "academedia.yaml"
    text = file.read_text("utf-8")
    channels = f"\nchannels:\n  {MAIL}: {{kind: memory}}\n"
    environment = {"GALLRA_HOME": str(tmp_path)}

    def problems(added: str, policy: Policy) -> list[str]:
        path = tmp_path / "academedia.yaml"
        path.write_text(text + channels + added, "utf-8")
        try:
            load_bindings(path, policy=policy, environment=environment)
        except BindingsError as wrong:
            return [problem.message for problem in wrong.problems]
        return []

    policy = load_policy(POLICIES / "academedia.yaml")
    assert problems("", policy) == []
    [message] = problems("", binding(policy))
    assert "say through which system" in message
    assert problems(f"through: {{{MAIL}: e-mail}}\n", binding(policy)) == []
    [message] = problems(f"through: {{{MAIL}: e-mial}}\n", policy)
    assert "no system 'e-mial'" in message
    [message] = problems("through: {fax: e-mail}\n", policy)
    assert "no such channel" in message
    path = tmp_path / "academedia.yaml"
    path.write_text(text + channels + f"through: {{{MAIL}: e-mail}}\n", "utf-8")
    settings = Settings.from_environment(
        dict(house.settings.environment) | {"GALLRA_SYSTEMS": str(tmp_path)}
    )
    made: Doors = doors(
        read_bindings(settings, policy),
        settings,
        outgoing=tmp_path,
        zone=policy.controller.zone,
    )
    assert made.door(MAIL).through == "e-mail"
