"""A disclosure that takes something from Novo: a participant who stands there under a name of her
own."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from connectors.memory_system import MemoryRecord, MemorySystem
from connectors.system import OuterSystem
from records.plans import Plan
from tasks.erasing.inventory import take_inventory
from tasks.house.parts import House
from tests.factories import planning
from tests.factories.execution import TUVA
from tests.factories.sharing import Desk

NOVO = "Novo, Hermods utbildningsplattform"
NICK = "Lillan Novosson"
"""A value that stands in Novo alone."""


@dataclass
class School(Desk):
    """A desk whose house has Novo too."""

    novo: MemorySystem = field(default_factory=lambda: MemorySystem(system="novo"))
    system: OuterSystem | None = None
    """In the place of the twin."""

    def house(self, *, anew: bool = False) -> House:
        """The house as the next run has it."""
        systems = {"novo": self.system or self.novo}
        return dataclasses.replace(super().house(anew=anew), systems=systems)

    def look(self) -> None:
        """The inventory looks into Novo."""
        take_inventory(self.house())

    def in_novo(self, who: planning.Person, **fields: str) -> MemoryRecord:
        """Somebody gets a record in the twin."""
        record = MemoryRecord(
            key=f"novo-{who[0]}",
            kind="participant",
            identifiers={"national_id": who[2]},
            fields={"identity": {"name": NICK} | fields, "attendance": {"present": "yes"}},
        )
        self.novo.put(record)
        return record

    def prepared(self, *people: planning.Person, **more: object) -> Plan:
        """A disclosure of Tuva's identity, or these people's, out of Novo."""
        return self.prepare(*(people or (TUVA,)), **({"systems": ("novo",)} | more))  # type: ignore[arg-type]

    def agreed(self, *people: planning.Person, **more: object) -> Plan:
        """The same, and the second officer has said yes."""
        plan = self.prepared(*people, **more)
        self.approve(plan)
        return plan
