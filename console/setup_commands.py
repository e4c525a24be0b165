"""`gallra init`, `doctor`, `sample`, `run` and `serve`: from nothing to a house that runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from console.import_commands import check_is_file
from console.options import CONTROLLER, AsJson, Controller, EveryController
from console.output import Exit, failures, print_json, say, table

_KINDS: Final[dict[str, Literal["xlsx", "csv"]]] = {".xlsx": "xlsx", ".csv": "csv"}


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(init)
    app.command()(doctor)
    app.command()(sample)
    app.command()(run)
    app.command()(serve)


def init(controller: Controller = CONTROLLER) -> None:
    """Make databases, keys, ledger and folders; harmless where they are.

    Example:  gallra init
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.proving.proof import witness

        with open_house(controller) as house:
            witness(house)
            home = house.settings.home
            imports = house.policy.staging is not None
        say(f"Ready for {controller}: state lies in {home}")
        if imports:
            say("Next: put an export into its staging folder, then `gallra import`.")
        else:
            say("Next: `gallra doctor`, then `gallra inventory`.")


def doctor(
    controller: Controller = CONTROLLER,
    every: EveryController = False,
    as_json: AsJson = False,
) -> None:
    """Say what is missing or risky here, and how to mend it.

    Example:  gallra doctor --all
    """
    from tasks.placing.examination import examine, examine_all

    findings = examine_all() if every else examine(controller)
    if as_json:
        print_json([f._asdict() for f in findings])
    else:
        table(
            "Examination",
            ["what", "state", "found", "how to mend"],
            [[f.what, f.state, f.found, f.mend] for f in findings],
        )
    if any(f.state == "wrong" for f in findings):
        raise typer.Exit(Exit.MISCONFIGURED)


def sample(
    path: Annotated[Path, typer.Argument(help="Where to write: a new .xlsx or .csv file.")],
    rows: Annotated[int, typer.Option(min=1, max=1_000_000)] = 200,
    seed: Annotated[int, typer.Option(help="The same seed gives the same file.")] = 1,
    edge_cases: Annotated[
        bool, typer.Option("--edge-cases/--plain", help="With a row for every reason.")
    ] = True,
) -> None:
    """Write an invented export: official test numbers, invented people, odd rows.

    Example:  gallra sample ~/export.xlsx --rows 500
    """
    with failures():
        from console.sample import write_sample

        kind = _KINDS.get(path.suffix.lower())
        if kind is None:
            raise typer.BadParameter("a sample is an .xlsx or a .csv file")
        if not path.absolute().parent.is_dir():
            raise typer.BadParameter(f"there is no folder {path.parent}")
        if path.exists():
            raise typer.BadParameter(f"{path} is there already")
        write_sample(path, rows=rows, seed=seed, kind=kind, edge_cases=edge_cases)
        say(f"Written: {path}")


def run(
    file: Annotated[
        Path | None, typer.Argument(help="A real export; default: an invented sample.")
    ] = None,
    controller: Controller = CONTROLLER,
) -> None:
    """Run the whole main job once under Prefect, and show what happened.

    Example:  gallra run
    """
    with failures():
        from console.first_run import first_run

        if file is not None:
            check_is_file(file)
        raise typer.Exit(first_run(controller, file))


def serve(
    port: Annotated[int | None, typer.Option(help="Default: 4200, or a free one.")] = None,
) -> None:
    """Run Prefect's server, a worker and every deployment on this machine until Ctrl-C.

    Example:  gallra serve
    """
    with failures():
        from tasks.house.settings import Settings
        from tasks.serving.processes import serve as serve_all

        raise typer.Exit(serve_all(Settings.from_environment().home, announce=say, port=port))
