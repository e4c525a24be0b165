"""At units with cameras people are told of them when they start (A-40)."""

from __future__ import annotations

import pytest

from lifecycle.configuration.problems import PolicyError
from lifecycle.errors import Misconfigured
from lifecycle.notice import ARTICLE_13, ARTICLE_14, Notice, build, unanswered
from lifecycle.notice.checks import facts_of, findings
from lifecycle.notice.phrases import load_phrases
from lifecycle.policy import Policy
from tests.factories.notices import POLICIES, changed, policy_of, says, texts_of

ENTRANCE = """cameras:
  entrance:
    called: Eductus, enheten vid torget
    watches: entrén och cykelstället, dygnet runt
    purpose: förebygga och utreda stölder och skadegörelse
    interest: under våren har sju cyklar stulits och fönster krossats
    legal_basis: legitimate_interests
    sound: false
    recorded: true
    kept: P72D
    seen_by: enhetschefen, tillsammans med verksamhetschefen
    answers: chef
    analysed_on: 2026-05-04
    source: {id: A-40, quote: "övervakningsintresse som väger tyngre än integritetsintresset"}
"""


def with_cameras(*edits: tuple[str, str]) -> Policy:
    text = ENTRANCE
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return changed("academedia", ("cameras: {}\n", text))


def told(policy: Policy, subject: str = "pupil") -> Notice:
    texts = texts_of("academedia", "camera-surveillance")
    return build(policy, "camera-surveillance", texts, subject=subject, unit="entrance")


@pytest.mark.parametrize("subject", ["participant", "pupil"])
def test_every_point_is_answered_for_everybody_who_starts_there(subject: str) -> None:
    notice = told(with_cameras(), subject)
    assert unanswered(notice.facts.sections, [*ARTICLE_13, *ARTICLE_14]) == ()
    text = notice.text("sv")
    assert text.title == "Kameraövervakning (bara där den finns)"


def test_it_says_where_what_for_how_long_and_who_looks() -> None:
    notice = told(with_cameras())
    cameras = says(notice, "cameras")
    for said in (
        "enheten vid torget",
        "entrén och cykelstället, dygnet runt",
        "förebygga och utreda stölder",
        "sju cyklar",
        "Inget ljud spelas in",
        "GDPR art. 6.1 f",
    ):
        assert said in cameras
    assert "högst 72 dagar" in says(notice, "retention") or "längst 72 dagar" in says(
        notice, "retention"
    )
    assert "enhetschefen" in says(notice, "recipients")
    # One can object to exactly this, and to nothing that the cameras are not for.
    assert "stölder" in says(notice, "objection")
    assert "marknadsföra" not in says(notice, "objection")


def test_what_is_not_recorded_or_not_decided_is_said_to_be_so() -> None:
    live = with_cameras(("    recorded: true\n    kept: P72D\n", "    recorded: false\n"))
    assert "Ingenting spelas in" in says(told(live), "retention")
    open_ = with_cameras(("kept: P72D", "kept: undecided\n    decision: legal-basis"))
    assert "ännu inte bestämt" in says(told(open_), "retention")


def test_another_period_for_the_recording_is_another_version() -> None:
    one, other = told(with_cameras()), told(with_cameras(("P72D", "P30D")))
    assert one.facts.sha256 != other.facts.sha256
    assert one.facts.notice == "camera-surveillance.entrance"


def test_a_policy_without_cameras_tells_nobody_of_any() -> None:
    policy = policy_of("academedia")
    assert policy.cameras == {}
    assert facts_of(policy, policy.notice("camera-surveillance")) == ()
    with pytest.raises(Misconfigured, match="no_such_camera"):
        told(policy)


def test_the_words_of_a_policy_with_cameras_are_whole() -> None:
    policy = with_cameras()
    notice = policy.notice("camera-surveillance")
    texts = texts_of("academedia", "camera-surveillance")
    master = load_phrases(POLICIES, "sv")
    assert list(findings(policy, notice, texts, master)) == []


@pytest.mark.parametrize(
    ("edit", "told_so"),
    [
        (("    kept: P72D\n", ""), "recorded: true and kept belong together"),
        (("answers: chef", "answers: boss"), "'boss'"),
        (("kept: P72D", "kept: undecided"), "undecided needs `decision:`"),
        (("    analysed_on: 2026-05-04\n", ""), "is missing"),
        (
            ("    interest: under våren har sju cyklar stulits och fönster krossats\n", ""),
            "missing",
        ),
    ],
)
def test_a_camera_without_its_reasons_is_refused(edit: tuple[str, str], told_so: str) -> None:
    with pytest.raises(PolicyError, match="cameras") as refused:
        with_cameras(edit)
    assert told_so in str(refused.value)
