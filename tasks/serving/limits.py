"""The server is told how many runs may be at each folder and system at once."""

from __future__ import annotations

from contextlib import suppress

from lifecycle.errors import GallraError
from tasks.house.settings import Settings
from tasks.house.wiring import has_bindings, list_policies, read_bindings, read_policy
from tasks.serving.prefect_api import PrefectApi


def limits_of(settings: Settings) -> dict[str, int]:
    """Prefect's global limits by their names, out of every controller's bindings; where two
    disagree about one place the smaller number is right.

    Bindings that cannot be read have none: their own runs say what is wrong.
    """
    found: dict[str, int] = {}
    for controller in list_policies(settings):
        if not has_bindings(settings, controller):
            continue
        with suppress(GallraError):
            bindings = read_bindings(settings, read_policy(settings, controller))
            for limit in bindings.limits().values():
                found[limit.name] = min(limit.at_once, found.get(limit.name, limit.at_once))
    return found


def set_limits(api: PrefectApi, settings: Settings) -> int:
    """Make or change these limits in the server; how many there are.

    The same again changes nothing, and whoever holds a slot keeps it. Raises
    `Unreachable("prefect_does_not_answer")`, `Unreachable("prefect_deploy_failed")`.
    """
    wanted = limits_of(settings)
    there = {one["name"]: one["limit"] for one in api.filter("v2/concurrency_limits", {})}
    for name, limit in wanted.items():
        if name not in there:
            api.change("POST", "/v2/concurrency_limits/", {"name": name, "limit": limit})
        elif there[name] != limit:
            api.change("PATCH", f"/v2/concurrency_limits/{name}", {"limit": limit})
    return len(wanted)
