"""The tables of members, their events, profiles, segments and points, as queries see them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Identity, Integer, LargeBinary, Numeric, Table, Text

from assistant.store.columns import STRUCTURE, TIME, metadata

event_keys = Table(
    "event_keys",
    metadata,
    Column("community", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("at", TIME, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("community", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("at", TIME, nullable=False),
    Column("type", Text, nullable=False),
    Column("member_id", Text, nullable=False),
    Column("item_id", Text),
    Column("session_id", Text),
    Column("channel", Text),
    Column("language", Text),
    Column("text", Text),
    Column("flagged", Boolean, nullable=False),
    Column("decision_id", Text),
    Column("via_member", Text),
    Column("properties", STRUCTURE, nullable=False),
    Column("source", Text, nullable=False),
    Column("received_at", TIME, nullable=False),
)

member_settings = Table(
    "member_settings",
    metadata,
    Column("community", Text, primary_key=True),
    Column("document", STRUCTURE, nullable=False),
    Column("updated_at", TIME, nullable=False),
)

members = Table(
    "members",
    metadata,
    Column("community", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text),
    Column("source", Text, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("updated_at", TIME, nullable=False),
)

member_attributes = Table(
    "member_attributes",
    metadata,
    Column("community", Text, primary_key=True),
    Column("member_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", STRUCTURE, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("at", TIME, nullable=False),
)

consents = Table(
    "consents",
    metadata,
    Column("community", Text, primary_key=True),
    Column("member_id", Text, primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("granted", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("wording", Text),
    Column("at", TIME, nullable=False),
)

consent_changes = Table(
    "consent_changes",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("community", Text, nullable=False),
    Column("member_id", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("wording", Text),
    Column("at", TIME, nullable=False),
)

member_stops = Table(
    "member_stops",
    metadata,
    Column("community", Text, primary_key=True),
    Column("member_id", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("at", TIME, nullable=False),
)

erasures = Table(
    "erasures",
    metadata,
    Column("community", Text, primary_key=True),
    Column("member_hash", LargeBinary, primary_key=True),
    Column("at", TIME, nullable=False),
)

member_imports = Table(
    "member_imports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("community", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    Column("format", Text, nullable=False),
    Column("rows_read", BigInteger, nullable=False),
    Column("taken", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("errors", STRUCTURE, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("updated_at", TIME, nullable=False),
    Column("finished_at", TIME),
)

profiles = Table(
    "profiles",
    metadata,
    Column("community", Text, primary_key=True),
    Column("member_id", Text, primary_key=True),
    Column("at", TIME, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("state", STRUCTURE, nullable=False),
    Column("vectors", LargeBinary, nullable=False),
    Column("model", Text, nullable=False),
    Column("first_at", TIME, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("active_days", Integer, nullable=False),
    Column("purchases", Integer, nullable=False),
    Column("spent", Numeric(18, 4), nullable=False),
    Column("currency", Text),
    Column("language", Text),
    Column("updated_at", TIME, nullable=False),
    Column("packed", LargeBinary),
)

profile_snapshots = Table(
    "profile_snapshots",
    metadata,
    Column("community", Text, primary_key=True),
    Column("member_id", Text, primary_key=True),
    Column("at", TIME, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("state", STRUCTURE),
    Column("vectors", LargeBinary, nullable=False),
    Column("model", Text, nullable=False),
    Column("packed", LargeBinary),
)

profile_queue = Table(
    "profile_queue",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("community", Text, nullable=False),
    Column("member_id", Text, nullable=False),
    Column("since", TIME, nullable=False),
    Column("queued_at", TIME, nullable=False),
)

segments = Table(
    "segments",
    metadata,
    Column("community", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("rules", STRUCTURE, nullable=False),
    Column("counted", Integer),
    Column("created_by", Text, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("updated_at", TIME, nullable=False),
)

segment_members = Table(
    "segment_members",
    metadata,
    Column("community", Text, primary_key=True),
    Column("segment_id", Text, primary_key=True),
    Column("member_id", Text, primary_key=True),
)

points = Table(
    "points",
    metadata,
    Column("community", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("member_id", Text, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("rule", Text),
    Column("subject", Text),
    Column("at", TIME, nullable=False),
    Column("day", Date, nullable=False),
    Column("note", Text, nullable=False),
)

point_balances = Table(
    "point_balances",
    metadata,
    Column("community", Text, primary_key=True),
    Column("member_id", Text, primary_key=True),
    Column("balance", BigInteger, nullable=False),
    Column("earned", BigInteger, nullable=False),
    Column("level", Integer, nullable=False),
    Column("updated_at", TIME, nullable=False),
)

badges = Table(
    "badges",
    metadata,
    Column("community", Text, primary_key=True),
    Column("member_id", Text, primary_key=True),
    Column("badge", Text, primary_key=True),
    Column("at", TIME, nullable=False),
)

rewards = Table(
    "rewards",
    metadata,
    Column("community", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("cost", Integer, nullable=False),
    Column("stock", Integer),
    Column("per_member", Integer),
    Column("least_level", Integer, nullable=False),
    Column("opens_at", TIME),
    Column("closes_at", TIME),
    Column("created_at", TIME, nullable=False),
    Column("updated_at", TIME, nullable=False),
)

redemptions = Table(
    "redemptions",
    metadata,
    Column("community", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("reward_id", Text, nullable=False),
    Column("member_id", Text, nullable=False),
    Column("cost", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", TIME, nullable=False),
    Column("updated_at", TIME, nullable=False),
)

draws = Table(
    "draws",
    metadata,
    Column("community", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("rules", STRUCTURE, nullable=False),
    Column("commitment", LargeBinary, nullable=False),
    Column("seed", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("closes_at", TIME, nullable=False),
    Column("drawn_at", TIME),
    Column("created_at", TIME, nullable=False),
)

draw_entries = Table(
    "draw_entries",
    metadata,
    Column("community", Text, primary_key=True),
    Column("draw_id", Text, primary_key=True),
    Column("member_id", Text, primary_key=True),
    Column("at", TIME, nullable=False),
    Column("place", Integer),
)

GRANTS = {
    "event_keys": "SELECT, INSERT, DELETE",
    "events": "SELECT, INSERT, DELETE, UPDATE (flagged, text, via_member, properties)",
    "member_settings": "SELECT, INSERT, UPDATE, DELETE",
    "members": "SELECT, INSERT, UPDATE, DELETE",
    "member_attributes": "SELECT, INSERT, UPDATE, DELETE",
    "consents": "SELECT, INSERT, UPDATE, DELETE",
    "consent_changes": "SELECT, INSERT, DELETE",
    "member_stops": "SELECT, INSERT, UPDATE, DELETE",
    "erasures": "SELECT, INSERT, UPDATE, DELETE",
    "member_imports": "SELECT, INSERT, UPDATE, DELETE",
    "profiles": "SELECT, INSERT, UPDATE, DELETE",
    "profile_snapshots": "SELECT, INSERT, UPDATE, DELETE",
    "profile_queue": "SELECT, INSERT, UPDATE, DELETE",
    "segments": "SELECT, INSERT, UPDATE, DELETE",
    "segment_members": "SELECT, INSERT, DELETE",
    "points": "SELECT, INSERT, DELETE",  # deleted with the member alone
    "point_balances": "SELECT, INSERT, UPDATE, DELETE",
    "badges": "SELECT, INSERT, DELETE",
    "rewards": "SELECT, INSERT, UPDATE, DELETE",
    "redemptions": "SELECT, INSERT, UPDATE, DELETE",
    "draws": "SELECT, INSERT, UPDATE, DELETE",
    "draw_entries": "SELECT, INSERT, UPDATE, DELETE",
}

GRANTED_FUNCTIONS = (
    "make_event_month(timestamptz)",
    "drop_event_months(timestamptz)",
    "forget_in_audit(text, text)",
)
