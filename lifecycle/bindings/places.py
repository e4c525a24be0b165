"""Where things are on this machine, and by which names secrets go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema, model_validator

from lifecycle.configuration.validated import Part

AtOnce = Annotated[
    int | None,
    Field(
        ge=1,
        le=64,
        strict=True,
        description="how many runs may speak to it at the same time; usually 2, a SQLite file 1",
    ),
]

_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")


def expand(text: str, environment: Mapping[str, str]) -> str:
    """`text` with `${NAME}` replaced from `environment`.

    Raises `ValueError` that names the variable, never its value, when it is not set.
    """

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if not environment.get(name):
            raise ValueError(f"the environment variable {name} is not set; set it or write a path")
        return environment[name]

    return _VARIABLE.sub(value, text)


def _place(value: object, info: ValidationInfo) -> Path:
    if not isinstance(value, str) or not value:
        raise ValueError('write a path, e.g. "${GALLRA_HOME}/staging"')
    environment: Mapping[str, str] = (info.context or {}).get("environment", {})
    path = Path(expand(value, environment))
    if not path.is_absolute():
        raise ValueError(
            f"'{value}' is a relative path; write it from the root or with ${{GALLRA_HOME}}"
        )
    return path


Place = Annotated[Path, BeforeValidator(_place), WithJsonSchema({"type": "string"})]
"""An absolute path on this machine; `${NAME}` is taken from the environment."""


def _variable(value: object) -> str:
    # The message does not quote the value: somebody may have written the secret itself.
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z][A-Z0-9_]*", value, re.ASCII):
        raise ValueError("write the name of an environment variable, e.g. GALLRA_SMTP_PASSWORD")
    return value


def _secret_file(value: object, info: ValidationInfo) -> Path:
    try:
        return _place(value, info)
    except ValueError:
        raise ValueError("write the path of a file from the root, or a variable that is set") from (
            None
        )


class Archive(Part):
    """A folder on this machine or mounted on it that keeps what is archived before it is erased."""

    kind: Literal["folder"]
    path: Place
    mount_point: bool = Field(
        default=False, description="the path must be a mounted volume, or it is not reachable"
    )


class SecretName(Part):
    """Where a secret is found, never the secret: an environment variable or a file."""

    env: Annotated[str | None, BeforeValidator(_variable)] = None
    file: Annotated[
        Path | None, BeforeValidator(_secret_file), WithJsonSchema({"type": "string"})
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _no_value(cls, data: object) -> object:
        if not isinstance(data, dict):
            raise ValueError(  # noqa: TRY004 -- pydantic's
                "a secret stands here by name only: {env: NAME} or {file: PATH}"
            )
        return data

    @model_validator(mode="after")
    def _one(self) -> SecretName:
        if (self.env is None) == (self.file is None):
            raise ValueError("write the secret's name: {env: NAME} or {file: PATH}, one of them")
        return self
