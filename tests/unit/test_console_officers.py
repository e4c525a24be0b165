"""`gallra officers`, `gallra approve` and `gallra hold`, as they are typed."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from console.main import app
from console.output import Exit
from lifecycle import totp
from lifecycle.plan import PlanState
from lifecycle.references import SUBJECT, to_reference
from records import plans
from records.engines import reading
from tasks.house.wiring import open_house
from tasks.officers import approvals
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, add_people, draw_plan


@dataclasses.dataclass
class Desk:
    """A terminal with officers' telephones beside it; the clock is the machine's own, moved."""

    clock: StandingClock

    def gallra(self, *arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(app, list(arguments), input=typed)

    def enrol(self, handle: str, role: str, by: Authenticator | None = None) -> Authenticator:
        words = ["officers", "add", handle, "--role", role, "--unconfirmed", "--json"]
        words += [] if by is None else ["--by", by.handle]
        done = self.gallra(*words, typed="" if by is None else by.fresh() + "\n")
        assert done.exit_code == Exit.DONE, done.output
        told = json.loads(done.stdout)
        assert "keep it out of logs" in done.stderr
        assert told["uri"].startswith("otpauth://totp/")
        secret = totp.from_base32(told["secret"])
        return Authenticator(handle, self.clock, secret, told["ref"])


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("GALLRA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    clock = StandingClock(datetime.now(UTC))
    import tasks.house.wiring

    opened = tasks.house.wiring.open_house
    monkeypatch.setattr(
        tasks.house.wiring, "open_house", lambda controller: opened(controller, now=clock)
    )
    yield Desk(clock)


def test_an_officer_is_shown_a_qr_code_and_confirms_with_a_first_code(desk: Desk) -> None:
    # The secret is not known before it is printed: a first code cannot be given blindly.
    done = desk.gallra("officers", "add", "chef-nord", "--role", "chef", typed="000000\n")
    assert done.exit_code == Exit.REFUSED
    assert "▀" in done.stdout or "█" in done.stdout or "▄" in done.stdout
    shown = re.search(r"type the secret: ([A-Z2-7]{32})$", done.stdout, re.MULTILINE)
    assert shown is not None
    assert "code_wrong" in done.stderr
    assert "No officers yet" in desk.gallra("officers", "list").stdout


def test_officers_are_listed_and_removed_with_agreement(desk: Desk) -> None:
    chef = desk.enrol("chef-nord", "chef")
    alone = desk.gallra("officers", "add", "chef-syd", "--role", "chef", "--unconfirmed")
    assert alone.exit_code == Exit.REFUSED
    assert "secret" not in alone.stdout
    dpo = desk.enrol("dataskydd", "dpo", by=chef)
    listed = desk.gallra("officers", "list").stdout
    assert "chef-nord" in listed
    assert dpo.ref in listed
    assert totp.to_base32(dpo.secret) not in desk.gallra("officers", "list", "--json").stdout
    gone = desk.gallra(
        "officers", "remove", "chef-nord", "--by", "dataskydd", typed=dpo.fresh() + "\n"
    )
    assert gone.exit_code == Exit.DONE
    assert "removed" in desk.gallra("officers", "list").stdout


def test_a_plan_is_shown_and_approved(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    chef = desk.enrol("chef-nord", "chef")
    current: list[bool] = [True]
    monkeypatch.setattr(approvals, "_is_current", lambda *_: current[0])
    with open_house("academedia", now=desk.clock) as house:
        plan = draw_plan(house)
        other = draw_plan(house, people=0)
    wrong = desk.gallra("approve", plan.ref, typed=f"chef-nord\n{chef.wrong()}\n")
    assert wrong.exit_code == Exit.REFUSED
    assert "code_wrong" in wrong.stderr
    done = desk.gallra("approve", plan.ref, typed=f"chef-nord\n{chef.fresh()}\n")
    assert done.exit_code == Exit.DONE, done.output
    assert plan.hash[:12] in done.stdout
    assert plan.hash not in done.stdout
    last_day = desk.clock().date() + timedelta(days=10)
    assert re.search(rf"records\W+go\W+erase\W+3\W+3\W+{last_day}", done.stdout)
    assert f"{plan.ref}  approved" in done.stdout
    assert done.stdout.splitlines()[-1] == f"gallra execute {plan.ref}"
    declined = desk.gallra(
        "approve", other.ref, "--decline", "--by", "chef-nord", "--json", typed=chef.fresh()
    )
    assert json.loads(declined.stdout)["state"] == "declined"
    with open_house("academedia", now=desk.clock) as house, reading(house.engine) as connection:
        states = [
            plans.get(connection, controller="academedia", number=each.number).state
            for each in (plan, other)
        ]
    assert states == [PlanState.APPROVED, PlanState.DECLINED]


def test_what_a_leaver_had_agreed_to_is_listed_as_to_be_approved_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(approvals, "_is_current", lambda *_: True)
    chef = desk.enrol("chef-nord", "chef")
    dpo = desk.enrol("dataskydd", "dpo", by=chef)
    with open_house("academedia", now=desk.clock) as house:
        plan = draw_plan(house)
    agreed = desk.gallra("approve", plan.ref, "--by", "chef-nord", typed=chef.fresh())
    assert agreed.exit_code == Exit.DONE, agreed.output
    (listed,) = json.loads(desk.gallra("plan", "list", "--json").stdout)["plans"]
    assert (listed["state"], listed["lacks_approvals"]) == ("approved", False)
    assert "again" not in desk.gallra("plan", "show", plan.ref).stdout
    left = desk.gallra("officers", "remove", "chef-nord", "--by", "dataskydd", typed=dpo.fresh())
    assert left.exit_code == Exit.DONE, left.output
    (listed,) = json.loads(desk.gallra("plan", "list", "--json").stdout)["plans"]
    assert (listed["state"], listed["lacks_approvals"]) == ("approved", True)
    assert ", to approve again" in desk.gallra("plan", "show", plan.ref).stdout


def test_without_a_code_nothing_is_asked_of_the_records(desk: Desk) -> None:
    desk.enrol("chef-nord", "chef")
    with open_house("academedia", now=desk.clock) as house:
        plan = draw_plan(house)
    done = desk.gallra("approve", plan.ref, "--by", "chef-nord")
    assert done.exit_code == Exit.USAGE
    assert "standard input" in done.stderr


def test_holds_are_placed_reviewed_and_released(desk: Desk) -> None:
    chef = desk.enrol("chef-nord", "chef")
    with open_house("academedia", now=desk.clock) as house:
        [person] = add_people(house, 1)
    soon = (desk.clock() + timedelta(days=5)).strftime("%Y-%m-%d")
    later = (desk.clock() + timedelta(days=90)).strftime("%Y-%m-%d")
    by = ("--by", "chef-nord")
    reference = to_reference(SUBJECT, person)
    words = ("hold", "add", reference, "--reason", "proceeding", "--review", soon, *by)
    placed = desk.gallra(*words, "--json", typed=chef.fresh())
    assert placed.exit_code == Exit.DONE, placed.output
    ref = json.loads(placed.stdout)["ref"]
    listed = desk.gallra("hold", "list")
    assert listed.exit_code == Exit.DONE
    assert ref in listed.stdout
    assert "everything" in listed.stdout
    assert reference not in listed.stdout
    desk.clock.pass_time(days=6)
    overdue = desk.gallra("hold", "list")
    assert overdue.exit_code == Exit.ATTENTION
    assert f"{soon} OVERDUE" in overdue.stdout
    reviewed = desk.gallra("hold", "review", ref, "--next", later, *by, typed=chef.fresh())
    assert reviewed.exit_code == Exit.DONE
    assert desk.gallra("hold", "list").exit_code == Exit.DONE
    released = desk.gallra("hold", "release", ref, *by, typed=chef.fresh())
    assert released.exit_code == Exit.DONE
    assert "No legal hold stands." in desk.gallra("hold", "list").stdout


def test_a_hold_takes_words_and_no_note(desk: Desk) -> None:
    done = desk.gallra(
        "hold", "add", "S-0", "--reason", "anything", "--review", "2099-01-01", "--by", "x"
    )
    assert done.exit_code == Exit.USAGE
