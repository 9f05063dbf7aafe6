"""A row in each table of content, for tests that need one."""

from __future__ import annotations

from sqlalchemy import Connection, text

from tests.integration.store.making import NOW

ROWS = {
    "content_settings": ":c, '{}', :now",
    "content_posts": ":c, 'p1', NULL, NULL, 'hi', '{}', :now, :now",
    "content_drafts": (
        ":c || '-d', :c, 'poll', 't', 'b', 'en', '{}', 'general', false, 'proposed', '{}', '{}', '{}', 't', 0, NULL, 'test', NULL, NULL,"
        " :now, :now"
    ),
    "content_changes": ":c || '-h', :c, :c || '-d', :now, 'test', 'made', '{}', ''",
    "content_calendar": ":c || '-e', :c, :c || '-d', :now, 'planned', NULL, NULL, NULL, NULL, NULL, '{}', 'test', :now, NULL",
    "content_spending": ":c, '2026-11-28', 1, 1, 1, 0",
}


def fill(connection: Connection, community: str) -> None:
    for table, values in ROWS.items():
        connection.execute(text(f"INSERT INTO {table} VALUES ({values})"), {"c": community, "now": NOW})
