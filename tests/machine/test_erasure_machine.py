"""In whatever order things happen, nothing goes that must not, and nothing stays that must go."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.machine import SchoolMachine
from tests.machine.school import everyday

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "0"))


def run(examples: int, steps: int) -> None:
    with everyday():
        run_state_machine_as_test(
            SchoolMachine,
            settings=settings(
                max_examples=EXAMPLES or examples,
                stateful_step_count=steps,
                deadline=None,
                derandomize=not EXAMPLES,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )


@pytest.mark.parametrize("lives", [10, pytest.param(20, marks=pytest.mark.long)])
def test_the_same_lives_every_day(lives: int) -> None:
    run(lives, 30)


@pytest.mark.long
@pytest.mark.timeout(0)
def test_nightly() -> None:
    """Longer lives; MACHINE_EXAMPLES=1000 makes it the full run: docs/development.md."""
    run(40, 50)
