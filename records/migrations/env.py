"""What Alembic runs: the revisions of one branch, in the transaction that it was given."""

from __future__ import annotations

from alembic import context

_attributes = context.config.attributes

context.configure(
    connection=_attributes["connection"],
    target_metadata=_attributes["metadata"],
    version_table=_attributes["version_table"],
    transactional_ddl=True,
)
context.run_migrations()
