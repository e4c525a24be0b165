"""The record of processing holds all that article 30(1) asks for, for all four controllers, and
says what nobody has decided (H-11, H-12, H-14)."""

from __future__ import annotations

import html
import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from connectors.workbook import read_table
from lifecycle.ledger import EventKind
from lifecycle.policy.data import LegalBasis
from lifecycle.policy.load import load_policy
from lifecycle.policy.model import Policy
from lifecycle.policy.retention import Keep, Then
from lifecycle.policy.values import Period, Turn
from lifecycle.processing_record import FIELDS, LETTERS, Activity, RunBy, build, unanswered
from lifecycle.processing_record_limits import DA as DANISH
from lifecycle.processing_record_limits import SV as SWEDISH
from lifecycle.processing_record_limits import period_in_words, sentence, sentences_of
from lifecycle.processing_record_words import DA, SV, words_of
from records.processors import PROCESSOR_KIND, SUB_PROCESSOR
from tasks.house.parts import House
from tasks.processors.noting import add
from tasks.processors.processing_record import as_page, as_workbook, note_made, record_of
from tasks.processors.register import Said
from tests.factories import houses
from tests.factories.houses import dialect
from tests.factories.keys import StandingClock
from tests.factories.officers import enrol, events

__all__ = ["dialect"]

opened = houses.build
POLICIES = Path(__file__).resolve().parents[2] / "policies"
CONTROLLERS = ("academedia", "bergqvist", "tommerup", "behandlingsskolerne")
ARTICLE_30_1 = {
    "a": "name and contact details of the controller, joint controllers and the officer",
    "b": "purposes",
    "c": "categories of data subjects and of personal data",
    "d": "categories of recipients, in third countries too",
    "e": "transfers to a third country, with the safeguards",
    "f": "envisaged time limits for erasure",
    "g": "description of the technical and organisational security measures",
}
"""The article's own list; the representative of (a) is for controllers outside the Union."""


@pytest.fixture
def surroundings() -> str:
    return "twins in memory"


@pytest.fixture
def house(opened: houses.Builder) -> House:
    return opened()


def policy_of(name: str) -> Policy:
    return load_policy(POLICIES / f"{name}.yaml")


def activity(policy: Policy, name: str, **more: list[RunBy]) -> Activity:
    [found] = [one for one in build(policy, **more).activities if one.id == name]
    return found


def test_every_letter_of_the_article_has_fields() -> None:
    assert set(LETTERS) == set(ARTICLE_30_1)
    answered = {field for fields in LETTERS.values() for field in fields}
    assert answered <= set(FIELDS)
    for words in (SV, DA):
        assert set(words.heads) == set(FIELDS)
        for letter, fields in LETTERS.items():
            for field in fields:
                assert words.heads[field].startswith(f"{letter}) "), field


@pytest.mark.parametrize("name", CONTROLLERS)
def test_it_is_complete_for_every_activity_and_says_what_is_undecided(name: str) -> None:
    policy = policy_of(name)
    record = build(policy)
    assert unanswered(record) == []
    assert [one.id for one in record.activities] == list(policy.purposes)
    for one in record.activities:
        for field in FIELDS:
            told = getattr(one, field)
            assert told, (one.id, field)
            assert all(line.strip() for line in told), (one.id, field)
    open_ones = {decision.id for decision in policy.decisions if decision.status == "open"}
    assert set(record.undecided) <= open_ones
    waiting = {
        purpose.decision
        for purpose in policy.purposes.values()
        if purpose.legal_basis is LegalBasis.UNDECIDED
    }
    assert waiting <= set(record.undecided)
    words = words_of(policy.controller.country)
    for one in record.activities:
        purpose = policy.purposes[one.id]
        undecided = purpose.legal_basis is LegalBasis.UNDECIDED
        assert (words.bases[LegalBasis.UNDECIDED] in one.basis[0]) is undecided


