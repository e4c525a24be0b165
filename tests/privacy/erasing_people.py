"""Planted people go the whole way of an erasure: known in outer systems, planned, held, agreed on,
erased, certified, explained, and kept from coming back with a backup.

`python -m tests.privacy.erasing_people HOME RESULTS` is the last part of it, by command; what it
prints is a surface that is searched.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

import tasks.house.wiring
from console.sample_people import Person
from lifecycle.plan import ERASURES, PlanState
from records import plans
from records.engines import reading
from tasks.erasing.finding import find_by_national_id
from tasks.erasing.inventory import take_inventory
from tasks.erasing.requests import ask_for_erasure
from tasks.house.parts import House
from tasks.house.today import local_today
from tasks.work_orders.items import open_orders
from tests.factories.erasures import Office
from tests.factories.houses import ROOT
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator
from tests.factories.participants_everywhere import in_novo, in_omnius
from tests.privacy.cast import CONTROLS, PEOPLE, full_name, told

FLOWN, BY_HAND, HELD, LATE = PEOPLE[:4]
"""Erased by a flow; erased by command after people weeded places; held; erased when Novo is
reached again."""
EVERYWHERE: Final = PEOPLE[:6]
"""Who stands in Novo and Omnius as well."""
_UNDECIDED: Final = re.compile(
    r"((?:first meeting \(A-99\)\.|categories: \[identity, assignment\])\n +)"
    r"legal_basis: undecided\n +decision: legal-basis"
)
"""Of the purpose and of the recipient, whose bases somebody has to decide before sharing."""
_FOUR_WAYS: Final = "channels: [cloud-folder, encrypted-mail, encrypted-mail-with-file, usb-stick]"


def installed(folder: Path, more: dict[str, Any] | None = None) -> dict[str, str]:
    """The project's own policies and bindings, but for a few things: what is erased is read back at
    once, the legal basis of the assignment is decided, Novo tells people apart by their mail
    address too, every class may take every way, and `more` is bound. Where they lie."""
    shutil.copytree(ROOT / "policies", folder / "policies")
    shutil.copytree(ROOT / "deployments" / "systems", folder / "systems")
    policy = folder / "policies" / "academedia.yaml"
    text = policy.read_text(encoding="utf-8")
    assert "verify_after: PT1H" in text
    text = text.replace("verify_after: PT1H", "verify_after: at_once")
    text, decided = _UNDECIDED.subn(r"\1legal_basis: legal_obligation", text)
    assert decided == 2
    assert text.count(_FOUR_WAYS) == 1
    text = text.replace(_FOUR_WAYS, "channels: any")
    policy.write_text(text, encoding="utf-8")
    bound = folder / "systems" / "academedia.yaml"
    systems = yaml.safe_load(bound.read_text(encoding="utf-8"))
    for table in systems["systems"]["novo"]["tables"]:
        table["match"] = ["national_id", "email"]
    systems |= more or {}
    bound.write_text(yaml.safe_dump(systems, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return {
        "GALLRA_POLICIES": str(folder / "policies"),
        "GALLRA_SYSTEMS": str(folder / "systems"),
    }


def fill_systems(home: Path) -> None:
    """Planted people stand in Novo and Omnius; one record fits two, one has words for a number."""
    folder = home / "systems" / "academedia"
    still = (datetime.now(UTC) + timedelta(days=99)).date().isoformat()
    in_novo(folder / "novo.db", EVERYWHERE, first=1, end=still)
    in_omnius(folder / "omnius.db", EVERYWHERE, first=1, end=still)
    shared = PEOPLE[4]._replace(mail=PEOPLE[5].mail)
    two = PEOPLE[7]._replace(national_id="", mail=PEOPLE[5].mail)
    nobody = PEOPLE[6]._replace(national_id=told(PEOPLE[6]))
    in_novo(folder / "novo.db", [shared, two, nobody], first=100, end=still)


def decide(home: Path, person: Person) -> None:
    """Officers agree that somebody is erased. One is wholly left to a flow: his or her papers are
    weeded by now. The telephones' secrets wait for the last part."""
    secrets = home.parent / "given" / "officers.json"
    ago = timedelta(minutes=30 if secrets.exists() else 90)
    clock = StandingClock(datetime.now(UTC) - ago)
    with ExitStack() as stack:

        def build() -> House:
            return stack.enter_context(tasks.house.wiring.open_house("academedia", now=clock))

        house, office = build(), Office(build, clock)
        if secrets.exists():
            office.officers = telephones(home, clock)
        (found,) = find_by_national_id(house, person.national_id)
        plan = ask_for_erasure(house, found.ref)
        office.approve(plan)
        if person is FLOWN:
            today = local_today(house).isoformat()
            for place in sorted(house.by_hand):
                open_orders(house, plan, place, today=today)
            office.weed_by_hand(plan)
        kept = {one.handle: one.secret.hex() for one in office.officers}
    secrets.write_text(json.dumps(kept))


