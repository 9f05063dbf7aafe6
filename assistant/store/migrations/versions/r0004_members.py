"""Members: what they do, what they declare and consent to, their profiles, segments and points.

The parts of the partitioned tables are in the schema ``parts``, where the serving role has no rights: it reaches them through their tables
alone, whose policies hold. It makes and drops months by two functions of the owner.
"""

from alembic import op

from assistant.store.migrations import members_v1, profiles_v1

revision = "0004"
down_revision = "0003"

KEY_PARTS = 8

_TENANT = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON {table} USING (
    community = (SELECT current_setting('assistant.community', true))
    OR (SELECT current_setting('assistant.community', true)) = '*'
);
"""

TABLES = (
    "event_keys",
    "events",
    "member_settings",
    "members",
    "member_attributes",
    "consents",
    "consent_changes",
    "member_stops",
    "erasures",
    "member_imports",
    "profiles",
    "profile_snapshots",
    "profile_queue",
    "segments",
    "segment_members",
    "points",
    "point_balances",
    "badges",
    "rewards",
    "redemptions",
    "draws",
    "draw_entries",
)


def upgrade() -> None:
    op.execute(members_v1.EVENTS)
    for part in range(KEY_PARTS):
        op.execute(
            f"CREATE TABLE parts.event_keys_{part} PARTITION OF event_keys "
            f"FOR VALUES WITH (MODULUS {KEY_PARTS}, REMAINDER {part})"
        )
    op.execute(members_v1.MEMBERS)
    op.execute(members_v1.AUDIT)
    op.execute(profiles_v1.PROFILES)
    op.execute(profiles_v1.POINTS)
    for table in TABLES:
        op.execute(_TENANT.format(table=table))
