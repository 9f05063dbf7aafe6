"""What events point at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection as Transaction

from assistant.members.meaning import ItemText


def item_texts(transaction: Transaction, community: str, item_ids: Sequence[str]) -> Mapping[str, ItemText]:
    """By id, what the community's items say of themselves; unknown ones are absent."""
    del transaction, community, item_ids
    return {}
