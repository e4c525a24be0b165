"""Outer systems with a JSON interface, by path and dotted name."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from lifecycle.bindings.outer import BoundRecords, Identifier
from lifecycle.bindings.places import AtOnce, SecretName
from lifecycle.configuration.validated import Part
from lifecycle.policy.values import Name

_DOTTED: Final = re.compile(r"[^\s.]{1,64}(\.[^\s.]{1,64}){0,7}")
_LOOPBACK: Final = {"localhost", "127.0.0.1", "::1"}


def _dotted(value: object) -> str:
    if not isinstance(value, str) or not _DOTTED.fullmatch(value):
        raise ValueError(f"'{value}' is not a name in a JSON object; write e.g. address.street")
    return value


Dotted = Annotated[
    str,
    BeforeValidator(_dotted),
    WithJsonSchema({"type": "string", "pattern": f"^{_DOTTED.pattern}$"}),
]
"""Names of a JSON object, from the outside inwards, with dots between."""


def _base(value: object) -> str:
    # The address is not quoted: somebody may have written a secret into it.
    right = "write https://host/path, without a user, a question mark or an anchor"
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError(right) from None
    if not host or "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError(right)
    if parts.scheme == "http" and host in _LOOPBACK:
        return str(value).rstrip("/")
    if parts.scheme != "https":
        raise ValueError("personal data goes over https only; http is for this machine's own")
    return str(value).rstrip("/")


def _path(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"/[^\s#]*", value):
        raise ValueError(f"'{value}' is not a path; write e.g. /people")
    return value


def _path_of_one(value: object) -> str:
    path = _path(value)
    if path.count("{key}") != 1 or re.search(r"[{}]", path.replace("{key}", "")):
        raise ValueError(f"'{path}' needs {{key}} once; write e.g. /people/{{key}}")
    return path


Base = Annotated[str, BeforeValidator(_base)]
"""An address to which personal data may go: https, or http on this machine's loopback."""
ListPath = Annotated[str, BeforeValidator(_path)]
OnePath = Annotated[str, BeforeValidator(_path_of_one)]


class Paging(Part):
    """How a list goes on: by a link to the next page, or by numbered pages."""

    next: Dotted | None = Field(default=None, description="where the next page's address stands")
    page: Name | None = Field(default=None, description="the parameter with the page's number")
    first: int = Field(default=1, ge=0, le=1, strict=True)
    last: Dotted | None = Field(default=None, description="where the last page's number stands")
    total: Dotted | None = Field(
        default=None, description="where the number of all records stands: it must be met exactly"
    )

    @model_validator(mode="after")
    def _one_way(self) -> Paging:
        if (self.next is None) == (self.page is None):
            raise ValueError("write either next or page")
        if self.last is not None and self.page is None:
            raise ValueError("last belongs to page")
        return self


class Erase(Part):
    """How one record is erased."""

    method: Literal["DELETE", "POST", "PUT"] = "DELETE"
    path: OnePath


class Empty(Part):
    """How fields of one record are emptied."""

    method: Literal["PATCH", "PUT"] = "PATCH"
    path: OnePath
    with_: Literal["null", "text"] = Field(
        default="null", alias="with", description='what an emptied field gets: null, or ""'
    )


class LockedField(Part):
    """A field that says that the system itself keeps a record."""

    field: Dotted
    value: str | int | bool


class ProtectedField(Part):
    """A field that says that somebody's identity is protected: nothing of such a record is given
    to anybody."""

    field: Dotted
    negatives: tuple[str | int | bool, ...] = Field(
        default=(),
        description="what means no there, beside an empty field, 0 and false",
    )


class RelatedField(Part):
    """Because of which people this one is known: a field with one key or a list of keys."""

    resource: Name = Field(description="the resource, bound here as well, that they stand in")
    field: Dotted


class Resource(BoundRecords):
    """A list of records and what can be done to one of them."""

    resource: Name
    list_: ListPath = Field(alias="list", description="path of the list")
    items: Dotted | None = Field(
        default=None, description="where the list stands in the answer; left out: it is the answer"
    )
    paging: Paging | None = None
    one: OnePath = Field(description="path of one record, to read it back")
    one_item: Dotted | None = Field(
        default=None,
        description="where the record stands in that answer; left out: it is the answer",
    )
    erase: Erase | None = None
    empty: Empty | None = None
    key: Dotted
    identifiers: dict[Identifier, Dotted] = Field(default={})
    categories: dict[Name, dict[Name, Dotted]] = Field(min_length=1)
    anchors: dict[Name, Dotted] = Field(default={})
    active: Dotted | None = None
    related: tuple[RelatedField, ...] = ()
    locked: LockedField | None = None
    protected: ProtectedField | None = None


class Http(Part):
    """A system with a JSON interface."""

    kind: Literal["http"]
    url: Base = Field(repr=False)
    token: SecretName | None = Field(default=None, description="sent as a bearer token")
    timeout: int = Field(default=30, ge=1, le=600, strict=True, description="seconds")
    resources: tuple[Resource, ...] = Field(min_length=1)
    at_once: AtOnce = None

    @model_validator(mode="after")
    def _fits_together(self) -> Http:
        names = [resource.resource for resource in self.resources]
        if len(set(names)) != len(names):
            raise ValueError("two resources have the same name; give each its own")
        for resource in self.resources:
            for related in resource.related:
                if related.resource not in names:
                    raise ValueError(f"related: '{related.resource}' is not bound here")
        return self

    @property
    def records(self) -> tuple[Resource, ...]:
        """What is bound, whatever the kind of system."""
        return self.resources
