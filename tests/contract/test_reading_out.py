"""What every system that can be read out promises: exactly the person, exactly the categories, the
same words on every reading, and nothing of whoever is protected (A-68)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from connectors.system import Asked, Exports, ReadOut, Shown
from lifecycle.errors import GallraError, Refused, Unreachable
from tests.contract.test_outer_systems import KINDS, NEW_OWNER, PERSONAL, hers
from tests.contract.test_outer_systems import world as world
from tests.factories.outer_worlds import Pupil, World

TUVA = Pupil(key="k1")


def asked(world: World, key: str = "k1", **more: Any) -> Asked:
    given: dict[str, Any] = {"kind": "pupil", "categories": ("contact", "identity"), "theirs": hers}
    return Asked(key=world.pupil_key(key), **(given | more))


def exports(world: World) -> Exports:
    assert isinstance(world.system, Exports)
    return world.system


def read(world: World, *ones: Asked) -> list[ReadOut]:
    return list(exports(world).read_out(ones))


def told(answer: ReadOut) -> dict[tuple[str, str], str]:
    assert answer.shown is Shown.TAKEN
    return {(value.category, value.field): value.text for value in answer.values}


def test_the_kinds_of_the_contract_are_all_here() -> None:
    assert {"sqlite", "http", "memory"} < set(map(str, KINDS))


def test_exactly_the_categories_asked_for_are_read_out_field_by_field(world: World) -> None:
    world.put(TUVA)
    [one] = read(world, asked(world))
    assert told(one) == {
        ("contact", "email"): "tuva@example.se",
        ("contact", "street"): "Provgatan 1",
        ("identity", "name"): "Tuva Exempelsson",
        ("identity", "national_id"): "198507099805",
    }
    [other] = read(world, asked(world, categories=("contact",)))
    assert {category for category, _ in told(other)} == {"contact"}
    [none] = read(world, asked(world, categories=("health",)))
    assert told(none) == {}


def test_what_there_is_several_times_is_all_there(world: World) -> None:
    world.put(TUVA)
    [one] = read(world, asked(world, categories=("study",)))
    assert "; ".join(told(one).values()) == "A i slöjd; C i kemi"
    assert all(field.startswith("grades") for _, field in told(one))


def test_what_is_empty_is_left_out(world: World) -> None:
    world.put(replace(TUVA, street="", email=" "))
    [one] = read(world, asked(world, categories=("contact",)))
    assert told(one) == {}


def test_one_answer_for_each_in_the_order_asked(world: World) -> None:
    for key in ("k1", "k2", "k3"):
        world.put(replace(TUVA, key=key))
    order = [asked(world, key) for key in ("k3", "gone", "k1", "k3", "k2")]
    answers = read(world, *order)
    assert [one.key for one in answers] == [one.key for one in order]
    missing = Shown.MISSING
    assert [one.shown is missing for one in answers] == [False, True, False, False, False]
    assert read(world) == []


def test_two_readings_of_the_same_are_equal_and_a_change_shows(world: World) -> None:
    world.put(TUVA)
    whole = asked(world, categories=("contact", "identity", "study"))
    [first], [again] = read(world, whole), read(world, whole)
    assert first == again
    world.move("k1", "Andra gatan 2")
    [moved] = read(world, whole)
    assert moved != first
    world.move("k1", "Provgatan 1")
    assert read(world, whole) == [first]
    world.add_grade("k1", "B i musik")
    assert read(world, whole) != [first]


def test_keys_that_only_resemble_one_are_other_keys(world: World) -> None:
    for key in ("1", "17", "A1", "%"):
        world.put(replace(TUVA, key=key))
    for key in ("a1", "1 ", "7", "_", "1%"):
        assert read(world, asked(world, key))[0].shown is Shown.MISSING, key
    assert read(world, asked(world, "%"))[0].shown is Shown.TAKEN


def test_a_record_that_is_somebody_elses_by_now_is_not_read_out(world: World) -> None:
    world.put(replace(TUVA, name="Omar Påhittad", national_id=NEW_OWNER))
    [one] = read(world, asked(world))
    assert (one.shown, one.values) == (Shown.ANOTHERS, ())


def test_a_record_of_which_nobody_can_tell_whose_it_is_is_not_read_out(world: World) -> None:
    def nobody_knows(_: Mapping[str, str]) -> bool | None:
        return None

    world.put(TUVA)
    [one] = read(world, asked(world, theirs=nobody_knows))
    assert (one.shown, one.values) == (Shown.UNCLEAR, ())


def test_who_keeps_the_vault_is_asked_about_a_record_without_identifiers_too(world: World) -> None:
    heard: list[Mapping[str, str]] = []

    def told_of(identifiers: Mapping[str, str]) -> bool | None:
        heard.append(dict(identifiers))
        return None

    world.put(replace(TUVA, national_id=""))
    assert read(world, asked(world, theirs=told_of))[0].shown is Shown.UNCLEAR
    assert heard == [{}]


@pytest.mark.parametrize("mark", ["ja", "S", "1", "skyddad folkbokföring", "?"])
def test_of_a_protected_person_nothing_is_read_out(world: World, mark: str) -> None:
    world.put(replace(TUVA, protected=mark))
    [one] = read(world, asked(world))
    assert (one.shown, one.values) == (Shown.PROTECTED, ())


@pytest.mark.parametrize("mark", ["", "0", "nej"])
def test_a_mark_that_means_no_protects_nobody(world: World, mark: str) -> None:
    world.put(replace(TUVA, protected=mark))
    assert read(world, asked(world))[0].shown is Shown.TAKEN


def test_a_record_marked_as_deleted_is_not_read_out(world: World) -> None:
    world.put(TUVA)
    world.recycle("k1")
    if world.show("k1") is not None and "elever" not in world.details.values():
        pytest.skip("this system has no such mark in its binding")
    assert read(world, asked(world))[0].shown is Shown.MISSING


def test_nothing_is_changed_by_it(world: World) -> None:
    world.put(TUVA)
    before = world.show("k1")
    read(world, asked(world), asked(world, "gone"))
    assert world.show("k1") == before


def test_a_system_that_is_away_is_never_one_without_the_record(world: World) -> None:
    world.put(TUVA)
    world.take_away()
    with pytest.raises(Unreachable):
        read(world, asked(world))


def test_a_key_of_another_table_is_refused(world: World) -> None:
    if not world.prefixed:
        pytest.skip("one table has no names in its keys")
    world.put(TUVA)
    with pytest.raises(Refused, match="key_malformed"):
        read(world, replace(asked(world), key=world.parent_key("k1")))


def test_no_value_shows_in_a_text_an_error_or_a_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    world.put(replace(TUVA, key="tuva.exempelsson"))
    one = asked(world, "tuva.exempelsson")
    [answer] = read(world, one)
    assert told(answer)
    said = [repr(one), repr(answer), repr(answer.values), *map(repr, answer.values)]
    world.take_away()
    with pytest.raises(GallraError) as caught:
        read(world, one)
    error: BaseException | None = caught.value
    while error is not None:
        said += [str(error), repr(error), str(vars(error))]
        error = error.__context__
    said += [record.getMessage() for record in caplog.records]
    for text in said:
        assert not any(word in text for word in (*PERSONAL, "tuva.exempelsson")), text
