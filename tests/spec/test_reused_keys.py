"""Only the data of the person who is named in the plan goes (A-73): a system that gives a key anew,
or has learnt more since the inventory, is met by looking."""

from __future__ import annotations

from lifecycle.plan import ItemState, PlanState
from tests.factories.execution import (
    LINA,
    OMAR,
    TUVA,
    Scene,
    key_of,
    novo_record,
    scene,
    surroundings,
)
from tests.factories.houses import build, dialect

__all__ = ["build", "dialect", "scene", "surroundings"]


def give_anew(scene: Scene, key: str) -> object:
    """Novo has Lina under this key by now; no inventory has seen it."""
    record = scene.novo.find(key)
    assert record is not None
    record.identifiers = {"national_id": LINA[2]}
    record.fields = {"identity": {"name": " ".join(LINA[:2]), "national_id": LINA[2]}}
    return record


def test_a_key_given_to_somebody_else_before_the_erasure_erases_nobody_else(scene: Scene) -> None:
    scene.leavers(TUVA, OMAR)
    tuva = scene.ref(TUVA)
    plan = scene.approved()
    theirs = give_anew(scene, key_of(TUVA))
    scene.run(plan)
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN
    assert scene.novo.find(key_of(TUVA)) is theirs, "it is Lina's"
    assert scene.novo.find(key_of(OMAR)) is None
    assert scene.states(plan, tuva)["novo"] is ItemState.PROVEN, "hers is gone"


def test_a_key_given_to_somebody_else_before_reading_back_does_not_stop_the_proof(
    scene: Scene,
) -> None:
    scene.leavers(TUVA)
    plan = scene.approved()
    scene.run(plan)
    assert scene.novo.find(key_of(TUVA)) is None
    scene.novo.put(novo_record((LINA[0], LINA[1], LINA[2])))
    new = scene.novo.find(key_of(LINA))
    assert new is not None
    new.key = key_of(TUVA)
    scene.later()
    assert scene.run(plan).state is PlanState.PROVEN
    assert scene.novo.find(key_of(TUVA)) is new


def test_what_was_written_since_the_inventory_is_neither_erased_nor_called_gone(
    scene: Scene,
) -> None:
    scene.leavers(TUVA)
    plan = scene.approved()
    record = scene.novo.find(key_of(TUVA))
    assert record is not None
    record.fields["study"] = {"grades": "B i musik"}
    scene.run(plan)
    scene.later()
    done = scene.run(plan)
    assert done.state is not PlanState.PROVEN
    assert scene.states(plan)["novo"] is not ItemState.PROVEN
    assert scene.novo.find(key_of(TUVA)) is record, "nobody approved that it goes"
    assert record.categories == ("study",)
    assert scene.people() == 1
