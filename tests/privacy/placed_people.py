"""Planted people lie where they may not and hold accounts: with every error on the way of the
nightly look."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import tasks.house.wiring
from console.sample_people import Person
from lifecycle.access import Matter
from lifecycle.errors import Refused, Unreachable
from tasks.access.agreeing import agree_removals
from tasks.access.reviewing import place_of
from tasks.placing.findings import standing
from tests.factories.documents import docx, paragraph
from tests.factories.keys import StandingClock
from tests.privacy.cast import PEOPLE, full_name, told
from tests.privacy.erasing_people import telephones
from tests.privacy.forcing import ERRORS, breaker
from tests.privacy.scenarios import SIGNALS, Scenario, chained, patched

PLACED: Final = PEOPLE[14:18]
"""Whose papers lie on the file server."""
HOLDERS: Final = PEOPLE[18:22]
"""Who has an account in Workbuster; the first one has left, the last one is on no list."""
LOOKING: Final = (
    "flows.store.open_house",
    "connectors.folder.FolderStaging.list_items",
    "connectors.folder.FolderStaging.read",
    "tasks.placing.documents.document_text",
    "lifecycle.placement.showing.Reader.shows",
    "records.findings.Ledge.note",
    "connectors.accounts.SqlAccounts.accounts",
    "connectors.staff_list.read_table",
)
"""Where an error comes from, in the order in which it is met."""
REMOVING: Final = (
    "connectors.accounts.SqlAccounts.remove",
    "connectors.accounts.SqlAccounts.is_there",
)
"""And when an officer has agreed that a leaver's account goes."""
FITS: Final = (
    r"^(unexpected_error [A-Z]\w+( E[A-Z]+)? at [\w.]+:\d+( via [\w.]+:\d+)?|took_too_long [\w: .]+"
    r"|[a-z_]+( [A-Z]-\w+| [a-z-]+)?( others=\d+)?)(: |$)"
)
"""What a flow may say of an error: a reason code, a reference, counts."""


def bound(folder: Path, outside: dict[str, Any]) -> dict[str, Any]:
    """What a controller that shares and looks has bound, with planted people in every place."""
    folder.mkdir(mode=0o700)
    _fill_places(folder / "file-server")
    _fill_accounts(folder)
    return outside | {
        "scan": {
            "file-server": {
                "owner": "chef",
                "where": {"kind": "folder", "place": "file-server",
                          "path": str(folder / "file-server")},
            }
        },
        "accounts": {
            "workbuster": {
                "kind": "sql", "url": f"sqlite:///{folder / 'accounts.db'}", "table": "konton",
                "key": "id", "key_is": "integer", "holder": "epost", "roles": "behorighet",
            }
        },
        "staff": {
            "kind": "file", "path": str(folder / "personal.csv"),
            "columns": {"E-post": "holder", "Befattning": "role", "Slutdatum": "ends"},
        },
    }  # fmt: skip


def _fill_places(folder: Path) -> None:
    first, second, third, fourth = PLACED
    (folder / full_name(second)).mkdir(parents=True)
    for name, data in (
        (f"{full_name(first)} {first.national_id}.txt", told(first).encode()),
        (f"{full_name(second)}/{second.national_id}.docx", docx(paragraph(told(second)))),
        (f"{third.national_id} frånvaro.txt", f"{full_name(third)} är sjukskriven.".encode()),
        (f"{full_name(fourth)}.pdf", b"%PDF-1.7\n" + told(fourth).encode()),
    ):
        (folder / name).write_bytes(data)


def _fill_accounts(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "accounts.db")) as db, db:
        db.execute("CREATE TABLE konton (id INTEGER PRIMARY KEY, epost TEXT, behorighet TEXT)")
        db.executemany(
            "INSERT INTO konton VALUES (?, ?, ?)",
            [(n, each.mail, "Administratör") for n, each in enumerate(HOLDERS, 1)],
        )
    lines = ["Namn;E-post;Befattning;Slutdatum"]
    ends = ["2020-06-30", "", ""]
    lines += [
        f"{full_name(p)};{p.mail};lärare;{end}" for p, end in zip(HOLDERS, ends, strict=False)
    ]
    (folder / "personal.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def look_everywhere(drive: Any, home: Path) -> None:
    """Places and accounts, with every error on the way."""
    play_each(drive, LOOKING, "store")
    drive.run("what may not lie there, and who left", "store")
    _agree(home)
    play_each(drive, REMOVING, "store")
    for error in (Unreachable("folder_not_reachable"), Refused("staff_list_malformed")):
        target = "list_items" if isinstance(error, Unreachable) else "read_staff"
        where = {"list_items": "connectors.folder.FolderStaging.list_items",
                 "read_staff": "tasks.house.scan_wiring.read_staff"}[target]  # fmt: skip
        drive.play(Scenario(f"{error.code} (store)", "store", patched({where: chained(error)}),
                            r"^(system_not_reached [a-z-]+|staff_list_malformed)"))  # fmt: skip


def _agree(home: Path) -> None:
    """An officer agrees that the leaver's account is removed."""
    clock = StandingClock(datetime.now(UTC) - timedelta(minutes=2))
    first = telephones(home, clock)[0]
    with tasks.house.wiring.open_house("academedia", now=clock) as house:
        left = [one.ref for one in standing(house, place=place_of("workbuster"))
                if one.sign == Matter.LEFT]  # fmt: skip
        assert agree_removals(house, left, officer=first.handle, code=first.fresh()) == 1


def play_each(
    drive: Any, targets: Sequence[str], flow: str, *, times: int = 2, first: int = 0
) -> None:
    """Every target is met, and fails, each time with another kind of error, from the `first` on."""
    known = list(ERRORS)
    people, kinds = cycle(PEOPLE[12:22]), cycle(known[first:] + known[:first])
    for target in targets:
        for _ in range(times):
            met: list[str] = []
            kind, broken = _met(met, target, next(kinds), next(people))
            fits = SIGNALS.get(kind, FITS)
            drive.play(Scenario(f"{kind} out of {target}", flow, patched({target: broken}), fits))
            drive.note(name=f"{target} was met", flow="", text="", carried="", fits=bool(met))


def _met(
    met: list[str], target: str, kind: str, person: Person
) -> tuple[str, Callable[..., object]]:
    broken = breaker(kind, person)

    def noting(*arguments: object, **more: object) -> object:
        met.append(target)
        return broken(*arguments, **more)

    return kind, noting


def forget_places(folder: Path) -> list[bool]:
    """Who of `HOLDERS` still has an account; then other people's places go."""
    with closing(sqlite3.connect(folder / "accounts.db")) as db:
        left = {mail for (mail,) in db.execute("SELECT epost FROM konton")}
    shutil.rmtree(folder)
    return [each.mail in left for each in HOLDERS]
