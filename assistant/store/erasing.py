"""Everything that is known of one member, wherever it lies: to hand it out, and to make an end of it.

Every table with a column ``member_id`` is reached without being named here; what else may hold a member's id is named.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, LargeBinary, Table, cast, delete, func, select, text
from sqlalchemy.dialects.postgresql import JSONB

from assistant.store import profiles, quotations
from assistant.store.columns import metadata
from assistant.store.tables import GRANTS

ERASED = "erased"
_KEYS = text("""
    DELETE FROM event_keys k USING events e
    WHERE e.community = :community AND e.member_id = :member AND k.community = e.community AND k.id = e.id
""")
_DELIVERIES = text("""
    DELETE FROM deliveries WHERE community = :community AND (
        payload @> jsonb_build_object('member_id', CAST(:member AS text))
        OR decision_id IN (SELECT id FROM decisions WHERE community = :community AND member_id = :member)
        OR payload -> 'data' @> jsonb_build_object('member_id', CAST(:member AS text))
        OR payload -> 'data' ->> 'handoff_id' IN (
            SELECT h.id FROM faq_handoffs h JOIN faq_conversations c ON c.id = h.conversation_id
            WHERE c.community = :community AND c.member_id = :member
        )
    )
""")
_IDEMPOTENCY = text("""
    DELETE FROM idempotency_keys k USING decisions d
    WHERE d.community = :community AND d.member_id = :member AND k.community = d.community
        AND k.responses @> jsonb_build_array(jsonb_build_object('id', d.id))
""")
_CONTEXT = text("""
    UPDATE decisions SET context = NULL
    WHERE community = :community AND context @> jsonb_build_array(jsonb_build_object('member', CAST(:member AS text)))
""")
_VIA = text("""
    UPDATE events SET via_member = NULL, properties = properties #- '{$via,member_id}'
    WHERE community = :community AND via_member = :member
""")
_ITEMS = text("DELETE FROM items WHERE community = :community AND creator = :member")
_PLANNED_TO = [
    text(f"UPDATE {table} SET planned_to = NULL WHERE community = :community AND planned_to = :member")  # noqa: S608
    for table in ("campaigns", "campaign_rounds")
]
"""Where planning stands: without it, it begins again, and meets everybody's part there already."""
_ACTED = [
    text(
        f"UPDATE {table} SET {column} = split_part({column}, ':', 1) || ': erased' "  # noqa: S608
        f"WHERE community = :community AND {column} = split_part({column}, ':', 1) || ':' || CAST(:member AS text)"
    )
    for table, column in (("cases", "claimed_by"), ("cases", "resolved_by"), ("appeals", "decided_by"))
]
"""Of the staff, by a button: ``<platform>:<member id>``, as in the trail."""
_PLATFORMS = text("SELECT DISTINCT platform FROM connections WHERE community = :community")
_AUDIT = text("SELECT forget_in_audit(:community, :member)")
_NAMED_IN = {"cases": "details", "deliveries": "payload", "events": "properties", "campaigns": "document"}
"""Documents of others in which a member may be named, as who reported or who is meant."""
_PATH = "$.** ? (@ == $ids[*])"
_PUT = {"items": "properties"}
"""Documents that the community put, in which a member may be named."""
_BESIDE = frozenset({"cases"})
"""Not handed out: what others said of a member is theirs."""
_OF_CONVERSATIONS = frozenset({"faq_turns", "faq_handoffs"})
"""They hold what was said, and go with the conversation."""
_INTERNAL = frozenset(
    {"community", "owner_hash", "contact", "state", "vectors", "refs", "response", "held_by", "answered_by"}
)
MOST_ROWS = 100_000


def erase(connection: Connection, community: str, member_id: str) -> dict[str, int]:
    """Rows that went, or lost the member, by table; in the caller's transaction."""
    values = {"community": community, "member": member_id}
    profiles.hold(connection, community, [member_id])
    gone = quotations.forget(connection, community, member_id)
    gone |= {
        "items": connection.execute(_ITEMS, values).rowcount,
        "event_keys": connection.execute(_KEYS, values).rowcount,
        "idempotency_keys": connection.execute(_IDEMPOTENCY, values).rowcount,
        "deliveries": connection.execute(_DELIVERIES, values).rowcount,
    }
    for table in reversed(metadata.sorted_tables):
        if _holds_members(table):
            mine = (table.c.community == community) & (table.c.member_id == member_id)
            gone[str(table.name)] = connection.execute(delete(table).where(mine)).rowcount
    members = metadata.tables["members"]
    mine = (members.c.community == community) & (members.c.id == member_id)
    gone["members"] = connection.execute(delete(members).where(mine)).rowcount
    connection.execute(_CONTEXT, values)
    connection.execute(_VIA, values)
    for query in (*_PLANNED_TO, *_ACTED):
        connection.execute(query, values)
    connection.execute(_AUDIT, values)
    acting = (f"{platform}:{member_id}" for platform in connection.scalars(_PLATFORMS, values))
    names = frozenset((member_id, *acting))
    for name, column in (_NAMED_IN | _PUT).items():
        _scrub(connection, metadata.tables[name], column, community, names)
    return {name: number for name, number in gone.items() if number}


def _holds_members(table: Table) -> bool:
    return "member_id" in table.c and "community" in table.c and "DELETE" in GRANTS[table.name]


def _scrub(connection: Connection, table: Table, column: str, community: str, names: Collection[str]) -> None:
    """Every value of these documents that names the member becomes ``erased``."""
    one = table.c[column]
    found = func.jsonb_path_exists(one, text(f"'{_PATH}'"), cast({"ids": sorted(names)}, JSONB))
    keys = list(table.primary_key.columns) or [table.c.community, table.c.id, table.c.at]
    rows = connection.execute(select(*keys, one).where(table.c.community == community, found)).all()
    for *key, document in rows:
        where = [k == value for k, value in zip(keys, key, strict=True)]
        connection.execute(table.update().where(*where).values({column: _without(document, names)}))


def _without(document: Any, names: Collection[str]) -> Any:
    if isinstance(document, dict):
        return {name: _without(value, names) for name, value in document.items()}
    if isinstance(document, list):
        return [_without(value, names) for value in document]
    return ERASED if isinstance(document, str) and document in names else document


def rows_of(connection: Connection, community: str, member_id: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """What is kept of a member, table by table, as JSON; ``MOST_ROWS`` of each at most."""
    conversations = metadata.tables["faq_conversations"]
    its = select(conversations.c.id).where(
        conversations.c.community == community, conversations.c.member_id == member_id
    )
    for table in metadata.sorted_tables:
        if _holds_members(table) and table.name not in _BESIDE:
            mine = table.c.member_id == member_id
        elif table.name in _OF_CONVERSATIONS:
            mine = table.c.conversation_id.in_(its)
        else:
            continue
        columns = [c for c in table.c if c.name not in _INTERNAL and not isinstance(c.type, LargeBinary)]
        query = select(*columns).where(table.c.community == community, mine).limit(MOST_ROWS)
        rows = connection.execute(query).mappings()
        found = [{str(name): plain(_own(name, value, member_id)) for name, value in row.items()} for row in rows]
        if found:
            yield str(table.name), found


def _own(column: str, value: Any, member_id: str) -> Any:
    """Of what came before a message, what the member said: the rest is others'."""
    if column != "context" or value is None:
        return value
    return [one for one in value if one.get("member") == member_id]


def plain(value: Any) -> Any:
    """As JSON can write it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return b64encode(bytes(value)).decode()
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value
