"""The same import as a Prefect flow, timed from inside: what Prefect itself adds.

    python -m tests.bench.under_prefect FILE

Prints one JSON line: seconds of the flow run as a whole, and of our own steps in it. The server's
start is not counted: a scheduled run finds it running.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flows.session import prefect_session
from tasks.house.settings import Settings
from tasks.house.wiring import open_house

CONTROLLER = "academedia"


def main(file: Path) -> None:
    """Stage the file, run the flow, tell both times."""
    settings = Settings.from_environment()
    with open_house(CONTROLLER, settings=settings) as house:
        house.staging.put(file.name, file.read_bytes())
    ours = 0.0

    def timed(function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            nonlocal ours
            begun = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                ours += time.perf_counter() - begun

        return run

    with prefect_session(settings.home):
        from flows import steps
        from flows.import_af import import_af

        for module, name in (
            (steps.main_job, "finish_earlier"),
            (steps.stock, "take_stock"),
            (steps.intake, "import_file"),
            (steps.deletions, "delete_imported"),
        ):
            setattr(module, name, timed(getattr(module, name)))
        begun = time.perf_counter()
        import_af(CONTROLLER)
        whole = time.perf_counter() - begun
    sys.stdout.write(json.dumps({"flow": whole, "steps": ours}) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
