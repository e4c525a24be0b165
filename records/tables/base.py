"""What all tables share: two databases, and what their columns say of themselves.

`RECORDS` holds references, anchors and sealed holdings; `KEYS` holds the wrapped data keys, so that
a backup of the records holds no key (design §4). A column that carries personal data says so:
`info={"sealed": True}`; a keyed digest says `info={"keyed": True}`. Instants are UTC ISO 8601 texts
with microseconds, dates are ISO texts: both databases compare them alike.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData

Id = BigInteger().with_variant(Integer, "sqlite")
"""63 bits; on SQLite the plain INTEGER that makes a primary key the row id itself."""

NOBODY = 0
"""The subject of a case whose person was erased: number, date and project stay (A-108)."""

RECORDS = MetaData()
KEYS = MetaData()
