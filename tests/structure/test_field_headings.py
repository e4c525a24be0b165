"""Every field that a record can have is called something in each language of an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from lifecycle.policy.load import load_policy
from lifecycle.rights_fields import HEADINGS, LANGUAGES, heading
from records.lookups import Case
from tests.factories.houses import ROOT

POLICIES = sorted(one for one in (ROOT / "policies").glob("*.yaml"))


def _bound(part: object) -> Iterator[str]:
    """The fields that a file of bindings maps, wherever it does."""
    if isinstance(part, Mapping):
        for name, value in part.items():
            if name == "categories" and isinstance(value, Mapping):
                for fields in value.values():
                    yield from map(str, fields)
            else:
                yield from _bound(value)
    elif isinstance(part, list):
        for each in part:
            yield from _bound(each)


def _named(file: Path) -> set[str]:
    policy = load_policy(file)
    bindings = ROOT / "deployments" / "systems" / file.name
    named = set(_bound(yaml.safe_load(bindings.read_text(encoding="utf-8"))))
    named.update(field for one in policy.categories.values() for field in one.fields)
    return named | set(policy.intake.columns if policy.intake is not None else ())


@pytest.mark.parametrize("file", POLICIES, ids=lambda file: file.stem)
def test_each_field_of_a_policy_and_its_bindings_has_a_heading(file: Path) -> None:
    named = _named(file)
    assert named
    assert named <= set(HEADINGS)


def test_each_field_of_a_case_has_a_heading() -> None:
    assert set(Case._fields) <= set(HEADINGS)


def test_no_heading_is_left_out_or_a_name_that_only_machines_write() -> None:
    for field, words in HEADINGS.items():
        assert set(words) == set(LANGUAGES)
        for language in LANGUAGES:
            said = heading(field, language)
            assert said
            assert said[0].isupper(), (field, language)
            assert "_" not in said, (field, language)


def test_no_heading_is_of_a_field_that_nobody_has() -> None:
    known = set(Case._fields).union(*(_named(file) for file in POLICIES))
    assert set(HEADINGS) <= known


def test_a_field_that_a_binding_alone_knows_is_called_as_it_is_there() -> None:
    assert heading("shoe_size", "sv") == "shoe size"
