"""When the purpose no longer exists, data is erased, stripped, anonymised or archived (A-70): what
may stay stays, and what is archived is copied before it goes."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from connectors.folder import FolderStaging
from connectors.memory import MemoryStaging
from lifecycle.errors import NotProven
from lifecycle.plan import PlanState
from lifecycle.policy.model import Policy
from lifecycle.policy.retention import Keep, Residue, RetentionRule, Then
from lifecycle.policy.values import Period
from tasks.erasing.execution import Why, require_proven
from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tasks.proving.certifying import of_plan
from tests.factories.execution import (
    TUVA,
    Scene,
    everywhere,
    key_of,
    novo_record,
    scene,
    surroundings,
)
from tests.factories.houses import ROOT, build, dialect, test_settings

__all__ = ["build", "dialect", "scene", "surroundings"]


def novo_rule(policy: Policy, **changed: object) -> Policy:
    """Novo has a rule of its own; the others are as they were."""
    rules: list[RetentionRule] = []
    for rule in policy.retention:
        if rule.id == "participant.six-months":
            rest = tuple(name for name in rule.covers.systems if name != "novo")
            covers = rule.covers.model_copy(update={"systems": rest})
            rules.append(rule.model_copy(update={"covers": covers}))
            covers = rule.covers.model_copy(update={"systems": ("novo",)})
            own = {"id": "novo.own", "covers": covers, **changed}
            rules.append(rule.model_copy(update=own))
        else:
            rules.append(rule)
    return policy.model_copy(update={"retention": tuple(rules)})


def stripping(policy: Policy) -> Policy:
    """The name stays with the accounts, for two years more."""
    policy = novo_rule(policy, then=Then.STRIP, stays=("name",), left_to="novo.later")
    first = policy.rule("novo.own")
    two_years = Keep.model_construct(at_least=Period.parse("P2Y"), at_most=Period.parse("P2Y"))
    later = {
        "id": "novo.later",
        "keep": two_years,
        "then": Then.ERASE,
        "stays": None,
        "left_to": None,
    }
    rules = (*policy.retention, first.model_copy(update=later))
    return policy.model_copy(update={"retention": rules})


def anonymising(policy: Policy) -> Policy:
    residue = Residue.model_construct(fields=("present",), purpose="statistics")
    return novo_rule(policy, then=Then.ANONYMISE, residue=residue)


def archiving(policy: Policy) -> Policy:
    return novo_rule(policy, then=Then.ARCHIVE)


def with_archive(scene: Scene, archive: object) -> None:
    before = scene.change

    def change(house: House) -> House:
        return dataclasses.replace(before(house), archive=archive)  # type: ignore[arg-type]

    scene.change = change


@everywhere
def test_a_strip_leaves_the_named_fields_and_the_record_stays_the_persons(scene: Scene) -> None:
    scene.with_policy(stripping)
    scene.leavers(TUVA)
    plan = scene.approved()
    assert scene.items(plan)["novo"].item.stays == ("name",)
    scene.run(plan)
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN
    record = scene.novo.find(key_of(TUVA))
    assert record is not None
    left = {name: value for f in record.fields.values() for name, value in f.items() if value}
    assert left == {"name": "Tuva Exempelsson"}
    assert scene.people() == 1, "the record is still hers"
    scene.look()
    # What was stripped is not stripped again every night; what is left has a day of its own.
    again = scene.office.plans(as_of="2026-11-05")
    assert again is None
    scene.later(days=600)
    last = scene.approved()
    (item,) = scene.items(last).values()
    assert (item.item.system, item.item.rule, item.item.last_day) == (
        "novo",
        "novo.later",
        "2028-05-11",
    )


def fields_of(scene: Scene) -> dict[str, str]:
    """What Novo's record of Tuva still says."""
    record = scene.novo.find(key_of(TUVA))
    assert record is not None
    return {name: value for f in record.fields.values() for name, value in f.items() if value}


