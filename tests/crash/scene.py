"""Homes to kill commands in: an earlier import, and a folder with new, odd and doubled files."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import random
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from connectors.folder_tree import version_of
from console.sample_people import Person
from console.sample_rows import HEADER, Col, Row, ordinary_rows
from tests.crash.outside import Outside, Record
from tests.crash.warm import Warm
from tests.factories.people import canaries

PEOPLE: Final = canaries(8, seed=6)
_FIRST_CASE: Final = 310_000_000


class Staged(NamedTuple):
    """One file as it is put into the staging folder; who it is about never changes."""

    name: str
    data: bytes
    cases: frozenset[tuple[str, str]]
    """(case reference, national id) of its rows, all acceptable; empty: not to be imported."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def _export(
    name: str, people: Sequence[Person], *, rows: int, seed: int, first_case: int
) -> Staged:
    rng = random.Random(seed)
    drawn: list[Row] = list(ordinary_rows(people, rows, rng))
    for position, row in enumerate(drawn):
        row[Col.CASE] = first_case + position
    cases = frozenset((str(row[Col.CASE]), str(row[Col.IDENTITY])) for row in drawn)
    return Staged(name, csv_of(drawn) if name.endswith(".csv") else _xlsx(drawn), cases)


def csv_of(rows: Sequence[Row]) -> bytes:
    """An export as the portal's CSV."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(["" if cell is None else str(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(rows: Sequence[Row]) -> bytes:
    import xlsxwriter

    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_numbers": False}) as book:
        page = book.add_worksheet("Deltagare")
        for number, row in enumerate([[*HEADER], *rows]):
            for column, cell in enumerate(row):
                if cell is not None:
                    page.write(number, column, cell)
    return made.getvalue()


_MOVED = [p._replace(street=f"Nyflyttade {p.street}", phone="070-1740699") for p in PEOPLE[:3]]

EARLIER: Final = _export("januari.csv", PEOPLE[:4], rows=6, seed=11, first_case=_FIRST_CASE)
"""Imported before the story begins."""
NEW: Final = _export(
    f"Deltagare {PEOPLE[5].family_name}.xlsx", PEOPLE[1:7], rows=12, seed=12,
    first_case=_FIRST_CASE + 100,
)  # fmt: skip
COPY: Final = NEW._replace(name=f"Gamla/{PEOPLE[6].given_name}/Kopia.xlsx")
CHANGED: Final = _export("ändrad.csv", _MOVED, rows=4, seed=11, first_case=_FIRST_CASE)
"""Three people of `EARLIER` have moved: their cases and those in `NEW` are handed over again."""
TRUNCATED: Final = Staged("halv.xlsx", NEW.data[: len(NEW.data) // 2], frozenset())
REJECTED: Final = Staged(
    "anteckning.pdf",
    b"%PDF-1.4\n" + f"{PEOPLE[1].given_name} {PEOPLE[1].national_id}".encode(),
    frozenset(),
)
LATE: Final = _export("sent.csv", PEOPLE[4:6], rows=2, seed=13, first_case=_FIRST_CASE + 200)
FOLDER: Final = (NEW, COPY, CHANGED, TRUNCATED, REJECTED)


def needles() -> dict[bytes, str]:
    """Bytes that may lie nowhere but in the staging folder, and whose they are."""
    found: dict[bytes, str] = {}
    for position, person in enumerate([*PEOPLE, *_MOVED]):
        number = person.national_id
        words = [
            number, number[2:], f"{number[:8]}-{number[8:]}", f"{number[2:8]}-{number[8:]}",
            person.given_name, person.family_name, person.street, person.mail,
        ]  # fmt: skip
        for word in words:
            for spelling in {word, word.lower(), word.upper()}:
                found[spelling.encode()] = f"person {position}"
    return found


@dataclass(frozen=True)
class Home:
    """One `GALLRA_HOME` of a test, with the files that lie in its staging folder."""

    path: Path
    files: dict[str, Staged] = field(default_factory=dict)
    """By version: that stays the same whatever a file is called."""
    databases: Mapping[str, str] = field(default_factory=dict)
    """`GALLRA_DATABASE_URL` and `GALLRA_KEY_DATABASE_URL` where they are not files of its own."""
    outside: Outside | None = None
    """Its own policy, bindings and outer systems, where it does not use the project's."""

    @property
    def staging(self) -> Path:
        return self.path / "staging"

    @property
    def env(self) -> dict[str, str]:
        """What a command needs to know; temporary files too would lie where they are found."""
        (self.path / "tmp").mkdir(exist_ok=True)
        return {
            "GALLRA_HOME": str(self.path),
            "TMPDIR": str(self.path / "tmp"),
            "HOME": str(self.path / "tmp"),
            "PATH": os.environ.get("PATH", ""),
            "TZ": "UTC",
            **self.elsewhere,
        }

    @property
    def elsewhere(self) -> dict[str, str]:
        """Where that lies which is not in the home."""
        return {**self.databases, **({} if self.outside is None else self.outside.env)}

    @property
    def folders(self) -> list[Path]:
        """In which a command may change something."""
        return [self.path] if self.outside is None else [self.path, self.outside.path]

    def put(self, files: Sequence[Staged]) -> None:
        """Place files that arrived one minute after the other."""
        start = int(time.time()) - 3600
        for position, file in enumerate(files):
            path = self.staging / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.data)
            os.utime(path, (start + 60 * position,) * 2)
            self.files[version_of(path.stat())] = file

    def left(self) -> dict[str, str]:
        """Every file that lies in the staging folder now: version → name."""
        return {
            version_of(path.lstat()): str(path.relative_to(self.staging))
            for path in self.staging.rglob("*")
            if not path.is_dir()
        }

    def remove(self) -> None:
        """Nothing is left of it."""
        shutil.rmtree(self.path)
        if self.outside is not None:
            self.outside.remove()

    def copy(self, to: Path, *, link_staging: bool) -> Home:
        """A home like this one. `link_staging`: its files are the very same ones (same inode),
        for the records know them; else new ones of the same content."""
        shutil.copytree(self.path, to, ignore=shutil.ignore_patterns("staging"))
        outside = self.outside and self.outside.copy(to.with_name(f"{to.name}-outside"))
        copied = Home(to, outside=outside)
        for path in [self.staging, *sorted(self.staging.rglob("*"))]:
            target = copied.staging / path.relative_to(self.staging)
            if path.is_dir():
                target.mkdir()
                continue
            if link_staging:
                os.link(path, target)
            else:
                shutil.copy2(path, target)
            copied.files[version_of(target.stat())] = self.files[version_of(path.stat())]
        return copied


