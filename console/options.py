"""The options that many commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from tasks.house.settings import DEFAULT_CONTROLLER

Controller = Annotated[
    str,
    typer.Option(
        "--controller",
        "-c",
        envvar="GALLRA_CONTROLLER",
        help="Whose policy applies: the name of a file in policies/.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]
EveryController = Annotated[
    bool, typer.Option("--all", help="Every controller that has begun here.")
]
CONTROLLER = DEFAULT_CONTROLLER
