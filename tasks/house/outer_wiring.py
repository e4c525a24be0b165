"""The systems beside the case system, as a controller's bindings describe them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from connectors.registry import outer_system
from connectors.system import OuterSystem
from lifecycle.bindings import Absent, Bindings, Manual
from lifecycle.policy.model import Policy
from tasks.house.secrets import secret
from tasks.house.settings import Settings


def outer_systems(bindings: Bindings, policy: Policy, settings: Settings) -> dict[str, OuterSystem]:
    """Every system that a machine reaches, by the policy's name. None is asked anything yet."""
    made = {
        name: outer_system(
            binding,
            system=name,
            secrets=lambda secret_name: secret(secret_name, settings.environment),
            zone=ZoneInfo(policy.controller.time_zone),
            residue=policy.residue_in(name),
        )
        for name, binding in bindings.systems.items()
    }
    return {name: system for name, system in made.items() if system is not None}


def bound_as(kind: type[Manual] | type[Absent], bindings: Bindings) -> frozenset[str]:
    """Names of the systems and places that are bound as `kind`."""
    return frozenset(name for name, b in bindings.systems.items() if isinstance(b, kind))
