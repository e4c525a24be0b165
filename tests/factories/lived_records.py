"""An installation after a while, stage by stage: what was written is written by the work itself.

Each stage is what Gallra could do from one schema of the records on; its folder is the whole home
as it stood then. Where a table knows only what no step here leaves behind, a row stands for it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from sqlalchemy import insert

from lifecycle.references import SUBJECT, from_reference, new_id
from records import tables
from tasks.consents.barring import restrict
from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tasks.processors.assessments import Weighed, assess
from tasks.proving.proof import witness
from tests.factories import planning
from tests.factories.erasures import Office
from tests.factories.houses import PEOPLE, test_settings
from tests.factories.keys import StandingClock
from tests.factories.sharing import Desk
from tests.privacy import people_played
from tests.privacy.people_watched import KNOWN, Heard, Played

TUVA, OMAR, LINA = PEOPLE["Tuva"], PEOPLE["Omar"], PEOPLE["Lina"]
AT: Final = "2026-11-02T08:00:00.000000+00:00"


def settings_of(home: Path) -> Settings:
    """The installation under `home`, on SQLite."""
    return test_settings(
        home,
        records=f"sqlite:///{home}/records/records.db",
        keys=f"sqlite:///{home}/keys/keys.db",
    )


@dataclass
class _Life:
    folder: Path
    clock: StandingClock
    stack: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        settings = settings_of(self.folder / "home")
        (self.folder / "office").mkdir(parents=True)

        def build() -> House:
            return self.stack.enter_context(
                open_house("academedia", settings=settings, now=self.clock)
            )

        self.desk = Desk(build, self.clock)
        self.played = Played(self.desk, self.folder / "office", Heard())
        self.office = Office(self.desk.house, self.clock)

    def close(self) -> None:
        """End every run, as if the machine were switched off."""
        self.stack.close()
        self.stack, self.desk.opened = ExitStack(), None

    def put(self, table: str, **row: object) -> None:
        """A row that no step here leaves behind."""
        with self.desk.house().engine.begin() as connection:
            connection.execute(insert(getattr(tables, table)).values(**row))


def _first(life: _Life) -> None:
    house = life.desk.house()
    cases = (("1000000001", TUVA), ("1000000002", OMAR), ("1000000003", LINA))
    planning.bring(house, *(planning.case(number, who) for number, who in cases))
    people_played.bring(life.played)
    life.put("erasure_list", digest=b"e" * 16, erased_at=AT)
    life.put("lease", name="file/1", holder="R-1", expires_at=AT)
    life.put(
        "alarm", id=new_id(), controller="academedia", kind="lost_run", ref="R-1", raised_at=AT,
        cleared_at=AT,
    )  # fmt: skip


def _retention(life: _Life) -> None:
    house = life.desk.house()
    planning.in_novo(house, planning.novo_record(LINA))
    planning.hold(house, planning.person(house, LINA), "contact")
    life.desk.officers = life.office.enrolled()
    life.played.officers["first"] = life.desk.officers[0]
    life.office.erase(planning.reference(house, TUVA))
    lina, other = planning.person(house, LINA), from_reference(SUBJECT, life.played.ref(KNOWN[0]))
    life.put("relation", subject_id=lina, to_id=other)


def _disclosures(life: _Life) -> None:
    desk = life.desk
    plan = desk.approved(OMAR, LINA)
    assert desk.send(plan)
    life.office.erase(desk.ref(OMAR))


def _storage(life: _Life) -> None:
    found = {"controller": "academedia", "place": "file-server", "digest": b"d" * 16}
    life.put(
        "finding", **found, id=new_id(), sign="identity", worth="sensitive", rule="A-66", number=1,
        first_seen_at=AT, seen_at=AT, state="cleared", cleared_at=AT,
    )  # fmt: skip
    life.put("scanned", **found, version="1", policy_sha256="", outcome="nothing", seen_at=AT)


def _tellings(life: _Life) -> None:
    house = life.desk.house()
    lina = planning.person(house, LINA)
    life.put("concerned", telling_id=new_id(), subject_id=lina, categories="identity")


def _rights(life: _Life) -> None:
    people_played.answer_requests(life.played)
    house = life.desk.house()
    restrict(house, life.played.ref(KNOWN[2]), review_on=date(2027, 1, 1), **life.played.by("chef"))


def _incidents(life: _Life) -> None:
    people_played.have_an_incident(life.played)
    life.put(
        "incident_report", incident_id=new_id(), number=1, sent_at=AT, added_at=AT,
        created_by="O-0000000000001", more=0,
    )  # fmt: skip


def _assessments(life: _Life) -> None:
    weighed = Weighed("risk", date(2026, 11, 2), 2, 2, "", None)
    parts = {"reasons": "Låg risk."}
    assess(life.desk.house(), "activity.support", weighed, parts=parts, **life.played.by("dpo"))


_PARTS: Final[dict[str, Callable[[_Life], None]]] = {
    "r0001": _first,
    "r0003": _retention,
    "r0004": _disclosures,
    "r0005": _storage,
    "r0006": _tellings,
    "r0010": lambda life: people_played.tell_people(life.played),
    "r0012": lambda life: people_played.ask_for_consent(life.played),
    "r0013": _rights,
    "r0014": _incidents,
    "r0015": lambda life: people_played.take_in_lists(life.played),
    "r0016": _assessments,
}
"""From which schema on it could be done."""


@dataclass(frozen=True)
class Lived:
    """The homes as they stood, by the schema from which on that could be done."""

    homes: dict[str, Path]
    ended: StandingClock

    def at(self, revision: str) -> Path:
        """The home of an installation that knows nothing younger than `revision`."""
        return self.homes[max(known for known in self.homes if known <= revision)]


def live(folder: Path) -> Lived:
    """Play all of it below `folder`."""
    life, homes = _Life(folder, StandingClock()), {}
    for revision, part in _PARTS.items():
        part(life)
        life.put("shredding", holding_id=new_id())  # the next run finds that no key has that number
        witness(life.desk.house())
        life.close()
        homes[revision] = folder / f"home-at-{revision}"
        shutil.copytree(folder / "home", homes[revision])
    return Lived(homes, life.clock)
