"""The standard text exists in six languages (A-39): whole, marked, and with one that governs."""

import re
import unicodedata

import pytest

from lifecycle.notice import Notice, Text, build
from lifecycle.notice.checks import findings, unreviewed
from lifecycle.notice.facts import Length
from lifecycle.notice.grammar import length
from lifecycle.notice.notice import Texts
from lifecycle.notice.phrases import Phrases, Reviewed, Terms, load_phrases
from lifecycle.policy.notices import Language
from tests.factories.notices import POLICIES, policy_of, texts_of

SIX: tuple[Language, ...] = ("sv", "en", "ar", "so", "fa", "ti")
SCRIPTS = {"ar": "ARABIC", "fa": "ARABIC", "ti": "ETHIOPIC"}
every_language = pytest.mark.parametrize("language", SIX)
both_kinds = pytest.mark.parametrize("subject", ["participant", "pupil"])


def standard(subject: str) -> Notice:
    return build(
        policy_of("academedia"), "standard", texts_of("academedia", "standard"), subject=subject
    )


def letters(text: str, script: str) -> int:
    return sum(unicodedata.name(char, "").startswith(script) for char in text)


def test_the_policy_gives_it_in_six_languages_and_swedish_governs() -> None:
    notice = policy_of("academedia").notice("standard")
    assert notice.languages == SIX
    assert notice.governs == "sv"


def test_no_word_is_missing_left_over_or_out_of_date_in_any_language() -> None:
    master = load_phrases(POLICIES, "sv")
    for controller in ("academedia", "behandlingsskolerne", "bergqvist", "tommerup"):
        policy = policy_of(controller)
        for notice in policy.notices:
            texts = texts_of(controller, notice.id)
            assert list(findings(policy, notice, texts, master)) == []


@both_kinds
@every_language
def test_it_says_as_much_in_every_language(language: Language, subject: str) -> None:
    swedish, other = standard(subject).text("sv"), standard(subject).text(language)
    assert [section.id for section in other.sections] == [s.id for s in swedish.sections]
    for one, two in zip(swedish.sections, other.sections, strict=True):
        assert [len(p.lines) for p in two.paragraphs] == [len(p.lines) for p in one.paragraphs]
    # Nobody's address, number or company gets lost on the way.
    assert literals(other) == literals(swedish)
    assert "{" not in "".join(other.sentences())


def literals(text: Text) -> list[str]:
    return [
        piece.text
        for section in text.sections
        for paragraph in section.paragraphs
        for line in paragraph.lines
        for piece in line
        if piece.kind == "literal"
    ]


@both_kinds
@pytest.mark.parametrize("language", ["ar", "fa", "ti"])
def test_it_is_written_in_its_own_script(language: Language, subject: str) -> None:
    text = standard(subject).text(language)
    whole = "".join(text.sentences())
    assert letters(whole, SCRIPTS[language]) > 0.85 * sum(map(str.isalpha, whole))
    for sentence in text.sentences():
        assert (
            letters(sentence, SCRIPTS[language]) > 0
            or not any(map(str.isalpha, sentence))
            or (sentence in {"Workbuster", "Omnius", "PingPong", "Adobe Connect", "Google Drive"})
        )
    assert text.direction == ("ltr" if language == "ti" else "rtl")


@pytest.mark.parametrize("language", ["en", "so"])
def test_no_swedish_is_left_in_it(language: Language) -> None:
    swedish = re.compile(r"\b(och|eller|att|som|uppgifter|inte|därefter)\b", re.IGNORECASE)
    for sentence in standard("participant").text(language).sentences():
        assert not swedish.search(sentence), sentence


@both_kinds
@pytest.mark.parametrize("language", SIX[1:])
def test_a_translation_says_that_it_is_one_and_that_nobody_has_reviewed_it(
    language: Language, subject: str
) -> None:
    text = standard(subject).text(language)
    frames = load_phrases(POLICIES, language).phrases
    about = [paragraph.plain for paragraph in text.about]
    assert not text.governs
    assert not text.reviewed
    assert frames["about.translation"].format(language=frames["language.sv"]) in about
    assert frames["about.not_reviewed"] in about
    assert (
        unreviewed(policy_of("academedia").notice("standard"), texts_of("academedia", "standard"))
        == (SIX[1:])
    )


