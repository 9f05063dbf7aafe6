"""A changed title comes without the text of its topic, which the same call may have changed: it is asked for."""

from __future__ import annotations

from assistant.platforms.discourse.api import ask, document
from assistant.platforms.discourse.events import TOPIC, with_first_post
from assistant.ports import Outgoing
from assistant.types import Connection, Said


async def complete(connection: Connection, said: Said, http: Outgoing) -> Said:
    """Raises: DeliveryFailed, DeliveryRefused, AddressRefused, InvalidInput."""
    platform = said.message.platform
    if platform is None or not (platform.message_id or "").startswith(TOPIC):
        return said
    answer = await ask(connection, http, "GET", f"/posts/by_number/{said.message.thread}/1.json")
    return with_first_post(said, document(answer))
