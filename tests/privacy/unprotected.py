"""A flow for the worker that leaks on purpose: what it says must be found again."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.logging import get_run_logger
from prefect.variables import Variable

from tests.privacy.cast import CONTROLS, full_name, told


@task(persist_result=True)
def stored_result() -> str:
    return told(CONTROLS[7])


@flow(name="canary-control")
def leaking(someone: str) -> None:
    """Everything that no flow of Gallra may do, with a person of its own for each way out."""
    print(told(CONTROLS[3]))
    sys.stdout.flush()
    get_run_logger().info(f"imported {full_name(CONTROLS[4])}")
    create_table_artifact(table=[{"who": told(CONTROLS[5])}], key="canary-control")
    Variable.set("canary_control", told(CONTROLS[6]), overwrite=True)
    stored_result()
    left = Path(tempfile.gettempdir()) / "canary-control.txt"
    left.write_text(told(CONTROLS[8]), encoding="utf-8")
    child = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(3)", told(CONTROLS[9])],
        env={**os.environ, "CANARY": told(CONTROLS[10])},
    )
    time.sleep(1)
    child.wait()
    raise ValueError(told(CONTROLS[11]))
