"""Migrating, and refusing what would not do."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, inspect
from sqlalchemy.dialects.postgresql.base import ischema_names

from assistant.errors import ConfigurationError, DatabaseUnavailable
from assistant.store.columns import TransactionId, Vector
from assistant.store.database import Database, read_url
from assistant.store.embedded import ServerUrls, cluster
from assistant.store.embedded.folder import Folder
from assistant.store.schema import check_current, head, make_if_missing, migrate, pending
from assistant.store.tables import GRANTS, metadata

ROLE_PASSWORD = "p@ss/word"


class External:
    """A new database on the server, as an operator would make it, with roles of other names."""

    def __init__(self, urls: ServerUrls, superuser_password: str) -> None:
        self._base = read_url(urls.owner).set(drivername="postgresql")
        self._password = superuser_password
        self.name = f"db_{secrets.token_hex(4)}"
        self.owner, self.app = f"{self.name}-Owner", f"{self.name} app"
        self.admin(
            "CREATE ROLE {owner} LOGIN PASSWORD '{password}'; CREATE ROLE {app} LOGIN PASSWORD '{password}'", "postgres"
        )
        self.admin("CREATE DATABASE {name} TEMPLATE template0 OWNER {owner}", "postgres")

    def admin(self, sql: str, database: str | None = None) -> None:
        quoted = {key: f'"{getattr(self, key)}"' for key in ("name", "owner", "app")}
        with psycopg.connect(self.url("postgres", self._password, database), autocommit=True) as connection:
            connection.execute(sql.format(**quoted, password=ROLE_PASSWORD))

    def url(self, role: str, password: str = ROLE_PASSWORD, database: str | None = None) -> str:
        url = self._base.set(username=role, password=password, database=database or self.name)
        return url.render_as_string(hide_password=False)

    def migrate(self) -> None:
        migrate(self.url(self.owner), self.url(self.app))

    def drop(self) -> None:
        self.admin("DROP DATABASE {name}", "postgres")
        self.admin("DROP ROLE {owner}; DROP ROLE {app}", "postgres")


@pytest.fixture
def external(database_urls: ServerUrls, database_dir: Path) -> Iterator[External]:
    external = External(database_urls, cluster.password(Folder(database_dir), "postgres"))
    yield external
    external.drop()


def test_tables_match_the_migrations(database_urls: ServerUrls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ischema_names, "vector", Vector)
    monkeypatch.setitem(ischema_names, "xid8", TransactionId)
    engine = create_engine(read_url(database_urls.owner))
    found = inspect(engine)
    names = set(found.get_table_names())
    assert names == {*metadata.tables, "alembic_version"} == set(GRANTS)
    for table in metadata.tables.values():
        columns = {column["name"]: column for column in found.get_columns(table.name)}
        assert list(columns) == [column.name for column in table.columns]
        for column in table.columns:
            made = columns[column.name]
            assert str(made["type"].compile(engine.dialect)).split(" COLLATE")[0] == column.type.compile(engine.dialect)
            assert made["nullable"] == column.nullable, (table.name, column.name)
        assert found.get_pk_constraint(table.name)["constrained_columns"] == [c.name for c in table.primary_key]
    engine.dispose()


def test_an_operators_own_server(external: External) -> None:
    external.admin("CREATE EXTENSION vector")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: external.migrate(), range(4)))
    database = Database(external.url(external.app))
    check_current(database)
    database.close()


def test_grants_follow_a_new_serving_role(external: External) -> None:
    external.admin("CREATE EXTENSION vector")
    external.migrate()
    external.admin("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {app}")
    external.migrate()
    database = Database(external.url(external.app))
    check_current(database)
    database.close()


def test_a_missing_extension_says_who_must_act(external: External) -> None:
    with pytest.raises(ConfigurationError, match="superuser run CREATE EXTENSION vector"):
        external.migrate()


def test_old_pgvector_is_refused(external: External) -> None:
    external.admin("CREATE EXTENSION vector")
    external.admin("UPDATE pg_extension SET extversion = '0.8.3' WHERE extname = 'vector'")
    with pytest.raises(ConfigurationError, match=r"pgvector 0\.8\.3 .* ALTER EXTENSION vector UPDATE"):
        external.migrate()


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1", "EUC_CN"])
def test_a_database_that_cannot_hold_every_text_is_refused(external: External, encoding: str) -> None:
    external.admin("DROP DATABASE {name}", "postgres")
    locale = "LOCALE_PROVIDER libc LOCALE 'C'"
    external.admin(
        f"CREATE DATABASE {{name}} TEMPLATE template0 OWNER {{owner}} ENCODING '{encoding}' {locale}", "postgres"
    )
    external.admin("CREATE EXTENSION vector")
    with pytest.raises(ConfigurationError, match=f"encoding is {encoding}.*ENCODING 'UTF8'"):
        external.migrate()


def test_a_newer_database_is_refused(external: External) -> None:
    external.admin("CREATE EXTENSION vector")
    external.migrate()
    external.admin("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigurationError, match=r"revision 9999, .* newer"):
        external.migrate()
    database = Database(external.url(external.app))
    with pytest.raises(ConfigurationError, match=f"is 9999 and this version needs {head()}"):
        check_current(database)
    database.close()


def test_a_schema_is_made_where_there_is_none_and_another_versions_is_left(external: External) -> None:
    external.admin("CREATE EXTENSION vector")
    urls = external.url(external.owner), external.url(external.app)
    for _ in range(2):
        make_if_missing(*urls)
    database = Database(urls[1])
    assert pending(database) is None
    for other, said in (("0008", "assistant upgrade"), ("9999", "newer version made it")):
        external.admin(f"UPDATE alembic_version SET version_num = '{other}'")
        with pytest.raises(ConfigurationError, match=f"is {other} .*{said}"):
            make_if_missing(*urls)
    database.close()


def test_a_serving_role_without_rights_is_told(external: External) -> None:
    external.admin("CREATE EXTENSION vector")
    external.migrate()
    external.admin("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {app}")
    database = Database(external.url(external.app))
    with pytest.raises(ConfigurationError, match=r"no rights .*direct_url"):
        check_current(database)
    database.close()


def test_an_unmigrated_database_is_told(external: External) -> None:
    database = Database(external.url(external.app))
    with pytest.raises(ConfigurationError, match=r"schema is missing .*direct_url"):
        check_current(database)
    database.close()


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("ALTER ROLE {app} SUPERUSER", "superuser"),
        ("ALTER ROLE {app} BYPASSRLS", "bypass"),
        ("GRANT {owner} TO {app}", "the owner"),
    ],
)
def test_a_serving_role_that_escapes_is_refused(external: External, sql: str, message: str) -> None:
    external.admin("CREATE EXTENSION vector")
    external.admin(sql)
    with pytest.raises(ConfigurationError, match=message):
        external.migrate()


def test_the_owner_may_not_serve(external: External) -> None:
    with pytest.raises(ConfigurationError, match=r"Give database\.url a role of its own"):
        migrate(external.url(external.owner), external.url(external.owner))


def test_an_unknown_serving_role(external: External) -> None:
    with pytest.raises(ConfigurationError, match=r"'nobody-here' of database\.url does not exist"):
        migrate(external.url(external.owner), external.url("nobody-here"))


def test_a_wrong_password_is_not_a_trace(external: External) -> None:
    with pytest.raises(ConfigurationError, match="cannot be migrated") as caught:
        migrate(external.url(external.owner, "s3cret"), external.url(external.app))
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://a:s3cret@b/c", "postgresql://a:s3cret@b:port/c"])
def test_a_wrong_url_is_named_without_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"database\.url") as caught:
        Database(url)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2"])
def test_the_usual_schemes(scheme: str) -> None:
    assert read_url(f"{scheme}://a:b@c/d").drivername == "postgresql+psycopg"


def test_an_absent_server_is_unavailable(tmp_path: Path) -> None:
    database = Database(f"postgresql://a:b@/d?host={tmp_path}", timeout_s=1)
    with pytest.raises(DatabaseUnavailable):
        database.ping()
    with pytest.raises(DatabaseUnavailable):
        database.connect()
    database.close()
