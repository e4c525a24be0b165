"""A database says itself what its user may do: too little, too much, and what keeps copies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url

from connectors.examination import Finding, State, What, harmless
from connectors.examining.sql import sql
from connectors.registry import outer_system
from lifecycle.bindings.sql import Sql
from tests.factories.databases import PostgresServer
from tests.factories.outer_worlds import ZONE, sql_binding
from tests.factories.stand_ins import make_tables

pytestmark = pytest.mark.postgres
TABLES = ("elever", "betyg", "föräldrar", "familjer")


class School:
    """A database with a user of its own."""

    def __init__(self, url: str, run: Callable[..., None]) -> None:
        self.url = url
        self.user = f"gallra_{uuid4().hex[:8]}"
        self.run = run
        make_tables(self.binding(str(make_url(url).username)))
        run(f"CREATE ROLE {self.user} LOGIN", f"GRANT USAGE ON SCHEMA public TO {self.user}")
        for table in TABLES:
            run(f'GRANT SELECT, UPDATE, DELETE ON "{table}" TO {self.user}')

    def binding(self, user: str) -> Sql:
        # Not even an empty password stands in an address.
        _, _, rest = self.url.partition("@")
        return sql_binding(f"postgresql://{user}@{rest}")

    def look(self, user: str | None = None) -> list[Finding]:
        binding = self.binding(user or self.user)
        system = outer_system(binding, system="school", secrets=lambda _: lambda: "", zone=ZONE)
        assert system is not None

        def reach() -> None:
            next(iter(system.records()), None)

        return harmless(sql(binding, name="school", password=None, reach=reach), probe=True)

    def wrong(self, user: str | None = None) -> list[tuple[str, tuple[str, ...]]]:
        return [(f.code, f.about) for f in self.look(user) if f.state is State.WRONG]


@pytest.fixture
def school(session_postgres: PostgresServer) -> Iterator[School]:
    name = f"school_{uuid4().hex[:8]}"
    session_postgres.run(f"CREATE DATABASE {name}")
    url = session_postgres.url(name)
    with psycopg.connect(url, autocommit=True) as connection:

        def run(*statements: str) -> None:
            for statement in statements:
                connection.execute(statement.encode())

        made = School(url, run)
        yield made
        run(f"DROP OWNED BY {made.user}", f"DROP ROLE {made.user}")
    session_postgres.drop(url)


def test_rights_on_the_bound_tables_and_nothing_else_are_fine(school: School) -> None:
    found = school.look()
    assert [f.code for f in found if f.what is What.RIGHTS] == ["rights_fit"]
    assert school.wrong() == []


def test_too_few_rights_name_the_table(school: School) -> None:
    school.run(f"REVOKE DELETE ON betyg FROM {school.user}")
    assert school.wrong() == [("sql_rights_missing", ("betyg",))]


def test_rights_on_columns_will_do_for_emptying(school: School) -> None:
    school.run(
        f"REVOKE UPDATE ON elever FROM {school.user}",
        f"GRANT UPDATE (gata) ON elever TO {school.user}",
    )
    assert school.wrong() == []


def test_rights_on_other_tables_are_too_many(school: School) -> None:
    school.run("CREATE TABLE salaries (id int)", f"GRANT DELETE ON salaries TO {school.user}")
    assert school.wrong() == [("sql_other_tables", ())]
    school.run(f"REVOKE DELETE ON salaries FROM {school.user}")
    assert school.wrong() == []


def test_a_superuser_is_too_much(school: School) -> None:
    assert school.wrong(str(make_url(school.url).username)) == [("sql_superuser", ())]


def test_a_user_that_may_make_roles_is_too_much(school: School) -> None:
    school.run(f"ALTER ROLE {school.user} CREATEROLE")
    assert school.wrong() == [("sql_superuser", ())]


def test_a_user_that_is_not_known_is_refused(school: School) -> None:
    [only] = school.look("nobody_here")
    assert only == Finding(What.REACHED, State.WRONG, "system_login_refused")


def test_a_trigger_that_may_keep_copies_is_asked_about(school: School) -> None:
    school.run(
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
        "CREATE TRIGGER keeps BEFORE DELETE ON betyg FOR EACH ROW EXECUTE FUNCTION keep()",
    )
    assert "sql_triggers" in [f.code for f in school.look() if f.state is State.ASK]
