"""A school at the turn of the year: leavers, current pupils, parents, accounts of six years."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from tests.factories.stand_ins import impossible_cpr

LEFT = "2026-06-20"
ANNE, BO, CARLA = "Anne Opdigtet", "Bo Opdigtet", "Carla Opdigtet"
SHARED, BOS, ANNES = "Dorte Opdigtet", "Erik Opdigtet", "Frida Opdigtet"
WAITING, LATER = "Gustav Venter", "Hanne Venter"
CPR = {
    name: impossible_cpr(number)
    for number, name in enumerate((ANNE, BO, CARLA, SHARED, BOS, ANNES, WAITING, LATER), start=1)
}
PAYMENT = "faktura betalt"


def fill(systems: Path) -> None:
    """Anne and Bo left in June; Carla is a pupil. Dorte is Anne's and Carla's mother, Erik is
    Bo's father, Frida Anne's other mother. Accounts of 2020 to 2025; a waiting list for this
    school year and the next; visitors of the website; Anne's and Bo's certificates."""
    _school_administration(systems / "school-administration.db")
    _skoleintra(systems / "skoleintra.db")
    for number, year in enumerate(range(2020, 2026)):
        _put(
            systems / "finance.db",
            "elevkonti",
            [(f"K{year}", ANNE, CPR[ANNE], "9", "41", f"{year}-09-{number + 1:02}")],
        )
        _put(systems / "finance.db", "posteringer", [(f"K{year}", f"{PAYMENT} {year}")])
    _put(
        systems / "uni-login.db",
        "brugere",
        [(f"u{n}", name, CPR[name], _mail(name), "16", "9", f"u{n}") for n, name in _pupils()],
    )
    _put(
        systems / "certificate-archive.db",
        "beviser",
        [(f"B{n}", name, CPR[name], "9. klasse") for n, name in _pupils() if name != CARLA],
    )
    _put(
        systems / "waiting-list.db",
        "venteliste",
        [
            (n, name, CPR[name], "Opdigtet Allé 3", "20304050", _mail(name), "8", year, begins)
            for n, name, year, begins in (
                (1, WAITING, "2026/27", "2026-08-10"),
                (2, LATER, "2027/28", "2027-08-09"),
            )
        ],
    )
    _put(
        systems / "website-statistics.db",
        "besøgende",
        [(1, "cookie-1", "2024-12-20"), (2, "cookie-2", "2026-11-30")],
    )
    _put(systems / "website-statistics.db", "sidevisninger", [(1, "/"), (2, "/")])


def names_in(systems: Path) -> dict[str, list[str]]:
    """Every name that lies anywhere, by system, sorted."""
    found: dict[str, list[str]] = {}
    for file in sorted(systems.glob("*.db")):
        names: set[str] = set()
        with closing(sqlite3.connect(file)) as db:
            for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
                for row in db.execute(f'SELECT * FROM "{table}"'):
                    names.update(str(cell) for cell in row if str(cell) in CPR)
        found[file.stem] = sorted(names)
    return found


def row(systems: Path, system: str, table: str, name: str) -> dict[str, object]:
    """The one row about somebody."""
    with closing(sqlite3.connect(systems / f"{system}.db")) as db:
        db.row_factory = sqlite3.Row
        (found,) = db.execute(f'SELECT * FROM "{table}" WHERE navn = ?', (name,)).fetchall()
        return dict(found)


def count(systems: Path, system: str, table: str) -> int:
    with closing(sqlite3.connect(systems / f"{system}.db")) as db:
        number: int = db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
        return number


def _pupils() -> Iterable[tuple[int, str]]:
    return enumerate((ANNE, BO, CARLA), start=1)


def _mail(name: str) -> str:
    return f"{name.split()[0].lower()}@example.dk"


def _school_administration(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        for number, name in _pupils():
            db.execute(
                "INSERT INTO elever (elevnummer, navn, cpr, adresse, telefon, email, helbred,"
                " klassetrin, antal_uger, udmeldt, seneste_bilag)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    number,
                    name,
                    CPR[name],
                    "Opdigtet Allé 1",
                    "20304050",
                    _mail(name),
                    "tåler ikke nødder",
                    "9",
                    "41",
                    None if name == CARLA else LEFT,
                    "2026-06-01",
                ),
            )
            db.execute("INSERT INTO elevbetalinger VALUES (?, ?)", (number, PAYMENT))
            db.execute("INSERT INTO karakterer VALUES (?, ?)", (number, "12"))
        for number, name in ((1, SHARED), (2, BOS), (3, ANNES)):
            db.execute(
                "INSERT INTO forældre (id, navn, cpr, adresse, email) VALUES (?, ?, ?, ?, ?)",
                (number, name, CPR[name], "Opdigtet Allé 1", _mail(name)),
            )
            db.execute("INSERT INTO indkomster VALUES (?, ?, ?)", (number, "400000", "2024"))
        db.executemany("INSERT INTO elev_forælder VALUES (?, ?)", [(1, 1), (1, 3), (2, 2), (3, 1)])
        db.commit()


def _skoleintra(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        for number, name in _pupils():
            db.execute(
                "INSERT INTO elever (id, navn, cpr, email, senest_logget_ind)"
                " VALUES (?, ?, ?, ?, ?)",
                (100 + number, name, CPR[name], _mail(name), "2026-06-19"),
            )
            db.execute("INSERT INTO billeder VALUES (?, ?)", (100 + number, "klassefoto"))
        for number, name in ((1, SHARED), (2, BOS), (3, ANNES)):
            db.execute(
                "INSERT INTO forældre (id, navn, cpr, email) VALUES (?, ?, ?, ?)",
                (200 + number, name, CPR[name], _mail(name)),
            )
        db.executemany(
            "INSERT INTO familier VALUES (?, ?)", [(201, 101), (203, 101), (202, 102), (201, 103)]
        )
        db.commit()


def _put(file: Path, table: str, rows: list[tuple[object, ...]]) -> None:
    with closing(sqlite3.connect(file)) as db:
        marks = ",".join("?" * len(rows[0]))
        db.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)
        db.commit()