def test_the_governing_text_says_that_it_governs() -> None:
    text = standard("pupil").text("sv")
    assert text.governs
    assert text.reviewed
    assert "gäller" in text.about[0].plain
    # Where there is one language there is nothing to govern.
    danish = build(
        policy_of("tommerup"),
        "personal-data-policy",
        texts_of("tommerup", "personal-data-policy"),
        subject="guest",
    )
    assert [p.plain.split()[0] for p in danish.text("da").about] == ["Version:"]


def test_a_reviewed_translation_says_when() -> None:
    texts = texts_of("academedia", "standard")
    by = Reviewed.model_validate({"by": "översättare", "on": "2026-10-01"})
    reviewed = Texts(
        {**texts.phrases, "so": texts.phrases["so"].model_copy(update={"reviewed": by})},
        {**texts.terms, "so": texts.terms["so"].model_copy(update={"reviewed": by})},
    )
    notice = build(policy_of("academedia"), "standard", reviewed, subject="pupil")
    assert notice.text("so").reviewed
    assert any("2026-10-01" in paragraph.plain for paragraph in notice.text("so").about)
    # The frames alone are half of it.
    half = Texts(reviewed.phrases, texts.terms)
    assert not build(policy_of("academedia"), "standard", half, subject="pupil").text("so").reviewed


def test_every_language_has_the_same_version_and_a_text_of_its_own() -> None:
    notice = standard("participant")
    texts = [notice.text(language) for language in SIX]
    assert len({text.sha256 for text in texts}) == len(SIX)
    for text in texts:
        assert notice.version in text.about[-1].plain


@pytest.mark.parametrize(
    ("language", "of", "written"),
    [
        ("sv", Length(1, 0), "1 månad"),
        ("sv", Length(18, 0), "1 år och 6 månader"),
        ("sv", Length(0, 14), "14 dagar"),
        ("da", Length(60, 0), "5 år"),
        ("en", Length(1, 0), "1 month"),
        ("en", Length(6, 0), "6 months"),
        ("ar", Length(1, 0), "شهر واحد"),
        ("ar", Length(2, 0), "شهران"),
        ("ar", Length(6, 0), "6 أشهر"),
        ("ar", Length(11, 0), "11 شهرًا"),
        ("ar", Length(24, 0), "سنتان"),
        ("ar", Length(60, 0), "5 سنوات"),
        ("ar", Length(360, 0), "30 سنة"),
        ("ar", Length(0, 100), "100 يوم"),
        ("fa", Length(6, 0), "۶ ماه"),
        ("so", Length(1, 0), "1 bil"),
        ("so", Length(6, 0), "6 bilood"),
        ("ti", Length(1, 0), "1 ወርሒ"),
        ("ti", Length(6, 0), "6 ኣዋርሕ"),
    ],
)
def test_lengths_of_time_follow_the_languages_grammar(
    language: Language, of: Length, written: str
) -> None:
    assert length(of, load_phrases(POLICIES, language)) == written


def test_the_check_finds_what_a_careless_hand_leaves() -> None:
    policy, texts = policy_of("academedia"), texts_of("academedia", "standard")
    master = load_phrases(POLICIES, "sv")
    somali = texts.terms["so"].model_dump()
    somali["terms"]["anchors"]["left"]["of"] = "du har gått"
    del somali["terms"]["fields"]["project"]
    somali["terms"]["fields"]["colour"] = {"of": "färg", "says": "midab"}
    frames = texts.phrases["en"].model_dump()
    frames["follows"] = "0" * 16
    frames["phrases"]["keep.at_most"] = "It is kept until {until}."
    del frames["phrases"]["then.erase"]
    frames["phrases"]["then.burn"] = "After that we burn it."
    careless = Texts(
        {**texts.phrases, "en": Phrases.model_validate(frames)},
        {**texts.terms, "so": Terms.model_validate(somali)},
    )
    found = {
        (finding.language, finding.where): finding.what
        for finding in findings(policy, policy.notice("standard"), careless, master)
    }
    assert found == {
        ("so", "anchors.left"): "translates older words; now they are: du har slutat hos oss",
        ("so", "fields.project"): "has no words",
        ("so", "fields.colour"): "is a word that the notice does not use",
        ("en", "follows"): "the Swedish frames have changed: look through them and write "
        + master.fingerprint,
        ("en", "keep.at_most"): "has other gaps than the Swedish phrase: end",
        ("en", "then.erase"): "has no words",
        ("en", "then.burn"): "is no phrase of any notice",
    }