@dataclass(frozen=True)
class Approved:
    """An approved plan and one that nobody approved, by what they really are about."""

    plan: str
    hash: str
    items: int
    """How many go."""
    other: str
    """The plan that nobody approved."""
    systems: frozenset[str]
    """Everything that the approved one is about, places that people weed among it."""
    records: Mapping[Record, str]
    """What lay in the outer systems: → everything of the record."""
    goes: Mapping[Record, str]
    """Which of it is to go: → reference of the person."""
    cases: Mapping[tuple[str, str], str]
    """Every case in the records: (case reference, service) → reference of the person."""


@dataclass(frozen=True)
class Scene:
    """A command to be killed, and the home in which it begins."""

    command: tuple[str, ...]
    home: Home
    fine: frozenset[int] = frozenset({0})
    """Exit codes of a run that nothing disturbs, and of every run after a kill."""
    link_staging: bool = False
    without: Mapping[str, str] = field(default_factory=dict)
    """People whom the command takes away: national id → reference."""
    gone: tuple[bytes, ...] = ()
    """Sealed contents and wrapped keys that must be in no file any more afterwards."""
    approved: Approved | None = None
    """What an approved plan takes away, where the command carries one out."""

    def copy(self, to: Path) -> Home:
        return self.home.copy(to, link_staging=self.link_staging)


_TO_DO_ONCE = frozenset({0, 1})
"""1: a list must be exported again. A rerun that finds the folder empty has nothing to say."""


def importing(warm: Warm, folder: Path, databases: Mapping[str, str] | None = None) -> Scene:
    """`gallra import` meets every kind of file, after an earlier import."""
    home = _with_earlier_import(warm, folder, databases)
    home.put(FOLDER)
    return Scene(("import",), home, fine=frozenset({1}))  # 1: the truncated file stays


def first_import(warm: Warm, folder: Path) -> Scene:
    """`gallra import` as the very first command: databases, keys and ledger begin with it."""
    home = Home(folder)
    home.staging.mkdir(parents=True)
    home.put([NEW, TRUNCATED])
    return Scene(("import",), home, fine=frozenset({1}))


def purging(warm: Warm, folder: Path) -> Scene:
    """`gallra purge` finds imported files, odd ones, and one that nobody has looked at."""
    home = _with_earlier_import(warm, folder)
    home.put(FOLDER)
    fine_run(warm, home, "import", "--keep", fine=1)
    home.put([LATE])
    return Scene(("purge",), home, fine=_TO_DO_ONCE, link_staging=True)


def untouched(warm: Warm, folder: Path, databases: Mapping[str, str] | None = None) -> Scene:
    """`gallra purge` finds only files that nobody has looked at; none changes what another says."""
    home = _with_earlier_import(warm, folder, databases)
    home.put([NEW, COPY, TRUNCATED, REJECTED, LATE])
    return Scene(("purge",), home, fine=_TO_DO_ONCE)


def _with_earlier_import(
    warm: Warm, folder: Path, databases: Mapping[str, str] | None = None
) -> Home:
    home = Home(folder, databases=databases or {})
    home.path.mkdir(parents=True)
    fine_run(warm, home, "init")
    home.put([EARLIER])
    fine_run(warm, home, "import")
    home.files.clear()
    return home


def fine_run(warm: Warm, home: Home, *command: str, fine: int = 0) -> str:
    """What a command says that must not fail."""
    done = warm.run(command, env=home.env)
    if done.returncode not in (fine, 1):  # 1: done, and a person has something to do
        raise RuntimeError(f"{command} failed with {done.returncode}: {done.output}")
    return done.output
