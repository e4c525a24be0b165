"""`gallra request`, as it is typed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner, Result

import tasks.house.wiring
from console.main import app
from console.output import Exit
from lifecycle.passwords import is_generated
from tasks.house.parts import House
from tests.factories import planning
from tests.factories.execution import TUVA
from tests.factories.houses import build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol

__all__ = ["build", "dialect", "house"]
Gallra = Callable[..., Result]


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def dpo(house: House, standing_clock: StandingClock) -> Authenticator:
    return enrol(house, standing_clock, "dpo", "dpo")


@pytest.fixture
def gallra(house: House, monkeypatch: pytest.MonkeyPatch) -> Gallra:
    @contextmanager
    def same(*_: object, **__: object) -> Iterator[House]:
        yield house

    monkeypatch.setattr(tasks.house.wiring, "open_house", same)
    monkeypatch.setenv("COLUMNS", "250")

    def run(*words: str, typed: str = "") -> Result:
        return CliRunner().invoke(app, ["request", *words], input=typed)

    return run


def opened(gallra: Gallra, right: str, *more: str, typed: str = "") -> str:
    told = gallra("open", right, "--came", "mail", "--received", "2026-11-02", "--json", *more,
                  typed=typed)  # fmt: skip
    assert told.exit_code == Exit.DONE, told.output
    return str(json.loads(told.stdout)["ref"])


def test_from_the_letter_to_the_answer(
    gallra: Gallra, house: House, dpo: Authenticator, standing_clock: StandingClock
) -> None:
    planning.bring(house, planning.case("1000000001", TUVA))
    tuva = planning.reference(house, TUVA)
    ref = opened(gallra, "access", "--text", typed="Vad har ni om mig? Tuva\n")
    assert "30" in gallra("list").output
    seen = gallra("identify", ref, "--shown", "e_id", "--about", tuva, "--by", "dpo",
                  typed=dpo.fresh())  # fmt: skip
    assert "identified" in seen.output
    assert "Vad har ni" in gallra("read", ref, "--by", "dpo", typed=dpo.fresh()).output
    made = gallra("extract", ref, "--by", "dpo", typed=dpo.fresh())
    assert made.exit_code == Exit.DONE, made.output
    assert any(is_generated(line) for line in made.output.splitlines())
    assert TUVA[1] not in made.output
    early = gallra("answer", ref, "granted", "--given", "letter", "--by", "dpo", typed=dpo.fresh())
    assert early.exit_code == Exit.REFUSED
    shown = gallra("show", ref)
    assert "carry out" in shown.output
    assert "rights_of_others" in shown.output
    standing_clock.pass_time(days=31)
    assert gallra("list").exit_code == Exit.ATTENTION
    assert "LATE" in gallra("list").output


def test_the_letter_says_why_and_where_to_complain(gallra: Gallra, dpo: Authenticator) -> None:
    ref = opened(gallra, "erasure")
    none = gallra("letter", ref, "refused")
    assert none.exit_code == Exit.REFUSED
    told = gallra("letter", ref, "refused", "--because", "must_be_kept")
    assert "Integritetsskyddsmyndigheten" in told.output
    assert "arkivering" in told.output
    english = gallra("letter", ref, "received", "--language", "en")
    assert "2026-12-02" in english.output
    assert "It costs nothing" in english.output
    assert gallra("letter", ref, "perhaps").exit_code == Exit.USAGE
    no = gallra("refuse", ref, "--because", "no_ground", "--given", "mail", "--by", "dpo",
                typed=dpo.fresh())  # fmt: skip
    assert "refused" in no.output
    assert "Nobody waits" in gallra("list").output
