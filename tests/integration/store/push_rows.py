"""A row in each table of items, recommendations, campaigns and experiments, for tests that need one."""

from __future__ import annotations

from sqlalchemy import Connection, text

from tests.integration.store.making import NOW

ROWS = {
    "items": ":c, 'i1', 'post', 'T', '', '', '{}', '', NULL, NULL, :now, NULL, false, '{}', '{}', '', 'tiny@1', :now, :now, 3",
    "rankers": ":c, 'trees-1', '{}', 500, :now",
    "recommendations": ":c, 'rec_1', 'm1', :now, 'prior-1', true, '{i1}', '[]'",
    "push_settings": ":c, '{}', :now",
    "push_preferences": ":c, 'm1', '{}', :now",
    "campaigns": ":c, 'cmp_1', 'C', 'running', '{}', NULL, 'test', :now, :now",
    "campaign_rounds": ":c, 'cmp_1', '2026-11-28', NULL, NULL, :now",
    "restocks": ":c, 'rst_1', 'i1', :now",
    "background_jobs": ":c, 'rescreen', :now, NULL, NULL, '{}'",
    "ranker_fits": ":c, 'trees-1', :now, 'test', 500, '{}', true, 'better'",
    "sends": ":c, 'cmp_1', 'm1', 'dlv_1', 'con_1', NULL, :now, 'only', '{}', :now",
    "experiments": ":c, 'exp_1', 'E', 'running', '{}', 'test', :now, :now",
    "assignments": ":c, 'exp_1', 'm1', 'a', 5, :now",
}


def fill(connection: Connection, community: str) -> None:
    for table, values in ROWS.items():
        connection.execute(text(f"INSERT INTO {table} VALUES ({values})"), {"c": community, "now": NOW})
