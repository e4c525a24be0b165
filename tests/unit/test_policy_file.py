"""A wrong policy file is refused with file, line, field and what would be right."""

import hashlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from lifecycle.configuration.problems import PolicyError, Problem
from lifecycle.errors import Misconfigured
from lifecycle.intake.header import HeaderAliases
from lifecycle.intake.rules import IntakeRules
from lifecycle.policy import (
    known_policies,
    load_policy,
    parse_policy,
    policy_directory,
    policy_schema,
)

OPTIONAL = {
    "absence",
    "access",
    "asking",
    "cameras",
    "consents",
    "free_text",
    "incidents",
    "mailings",
    "rights",
    "not_collected",
    "notices",
    "processor_review",
    "processors",
    "security",
    "services",
    "assessments",
    "sharing",
    "staging",
    "intake",
}
"""Nothing declared means nothing done; the checks say where something must be."""
FILE = policy_directory() / "academedia.yaml"
TEXT = FILE.read_text(encoding="utf-8")
A_RULE = "keep: {at_most: P6M}"


def changed(old: str, new: str) -> bytes:
    assert old in TEXT
    return TEXT.replace(old, new, 1).encode()


def problems(content: bytes, name: str = "academedia.yaml") -> tuple[Problem, ...]:
    with pytest.raises(PolicyError) as refused:
        parse_policy(content, name=name)
    return refused.value.problems


def as_written() -> dict[str, Any]:
    """The file with its dates as text, as the policy's own reader takes them."""
    data: dict[str, Any] = yaml.load(TEXT, Loader=_TextDates)  # noqa: S506 -- no tags
    return data


class _TextDates(yaml.SafeLoader):
    yaml_implicit_resolvers = {  # noqa: RUF012 -- as its base declares it
        first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def line_of(text: str) -> int:
    return TEXT[: TEXT.index(text)].count("\n") + 1


def test_the_policy_knows_the_hash_of_its_file() -> None:
    policy = load_policy(FILE)
    assert policy.sha256 == hashlib.sha256(FILE.read_bytes()).hexdigest()
    assert parse_policy(TEXT.encode() + b"\n", name=FILE.name).sha256 != policy.sha256


def test_the_hash_is_not_a_key_of_the_file() -> None:
    assert problems(TEXT.encode() + b"sha256: abc\n")[0].path == "sha256"


def test_a_file_that_is_not_there_is_a_misconfiguration_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "academedia.yaml").write_bytes(b"")
    with pytest.raises(Misconfigured) as refused:
        load_policy(tmp_path / "acadmedia.yaml")
    assert "did you mean 'academedia'?" in str(refused.value)
    assert str(tmp_path) not in str(refused.value)


def test_known_policies_are_the_yaml_files(tmp_path: Path) -> None:
    assert "academedia" in known_policies(policy_directory())
    (tmp_path / "b.yaml").touch()
    (tmp_path / "a.yaml").touch()
    (tmp_path / "policy.schema.json").touch()
    assert known_policies(tmp_path) == ["a", "b"]


def test_the_file_is_called_like_its_controller() -> None:
    (found,) = problems(TEXT.encode(), name="bergqvist.yaml")
    assert found.path == "controller.id"
    assert "academedia.yaml" in found.message


def test_the_published_schema_is_current_and_the_policy_fits_it() -> None:
    published = json.loads((policy_directory() / "policy.schema.json").read_text("utf-8"))
    assert published == policy_schema(), "run: gallra policy schema > policies/policy.schema.json"
    validator = jsonschema.Draft202012Validator(published)
    validator.check_schema(published)
    validator.validate(as_written())
    wrong = as_written()
    wrong["retention"][0]["keep"] = {"at_most": "P6X"}
    wrong["intake"]["columns"]["shoe_size"] = {"aliases": ["Sko"], "keep": "identity"}
    assert len(list(validator.iter_errors(wrong))) == 2
    assert TEXT.startswith("# yaml-language-server: $schema=policy.schema.json\n")


def test_the_intake_rules_survive_the_pipe_and_read_the_header() -> None:
    rules = load_policy(FILE).intake_rules()
    assert IntakeRules.from_json(rules.to_json()) == rules
    assert rules.categories == ("identity", "contact", "assignment")
    kept = {column.field: column.category for column in rules.columns}
    assert kept["national_id"] == "identity"
    assert kept["case_reference"] is None, "part of the case's own record"
    assert kept["supplier_id"] is None
    header = HeaderAliases(rules).read(["Genomforandereferens", "PERS.NR", "Hälsa", "E-post"])
    assert header is not None
    assert header.position == {"case_reference": 0, "national_id": 1, "email": 3}
    assert header.dropped == 1


# --- wrong values ----------------------------------------------------------------------------


