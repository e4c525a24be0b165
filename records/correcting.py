"""A value that was wrong is replaced in our own records: a new holding under a new key, the old one
goes with its key (art. 16)."""

from __future__ import annotations

from typing import Final, NamedTuple

import orjson
from sqlalchemy import Connection, select

from lifecycle.errors import Changed, Refused
from records import bulk
from records.tables import engagement, holding, shredding
from records.vault import Vault

_h: Final = holding.c


class Held(NamedTuple):
    """One holding, opened; personal."""

    number: int
    case_id: int | None
    digest: bytes
    fields: dict[str, str]

    def __repr__(self) -> str:
        return f"Held(number={self.number})"


def held(
    connection: Connection, vault: Vault, *, subject_id: int, category: str, case: str = ""
) -> Held:
    """What is held of a person in one category (of one case, by its number, where it is kept case
    by case).

    Raises `Refused("category_not_held")`, also where several cases have it and none is named;
    `KeyFailure`.
    """
    query = (
        select(_h.id, _h.engagement_id, _h.digest, _h.sealed, engagement.c.case_reference)
        .outerjoin(engagement, engagement.c.id == _h.engagement_id)
        .where(_h.subject_id == subject_id, _h.category == category)
    )
    rows = [row for row in connection.execute(query) if not case or row[4] == case]
    if len(rows) != 1:
        raise Refused("category_not_held")
    [(number, case_id, digest, sealed, _)] = rows
    [plain] = vault.open([(number, subject_id, category, bytes(sealed))])
    return Held(number, case_id, bytes(digest), orjson.loads(plain))


def replace(
    connection: Connection,
    vault: Vault,
    was: Held,
    *,
    number: int,
    subject_id: int,
    category: str,
    fields: dict[str, str],
) -> None:
    """Put `fields` in its place, within the caller's transaction; the caller destroys the old key
    after the commit.

    The digest stays that of what the export said: the same wrong row of tomorrow's export is known
    as unchanged and does not bring the error back; another value there is news and is taken in.
    Raises `Changed("request_changed_meanwhile")` where an import has replaced it since.
    """
    plain = orjson.dumps({k: v for k, v in fields.items() if v}, option=orjson.OPT_SORT_KEYS)
    made = vault.seal([(number, subject_id, category, plain)])
    vault.persist_keys(made.keys)
    if bulk.delete_in(connection, _h.id, [was.number]) != 1:
        raise Changed("request_changed_meanwhile")
    bulk.upsert_rows(connection, shredding, ("holding_id",), [(was.number,)], update=())
    connection.execute(
        holding.insert().values(
            id=number,
            subject_id=subject_id,
            engagement_id=was.case_id,
            category=category,
            digest=was.digest,
            sealed=made.sealed[0],
        )
    )
