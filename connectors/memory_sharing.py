"""With whom the files of a folder that lives and dies with the process are shared: the twin."""

from __future__ import annotations

from connectors.base import StagedItem
from lifecycle.errors import Changed, Unreachable
from lifecycle.placement.reach import Grant


class MemorySharing:
    """Permissions by a file's name; what is not named is shared with nobody."""

    def __init__(self) -> None:
        self.given: dict[str, list[Grant]] = {}
        self.gone: set[str] = set()
        """Files that somebody removes between two requests."""
        self.unreachable = False
        self.asked = 0

    def grants(self, item: StagedItem) -> list[Grant]:
        """Those of the file at the moment of the call."""
        self.asked += 1
        if self.unreachable:
            raise Unreachable("system_unreachable")
        if item.name in self.gone:
            raise Changed("item_changed")
        return list(self.given.get(item.name, []))
