"""Twenty rounds on two servers and two workers, one of each killed in the middle: nothing is
doubled, nothing is lost, somebody is told within five minutes, and the rerun is green."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil
import pytest
from sqlalchemy import func, select

from connectors.case_access import EveryCase, Level, Reader
from connectors.case_register import CaseRegister
from console.test_numbers import is_coordination_number, official_test_numbers
from lifecycle.ledger import EventKind
from lifecycle.plan import PlanState
from records import alarms, plans
from records.engines import reading
from records.tables import engagement, holding, lease, staged_file
from tasks.erasing.finding import find_by_national_id
from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tasks.proving.certifying import of_plan
from tasks.proving.proof import verify_ledger
from tasks.watching.scheduler import RUN_FAILED, RUN_STUCK, WORKER_MISSING
from tests.conftest import MEASURED
from tests.factories.houses import row
from tests.factories.officers import events
from tests.flows.serving import ROOT, Runs, Telephone, drop, enrol_by_phone, left_long_ago
from tests.scale.group import Group, GroupApi, group

pytestmark = [pytest.mark.server, pytest.mark.long, pytest.mark.timeout(3000)]

ROUNDS = int(os.environ.get("SCALE_ROUNDS", "20"))
CUT, APPROVED = ROUNDS // 3, ROUNDS // 2
"""The rounds in which a worker and a server are killed, and in which people are erased."""
CASES = 3
MANY = 4000
"""Cases in the import that is cut off: it must last for a moment."""
TOLD_WITHIN = 300.0
IMPORT, PURGE = "import-af/import-af-academedia", "purge-staging/purge-staging-academedia"
VERIFY = "verify-ledger/verify-ledger-bergqvist"
ERASURE = "archive-erase/archive-erase-academedia"
TELLS = {WORKER_MISSING, RUN_STUCK, RUN_FAILED}
NUMBERS = [n for n in official_test_numbers() if not is_coordination_number(n) and n[:2] == "19"]


Record = Callable[[str, object], None]


@dataclass
class Life:
    """What was put in, and what ran."""

    group: Group
    runs: Runs
    brought: set[str] = field(default_factory=set)
    """Case references that must be there."""
    gone: set[str] = field(default_factory=set)
    """Identity numbers of the people who were erased."""
    started: list[str] = field(default_factory=list)

    @contextmanager
    def opened(self) -> Iterator[House]:
        """The house of these workers, as a command in a terminal opens it."""
        settings = Settings.from_environment({**os.environ, **self.group.environment})
        with open_house("academedia", settings=settings) as house:
            yield house

    def start(self, *names: str) -> list[str]:
        made = [self.runs.start(name) for name in names]
        self.started += made
        return made

    def all_over(self, made: Sequence[str]) -> None:
        for run in made:
            self.runs.until(run, "Completed")

    def drop(self, number: int, *lines: str, cases: int = CASES) -> None:
        """An export of this round, and the lines beside it."""
        mine = [f"{300_000_000 + number * 10_000 + one}" for one in range(cases)]
        who = [NUMBERS[(number * 7 + one) % 400] for one in range(cases)]
        rows = [row(c, ("Prov", "Exempelsson", w)) for c, w in zip(mine, who, strict=True)]
        drop(self.group.home, f"export-{number}.csv", *rows, *lines)
        self.brought |= set(mine)

    def holder(self, run: str) -> str | None:
        """The worker that has this run in hand."""
        for name, process in self.group.processes.items():
            if name.startswith("worker"):
                for child in psutil.Process(process.pid).children(recursive=True):
                    try:
                        if run in child.environ().get("PREFECT__FLOW_RUN_ID", ""):
                            return name
                    except psutil.Error:
                        continue
        return None


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    with group(tmp_path_factory.mktemp("group")) as made:
        made.run("init")
        chosen = ("--controller", "academedia", "--controller", "bergqvist")
        made.run("deploy", *chosen)
        with GroupApi(made.place) as api:
            yield Life(made, Runs(api))


def test_two_workers_beside_one_reported(life: Life, record_property: Record) -> None:
    """The same work by one worker and by two; no clock is the judge."""
    work = [
        f"{flow}/{flow}-{controller}"
        for controller in ("academedia", "bergqvist")
        for flow in ("verify-ledger", "witness-ledger", "take-inventory")
    ]
    took = []
    for number in (1, 2):
        _employ(life, number)
        if number == 1:
            life.all_over(life.start(VERIFY))  # it is up
        else:
            _until_workers(life, 2)
        began = time.monotonic()
        life.all_over(life.start(*work))
        took.append(time.monotonic() - began)
    record_property(
        MEASURED,
        f"six runs: one worker {took[0]:.1f} s, two {took[1]:.1f} s, "
        f"speed-up {took[0] / took[1]:.2f} on {os.cpu_count()} cores",
    )


def test_twenty_rounds_and_a_power_cut(life: Life, record_property: Record) -> None:
    for number in (1, 2):
        _employ(life, number)
    _until_workers(life, 2)
    with life.opened() as house:
        phone = enrol_by_phone(house, "chef-test")
    for number in range(ROUNDS):
        if number == CUT:
            waited = _power_cut(life, number)
            record_property(MEASURED, f"worker and server killed: told after {waited:.0f} s")
        elif number == APPROVED:
            _approved_erasure(life, number, phone)
        else:
            _round(life, number)
    _everything_once(life)


def _round(life: Life, number: int) -> None:
    """The same import twice at once, a third by a command beside them, and what others do; then
    two purges at once."""
    life.drop(number)
    beside = _command(life, "import") if number % 4 == 1 else None
    life.all_over(life.start(IMPORT, IMPORT, VERIFY))
    if beside is not None:
        assert beside.wait(timeout=120) in (0, 1, 5)  # 5: somebody else has it in hand
    life.all_over(life.start(PURGE, PURGE))
    assert _left(life) == []


def _power_cut(life: Life, number: int) -> float:
    """The worker that imports and one of the servers are gone at once; seconds until the watchdog
    and Prefect say so. Then both are started again, and the run is retried."""
    assert _command(life, "watch").wait(timeout=120) in (0, 1)
    assert _alarms(life) == []
    life.drop(number, cases=MANY)
    (run,) = life.start(IMPORT)
    end = time.monotonic() + 120
    while life.runs.read(run)["state"]["type"] != "RUNNING" or life.holder(run) is None:
        assert time.monotonic() < end
    held = life.holder(run)
    assert held is not None
    life.group.kill(held)
    life.group.kill("api-1")
    killed = time.monotonic()
    state = life.runs.read(run)["state"]["type"]
    assert state == "RUNNING", "it had ended: nothing was cut off"
    # Work goes on meanwhile: one worker and one server are there.
    life.all_over(life.start(VERIFY))
    while not _told_of_both(life) or life.runs.read(run)["state"]["type"] != "CRASHED":
        assert time.monotonic() - killed < TOLD_WITHIN, _alarms(life)
        # A worker may be away for a moment: nothing stands until it has been silent for a while.
        assert _command(life, "watch", "--all").wait(timeout=120) in (0, 1)
        time.sleep(2)
    told = time.monotonic() - killed
    for name in ("api-1", held):
        life.group.start_again(name)
    life.group.until_it_answers(life.group.ports[0])
    retry = {"type": "SCHEDULED", "name": "AwaitingRetry"}
    life.runs.api.post(
        f"/flow_runs/{run}/set_state", {"state": retry, "force": True}
    ).raise_for_status()
    life.runs.until(run, "Completed")
    life.all_over(life.start(PURGE))
    assert _left(life) == []
    return told


def _approved_erasure(life: Life, number: int, phone: Telephone) -> None:
    """Two people have left; an officer approves it in the form, while imports go on."""
    who = NUMBERS[500:502]
    lines = [
        left_long_ago(f"{200_000_000 + n}", ("Prov", "Borta", one)) for n, one in enumerate(who)
    ]
    life.drop(number, *lines)
    life.all_over(life.start(IMPORT))
    (run,) = life.start(ERASURE)
    life.runs.until(run, "Suspended")
    life.drop(ROUNDS + 1)
    beside = life.start(IMPORT, VERIFY)
    life.runs.answer(
        run, "Completed", officer=phone.handle, code=phone.fresh(), decision="approve",
        reason="checked",
    )  # fmt: skip
    life.all_over(beside)
    life.all_over(life.start(PURGE))
    life.gone |= set(who)
    with life.opened() as house:
        with reading(house.engine) as connection:
            [plan] = plans.find(connection, controller="academedia", limit=1)
        assert plan.state is PlanState.PROVEN
        assert of_plan(house, plan.ref).statement["plan"] == plan.ref


def _everything_once(life: Life) -> None:
    with life.opened() as house:
        assert isinstance(house.case_system, CaseRegister)
        everybody = Reader(level=Level.ADMINISTRATOR, ref="somebody")
        views = list(house.case_system.read(EveryCase(), as_=everybody))
        counted = Counter(view.key.case_reference for view in views if view.payload is not None)
        assert set(counted) == life.brought
        assert set(counted.values()) == {1}
        with reading(house.engine) as connection:
            known = Counter(connection.scalars(select(engagement.c.case_reference)))
            doubled = connection.execute(
                select(holding.c.subject_id)
                .group_by(holding.c.subject_id, holding.c.engagement_id, holding.c.category)
                .having(func.count() > 1)
            ).all()
            leases = connection.scalar(select(func.count()).select_from(lease))
            files = connection.execute(select(staged_file)).all()
        assert {c: n for c, n in known.items() if c in life.brought} == dict.fromkeys(
            life.brought, 1
        )
        assert doubled == []
        assert leases == 0
        assert len(files) == ROUNDS + 1
        assert {file.outcome for file in files} == {"imported"}
        done = Counter(one["ref"] for one in events(house, EventKind.DELETION_DONE))
        assert set(done.values()) == {1}
        assert not any(find_by_national_id(house, number) for number in life.gone)
        verify_ledger(house)
    assert _left(life) == []
    for run in life.started:
        state = life.runs.read(run)["state"]
        assert state["type"] == "COMPLETED", state


def _alarms(life: Life) -> list[tuple[str, str]]:
    """What stands about workers and runs."""
    with life.opened() as house, reading(house.engine) as connection:
        standing = alarms.standing(connection, controller="academedia")
        return [(one.kind, one.ref) for one in standing if one.kind in TELLS]


def _told_of_both(life: Life) -> bool:
    """Of the worker, and of the run that it had in hand."""
    kinds = {kind for kind, _ in _alarms(life)}
    return WORKER_MISSING in kinds and bool(kinds & {RUN_STUCK, RUN_FAILED})


def _left(life: Life) -> list[str]:
    return [path.name for path in (life.group.home / "staging").iterdir()]


def _command(life: Life, *words: str) -> subprocess.Popen[bytes]:
    """A person's command, beside the workers."""
    return subprocess.Popen(
        [sys.executable, "-c", "from console.main import main; main()", *words],
        cwd=ROOT, env=life.group.told(), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _employ(life: Life, number: int) -> None:
    """The worker of this number, if it is not at work."""
    if (name := f"worker-{number}") not in life.group.processes:
        life.group.start(name, "worker", "--name", f"number-{number}", "--limit", "2")


def _until_workers(life: Life, number: int) -> None:
    end = time.monotonic() + 120
    while True:
        found = life.runs.api.post("/work_pools/gallra/workers/filter", {}).raise_for_status()
        heard = [one for one in found.json() if one["status"] == "ONLINE"]
        if len(heard) >= number:
            return
        assert time.monotonic() < end, life.group.said()
        time.sleep(0.5)
