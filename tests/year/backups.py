"""A backup of the records, and the day on which it is put back."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.erasing.restoring import Replayed, replay

if TYPE_CHECKING:
    from tests.year.simulation import Year


@dataclass
class Backup:
    """Of the records alone: keys, witness and journals stay as they are."""

    home: Path
    replayed: Replayed | None = None

    @property
    def _copy(self) -> Path:
        return self.home.parent / "backup"

    def take(self, year: Year) -> None:
        """The nightly copy."""
        year.houses.close()
        shutil.copytree(self.home / "records", self._copy, dirs_exist_ok=True)

    def put_back(self, year: Year) -> None:
        """The disk is broken: what came since is lost, and nobody who is gone comes back."""
        year.houses.close()
        shutil.rmtree(self.home / "records")
        shutil.copytree(self._copy, self.home / "records")
        with year.houses.lend(year.controller, restoring=True) as house:
            self.replayed = replay(house)
