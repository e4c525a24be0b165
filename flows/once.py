"""The main job once, by hand: import, purge and verification, as the schedule would run them.

`python -m flows.once CONTROLLER` starts or reuses the house's local Prefect server, runs the three
flows in this process, and stops what it started. Exit code 0, or 1 when a run failed.
"""

from __future__ import annotations

import sys

from flows.session import prefect_session
from lifecycle.errors import GallraError
from tasks.house.settings import Settings
from tasks.remedies.every import remedy_for


def main(arguments: list[str]) -> int:
    """Run the flows for the controller in `arguments`; failures are said in neutral words."""
    try:
        return _run(arguments[0])
    except GallraError as error:
        advice = remedy_for(error.code, kind=type(error).__name__)
        sys.stderr.write(f"{error}: {' '.join(advice)}\n")
        return 1


def _run(controller: str) -> int:
    with prefect_session(Settings.from_environment().home) as server:
        from flows.import_af import import_af
        from flows.neutral import StepFailed
        from flows.purge_staging import purge_staging
        from flows.verify_ledger import verify_ledger

        sys.stdout.write(f"Prefect: {server.ui}\n")
        sys.stdout.flush()
        failed = False
        for each in (import_af, purge_staging, verify_ledger):
            try:
                each(controller)
            except StepFailed as failure:
                sys.stderr.write(f"{each.name}: {failure}\n")
                failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
