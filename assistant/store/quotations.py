"""What a community wrote itself with a member's words in it: drafts, earlier posts, campaigns."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, RowMapping, text

from assistant.content.quotes import Words, without, without_in, words_of
from assistant.store.content_tables import content_posts
from assistant.store.push_tables import campaigns

_SAID = text("""
    SELECT text FROM events WHERE community = :community AND member_id = :member AND text IS NOT NULL
    UNION SELECT text FROM decisions WHERE community = :community AND member_id = :member AND text IS NOT NULL
""")
_DRAFTS = text("""
    SELECT d.id, ARRAY[d.title, d.body, d.original, coalesce(d.reason, '')] AS texts,
        d.suggestion,
        (SELECT coalesce(jsonb_agg(jsonb_build_array(to_jsonb(h.diff), h.note)), '[]') FROM content_changes h
            WHERE h.community = d.community AND h.draft_id = d.id) AS changes
    FROM content_drafts d WHERE d.community = :community AND d.id > :after ORDER BY d.id LIMIT :most
""")
_POSTS = text("""
    SELECT id, text FROM content_posts WHERE community = :community AND id > :after ORDER BY id LIMIT :most
""")
_CAMPAIGNS = text("""
    SELECT id, name, document FROM campaigns WHERE community = :community AND id > :after ORDER BY id LIMIT :most
""")
_ORDERED = text("""
    DELETE FROM deliveries WHERE community = :community AND id IN (
        SELECT delivery_id FROM content_calendar WHERE community = :community AND draft_id = ANY(:ids)
    )
""")
_DROP = text("DELETE FROM content_drafts WHERE community = :community AND id = ANY(:ids)")
_PAUSE = text("""
    UPDATE campaigns SET state = 'paused', planned_to = NULL
    WHERE community = :community AND id = :id AND state IN ('planning', 'running', 'paused')
""")
_WAITING = text("""
    WITH gone AS (
        DELETE FROM deliveries WHERE community = :community AND state = 'waiting'
            AND id IN (SELECT delivery_id FROM sends WHERE community = :community AND campaign_id = :id)
        RETURNING id
    )
    DELETE FROM sends WHERE community = :community AND campaign_id = :id AND delivery_id IN (SELECT id FROM gone)
""")
_SENT = text("""
    UPDATE deliveries SET payload = (payload - 'text') #- '{data,text}' WHERE community = :community
        AND id IN (SELECT delivery_id FROM sends WHERE community = :community AND campaign_id = :id)
""")
_PART: Final = 200


def forget(connection: Connection, community: str, member_id: str) -> dict[str, int]:
    """Drafts that quote or name the member go, with their edits, their places in the calendar and what was to be sent; posts and
    campaigns lose the words. A campaign that was under way is paused; what of it waited to be sent is planned anew when it goes on.
    Before the member's messages are erased. Rows, by table."""
    said = connection.scalars(_SAID, {"community": community, "member": member_id})
    words = words_of(member_id, said)
    return {
        "content_drafts": _drafts(connection, community, words),
        "content_posts": _posts(connection, community, words),
        "campaigns": _campaigns(connection, community, words),
    }


def _drafts(connection: Connection, community: str, words: Words) -> int:
    gone = 0
    for part in _parts(connection, _DRAFTS, community):
        ids = [row["id"] for row in part if _holds([row["texts"], row["suggestion"], row["changes"]], words)]
        if ids:
            values = {"community": community, "ids": ids}
            connection.execute(_ORDERED, values)
            gone += connection.execute(_DROP, values).rowcount
    return gone


def _posts(connection: Connection, community: str, words: Words) -> int:
    changed = 0
    for part in _parts(connection, _POSTS, community):
        for row in part:
            left = without(row["text"], words)
            if left != row["text"]:
                where = (content_posts.c.community == community, content_posts.c.id == row["id"])
                changed += connection.execute(content_posts.update().where(*where).values(text=left)).rowcount
    return changed


def _campaigns(connection: Connection, community: str, words: Words) -> int:
    changed = 0
    for part in _parts(connection, _CAMPAIGNS, community):
        for row in part:
            texts = {name: value for name, value in row["document"].items() if name != "audience"}
            if not _holds([row["name"], texts], words):
                continue
            left = without_in(texts, words) | {"audience": row["document"].get("audience")}
            where = (campaigns.c.community == community, campaigns.c.id == row["id"])
            values = {"name": without(row["name"], words), "document": left}
            changed += connection.execute(campaigns.update().where(*where).values(values)).rowcount
            for statement in (_PAUSE, _WAITING, _SENT):
                connection.execute(statement, {"community": community, "id": row["id"]})
    return changed


def _holds(document: Any, words: Words) -> bool:
    return bool(without_in(document, words) != document)


def _parts(connection: Connection, query: Any, community: str) -> Any:
    after = ""
    while True:
        rows: list[RowMapping] = list(
            connection.execute(query, {"community": community, "after": after, "most": _PART}).mappings()
        )
        if rows:
            yield rows
            after = rows[-1]["id"]
        if len(rows) < _PART:
            return
