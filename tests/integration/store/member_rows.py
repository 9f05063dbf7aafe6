"""A row in each table of members, for tests that need one."""

from __future__ import annotations

from sqlalchemy import Connection, text

from tests.integration.store.making import NOW

ROWS = {
    "event_keys": ":c, 'e1', :now",
    "events": ":c, 'e1', :now, 'message', 'm1', NULL, NULL, NULL, 'en', 'hi', false, NULL, NULL, '{}', 'api', :now",
    "member_settings": ":c, '{}', :now",
    "members": ":c, 'm1', NULL, 'api', :now, :now",
    "member_attributes": ":c, 'm1', 'region', '\"TW\"', 'profiling', 'api', :now",
    "consents": ":c, 'm1', 'profiling', true, 'api', NULL, :now",
    "consent_changes": "DEFAULT, :c, 'm1', 'profiling', true, 'api', NULL, :now",
    "member_stops": ":c, 'm1', 'stage:pregnancy', 'api', :now",
    "erasures": ":c, '\\x00', :now",
    "member_imports": ":c || '-i', :c, 'a.csv', '\\x00', 'csv', 1, 1, 0, '[]', :now, :now, :now",
    "profiles": ":c, 'm1', :now, 'e1', '{}', '', 'tiny@1', :now, 1, 1, 0, 0, NULL, 'en', :now",
    "profile_snapshots": ":c, 'm1', :now, 'e1', '{}', '', 'tiny@1'",
    "profile_queue": "DEFAULT, :c, 'm1', :now, :now",
    "segments": ":c, 's1', 'S', 'rules', '{}', NULL, 'test', :now, :now",
    "segment_members": ":c, 's1', 'm1'",
    "points": ":c, 'p1', 'm1', 5, 'earned', 'message', 'e1', :now, '2026-01-01', ''",
    "point_balances": ":c, 'm1', 5, 5, 1, :now",
    "badges": ":c, 'm1', 'first', :now",
    "rewards": ":c, 'r1', 'R', 5, 1, NULL, 0, NULL, NULL, :now, :now",
    "redemptions": ":c, 'x1', 'r1', 'm1', 5, 'asked', :now, :now",
    "draws": ":c, 'd1', 'D', '{}', '\\x00', '\\x00', 'open', :now, NULL, :now",
    "draw_entries": ":c, 'd1', 'm1', :now, NULL",
}


def fill(connection: Connection, community: str) -> None:
    connection.execute(text("SELECT make_event_month(:now)"), {"now": NOW})
    for table, values in ROWS.items():
        connection.execute(text(f"INSERT INTO {table} VALUES ({values})"), {"c": community, "now": NOW})