@everywhere
def test_a_hold_on_a_part_keeps_the_rest_neither_from_its_strip_nor_from_what_follows(
    scene: Scene,
) -> None:
    scene.with_policy(stripping)
    scene.leavers(TUVA)
    hold = scene.hold(TUVA, "attendance")
    plan = scene.approved()
    assert scene.items(plan)["novo"].item.categories == ("identity",)
    scene.run(plan)
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN
    assert fields_of(scene) == {"name": "Tuva Exempelsson", "present": "yes"}
    scene.look()
    # Nobody agrees every night to what has been stripped; the name goes on its own last day.
    assert scene.office.plans(as_of="2026-11-05") is None
    scene.later(days=600)
    last = scene.approved()
    assert scene.items(last)["novo"].item[4:7] == ("erase", ("identity",), ())
    scene.run(last)
    scene.later()
    assert scene.run(last).state is PlanState.PROVEN
    assert fields_of(scene) == {"present": "yes"}
    scene.release(hold)
    scene.look()
    freed = scene.approved()
    assert scene.items(freed)["novo"].item.categories == ("attendance",)
    scene.run(freed)
    scene.later()
    assert scene.run(freed).state is PlanState.PROVEN
    assert fields_of(scene) == {}


@everywhere
@pytest.mark.parametrize("looked", [True, False])
def test_what_comes_back_into_a_stripped_record_is_stripped_again(
    scene: Scene, looked: bool
) -> None:
    """The day of leaving is the same: the rule was carried out, and what it is about is there."""
    scene.with_policy(stripping)
    scene.leavers(TUVA)
    plan = scene.approved()
    scene.run(plan)
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN
    if looked:
        scene.look()
    record = scene.novo.find(key_of(TUVA))
    assert record is not None
    record.fields, record.identifiers = novo_record(TUVA).fields, novo_record(TUVA).identifiers
    scene.look()
    again = scene.approved()
    assert scene.items(again)["novo"].item[4:6] == ("strip", ("attendance", "identity"))
    scene.run(again)
    scene.later()
    assert scene.run(again).state is PlanState.PROVEN
    assert fields_of(scene) == {"name": "Tuva Exempelsson"}


def test_an_anonymised_record_is_of_nobody(scene: Scene) -> None:
    scene.with_policy(anonymising)
    scene.leavers(TUVA)
    plan = scene.approved()
    scene.run(plan)
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN
    record = scene.novo.find(key_of(TUVA))
    assert record is not None
    left = {name: value for f in record.fields.values() for name, value in f.items() if value}
    assert left == {"present": "yes"}
    assert record.identifiers == {}
    assert scene.people() == 0
    assert of_plan(scene.house(), plan.ref).statement["systems"]["novo"]["actions"] == {
        "anonymise": 1
    }


