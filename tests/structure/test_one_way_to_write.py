"""Whoever writes our records goes through a unit of work: nobody else begins or commits."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("records", "tasks", "flows", "console", "lifecycle")
"""Not `connectors`: they cannot reach our database (the import contract), and keep their own."""

ALLOWED = {
    "records/unit_of_work.py": "the one way",
    "records/engines.py": "begins SQLite's transactions in the right mode",
    "records/bulk.py": "COPY goes past SQLAlchemy and must be in a transaction",
    "records/leases.py": "a lease is no effect on personal data",
    "records/keyring.py": "the key database is written before the records need it",
    "records/vault.py": "the key database",
    "records/rotation.py": "the key database; the rotation's events are written by its caller",
    "records/postgres_copies.py": "a whole copy is put back, with the ledger that belongs to it",
    "records/scrub.py": "VACUUM and checkpoints change no content",
}
ALLOWED_FOLDERS = ("records/migrations/",)
UNIT = "UnitOfWork"
WORDS = ("BEGIN", "COMMIT", "END", "AUTOCOMMIT")


def ways_round(source: str, makers: frozenset[str] = frozenset()) -> list[int]:
    """Line numbers where `source` begins or commits a transaction outside a unit of work.

    `makers`: functions elsewhere that return a unit of work.
    """
    tree = ast.parse(source)
    units = _names_of_units(tree, makers | makers_in(source))
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            receiver = ast.unparse(node.func.value)
            commits = node.func.attr == "commit" and receiver not in units
            if commits or node.func.attr in {"begin", "begin_twophase"}:
                lines.append(node.lineno)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            first = node.value.strip().rstrip(";").split(" ")[0]
            if first in WORDS and len(node.value.split()) <= 3:
                lines.append(node.lineno)
    return sorted(lines)


def makers_in(source: str) -> frozenset[str]:
    """`UnitOfWork` and the functions of `source` that say they return one."""
    return frozenset({UNIT}) | {
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
        and node.returns is not None
        and UNIT in ast.unparse(node.returns)
    }


def _names_of_units(tree: ast.Module, makers: frozenset[str]) -> set[str]:
    """Names bound by `with UnitOfWork(...) as name`, `name = UnitOfWork(...)`, or annotated so;
    `makers` count as its constructor."""
    names = set()
    for node in ast.walk(tree):
        match node:
            case ast.withitem(context_expr=made, optional_vars=ast.Name(id=name)):
                if _makes(made, makers):
                    names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)], value=made):
                if _makes(made, makers):
                    names.add(name)
            case ast.arg(arg=name, annotation=ast.expr() as kind):
                if ast.unparse(kind) == UNIT:
                    names.add(name)
    return names


def _makes(made: ast.expr, makers: frozenset[str]) -> bool:
    if not isinstance(made, ast.Call):
        return False
    return ast.unparse(made.func).rpartition(".")[2] in makers


def modules() -> list[Path]:
    found = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    return [
        file
        for file in sorted(found)
        if (name := file.relative_to(ROOT).as_posix()) not in ALLOWED
        and not name.startswith(ALLOWED_FOLDERS)
    ]


def test_nobody_else_begins_or_commits() -> None:
    looked_at = modules()
    assert len(looked_at) > 10
    sources = {file: file.read_text() for file in looked_at}
    makers = frozenset().union(*map(makers_in, sources.values()))
    found = {
        f"{file.relative_to(ROOT)}:{line}"
        for file, source in sources.items()
        for line in ways_round(source, makers)
    }
    assert found == set()


@pytest.mark.parametrize(
    "source",
    [
        "with engine.begin() as connection: pass",
        "connection.begin()",
        "connection.commit()",
        "def f(engine):\n    with engine.connect() as work:\n        work.commit()",
        "connection.exec_driver_sql('COMMIT')",
        "connection.exec_driver_sql('BEGIN IMMEDIATE')",
        "engine.execution_options(isolation_level='AUTOCOMMIT')",
        "with UnitOfWork() as work:\n    work.connection.commit()",
    ],
)
def test_a_way_round_is_seen(source: str) -> None:
    assert ways_round(source) != []


@pytest.mark.parametrize(
    "source",
    [
        "with UnitOfWork(engine, ledger) as work:\n    work.commit()",
        "def f(work: UnitOfWork) -> None:\n    work.commit()",
        "def begin_work() -> UnitOfWork: ...\nwith begin_work() as unit:\n    unit.commit()",
        "with house.work_elsewhere(run) as work:\n    work.commit()",
        "with reading(engine) as connection:\n    connection.execute(x)",
        "'''BEGIN with a sentence that is prose and long.'''",
    ],
)
def test_a_unit_of_work_is_not_a_way_round(source: str) -> None:
    assert ways_round(source, frozenset({"work_elsewhere"})) == []
