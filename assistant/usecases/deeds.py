"""What members do on a platform beside writing, as it comes by its hook: into the stream of events, under the connection's name."""

from __future__ import annotations

from typing import Any

import structlog

from assistant.types import Did
from assistant.usecases.assistant import Assistant
from assistant.usecases.members.events import take_events
from assistant.usecases.registry import Held

log = structlog.get_logger()


def note_deed(assistant: Assistant, held: Held, did: Did) -> None:
    """Told again it changes nothing. One that our limits refuse is left out: the platform could not tell it otherwise. Blocks."""
    connection = held.connection
    properties: dict[str, Any] = {"channel": did.channel} if did.channel is not None else {}
    if did.message_id is not None:
        properties["message_id"] = did.message_id
    if did.of_member is not None and did.of_member != did.member_id:
        properties["via"] = {"member_id": did.of_member}
    event = {
        "id": f"{connection.id}:{did.key}",
        "type": did.type.value,
        "member_id": did.member_id,
        "at": (did.at or assistant.clock()).isoformat(),
        "properties": properties,
    }
    found = take_events(assistant, connection.community, [event], source=connection.id)
    for error in found.errors.values():
        log.info("a deed of a platform was left out", connection=connection.id, field=error.field)
