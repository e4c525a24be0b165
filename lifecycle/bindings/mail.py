"""Who is written to: the witness of the ledger, and whoever looks after the runs."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from lifecycle.bindings.places import Place, SecretName
from lifecycle.configuration.validated import Part
from lifecycle.policy.model import Policy
from lifecycle.policy.values import Sentence

DPO: Final = "dpo"
"""`recipient: dpo`: the mailbox of the data protection officer in the policy."""


class Mail(Part):
    """A mailbox that is written to, and the server that takes the mail."""

    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:-]+$", examples=["smtp.example.se"])]
    port: int = Field(ge=1, le=65_535, strict=True, examples=[587])
    security: Literal["starttls", "plain_on_loopback"]
    sender: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", examples=["gallra@example.se"])]
    recipient: Annotated[str, Field(pattern=r"^(dpo|[^@\s]+@[^@\s]+)$", examples=[DPO])]
    username: Sentence | None = None
    password: SecretName | None = None
    trusted: Place | None = Field(
        default=None, description="a PEM file of authorities to trust instead of the system's"
    )

    @model_validator(mode="after")
    def _not_in_clear(self) -> Mail:
        if self.security == "plain_on_loopback" and self.host not in {"127.0.0.1", "::1"}:
            raise ValueError(f"mail to {self.host} needs security: starttls")
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password belong together; write both or none")
        return self

    def address(self, policy: Policy) -> str:
        """Where the mail goes."""
        return policy.controller.privacy_mailbox if self.recipient == DPO else self.recipient


class Witness(Part):
    """Who keeps checkpoints of the ledger outside its own disk."""

    file: Place
    mail: Mail | None = None


class Watch(Part):
    """Whom the watchdog writes to."""

    mail: Mail
