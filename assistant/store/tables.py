"""The tables as queries see them. The migrations make them; a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    REAL,
    BigInteger,
    Boolean,
    Column,
    Identity,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from assistant.store import content_tables, member_tables, push_tables
from assistant.store.columns import STRUCTURE, TIME, TransactionId, Vector, metadata

_TIME, _STRUCTURE = TIME, STRUCTURE

communities = Table(
    "communities",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("default_language", Text, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("dry_run", Boolean, nullable=False),
)

policies = Table(
    "policies",
    metadata,
    Column("community", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("document", _STRUCTURE, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", _TIME, nullable=False),
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
    Column("created_at", _TIME, nullable=False),
    Column("expires_at", _TIME),
    Column("rotated_to", Text),
    Column("revoked_at", _TIME),
    Column("last_used_at", _TIME),
    Column("requests_per_minute", Integer),
    Column("origins", ARRAY(Text)),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("action", Text, nullable=False),
    Column("flagged", Boolean, nullable=False),
    Column("labels", ARRAY(Text), nullable=False),
    Column("member_id", Text),
    Column("channel", Text),
    Column("platform", Text),
    Column("platform_message_id", Text),
    Column("purpose", Text, nullable=False),
    Column("scores", _STRUCTURE, nullable=False),
    Column("findings", _STRUCTURE, nullable=False),
    Column("language", Text, nullable=False),
    Column("policy_version", Integer, nullable=False),
    Column("model_id", Text, nullable=False),
    Column("model_version", Text, nullable=False),
    Column("degraded", ARRAY(Text), nullable=False),
    Column("key_id", Text),
    Column("response", _STRUCTURE, nullable=False),
    Column("text", Text),
    Column("masked_text", Text),
    Column("parts", _STRUCTURE),
    Column("context", _STRUCTURE),
    Column("text_expires_at", _TIME),
    Column("connection_id", Text),
    Column("refs", _STRUCTURE),
    Column("locale", Text),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("community", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("body_hash", LargeBinary, nullable=False),
    Column("responses", _STRUCTURE, nullable=False),
    Column("expires_at", _TIME, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("community", Text, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("source", Text, nullable=False),
    Column("key_id", Text),
    Column("decision_id", Text),
    Column("member_id", Text),
    Column("language", Text),
    Column("labels", _STRUCTURE, nullable=False),
    Column("text", Text),
    Column("text_expires_at", _TIME),
)

connections = Table(
    "connections",
    metadata,
    Column("id", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("settings", _STRUCTURE, nullable=False),
    Column("secrets", _STRUCTURE, nullable=False),
    Column("fail_mode", Text, nullable=False),
    Column("on_review", Text, nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("dry_run_since", _TIME),
    Column("reported_at", _TIME),
    Column("paid_messages", Boolean, nullable=False),
    Column("staff_channel", Text),
    Column("disabled_at", _TIME),
    Column("disabled_because", Text),
    Column("failing_since", _TIME),
    Column("stopped_at", _TIME),
    Column("stopped_because", Text),
    Column("created_at", _TIME, nullable=False),
    Column("updated_at", _TIME, nullable=False),
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
    Column("payload", _STRUCTURE, nullable=False),
    Column("state", Text, nullable=False),
    Column("because", Text),
    Column("attempts", Integer, nullable=False),
    Column("due_at", _TIME, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("finished_at", _TIME),
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
    Column("details", _STRUCTURE, nullable=False),
    Column("state", Text, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_at", _TIME),
    Column("resolution", Text),
    Column("resolved_by", Text),
    Column("resolved_at", _TIME),
    Column("note", Text),
    Column("created_at", _TIME, nullable=False),
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
    Column("created_at", _TIME, nullable=False),
    Column("expires_at", _TIME, nullable=False),
    Column("revoked_at", _TIME),
)

penalties = Table(
    "penalties",
    metadata,
    Column("id", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("connection_id", Text, nullable=False),
    Column("member_id", Text, nullable=False),
    Column("channel", Text),
    Column("refs", _STRUCTURE),
    Column("step", Text, nullable=False),
    Column("ends_at", _TIME),
    Column("decision_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("because", Text),
    Column("created_at", _TIME, nullable=False),
    Column("lifted_at", _TIME),
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
    Column("decided_at", _TIME),
    Column("created_at", _TIME, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("community", Text, nullable=False),
    Column("at", _TIME, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("details", _STRUCTURE, nullable=False),
)

faq_settings = Table(
    "faq_settings",
    metadata,
    Column("community", Text, primary_key=True),
    Column("document", _STRUCTURE, nullable=False),
    Column("member_secret", _STRUCTURE),
    Column("updated_at", _TIME, nullable=False),
)

faq_documents = Table(
    "faq_documents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("warnings", _STRUCTURE, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("updated_at", _TIME, nullable=False),
)

faq_entries = Table(
    "faq_entries",
    metadata,
    Column("community", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("document_id", Text),
    Column("language", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("alternatives", ARRAY(Text), nullable=False),
    Column("title", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("headings", ARRAY(Text), nullable=False),
    Column("valid_from", _TIME),
    Column("valid_to", _TIME),
    Column("roles", ARRAY(Text), nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("updated_at", _TIME, nullable=False),
)

faq_vectors = Table(
    "faq_vectors",
    metadata,
    Column("community", Text, primary_key=True),
    Column("entry_id", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("vector", Vector, nullable=False),
)

faq_changes = Table(
    "faq_changes",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("community", Text, nullable=False),
    Column("entry_id", Text, nullable=False),
    Column("at", _TIME, nullable=False),
    Column("made_in", TransactionId, nullable=False),
)

faq_jobs = Table(
    "faq_jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("details", _STRUCTURE, nullable=False),
    Column("leased_until", _TIME),
    Column("created_at", _TIME, nullable=False),
    Column("updated_at", _TIME, nullable=False),
    Column("finished_at", _TIME),
)

faq_job_items = Table(
    "faq_job_items",
    metadata,
    Column("job_id", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("position", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("content", LargeBinary),
    Column("state", Text, nullable=False),
    Column("error", _STRUCTURE),
    Column("entries", Integer, nullable=False),
)

faq_conversations = Table(
    "faq_conversations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("owner_hash", LargeBinary, nullable=False),
    Column("member_id", Text),
    Column("connection_id", Text),
    Column("channel", Text),
    Column("language", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("updated_at", _TIME, nullable=False),
)

faq_turns = Table(
    "faq_turns",
    metadata,
    Column("id", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("author", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("outcome", Text),
    Column("because", Text),
    Column("question", Text),
    Column("entry_ids", ARRAY(Text), nullable=False),
    Column("citations", _STRUCTURE, nullable=False),
    Column("confidence", REAL),
    Column("thumb", SmallInteger),
    Column("correction", Text),
    Column("named_by", Text),
)

faq_handoffs = Table(
    "faq_handoffs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("tried", ARRAY(Text), nullable=False),
    Column("contact", _STRUCTURE),
    Column("state", Text, nullable=False),
    Column("held_by", Text),
    Column("answered_by", Text),
    Column("due_at", _TIME),
    Column("told_late_at", _TIME),
    Column("created_at", _TIME, nullable=False),
    Column("updated_at", _TIME, nullable=False),
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
    "faq_settings": "SELECT, INSERT, UPDATE, DELETE",
    "faq_documents": "SELECT, INSERT, UPDATE, DELETE",
    "faq_entries": "SELECT, INSERT, UPDATE, DELETE",
    "faq_vectors": "SELECT, INSERT, UPDATE, DELETE",
    "faq_changes": "SELECT, INSERT, DELETE",
    "faq_jobs": "SELECT, INSERT, UPDATE, DELETE",
    "faq_job_items": "SELECT, INSERT, UPDATE, DELETE",
    "faq_conversations": "SELECT, INSERT, UPDATE, DELETE",
    "faq_turns": "SELECT, INSERT, DELETE, UPDATE (thumb, correction)",
    "faq_handoffs": "SELECT, INSERT, UPDATE, DELETE",
    **member_tables.GRANTS,
    **content_tables.GRANTS,
    **push_tables.GRANTS,
}
"""What the serving role may do: nothing else."""

GRANTED_FUNCTIONS = ("find_api_key(bytea)", *member_tables.GRANTED_FUNCTIONS)
