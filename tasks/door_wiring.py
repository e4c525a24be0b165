"""The ways out and the recipients, as a controller's bindings describe them."""

from __future__ import annotations

from pathlib import Path

from connectors.channel_registry import channel
from lifecycle.bindings import Bindings
from tasks.doors import Door, Doors
from tasks.sealing import SEALERS
from tasks.secrets import secret
from tasks.settings import Settings


def doors(bindings: Bindings, settings: Settings, *, outgoing: Path) -> Doors:
    """Every way out. None is asked anything yet."""
    return Doors(
        ways={
            name: Door(
                name=name,
                kind=binding.kind,
                channel=channel(
                    binding,
                    place=name,
                    secrets=lambda wanted: secret(wanted, settings.environment),
                ),
            )
            for name, binding in bindings.channels.items()
        },
        recipients=bindings.recipients,
        sealers=SEALERS,
        outgoing=outgoing,
    )