@pytest.mark.parametrize("name", CONTROLLERS)
def test_each_fact_of_the_policy_is_where_the_article_wants_it(name: str) -> None:
    policy = policy_of(name)
    for one in build(policy).activities:
        purpose = policy.purposes[one.id]
        assert policy.controller.company in one.controller[0]
        assert policy.controller.email in one.controller[0]
        if policy.controller.dpo is not None:
            assert policy.controller.dpo.email in one.controller[1]
        for joint in policy.controller.joint:
            assert any(joint.company in line for line in one.controller)
        for category in purpose.needs:
            called = policy.categories[category].called
            assert any(line.startswith(called) for line in one.categories), called
        rules = [
            rule
            for rule in policy.retention
            if set(rule.covers.categories) & set(purpose.needs)
            and rule.covers.subject in (purpose.subjects or policy.subjects)
        ]
        for rule in rules:
            why = rule.source.quote or rule.source.law
            assert why is not None
            assert any(why in line for line in one.limits), rule.id
        assert len(one.security) == len(policy.security) > 0


def test_an_activity_names_only_who_has_to_do_with_it() -> None:
    academedia = policy_of("academedia")
    assignment = activity(academedia, "assignment")
    assert any("Workbuster" in line for line in assignment.recipients)
    assert not any("PingPong" in line for line in assignment.recipients)
    assert not any("PingPong" in line for line in assignment.systems)
    assert any("PingPong" in line for line in activity(academedia, "education").recipients)
    assert "Arbetsförmedlingen" in assignment.recipients


def test_countries_come_from_the_register_and_unknown_is_not_within() -> None:
    policy = policy_of("behandlingsskolerne")
    [first, *_] = policy.purposes
    told = activity(policy, first).third_countries
    assert told == (DA.within_eea,)
    abroad = [RunBy("Sky ApS", tuple(policy.systems), {"US": "standard_clauses"})]
    [line] = activity(policy, first, run_by=abroad).third_countries
    assert line == "Sky ApS, US: standardkontraktbestemmelser"
    unknown = [RunBy("Sky ApS", tuple(policy.systems), None)]
    [line] = activity(policy, first, run_by=unknown).third_countries
    assert line == f"{DA.not_said}: Sky ApS"


def test_a_changed_rule_is_another_record() -> None:
    policy = policy_of("academedia")
    before = build(policy)
    rules = tuple(
        rule.model_copy(
            update={"keep": rule.keep.model_copy(update={"at_most": Period.parse("P3M")})}
        )
        if rule.id == "participant.six-months"
        else rule
        for rule in policy.retention
    )
    after = build(policy.model_copy(update={"retention": rules}))
    assert before != after
    assert any("senast 3 månader" in line for line in after.activities[0].limits)


STUTTERS = re.compile(
    r"(?i)\b(senast|senest|tidigast|tidligst|minst|mindst) "
    r"(genast|straks|varje|hver|dagligen|dagligt|för alltid|for altid|inte|ikke|någon)\b"
    r"|inte bestämt|ikke besluttet, (raderas|slettes)|varje dag|hver dag"
    r"|\b(?P<twice>\w+) (?P=twice)\b|  | ,|, –|\{|\bNone\b|\+"
)
"""What is no sentence: a limit that limits nothing, a word twice, a field that was not filled."""


