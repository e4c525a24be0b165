"""`gallra plan` and `gallra explain` say what goes, why and by which sentence, and never who."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner, Result

from console.main import app
from console.output import Exit
from lifecycle.references import PLAN, SUBJECT, new_id, to_reference
from lifecycle.retention.decide import CARRIED_OUT
from lifecycle.retention.facts import WhyRefused
from lifecycle.retention.weighing import NOT_HAPPENED
from tasks.house.today import local_today
from tasks.house.wiring import open_house
from tasks.remedies.every import listed_codes
from tests.factories.houses import PEOPLE
from tests.factories.planning import bring, case, reference

OMAR, LINA = PEOPLE["Omar"], PEOPLE["Lina"]


class Desk(NamedTuple):
    """An office with one participant whose time is nearly up, and one who has just begun."""

    omar: str
    lina: str
    today: str
    ahead: str
    """A day in more than a year."""

    def gallra(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments))

    def told(self, *arguments: str) -> Any:
        return json.loads(self.gallra(*arguments, "--json").output)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("GALLRA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "220")
    assert CliRunner().invoke(app, ["init"]).exit_code == Exit.DONE
    with open_house("academedia") as house:
        today = local_today(house)
        left, begun = today - timedelta(days=178), today - timedelta(days=400)
        bring(
            house,
            case("1000000001", OMAR, start=begun.isoformat(), end=left.isoformat()),
            case(
                "1000000002",
                LINA,
                start=begun.isoformat(),
                end=(today + timedelta(days=100)).isoformat(),
            ),
        )
        yield Desk(
            reference(house, OMAR),
            reference(house, LINA),
            today.isoformat(),
            (today + timedelta(days=500)).isoformat(),
        )


def names_nobody(output: str) -> bool:
    values = (*OMAR, *LINA, "omar@example.se", "0701740605", "Provgatan")
    return not any(value in output for value in values)


def test_a_plan_is_drawn_up_shown_and_listed(desk: Desk) -> None:
    made = desk.told("plan", "create")
    assert made["state"] == "drawn"
    assert {item["person"] for item in made["items"]} == {desk.omar}
    listed = desk.gallra("plan", "list")
    assert made["ref"] in listed.output
    shown = desk.gallra("plan", "show", made["ref"])
    assert shown.exit_code == Exit.DONE
    assert desk.omar in shown.output
    assert "A-71: “ska tas bort senast sex månader efter att eleven slutat”" in shown.output
    assert "fewer than 5 may tell who somebody was" in shown.output
    assert names_nobody(shown.output)
    states = {item["state"] for item in desk.told("plan", "show", made["ref"])["items"]}
    assert states == {"planned"}


def test_drawing_up_again_gives_the_same_plan(desk: Desk) -> None:
    first, second = desk.told("plan", "create"), desk.told("plan", "create")
    assert first == {**second, "items": first["items"]}
    assert len(desk.told("plan", "list")["plans"]) == 1


def test_a_rehearsal_of_a_day_to_come_stores_nothing(desk: Desk) -> None:
    done = desk.gallra("plan", "create", "--as-of", desk.ahead)
    assert "nothing is stored" in done.output
    assert {desk.omar, desk.lina} <= set(done.output.split())
    assert names_nobody(done.output)
    assert desk.told("plan", "list") == {"plans": []}
    assert desk.gallra("plan", "list").output == "No plan waits.\n"


def test_the_turn_of_the_year_is_rehearsed_and_then_drawn_up(desk: Desk) -> None:
    ahead = desk.told("plan", "create", "--year-end", "--rehearse")
    assert ahead["rehearsal"] is True
    assert ahead["as_of"] == f"{desk.today[:4]}-12-31"
    made = desk.told("plan", "create", "--year-end")
    assert (made["kind"], made["as_of"]) == ("year_end", ahead["as_of"])
    assert [item["person"] for item in ahead["items"]] == [i["person"] for i in made["items"]]


def test_nothing_to_do_is_said_in_these_words(desk: Desk) -> None:
    desk.told("plan", "create", "--person", desk.omar)
    past = desk.gallra("plan", "create", "--as-of", "2020-01-01")
    assert "Nothing to do" in past.output
    assert past.exit_code == Exit.DONE


def test_somebody_who_asks_gets_a_plan_of_their_own(desk: Desk) -> None:
    made = desk.told("plan", "create", "--person", desk.lina)
    assert made["kind"] == "request"
    assert {item["verdict"] for item in made["items"]} == {"go"}
    only = desk.gallra("plan", "show", made["ref"], "--person", desk.omar)
    assert only.exit_code == Exit.REFUSED
    wrong = desk.gallra("plan", "create", "--person", desk.lina, "--year-end")
    assert wrong.exit_code == Exit.USAGE


def test_nobody_draws_up_a_plan_in_the_name_of_an_unknown_officer(desk: Desk) -> None:
    done = desk.gallra("plan", "create", "--by", "nobody-known")
    assert done.exit_code == Exit.REFUSED
    assert desk.told("plan", "list") == {"plans": []}


def test_an_unknown_plan_is_refused(desk: Desk) -> None:
    done = desk.gallra("plan", "show", to_reference(PLAN, new_id()))
    assert done.exit_code == Exit.REFUSED


def test_explain_fits_on_a_screen_and_names_the_sentence(desk: Desk) -> None:
    done = desk.gallra("explain", desk.lina)
    assert done.exit_code == Exit.DONE
    assert "A-71: “ska tas bort senast sex månader" in done.output
    assert "Goes by" in done.output
    assert names_nobody(done.output)
    kept = desk.told("explain", desk.omar)["kept"]
    assert {one["verdict"] for one in kept} == {"go"}


def test_explain_does_not_know_who_was_never_here(desk: Desk) -> None:
    done = desk.gallra("explain", to_reference(SUBJECT, new_id()))
    assert done.exit_code == Exit.ATTENTION
    assert "not known: erased, or never here" in done.output


@pytest.mark.parametrize("reason", [*WhyRefused, CARRIED_OUT, NOT_HAPPENED, "undecided"])
def test_every_reason_of_an_item_has_sentences_of_its_own(reason: str) -> None:
    assert str(reason) in listed_codes()
