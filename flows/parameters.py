"""What a flow or a step may be given: a controller's id or a reference. Never a person."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, NewType, ParamSpec, TypeVar, get_type_hints

from prefect import Flow
from pydantic import AfterValidator, Field, TypeAdapter, ValidationError, WithJsonSchema
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

_WORK: Final = re.compile("[PI]-[0-9A-HJKMNP-TV-Z]{13}")


def _a_reference(value: str) -> str:
    if not _WORK.fullmatch(value):
        raise PydanticCustomError("reference_malformed", "that is no plan's or import's reference")
    return value


FileReference = NewType("FileReference", str)
"""`F-…`, made by `lifecycle.references`."""

PlanReference = NewType("PlanReference", str)
"""`P-…`, likewise."""


WorkReference = Annotated[
    str,
    AfterValidator(_a_reference),
    WithJsonSchema({"type": "string", "pattern": f"^{_WORK.pattern}$"}),
]
"""`P-…` or `I-…`, of what another run does: anything else is refused before it is stored."""


PartNumber = Annotated[int, Field(ge=1, le=9_999)]
"""Of a part, from 1: no number that could be a person's, a case's or a telephone's."""


def refused_before_stored(flow: Flow[P, R]) -> Flow[P, R]:
    """The same flow, which also takes no unknown controller, and nothing else that it does not
    know, when it is called in this process.

    The server refuses such a run of a deployment. A run that is begun here Prefect stores first
    and validates then, and it quotes the value in the log and in the state. Goes above `@flow`.
    """
    serialize = flow.serialize_parameters
    known = {
        name: TypeAdapter[Any](hint)
        for name, hint in get_type_hints(flow.fn, include_extras=True).items()
        if name != "return"
    }

    def checked(parameters: dict[str, Any]) -> dict[str, Any]:
        for name, value in parameters.items():
            if name not in known or not _is_valid(known[name], value):
                if name == "controller":
                    raise StepFailed("controller_unknown", kind="Misconfigured")
                raise StepFailed("reference_malformed", kind="Refused")
        return serialize(parameters)

    flow.serialize_parameters = checked  # type: ignore[method-assign]
    return flow


def _is_valid(wanted: TypeAdapter[Any], value: object) -> bool:
    """Whether it is what a flow, and not a step, may be given."""
    try:
        wanted.validate_python(value, strict=True)
    except ValidationError:
        return False
    return True
