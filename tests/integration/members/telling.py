"""Events as clients tell them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NOW = datetime.now(UTC).replace(microsecond=0)


def event(number, member, hours_ago=1.0, kind="message", **properties):
    at = NOW - timedelta(hours=hours_ago)
    item = properties.pop("item_id", None)
    return {
        "id": f"{member}-{number}",
        "type": kind,
        "member_id": member,
        "at": at.isoformat(),
        "item_id": item,
        "properties": properties,
    }
