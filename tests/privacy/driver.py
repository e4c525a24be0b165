"""Runs the flows in a process of its own, as a deployment would, and makes them fail.

`python -m tests.privacy.driver MODE HOME RESULTS`; MODE: `all`, `crash`, `people begin`,
`people go on`, `kill FLOW`; what became of each scenario
is written to RESULTS, one JSON line each. What this process prints is a surface that is searched.
"""

from __future__ import annotations

import base64
import json
import os
import pickle
import re
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from flows.session import prefect_session
from tests.privacy import telling_people
from tests.privacy.cast import CONTROLS, PEOPLE, told
from tests.privacy.erasing_people import BY_HAND, FLOWN, decide, fill_systems
from tests.privacy.forcing import ERRORS, say
from tests.privacy.placed_people import look_everywhere
from tests.privacy.planted import small_export
from tests.privacy.scenarios import (
    BY_ITSELF,
    ON_POSTGRES,
    WITH_PEOPLE,
    Scenario,
    on_the_way,
    scenarios,
)
from tests.privacy.sharing_people import share_everything

CONTROLLER = "academedia"


class Drive:
    """The flows, and a folder that always has something new for them."""

    def __init__(self, home: Path, results: Path, second_home: Path | None, *, files: int) -> None:
        from flows import (
            archive_erase,
            consent_steps,
            erasure_steps,
            follow_up,
            import_af,
            incident,
            inform,
            processor_review,
            purge_staging,
            register_consent,
            register_steps,
            rights_request,
            share,
            share_steps,
            steps,
            store,
            take_inventory,
            verify_ledger,
        )

        self._flows: dict[str, Callable[..., Any]] = {
            "import": import_af.import_af,
            "purge": purge_staging.purge_staging,
            "verify": verify_ledger.verify_ledger,
            "inventory": take_inventory.take_inventory,
            "erase": archive_erase.archive_erase,
            "follow up": follow_up.follow_up,
            "share": share.share,
            "store": store.store,
            "inform": inform.inform,
            "incident": incident.incident,
            "processor review": processor_review.processor_review,
            "consent": register_consent.register_consent,
            "rights": rights_request.rights_request,
        }
        self._home = home
        self._second_home = second_home
        self._results = results
        self._files = files
        for name in ("settle", "take_stock", "import_file"):
            # The same retries, without the waiting.
            quick = getattr(steps, name).with_options(retry_delay_seconds=0.01)
            setattr(steps, name, quick)
        for name in ("take_inventory", "draw_plan", "agreed_plans"):
            quick = getattr(erasure_steps, name).with_options(retry_delay_seconds=0.01)
            setattr(erasure_steps, name, quick)

        for module, names in (
            (share_steps, ("agreed", "register", "to_tell", "is_open_to_decide")),
            (store, ("look_through",)),
            (consent_steps, ("import_forms", "keep_orders")),
            (register_steps, ("check_processors", "check_risks", "is_open_to_review")),
            (incident, ("read_register", "is_open_to_decide")),
            (rights_request, ("waiting",)),
        ):
            for name in names:
                quick = getattr(module, name).with_options(retry_delay_seconds=0.01)
                setattr(module, name, quick)

    def play(self, scenario: Scenario) -> None:
        """Stage a new export, let the flow run into the error, and write down what came out."""
        home = self._home if scenario.name != ON_POSTGRES else self._second_home
        assert home is not None
        self._files += 1
        name, data = small_export(self._files)
        folder = home / "staging"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
        with scenario.arrange():
            self.run(scenario.name, scenario.flow, scenario.expected)
        (folder / name).unlink(missing_ok=True)  # else every later run would meet it again

    def run(self, name: str, flow: str, expected: str = "", controller: str = CONTROLLER) -> None:
        """Run a flow and note whether it ended as it should."""
        self.caught(name, flow, lambda: self._flows[flow](controller), expected)

    def caught(self, name: str, flow: str, call: Callable[[], object], expected: str) -> None:
        """The same of whatever somebody does."""
        text, carried = "", ""
        try:
            call()
        except BaseException as error:  # noqa: BLE001 -- also what no flow may let out
            # As whoever called the flow sees it, and as Prefect would store it.
            text = str(error)
            told_all = "".join(traceback.format_exception(error))
            carried = base64.b64encode(pickle.dumps(error) + told_all.encode()).decode()
            if expected.startswith("class:"):
                text = f"class:{type(error).__name__}"
        fits = bool(re.match(expected, text)) if expected and text else expected == text
        self.note(name=name, flow=flow, text=text, carried=carried, fits=fits)

    def note(self, **line: object) -> None:
        with self._results.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def play_all(drive: Drive, home: Path, second_home: Path | None) -> None:
    drive.run("what a worker could not import", "import")
    drive.run("goes too", "purge")
    drive.run("an unknown controller", "import", "^controller_unknown: ", told(PEOPLE[7]))
    fill_systems(home)
    for scenario in scenarios(home, second_home=second_home):
        drive.play(scenario)
    drive.run("what was left open is finished", "import")
    drive.run("every system is asked", "inventory")
    for person, targets in ((BY_HAND, WITH_PEOPLE), (FLOWN, BY_ITSELF)):
        decide(home, person)
        for scenario in on_the_way(targets):
            drive.play(scenario)
    drive.run("what is left", "follow up")
    share_everything(drive, home)
    look_everywhere(drive, home)
    drive.run("what is due", "erase")
    drive.run("everything goes", "purge")
    drive.run("and is proven", "verify")
    dumps, _ = resource.getrlimit(resource.RLIMIT_CORE)
    drive.note(name="no core dump", flow="", text="", carried="", fits=dumps == 0)
    drive.note(name="control", flow="", text=told(CONTROLS[0]), carried="", fits=True)
    print(told(CONTROLS[1]))


def crash(drive: Drive) -> None:
    """Say a lot and be killed in the middle of storing."""

    def killed(*_: object, **__: object) -> None:
        say(PEOPLE[8])
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("records.importing.Importing.finish", killed)
        drive.play(Scenario("killed", "import", nullcontext, "never reached"))


def main(mode: str, home: Path, results: Path) -> None:
    second = os.environ.get("SECOND_HOME")
    second_home = Path(second) if second else None
    with prefect_session(home) as server:
        assert not server.started_here
        if mode == "crash":
            crash(Drive(home, results, None, files=5000))
        if mode.startswith("kill "):
            telling_people.kill(Drive(home, results, None, files=5200), mode[5:])
            return  # it was not killed: the results say so
        if mode.startswith("people "):
            telling_people.PARTS[mode[7:]](Drive(home, results, None, files=5300), home)
            return
        drive = Drive(home, results, second_home, files=0)
        play_all(drive, home, second_home)
    raise ERRORS["tells everywhere"](PEOPLE[9])  # that nobody catches at all


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
