"""The tables as queries see them. The migrations make them; a test compares the two."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Identity, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData()

_TIME = DateTime(timezone=True)
_STRUCTURE = JSONB(none_as_null=True)

communities = Table(
    "communities",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("default_language", Text, nullable=False),
    Column("created_at", _TIME, nullable=False),
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

GRANTS = {
    "alembic_version": "SELECT",
    "communities": "SELECT, INSERT, UPDATE, DELETE",
    "policies": "SELECT, INSERT",  # append-only
    "api_keys": "SELECT, INSERT, UPDATE",
    "decisions": "SELECT, INSERT, DELETE, UPDATE (text, masked_text, parts, context, text_expires_at)",
    "idempotency_keys": "SELECT, INSERT, UPDATE, DELETE",
    "feedback": "SELECT, INSERT, DELETE, UPDATE (text, text_expires_at)",
}
"""What the serving role may do: nothing else."""

GRANTED_FUNCTIONS = ("find_api_key(bytea)",)
