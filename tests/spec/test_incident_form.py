"""The authority's form has all that article 33(3) asks for, and the authority's own questions; what
is unknown is said to be unknown (art. 33(1), 33(3), 33(4), A-27, H-57)."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml

from lifecycle.configuration.problems import PolicyError
from lifecycle.errors import Refused
from lifecycle.incident.form import (
    FOLDER,
    OF_THE_CONTROLLER,
    Asked,
    Value,
    as_text,
    fill,
    load_form,
    parse_form,
)
from lifecycle.incident.states import Report
from lifecycle.incident.words import Effect, Exemption, Risk, Topic
from lifecycle.ledger import EventKind
from lifecycle.policy import known_policies, load_policy, policy_directory
from lifecycle.policy.data import DataClass
from tasks.house.parts import House
from tasks.incidents import people as register
from tasks.incidents.form import filled, of_policy, rendered
from tasks.incidents.reports import note_reported
from tasks.incidents.who import keep, scope
from tests.factories import planning
from tests.factories.execution import OMAR, TUVA
from tests.factories.houses import build, dialect, house
from tests.factories.keys import StandingClock
from tests.factories.officers import Authenticator, enrol, events

__all__ = ["build", "dialect", "house"]

CONTROLLERS = known_policies(policy_directory())
COUNTRIES = ("SE", "DK")
SECRET = "Tuva Exempelssons intyg gick till <b>fel</b> skola."

ARTICLE_33 = {
    "33(1) reasons for the delay",
    "33(3)(a) nature",
    "33(3)(a) categories of data subjects",
    "33(3)(a) number of data subjects",
    "33(3)(a) categories of records",
    "33(3)(a) number of records",
    "33(3)(b) name of the contact",
    "33(3)(b) contact details",
    "33(3)(c) consequences",
    "33(3)(d) measures taken",
    "33(3)(d) measures proposed",
    "33(3)(d) mitigation of adverse effects",
}
"""By hand, out of the article."""
AUTHORITIES_ASK = {
    "SE": {
        # IMY's e-service: who, where by post, own reference, whom to reach, when it was noticed,
        # how, when it happened and ended, what fits best, which groups and which data, what may
        # come of it, how grave, what was done, whether, when and why not people are told.
        *("company", "registration", "address", "reference", "contact-role", "contact-mail"),
        *("phone", "aware", "discovered", "began", "ended", "delay", "kind", "happened", "reason"),
        *("people", "subjects", "categories", "pieces", "consequences", "risk", "done", "planned"),
        *("told", "telling", "abroad", "processor", "secrecy", "phase", "receipt"),
    },
    "DK": {
        # Datatilsynet's form on Virk.
        *("phase", "receipt", "company", "registration", "address", "contact-role", "contact-mail"),
        *("joint", "processor", "began", "ended", "aware", "discovered", "delay", "effects"),
        *("happened", "reason", "subjects", "people", "categories", "class", "pieces", "abroad"),
        *("consequences", "risk", "done", "planned", "told", "telling", "elsewhere"),
    },
}


@pytest.fixture
def surroundings() -> str:
    return "sqlite"


@pytest.fixture
def dpo(house: House, standing_clock: StandingClock) -> Authenticator:
    return enrol(house, standing_clock, "ombud", "dpo")


@pytest.fixture
def ref(house: House) -> str:
    return register.open_incident(house, kind="mail-to-wrong-person", text=SECRET)


def by(who: Authenticator) -> dict[str, Any]:
    return {"officer": who.handle, "code": who.fresh()}


# --- complete -------------------------------------------------------------------------------------


def test_the_articles_list_is_whole() -> None:
    assert {str(one) for one in Asked} == ARTICLE_33


@pytest.mark.parametrize("controller", CONTROLLERS)
def test_the_form_of_each_controller_asks_all_that_article_33_3_does(controller: str) -> None:
    country = load_policy(policy_directory() / f"{controller}.yaml").controller.country
    form = load_form(policy_directory(), country)
    assert {str(one) for question in form.questions for one in question.answers} == ARTICLE_33
    assert form.language == {"SE": "sv", "DK": "da"}[country]


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_form_asks_what_the_authority_itself_asks(country: str) -> None:
    form = load_form(policy_directory(), country)
    assert {question.id for question in form.questions} >= AUTHORITIES_ASK[country]
    assert {question.fill for question in form.questions} == set(Value), "nothing known is left out"


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_word_of_the_register_has_its_translation(country: str) -> None:
    words = load_form(policy_directory(), country).words
    assert set(words) >= {*map(str, Effect), *map(str, Risk), *map(str, Exemption)}
    assert set(words) >= set(map(str, DataClass))


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_form_of_which_nothing_is_known_says_so_at_every_question(country: str) -> None:
    form = load_form(policy_directory(), country)
    empty = fill(form, {}, ref="B-0000000000001", supplement=False)
    assert [answer.text for answer in empty.answers] == [
        form.by_hand if question.fill in OF_THE_CONTROLLER else form.unknown
        for question in form.questions
    ]
    assert list(empty.missing) == [question.asks for question in form.questions]
    text = as_text(empty, new=form.new)
    assert text.count(form.unknown) + text.count(form.by_hand) == len(form.questions)
    for question in form.questions:
        assert question.asks in text


@pytest.mark.parametrize("controller", CONTROLLERS)
def test_what_no_policy_says_of_its_controller_is_filled_in_by_hand_and_named_as_missing(
    controller: str,
) -> None:
    policy = load_policy(policy_directory() / f"{controller}.yaml")
    form = load_form(policy_directory(), policy.controller.country)
    made = fill(form, of_policy(policy, form), ref="B-0000000000001", supplement=False)
    told = {answer.id: answer for answer in made.answers}
    for name in ("company", "contact-role", "contact-mail"):
        assert told[name].known, "33(3)(b) and who is responsible: every policy says it"
    for name in ("registration", "address", "phone"):
        said = getattr(policy.controller, name)
        assert told[name].text == (said or form.by_hand)
        assert (told[name].asks in made.missing) == (said is None)
    assert told["aware"].text == form.unknown, "what has to come to light is no blank to fill in"
    # All that article 33(3) asks stands on the page, answered or said to be missing.
    text = as_text(made, new=form.new)
    for question in form.questions:
        if question.answers:
            assert question.asks in text
            assert told[question.id].known or question.asks in made.missing


def test_a_form_that_does_not_fit_together_is_refused(tmp_path: Path) -> None:
    path = policy_directory() / FOLDER / "breach-se.yaml"
    data = yaml.safe_load(path.read_text("utf-8"))
    data["parts"][0]["questions"][0]["id"] = data["parts"][0]["questions"][1]["id"]
    with pytest.raises(PolicyError, match="give each its own id"):
        parse_form(yaml.safe_dump(data, allow_unicode=True).encode(), name="breach-se.yaml")
    with pytest.raises(PolicyError, match="forms/breach-se"):
        load_form(tmp_path, "SE")


# --- filled ---------------------------------------------------------------------------------------


def test_what_is_known_stands_in_it_and_what_is_not_is_said(
    house: House, ref: str, dpo: Authenticator
) -> None:
    planning.bring(house, planning.case("1000000001", TUVA), planning.case("1000000002", OMAR))
    keep(house, ref, [scope(house, "system", "gallra")])
    register.note(house, ref, topic=Topic.DONE, text="Mottagaren har raderat det.")
    register.note(house, ref, topic=Topic.CONSEQUENCES, text="Skam.", pieces=7)
    made = filled(house, ref, **by(dpo))
    told = {answer.id: answer for answer in made.answers}
    assert told["company"].text == "Academedia Eductus AB"
    assert told["contact-mail"].text == "dataskydd@academedia.se"
    assert told["contact-role"].text.startswith("dataskyddsombud")
    assert told["kind"].text == "mejl till fel person"
    assert told["happened"].text == SECRET
    assert told["aware"].text == "2026-11-02 09:00 CET"
    assert told["people"].text == "omkring 2"
    assert told["subjects"].text == "deltagare (2)"
    assert "namn och personnummer (2)" in told["categories"].text
    assert told["class"].text == "integritetskänsliga"
    assert told["pieces"].text == "omkring 7"
    assert told["delay"].text == "Anmälan görs inom 72 timmar."
    assert told["reference"].text == ref
    assert told["registration"].text.startswith("Fylls i för hand")
    assert told["registration"].asks in made.missing
    assert told["receipt"].text == "Inget ännu: detta är en ny anmälan."
    for name in ("reason", "planned", "risk", "began", "abroad", "told"):
        assert not told[name].known, name
        assert told[name].text.startswith("Inte känt ännu")
    assert told["done"].asks not in made.missing
    assert told["planned"].asks in made.missing
    (event,) = events(house, EventKind.INCIDENT_SHOWN)
    assert event["facts"]["what"] == "form"  # type: ignore[index]


def test_a_place_where_nobody_was_found_is_told_too(
    house: House, ref: str, dpo: Authenticator
) -> None:
    planning.bring(house, planning.case("1000000001", TUVA))
    keep(house, ref, [scope(house, "system", name) for name in ("gallra", "onedrive")])
    told = {answer.id: answer.text for answer in filled(house, ref, **by(dpo)).answers}
    assert told["systems"].split("; ") == [
        house.policy.systems[name].called for name in ("gallra", "onedrive")
    ]


def test_after_72_hours_the_reasons_for_the_delay_are_missing_until_they_are_written(
    house: House, ref: str, dpo: Authenticator, standing_clock: StandingClock
) -> None:
    standing_clock.pass_time(hours=72, seconds=1)
    told = {answer.id: answer for answer in filled(house, ref, **by(dpo)).answers}
    assert not told["delay"].known
    register.note(house, ref, topic=Topic.DELAY, text="Ingen var där i helgen.")
    told = {answer.id: answer for answer in filled(house, ref, **by(dpo)).answers}
    assert told["delay"].text == "Ingen var där i helgen."


def test_a_supplement_has_everything_and_marks_what_is_new(
    house: House, ref: str, dpo: Authenticator, standing_clock: StandingClock
) -> None:
    note_reported(house, ref, receipt="IMY-2026-77", more=True, **by(dpo))
    standing_clock.pass_time(hours=5)
    register.note(house, ref, topic=Topic.REASON, text="Två skolor heter lika.")
    made = filled(house, ref, **by(dpo))
    assert made.title == "Komplettering av anmälan av personuppgiftsincident"
    assert {answer.id for answer in made.answers if answer.new} == {"reason"}
    told = {answer.id: answer.text for answer in made.answers}
    assert told["phase"] == "komplettering"
    assert "IMY-2026-77" in told["receipt"]
    assert told["happened"] == SECRET
    assert "[nytt]" in rendered(house, made, "text").decode()
    assert Report.REPORTED == "reported"


def test_as_text_as_page_and_as_pdf_every_question_and_answer_is_there(
    house: House, ref: str, dpo: Authenticator
) -> None:
    from pypdf import PdfReader

    made = filled(house, ref, **by(dpo))
    text = rendered(house, made, "text").decode()
    page = rendered(house, made, "html").decode()
    pdf = rendered(house, made, "pdf")
    printed = "".join(
        "".join(each.extract_text() for each in PdfReader(BytesIO(pdf)).pages).split()
    )
    for answer in made.answers:
        assert answer.asks in text
        assert answer.text in text
        assert "".join(answer.asks.split()) in printed, answer.asks
        assert "".join(answer.text.split()) in printed, answer.id
    assert "&lt;b&gt;fel&lt;/b&gt;" in page
    assert "<b>fel" not in page
    assert page.count("class='unknown'") == len(made.missing)
    assert "http://" not in page
    assert "src=" not in page


def test_only_who_judges_or_tells_reads_it(
    house: House, ref: str, dpo: Authenticator, standing_clock: StandingClock
) -> None:
    chef = enrol(house, standing_clock, "chef-nord", "chef", by=dpo)
    with pytest.raises(Refused, match="role_may_not_judge"):
        filled(house, ref, **by(chef))
    assert events(house, EventKind.INCIDENT_SHOWN) == []
