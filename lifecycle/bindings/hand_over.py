"""What only a person can hand over: a stick, e-Boks, an authority's portal, a password by phone."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field, model_validator

from lifecycle.bindings.places import Place
from lifecycle.policy.erasure import ByHand

By = Literal["usb_stick", "e_boks", "portal", "tunnel_mail", "phone", "letter"]
TAKES_FILES: Final[frozenset[By]] = frozenset({"usb_stick", "e_boks", "portal", "tunnel_mail"})
TAKES_PASSWORDS: Final[frozenset[By]] = frozenset({"e_boks", "phone", "letter"})


class ManualChannel(ByHand):
    """A work order to a named role for every parcel that goes this way."""

    kind: Literal["manual"]
    by: By = Field(
        description="usb_stick, e_boks, portal and tunnel_mail (a program of the office's own, for "
        "mail by the authorities' tunnel) carry files; phone, letter a password"
    )
    folder: Place | None = Field(
        default=None,
        description="where the sealed file lies until whoever has the role has handed it over",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> ManualChannel:
        if (self.by in TAKES_FILES) != (self.folder is not None):
            raise ValueError(
                "folder: say where the file is fetched; with phone and letter, nowhere"
            )
        if self.slip:
            raise ValueError("slip: nobody's data stands on such an order; take this away")
        return self
