"""Erasing reaches what is made later too."""

from __future__ import annotations

from assistant.store.columns import metadata
from assistant.store.tables import GRANTS

REACHED_BY_NAME = {"events": {"via_member"}, "faq_settings": {"member_secret"}, "rewards": {"per_member"}}
"""Columns that are called after members: named in ``erasing``, or not of one member."""


def test_every_table_with_members_can_be_emptied_of_one():
    for table in metadata.sorted_tables:
        if "member_id" in table.c:
            assert "community" in table.c, table.name
            assert "DELETE" in GRANTS[table.name], table.name


def test_no_other_column_holds_a_member():
    for table in metadata.sorted_tables:
        named = {one.name for one in table.c if "member" in one.name} - {"member_id", "member_hash"}
        assert named == REACHED_BY_NAME.get(table.name, set()), table.name