def test_a_strip_that_left_too_much_is_not_proven(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.with_policy(stripping)
    scene.leavers(TUVA)
    plan = scene.approved()
    with monkeypatch.context() as patched:
        patched.setattr(scene.novo, "carry_out", lambda _: None)
        scene.run(plan)
    scene.later()
    done = scene.run(plan)
    assert {one.why for one in done.left if one.system == "novo"} == {Why.STILL_THERE}
    with pytest.raises(NotProven):
        require_proven(done)


@everywhere
def test_what_is_archived_is_copied_first(scene: Scene, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    folder.mkdir()
    with_archive(scene, FolderStaging(folder, place="archive"))
    scene.with_policy(archiving)
    scene.leavers(TUVA)
    plan = scene.approved()
    scene.run(plan)
    (file,) = folder.iterdir()
    assert json.loads(file.read_bytes()) == {
        "attendance": {"present": "yes"},
        "identity": {"name": "Tuva Exempelsson", "national_id": TUVA[2]},
    }
    assert file.stat().st_mode & 0o777 == 0o600
    assert key_of(TUVA) not in file.name
    assert TUVA[2] not in file.name
    assert scene.novo.find(key_of(TUVA)) is None
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN
    assert list(folder.iterdir()) == [file]


def test_without_an_archive_nothing_is_erased_there_and_the_others_go_on(scene: Scene) -> None:
    scene.with_policy(archiving)
    scene.leavers(TUVA)
    plan = scene.approved()
    done = scene.run(plan)
    assert ("novo", "no_archive") in done.failures
    assert done.is_wrong
    assert scene.novo.find(key_of(TUVA)) is not None
    archive = MemoryStaging(place="archive", now=scene.clock)
    with_archive(scene, archive)
    scene.run(plan)
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN
    assert len(list(archive.list_items())) == 1


def test_a_case_that_a_rule_would_archive_is_not_anonymised_without_a_copy(scene: Scene) -> None:
    def cases_too(policy: Policy) -> Policy:
        rules = [
            rule.model_copy(update={"then": Then.ARCHIVE, "residue": None})
            if rule.id == "workbuster.six-months"
            else rule
            for rule in policy.retention
        ]
        return policy.model_copy(update={"retention": tuple(rules)})

    scene.with_policy(cases_too)
    with_archive(scene, MemoryStaging(place="archive", now=scene.clock))
    scene.leavers(TUVA)
    plan = scene.approved()
    done = scene.run(plan)
    assert ("workbuster", "no_archive") in done.failures
    assert done.is_wrong
    assert str(scene.states(plan)["workbuster"]) == "planned"


class Forgetful(MemoryStaging):
    """An archive that says yes and keeps half."""

    def read(self, item: object) -> bytes:
        return super().read(item)[:-10]  # type: ignore[arg-type]


class Gone(MemoryStaging):
    """An archive that cannot be reached."""

    def put(self, name: str, data: bytes) -> object:  # type: ignore[override]
        self.failures.unreachable = True
        return super().put(name, data)


@pytest.mark.parametrize(
    ("archive", "code"), [(Forgetful, "archive_differs"), (Gone, "folder_missing")]
)
def test_a_copy_that_is_not_whole_stops_the_erasure(
    scene: Scene, archive: type[MemoryStaging], code: str
) -> None:
    with_archive(scene, archive(place="archive", now=scene.clock))
    scene.with_policy(archiving)
    scene.leavers(TUVA)
    done = scene.run(scene.approved())
    assert ("novo", code) in done.failures
    assert scene.novo.find(key_of(TUVA)) is not None


def test_a_run_that_is_killed_between_copy_and_erasure_leaves_one_copy(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = MemoryStaging(place="archive", now=scene.clock)
    with_archive(scene, archive)
    scene.with_policy(archiving)
    scene.leavers(TUVA)
    plan = scene.approved()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(scene.novo, "carry_out", killed)
        with pytest.raises(KeyboardInterrupt):
            scene.run(plan)
    assert len(list(archive.list_items())) == 1
    assert scene.run(plan).failures == ()
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN
    assert len(list(archive.list_items())) == 1


def test_our_own_records_are_archived_by_the_same_rule(scene: Scene) -> None:
    archive = MemoryStaging(place="archive", now=scene.clock)
    with_archive(scene, archive)

    def everything(policy: Policy) -> Policy:
        rules = [
            rule.model_copy(update={"then": Then.ARCHIVE})
            if rule.id == "participant.six-months"
            else rule
            for rule in policy.retention
        ]
        return policy.model_copy(update={"retention": tuple(rules)})

    scene.with_policy(everything)
    scene.leavers(TUVA)
    plan = scene.approved()
    scene.run(plan)
    assert {item.name.split("-")[0] for item in archive.list_items()} == {"novo"}
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN
    copies = [
        json.loads(archive.read(item))
        for item in archive.list_items()
        if item.name.startswith("gallra-")
    ]
    assert {name for copy in copies for name in copy} == {"assignment", "contact", "identity"}
    assert [c["identity"]["family_name"] for c in copies if "identity" in c] == ["Exempelsson"]


# --- the binding ----------------------------------------------------------------------------------


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    systems = tmp_path / "systems"
    systems.mkdir()
    text = (ROOT / "deployments" / "systems" / "academedia.yaml").read_text("utf-8")
    archive = 'archive:\n  kind: folder\n  path: "${GALLRA_HOME}/archive"\n\nwitness:\n'
    (systems / "academedia.yaml").write_text(text.replace("\nwitness:\n", f"\n{archive}", 1))
    for name in ("bergqvist", "tommerup", "behandlingsskolerne"):
        (systems / f"{name}.yaml").symlink_to(ROOT / "deployments" / "systems" / f"{name}.yaml")
    plain = test_settings(
        tmp_path / "home",
        records=f"sqlite:///{tmp_path}/home/records.db",
        keys=f"sqlite:///{tmp_path}/home/keys.db",
    )
    return dataclasses.replace(plain, systems=systems)


def test_an_archive_that_is_bound_is_made_once_and_never_taken_for_an_empty_one(
    settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "home" / "archive"
    with open_house("academedia", settings=settings) as house:
        assert house.archive is not None
        assert house.archive.place == "archive"
        assert folder.is_dir()
        assert folder.stat().st_mode & 0o777 == 0o700
    folder.rmdir()
    with open_house("academedia", settings=settings) as house:
        assert house.archive is not None
        with pytest.raises(Exception, match="folder_missing"):
            house.archive.put("a.json", b"{}")
