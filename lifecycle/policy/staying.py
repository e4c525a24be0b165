"""What is worth protecting stays in the systems that are meant for it (A-62, A-66); what lies
elsewhere all the same is mended by an order."""

from __future__ import annotations

from pydantic import Field

from lifecycle.configuration.validated import Part
from lifecycle.policy.data import DataClass
from lifecycle.policy.orders import OrderRule
from lifecycle.policy.values import Source


class Placement(Part):
    """What is asked of every place outside these systems."""

    integrity_sensitive: Source = Field(description="the sentence by which it stays in systems")
    sensitive: Source = Field(description="likewise")
    order: OrderRule = Field(
        description="how it is mended where something lies that may not; the role is that of "
        "fields in a system, of a place its owner's in the bindings"
    )

    def sentence(self, data_class: DataClass) -> Source:
        """The sentence that keeps data of this class where it belongs."""
        return self.sensitive if data_class is DataClass.SENSITIVE else self.integrity_sensitive
