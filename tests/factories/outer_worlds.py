"""One school with pupils and parents, in every kind of outer system."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select, update

from connectors.http import HttpSystem
from connectors.memory_system import MemoryRecord, MemorySystem
from connectors.sql import SqlSystem
from connectors.sql_tables import named
from connectors.system import OuterSystem
from lifecycle.bindings.http import Http
from lifecycle.bindings.sql import Sql
from tests.factories.stand_in_server import StandIn
from tests.factories.stand_ins import make_tables, outer_database

ZONE = ZoneInfo("Europe/Stockholm")
FIELDS = ("name", "national_id", "email", "street", "grades")
CATEGORIES = {
    "identity": ("name", "national_id"),
    "contact": ("email", "street"),
    "study": ("grades",),
}


@dataclass(kw_only=True)
class Pupil:
    """What the office knows of one."""

    key: str
    name: str = "Tuva Exempelsson"
    national_id: str = "198507099805"
    email: str = "tuva@example.se"
    street: str = "Provgatan 1"
    grades: Sequence[str] = ("A i slöjd", "C i kemi")
    left: str | None = "2026-06-12"
    seen: str | None = "2026-06-10"
    locked: bool = False
    protected: str = ""
    """What stands where the system marks a protected identity."""


@dataclass(kw_only=True)
class World:
    """A system, and what the office does beside it."""

    system: OuterSystem
    put: Callable[[Pupil], None]
    put_parent: Callable[[str, Sequence[str]], None]
    show: Callable[[str], dict[str, Any] | None]
    """What is really there of a pupil: field → value, what is empty left out; None: no record."""
    take_away: Callable[[], None]
    break_off_after: Callable[[int], None]
    """The system goes away after so many more records were dealt with."""
    mend: Callable[[], None]
    recycle: Callable[[str], None]
    """Mark a pupil's record as deleted without deleting it."""
    add_grade: Callable[[str, str], None]
    """A pupil gets a grade."""
    move: Callable[[str, str], None]
    """A pupil moves to another street."""
    prefixed: bool = True
    details: dict[str, Any] = field(default_factory=dict)

    def pupil_key(self, key: str) -> str:
        return f"{self.details['pupils']}/{key}" if self.prefixed else key

    def parent_key(self, key: str) -> str:
        return f"{self.details['parents']}/{key}" if self.prefixed else key


def sql_binding(url: str, *, stand_in: bool = False) -> Sql:
    """A school's database with Swedish and Danish names of columns."""
    return Sql.model_validate(
        {
            "kind": "sql",
            "url": url,
            "stand_in": stand_in,
            "tables": [
                {
                    "table": "elever",
                    "kind": "pupil",
                    "key": "elevnr",
                    "only": {"roll": "elev"},
                    "identifiers": {"national_id": "personnummer", "email": "e_post"},
                    "match": ["national_id"],
                    "categories": {
                        "identity": {"name": "förnamn_øg_efternamn", "national_id": "personnummer"},
                        "contact": {"email": "e_post", "street": "gata"},
                    },
                    "also": [
                        {
                            "table": "betyg",
                            "column": "elevnr",
                            "categories": {"study": {"grades": "betyg"}},
                        }
                    ],
                    "anchors": {"left": "slutade"},
                    "active": "senast_sedd",
                    "locked": {"column": "spärrad", "value": 1},
                    "protected": {"column": "skyddad", "negatives": ["nej"]},
                    "emptied": {"gata": ""},
                },
                {
                    "table": "föräldrar",
                    "kind": "relative",
                    "key": "id",
                    "categories": {"identity": {"name": "namn"}},
                    "related": [
                        {
                            "table": "elever",
                            "through": "familjer",
                            "own": "förälder",
                            "other": "elev",
                        }
                    ],
                },
            ],
        }
    )


