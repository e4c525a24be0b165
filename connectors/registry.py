"""The kinds of outer systems, one line each; a binding names one of them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final, cast

from lifecycle.errors import Misconfigured

STAGING: Final[Mapping[str, str]] = {
    "folder": "connectors.folder:FolderStaging",
    "memory": "connectors.memory:MemoryStaging",
}
"""Kinds that can be a staging folder."""

CASE_SYSTEMS: Final[Mapping[str, str]] = {
    "case_register": "connectors.case_register:CaseRegister",
    "workbuster": "connectors.workbuster:WorkbusterExchange",
    "memory": "connectors.memory:MemoryCaseSystem",
}
"""Kinds that can be a case system."""


def constructor(kind: str, kinds: Mapping[str, str]) -> type[Any]:
    """The class of a kind, imported only now: the command starts fast without the others.

    Raises `Misconfigured("unknown_kind")`.
    """
    if kind not in kinds:
        raise Misconfigured("unknown_kind", ref=kind)
    module, _, name = kinds[kind].partition(":")
    return cast("type[Any]", getattr(import_module(module), name))
