"""Bindings say where a controller's systems are; secrets stand there by name only."""

import re
from pathlib import Path

import pytest

from lifecycle.bindings import (
    Bindings,
    CaseRegister,
    FolderStaging,
    MemoryStaging,
    Workbuster,
    expand,
    load_bindings,
    parse_bindings,
)
from lifecycle.configuration.problems import BindingsError, Problem
from lifecycle.policy import Policy, load_policy, policy_directory

FILE = Path(__file__).parents[2] / "deployments" / "systems" / "academedia.yaml"
TEXT = FILE.read_text(encoding="utf-8")
ENVIRONMENT = {"GALLRA_HOME": "/srv/gallra", "SECRET": "hunter2"}


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(policy_directory() / "academedia.yaml")


def parse(text: str, policy: Policy) -> Bindings:
    return parse_bindings(text.encode(), name=FILE.name, policy=policy, environment=ENVIRONMENT)


def problems(text: str, policy: Policy) -> tuple[Problem, ...]:
    with pytest.raises(BindingsError) as refused:
        parse(text, policy)
    assert "hunter2" not in str(refused.value)
    return refused.value.problems


def with_examples(text: str) -> str:
    """The file with its commented examples switched on in place of the embedded register."""
    lines: list[str] = []
    embedded = False
    for line in text.splitlines():
        embedded = line == "case_system:" or (embedded and line.startswith(" "))
        example = re.fullmatch(
            r"( *)# ((?: *)(?:case_system|watch|mail|[A-ZÅÄÖa-zåäö. _-]+):.*)", line
        )
        if example and not re.search(r"\w+ \w+ \w+.*:", line.split(":")[0] + ":"):
            lines.append(example.group(1) + example.group(2))
        elif not embedded:
            lines.append(line)
    return "\n".join(lines) + "\n"


def test_the_embedded_default_lies_under_the_home(policy: Policy) -> None:
    bindings = load_bindings(FILE, policy=policy, environment=ENVIRONMENT)
    assert isinstance(bindings.staging, FolderStaging)
    assert bindings.staging.path == Path("/srv/gallra/staging")
    assert isinstance(bindings.case_system, CaseRegister)
    assert bindings.case_system.path.is_relative_to("/srv/gallra")
    assert bindings.witness.file.is_relative_to("/srv/gallra")
    assert bindings.witness.mail is None
    assert bindings.watch is None


def test_the_commented_examples_are_right_too(policy: Policy) -> None:
    bindings = parse(with_examples(TEXT), policy)
    assert isinstance(bindings.case_system, Workbuster)
    assert bindings.case_system.import_workbook.columns["Ärendenummer"] == "case_reference"
    assert bindings.case_system.export_list.columns["Pers.nr"] == "national_id"
    assert bindings.case_system.projects == {"Exempelenhet Nord": "Rusta och matcha Nord"}
    assert bindings.witness.mail is not None
    assert bindings.witness.mail.address(policy) == policy.controller.dpo.email
    assert bindings.watch is not None
    assert bindings.watch.mail.address(policy) == "aftaa@example.se"
    assert bindings.watch.mail.password is not None
    assert bindings.watch.mail.password.file == Path("/run/credentials/gallra/smtp")


def test_a_folder_in_memory_needs_no_path(policy: Policy) -> None:
    text = TEXT.replace("kind: folder", "kind: memory").replace(
        '  path: "${GALLRA_HOME}/staging"\n', ""
    )
    assert parse(text, policy).staging == MemoryStaging(kind="memory", place="af-staging")


def test_variables_come_from_the_mapping_that_is_handed_in() -> None:
    assert expand("${A}/x/${B}", {"A": "/a", "B": "b"}) == "/a/x/b"
    assert expand("no $variable {here}", {}) == "no $variable {here}"
    for environment in ({}, {"A": ""}):
        with pytest.raises(ValueError, match="the environment variable A is not set"):
            expand("${A}", environment)