@pytest.mark.parametrize("name", CONTROLLERS)
def test_each_rule_is_a_sentence_that_names_the_event_from_which_time_runs(name: str) -> None:
    policy = policy_of(name)
    said = sentences_of(policy.controller.country)
    assert said is (DANISH if name in {"tommerup", "behandlingsskolerne"} else SWEDISH)
    for rule in policy.retention:
        anchor = None if rule.anchor is None else policy.anchors[rule.anchor]
        event = None if anchor is None else anchor.called
        assert anchor is None or event, rule.anchor
        told = sentence(said, rule.keep, rule.then, event=event, criteria=rule.criteria)
        assert not STUTTERS.search(told), (rule.id, told)
        assert event is None or event in told, (rule.id, told)
        assert said.then[rule.then][0] in told, (rule.id, told)
        for span in rule.keep.spans:
            period = span.period if isinstance(span, Turn) else span
            if isinstance(period, Period):
                assert period_in_words(period, said.units) in told, (rule.id, told)
            if isinstance(span, Turn):
                assert said.years[span.boundary] in told, (rule.id, told)
        lines = [line for one in build(policy).activities for line in one.limits]
        needed = {need for purpose in policy.purposes.values() for need in purpose.needs}
        if needed & set(rule.covers.categories):
            assert any(f"): {told}" in line for line in lines), rule.id


def test_the_stutters_are_found() -> None:
    for wrong in ("senast genast, raderas", "senast inte bestämt", "senest straks", "varje dag",
                  "senest hver dag", "slut + 5 år", "efter efter", "senast None"):  # fmt: skip
        assert STUTTERS.search(wrong), wrong


LEFT_SV, LEFT_DA = "eleven slutar", "eleven går ud"
SPANS: list[tuple[dict[str, str], Then, str, str]] = [
    ({"at_most": "P6M"}, Then.ERASE, "raderas senast 6 månader efter att eleven slutar",
     "slettes senest 6 måneder efter, at eleven går ud"),
    ({"at_most": "P1Y1M"}, Then.ANONYMISE,
     "anonymiseras senast 1 år 1 månad efter att eleven slutar",
     "anonymiseres senest 1 år 1 måned efter, at eleven går ud"),
    ({"at_most": "P14D"}, Then.ERASE, "raderas senast 2 veckor efter att eleven slutar",
     "slettes senest 2 uger efter, at eleven går ud"),
    ({"at_most": "P10D"}, Then.STRIP,
     "gallras ned till vissa fält senast 10 dagar efter att eleven slutar",
     "skæres ned til bestemte felter senest 10 dage efter, at eleven går ud"),
    ({"at_most": "on_the_event"}, Then.ERASE, "raderas så snart eleven slutar",
     "slettes, så snart eleven går ud"),
    ({"at_most": "every_day"}, Then.ERASE, "raderas dagligen", "slettes dagligt"),
    ({"at_least": "forever"}, Then.ARCHIVE, "sparas för alltid och arkiveras",
     "opbevares for altid og arkiveres"),
    ({"at_most": "end_of_year"}, Then.ERASE,
     "raderas senast vid slutet av det kalenderår då eleven slutar",
     "slettes senest ved udgangen af det kalenderår, hvor eleven går ud"),
    ({"at_most": "end_of_accounting_year+P5Y", "at_least": "end_of_accounting_year+P5Y"},
     Then.ERASE,
     "sparas till 5 år efter slutet av det räkenskapsår då eleven slutar; därefter raderas de",
     "opbevares indtil 5 år efter udgangen af det regnskabsår, hvor eleven går ud; "
     "derefter slettes de"),
    ({"at_least": "P1Y", "at_most": "P2Y"}, Then.ERASE,
     "sparas minst till 1 år efter att eleven slutar och raderas senast 2 år efter att eleven "
     "slutar",
     "opbevares mindst indtil 1 år efter, at eleven går ud og slettes senest 2 år efter, at "
     "eleven går ud"),
    ({"at_most": "undecided"}, Then.STRIP,
     "det är ännu inte beslutat hur länge uppgifterna sparas efter att eleven slutar; därefter "
     "gallras de ned till vissa fält",
     "det er endnu ikke besluttet, hvor længe oplysningerne opbevares efter, at eleven går ud; "
     "derefter skæres de ned til bestemte felter"),
    ({"at_least": "undecided"}, Then.ERASE,
     "det är ännu inte beslutat hur länge uppgifterna minst måste sparas; därefter raderas de",
     "det er endnu ikke besluttet, hvor længe oplysningerne mindst skal opbevares; derefter "
     "slettes de"),
]  # fmt: skip


