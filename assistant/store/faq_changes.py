"""What replicas have to read again. The log is read up to the oldest transaction that is still open, so that nothing that commits late is
passed over."""

from __future__ import annotations

from sqlalchemy import Connection, text

_HORIZON = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
_SINCE = text("""
    SELECT DISTINCT entry_id FROM faq_changes
    WHERE community = :community AND made_in >= CAST(:since AS xid8) AND made_in < CAST(:until AS xid8)
""")
_OLDEST = text("SELECT min(at) FROM faq_changes WHERE community = :community")
PURGE = text("DELETE FROM faq_changes WHERE number IN (SELECT number FROM faq_changes WHERE at < :before LIMIT :chunk)")
"""In a transaction of every community."""


def horizon(connection: Connection) -> str:
    """Every transaction before it has ended."""
    return str(connection.scalar(_HORIZON))


def since(connection: Connection, community: str, begins: str, ends: str) -> list[str]:
    """Ids of entries that transactions from one horizon until before another changed."""
    values = {"community": community, "since": begins, "until": ends}
    return [row[0] for row in connection.execute(_SINCE, values)]
