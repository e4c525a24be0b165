"""`gallra incident`, as it is typed: from the first word to the end of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import tasks.house.wiring
from console.main import app
from console.output import Exit
from lifecycle.errors import Unreachable
from lifecycle.incident.states import State
from lifecycle.ledger import EventKind
from records import incidents
from tasks.house.parts import House
from tasks.incidents import register
from tasks.incidents.people import new_incident
from tests.factories import planning
from tests.factories.execution import OMAR, TUVA
from tests.factories.houses import Builder, build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol
from tests.factories.sharing import MAIL, Desk, RecordingChannel

__all__ = ["build", "dialect", "house"]
Gallra = Callable[..., Result]
SECRET = "Tuva Exempelssons intyg låg i skrivaren"


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def dpo(house: House, standing_clock: StandingClock) -> Authenticator:
    return enrol(house, standing_clock, "ombud", "dpo")


@pytest.fixture
def manager(house: House, standing_clock: StandingClock, dpo: Authenticator) -> Authenticator:
    return enrol(house, standing_clock, "verksamhet-1", "verksamhetschef", by=dpo)


@pytest.fixture
def gallra(house: House, monkeypatch: pytest.MonkeyPatch) -> Gallra:
    @contextmanager
    def same(*_: object, **__: object) -> Iterator[House]:
        yield house

    monkeypatch.setattr(tasks.house.wiring, "open_house", same)
    monkeypatch.setenv("COLUMNS", "250")

    def run(*words: str, typed: str = "") -> Result:
        return CliRunner().invoke(app, ["incident", *words], input=typed)

    return run


def opened(gallra: Gallra, *more: str) -> str:
    told = gallra("open", "mail-to-wrong-person", "--json", *more, typed=SECRET)
    assert told.exit_code == Exit.DONE, told.output
    return str(json.loads(told.stdout)["ref"])


def listed(gallra: Gallra, *more: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(gallra("list", "--json", *more).stdout)["incidents"]
    return found


def test_from_the_first_word_to_the_end(
    gallra: Gallra, house: House, dpo: Authenticator, manager: Authenticator, tmp_path: Path
) -> None:
    planning.bring(house, planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    ref = opened(gallra, "--aware", "2026-11-02 07:00")
    (line,) = listed(gallra)
    assert (line["ref"], line["hours_left"], line["state"]) == (ref, 70.0, "open")
    shown = gallra("list")
    assert shown.exit_code == Exit.ATTENTION
    assert "mejl till fel person" in shown.stdout
    assert "70" in shown.stdout
    found = gallra("who", ref, "--system", "gallra")
    assert "2 people" in found.stdout
    again = json.loads(gallra("who", ref, "--json").stdout)
    assert (again["people"], again["kinds"]) == (2, {"participant": 2})

    def act(*words: str, who: Authenticator = dpo, typed: str = "") -> str:
        done = gallra(*words, "--by", who.handle, typed=f"{who.fresh()}\n{typed}")
        assert done.exit_code == Exit.DONE, done.output
        return done.stdout

    told = act("assess", ref, "--consequence", "severe", "--likelihood", "possible")
    assert "Proposed: high" in told
    assert "risk: high" in told
    for topic, text in (
        ("done", "Skrivaren kräver kod."),
        ("people_happened", "Ditt intyg låg i skrivaren."),
        ("people_consequences", "Någon kan ha läst det."),
        ("people_measures", "Vi har tagit bort det."),
    ):
        noted = gallra("note", ref, "--topic", topic, "--text", "-", typed=text)
        assert noted.exit_code == Exit.DONE, noted.output
    path = tmp_path / "anmalan.pdf"
    told = act("form", ref, "-o", str(path))
    assert path.read_bytes().startswith(b"%PDF")
    assert path.stat().st_mode & 0o077 == 0
    assert "not known yet: Organisationsnummer" in told
    assert "e-tjanster.imy.se" in told
    assert SECRET in act("form", ref), "on the terminal of who may read it"
    told = act("report", ref, "--sent", "2026-11-02 08:30", "--more")
    assert "More is due by 2026-11-30" in told
    plan = json.loads(act("notify", ref, "--json"))["plan"]
    assert "Ditt intyg låg i skrivaren." in act("letter", ref, who=manager)
    assert "What have we done" in act("letter", ref, "--language", "en", who=manager)
    for who in (manager, dpo):
        agreed = CliRunner().invoke(
            app, ["approve", plan, "--by", who.handle], input=f"{who.fresh()}\n"
        )
        assert agreed.exit_code == Exit.DONE, agreed.output
        assert "whom to tell of an incident: 2 people" in agreed.stdout
        assert f"gallra incident letter {ref} --by" in agreed.stdout
        assert "B-…" not in agreed.stdout
    assert "both have agreed" in agreed.stdout
    assert "2 people told" in act("told", ref, who=manager)
    act("supplement", ref)
    act("close", ref)
    assert listed(gallra) == []
    (kept,) = listed(gallra, "--all")
    assert (kept["state"], kept["report"], kept["telling"]) == ("closed", "reported", "told")
    assert "open again" in act("reopen", ref)


def test_what_people_wrote_is_shown_with_a_code_and_never_without(
    gallra: Gallra, house: House, dpo: Authenticator
) -> None:
    ref = opened(gallra)
    for words in (("show", ref), ("show", ref, "--json"), ("list",), ("list", "--json")):
        assert SECRET not in gallra(*words).output
    assert gallra("show", ref, "--reveal").exit_code == Exit.REFUSED
    wrong = gallra("show", ref, "--reveal", "--by", "ombud", typed=dpo.wrong())
    assert wrong.exit_code == Exit.REFUSED
    assert SECRET not in wrong.output
    told = gallra("show", ref, "--reveal", "--by", "ombud", typed=dpo.fresh())
    assert SECRET in told.stdout
    assert "event: happened" in told.stdout


def test_a_text_comes_from_a_file_and_a_bad_one_is_not_named(
    gallra: Gallra, tmp_path: Path
) -> None:
    path = tmp_path / "Tuva Exempelsson.txt"
    path.write_text("Ett fönster stod öppet.", encoding="utf-8")
    told = gallra("open", "stolen-binder", "--text", str(path))
    assert told.exit_code == Exit.DONE, told.output
    assert "stulen registerpärm" in told.stdout
    path.write_bytes(b"\xff\xfe\x00bad")
    bad = gallra("open", "stolen-binder", "--text", str(path))
    assert bad.exit_code == Exit.USAGE
    assert "Tuva" not in bad.output


def test_a_note_is_typed_and_one_that_names_somebody_is_refused_without_its_number(
    gallra: Gallra, house: House
) -> None:
    ref = opened(gallra)
    noted = gallra("note", ref, "--topic", "done", "--text", "-", typed="Skrivaren kräver kod.")
    assert noted.exit_code == Exit.DONE, noted.output
    refused = gallra("note", ref, "--topic", "done", "--text", "-", typed="Om 19850709-9805.")
    assert refused.exit_code == Exit.REFUSED
    assert "identity number" in refused.output
    assert "9805" not in refused.output
    assert [topic for *_, topic in register.show(house, ref).log] == ["happened", "done"]


def test_letters_are_sent_and_the_data_narrowed_without_any_orchestrator(
    build: Builder, standing_clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(build, standing_clock, mail=RecordingChannel(place=MAIL, takes_back=False))
    desk.bring(planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    dpo = enrol(desk.house(), standing_clock, "ombud", "dpo")
    manager = enrol(desk.house(), standing_clock, "verksamhet-1", "verksamhetschef", by=dpo)

    @contextmanager
    def same(*_: object, **__: object) -> Iterator[House]:
        yield desk.house()

    monkeypatch.setattr(tasks.house.wiring, "open_house", same)

    def gallra(*words: str, typed: str = "") -> Result:
        return CliRunner().invoke(app, words, input=typed)

    def act(*words: str, who: Authenticator = dpo) -> str:
        done = gallra(*words, "--by", who.handle, typed=f"{who.fresh()}\n")
        assert done.exit_code == Exit.DONE, done.output
        return done.stdout

    made = gallra("incident", "open", "mail-to-wrong-person", "--json", typed="Mejl.")
    ref = json.loads(made.stdout)["ref"]
    gallra("incident", "who", ref, "--system", "gallra")
    act("incident", "assess", ref, "--consequence", "severe", "--likelihood", "likely")
    for topic in ("people_happened", "people_consequences", "people_measures"):
        gallra("incident", "note", ref, "--topic", topic, "--text", "-", typed="Så är det.")
    neither = gallra("incident", "narrow", ref, "--by", "ombud")
    assert neither.exit_code == Exit.USAGE
    assert "contact: 2 people" in act("incident", "narrow", ref, "--data", "contact")
    assert "as it was judged: contact" in gallra("incident", "who", ref).stdout
    plan = json.loads(act("incident", "notify", ref, "--json"))["plan"]
    act("approve", plan)
    early = gallra("incident", "send", "--json")
    assert json.loads(early.stdout)["sent"] == 0, "one alone is not both"
    assert desk.mail.arrived == []
    act("approve", plan, who=manager)
    desk.mail.answers.append(Unreachable("mail_server_unreachable"))
    away = gallra("incident", "send")
    assert away.exit_code == Exit.ATTENTION
    assert "mail_server_unreachable" in away.stdout
    standing_clock.pass_time(hours=1)
    sent = gallra("incident", "send")
    assert sent.exit_code == Exit.DONE, sent.output
    assert "2 sent by mail, 0 by a person's hand" in sent.stdout
    assert sorted(to for one in desk.mail.arrived for to in one.to) == [
        "omar@example.se",
        "tuva@example.se",
    ]
    again = json.loads(gallra("incident", "send", "--json").stdout)
    assert (again["sent"], again["left"]) == (0, 0)
    assert len(desk.mail.arrived) == 2
    assert register.show(desk.house(), ref).line.telling == "told"


def test_without_a_kind_the_policys_are_listed(gallra: Gallra) -> None:
    told = gallra("open")
    assert told.exit_code == Exit.USAGE
    assert "virus i en databas" in told.output
    unknown = gallra("open", "fire", typed="Det brann.")
    assert unknown.exit_code == Exit.REFUSED
    assert "The policy knows no such kind" in unknown.output


def test_one_decision_at_a_time_and_a_no_needs_its_grounds(
    gallra: Gallra, dpo: Authenticator
) -> None:
    ref = opened(gallra)
    given = ("--consequence", "limited", "--likelihood", "unlikely", "--by", "ombud")
    assert "risk: unlikely" in gallra("assess", ref, *given, typed=dpo.fresh()).stdout
    both = gallra("decide", ref, "--no-report", "--no-tell", "--by", "ombud")
    assert both.exit_code == Exit.USAGE
    bare = gallra("decide", ref, "--no-report", "--by", "ombud", typed=dpo.fresh())
    assert "grounds" in bare.output
    words = ("decide", ref, "--no-report", "--by", "ombud", "--text", "-")
    told = gallra(*words, typed=f"{dpo.fresh()}\nIngen har sett det.")
    assert told.exit_code == Exit.DONE, told.output
    assert "decide whether people are told" in told.stdout


def test_a_draft_is_taken_up_or_dismissed(gallra: Gallra, house: House, dpo: Authenticator) -> None:
    refs = []
    for number in (1, 2):
        with house.work() as work:
            one = new_incident(
                house,
                number,
                kind="kept-too-long",
                state=State.DRAFT,
                aware=house.now() - timedelta(hours=1),
                because="retention_late",
                cause_id=number,
            )
            incidents.insert(work.connection, one)
            work.record(EventKind.INCIDENT_DRAFTED, ref=one.ref)
            work.commit()
            refs.append(one.ref)
    shown = gallra("show", refs[0])
    assert "Noticed by Gallra itself: retention late" in shown.stdout
    taken = gallra("open", "--draft", refs[0], "--by", "ombud", typed=dpo.fresh())
    assert taken.exit_code == Exit.DONE, taken.output
    words = ("dismiss", refs[1], "--because", "tried_out", "--by", "ombud")
    assert gallra(*words, typed=dpo.fresh()).exit_code == Exit.DONE
    states = {one["ref"]: one["state"] for one in listed(gallra, "--all")}
    assert states == {refs[0]: "open", refs[1]: "dismissed"}


def test_since_when_it_concerns_is_shown_in_local_time(gallra: Gallra) -> None:
    opened = gallra("open", "mail-to-wrong-person", typed="Fel mottagare.\n")
    assert opened.exit_code == Exit.DONE, opened.output
    (one,) = listed(gallra)
    gallra("who", one["ref"], "--system", "workbuster", "--since", "2026-11-01 08:00")
    shown = gallra("show", one["ref"])
    assert "Concerns: system workbuster since 2026-11-01 08:00 CET" in shown.stdout


def test_the_hour_that_comes_twice_is_taken_as_the_first(gallra: Gallra, house: House) -> None:
    ref = opened(gallra, "--aware", "2026-10-25 02:30")
    (line,) = listed(gallra)
    assert (line["ref"], line["late"]) == (ref, True)
    assert line["aware_at"] == "2026-10-25T00:30:00.000000+00:00"
    assert "LATE by" in gallra("list").stdout
