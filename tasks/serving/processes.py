"""Server, worker and every deployment on one machine, closed to others, stopped together."""

from __future__ import annotations

import signal
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, cast

from lifecycle.errors import Misconfigured, Unreachable
from tasks.house import children
from tasks.house.settings import Settings
from tasks.serving.prefect_api import PrefectApi, refuse_unknown_parameters
from tasks.serving.prefect_place import here
from tasks.serving.prefect_server import local_server, running
from tasks.serving.prefect_settings import WORK_POOL, auth_file, environment, prefect_home

PREFECT: Final = (sys.executable, "-m", "prefect", "--no-prompt")
_WORKER: Final = (sys.executable, "-m", "flows.worker", "--no-prompt")
_DEPLOY_LIMIT: Final = 420.0
RUNS_AT_ONCE: Final = 4


def serve(
    home: Path,
    *,
    announce: Callable[[str], None],
    port: int | None = None,
    until: threading.Event | None = None,
) -> int:
    """Run until SIGINT or SIGTERM (or `until` is set), then stop all that was started here.

    `announce` is given lines for the operator: addresses and file names, no secret. Returns an
    exit code: 0 after a wished stop, 1 when the server or the worker died by itself. Raises
    `Misconfigured` or `LedgerFailure` rather than start open or unwitnessed, `Unreachable` when
    something does not start.
    """
    # Databases: the help needs none.
    from tasks.serving.automations import upsert
    from tasks.serving.limits import set_limits
    from tasks.serving.safe_to_start import require_safe

    stop = until or threading.Event()
    with _raising(stop), ExitStack() as stack:
        try:
            require_safe(Settings.from_environment())
            announce("Starting the Prefect server (up to half a minute the first time) …")
            server = stack.enter_context(local_server(home, port=port))
            settings = environment(home, port=server.port) | import_path()
            announce("Deploying the flows …")
            deploy(home, settings)
            refuse_unknown_parameters(here(home, server.port))
            set_limits(PrefectApi(here(home, server.port)), Settings.from_environment())
            upsert(here(home, server.port), Settings.from_environment())
            worker = start_worker(home, settings)
            stack.callback(children.stop, worker)
            _served(home).touch(mode=0o600)
            announce(f"Prefect UI: {server.ui}")
            announce(f"Its password is in {auth_file(home)}")
            announce("Stop with Ctrl-C; what runs is taken up again by the next run.")
            code = _watch(home, worker, stop)
            if code == 0:
                _served(home).unlink(missing_ok=True)
            return code
        except KeyboardInterrupt:
            announce("Stopping …")
            _served(home).unlink(missing_ok=True)
            return 0


def is_served(home: Path) -> bool:
    """Whether `serve` runs here, or ran until something else than a person ended it."""
    return _served(home).exists()


def _served(home: Path) -> Path:
    """Stands from the start of a worker to a wished stop: the watchdog misses what was killed."""
    return home / "prefect" / "served"


def _watch(home: Path, worker: subprocess.Popen[bytes], stop: threading.Event) -> int:
    missed = 0
    while not stop.wait(5.0):
        missed = 0 if running(home) else missed + 1
        if worker.poll() is not None or missed > 6:
            return 1
    return 0


def deploy(
    home: Path,
    settings: Mapping[str, str],
    *,
    pool: Sequence[str] = ("--type", "process"),
    controllers: Sequence[str] = (),
) -> None:
    """The work pool and the deployments of `prefect.yaml`; the same again changes nothing.

    `controllers`: whose; default everybody's. Raises `Unreachable("prefect_deploy_failed")` (what
    Prefect said is in prefect/deploy.log), `Misconfigured("nothing_to_deploy")`.
    """
    file = deployment_file()
    chosen = [word for name in _names(controllers) for word in ("--name", name)] or ["--all"]
    for arguments in (
        ["work-pool", "create", WORK_POOL, *pool, "--overwrite"],
        ["deploy", *chosen, "--prefect-file", str(file)],
    ):
        child = children.start(
            [*PREFECT, *arguments],
            settings=settings,
            log=prefect_home(home) / "deploy.log",
            cwd=file.parent,
        )
        try:
            code = child.wait(timeout=_DEPLOY_LIMIT)
        except subprocess.TimeoutExpired:
            code = -1
        finally:
            children.stop(child, patience=2)
        if code != 0:
            raise Unreachable("prefect_deploy_failed", exit=code)


def _names(controllers: Sequence[str]) -> list[str]:
    """The deployments of these controllers; none for everybody's."""
    if not controllers:
        return []
    every = read_deployed("prefect.yaml")["deployments"]
    for controller in controllers:
        if not any(each["parameters"]["controller"] == controller for each in every):
            raise Misconfigured("nothing_to_deploy", ref=controller)
    return [each["name"] for each in every if each["parameters"]["controller"] in controllers]


def start_worker(home: Path, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """A process worker for the pool, in a group of its own; `children.stop` ends it."""
    return children.start(
        worker_command(),
        settings=settings,
        log=prefect_home(home) / "worker.log",
        cwd=prefect_home(home),
    )


def worker_command(*, name: str | None = None, limit: int = RUNS_AT_ONCE) -> list[str]:
    """What starts a process worker for our pool that carries out `limit` runs at once."""
    return [
        *_WORKER,
        *("worker", "start", "--pool", WORK_POOL, "--type", "process", "--limit", str(limit)),
        *(() if name is None else ("--name", name)),
    ]


def deployment_file() -> Path:
    """`prefect.yaml`: beside the packages in a checkout, in `deployments/` of a wheel.

    Raises `Misconfigured("deployment_file_missing")`.
    """
    return deployed_file("prefect.yaml")


def deployed_file(name: str) -> Path:
    """A file of `deployments/`. Raises `Misconfigured("deployment_file_missing")`."""
    root = _package_root()
    for place in (root / name, root / "deployments" / name):
        if place.is_file():
            return place
    raise Misconfigured("deployment_file_missing")


def deployed_names() -> frozenset[str]:
    """What `prefect.yaml` deploys, by name. Raises `Misconfigured("deployment_file_missing")`."""
    return frozenset(each["name"] for each in read_deployed("prefect.yaml")["deployments"])


def read_deployed(name: str) -> dict[str, Any]:
    """A file of `deployments/`, or the `prefect.yaml` of a checkout.

    Raises `Misconfigured("deployment_file_missing")`.
    """
    import yaml  # the help needs none

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = deployed_file(name).read_bytes()
    return cast("dict[str, Any]", yaml.load(text, Loader=loader))  # noqa: S506


def _package_root() -> Path:
    spec = find_spec("flows")
    if spec is None or not spec.submodule_search_locations:
        raise Misconfigured("flows_not_installed")
    return Path(next(iter(spec.submodule_search_locations))).parent


def import_path() -> dict[str, str]:
    """For a checkout that is not installed: where flow runs find the packages.

    Never site-packages: on PYTHONPATH that would come before the standard library.
    """
    root = _package_root()
    installed = {Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib")}
    return {} if root.resolve() in installed else {"PYTHONPATH": str(root)}


@contextmanager
def _raising(stop: threading.Event) -> Iterator[None]:
    """The first SIGINT or SIGTERM raises KeyboardInterrupt, also while something is starting;
    a second one does not disturb the stopping. Only the main thread can be asked for that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def once(number: int, frame: object) -> None:
        if not stop.is_set():
            stop.set()
            raise KeyboardInterrupt

    before = {number: signal.signal(number, once) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