@pytest.mark.parametrize(
    ("old", "new", "path", "right"),
    [
        ("kind: folder", "kind: foldr", "staging", "did you mean 'folder'?"),
        ("  kind: folder\n", "", "staging", "'kind' is missing"),
        ("kind: case_register", "kind: workbuster", "case_system.exchange", "is missing"),
        ("  path: ", "  paths: ", "staging.paths", "did you mean 'path'?"),
        (
            "${GALLRA_HOME}/staging",
            "${GALLRA_HOEM}/staging",
            "staging.path",
            "GALLRA_HOEM is not set",
        ),
        ("${GALLRA_HOME}/staging", "staging", "staging.path", "relative path"),
        ("${GALLRA_HOME}/staging", "${SECRET}", "staging.path", "relative path"),
        ("controller: academedia", "controller: bergqvist", "controller", "write academedia"),
        ("place: af-staging", "place: staging", "staging.place", "write af-staging"),
        ("system: workbuster", "system: workbooster", "case_system.system", "'workbuster'?"),
        ("controller: academedia", "controller: academedia\ncontroller: x", "controller", "line 4"),
    ],
)
def test_wrong_bindings_are_met_with_the_right_ones(
    policy: Policy, old: str, new: str, path: str, right: str
) -> None:
    assert old in TEXT
    found = {
        problem.path: problem.message for problem in problems(TEXT.replace(old, new, 1), policy)
    }
    assert right in found[path]


@pytest.mark.parametrize(
    ("old", "new", "path", "right"),
    [
        (
            "password: {env: GALLRA_SMTP_PASSWORD}",
            "password: hunter2",
            "witness.mail.password",
            "by name only",
        ),
        ("{env: GALLRA_SMTP_PASSWORD}", "{}", "witness.mail.password", "one of them"),
        ("    password: {env: GALLRA_SMTP_PASSWORD}\n", "", "witness.mail", "belong together"),
        ("security: starttls", "security: none", "witness.mail.security", "starttls"),
        ("security: starttls", "security: plain_on_loopback", "witness.mail", "starttls"),
        ("port: 587", "port: 0", "witness.mail.port", "write e.g. 587"),
        (
            "      Handledare: supervisor",
            "      Org: supplier_id",
            "case_system.import_workbook.columns.Org",
            "does not keep",
        ),
        (
            "      Handledare: supervisor",
            "      Coach: supervizor",
            "case_system.import_workbook.columns.Coach",
            "'supervisor'?",
        ),
        ("      Ärendenr: case_reference\n", "", "case_system.export_list", "identify a case"),
        (
            "      Efternamn: family_name",
            "      Efternamn: given_name",
            "case_system.import_workbook",
            "two columns",
        ),
        (
            "    sheet: Deltagare",
            "    shet: Deltagare",
            "case_system.import_workbook.shet",
            "'sheet'?",
        ),
    ],
)
def test_wrong_examples_are_met_too(
    policy: Policy, old: str, new: str, path: str, right: str
) -> None:
    text = with_examples(TEXT)
    assert old in text
    found = {p.path: p.message for p in problems(text.replace(old, new, 1), policy)}
    assert right in found[path]


@pytest.mark.parametrize(
    "written", ["hunter2", "{env: hunter2}", "{file: hunter2}", "{value: hunter2}", "[hunter2]"]
)
def test_no_secret_stands_in_a_mistake_about_a_secret(policy: Policy, written: str) -> None:
    text = with_examples(TEXT).replace("{env: GALLRA_SMTP_PASSWORD}", written)
    assert problems(text, policy), "and `problems` looks for the secret in the message"


def test_a_file_that_is_not_there_is_told_without_its_folder(
    policy: Policy, tmp_path: Path
) -> None:
    with pytest.raises(BindingsError) as refused:
        load_bindings(tmp_path / "academedia.yaml", policy=policy, environment={})
    assert str(tmp_path) not in str(refused.value)


def without(part: str) -> str:
    """The file without one of its parts."""
    lines = TEXT.splitlines(keepends=True)
    start = lines.index(f"{part}:\n")
    end = next(n for n in range(start + 1, len(lines)) if lines[n][:1] not in {" ", "\n"})
    return "".join([*lines[:start], *lines[end:]])


@pytest.mark.parametrize(
    ("part", "named"), [("staging", "'af-staging'"), ("case_system", "'workbuster'")]
)
def test_what_the_policy_has_must_be_bound(part: str, named: str, policy: Policy) -> None:
    (found,) = problems(without(part), policy)
    assert found.path == part
    assert found.message.startswith("is missing")
    assert named in found.message


def test_what_the_policy_does_not_have_may_not_be_bound(policy: Policy) -> None:
    systems = {
        name: system for name, system in policy.systems.items() if system.role != "case_system"
    }
    bare = policy.model_copy(update={"staging": None, "intake": None, "systems": systems})
    found = {problem.path: problem.message for problem in problems(TEXT, bare)}
    assert found["staging"] == "the policy has no staging folder; take this away"
    assert found["case_system"] == "the policy has no case system; take this away"
