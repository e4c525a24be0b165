"""Days are counted where the controller is: its own date decides what is due and what is late."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from tasks.house.parts import House


def local_today(house: House) -> date:
    """The date in the controller's time zone, by the clock the run was handed."""
    return house.now().astimezone(ZoneInfo(house.policy.controller.time_zone)).date()