def test_the_message_names_line_path_and_what_would_be_right() -> None:
    (found,) = problems(changed(A_RULE, "keep: {at_most: P6X}"))
    assert str(found) == (
        f"academedia.yaml: line {line_of(A_RULE)}, retention[0].keep.at_most: 'P6X' is not an ISO "
        "8601 period; write e.g. P6M (six months), P14D (days) or PT20H (hours), or one of "
        "end_of_year, end_of_accounting_year, undecided, forever, every_day, on_the_event, or "
        "e.g. end_of_year+P5Y"
    )


@pytest.mark.parametrize(
    ("old", "new", "path", "right"),
    [
        ("version: 1", "version: 2", "version", "write 1"),
        ("    then: erase", "    then: erasse", "retention[0].then", "did you mean 'erase'?"),
        ("    then: erase", "    than: erase", "retention[0].than", "did you mean 'then'?"),
        ("    then: erase", "    # nothing", "retention[0].then", "is missing"),
        ("    from: left", "    anchor: left", "retention[0].anchor", "unknown key"),
        (
            "    approval: one",
            "    approval: 1",
            "retention[0].approval",
            "known here: none, one, two",
        ),
        ("    national_id:", "    natonal_id:", "intake.columns.natonal_id", "mean 'national_id'?"),
        ("      keep: case", "      keep: 7", "intake.columns.case_reference.keep", "or false"),
        ("  minimum_age: 16", "  minimum_age: sixteen", "intake.minimum_age", "write e.g. 16"),
        ("  minimum_age: 16", "  minimum_age: true", "intake.minimum_age", "write e.g. 16"),
        (r"'\d{9,10}'", "'['", "intake.case_pattern", r"write e.g. '\d{9,10}'"),
        ("alarm_after: PT20H", "alarm_after: P1M", "staging.alarm_after", "has months"),
        ("alarm_after: PT20H", "alarm_after: PT19H", "staging", "one more time of day"),
        ('["18:00", "23:30"]', '["18:00", "25:30"]', "staging.purge_at[1]", "e.g. 18:00"),
        ("Europe/Stockholm", "Europe/Stokholm", "controller.time_zone", "'Europe/Stockholm'?"),
        (
            "        used_by: [handledare, lärare]",
            "        used_by: Coach",
            "systems.workbuster.levels[0].used_by",
            "write e.g. [Coach]",
        ),
        (
            '  rotate_keys: {within: P30D, at: "03:30"}',
            "  rotate_keys: P30D",
            "schedules.rotate_keys",
            "keys with values",
        ),
        (
            "run_history: {keep: P90D",
            "run_history: {keep: P30D",
            "schedules.run_history",
            "from 31 days to a year",
        ),
        ("country: SE", "country: NO", "controller.country", "'NO' is not known"),
        ("class: integrity_sensitive", "class: sensitve", "categories.identity.class", "sensitive"),
        ("  participant:", "  Participant:", "subjects.Participant", "not a name"),
        ("{id: A-96, quote", "{id: 96, quote", "subjects.participant.source.id", "write e.g. A-71"),
        ("{id: A-96, quote", "{ids: A-96, quote", "subjects.participant.source.ids", "mean 'id'?"),
        (
            "systems: [gallra, novo, file-server, e-mail, paper-binder, usb-stick]",
            "systems: workbuster",
            "retention[0].covers.systems",
            "[workbuster]",
        ),
        ("    then: erase", "    then: anonymise", "retention[0]", "residue belong together"),
        ("    then: erase", "    then: strip", "retention[0]", "stays belong together"),
        (A_RULE, "keep: {}", "retention[0].keep", "{at_most: P6M}"),
        (A_RULE, "keep: {at_most: forever}", "retention[0].keep", "at_least: forever"),
        ("    status: open", "    status: decided", "decisions[0]", "decided_by"),
        ("      - level: 1", "      - level: 2", "systems.workbuster", "same number"),
    ],
)
def test_a_wrong_value_is_met_with_the_right_one(old: str, new: str, path: str, right: str) -> None:
    found = problems(changed(old, new))
    match = [problem for problem in found if problem.path == path]
    assert match, found
    assert right in match[0].message
    assert abs(match[0].line - line_of(old)) <= 12


@pytest.mark.parametrize("key", sorted(set(yaml.safe_load(TEXT)) - OPTIONAL))
def test_no_part_that_decides_has_a_default(key: str) -> None:
    rest = {name: part for name, part in as_written().items() if name != key}
    found = problems(json.dumps(rest).encode())
    assert [(p.path, p.message.startswith("is missing")) for p in found] == [(key, True)]


def test_all_wrong_values_are_told_at_once_in_the_order_of_the_file() -> None:
    content = TEXT.replace("P6M", "6M", 1).replace("country: SE", "country: XX")
    found = problems(content.encode())
    assert [p.path for p in found] == ["controller.country", "retention[0].keep.at_most"]