def sql_world(url: str) -> World:
    binding = sql_binding(url)
    make_tables(binding)
    system = SqlSystem(binding, system="school", password=None, zone=ZONE, residue=RESIDUE)
    others = ("elevnr", "roll", "slutade", "senast_sedd", "spärrad", "skyddad")
    pupils = named("elever", [*_COLUMNS, *others])
    grades, parents = named("betyg", ["elevnr", "betyg"]), named("föräldrar", ["id", "namn"])
    families = named("familjer", ["förälder", "elev"])

    def run(*statements: Any) -> None:
        with outer_database(binding) as connection:
            for statement in statements:
                connection.execute(statement)

    def put(pupil: Pupil) -> None:
        row = {
            "elevnr": pupil.key,
            "roll": "elev",
            "förnamn_øg_efternamn": pupil.name,
            "personnummer": pupil.national_id,
            "e_post": pupil.email,
            "gata": pupil.street,
            "slutade": pupil.left,
            "senast_sedd": pupil.seen,
            "spärrad": int(pupil.locked),
            "skyddad": pupil.protected,
        }
        run(insert(pupils).values(row))
        for grade in pupil.grades:
            run(insert(grades).values(elevnr=pupil.key, betyg=grade))

    def put_parent(key: str, children: Sequence[str]) -> None:
        run(insert(parents).values(id=key, namn="Omar Påhittad"))
        for child in children:
            run(insert(families).values({"förälder": key, "elev": child}))

    def show(key: str) -> dict[str, Any] | None:
        with outer_database(binding) as connection:
            return _show(connection, key, pupils, grades)

    def recycle(key: str) -> None:
        run(update(pupils).where(pupils.c.elevnr == key).values(roll="raderad"))

    def add_grade(key: str, grade: str) -> None:
        run(insert(grades).values(elevnr=key, betyg=grade))

    def move(key: str, street: str) -> None:
        run(update(pupils).where(pupils.c.elevnr == key).values(gata=street))

    def take_away() -> None:
        if url.startswith("sqlite"):
            Path(url.removeprefix("sqlite:///")).unlink()
        else:
            with outer_database(binding) as connection:
                connection.exec_driver_sql("ALTER TABLE elever RENAME TO borta")

    return World(
        system=system,
        put=put,
        put_parent=put_parent,
        show=show,
        take_away=take_away,
        break_off_after=lambda _: None,
        mend=lambda: None,
        recycle=recycle,
        add_grade=add_grade,
        move=move,
        details={"pupils": "elever", "parents": "föräldrar", "binding": binding},
    )


_COLUMNS = ("förnamn_øg_efternamn", "personnummer", "e_post", "gata")
RESIDUE = frozenset({"street"})


def _show(connection: Connection, key: str, pupils: Any, grades: Any) -> dict[str, Any] | None:
    row = connection.execute(select(pupils).where(pupils.c.elevnr == key)).mappings().first()
    rows = connection.execute(select(grades).where(grades.c.elevnr == key)).mappings().all()
    found = [r["betyg"] for r in rows if r["betyg"]]
    if row is None:
        return {"grades": found} if found else None
    names = dict(zip(_COLUMNS, ("name", "national_id", "email", "street"), strict=True))
    shown = {name: row[column] for column, name in names.items() if row[column]}
    return shown | ({"grades": found} if found else {})


def http_binding(url: str, **more: Any) -> Http:
    """The same school's JSON interface."""
    return Http.model_validate(
        {
            "kind": "http",
            "url": url,
            "timeout": 1,
            "resources": [
                {
                    "resource": "pupils",
                    "kind": "pupil",
                    "list": "/pupils",
                    "items": "data",
                    "paging": {"next": "links.next", "total": "meta.total"},
                    "one": "/pupils/{key}",
                    "one_item": "record",
                    "erase": {"path": "/pupils/{key}"},
                    "empty": {"path": "/pupils/{key}"},
                    "key": "id",
                    "identifiers": {"national_id": "personalNumber", "email": "contact.mail"},
                    "match": ["national_id"],
                    "categories": {
                        "identity": {"name": "name", "national_id": "personalNumber"},
                        "contact": {"email": "contact.mail", "street": "contact.street"},
                        "study": {"grades": "grades"},
                    },
                    "anchors": {"left": "leftOn"},
                    "active": "lastSeen",
                    "protected": {"field": "shield.status", "negatives": ["nej"]},
                },
                {
                    "resource": "parents",
                    "kind": "relative",
                    "list": "/parents",
                    "items": "data",
                    "paging": {"next": "links.next"},
                    "one": "/parents/{key}",
                    "one_item": "record",
                    "erase": {"path": "/parents/{key}"},
                    "key": "id",
                    "categories": {"identity": {"name": "name"}},
                    "related": [{"resource": "pupils", "field": "children"}],
                },
            ],
            **more,
        }
    )


