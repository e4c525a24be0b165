"""A controller that imports nothing has a house all the same: what it lacks is refused by name."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.absent import AbsentCaseSystem, AbsentStaging
from connectors.base import CaseKey, StagedItem
from lifecycle.errors import Misconfigured
from tasks.erasing.finding import find_by_case
from tasks.house.parts import House
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tasks.importing.purge import purge
from tasks.importing.stock import take_stock
from tasks.placing.examination import examine
from tasks.proving.exchange import clear_exchange
from tasks.remedies.every import listed_codes
from tasks.watching.daily import watch
from tasks.watching.overview import overview

DATA = Path(__file__).parents[1] / "data" / "policies"
BINDINGS = """
controller: exempel
witness: {file: "${GALLRA_HOME}/witness/exempel.checkpoints"}
systems:
  register: {kind: absent, reason: ett prov}
  binder: {kind: manual, where: skåp 3}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    systems = tmp_path / "systems"
    systems.mkdir()
    (systems / "exempel.yaml").write_text(BINDINGS, encoding="utf-8")
    return Settings.from_environment(
        {
            "GALLRA_HOME": str(tmp_path / "home"),
            "GALLRA_POLICIES": str(DATA),
            "GALLRA_SYSTEMS": str(systems),
        }
    )


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    with open_house("exempel", settings=settings) as house:
        yield house


def test_the_house_opens_and_the_watchdog_has_nothing_to_complain_of(house: House) -> None:
    seen = overview(house)
    assert (seen.has_staging, seen.staging_reachable, seen.files) == (False, True, ())
    assert not watch(house).standing
    assert not overview(house).needs_a_person


def test_what_empties_or_reads_a_folder_says_that_there_is_none(house: House) -> None:
    with pytest.raises(Misconfigured, match=r"^no_staging exempel"):
        purge(house)
    with pytest.raises(Misconfigured, match=r"^no_staging"):
        take_stock(house)
    with pytest.raises(Misconfigured, match=r"^no_intake exempel"):
        find_by_case(house, "123456789")


def test_no_exchange_folder_is_no_trouble(house: House) -> None:
    assert clear_exchange(house, lists_before=datetime.now(UTC)) == 0


def test_the_doctor_looks_at_neither(settings: Settings) -> None:
    looked = {finding.what: finding.state for finding in examine("exempel", settings=settings)}
    assert looked["policy and systems"] == "ok"
    assert not {"staging folder", "case system"} & set(looked)


def test_an_absent_folder_is_never_an_empty_one() -> None:
    staging = AbsentStaging()
    item = StagedItem(
        key="x", name="x", version="1", size=1, arrived_at=datetime(2026, 11, 2, tzinfo=UTC)
    )
    assert staging.place == ""
    for use in (
        lambda: list(staging.list_items()),
        lambda: staging.read(item),
        lambda: staging.delete_permanently(item),
        lambda: staging.put("x", b""),
    ):
        with pytest.raises(Misconfigured, match=r"^no_staging$"):
            use()


def test_an_absent_case_system_answers_nothing() -> None:
    cases = AbsentCaseSystem()
    keys = [CaseKey("123456789", "Rusta")]
    assert cases.system == ""
    for use in (
        lambda: cases.hand_over([], batch="B-1"),
        lambda: list(cases.read_back(keys)),
        lambda: cases.anonymise(keys),
        lambda: cases.close_batch("B-1"),
        lambda: cases.withdraw(lists_before=datetime.now(UTC), intend=lambda _: None),
    ):
        with pytest.raises(Misconfigured, match=r"^no_case_system$"):
            use()


def test_each_refusal_has_advice() -> None:
    assert {"no_staging", "no_case_system", "no_intake"} <= set(listed_codes())
