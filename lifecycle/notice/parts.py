"""Small words for the builders: a part of the policy as a term, a sentence with its gaps filled."""

from __future__ import annotations

from collections.abc import Iterable

from lifecycle.notice.facts import Fill, Statement, Term
from lifecycle.policy.data import LegalBasis, SpecialGround
from lifecycle.policy.model import Policy


def says(phrase: str, *then: Statement, listed: bool = False, **fills: Fill) -> Statement:
    """A sentence; `then` in the same paragraph."""
    return Statement(phrase, tuple(sorted(fills.items())), then, listed)


def categories(policy: Policy, names: Iterable[str]) -> tuple[Term, ...]:
    """The categories among `names`, in the file's order, with the fields that they hold."""
    wanted = set(names)
    columns = policy.intake.columns if policy.intake is not None else {}
    found = []
    for name, category in policy.categories.items():
        if name in wanted:
            taken = [field for field, column in columns.items() if column.keep == name]
            fields = tuple(dict.fromkeys((*category.fields, *taken)))
            found.append(Term("categories", name, (str(category.data_class), *fields)))
    return tuple(found)


def basis(legal_basis: LegalBasis) -> Statement:
    """The point of article 6(1), or that it is not decided."""
    return says(f"basis.{legal_basis}")


def ground(special: SpecialGround) -> Statement:
    """The point of article 9(2), or that it is not decided."""
    return says(f"ground.{special}")
