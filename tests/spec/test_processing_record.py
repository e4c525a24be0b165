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
from lifecycle.policy.values import Boundary, Period, Term, Turn
from lifecycle.processing_record import FIELDS, LETTERS, Activity, RunBy, build, unanswered
from lifecycle.processing_record_words import DA, SV, span_in_words, words_of
from tasks.house import House
from tasks.processing_record import as_page, as_workbook, note_made, record_of
from tests.factories import houses
from tests.factories.houses import dialect
from tests.factories.officers import events

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


@pytest.mark.parametrize(
    ("span", "swedish", "danish"),
    [
        (Period.parse("P6M"), "6 månader", "6 måneder"),
        (Period.parse("P1M"), "1 månad", "1 måned"),
        (Period.parse("P1Y6M"), "1 år 6 månader", "1 år 6 måneder"),
        (Period.parse("P2W"), "2 veckor", "2 uger"),
        (Period.parse("P14D"), "2 veckor", "2 uger"),
        (Period.parse("P10D"), "10 dagar", "10 dage"),
        (Term.FOREVER, "för alltid", "for altid"),
        (Turn(Boundary.END_OF_YEAR, None, ""), "årets slut", "årets udgang"),
        (
            Turn(Boundary.END_OF_ACCOUNTING_YEAR, Period.parse("P5Y"), ""),
            "räkenskapsårets slut + 5 år",
            "regnskabsårets udgang + 5 år",
        ),
    ],
)
def test_limits_are_said_in_words(span: Period | Turn | Term, swedish: str, danish: str) -> None:
    assert (span_in_words(span, SV), span_in_words(span, DA)) == (swedish, danish)


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
