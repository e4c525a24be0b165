"""The project's own policies and bindings, with the decisions that a unit would have taken."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import yaml

from tests.factories.houses import ROOT

_UNDECIDED = re.compile(r"legal_basis: undecided\n +decision: legal-basis")
_STICK = {
    "kind": "manual",
    "by": "usb_stick",
    "folder": "${GALLRA_HOME}/hand-over/chef",
    "role": "chef",
    "within": "P7D",
    "remind_every": "P2D",
    "evidence": "mottagarens kvittens",
    "second_person": True,
    "how": "Lämna minnet personligen.",
}
_CALL = {
    "kind": "manual",
    "by": "phone",
    "role": "chef",
    "within": "P3D",
    "remind_every": "P1D",
    "evidence": "anteckning om samtalet",
    "second_person": False,
    "how": "Läs upp lösenordet.",
}
_DESK = {
    "by_hand": "Storgatan 1, Exempelstad",
    "phone": "+46701740605",
    "password_by": "call",
    "language": "sv",
}


def installed(folder: Path, more: dict[str, Any] | None = None) -> dict[str, str]:
    """Copies under `folder`, and the environment that names them. The legal basis of sharing is
    decided; a stick and a telephone are bound; `more`: further bindings of AcadeMedia's."""
    shutil.copytree(ROOT / "policies", folder / "policies")
    shutil.copytree(ROOT / "deployments" / "systems", folder / "systems")
    policy = folder / "policies" / "academedia.yaml"
    text, decided = _UNDECIDED.subn("legal_basis: legal_obligation", policy.read_text("utf-8"))
    assert decided
    policy.write_text(text, encoding="utf-8")
    bound = folder / "systems" / "academedia.yaml"
    systems = yaml.safe_load(bound.read_text("utf-8"))
    systems |= {
        "channels": {"usb-stick": _STICK, "call": _CALL},
        "recipients": {"arbetsformedlingen": {"desk": _DESK}},
    } | (more or {})
    bound.write_text(yaml.safe_dump(systems, sort_keys=False, allow_unicode=True), "utf-8")
    return {
        "GALLRA_POLICIES": str(folder / "policies"),
        "GALLRA_SYSTEMS": str(folder / "systems"),
    }
