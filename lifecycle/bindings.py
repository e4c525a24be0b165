"""Which outer systems a controller really has, where they are, and by which names secrets go."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema, model_validator

from lifecycle.configuration.problems import BindingsError, Problem
from lifecycle.configuration.problems import Path as Where
from lifecycle.configuration.text import LARGEST, read_text
from lifecycle.configuration.validated import Part, nearest, validated
from lifecycle.policy.intake import FieldName
from lifecycle.policy.model import Policy
from lifecycle.policy.values import Name, Sentence

_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")
DPO: Final = "dpo"
"""`recipient: dpo`: the mailbox of the data protection officer in the policy."""


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


class FolderStaging(Part):
    """A folder on this machine or mounted on it."""

    kind: Literal["folder"]
    place: Name
    path: Place
    mount_point: bool = Field(
        default=False, description="the path must be a mounted volume, or it is not reachable"
    )


class MemoryStaging(Part):
    """A folder that lives and dies with the process: for tests."""

    kind: Literal["memory"]
    place: Name


class CaseRegister(Part):
    """The embedded case system with Workbuster's model."""

    kind: Literal["case_register"]
    system: Name
    path: Place


class Workbook(Part):
    """How a workbook names what Gallra knows: header → field."""

    sheet: Sentence
    columns: dict[Sentence, FieldName] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> Workbook:
        fields = list(self.columns.values())
        twice = sorted({field for field in fields if fields.count(field) > 1})
        if twice:
            raise ValueError(f"{twice[0]} has two columns; a field has one header")
        if "case_reference" not in fields or "service" not in fields:
            raise ValueError("case_reference and service need a header: they identify a case")
        return self


class Workbuster(Part):
    """Workbuster itself: people import a workbook into it and export a list from it."""

    kind: Literal["workbuster"]
    system: Name
    exchange: Place = Field(description="the folder for the import workbook and the export list")
    import_workbook: Workbook
    export_list: Workbook
    projects: dict[Sentence, Sentence] = Field(
        default={}, description="project, unit or track in the export → project in Workbuster"
    )


class Witness(Part):
    """Who keeps checkpoints of the ledger outside its own disk."""

    file: Place
    mail: Mail | None = None


class Watch(Part):
    """Whom the watchdog writes to."""

    mail: Mail


class Bindings(Part):
    """A controller's outer systems."""

    controller: Name
    staging: Annotated[FolderStaging | MemoryStaging, Field(discriminator="kind")] | None = None
    case_system: Annotated[CaseRegister | Workbuster, Field(discriminator="kind")] | None = None
    witness: Witness
    watch: Watch | None = None


def check_bindings(bindings: Bindings, policy: Policy) -> Iterator[tuple[Where, str]]:
    """Where the bindings do not fit the policy: path in the file, and what would be right."""
    if bindings.controller != policy.id:
        yield ("controller",), f"the policy is that of '{policy.id}'; write {policy.id}"
    yield from _check_staging(bindings, policy)
    yield from _check_case_system(bindings, policy)


def _check_staging(bindings: Bindings, policy: Policy) -> Iterator[tuple[Where, str]]:
    bound, declared = bindings.staging, policy.staging
    if declared is None:
        if bound is not None:
            yield ("staging",), "the policy has no staging folder; take this away"
    elif bound is None:
        yield ("staging",), f"is missing: say where the policy's '{declared.place}' lies"
    elif bound.place != declared.place:
        right = declared.place
        yield ("staging", "place"), f"the policy's staging place is '{right}'; write {right}"


def _check_case_system(bindings: Bindings, policy: Policy) -> Iterator[tuple[Where, str]]:
    bound, declared = bindings.case_system, policy.case_system
    if bound is None:
        if declared is not None:
            yield ("case_system",), f"is missing: say what the policy's '{declared}' is"
        return
    if declared is None:
        yield ("case_system",), "the policy has no case system; take this away"
    elif bound.system != declared:
        yield (
            ("case_system", "system"),
            f"the policy has no case system '{bound.system}'{nearest(bound.system, [declared])}",
        )
    if isinstance(bound, Workbuster):
        columns = {} if policy.intake is None else policy.intake.columns
        kept = {field for field, column in columns.items() if column.keep is not None}
        for part in ("import_workbook", "export_list"):
            workbook: Workbook = getattr(bound, part)
            for header, field in workbook.columns.items():
                if field not in kept:
                    yield (
                        ("case_system", part, "columns", header),
                        f"the policy does not keep {field}; take the column away",
                    )


def parse_bindings(
    content: bytes, *, name: str, policy: Policy, environment: Mapping[str, str]
) -> Bindings:
    """The bindings in the bytes of a file called `name`, paths expanded from `environment`.

    Raises `BindingsError` with everything that is wrong in them or does not fit `policy`.
    """
    text = read_text(content, name=name, error=BindingsError)
    context: dict[str, Any] = {"environment": environment}
    bindings = validated(Bindings, text, error=BindingsError, context=context)
    problems = [text.problem(path, message) for path, message in check_bindings(bindings, policy)]
    if problems:
        raise BindingsError(problems)
    return bindings


def load_bindings(path: Path, *, policy: Policy, environment: Mapping[str, str]) -> Bindings:
    """The bindings in the file at `path`. Raises `BindingsError`, also when it cannot be read.

    Its problems name the folder as well: a policy file bears the same name.
    """
    name = f"{path.parent.name}/{path.name}"
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError:
        message = "this file cannot be read; it says where the controller's systems are"
        raise BindingsError([Problem(name, 1, "", message)]) from None
    return parse_bindings(content, name=name, policy=policy, environment=environment)