@pytest.mark.parametrize(("keep", "then", "swedish", "danish"), SPANS)
def test_limits_are_said_in_sentences(
    keep: dict[str, str], then: Then, swedish: str, danish: str
) -> None:
    limits = Keep.model_validate(keep)
    assert sentence(SWEDISH, limits, then, event=LEFT_SV) == swedish
    assert sentence(DANISH, limits, then, event=LEFT_DA) == danish


def test_a_processor_of_which_nobody_says_what_it_runs_is_a_recipient_everywhere() -> None:
    policy = policy_of("academedia")
    alone = RunBy("Konsulten AB", (), {"US": "standard_clauses"}, ("Hall AB",))
    for one in build(policy, run_by=[alone]).activities:
        assert "Konsulten AB (personuppgiftsbiträde, system inte angivet)" in one.recipients
        assert "Hall AB (underbiträde till Konsulten AB)" in one.recipients
        assert any(line.startswith("Konsulten AB, US: ") for line in one.third_countries)
    elsewhere = RunBy("Plattform AB", ("pingpong",), {})
    assert "pingpong" in policy.systems
    assert not any(
        "Plattform" in line
        for line in activity(policy, "assignment", run_by=[elsewhere]).recipients
    )


def test_a_processor_without_a_system_is_in_the_houses_record(
    house: House, standing_clock: StandingClock
) -> None:
    dpo = enrol(house, standing_clock, "dpo", "dpo")
    for called, parent in (("Konsulten AB", ""), ("Hall AB", "workbuster")):
        add(
            house, SUB_PROCESSOR if parent else PROCESSOR_KIND, Said(called), parent=parent,
            systems=(), officer="dpo", code=dpo.fresh(),
        )  # fmt: skip
    recipients = [line for one in record_of(house).activities for line in one.recipients]
    assert any(line.startswith("Konsulten AB (") for line in recipients)
    assert any(line.startswith("Hall AB (underbiträde till") for line in recipients)


def test_the_workbook_is_read_back_as_it_was_written_and_holds_no_formula(house: House) -> None:
    purposes = {
        name: purpose.model_copy(update={"called": f"=HYPERLINK(\"x\")&'{name}'"})
        for name, purpose in house.policy.purposes.items()
    }
    record = build(house.policy.model_copy(update={"purposes": purposes}))
    data = as_workbook(record)
    [head, *rows] = [cells for _, cells in read_table(data, name="record.xlsx")]
    assert tuple(head) == record.heads
    assert len(rows) == len(record.activities)
    for cells, one in zip(rows, record.activities, strict=True):
        assert cells[0] == one.activity[0]
        assert cells == ["\n".join(getattr(one, field)) for field in FIELDS]
        for letter, fields in LETTERS.items():
            assert all(cells[FIELDS.index(field)].strip() for field in fields), letter
    with zipfile.ZipFile(BytesIO(data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml")
    assert b"<f" not in sheet
    assert b"inlineStr" in sheet


def test_the_page_shows_every_line_and_loads_nothing(house: House) -> None:
    record = record_of(house)
    page = as_page(house, record)
    for one in record.activities:
        for field in FIELDS:
            for line in getattr(one, field):
                assert html.escape(line) in page
    assert not re.search(r"(src|href)=|<script|url\(", page)
    assert "<html lang='sv'>" in page
    assert house.policy.sha256[:12] in page
    note_made(house, record, kind="page")
    [said] = events(house, EventKind.PROCESSING_RECORD_MADE)
    assert said["found"] == len(record.activities)


def test_what_somebody_typed_cannot_change_the_page(house: House) -> None:
    purposes = {
        name: purpose.model_copy(update={"called": "<script>x</script>"})
        for name, purpose in house.policy.purposes.items()
    }
    record = build(house.policy.model_copy(update={"purposes": purposes}))
    assert "<script" not in as_page(house, record)
