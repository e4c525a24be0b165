"""What starting costs: the help, and a scheduled import that finds nothing, in processor seconds.

    python -m tests.bench.startup [--rounds 5]

A run is what a process worker starts for one: `python -m prefect.engine` against a running server.
Beside ours, the same with a flow that does nothing: the rest is ours. User and system time of the
process and of all its children, which the system counts whatever else runs on the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from flows.session import prefect_session
from tasks.house.settings import Settings
from tasks.house.wiring import open_house
from tests.bench.measuring import measure

ROOT = Path(__file__).resolve().parents[2]
CONTROLLER = "academedia"
FLOWS: dict[str, tuple[str, dict[str, str]]] = {
    "empty flow": ("tests.bench.empty_flow.empty", {}),
    "import that finds nothing": ("flows.import_af.import_af", {"controller": CONTROLLER}),
}
"""What is deployed, with its parameters; the first is Prefect's own start."""


def main(rounds: int) -> None:
    """Measure and print one line for each contender."""
    with tempfile.TemporaryDirectory(prefix="gallra-startup-") as folder:
        home = Path(folder) / "home"
        env = os.environ | {"GALLRA_HOME": str(home), "PYTHONPATH": str(ROOT)}
        commands: dict[str, Sequence[str]] = {
            "python -c pass": (sys.executable, "-c", "pass"),
            "python -c 'import prefect'": (sys.executable, "-c", "import prefect"),
            "gallra --help": (sys.executable, "-m", "console.main", "--help"),
        }
        for name, command in commands.items():
            _show(name, [_alone(command, env) for _ in range(rounds)])
        settings = Settings.from_environment(env)
        with open_house(CONTROLLER, settings=settings):
            pass  # what the first run of all makes
        with prefect_session(home):
            deployed = {name: _deploy(entrypoint) for name, (entrypoint, _) in FLOWS.items()}
            taken: dict[str, list[float]] = {name: [] for name in FLOWS}
            for _ in range(rounds):  # in turn: a busy neighbour slows both
                for name, deployment in deployed.items():
                    taken[name].append(_scheduled(deployment, FLOWS[name][1]))
        for name, seconds in taken.items():
            _show(name, seconds)
        empty, ours = (statistics.median(taken[name]) for name in FLOWS)
        sys.stdout.write(f"beyond Prefect's own start: {ours - empty:.2f} s\n")


def _show(name: str, seconds: Sequence[float]) -> None:
    low, high = min(seconds), max(seconds)
    sys.stdout.write(f"{name:28} {statistics.median(seconds):6.2f} s  ({low:.2f}-{high:.2f})\n")
    sys.stdout.flush()


def _alone(command: Sequence[str], env: Mapping[str, str]) -> float:
    return measure(command, env=env, cwd=ROOT).processor_seconds


def _deploy(entrypoint: str) -> Any:
    """A deployment without a schedule; its id."""
    from prefect import get_client

    module, _, function = entrypoint.rpartition(".")
    flow = getattr(__import__(module, fromlist=[function]), function)

    async def create() -> Any:
        async with get_client() as client:
            return await client.create_deployment(
                flow_id=await client.create_flow(flow),
                name=f"measured-{flow.name}",
                entrypoint=entrypoint,
                path=str(ROOT),
            )

    return asyncio.run(create())


def _scheduled(deployment: Any, parameters: dict[str, str]) -> float:
    """One run as a worker starts it; the processor seconds of its process and children."""
    from prefect import get_client
    from prefect.settings import get_current_settings
    from prefect.states import Pending

    async def create() -> str:
        async with get_client() as client:
            run = await client.create_flow_run_from_deployment(
                deployment, parameters=parameters, state=Pending()
            )
            return str(run.id)

    async def ended(run: str) -> str:
        async with get_client() as client:
            found = await client.read_flow_run(run)
            return "none" if found.state is None else str(found.state.type.value)

    run = asyncio.run(create())
    env = {**os.environ, **get_current_settings().to_environment_variables(exclude_unset=True)}
    env |= {"PREFECT__FLOW_RUN_ID": run, "PYTHONPATH": str(ROOT)}
    taken = _of_child(
        lambda: subprocess.run(
            [sys.executable, "-m", "prefect.engine"],
            env=env,
            cwd=ROOT,
            check=False,
            capture_output=True,
        )
    )
    state = asyncio.run(ended(run))
    if state != "COMPLETED":
        raise RuntimeError(f"the measured run ended as {state}")
    return taken


def _of_child(run: Callable[[], Any]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    main(parser.parse_args().rounds)
