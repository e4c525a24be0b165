"""What a flow or a step may be given: a controller's id or a reference. Never a person."""

from __future__ import annotations

from typing import Annotated, Final, NewType

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from lifecycle.policy.load import known_policies
from tasks.settings import Settings

KNOWN_CONTROLLERS: Final = tuple(known_policies(Settings.from_environment().policies))
"""The policy files that lie there when the flow is deployed: the choices of the drop-down."""


def _known(value: str) -> str:
    if value not in KNOWN_CONTROLLERS:
        raise PydanticCustomError("controller_unknown", "there is no policy of that name")
    return value


Controller = Annotated[
    str,
    AfterValidator(_known),
    WithJsonSchema({"type": "string", "enum": list(KNOWN_CONTROLLERS)}),
]
"""A controller's id: a drop-down in the UI, and anything else is refused before it is stored."""

FileReference = NewType("FileReference", str)
"""`F-…`, made by `lifecycle.references`."""