def http_world(server: StandIn) -> World:
    binding = http_binding(server.url)
    server.resources = {"pupils": [], "parents": []}
    how = server.behaviour

    def put(pupil: Pupil) -> None:
        server.resources["pupils"].append(
            {
                "id": pupil.key,
                "name": pupil.name,
                "personalNumber": pupil.national_id,
                "contact": {"mail": pupil.email, "street": pupil.street},
                "grades": list(pupil.grades),
                "leftOn": pupil.left,
                "lastSeen": pupil.seen,
                "onHold": pupil.locked,
                "shield": {"status": pupil.protected},
            }
        )

    def put_parent(key: str, children: Sequence[str]) -> None:
        server.resources["parents"].append(
            {"id": key, "name": "Omar Påhittad", "children": list(children)}
        )

    def show(key: str) -> dict[str, Any] | None:
        record = server.find("pupils", key)
        if record is None:
            return None
        contact = record["contact"] or {}
        values = {
            "name": record["name"],
            "national_id": record["personalNumber"],
            "email": contact.get("mail"),
            "street": contact.get("street"),
            "grades": record["grades"],
        }
        return {name: value for name, value in values.items() if value}

    def take_away() -> None:
        how.always = 503

    def break_off_after(number: int) -> None:
        how.hang_up_after = number

    def mend() -> None:
        how.always = how.hang_up_after = None

    def recycle(key: str) -> None:
        record = server.find("pupils", key)
        assert record is not None
        record["deleted"] = True

    def add_grade(key: str, grade: str) -> None:
        record = server.find("pupils", key)
        assert record is not None
        record["grades"] = [*(record["grades"] or ()), grade]

    def move(key: str, street: str) -> None:
        record = server.find("pupils", key)
        assert record is not None
        record["contact"]["street"] = street

    return World(
        system=HttpSystem(binding, system="school", token=None, zone=ZONE, residue=RESIDUE),
        put=put,
        put_parent=put_parent,
        show=show,
        take_away=take_away,
        break_off_after=break_off_after,
        mend=mend,
        recycle=recycle,
        add_grade=add_grade,
        move=move,
        details={"pupils": "pupils", "parents": "parents", "server": server},
    )


def memory_world() -> World:
    system = MemorySystem(system="school", residue=RESIDUE)

    def put(pupil: Pupil) -> None:
        values: dict[str, Any] = {name: getattr(pupil, name) for name in FIELDS}
        values["grades"] = "; ".join(pupil.grades)
        system.put(
            MemoryRecord(
                key=pupil.key,
                kind="pupil",
                identifiers={"national_id": pupil.national_id} if pupil.national_id else {},
                fields={c: {f: values[f] for f in names} for c, names in CATEGORIES.items()},
                anchors={"left": _day(pupil.left)},
                active_on=_day(pupil.seen),
                locked=pupil.locked,
                protected=pupil.protected not in {"", "0", "nej"},
            )
        )

    def put_parent(key: str, children: Sequence[str]) -> None:
        fields = {"identity": {"name": "Omar Påhittad"}}
        system.put(
            MemoryRecord(key=key, kind="relative", fields=fields, related=tuple(sorted(children)))
        )

    def show(key: str) -> dict[str, Any] | None:
        record = system.find(key)
        if record is None:
            return None
        shown: dict[str, Any] = {}
        for fields in record.fields.values():
            shown |= {n: v.split("; ") if n == "grades" else v for n, v in fields.items() if v}
        return shown

    def take_away() -> None:
        system.failures.unreachable = True

    def add_grade(key: str, grade: str) -> None:
        record = system.find(key)
        assert record is not None
        study = record.fields["study"]
        study["grades"] = "; ".join(filter(None, (study["grades"], grade)))

    def move(key: str, street: str) -> None:
        record = system.find(key)
        assert record is not None
        record.fields["contact"]["street"] = street

    def break_off_after(number: int) -> None:
        system.failures.stop_after = number

    def mend() -> None:
        system.failures.stop_after = None
        system.failures.unreachable = False

    return World(
        system=system,
        put=put,
        put_parent=put_parent,
        show=show,
        take_away=take_away,
        break_off_after=break_off_after,
        mend=mend,
        recycle=lambda _: None,
        add_grade=add_grade,
        move=move,
        prefixed=False,
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
