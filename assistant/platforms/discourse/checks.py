"""The connection test: the key and its account's rights, and the channel of the staff."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.errors import DeliveryFailed, DeliveryRefused
from assistant.platforms.discourse.api import GONE, ask, document, done, refused
from assistant.platforms.platform import Check
from assistant.ports import Outgoing
from assistant.types import Connection


async def check(connection: Connection, http: Outgoing) -> list[Check]:
    try:
        answer = await ask(connection, http, "GET", "/session/current.json")
        if answer.status == GONE:
            return [Check("api_key", False, "the key belongs to no account: make one for the acting account")]
        account = document(answer).get("current_user")
    except (DeliveryRefused, DeliveryFailed) as error:
        return [Check("api_key", False, error.problem)]
    if not isinstance(account, Mapping):
        return [Check("api_key", False, "the forum named no account: is api_base the forum's address?")]
    lines = [Check("api_key", True, f"it acts as {account.get('username')}"), _rights(account)]
    if connection.staff_channel:
        lines.append(await _staff(connection, connection.staff_channel, http))
    return lines


def _rights(account: Mapping[str, object]) -> Check:
    if account.get("admin") is True or account.get("moderator") is True:
        return Check("rights", True, "the account may delete posts, silence and suspend")
    return Check("rights", False, "the account is no moderator: make it one")


async def _staff(connection: Connection, channel: str, http: Outgoing) -> Check:
    kind, _, rest = channel.rpartition(":")
    paths = {"topic": f"/t/{rest}.json", "group": f"/groups/{rest}.json", "category": f"/c/{rest}/show.json"}
    path = paths.get(kind or "category")
    if path is None or not rest.replace("-", "").replace("_", "").replace(".", "").isalnum():
        return Check("staff channel", False, "it must be topic:1, category:1 or group:name")
    try:
        answer = await ask(connection, http, "GET", path)
    except (DeliveryRefused, DeliveryFailed) as error:
        return Check("staff channel", False, error.problem)
    return Check("staff channel", done(answer), "it is there" if done(answer) else refused(answer).problem)
