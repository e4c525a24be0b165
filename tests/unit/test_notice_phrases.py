"""Every sentence that a notice can say has a frame, and every frame is a sentence of a notice."""

import re
from pathlib import Path

import pytest

from lifecycle.configuration.problems import PolicyError
from lifecycle.notice.phrases import load_phrases, load_terms
from lifecycle.policy.consents import Withdrawal
from lifecycle.policy.data import LegalBasis, SpecialGround
from lifecycle.policy.retention import Then
from tests.factories.notices import POLICIES

SOURCES = Path(__file__).parents[2] / "lifecycle" / "notice"
# What the builders put together out of words of the policy's language.
BUILT = {
    *(f"basis.{word}" for word in LegalBasis),
    *(f"ground.{word}" for word in SpecialGround),
    *(f"then.{word}" for word in Then),
    *(f"withdrawal.{word}" for word in Withdrawal),
    *(f"sees.{word}" for word in ("assigned", "project", "all")),
    *(f"contact.{word}" for word in ("email", "phone", "address", "registration")),
    *(
        f"right.{word}"
        for word in ("access", "rectification", "erasure", "restriction", "portability")
    ),
    *(
        f"right.{word}.{how}"
        for word in ("portability", "objection")
        for how in ("undecided", "none")
    ),
    "right.objection",
    *(
        f"third.{word}"
        for word in (
            "adequacy_decision",
            "standard_clauses",
            "binding_corporate_rules",
            "explicit_consent",
        )
    ),
    *(
        f"given.{word}"
        for word in ("law", "contract", "needed", "free", "said_at_collection", "undecided")
    ),
    *(f"automated.{word}" for word in ("never", "sometimes", "undecided")),
    *(f"end.{year}{after}" for year in ("year", "accounting_year") for after in ("", ".period")),
    *(f"language.{word}" for word in ("sv", "da")),
}


def written_in_the_source() -> set[str]:
    text = "".join(path.read_text("utf-8") for path in SOURCES.glob("*.py"))
    named = set(re.findall(r'"((?:[a-z_]+\.)+[a-z_]+|purpose|consent)"', text))
    sections = set(re.findall(r'Section\(\s*"([a-z_]+)"', text))
    return {*named, *(f"heading.{section}" for section in sections)}


def test_the_frames_are_exactly_what_can_be_said() -> None:
    frames = set(load_phrases(POLICIES, "sv").phrases)
    said = written_in_the_source() | BUILT
    assert frames - said == set()
    assert BUILT - frames == set()
    # Module names and the like have dots too; what is handed to `says` must be a frame.
    text = "".join(path.read_text("utf-8") for path in SOURCES.glob("*.py"))
    handed = set(re.findall(r'(?:says|Nested|_filled)\(\s*"([a-z_.]+)"', text))
    assert len(handed) > 50
    assert handed - frames == set()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("phrases:\n  then.erase: It goes {data.", "a brace"),
        ("language: da\n", "the file's name says en"),
        ("direction: up\n", "'up' is not known"),
        ("lengths:\n  year: {one: x}\n", "`other` is missing"),
        ('lengths:\n  year: {other: "{years}"}\n', "another gap than {n}"),
        ('lengths:\n  year: {other: "{n"}\n', "stands alone"),
        ("lengths:\n  year: {other: y}\n", "needs the gaps {a} and {b}"),
    ],
)
def test_a_file_with_a_slip_is_told_with_its_line(tmp_path: Path, content: str, told: str) -> None:
    parts = {
        "version": "version: 1\n",
        "language": "language: en\n",
        "name": "name: English\n",
        "direction": "direction: ltr\n",
        "lengths": "lengths:\n  year: {other: y}\n  month: {other: m}\n  day: {other: d}\n"
        '  joined: "{a} {b}"\n',
        "between": 'between: ", "\n',
        "phrases": "phrases:\n  then.erase: It goes.\n",
    }
    parts[content.partition(":")[0]] = content
    if content.startswith("lengths"):
        parts["lengths"] = (
            parts["lengths"] + "  month: {other: m}\n  day: {other: d}\n  joined: x\n"
        )
    folder = tmp_path / "notices" / "phrases"
    folder.mkdir(parents=True)
    (folder / "en.yaml").write_text("".join(parts.values()), "utf-8")
    with pytest.raises(PolicyError) as refused:
        load_phrases(tmp_path, "en")
    assert told in str(refused.value)
    assert "line" in str(refused.value)


def test_a_language_without_a_file_is_told_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"notices/academedia/so\.yaml"):
        load_terms(tmp_path, "academedia", "so")
