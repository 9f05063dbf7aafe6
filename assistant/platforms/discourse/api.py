"""Calls of Discourse's API, and its refusals in plain words; what it says itself is never passed on, since it may quote the post."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.errors import DeliveryRefused
from assistant.ports import Answered, Outgoing
from assistant.types import Connection

GONE, CONFLICT = 404, 409
_ADVICE = {
    400: "Discourse could not read it (400)",
    401: "Discourse does not take the API key (401): make a new one for the acting account",
    403: "the acting account may not do this (403): check its API key, make it a moderator; staff cannot be moderated",
    404: "Discourse knows no such post, member or topic (404)",
    409: "Discourse says that it clashes with what is there (409)",
    422: "Discourse did not accept the text (422): look at the forum's limits on posts",
}


async def ask(connection: Connection, http: Outgoing, method: str, path: str, body: Any = None) -> Answered:
    """The answer whatever its status.

    Raises: DeliveryFailed, DeliveryRefused.
    """
    base, username = (connection.settings.get(name) for name in ("api_base", "api_username"))
    key = connection.secrets.get("api_key")
    for name, value in (("api_base", base), ("api_username", username), ("api_key", key)):
        if not value:
            raise DeliveryRefused(f"the connection has no {name}", field=name)
    headers = {"api-key": str(key), "api-username": str(username), "accept": "application/json"}
    return await http.request(method, f"{str(base).rstrip('/')}{path}", headers=headers, json=body)


def done(answer: Answered) -> bool:
    return 200 <= answer.status < 300


def refused(answer: Answered) -> DeliveryRefused:
    if 300 <= answer.status < 400:
        return DeliveryRefused("the forum is at another address: set api_base to it", field="api_base")
    return DeliveryRefused(_ADVICE.get(answer.status, f"Discourse refused it ({answer.status})"))


def document(answer: Answered) -> Mapping[str, Any]:
    """The answer's JSON object, empty where it is none; DeliveryRefused for an answer that is not 2xx."""
    if not done(answer):
        raise refused(answer)
    content = answer.json()
    return content if isinstance(content, Mapping) else {}
