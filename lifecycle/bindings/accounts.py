"""Where a system's accounts stand, and the list of who works here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from lifecycle.bindings.http import Base, Dotted, Erase, ListPath, OnePath, Paging
from lifecycle.bindings.places import Place, SecretName
from lifecycle.bindings.sql import Column, database_url
from lifecycle.configuration.problems import Path as Where
from lifecycle.configuration.validated import Part, nearest
from lifecycle.policy.model import Policy
from lifecycle.policy.values import ExactPeriod, Sentence

StaffColumn = Literal["holder", "role", "unit", "starts", "ends", "trained_in"]
AccountColumn = Literal["key", "holder", "roles", "shared", "last_login", "course_ends"]


class SqlAccounts(Part):
    """Accounts in a database, one row each."""

    kind: Literal["sql"]
    url: Annotated[str, BeforeValidator(database_url)] = Field(
        description="without a password", repr=False
    )
    password: SecretName | None = None
    table: Column
    key: Column
    key_is: Literal["text", "integer"] = "text"
    holder: Column = Field(description="by what the staff list knows the person, e.g. an address")
    roles: Column | None = None
    apart: str = Field(default=",", min_length=1, max_length=3, description="between two roles")
    shared: Column | None = Field(default=None, description="says that it is a group's account")
    last_login: Column | None = None
    course_ends: Column | None = None
    only: dict[Column, str | int | bool] = Field(
        default={}, description="the rows that are staff's, where pupils stand there too"
    )

    def columns(self) -> set[str]:
        """Every column that is read."""
        optional = (self.roles, self.shared, self.last_login, self.course_ends)
        return {self.key, self.holder, *self.only, *(name for name in optional if name)}


class HttpAccounts(Part):
    """Accounts behind a JSON interface: listed, looked at and removed one by one."""

    kind: Literal["http"]
    url: Base = Field(repr=False)
    token: SecretName | None = Field(default=None, description="sent as a bearer token")
    timeout: int = Field(default=30, ge=1, le=600, strict=True, description="seconds")
    list_: ListPath = Field(alias="list", description="path of the list")
    items: Dotted | None = Field(
        default=None, description="where the list stands in the answer; left out: it is the answer"
    )
    paging: Paging | None = None
    one: OnePath = Field(description="path of one account, to look at it")
    one_item: Dotted | None = Field(
        default=None, description="where it stands in that answer; left out: it is the answer"
    )
    erase: Erase = Field(description="how one is removed")
    key: Dotted
    holder: Dotted = Field(description="by what the staff list knows the person, e.g. an address")
    roles: Dotted | None = Field(default=None, description="a list, or a text with `apart` in it")
    apart: str = Field(default=",", min_length=1, max_length=3, description="between two roles")
    shared: Dotted | None = Field(default=None, description="says that it is a group's account")
    last_login: Dotted | None = None
    course_ends: Dotted | None = None
    only: dict[Dotted, str | int | bool] = Field(
        default={}, description="the accounts that are staff's, where pupils stand there too"
    )


class AccountsFile(Part):
    """Accounts of a system that no machine reaches: a list, .csv or .xlsx, that somebody exports.
    A person removes them, on a work order."""

    kind: Literal["file"]
    path: Place
    columns: dict[Sentence, AccountColumn] = Field(description="header → what it is")
    apart: str = Field(default=",", min_length=1, max_length=3, description="between two roles")
    longest: ExactPeriod = Field(description="an older list is none, e.g. P7D: export it again")


class MemoryAccounts(Part):
    """Accounts that live and die with the process: for tests."""

    kind: Literal["memory"]


class StaffFile(Part):
    """A list of staff, .xlsx or .csv, that somebody keeps in one place."""

    kind: Literal["file"]
    path: Place
    columns: dict[Sentence, StaffColumn] = Field(
        description="header → what it is; trained_in: systems of the policy, apart by commas"
    )


class StaffTable(Part):
    """The same out of another system's database (payroll, personnel), one row each; only read."""

    kind: Literal["sql"]
    url: Annotated[str, BeforeValidator(database_url)] = Field(
        description="without a password", repr=False
    )
    password: SecretName | None = None
    table: Column = Field(description="a table or a view")
    holder: Column = Field(description="by what the accounts know the person, e.g. an address")
    role: Column = Field(description="the work, as the policy's permission levels call it")
    starts: Column | None = None
    ends: Column | None = Field(default=None, description="the last day of work")
    trained_in: Column | None = Field(default=None, description="systems of the policy")
    apart: str = Field(default=",", min_length=1, max_length=3, description="between two systems")
    only: dict[Column, str | int | bool] = Field(
        default={}, description="the rows that are meant, e.g. of one company"
    )

    def meant(self) -> dict[str, str]:
        """What a column means → the column."""
        every = {name: getattr(self, name) for name in ("holder", "role", *_OPTIONAL)}
        return {meaning: column for meaning, column in every.items() if column is not None}

    def columns(self) -> set[str]:
        """Every column that is read."""
        return {*self.meant().values(), *self.only}


_OPTIONAL: Final = ("starts", "ends", "trained_in")
BoundStaff = Annotated[StaffFile | StaffTable, Field(discriminator="kind")]
AccountsBinding: TypeAlias = SqlAccounts | HttpAccounts | AccountsFile | MemoryAccounts
BoundAccounts = Annotated[AccountsBinding, Field(discriminator="kind")]


def check_access(
    accounts: Mapping[str, AccountsBinding],
    staff: StaffFile | StaffTable | None,
    policy: Policy,
) -> Iterator[tuple[Where, str]]:
    """What does not fit the policy: where in the file, and what would be right."""
    for name, bound in accounts.items():
        if name not in policy.systems:
            yield (
                ("accounts", name),
                f"the policy has no such system{nearest(name, policy.systems)}",
            )
        if isinstance(bound, AccountsFile):
            told = list(bound.columns.values())
            if not {"key", "holder"} <= set(told) or len(set(told)) != len(told):
                yield (
                    ("accounts", name, "columns"),
                    "key and holder need a header, and each meaning one only",
                )
    if isinstance(staff, StaffFile) and not {"holder", "role"} <= set(staff.columns.values()):
        yield ("staff", "columns"), "holder and role need a header: by them people are judged"
