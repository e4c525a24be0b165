"""`gallra policy trace` says of each sentence where it lives and which run acted on it last."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import Engine, insert
from typer.testing import CliRunner

from console.main import app
from console.output import Exit
from lifecycle.errors import LedgerFailure
from lifecycle.ledger import EventKind
from lifecycle.plan import ERASURES, PlanKind
from lifecycle.policy.duties import Duties, parse_duties
from lifecycle.policy.load import load_policy, policy_directory
from lifecycle.policy.model import Policy
from lifecycle.policy.sources import places_of
from lifecycle.references import RUN, to_reference
from records.engines import reading
from records.tables import ledger_event
from records.unit_of_work import UnitOfWork
from tasks.reporting.trace_page import page
from tasks.reporting.tracing import (
    FLOW_EVENTS,
    NOTHING,
    REPORT_EVENTS,
    Exercise,
    Seen,
    State,
    Trace,
    read_exercise,
    trace,
    trace_all,
)
from tests.factories.houses import test_settings
from tests.factories.ledgers import TickingClock, a_ledger, begin_ledger

POLICY = load_policy(policy_directory() / "academedia.yaml")
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
FIRST, SECOND, OTHER = (to_reference(RUN, number) for number in (11, 12, 13))
DUTIES = """\
version: 1
controller: academedia
document: Riktlinjer <b>& mer</b>
duties:
  A-06: {kind: role, says: a controller, lives: policy}
  A-71: {kind: retention, says: six months, lives: policy}
  A-98: {kind: retention, says: deleted then, lives: flow, where: import_af}
  A-101: {kind: deadline, says: every day, lives: flow, where: purge_staging}
  A-05: {kind: basis, says: no & yes, lives: report, where: policy check}
  A-84: {kind: retention, says: Novo's own policy, lives: policy}
  A-105: {kind: role, says: a coach, lives: policy}
  Z-99: {kind: duty, says: nobody wrote it down, lives: policy}
  A-59: {kind: system, says: a binder, lives: work_order, where: no-such-binder}
  A-33: {kind: duty, says: told before, lives: not_automated, where: telling}
  A-40: {kind: duty, says: cameras, lives: not_automated, where: cameras}
by_people:
  telling: {called: Telling, built: not_yet, why: later, who: w, how: h, noticed: n}
  cameras: {called: Cameras, built: never, why: weighed, who: w, how: h, noticed: n}
"""
PEOPLE: Duties = parse_duties(DUTIES.encode(), name="academedia.yaml")


def traced(exercise: Exercise = NOTHING, *, policy: Policy = POLICY) -> Trace:
    return trace(policy, PEOPLE, exercise, size=7, now=NOW)


def states(found: Trace) -> dict[str, State]:
    return {line.id: line.state for line in found.lines}


def record(
    engine: Engine, kind: EventKind, *, run: str, controller: str = "academedia", **about: object
) -> str:
    """One event in a transaction of its own; when it was."""
    clock = record.clock  # type: ignore[attr-defined]
    with UnitOfWork(engine, a_ledger(), now=clock, run=run, controller=controller) as work:
        work.record(kind, **about)  # type: ignore[arg-type]
        work.commit()
    with reading(engine) as connection:
        *_, last = a_ledger().read(connection)
    return str(json.loads(last.body)["at"])


@pytest.fixture(autouse=True)
def clock() -> None:
    record.clock = TickingClock()  # type: ignore[attr-defined]


def exercise_of(engine: Engine, controller: str = "academedia") -> Exercise:
    with reading(engine) as connection:
        return read_exercise(connection).get(controller, NOTHING)


def test_the_newest_run_that_named_a_rule_counts(records_engine: Engine) -> None:
    begin_ledger(records_engine)
    record(records_engine, EventKind.ITEM_PROVEN, run=FIRST, rule="participant.six-months")
    at = record(records_engine, EventKind.ITEM_PROVEN, run=SECOND, rule="participant.six-months")
    [line] = [each for each in traced(exercise_of(records_engine)).lines if each.id == "A-71"]
    assert line.state is State.EXERCISED
    assert line.last == Seen(at, SECOND)
    assert "retention participant.six-months" in line.where


def test_an_event_that_names_the_sentence_itself_counts(records_engine: Engine) -> None:
    begin_ledger(records_engine)
    at = record(records_engine, EventKind.DELETION_DONE, run=FIRST, rule="A-71", acted=1)
    [line] = [each for each in traced(exercise_of(records_engine)).lines if each.id == "A-71"]
    assert line.last == Seen(at, FIRST)


def test_what_another_controller_did_is_nothing_of_ours(records_engine: Engine) -> None:
    begin_ledger(records_engine)
    record(records_engine, EventKind.PURGE_PROVEN_EMPTY, run=OTHER, controller="bergqvist")
    assert states(traced(exercise_of(records_engine)))["A-101"] is State.NEVER
    there = exercise_of(records_engine, "bergqvist")
    assert states(traced(there))["A-101"] is State.EXERCISED


def test_a_flow_is_exercised_by_what_it_writes_when_it_is_done(records_engine: Engine) -> None:
    begin_ledger(records_engine)
    record(records_engine, EventKind.PURGE_NOT_EMPTY, run=FIRST, expected=1, found=1)
    assert states(traced(exercise_of(records_engine)))["A-101"] is State.NEVER
    at = record(records_engine, EventKind.PURGE_PROVEN_EMPTY, run=SECOND)
    [line] = [each for each in traced(exercise_of(records_engine)).lines if each.id == "A-101"]
    assert line.last == Seen(at, SECOND)


def test_an_event_names_systems_and_kinds_of_plan_too(records_engine: Engine) -> None:
    begin_ledger(records_engine)
    record(
        records_engine,
        EventKind.PLAN_DRAWN,
        run=FIRST,
        facts={"kind": "year_end", "system": "workbuster"},
    )
    words = exercise_of(records_engine).words
    assert {"plan.drawn", "plan.drawn year_end", "workbuster"} <= set(words)


@pytest.mark.parametrize("kind", PlanKind)
def test_only_what_erases_counts_as_an_erasure(records_engine: Engine, kind: PlanKind) -> None:
    """A list of whom to tell, a review and a share are plans too, and a request is drawn up by
    whoever asks: none of them is a run of the erasing flow."""
    begin_ledger(records_engine)
    facts = {"kind": str(kind)}
    record(records_engine, EventKind.PLAN_DRAWN, run=FIRST, ref="P-0123456789ABC", facts=facts)
    drawn = exercise_of(records_engine)
    counted = {name for name, words in FLOW_EVENTS.items() if drawn.last(words)}
    expected = {PlanKind.RETENTION: {"archive_erase"}, PlanKind.YEAR_END: {"year_end"}}
    assert counted == expected.get(kind, set())
    assert (drawn.last(REPORT_EVENTS["plan show"]) is not None) == (kind in ERASURES)
    record(records_engine, EventKind.PLAN_PROVEN, run=SECOND, ref="P-0123456789ABC", verified=1)
    proven = exercise_of(records_engine).last(FLOW_EVENTS["archive_erase"])
    assert (proven is not None and proven.run == SECOND) == (kind in ERASURES)


def test_a_torn_entry_stops_the_reading_and_says_where(records_engine: Engine) -> None:
    begin_ledger(records_engine)
    with records_engine.begin() as connection:
        connection.execute(
            insert(ledger_event).values(position=2, body=b'{"kind":', link=bytes(32))
        )
    with reading(records_engine) as connection, pytest.raises(LedgerFailure) as refused:
        read_exercise(connection)
    assert refused.value.code == "event_not_canonical"
    assert refused.value.counts["position"] == 2


def test_without_a_ledger_every_sentence_says_how_it_stands() -> None:
    assert states(traced()) == {
        "A-06": State.STATED,
        "A-71": State.NEVER,
        "A-98": State.NEVER,
        "A-101": State.NEVER,
        "A-05": State.ON_DEMAND,
        "A-84": State.UNDECIDED,
        "A-105": State.STATED,
        "Z-99": State.MISSING,
        "A-59": State.MISSING,
        "A-33": State.NOT_BUILT,
        "A-40": State.BY_PEOPLE,
    }
    assert sum(traced().by_state.values()) == len(PEOPLE.duties) == sum(traced().by_place.values())


def test_a_sentence_with_a_decided_rule_does_not_wait_for_a_decision() -> None:
    places = [place.text for place in places_of(POLICY)["A-72"]]
    assert any(text.startswith("decision") for text in places)
    duties = parse_duties(DUTIES.replace("A-71", "A-72").encode(), name="academedia.yaml")
    [rule] = [rule for rule in POLICY.retention if rule.id == "participant.six-months"]
    sourced = rule.model_copy(update={"source": rule.source.model_copy(update={"id": "A-72"})})
    for retention, state in (((), State.UNDECIDED), ((sourced,), State.NEVER)):
        policy = POLICY.model_copy(update={"retention": retention})
        found = trace(policy, duties, NOTHING, size=None, now=NOW)
        assert states(found)["A-72"] is state


def test_a_place_is_told_as_people_would_say_it() -> None:
    places = places_of(POLICY)
    assert [place.text for place in places["A-06"]] == ["controller"]
    assert [place.text for place in places["A-10"]] == ["controller.dpo"]
    assert "system workbuster, level 1" in [place.text for place in places["A-105"]]
    assert "retention participant.six-months" in [place.text for place in places["A-71"]]
    assert "decision workbuster-inactivity" in [place.text for place in places["A-108"]]


def test_where_nothing_was_installed_nothing_is_made(tmp_path: Path) -> None:
    home = tmp_path / "home"
    url = f"sqlite:///{home}/records/records.db"
    settings = test_settings(home, records=url, keys=url)
    [found] = trace_all(settings, ["academedia"], now=lambda: NOW)
    assert found.ledger_size is None
    assert all(line.last is None for line in found.lines)
    assert not home.exists()


def test_a_database_without_a_ledger_is_none_yet(records_url: str, tmp_path: Path) -> None:
    settings = test_settings(tmp_path, records=records_url, keys=records_url)
    [found] = trace_all(settings, ["academedia"], now=lambda: NOW)
    assert found.ledger_size is None


def test_the_ledger_of_the_installation_is_read(
    records_url: str, records_engine: Engine, tmp_path: Path
) -> None:
    begin_ledger(records_engine)
    record(records_engine, EventKind.PURGE_PROVEN_EMPTY, run=SECOND)
    settings = test_settings(tmp_path, records=records_url, keys=records_url)
    [found] = trace_all(settings, ["academedia"], now=lambda: NOW)
    assert found.ledger_size == 2
    assert {line.last.run for line in found.lines if line.last} == {SECOND}


def test_the_page_asks_nobody_for_anything_and_runs_nothing() -> None:
    text = page([traced(Exercise({"A-71": Seen("2026-11-20T18:00:00.000000+00:00", FIRST)}))])
    assert text.startswith("<!DOCTYPE html>")
    assert "default-src 'none'" in text
    for active in (r"<(script|link|img|iframe|object)", r"\s(src|href|on\w+)=", r"url\(|@import"):
        assert not re.search(active, text), active
    assert "http:" not in text
    assert "https:" not in text


def test_the_page_has_every_sentence_its_run_and_the_counts() -> None:
    text = page([traced(Exercise({"A-71": Seen("2026-11-20T18:00:00.000000+00:00", FIRST)}))])
    for line in traced().lines:
        assert text.count(f"<td>{line.id}</td>") == 1
    assert POLICY.sha256 in text
    assert f"2026-11-20 19:00 CET<br><code>{FIRST}</code>" in text  # local time of the controller
    assert "2026-11-22 10:30 CET" in text
    assert "<td>7</td>" in text
    assert 'för hand tills det är byggt · by hand until built</th><td class="number">1</td>' in text
    assert "Arbetsorder · Work order" in text


def test_what_a_file_says_is_shown_and_not_obeyed() -> None:
    text = page([traced()])
    assert "<b>" not in text
    assert "Riktlinjer &lt;b&gt;&amp; mer&lt;/b&gt;" in text
    assert "no &amp; yes" in text


def gallra(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["policy", "trace", *(str(each) for each in arguments)])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GALLRA_HOME", str(tmp_path / "home"))
    return tmp_path


def test_the_command_prints_one_line_for_each_sentence(home: Path) -> None:
    done = gallra("-c", "academedia")
    numbers = re.findall(r"^(A-\d+) +\S", done.output, re.MULTILINE)
    assert len(numbers) == len(set(numbers)) == 103
    assert "103 sentences" in done.output
    assert not (home / "home").exists()


def test_the_command_tells_a_script_the_same(home: Path) -> None:
    done = gallra("-c", "academedia", "--json")
    [found] = json.loads(done.output)
    assert found["policy_sha256"] == POLICY.sha256
    assert sum(found["by_state"].values()) == len(found["sentences"]) == 103
    line = next(each for each in found["sentences"] if each["id"] == "A-71")
    assert line["lives"] == "policy"
    assert line["last"] is None


@pytest.mark.parametrize(
    ("words", "shown"),
    [(["A-71"], {"A-71"}), (["A-71", "A-101"], {"A-71", "A-101"}), (["number"], {"A-39"})],
)
def test_the_command_shows_only_what_was_asked_for(
    home: Path, words: list[str], shown: set[str]
) -> None:
    options = [part for word in words for part in ("--only", word)]
    done = gallra("-c", "academedia", *options)
    assert set(re.findall(r"^(A-\d+) ", done.output, re.MULTILINE)) == shown


def test_a_word_that_fits_nothing_is_refused(home: Path) -> None:
    done = gallra("-c", "academedia", "--only", "nonsense")
    assert done.exit_code == Exit.REFUSED


def test_an_earlier_page_is_never_written_over(home: Path) -> None:
    target = home / "trace.html"
    first = gallra("-c", "academedia", "--html", target)
    written = target.read_text(encoding="utf-8")
    assert "sentences written to" in first.output
    assert written.count("<tr class=") == 103
    again = gallra("-c", "academedia", "--html", target)
    assert again.exit_code == Exit.REFUSED
    assert target.read_text(encoding="utf-8") == written


def test_a_sentence_that_is_nowhere_makes_the_command_say_so(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home / "policies"
    (folder / "duties").mkdir(parents=True)
    (folder / "academedia.yaml").write_bytes((policy_directory() / "academedia.yaml").read_bytes())
    (folder / "duties" / "academedia.yaml").write_text(DUTIES, encoding="utf-8")
    monkeypatch.setenv("GALLRA_POLICIES", str(folder))
    done = gallra()
    assert done.exit_code == Exit.ATTENTION
    assert re.search(r"^A-59 .*missing$", done.output, re.MULTILINE)
