"""The tables of items, recommendations, campaigns and experiments, as queries see them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from assistant.store.columns import STRUCTURE, TIME, metadata

items = Table(
    "items",
    metadata,
    Column("community", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("tags", ARRAY(Text), nullable=False),
    Column("creator", Text, nullable=False),
    Column("price", Text),
    Column("currency", Text),
    Column("published_at", TIME, nullable=False),
    Column("expires_at", TIME),
    Column("hidden", Boolean, nullable=False),
    Column("hidden_because", ARRAY(Text), nullable=False),
    Column("properties", STRUCTURE, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    Column("model", Text, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("updated_at", TIME, nullable=False),
    Column("stock", Integer),
)

rankers = Table(
    "rankers",
    metadata,
    Column("community", Text, primary_key=True),
    Column("version", Text, nullable=False),
    Column("document", STRUCTURE, nullable=False),
    Column("lessons", Integer, nullable=False),
    Column("created_at", TIME, nullable=False),
)

recommendations = Table(
    "recommendations",
    metadata,
    Column("community", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("member_id", Text, nullable=False),
    Column("at", TIME, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("personalised", Boolean, nullable=False),
    Column("candidates", ARRAY(Text), nullable=False),
    Column("shown", STRUCTURE, nullable=False),
)

push_settings = Table(
    "push_settings",
    metadata,
    Column("community", Text, primary_key=True),
    Column("document", STRUCTURE, nullable=False),
    Column("updated_at", TIME, nullable=False),
)

push_preferences = Table(
    "push_preferences",
    metadata,
    Column("community", Text, primary_key=True),
    Column("member_id", Text, primary_key=True),
    Column("document", STRUCTURE, nullable=False),
    Column("updated_at", TIME, nullable=False),
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("community", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("document", STRUCTURE, nullable=False),
    Column("planned_to", Text),
    Column("created_by", Text, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("updated_at", TIME, nullable=False),
    Column("approved_by", Text),
    Column("approved_at", TIME),
)

campaign_rounds = Table(
    "campaign_rounds",
    metadata,
    Column("community", Text, primary_key=True),
    Column("campaign_id", Text, primary_key=True),
    Column("round", Text, primary_key=True),
    Column("planned_to", Text),
    Column("ended_at", TIME),
    Column("created_at", TIME, nullable=False),
)

restocks = Table(
    "restocks",
    metadata,
    Column("community", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("item_id", Text, nullable=False),
    Column("at", TIME, nullable=False),
)

background_jobs = Table(
    "background_jobs",
    metadata,
    Column("community", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("due_at", TIME, nullable=False),
    Column("leased_until", TIME),
    Column("holder", Text),
    Column("document", STRUCTURE, nullable=False),
)

ranker_fits = Table(
    "ranker_fits",
    metadata,
    Column("community", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("at", TIME, nullable=False),
    Column("actor", Text, nullable=False),
    Column("lessons", Integer, nullable=False),
    Column("judged", STRUCTURE, nullable=False),
    Column("taken", Boolean, nullable=False),
    Column("because", Text, nullable=False),
)

sends = Table(
    "sends",
    metadata,
    Column("community", Text, primary_key=True),
    Column("campaign_id", Text, primary_key=True),
    Column("member_id", Text, primary_key=True),
    Column("delivery_id", Text),
    Column("connection_id", Text, nullable=False),
    Column("because", Text),
    Column("due_at", TIME),
    Column("variant", Text, nullable=False),
    Column("items", ARRAY(Text), nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("round", Text, primary_key=True, server_default=""),
)

experiments = Table(
    "experiments",
    metadata,
    Column("community", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("document", STRUCTURE, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("updated_at", TIME, nullable=False),
)

assignments = Table(
    "assignments",
    metadata,
    Column("community", Text, primary_key=True),
    Column("experiment_id", Text, primary_key=True),
    Column("member_id", Text, primary_key=True),
    Column("variant", Text, nullable=False),
    Column("bucket", Integer, nullable=False),
    Column("at", TIME, nullable=False),
)

_ALL = "SELECT, INSERT, UPDATE, DELETE"
GRANTS = {
    "items": _ALL,
    "rankers": _ALL,
    "recommendations": "SELECT, INSERT, DELETE",
    "push_settings": _ALL,
    "push_preferences": _ALL,
    "campaigns": _ALL,
    "sends": _ALL,
    "campaign_rounds": _ALL,
    "restocks": "SELECT, INSERT, DELETE",
    "background_jobs": _ALL,
    "ranker_fits": "SELECT, INSERT, DELETE",
    "experiments": _ALL,
    "assignments": "SELECT, INSERT, DELETE",
}
