"""The kinds of outer systems, one line each; a binding names one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from connectors.absent import AbsentStaging
from connectors.base import CaseSystem, Fingerprint, SealedBox, Staging
from connectors.case_register import CaseRegister
from connectors.folder import FolderStaging
from connectors.memory import MemoryStaging
from lifecycle.bindings import CaseRegister as CaseRegisterBinding
from lifecycle.bindings import FolderStaging as FolderBinding
from lifecycle.bindings import MemoryStaging as MemoryBinding
from lifecycle.bindings import Workbuster as WorkbusterBinding

StagingBinding: TypeAlias = FolderBinding | MemoryBinding
CaseSystemBinding: TypeAlias = CaseRegisterBinding | WorkbusterBinding


def _case_register(
    binding: CaseRegisterBinding, box: SealedBox, fingerprint: Fingerprint
) -> CaseSystem:
    return CaseRegister(binding.path, box, fingerprint, system=binding.system)


def _workbuster(binding: WorkbusterBinding, _: SealedBox, fingerprint: Fingerprint) -> CaseSystem:
    from connectors.workbuster import WorkbusterExchange

    return WorkbusterExchange(
        FolderStaging(binding.exchange, place=binding.system, mode=0o660),
        fingerprint,
        system=binding.system,
        sheet=binding.import_workbook.sheet,
        workbook=binding.import_workbook.columns,
        list_=binding.export_list.columns,
        projects=binding.projects,
    )


STAGING: Final[dict[str, Callable[[Any], Staging]]] = {
    "folder": lambda b: FolderStaging(b.path, place=b.place, mount_point=b.mount_point),
    "memory": lambda b: MemoryStaging(place=b.place),
}
CASE_SYSTEMS: Final[dict[str, Callable[[Any, SealedBox, Fingerprint], CaseSystem]]] = {
    "case_register": _case_register,
    "workbuster": _workbuster,
}


def staging(binding: StagingBinding | None) -> Staging:
    """The staging folder that `binding` describes; None: one whose every use is refused."""
    if binding is None:
        return AbsentStaging()
    return STAGING[binding.kind](binding)


def case_system(
    binding: CaseSystemBinding, *, box: SealedBox, fingerprint: Fingerprint
) -> CaseSystem:
    """The case system that `binding` describes; `box` and `fingerprint` are the vault's.

    Raises `Misconfigured`, `Unreachable`.
    """
    return CASE_SYSTEMS[binding.kind](binding, box, fingerprint)
