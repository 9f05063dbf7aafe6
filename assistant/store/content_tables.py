"""The tables of content, as queries see them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, LargeBinary, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from assistant.store.columns import STRUCTURE, TIME, metadata

content_settings = Table(
    "content_settings",
    metadata,
    Column("community", Text, primary_key=True),
    Column("document", STRUCTURE, nullable=False),
    Column("updated_at", TIME, nullable=False),
)

content_posts = Table(
    "content_posts",
    metadata,
    Column("community", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("draft_id", Text),
    Column("kind", Text),
    Column("text", Text, nullable=False),
    Column("numbers", STRUCTURE, nullable=False),
    Column("at", TIME, nullable=False),
    Column("updated_at", TIME, nullable=False),
)

content_drafts = Table(
    "content_drafts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("jurisdictions", ARRAY(Text), nullable=False),
    Column("category", Text, nullable=False),
    Column("machine", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("screening", STRUCTURE, nullable=False),
    Column("suggestion", STRUCTURE, nullable=False),
    Column("origin", STRUCTURE, nullable=False),
    Column("original", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("reason", Text),
    Column("created_by", Text, nullable=False),
    Column("approved_by", Text),
    Column("seconded_by", Text),
    Column("created_at", TIME, nullable=False),
    Column("updated_at", TIME, nullable=False),
)

content_changes = Table(
    "content_changes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("draft_id", Text, nullable=False),
    Column("at", TIME, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("diff", ARRAY(Text), nullable=False),
    Column("note", Text, nullable=False),
)

content_calendar = Table(
    "content_calendar",
    metadata,
    Column("id", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("draft_id", Text, nullable=False),
    Column("at", TIME, nullable=False),
    Column("state", Text, nullable=False),
    Column("connection_id", Text),
    Column("channel", Text),
    Column("delivery_id", Text),
    Column("token_hash", LargeBinary),
    Column("because", Text),
    Column("numbers", STRUCTURE, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("published_at", TIME),
)

content_spending = Table(
    "content_spending",
    metadata,
    Column("community", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("calls", Integer, nullable=False),
    Column("prompt_tokens", BigInteger, nullable=False),
    Column("completion_tokens", BigInteger, nullable=False),
    Column("cost", Numeric(18, 6), nullable=False),
)

GRANTS = {
    "content_settings": "SELECT, INSERT, UPDATE, DELETE",
    "content_posts": "SELECT, INSERT, UPDATE, DELETE",
    "content_drafts": "SELECT, INSERT, UPDATE, DELETE",
    "content_changes": "SELECT, INSERT",  # append-only
    "content_calendar": "SELECT, INSERT, UPDATE, DELETE",
    "content_spending": "SELECT, INSERT, UPDATE, DELETE",
}
