"""Communities cannot see each other, whatever a query forgets to say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import exc, text

from assistant.errors import DatabaseUnavailable
from assistant.store import (
    appeals,
    audit,
    cases,
    communities,
    connections,
    deliveries,
    feedback,
    keys,
    penalties,
    policies,
)
from assistant.store.database import EVERY_COMMUNITY, Database
from assistant.store.embedded import ServerUrls
from assistant.store.writer import write_all
from assistant.types.access import Scope
from tests.integration.store import content_rows, faq_rows, member_rows, platform_rows, push_rows
from tests.integration.store.making import NOW, decision, idempotency

TENANT_TABLES = [
    "communities",
    "policies",
    "api_keys",
    "decisions",
    "idempotency_keys",
    "feedback",
    "connections",
    "deliveries",
    "cases",
    "strikes",
    "penalties",
    "appeals",
    "audit",
    "faq_settings",
    "faq_documents",
    "faq_entries",
    "faq_vectors",
    "faq_changes",
    "faq_jobs",
    "faq_job_items",
    "faq_conversations",
    "faq_turns",
    "faq_handoffs",
    *member_rows.ROWS,
    *content_rows.ROWS,
    *push_rows.ROWS,
]


@pytest.fixture
def filled(database: Database, community: str) -> str:
    """A community with a row in every table."""
    with database.transaction(community) as connection:
        policies.save(connection, community, {"id": "demo"}, created_by="test", now=NOW)
        keys.create(connection, scope=Scope.PLATFORM, community=community, now=NOW)
        feedback.add(connection, feedback.NewFeedback(community, NOW, "test", {}))
        connections.add(connection, platform_rows.connection_row(community))
        assert deliveries.add(connection, [platform_rows.delivery(community)]) == 1
        assert cases.add(connection, platform_rows.case(community))
        assert penalties.add_strike(connection, platform_rows.strike(community))
        assert penalties.add_penalty(connection, platform_rows.penalty(community))
        appeals.add(connection, platform_rows.appeal(community))
        audit.write(connection, community, NOW, actor="test", action="test", subject="s")
        faq_rows.fill(connection, community)
        member_rows.fill(connection, community)
        content_rows.fill(connection, community)
        push_rows.fill(connection, community)
    write_all(database, [decision(community)], idempotency("k", "body"))
    return community


def count(database: Database, bound_to: str | None, table: str) -> int:
    with database.transaction(bound_to) as connection:
        return connection.scalar(text(f"SELECT count(*) FROM {table}"))


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_rows_are_seen_by_their_community_alone(database: Database, filled: str, table: str) -> None:
    assert count(database, filled, table) == 1
    assert count(database, f"{filled}x", table) == 0
    assert count(database, None, table) == 0
    assert count(database, EVERY_COMMUNITY, table) >= 1


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_an_unbound_connection_sees_nothing(database: Database, filled: str, table: str) -> None:
    with database.connect() as connection:
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_the_owner_is_bound_too(database_urls: ServerUrls, filled: str) -> None:
    owner = Database(database_urls.owner)
    assert [count(owner, f"{filled}x", table) for table in TENANT_TABLES] == [0] * len(TENANT_TABLES)
    owner.close()


def test_every_table_with_a_community_is_protected(database: Database) -> None:
    with database.transaction(None) as connection:
        rows = connection.execute(
            text(
                "SELECT c.relname, relrowsecurity, relforcerowsecurity FROM pg_class c "
                "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname <> 'alembic_version'"
            )
        ).all()
    assert sorted(name for name, *_ in rows) == sorted(TENANT_TABLES)
    assert all(enabled and forced for _, enabled, forced in rows)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decisions SET text = 'x' WHERE community = :mine",
        "DELETE FROM decisions WHERE community = :mine",
        "UPDATE api_keys SET revoked_at = now() WHERE community = :mine",
        "DELETE FROM communities WHERE id = :mine",
        "DELETE FROM idempotency_keys WHERE community = :mine",
        "UPDATE connections SET disabled_at = now() WHERE community = :mine",
        "DELETE FROM connections WHERE community = :mine",
        "UPDATE deliveries SET state = 'done' WHERE community = :mine",
        "DELETE FROM deliveries WHERE community = :mine",
        "UPDATE cases SET state = 'resolved' WHERE community = :mine",
        "UPDATE strikes SET revoked_at = now() WHERE community = :mine",
        "DELETE FROM strikes WHERE community = :mine",
        "UPDATE penalties SET state = 'lifted' WHERE community = :mine",
        "UPDATE appeals SET state = 'upheld' WHERE community = :mine",
    ],
)
def test_another_communitys_rows_cannot_be_changed(database: Database, filled: str, statement: str) -> None:
    with database.transaction(f"{filled}x") as connection:
        assert connection.execute(text(statement), {"mine": filled}).rowcount == 0


def test_rows_cannot_be_put_into_another_community(database: Database, filled: str) -> None:
    with (
        pytest.raises(exc.ProgrammingError, match="row-level security"),
        database.transaction(f"{filled}x") as connection,
    ):
        feedback.add(connection, feedback.NewFeedback(filled, NOW, "test", {}))


@pytest.mark.parametrize("table", ["deliveries", "cases", "strikes", "penalties", "appeals", "audit", "connections"])
def test_no_platform_row_can_be_put_into_another_community(database: Database, filled: str, table: str) -> None:
    puts = {
        "deliveries": lambda bound: deliveries.add(bound, [platform_rows.delivery(filled)]),
        "cases": lambda bound: cases.add(bound, platform_rows.case(filled)),
        "strikes": lambda bound: penalties.add_strike(bound, platform_rows.strike(filled)),
        "penalties": lambda bound: penalties.add_penalty(bound, platform_rows.penalty(filled)),
        "appeals": lambda bound: appeals.add(bound, platform_rows.appeal(filled)),
        "audit": lambda bound: audit.write(bound, filled, NOW, actor="x", action="x", subject="x"),
        "connections": lambda bound: connections.add(bound, platform_rows.connection_row(filled)),
    }
    with (
        pytest.raises(exc.ProgrammingError, match="row-level security"),
        database.transaction(f"{filled}x") as connection,
    ):
        puts[table](connection)
    assert count(database, filled, table) == 1


def test_a_row_cannot_be_moved_into_another_community(database: Database, filled: str) -> None:
    with (
        pytest.raises(exc.ProgrammingError, match="row-level security"),
        database.transaction(filled) as connection,
    ):
        connection.execute(text("UPDATE connections SET community = 'demo'"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE policies SET document = '{}'",
        "DELETE FROM policies",
        "UPDATE decisions SET action = 'allow'",
        "DELETE FROM api_keys",
        "TRUNCATE decisions",
        "DROP TABLE decisions",
        "ALTER TABLE decisions DISABLE ROW LEVEL SECURITY",
        "CREATE TABLE mine (x int)",
        "UPDATE alembic_version SET version_num = '0'",
        "SELECT pg_read_file('postgresql.conf')",
        "COPY decisions TO PROGRAM 'cat'",
        "SET ROLE assistant_owner",
        "UPDATE audit SET reason = 'x'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "UPDATE strikes SET weight = 0",
        "UPDATE strikes SET member_id = 'x'",
        "UPDATE penalties SET step = 'ban'",
        "UPDATE penalties SET member_id = 'x'",
        "UPDATE appeals SET text = 'x'",
        "UPDATE decisions SET refs = NULL",
        "UPDATE points SET amount = 1",
        "UPDATE events SET at = now()",
        "UPDATE consent_changes SET granted = true",
        "SELECT * FROM parts.event_keys_0",
        "DROP SCHEMA parts CASCADE",
        "ALTER TABLE audit DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON connections",
    ],
)
def test_the_serving_role_may_not(database: Database, filled: str, statement: str) -> None:
    with (
        pytest.raises(exc.ProgrammingError, match=r"permission denied|must be (owner|able)"),
        database.transaction(EVERY_COMMUNITY) as connection,
    ):
        connection.execute(text(statement))


def test_the_serving_role_is_an_ordinary_one(database: Database) -> None:
    with database.transaction(None) as connection:
        row = connection.execute(
            text("SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user")
        ).one()
    assert tuple(row) == (False, False, False, False)


def test_row_security_cannot_be_turned_off(database: Database, filled: str) -> None:
    with database.transaction(None) as connection:
        connection.execute(text("SET LOCAL row_security = off"))
        with pytest.raises(exc.ProgrammingError, match="row-level security"), connection.begin_nested():
            connection.execute(text("SELECT * FROM decisions"))


def test_the_binding_ends_with_the_transaction(database: Database, filled: str) -> None:
    one = Database(database.url.render_as_string(hide_password=False), pool_size=2)
    with one.transaction(filled):
        pass
    with one._engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM decisions")) == 0
    one.close()


def test_a_key_is_found_before_its_community_is_known(database: Database, filled: str) -> None:
    with database.transaction(filled) as connection:
        made = keys.create(connection, scope=Scope.PLATFORM, community=filled, now=NOW)
    with database.transaction(None) as connection:
        assert keys.find(connection, made.record.hash) == made.record
        assert keys.list_keys(connection) == [], "the look-up must not leave the transaction unbound"


def test_removing_a_community_removes_everything(database: Database, filled: str) -> None:
    with database.transaction(filled) as connection:
        assert communities.remove(connection, filled)
        assert not communities.remove(connection, filled)
    assert [count(database, filled, table) for table in TENANT_TABLES] == [0] * len(TENANT_TABLES)


def test_timeouts_bind_each_statement(database_urls: ServerUrls) -> None:
    impatient = Database(database_urls.app, pool_size=2, timeout_s=0.2)
    with pytest.raises(DatabaseUnavailable), impatient.transaction(None) as connection:
        connection.execute(text("SELECT pg_sleep(2)"))
    with impatient.transaction(None), impatient.transaction(None), pytest.raises(DatabaseUnavailable):
        impatient.ping()
    impatient.ping()
    impatient.close()


def test_expiry_of_a_key_is_seen_by_whoever_finds_it(database: Database, community: str) -> None:
    with database.transaction(community) as connection:
        made = keys.create(
            connection, scope=Scope.MEMBER, community=community, now=NOW, expires_at=NOW + timedelta(days=1)
        )
    with database.transaction(None) as connection:
        found = keys.find(connection, made.record.hash)
    assert found.works(NOW)
    assert not found.works(NOW + timedelta(days=1))
