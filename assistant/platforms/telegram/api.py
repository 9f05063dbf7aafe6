"""Calls of the Bot API: addresses that hold the token, answers, refusals in plain words, and the limits of texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from assistant.errors import DeliveryFailed, DeliveryRefused
from assistant.ports import Outgoing
from assistant.types import Connection

OFFICIAL = "https://api.telegram.org"
LONGEST_TEXT = 4096

# What Telegram's descriptions hold (the Bot API server's source, Client.cpp), and what to do about it; the first that fits counts.
_ADVICE = (
    ("can't initiate conversation", "the member has never written to the bot, and a bot may not write first"),
    ("bot was blocked", "the member has blocked the bot"),
    ("user is deactivated", "the member's account is deleted"),
    ("upgraded to a supergroup", "the group became a supergroup and has a new chat id: use that one"),
    ("chat not found", "Telegram knows no such chat: check its id, and that the bot is a member"),
    ("bot was kicked", "the bot was removed from the chat: add it again"),
    ("bot is not a member", "the bot is not in the chat: add it"),
    ("message can't be deleted", "it is older than 48 hours, or the bot lacks the right to delete messages"),
    ("message can't be edited", "the bot may not edit it any more"),
    ("message to edit not found", "the message is gone"),
    ("user is an administrator", "the member is an administrator: take that away first"),
    ("remove chat owner", "the member owns the chat"),
    ("only for supergroups", "a basic group cannot do this: turn it into a supergroup"),
    ("supergroup and channel chats only", "a basic group cannot do this: turn it into a supergroup"),
    ("not enough rights", "make the bot an administrator that may delete messages and ban users"),
    ("need administrator rights", "make the bot an administrator that may delete messages and ban users"),
    ("chat_admin_required", "make the bot an administrator that may delete messages and ban users"),
    ("have no rights to send", "let the bot write in the chat"),
    ("user not found", "Telegram knows no such member"),
    ("user_id_invalid", "Telegram knows no such member"),
    ("participant_id_invalid", "Telegram knows no such member of the chat"),
    ("user_not_participant", "the member is not in the chat"),
    ("member not found", "Telegram knows no such member of the chat"),
)
_WRONG_TOKEN = (401, 404)


class Declined(Exception):
    """``{"ok": false}``: ``description`` in lower case, as Telegram gave it; ``advice`` is fit to be shown."""

    def __init__(self, method: str, code: int, description: str) -> None:
        super().__init__(method, code)
        self.code = code
        self.description = description
        self.advice = _advice(method, code, description)

    def says(self, *phrases: str) -> bool:
        return any(phrase in self.description for phrase in phrases)


def _advice(method: str, code: int, description: str) -> str:
    if code in _WRONG_TOKEN:
        return f"Telegram does not take the bot's token ({code}): get the right one from @BotFather"
    for phrase, advice in _ADVICE:
        if phrase in description:
            return advice
    return f"Telegram refused {method} ({code})"


async def call(connection: Connection, http: Outgoing, method: str, **parameters: Any) -> Any:
    """The method's result.

    Raises: Declined, DeliveryFailed, DeliveryRefused; none holds the token.
    """
    token = connection.secrets.get("token")
    if not token:
        raise DeliveryRefused("the connection has no bot token", field="token")
    url = f"{str(connection.settings.get('api_base') or OFFICIAL).rstrip('/')}/bot{token}/{method}"
    with _without(token):
        answer = await http.request("POST", url, json=parameters)
        document = answer.json()
    if not isinstance(document, Mapping):
        raise DeliveryFailed(f"the answer to {method} is not Telegram's")
    if document.get("ok") is True:
        return document.get("result")
    code = document.get("error_code")
    description = document.get("description")
    raise Declined(
        method,
        code if isinstance(code, int) else answer.status,
        description.lower() if isinstance(description, str) else "",
    )


@contextmanager
def _without(token: str) -> Iterator[None]:
    """Errors from here name no token, nor are they chained to one that does."""
    try:
        yield
    except DeliveryRefused as error:
        raise type(error)(error.problem.replace(token, "…"), field=error.field) from None
    except DeliveryFailed as error:
        raise DeliveryFailed(error.problem.replace(token, "…"), retry_after=error.retry_after) from None
