"""What lies outside the home of a test: its policy, its bindings, and three outer systems."""

from __future__ import annotations

import copy
import itertools
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from console.sample_people import Person
from lifecycle.bindings.sql import Sql
from tests.factories.houses import ROOT
from tests.factories.stand_in_server import StandIn, stand_in_server
from tests.factories.stand_ins import make_tables, outer_database

DATABASES: Final = ("novo", "omnius")
"""SQLite files; the third, PingPong, is a JSON interface."""
INTERFACE: Final = "pingpong"
_KEPT: Final = ("identity", "contact", "messages")
"""What the two further systems hold of a participant."""
Record = tuple[str, int]
"""(system, the system's own key)"""
_TENANTS: Final = itertools.count(1)
_server: StandIn | None = None


@contextmanager
def serving() -> Iterator[None]:
    """A JSON interface for every home of the block."""
    global _server
    with stand_in_server() as _server:
        try:
            yield
        finally:
            _server = None


@dataclass(frozen=True)
class Outside:
    """One folder beside a home; `tenant` is the home's own list in the JSON interface."""

    path: Path
    tenant: str

    @classmethod
    def made(cls, path: Path) -> Outside:
        """Empty systems, a policy that reads back at once, and bindings of both."""
        (path / "policies").mkdir(parents=True)
        (path / "policies" / "academedia.yaml").write_text(_policy(), encoding="utf-8")
        made = cls(path, f"people-{next(_TENANTS)}")
        made._bind()
        for name in DATABASES:
            make_tables(made._sql(name))
        _interface().resources[made.tenant] = []
        return made

    def copy(self, to: Path) -> Outside:
        """The same systems with the same content, in a place of their own."""
        shutil.copytree(self.path, to)
        copied = Outside(to, f"people-{next(_TENANTS)}")
        copied._bind()
        server = _interface()
        with server.lock:
            server.resources[copied.tenant] = copy.deepcopy(server.resources[self.tenant])
        return copied

    @property
    def env(self) -> dict[str, str]:
        return {
            "GALLRA_POLICIES": str(self.path / "policies"),
            "GALLRA_SYSTEMS": str(self.path / "systems"),
        }

    def put(self, system: str, person: Person, *, key: int, left: str | None) -> None:
        """The system knows a participant; the key is the system's own."""
        table = _participants(_deployed(system))
        values: dict[str, Any] = {table["anchors"]["left"]: left, **table.get("only", {})}
        for fields in table["categories"].values():
            for name, place in fields.items():
                values[place] = _value(person, name)
        if system == INTERFACE:
            _interface().resources[self.tenant].append({"id": str(key), **values})
            return
        columns = ", ".join(f'"{column}"' for column in ("id", *values))
        marks = ", ".join("?" * (len(values) + 1))
        with outer_database(self._sql(system)) as connection:
            connection.exec_driver_sql(
                f'INSERT INTO "{table["table"]}" ({columns}) VALUES ({marks})',
                (key, *values.values()),
            )

    def shown(self) -> dict[Record, str]:
        """Everything that is really in the three systems. The databases are read in a copy: what
        a kill left of a transaction is seen as the next program to open them sees it."""
        found: dict[Record, str] = {}
        with tempfile.TemporaryDirectory() as folder:
            for name in DATABASES:
                for file in self.path.glob(f"{name}.db*"):
                    shutil.copy2(file, folder)
                table = _participants(_deployed(name))["table"]
                with closing(sqlite3.connect(Path(folder) / f"{name}.db")) as db:
                    for row in db.execute(f'SELECT id, * FROM "{table}"'):
                        found[name, row[0]] = repr(row)
        server = _interface()
        with server.lock:
            for record in server.resources[self.tenant]:
                found[INTERFACE, int(record["id"])] = repr(sorted(record.items()))
        return found

    def remove(self) -> None:
        """Nothing is left of it."""
        shutil.rmtree(self.path)
        for name in (self.tenant, f"no-{self.tenant}"):
            _interface().resources.pop(name, None)

    def _sql(self, name: str) -> Sql:
        return Sql.model_validate(self._database(name))

    def _database(self, name: str) -> dict[str, Any]:
        bound = _deployed(name)
        bound["url"] = f"sqlite:///{self.path}/{name}.db"
        bound["stand_in"] = False
        if name != "novo":
            bound["tables"].append(_participants(bound))
        return bound

    def _interface_binding(self) -> dict[str, Any]:
        bound = _deployed(INTERFACE)
        (pupils,) = bound["tables"]
        return {
            "kind": "http",
            "url": _interface().url,
            "timeout": 10,
            "resources": [
                _resource(pupils, name="elever", path=f"/no-{self.tenant}"),
                _resource(_participants(bound), name="deltagare", path=f"/{self.tenant}"),
            ],
        }

    def _bind(self) -> None:
        bound = _deployed_file()
        bound["systems"] |= {name: self._database(name) for name in DATABASES}
        bound["systems"][INTERFACE] = self._interface_binding()
        # Of the places that people weed only the binder is there.
        for name in ("adobe-connect", "file-server", "e-mail", "usb-stick"):
            bound["systems"][name] = {"kind": "absent", "reason": "finns inte här"}
        _interface().resources.setdefault(f"no-{self.tenant}", [])
        (self.path / "systems").mkdir(exist_ok=True)
        text = yaml.safe_dump(bound, sort_keys=False, allow_unicode=True)
        (self.path / "systems" / "academedia.yaml").write_text(text, encoding="utf-8")


