"""Errors with people in them, as libraries really make them, and what they say on the way."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import faulthandler
import json
import logging
import sqlite3
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any

import orjson
import psycopg
from pydantic import TypeAdapter
from sqlalchemy.exc import IntegrityError

from console.sample_people import Person
from lifecycle.errors import Misconfigured, Unreachable
from lifecycle.intake.outcomes import Candidate
from tests.privacy.cast import full_name, told


class Panic(BaseException):
    """As pyo3 raises it out of a Rust library."""


class Verbose(Exception):
    """An error that tells what it holds wherever it is asked."""

    def __init__(self, person: Person) -> None:
        super().__init__(person)
        self.row = told(person)
        self.add_note(f"while reading the row of {told(person)}")

    def __str__(self) -> str:
        return f"cannot take {self.row}"

    def __repr__(self) -> str:
        return f"Verbose({self.row!r})"


class Broken:
    """A finaliser that fails, which Python reports on standard error."""

    def __init__(self, person: Person) -> None:
        self.person = person

    def __repr__(self) -> str:
        return told(self.person)

    def __del__(self) -> None:
        raise LookupError(told(self.person))


def say(person: Person) -> None:
    """What code on the way may print, warn of or log, without meaning any harm."""
    row = told(person)
    print(row)
    print(row, file=sys.stderr)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(row, stacklevel=1)
        Broken(person)
    logging.getLogger("httpx").warning("HTTP Request: GET https://example.se/%s", row)
    logging.getLogger("sqlalchemy.engine.Engine").error("INSERT %s %r", "x", {"name": row})
    logging.getLogger("asyncio").error("Task exception was never retrieved: %r", Verbose(person))
    logging.getLogger().critical("%s", row, extra={"person": row})
    logging.getLogger("openpyxl").error(row, stack_info=True)
    logging.getLogger("prefect.client").error("too many %s", row, row)  # cannot be formatted
    try:
        raise Verbose(person)
    except Verbose:
        logging.getLogger("some.library").exception("Cannot read %s", row)
        logging.getLogger("prefect.flow_runs").exception("A step broke")
    thread = threading.Thread(target=_raise, args=(Verbose(person),), name=full_name(person))
    thread.start()
    thread.join()


def dump_frames(_: Person) -> BaseException:
    """As after a hard fault: frames, and of the exception nothing."""
    if sys.__stderr__ is not None:
        faulthandler.dump_traceback(file=sys.__stderr__, all_threads=False)
    return RuntimeError()


def _raise(error: BaseException) -> None:
    raise error


def _made_by(make: Callable[[], object]) -> BaseException:
    try:
        make()
    except Exception as error:  # noqa: BLE001 -- whatever the library raises
        return error
    raise AssertionError("it should have failed")


def _candidate(person: Person) -> Candidate:
    return Candidate(
        person.national_id, full_name(person), person.mail, *[person.street] * 7, True, (),
    )  # fmt: skip


def _integrity(person: Person) -> BaseException:
    row = {"name": told(person), "id": person.national_id}
    cause = sqlite3.IntegrityError(f"UNIQUE constraint failed: {told(person)}")
    return IntegrityError(f"INSERT INTO t VALUES ('{told(person)}')", row, cause)


ERRORS: dict[str, Callable[[Person], BaseException]] = {
    "plain": lambda p: ValueError(f"cannot read {told(p)}"),
    "tells everywhere": Verbose,
    "panic": lambda p: Panic(told(p)),
    "key": lambda p: KeyError(_candidate(p)),
    "validation": lambda p: _made_by(lambda: TypeAdapter(dict[str, int]).validate_python({
        full_name(p): told(p)})),
    "decoding": lambda p: _made_by(lambda: told(p).encode("utf-16").decode("utf-8")),
    "json": lambda p: _made_by(lambda: json.loads(f'{{"{told(p)}": ')),
    "orjson": lambda p: _made_by(lambda: orjson.loads(f'{{"{told(p)}": ')),
    "csv": lambda p: csv.Error(f"line contains NUL: {told(p)}"),
    "database row": _integrity,
    "sqlite": lambda p: sqlite3.OperationalError(told(p)),
    "psycopg": lambda p: psycopg.errors.UniqueViolation(f"DETAIL: Key (name)=({told(p)})"),
    "file name": lambda p: FileNotFoundError(2, "No such file", f"/staging/{told(p)}.xlsx"),
    "child": lambda p: subprocess.CalledProcessError(1, ["x", told(p)], told(p), told(p)),
    "group": lambda p: ExceptionGroup(told(p), [ValueError(told(p)), Verbose(p)]),
    "named after": lambda p: type(p.given_name, (RuntimeError,), {})(told(p)),
    "time limit": lambda p: TimeoutError(told(p)),
    "cancelled": lambda p: asyncio.CancelledError(told(p)),
    "interrupted": lambda p: KeyboardInterrupt(told(p)),
    "exit": lambda p: SystemExit(told(p)),
    "our own, misused": lambda p: Misconfigured("secret_file_empty", ref=told(p)),
    "our own, with a number": lambda p: Unreachable("folder_gone", ref=p.national_id),
    "out of memory": lambda p: MemoryError(told(p)),
    "hard fault": dump_frames,
    "recursion": lambda p: RecursionError(told(p)),
}  # fmt: skip


def breaker(kind: str, person: Person) -> Callable[..., Any]:
    """A function that says a lot and then fails, as the end of a chain of other errors."""

    def broken(*_: object, **__: object) -> None:
        say(person)
        error = ERRORS[kind](person)
        try:
            try:
                raise Verbose(person)
            except Verbose as first:
                raise KeyError(told(person)) from first
        except KeyError as second:
            with contextlib.suppress(AttributeError):
                error.add_note(told(person))
            raise error from second

    return broken
