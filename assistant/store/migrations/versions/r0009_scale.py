"""Many members and items in little room: states of profiles packed, as snapshots' are since 0007, and narrower indexes.

What is there stays readable: a row of before holds its whole state in ``state``, and is packed when it is next written.
"""

from alembic import op

revision = "0009"
down_revision = "0008"

_PROFILES = """
ALTER TABLE profiles ADD COLUMN packed bytea;
COMMENT ON COLUMN profiles.packed IS 'the state, as assistant.members.packing writes it; in rows of before it is in state';
COMMENT ON COLUMN profiles.state IS 'what conditions on many members ask for; the whole state in rows of before, which are not packed';
COMMENT ON COLUMN profile_snapshots.packed IS 'the state, as assistant.members.packing writes it; state itself holds it in rows of before';
DROP INDEX profiles_active;
"""

_EVENTS = """
DROP INDEX events_member;
CREATE INDEX events_member ON events (community, member_id, at);
DROP INDEX events_item;
CREATE INDEX events_item ON events (community, item_id) WHERE item_id IS NOT NULL;
"""
"""Without the events' ids: a member's are few enough to be put in order, and of an item's events one entry holds many."""

_ITEMS = """
DROP INDEX items_changed;
CREATE INDEX items_changed ON items (community, updated_at, id);
"""
"""Very many items are read in pages, in this order."""


def upgrade() -> None:
    for statements in (_PROFILES, _EVENTS, _ITEMS):
        op.execute(statements)
