"""A copy of a PostgreSQL database by its own tools: our tables alone, and no password shown."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from sqlalchemy import Engine, Integer, LargeBinary, MetaData, Table, inspect, text
from sqlalchemy.engine import URL

from lifecycle.errors import Busy, Misconfigured, Refused, Unreachable
from records.engines import quiet_errors

_SCHEMA: Final = "public"
_APPLICATION: Final = "gallra"
_LEADING_ELSEWHERE: Final = frozenset({"PGSERVICE", "PGSERVICEFILE", "PGOPTIONS"})
"""What libpq puts before the address that it is given in the environment: left over from another
project it would have the tools read, or write, another database than ours."""


def tables_of(engine: Engine, metadata: MetaData, version_table: str) -> list[str]:
    """Those of our tables that there are now."""
    with quiet_errors(), engine.connect() as connection:
        present = set(inspect(connection).get_table_names(schema=_SCHEMA))
    return sorted(present & {*metadata.tables, version_table})


def dump(engine: Engine, names: Sequence[str], target: Path) -> None:
    """Write these tables to `target` by `pg_dump`, as they are at one moment.

    Raises `Misconfigured("backup_tool_missing")`, `Unreachable("backup_tool_failed")`.
    """
    _run(
        [
            _tool("pg_dump"),
            *("--format=custom", "--no-owner", "--no-privileges", "--no-password"),
            *(f"--table={_SCHEMA}.{name}" for name in names),
            f"--file={target}",
        ],
        engine.url,
    )


def put_back(engine: Engine, names: Sequence[str], copy: Path, *, aside: str) -> None:
    """Exchange these tables for those of the copy: all or nothing, in one transaction.

    The present ones are moved to the schema `aside`. Raises as `dump`.
    """
    before = ["BEGIN;"]
    if names:
        before.append(f'CREATE SCHEMA "{aside}";')
        before += [f'ALTER TABLE {_SCHEMA}."{name}" SET SCHEMA "{aside}";' for name in names]
    reader = [_tool("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(copy)]
    writer = [_tool("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--no-password"]
    environment = _environment(engine.url)
    with (
        subprocess.Popen(
            writer,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
        ) as taking,
        subprocess.Popen(
            reader, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        ) as giving,
    ):
        whole = _hand_over(giving, taking, "\n".join(before) + "\n")
    if not whole or taking.returncode != 0:
        raise Unreachable("backup_tool_failed", exit=taking.returncode)


def _hand_over(giving: subprocess.Popen[bytes], taking: subprocess.Popen[bytes], head: str) -> bool:
    """Without the word COMMIT the server undoes it all: it is said only when all was read."""
    if giving.stdout is None or taking.stdin is None:
        return False
    try:
        taking.stdin.write(head.encode())
        shutil.copyfileobj(giving.stdout, taking.stdin)
        whole = giving.wait() == 0
        if whole:
            taking.stdin.write(b"\nCOMMIT;\n")
        taking.stdin.close()
    except BrokenPipeError:
        whole = False
    return whole


def require_alone(engine: Engine) -> None:
    """Raise `Busy("restore_while_running")` while another process of ours is connected."""
    with quiet_errors(), engine.connect() as connection:
        others = connection.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND application_name = :ours AND pid <> pg_backend_pid()"
            ),
            {"ours": _APPLICATION},
        )
    if others:
        raise Busy("restore_while_running", others=int(others))


def read_into(raw: sqlite3.Connection, copy: Path, metadata: MetaData, version_table: str) -> None:
    """Read the dump's tables into a database of one's own, which goes with the connection.

    Raises `Refused("copy_not_readable")`.
    """
    listed = _read([_tool("pg_restore"), "--list", str(copy)])
    names = {
        words[5]
        for words in (line.split() for line in listed.splitlines())
        if len(words) > 5 and words[3:5] == ["TABLE", _SCHEMA]
    }
    raw.execute(f"CREATE TABLE {version_table} (version_num TEXT)")
    for table in metadata.sorted_tables:
        if table.name in names:
            raw.execute(f"CREATE TABLE {table.name} ({', '.join(_columns(table))})")
    with raw, _script(copy) as script:
        _copy_rows(raw, script, {t.name: t for t in metadata.sorted_tables} | {version_table: None})


def _columns(table: Table) -> list[str]:
    return [f'"{column.name}"' for column in table.columns]


def _copy_rows(
    raw: sqlite3.Connection, script: IO[bytes], tables: Mapping[str, Table | None]
) -> None:
    insert = ""
    kinds: list[type] = []
    for line in script:
        if line == b"\\.\n":
            insert = ""
        elif insert:
            values = line.rstrip(b"\n").split(b"\t")
            raw.execute(insert, [_value(v, k) for v, k in zip(values, kinds, strict=True)])
        elif line.startswith(b"COPY "):
            name, columns = _header(line.decode())
            if name not in tables:
                raise Refused("copy_not_readable")
            kinds = [_kind(tables[name], column) for column in columns]
            named = ", ".join(f'"{c}"' for c in columns)
            insert = f"INSERT INTO {name} ({named}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 -- names of our own tables


def _kind(table: Table | None, column: str) -> type:
    if table is None:
        return str
    if column not in table.columns:
        raise Refused("copy_not_readable")
    kind = table.columns[column].type
    if isinstance(kind, LargeBinary):
        return bytes
    return int if isinstance(kind, Integer) else str


def _header(line: str) -> tuple[str, list[str]]:
    """`COPY public.plan (id, "hash") FROM stdin;` → plan, [id, hash]"""
    where, _, rest = line.removeprefix("COPY ").partition(" (")
    columns = rest.partition(")")[0]
    return where.partition(".")[2].strip('"'), [c.strip().strip('"') for c in columns.split(",")]


_ESCAPES: Final = {
    b"\\\\": b"\\", b"\\t": b"\t", b"\\n": b"\n", b"\\r": b"\r", b"\\b": b"\b", b"\\f": b"\f",
    b"\\v": b"\v",
}  # fmt: skip


def _value(field: bytes, kind: type) -> Any:
    if field == b"\\N":
        return None
    if kind is bytes:
        return bytes.fromhex(field.removeprefix(b"\\\\x").decode("ascii"))
    return kind(b"".join(_unescaped(field)).decode())


def _unescaped(field: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(field):
        pair = field[at : at + 2]
        if pair in _ESCAPES:
            yield _ESCAPES[pair]
            at += 2
        else:
            yield field[at : at + 1]
            at += 1


@contextmanager
def _script(copy: Path) -> Iterator[IO[bytes]]:
    command = [_tool("pg_restore"), "--data-only", "--file=-", str(copy)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_quiet()
    ) as child:
        if child.stdout is None:
            raise Refused("copy_not_readable")
        yield child.stdout
    if child.returncode != 0:
        raise Refused("copy_not_readable")


def _read(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, env=_quiet(), check=False)
    if done.returncode != 0:
        raise Refused("copy_not_readable")
    return done.stdout.decode("utf-8", "replace")


def _run(command: Sequence[str], url: URL) -> None:
    # What the tool says may quote an address or a row.
    done = subprocess.run(command, capture_output=True, env=_environment(url), check=False)
    if done.returncode != 0:
        raise Unreachable("backup_tool_failed", exit=done.returncode)


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Misconfigured("backup_tool_missing", ref=name.replace("_", "-"))
    return found


def _environment(url: URL) -> dict[str, str]:
    """Where to connect, as libpq reads it: on a command line everybody on the host reads along."""
    given = {
        "PGHOST": url.query.get("host") or url.host,
        "PGPORT": url.port or url.query.get("port"),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": url.query.get("sslmode"),
        "PGSSLROOTCERT": url.query.get("sslrootcert"),
        "PGAPPNAME": f"{_APPLICATION}-copy",
    }
    return _quiet() | {name: str(value) for name, value in given.items() if value is not None}


def _quiet() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _LEADING_ELSEWHERE}
    return kept | {"LC_ALL": "C"}
