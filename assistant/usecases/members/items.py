"""What events point at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection as Transaction

from assistant.members.meaning import ItemText
from assistant.store import items


def item_texts(transaction: Transaction, community: str, item_ids: Sequence[str]) -> Mapping[str, ItemText]:
    """By id, what the community's items say of themselves; unknown ones are absent, and so are those that violate the policy."""
    found = items.get_many(transaction, community, set(item_ids))
    return {
        item_id: ItemText("\n".join(part for part in (one.item.title, one.item.text) if part), one.item.tags)
        for item_id, one in found.items()
        if not one.item.hidden
    }
