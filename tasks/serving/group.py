"""One of several servers or workers on this machine: everything is checked, then it is Prefect."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal, NoReturn

from lifecycle.errors import Misconfigured
from tasks.house.children import without_prefect
from tasks.house.settings import Settings
from tasks.serving.automations import upsert
from tasks.serving.cluster_check import require_same_home, require_shared, tell_home
from tasks.serving.limits import set_limits
from tasks.serving.many_servers import server_environment, shared_place, worker_environment
from tasks.serving.prefect_api import PrefectApi, refuse_unknown_parameters
from tasks.serving.prefect_settings import DEFAULT_PORT, prefect_home
from tasks.serving.processes import (
    PREFECT,
    RUNS_AT_ONCE,
    deploy,
    deployed_file,
    import_path,
    worker_command,
)
from tasks.serving.safe_to_start import faults, require_safe

Part = Literal["database", "api", "services"]
PoolKind = Literal["process", "docker", "kubernetes"]

_COMMANDS: Final[Mapping[Part, Sequence[str]]] = {
    "database": ("server", "database", "upgrade", "--yes"),
    "api": ("server", "start", "--no-services"),
    "services": ("server", "services", "start"),
}
_OF_THE_RUN: Final = "PREFECT__"
"""Whose run a container is for: set by the worker that made it."""


def become_server(part: Part, settings: Settings, *, port: int = DEFAULT_PORT) -> NoReturn:
    """This process becomes that part of a Prefect server: its database's upgrade, one of its APIs,
    or its background services. Raises what `server_environment` raises, and `Misconfigured` with
    the first of `faults`; nothing was started then.
    """
    for fault in faults(settings):
        raise Misconfigured(fault.code, ref=fault.ref)
    told = server_environment(settings, port=port)
    _become([*PREFECT, *_COMMANDS[part]], told, settings.home)


def become_worker(
    settings: Settings, *, name: str | None = None, limit: int = RUNS_AT_ONCE
) -> NoReturn:
    """This process becomes a worker of the pool, with `limit` runs at once.

    Raises `Misconfigured` and `LedgerFailure` (what `require_safe` and `require_shared` raise, and
    `home_not_shared`) and `Unreachable`; nothing was started then.
    """
    told = _checked(settings)
    _become(worker_command(name=name, limit=limit), told, settings.home)


def become_run(settings: Settings) -> NoReturn:
    """This process, in a container that was made for one run, becomes that run. Raises what
    `become_worker` raises."""
    told = _checked(settings)
    told |= {k: v for k, v in settings.environment.items() if k.startswith(_OF_THE_RUN)}
    _become([*PREFECT, "flow-run", "execute"], told, settings.home)


def deploy_there(
    settings: Settings,
    *,
    controllers: Sequence[str] = (),
    kind: PoolKind = "process",
    template: Path | None = None,
    image: str | None = None,
) -> int:
    """Put pool, deployments, limits and automations on the servers that the settings name; how many
    deployments there are then. The same again changes nothing.

    Raises `Misconfigured` (also `pool_template_missing`, `pool_image_missing`), `Unreachable`.
    """
    place = shared_place(settings)
    require_shared(settings, controllers or None)
    tell_home(settings, place)
    told = worker_environment(settings) | import_path()
    with _pool(kind, template, image) as pool:
        deploy(settings.home, told, pool=pool, controllers=controllers)
    number = refuse_unknown_parameters(place)
    set_limits(PrefectApi(place), settings)
    upsert(place, settings)
    return number


def _checked(settings: Settings) -> dict[str, str]:
    place = shared_place(settings)
    require_safe(settings)
    require_shared(settings)
    require_same_home(settings, place)
    return worker_environment(settings)


@contextmanager
def _pool(kind: PoolKind, template: Path | None, image: str | None) -> Iterator[list[str]]:
    """What Prefect is told of the pool: for containers our own template, with the image in it."""
    if kind == "process":
        yield ["--type", kind]
        return
    file = template or deployed_file(f"pools/{kind}.json")
    if not file.is_file():
        raise Misconfigured("pool_template_missing", ref=file.name)
    text = json.loads(file.read_text(encoding="utf-8"))
    wanted = text["variables"]["properties"]["image"]
    if image is not None:
        wanted["default"] = image
    if not wanted.get("default"):
        raise Misconfigured("pool_image_missing")
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as made:
        json.dump(text, made)
        made.flush()
        yield ["--type", kind, "--base-job-template", made.name]


def _become(command: Sequence[str], told: Mapping[str, str], home: Path) -> NoReturn:
    """No process in between: whoever stops this one, stops Prefect."""
    os.umask(0o077)
    os.chdir(prefect_home(home))
    sys.stdout.flush()
    sys.stderr.flush()
    # No value in it: what Prefect is told lies in the environment, never on a command line.
    environment = without_prefect(os.environ) | dict(told) | import_path()
    os.execve(command[0], list(command), environment)  # noqa: S606 -- no shell is wanted
