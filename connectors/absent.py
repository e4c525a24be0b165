"""What a controller does not have: no folder where exports land, no case system."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final, NoReturn

from connectors.base import CaseKey, CaseRecord, CaseState, HandOver, StagedItem
from lifecycle.errors import Misconfigured

NOWHERE: Final = ""
"""No place and no system is called so: a policy's names have letters."""


def _no_staging() -> NoReturn:
    raise Misconfigured("no_staging")


def _no_case_system() -> NoReturn:
    raise Misconfigured("no_case_system")


class AbsentStaging:
    """In the place of a staging folder: every use raises `Misconfigured("no_staging")`.

    It is never taken for an empty folder.
    """

    @property
    def place(self) -> str:
        """The name of no place."""
        return NOWHERE

    def list_items(self) -> Iterator[StagedItem]:
        """Raises `Misconfigured("no_staging")`."""
        _no_staging()

    def read(self, item: StagedItem) -> bytes:
        """Raises `Misconfigured("no_staging")`."""
        _no_staging()

    def delete_permanently(self, item: StagedItem) -> None:
        """Raises `Misconfigured("no_staging")`."""
        _no_staging()

    def put(self, name: str, data: bytes) -> StagedItem:
        """Raises `Misconfigured("no_staging")`."""
        _no_staging()


class AbsentCaseSystem:
    """In the place of a case system: every use raises `Misconfigured("no_case_system")`."""

    @property
    def system(self) -> str:
        """The name of no system."""
        return NOWHERE

    def hand_over(self, records: Sequence[CaseRecord], *, batch: str) -> HandOver:
        """Raises `Misconfigured("no_case_system")`."""
        _no_case_system()

    def read_back(self, keys: Sequence[CaseKey]) -> Iterator[CaseState]:
        """Raises `Misconfigured("no_case_system")`."""
        _no_case_system()

    def anonymise(self, keys: Sequence[CaseKey]) -> None:
        """Raises `Misconfigured("no_case_system")`."""
        _no_case_system()

    def close_batch(self, batch: str) -> None:
        """Raises `Misconfigured("no_case_system")`."""
        _no_case_system()

    def withdraw(self, *, lists_before: datetime, intend: Callable[[int], None]) -> int:
        """Raises `Misconfigured("no_case_system")`."""
        _no_case_system()
