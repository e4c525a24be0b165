"""Every kind that a binding can name is built by one line of the registry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

from connectors.case_register import CaseRegister
from connectors.folder import FolderStaging
from connectors.memory import MemoryStaging
from connectors.registry import CASE_SYSTEMS, OUTER_SYSTEMS, STAGING, case_system, staging
from connectors.workbuster import WorkbusterExchange
from lifecycle import bindings
from lifecycle.configuration.validated import Part
from tests.factories.boxes import TestBox, fingerprint

WITHOUT_A_MACHINE = {"manual", "absent"}


def _no_secret(name: bindings.SecretName) -> Callable[[], str]:
    raise AssertionError("nothing here needs a secret")


def _parts(annotation: object) -> set[type[Part]]:
    if isinstance(annotation, type):
        return {annotation} if issubclass(annotation, Part) else set()
    return {part for inner in get_args(annotation) for part in _parts(inner)}


def _kinds(field: str) -> set[str]:
    parts = _parts(bindings.Bindings.model_fields[field].annotation)
    return {get_args(part.model_fields["kind"].annotation)[0] for part in parts}


def test_every_kind_a_binding_can_name_has_its_line() -> None:
    assert set(STAGING) == _kinds("staging")
    assert set(CASE_SYSTEMS) == _kinds("case_system")
    assert set(OUTER_SYSTEMS) == _kinds("systems") - WITHOUT_A_MACHINE


def test_staging_kinds_are_built_as_bound(tmp_path: Path) -> None:
    folder = staging(
        bindings.FolderStaging.model_construct(
            kind="folder", place="inbox", path=tmp_path, mount_point=False
        ),
        secrets=_no_secret,
    )
    memory = staging(
        bindings.MemoryStaging.model_construct(kind="memory", place="inbox"), secrets=_no_secret
    )
    assert isinstance(folder, FolderStaging)
    assert isinstance(memory, MemoryStaging)
    assert folder.place == memory.place == "inbox"
    assert list(folder.list_items()) == list(memory.list_items()) == []


def test_case_system_kinds_are_built_as_bound(tmp_path: Path) -> None:
    columns = {"Ärende": "case_reference", "Tjänst": "service", "Namn": "family_name"}
    workbook = bindings.Workbook.model_construct(sheet="Deltagare", columns=columns)
    register = case_system(
        bindings.CaseRegister.model_construct(
            kind="case_register", system="workbuster", path=tmp_path / "new" / "register.db"
        ),
        box=TestBox(),
        fingerprint=fingerprint,
    )
    exchange = case_system(
        bindings.Workbuster.model_construct(
            kind="workbuster",
            system="workbuster",
            exchange=tmp_path,
            import_workbook=workbook,
            export_list=workbook,
            projects={},
        ),
        box=TestBox(),
        fingerprint=fingerprint,
    )
    assert isinstance(register, CaseRegister)
    assert isinstance(exchange, WorkbusterExchange)
    assert register.system == exchange.system == "workbuster"
