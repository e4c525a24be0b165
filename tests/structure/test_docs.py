"""What the pages name exists: tests, commands, options, variables, files, events, deployments."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from console.main import app
from console.reference import document
from lifecycle.ledger import EventKind
from records.tables import KEYS, RECORDS

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PAGES = sorted(
    [README, ROOT / "CHANGELOG.md", ROOT / "policies" / "README.md", *ROOT.glob("docs/**/*.md")]
)
UNITS = sorted((ROOT / "deployments" / "systemd").iterdir())
DEPLOYMENTS = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]

EVENTS = {str(kind) for kind in EventKind}
TOPICS = {kind.partition(".")[0] for kind in EVENTS}
VARIABLE = re.compile(r"\bGALLRA_[A-Z_]+\b")
FILE = re.compile(
    r"(?:[a-z_.]+/)+(?:[\w.*-]+\.(?:py|md|yaml|yml|json|svg|png|lock|service|timer|yml))?"
)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _code(text: str) -> Iterator[str]:
    """Everything that a page sets as code: spans, fenced blocks, indented lines."""
    fenced = re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    rest = re.sub(r"^```\w*\n.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    for block in fenced:
        yield from block.splitlines()
    indented = re.findall(r"^ {4}(?! *[-*\d])(\S.*)$", rest, re.MULTILINE)
    yield from indented
    yield from re.findall(r"`([^`\n]+)`", rest)


def _commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS: dict[tuple[str, ...], Any] = dict(_commands(get_command(app)))
GROUPS = {path[:1] for path in COMMANDS if len(path) == 2}


@cache
def _tests_of(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def _targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_test_that_a_page_names_exists(page: Path) -> None:
    for file, name in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", page.read_text("utf-8")):
        assert (ROOT / file).is_file(), file
        assert not name or name in _tests_of(ROOT / file), f"{file}::{name}"


def test_every_property_names_a_test_that_holds_it() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    held = text[text.index("## What is held") : text.index("## Not held")]
    properties = re.split(r"^\*\*(?=P\d+\.)", held, flags=re.MULTILINE)[1:]
    numbers = [int(each[1 : each.index(".")]) for each in properties]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 20
    for each in properties:
        assert re.search(r"`tests/[\w/]+\.py", each), each[:60]


@pytest.mark.parametrize("page", [*PAGES, *UNITS], ids=_name)
def test_every_command_and_option_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for code in text.splitlines() if page in UNITS else _code(text):
        for words in re.findall(r"(?:^|[\s/=])gallra ([a-z].*)", code):
            parts = re.split(r"\s+", re.split(r"[·#;|]|\s&&", words)[0].strip())
            path = tuple(parts[:2]) if (parts[0],) in GROUPS else (parts[0],)
            if path in GROUPS:
                continue
            assert path in COMMANDS, code
            known = {
                option
                for each in COMMANDS[path].params
                for option in (*each.opts, *each.secondary_opts)  # --yes/--no is two
            }
            for option in parts:
                if option.startswith("-"):
                    assert option in known | {"--help", "-h"}, code


def test_every_command_is_in_the_readme() -> None:
    text = README.read_text(encoding="utf-8")
    for path, command in COMMANDS.items():
        assert command.hidden or f"`gallra {' '.join(path)}" in text, path


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_make_target_that_a_page_names_exists(page: Path) -> None:
    for code in _code(page.read_text(encoding="utf-8")):
        for target in re.findall(r"(?:^|\s)make ([a-z-]+)", code):
            assert target in _targets(), code


def test_the_readme_begins_with_running_and_testing() -> None:
    first, second = re.findall(r"^ {4}(make \w+)$", README.read_text("utf-8"), re.MULTILINE)[:2]
    assert (first, second) == ("make run", "make test")


def _variables() -> set[str]:
    files = (ROOT / "tasks" / "house" / "settings.py", ROOT / "console" / "options.py")
    return {name for file in files for name in VARIABLE.findall(file.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("page", [*PAGES, *UNITS], ids=_name)
def test_every_variable_that_a_page_names_is_read(page: Path) -> None:
    systems = (ROOT / "deployments" / "systems" / "academedia.yaml").read_text(encoding="utf-8")
    known = _variables() | set(VARIABLE.findall(systems))
    assert set(VARIABLE.findall(page.read_text(encoding="utf-8"))) <= known


def test_every_variable_that_is_read_is_in_the_readme() -> None:
    assert _variables() <= set(VARIABLE.findall(README.read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text(encoding="utf-8")):
        file, _, anchor = target.partition("#")
        there = (page.parent / file) if file else page
        assert there.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}
            assert anchor in anchors, target


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_file_of_ours_that_a_page_names_exists(page: Path) -> None:
    rooms = {each.name for each in ROOT.iterdir() if each.is_dir()}
    for code in _code(page.read_text(encoding="utf-8")):
        found = FILE.fullmatch(code)
        if found and code.partition("/")[0] in rooms - {"prefect"}:
            assert list(ROOT.glob(code.rstrip("/"))), code


def test_every_event_and_table_of_the_data_path_exists() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    tables = set(RECORDS.tables) | set(KEYS.tables)
    flows = {path.stem for path in (ROOT / "flows").glob("*.py")}
    path = text[text.index("## One export") : text.index("## States")]
    for code in re.findall(r"`([a-z_]+\.[a-z_]+)`", text):
        if code.partition(".")[0] in TOPICS and not (ROOT / code).exists():
            assert code in EVENTS, code
    for code in re.findall(r"`([a-z]+_[a-z]+)`", path):
        assert code in tables | flows | {"verify_after"}, code


def test_every_deployment_is_in_the_handbook_with_its_hours_and_no_other() -> None:
    text = (ROOT / "docs" / "administration.md").read_text(encoding="utf-8")
    part = text.partition("\n## Schedules\n")[2].partition("\n## ")[0]
    head, _, *rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in part.splitlines()
        if line.startswith("|")
    ]
    told = {
        f"{row[0].strip('`')}-{controller}": cell
        for row in rows
        for controller, cell in list(zip(head, row, strict=True))[1:-1]
        if cell
    }
    assert told.keys() == {each["name"] for each in DEPLOYMENTS}
    for each in DEPLOYMENTS:
        for schedule in each["schedules"]:
            minute, hour = schedule["cron"].split()[:2]
            if hour.isdigit():
                assert f"{int(hour):02}:{int(minute):02}" in told[each["name"]], each["name"]


def test_the_page_of_reasons_is_made_from_the_code() -> None:
    page = (ROOT / "docs" / "reasons.md").read_text(encoding="utf-8")
    assert page == document().rstrip("\n") + "\n", "python -m console.reference > docs/reasons.md"


def test_the_pictures_ask_nobody_for_anything() -> None:
    for picture in (ROOT / "docs" / "pictures").glob("*.svg"):
        loaded = re.findall(
            r"(?:url\(|href=|src=)[\"']?(https?:[^\"')]+)", picture.read_text("utf-8")
        )
        assert loaded == [], picture.name