def _deployed_file() -> dict[str, Any]:
    text = (ROOT / "deployments" / "systems" / "academedia.yaml").read_text(encoding="utf-8")
    bound: dict[str, Any] = yaml.safe_load(text)
    return bound


def _deployed(system: str) -> dict[str, Any]:
    """A binding of the project's own."""
    bound: dict[str, Any] = _deployed_file()["systems"][system]
    return bound


def _participants(bound: dict[str, Any]) -> dict[str, Any]:
    """The table with participants; made after that of the pupils where the system has none."""
    for table in bound["tables"]:
        if table["kind"] == "participant":
            return dict(table)
    like = copy.deepcopy(bound["tables"][0])
    kept = {category: like["categories"][category] for category in _KEPT}
    return {**like, "table": "deltagare", "kind": "participant", "categories": kept}


def _resource(table: dict[str, Any], *, name: str, path: str) -> dict[str, Any]:
    """The same as a list of a JSON interface."""
    one = f"{path}/{{key}}"
    same = ("kind", "identifiers", "match", "anchors", "active", "categories")
    return {
        "resource": name,
        "list": path,
        "items": "data",
        "paging": {"next": "links.next"},
        "one": one,
        "one_item": "record",
        "erase": {"path": one},
        "empty": {"path": one},
        "key": "id",
        **copy.deepcopy({word: table[word] for word in same}),
    }


def _value(person: Person, field: str) -> str:
    known = {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "national_id": person.national_id,
        "street_address": person.street,
        "email": person.mail,
        "phone": person.phone,
    }
    return known.get(field, f"{field} {person.family_name}")


def _interface() -> StandIn:
    assert _server is not None, "there is a JSON interface only inside `serving`"
    return _server


def _policy() -> str:
    """AcadeMedia's, but for two things: what is erased is read back at once, and participants are
    in two systems more."""
    text = (ROOT / "policies" / "academedia.yaml").read_text(encoding="utf-8")
    policy = yaml.safe_load(text)
    policy["erasure"]["verify_after"] = "at_once"
    more = [name for name in (*DATABASES, INTERFACE) if name != "novo"]
    for name in more:
        policy["systems"][name]["holds"]["participant"] = list(_KEPT)
    rule = next(one for one in policy["retention"] if one["id"] == "participant.six-months")
    rule["covers"]["systems"] += more
    return yaml.safe_dump(policy, sort_keys=False, allow_unicode=True)
