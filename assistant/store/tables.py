"""The tables as queries see them. The migrations make them; a test compares the two."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Identity, Integer, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from assistant.store import content_tables, faq_tables, member_tables, push_tables
from assistant.store.columns import STRUCTURE, TIME, metadata

communities = Table(
    "communities",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("default_language", Text, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("dry_run", Boolean, nullable=False),
)

policies = Table(
    "policies",
    metadata,
    Column("community", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("document", STRUCTURE, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", TIME, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("community", Text),
    Column("scope", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("expires_at", TIME),
    Column("rotated_to", Text),
    Column("revoked_at", TIME),
    Column("last_used_at", TIME),
    Column("requests_per_minute", Integer),
    Column("origins", ARRAY(Text)),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("action", Text, nullable=False),
    Column("flagged", Boolean, nullable=False),
    Column("labels", ARRAY(Text), nullable=False),
    Column("member_id", Text),
    Column("channel", Text),
    Column("platform", Text),
    Column("platform_message_id", Text),
    Column("purpose", Text, nullable=False),
    Column("scores", STRUCTURE, nullable=False),
    Column("findings", STRUCTURE, nullable=False),
    Column("language", Text, nullable=False),
    Column("policy_version", Integer, nullable=False),
    Column("model_id", Text, nullable=False),
    Column("model_version", Text, nullable=False),
    Column("degraded", ARRAY(Text), nullable=False),
    Column("key_id", Text),
    Column("response", STRUCTURE, nullable=False),
    Column("text", Text),
    Column("masked_text", Text),
    Column("parts", STRUCTURE),
    Column("context", STRUCTURE),
    Column("text_expires_at", TIME),
    Column("connection_id", Text),
    Column("refs", STRUCTURE),
    Column("locale", Text),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("community", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("body_hash", LargeBinary, nullable=False),
    Column("responses", STRUCTURE, nullable=False),
    Column("expires_at", TIME, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("community", Text, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("source", Text, nullable=False),
    Column("key_id", Text),
    Column("decision_id", Text),
    Column("member_id", Text),
    Column("language", Text),
    Column("labels", STRUCTURE, nullable=False),
    Column("text", Text),
    Column("text_expires_at", TIME),
)

connections = Table(
    "connections",
    metadata,
    Column("id", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("settings", STRUCTURE, nullable=False),
    Column("secrets", STRUCTURE, nullable=False),
    Column("fail_mode", Text, nullable=False),
    Column("on_review", Text, nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("dry_run_since", TIME),
    Column("reported_at", TIME),
    Column("paid_messages", Boolean, nullable=False),
    Column("staff_channel", Text),
    Column("disabled_at", TIME),
    Column("disabled_because", Text),
    Column("failing_since", TIME),
    Column("stopped_at", TIME),
    Column("stopped_because", Text),
    Column("created_at", TIME, nullable=False),
    Column("updated_at", TIME, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("connection_id", Text),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("decision_id", Text),
    Column("case_id", Text),
    Column("payload", STRUCTURE, nullable=False),
    Column("state", Text, nullable=False),
    Column("because", Text),
    Column("attempts", Integer, nullable=False),
    Column("due_at", TIME, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("finished_at", TIME),
    Column("message_id", Text),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("decision_id", Text),
    Column("connection_id", Text),
    Column("member_id", Text),
    Column("channel", Text),
    Column("details", STRUCTURE, nullable=False),
    Column("state", Text, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_at", TIME),
    Column("resolution", Text),
    Column("resolved_by", Text),
    Column("resolved_at", TIME),
    Column("note", Text),
    Column("created_at", TIME, nullable=False),
)

strikes = Table(
    "strikes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("connection_id", Text, nullable=False),
    Column("member_id", Text, nullable=False),
    Column("decision_id", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("weight", Integer, nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("expires_at", TIME, nullable=False),
    Column("revoked_at", TIME),
)

penalties = Table(
    "penalties",
    metadata,
    Column("id", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("connection_id", Text, nullable=False),
    Column("member_id", Text, nullable=False),
    Column("channel", Text),
    Column("refs", STRUCTURE),
    Column("step", Text, nullable=False),
    Column("ends_at", TIME),
    Column("decision_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("because", Text),
    Column("created_at", TIME, nullable=False),
    Column("lifted_at", TIME),
)

appeals = Table(
    "appeals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("decision_id", Text, nullable=False),
    Column("connection_id", Text),
    Column("member_id", Text),
    Column("language", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("note", Text),
    Column("decided_by", Text),
    Column("decided_at", TIME),
    Column("created_at", TIME, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("community", Text, nullable=False),
    Column("at", TIME, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("details", STRUCTURE, nullable=False),
)

GRANTS = {
    "alembic_version": "SELECT",
    "communities": "SELECT, INSERT, UPDATE, DELETE",
    "policies": "SELECT, INSERT",  # append-only
    "api_keys": "SELECT, INSERT, UPDATE",
    "decisions": "SELECT, INSERT, DELETE, UPDATE (text, masked_text, parts, context, text_expires_at)",
    "idempotency_keys": "SELECT, INSERT, UPDATE, DELETE",
    "feedback": "SELECT, INSERT, DELETE, UPDATE (text, text_expires_at)",
    "connections": "SELECT, INSERT, UPDATE, DELETE",
    "deliveries": "SELECT, INSERT, UPDATE, DELETE",
    "cases": "SELECT, INSERT, UPDATE, DELETE",
    "strikes": "SELECT, INSERT, DELETE, UPDATE (revoked_at)",
    "penalties": "SELECT, INSERT, DELETE, UPDATE (state, because, lifted_at, ends_at)",
    "appeals": "SELECT, INSERT, DELETE, UPDATE (state, note, decided_by, decided_at)",
    "audit": "SELECT, INSERT",  # append-only
    **faq_tables.GRANTS,
    **member_tables.GRANTS,
    **content_tables.GRANTS,
    **push_tables.GRANTS,
}
"""What the serving role may do: nothing else."""

GRANTED_FUNCTIONS = ("find_api_key(bytea)", *member_tables.GRANTED_FUNCTIONS)
