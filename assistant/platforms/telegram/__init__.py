"""Telegram (Bot API, https://core.telegram.org/bots/api): a bot that is an administrator of the community's groups.

In: updates by webhook. The body is unsigned: Telegram repeats in ``X-Telegram-Bot-Api-Secret-Token`` the secret that the webhook was
set with, so whoever knows it may write anything. Messages are seen after they were shown.
Out: one method call for an order, the bot's token in its address; nothing of an address reaches an error's text. The answer to an
update may itself be one method call, of which nobody learns how it went: it answers the button that was pressed, and commands, in
private.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import orjson
from pydantic import Field, field_validator

from assistant.platforms.clipping import clipped_utf16
from assistant.platforms.platform import Platform, PlatformSettings, Secret
from assistant.platforms.secret_forms import matching
from assistant.platforms.telegram.api import LONGEST_TEXT, OFFICIAL
from assistant.platforms.telegram.checks import check
from assistant.platforms.telegram.orders import DOES, act
from assistant.platforms.telegram.updates import NAME, parse
from assistant.platforms.verification import check_equal, only_header
from assistant.types import (
    Capabilities,
    Command,
    Connection,
    Do,
    Event,
    Hook,
    HookReply,
    HookRequest,
    Outcome,
    Pressed,
    Sees,
    TextLimit,
    Unit,
)

__all__ = ["PLATFORM", "TelegramSettings"]

_TOAST = 200  # characters of answerCallbackQuery's text


class TelegramSettings(PlatformSettings):
    api_base: str = Field(OFFICIAL, description="The Bot API server: the official one, or one of your own.")
    bot_username: str | None = Field(
        None, description="The bot's name without @: commands addressed to other bots are then left to them."
    )
    public_url: str | None = Field(
        None, description="This service's public address; with it the connection test sets the bot's webhook."
    )
    chats: tuple[str, ...] = Field(
        (), description="Chat ids, by commas, in which the connection test looks at the bot's rights."
    )

    @field_validator("chats", mode="before")
    @classmethod
    def _by_commas(cls, value: object) -> object:
        return tuple(one.strip() for one in value.split(",") if one.strip()) if isinstance(value, str) else value


def make_secret() -> str:
    """Of the characters that ``secret_token`` takes: A-Z, a-z, 0-9, _ and -."""
    return secrets.token_urlsafe(32)


def verify(connection: Connection, request: HookRequest) -> None:
    given = only_header(request, "x-telegram-bot-api-secret-token")
    check_equal(given, *connection.accepted("webhook_secret"))


def reply(connection: Connection, hook: Hook, outcomes: Sequence[Outcome]) -> HookReply:
    """One method call at most; a message that only the member reads, since groups have none of that kind."""
    for event, outcome in zip(hook.events, outcomes, strict=False):
        if call := _call(event, outcome):
            return HookReply(body=orjson.dumps(call))
    return HookReply()


def _call(event: Event, outcome: Outcome) -> dict[str, object] | None:
    if isinstance(event, Pressed):
        call: dict[str, object] = {
            "method": "answerCallbackQuery",
            "callback_query_id": event.refs.get("callback_query", event.key),
        }
        return call | {"text": clipped_utf16(outcome.text, _TOAST), "show_alert": True} if outcome.text else call
    if isinstance(event, Command) and outcome.text and not event.member_id.startswith("-"):
        return {
            "method": "sendMessage",
            "chat_id": int(event.member_id),
            "text": clipped_utf16(outcome.text, LONGEST_TEXT),
        }
    return None


PLATFORM = Platform(
    name=NAME,
    title="Telegram",
    capabilities=Capabilities(
        sees=frozenset({Sees.MESSAGES, Sees.EDITS, Sees.JOINS, Sees.COMMANDS, Sees.PRESSES}),
        does=DOES,
        longest_mute_s=None,  # until_date 0 has no end; one that ends is at most 366 days away
        idempotent=DOES - {Do.MESSAGE, Do.POST},
        per_second=20.0,
        longest_text=TextLimit(LONGEST_TEXT, Unit.UTF16),
    ),
    settings=TelegramSettings,
    secrets=(
        Secret(
            "token",
            "The bot's token, from @BotFather: digits, a colon, and letters, digits, `-` and `_`.",
            check=matching("[0-9]+:[A-Za-z0-9_-]+"),
        ),
        Secret(
            "webhook_secret",
            "1 to 256 of A-Za-z0-9_-, the webhook's secret_token; made if not given.",
            make=make_secret,
            check=matching("[A-Za-z0-9_-]{1,256}"),
        ),
    ),
    verify=verify,
    parse=parse,
    reply=reply,
    act=act,
    check=check,
)
