"""What a flow or a step may be given: a controller's id or a reference. Never a person."""

from __future__ import annotations

from typing import Annotated, Any, Final, NewType, ParamSpec, TypeVar

from prefect import Flow
from pydantic import AfterValidator, TypeAdapter, ValidationError, WithJsonSchema
from pydantic_core import PydanticCustomError

from flows.neutral import StepFailed
from lifecycle.policy.load import known_policies
from tasks.house.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")

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

PlanReference = NewType("PlanReference", str)
"""`P-…`, likewise."""


def refused_before_stored(flow: Flow[P, R]) -> Flow[P, R]:
    """The same flow, which also takes no unknown controller when it is called in this process.

    The server refuses such a run of a deployment. A run that is begun here Prefect stores first
    and validates then, and it quotes the value in the log and in the state. Goes above `@flow`.
    """
    serialize = flow.serialize_parameters

    def checked(parameters: dict[str, Any]) -> dict[str, Any]:
        if not all(_is_known(value) for value in parameters.values()):
            raise StepFailed("controller_unknown", kind="Misconfigured")
        return serialize(parameters)

    flow.serialize_parameters = checked  # type: ignore[method-assign]
    return flow


def _is_known(value: object) -> bool:
    """Whether it is what a flow, and not a step, may be given."""
    try:
        _CONTROLLER.validate_python(value, strict=True)
    except ValidationError:
        return False
    return True


_CONTROLLER: Final = TypeAdapter[str](Controller)
