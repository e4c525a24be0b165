"""`gallra server`, `worker` and `deploy`: one of several servers or workers, past one machine."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from console.output import failures, say


class ServerPart(StrEnum):
    """What one machine is of a Prefect server."""

    DATABASE = "database"
    API = "api"
    SERVICES = "services"


class Pool(StrEnum):
    """How a worker carries out a run."""

    PROCESS = "process"
    DOCKER = "docker"
    KUBERNETES = "kubernetes"


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(server)
    app.command()(worker)
    app.command()(deploy)
    app.command("flow-run", hidden=True)(flow_run)


def server(
    part: Annotated[
        ServerPart,
        typer.Argument(help="database: bring it forward, first and once. api, services: run."),
    ],
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where an api listens.")] = 4200,
) -> None:
    """Run one part of a Prefect server that is spread over several machines.

    Needs GALLRA_PREFECT_API, _AUTH_FILE and _SECRETS. On one machine: `gallra serve`.

    Example:  gallra server api
    """
    with failures():
        from tasks.house.settings import Settings
        from tasks.serving.group import become_server

        become_server(part.value, Settings.from_environment(), port=port)


def worker(
    name: Annotated[str | None, typer.Option(help="Default: a name of Prefect's.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Runs at once.")] = 4,
) -> None:
    """Run a worker for Prefect servers that run elsewhere; as many of them as wanted.

    Example:  gallra worker --name second
    """
    with failures():
        from tasks.house.settings import Settings
        from tasks.serving.group import become_worker

        become_worker(Settings.from_environment(), name=name, limit=limit)


def deploy(
    controller: Annotated[
        list[str] | None, typer.Option("--controller", "-c", help="Whose; several times. All.")
    ] = None,
    pool: Annotated[Pool, typer.Option(help="How a worker carries out a run.")] = Pool.PROCESS,
    image: Annotated[str | None, typer.Option(help="For docker and kubernetes.")] = None,
    template: Annotated[
        Path | None, typer.Option(help="Instead of deployments/pools/….json.")
    ] = None,
) -> None:
    """Put work pool and deployments on Prefect servers that run elsewhere; safe to repeat.

    Example:  gallra deploy --controller academedia
    """
    with failures():
        from tasks.house.settings import Settings
        from tasks.serving.group import deploy_there

        number = deploy_there(
            Settings.from_environment(),
            controllers=controller or [],
            kind=pool.value,
            template=template,
            image=image,
        )
        say(f"Deployed: {number} deployments in a {pool.value} pool.")


def flow_run() -> None:
    """Become the run that this container was made for.

    Example:  gallra flow-run
    """
    with failures():
        from tasks.house.settings import Settings
        from tasks.serving.group import become_run

        become_run(Settings.from_environment())