def telephones(home: Path, clock: StandingClock) -> list[Authenticator]:
    """Those of the officers that are enrolled."""
    kept = json.loads((home.parent / "given" / "officers.json").read_text())
    return [Authenticator(name, clock, bytes.fromhex(key)) for name, key in sorted(kept.items())]


class Terminal:
    """`gallra`, typed in this process by officers with their telephones beside them."""

    def __init__(self, home: Path, results: Path) -> None:
        self.home = home
        self.results = results
        self.clock = StandingClock(datetime.now(UTC))
        self.officers = telephones(home, self.clock)

    def gallra(self, *arguments: str, typed: str = "", ends: int = 0) -> None:
        """Run a command; note whether it ended as it should."""
        from console.main import main

        sys.argv = ["gallra", *arguments]
        sys.stdin = io.StringIO(typed)
        # Of what is typed only the command itself: it may be about anybody.
        name = " ".join(word for word in arguments[:2] if word.replace("-", "").isalpha())
        print(f"\n$ {name}", flush=True)
        code: object = 0
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        except BaseException:  # noqa: BLE001 -- what gets out here is what a terminal would show
            traceback.print_exc()
            code = "it got out"
        with self.results.open("a", encoding="utf-8") as file:
            said = f"{code}" if code == ends else f"{code}, not {ends}"
            line = {"name": f"$ {name}", "flow": "", "text": said, "carried": ""}
            file.write(json.dumps(line | {"fits": code == ends}) + "\n")

    def by(self, number: int, *arguments: str) -> None:
        """A command to which an officer types a code."""
        officer = self.officers[number]
        self.gallra(*arguments, "--by", officer.handle, typed=officer.fresh() + "\n")

    @contextmanager
    def house(self) -> Iterator[House]:
        with tasks.house.wiring.open_house("academedia", now=self.clock) as house:
            yield house

    def ref(self, national_id: str) -> str:
        with self.house() as house:
            (found,) = find_by_national_id(house, national_id)
        return found.ref


Part = Callable[[Terminal], None]


def last_part(at: Terminal, *, before: Part, afterwards: Part) -> None:
    """By command, with everything that can go wrong on the way; `before` anybody else is erased,
    `afterwards` before a backup is put back."""
    with at.house() as house:
        assert take_inventory(house)["novo"].ambiguous == 1
        with reading(house.engine) as connection:
            (plan,) = plans.find(
                connection, controller="academedia", states=[PlanState.EXECUTING], kinds=ERASURES
            )
    held, late = at.ref(HELD.national_id), at.ref(LATE.national_id)
    gone = at.ref(BY_HAND.national_id)
    review = (at.clock() + timedelta(days=90)).date().isoformat()
    hold = ["hold", "add", held, "--reason", "proceeding", "--review", review]
    first = at.officers[0]
    at.gallra(*hold, "--by", first.handle, typed=first.wrong() + "\n", ends=3)
    at.by(0, *hold)
    at.gallra("hold", "list")
    at.gallra("erase", held, ends=3)  # nothing may go
    at.gallra("erase", told(HELD), ends=3)
    before(at)
    at.gallra("erase", late)
    drawn = _refused(at)
    for words in (["plan", "list", "--all"], ["plan", "show", plan.ref, "--all"],
                  ["plan", "show", plan.ref, "--json"], ["explain", held],
                  ["explain", late, "--json"], ["officers", "list"]):  # fmt: skip
        at.gallra(*words)
    at.gallra("plan", "create", "--rehearse", "--as-of", "2031-12-31", "--all")
    at.by(0, "approve", drawn)
    _backup(at.home, at.home.parent / "backup")
    novo = at.home / "systems" / "academedia" / "novo.db"
    novo.rename(aside := novo.with_name("aside"))
    at.gallra("execute", drawn, ends=6)
    at.gallra("execute", plan.ref, ends=1)
    aside.rename(novo)
    _weed(at)
    for ref in (drawn, plan.ref):
        at.gallra("execute", ref)
    _told(at, plan.ref, gone)
    afterwards(at)
    _restored(at, plan.ref, gone)


