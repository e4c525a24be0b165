"""`gallra upgrade` and `gallra --version`: which version this is, and databases that fit it."""

from __future__ import annotations

from typing import Annotated

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, print_json, say

Look = Annotated[
    bool, typer.Option("--check", help="Only say what would be done; 1 if there is something.")
]
Version = Annotated[
    bool, typer.Option("--version", is_eager=True, help="Say which version this is, and end.")
]


def upgrade(
    check: Look = False, controller: Controller = CONTROLLER, as_json: AsJson = False
) -> None:
    """Bring the databases to the shape that this version needs; nothing happens where they are.

    Make a copy first: there is no way back but the copy and the version of before.

    Example:  gallra upgrade --check
    """
    with failures(as_json=as_json):
        from tasks.house import upgrading
        from tasks.house.settings import Settings

        settings = Settings.from_environment()
        found = upgrading.look(settings) if check else upgrading.upgrade(settings, controller)
        late = [each for each in found if not each.is_current]
        if as_json:
            print_json([each._asdict() for each in found])
        else:
            for each in found:
                way = "current" if each.is_current else f"{each.found} → {each.wanted}"
                say(f"{each.database}: {way}")
            if late and not check:
                say("Done. Next: `gallra doctor`, then start the service.")
        if late and check:
            raise typer.Exit(Exit.ATTENTION)


def main(version: Version = False) -> None:
    """A school group's personal-data life cycle, with proof. State lies under GALLRA_HOME."""
    if not version:
        return
    from records.migrations import HEADS
    from tasks.house.upgrading import program_version

    schemas = ", ".join(f"{name} {revision}" for name, revision in HEADS.items())
    say(f"gallra {program_version()} ({schemas})")
    raise typer.Exit
