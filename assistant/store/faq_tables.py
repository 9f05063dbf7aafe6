"""The tables of the FAQ bot, as queries see them."""

from __future__ import annotations

from sqlalchemy import REAL, BigInteger, Boolean, Column, Identity, Integer, LargeBinary, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from assistant.store.columns import STRUCTURE, TIME, TransactionId, Vector, metadata

faq_settings = Table(
    "faq_settings",
    metadata,
    Column("community", Text, primary_key=True),
    Column("document", STRUCTURE, nullable=False),
    Column("member_secret", STRUCTURE),
    Column("updated_at", TIME, nullable=False),
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
    Column("warnings", STRUCTURE, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("updated_at", TIME, nullable=False),
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
    Column("valid_from", TIME),
    Column("valid_to", TIME),
    Column("roles", ARRAY(Text), nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("updated_at", TIME, nullable=False),
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
    Column("at", TIME, nullable=False),
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
    Column("details", STRUCTURE, nullable=False),
    Column("leased_until", TIME),
    Column("created_at", TIME, nullable=False),
    Column("updated_at", TIME, nullable=False),
    Column("finished_at", TIME),
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
    Column("error", STRUCTURE),
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
    Column("created_at", TIME, nullable=False),
    Column("updated_at", TIME, nullable=False),
)

faq_turns = Table(
    "faq_turns",
    metadata,
    Column("id", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("author", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("outcome", Text),
    Column("because", Text),
    Column("question", Text),
    Column("entry_ids", ARRAY(Text), nullable=False),
    Column("citations", STRUCTURE, nullable=False),
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
    Column("contact", STRUCTURE),
    Column("state", Text, nullable=False),
    Column("held_by", Text),
    Column("answered_by", Text),
    Column("due_at", TIME),
    Column("told_late_at", TIME),
    Column("created_at", TIME, nullable=False),
    Column("updated_at", TIME, nullable=False),
)

GRANTS = {
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
}