def _refused(at: Terminal) -> str:
    """A plan that nobody may approve or carry out so; its reference."""
    with at.house() as house, reading(house.engine) as connection:
        (drawn,) = plans.find(
            connection, controller="academedia", states=[PlanState.DRAWN], kinds=ERASURES
        )
    for handle, code in (
        (at.officers[0].handle, at.officers[0].wrong()),
        (full_name(HELD), told(HELD)),
        (at.officers[0].handle, HELD.national_id),
    ):
        at.gallra("approve", drawn.ref, "--by", handle, typed=f"{code}\n", ends=3)
    at.gallra("execute", drawn.ref, ends=3)
    return drawn.ref


def _weed(at: Terminal) -> None:
    """People weed places and say so; nobody asks whose papers they are."""
    with at.house() as house:
        from tasks.work_orders.orders import lines

        orders = [one for one in lines(house) if one.what == "weed"]
    assert orders
    at.gallra("work-orders", "list")
    evidence = at.home.parent / "given" / f"{full_name(BY_HAND)}.txt"
    evidence.write_text(told(BY_HAND), encoding="utf-8")
    for order in orders:
        at.gallra("work-orders", "show", order.ref)
        at.gallra("work-orders", "done", order.ref, "--by", at.officers[0].handle, "--evidence",
                  told(BY_HAND), typed=at.officers[0].fresh() + "\n", ends=3)  # fmt: skip
        at.by(0, "work-orders", "done", order.ref, "--evidence", str(evidence))
        if order.second_person:
            at.by(1, "work-orders", "confirm", order.ref)


def _told(at: Terminal, plan: str, gone: str) -> None:
    """What is said of an erasure afterwards."""
    out = at.results.parent
    at.gallra("certificate", "show", plan)
    at.gallra("certificate", "show", plan, "--html", str(out / "certificate.html"))
    at.gallra("certificate", "show", plan, "-o", str(out / "certificate.json"))
    at.gallra("certificate", "verify", str(out / "certificate.json"))
    at.gallra("explain", gone)
    at.gallra("erase", gone, ends=3)
    at.gallra("ledger", "verify")


def _restored(at: Terminal, plan: str, gone: str) -> None:
    """An older backup is put back: nothing opens it before the erasures are replayed."""
    for name in ("records", "keys", "case_register"):
        shutil.rmtree(at.home / name)
        shutil.copytree(at.home.parent / "backup" / name, at.home / name)
    at.gallra("explain", gone, ends=6)
    at.gallra("status", ends=6)
    at.gallra("restore", "replay")
    at.gallra("explain", gone)
    at.gallra("certificate", "show", plan, ends=3)


def _backup(home: Path, to: Path) -> None:
    for name in ("records", "keys", "case_register"):
        shutil.copytree(home / name, to / name)


def main(home: Path, results: Path) -> None:
    from tests.privacy.sharing_people import by_command, tell_recipients  # they need this module

    at = Terminal(home, results)
    opened: Callable[..., object] = tasks.house.wiring.open_house
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            tasks.house.wiring,
            "open_house",
            lambda controller, **more: opened(controller, **{"now": at.clock} | more),
        )
        last_part(at, before=by_command, afterwards=tell_recipients)
    print(told(CONTROLS[2]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
