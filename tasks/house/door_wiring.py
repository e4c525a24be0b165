"""The ways out and the recipients, as a controller's bindings describe them."""

from __future__ import annotations

import hashlib
from datetime import tzinfo
from pathlib import Path
from typing import Final

import orjson

from connectors.channel_registry import channel
from lifecycle.bindings import Bindings
from lifecycle.bindings.channels import SmtpChannel
from lifecycle.bindings.hand_over import ManualChannel
from lifecycle.bindings.outlook import OutlookChannel
from lifecycle.configuration.validated import Part
from tasks.house.doors import Door, Doors
from tasks.house.sealing import SEALERS
from tasks.house.secrets import secret
from tasks.house.settings import Settings

_LEADS_NOWHERE: Final = frozenset(
    {"timeout", "largest", "longest", "within", "remind_every", "evidence"}
)
"""What a binding may say anew without leading elsewhere."""


def doors(bindings: Bindings, settings: Settings, *, outgoing: Path, zone: tzinfo) -> Doors:
    """Every way out; `zone`: the controller's, in which a last day ends. None is asked anything
    yet."""
    return Doors(
        ways={
            name: Door(
                name=name,
                kind=binding.kind,
                channel=channel(
                    binding,
                    place=name,
                    secrets=lambda wanted: secret(wanted, settings.environment),
                    zone=zone,
                ),
                leads_to=_leads_to(binding),
                through=bindings.through.get(name, ""),
                by_hand=binding if isinstance(binding, ManualChannel) else None,
                encrypted_to=(
                    frozenset(binding.encrypted_to) if isinstance(binding, OutlookChannel) else None
                ),
                tunnel_to=(
                    frozenset(domain.lower() for domain in binding.tunnel)
                    if isinstance(binding, SmtpChannel)
                    else frozenset()
                ),
            )
            for name, binding in bindings.channels.items()
        },
        recipients=bindings.recipients,
        sealers=SEALERS,
        outgoing=outgoing,
    )


def _leads_to(binding: Part) -> str:
    told = binding.model_dump(mode="json", exclude=set(_LEADS_NOWHERE))
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()
