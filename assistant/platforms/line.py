"""LINE (Messaging API, https://developers.line.biz/en/reference/messaging-api/): an official account in groups. It sees, and writes.

In: webhook events, signed by HMAC-SHA256 of the raw body with the channel secret, in base64. ``{"events": []}`` is LINE's own test.
A redelivered event has the ``webhookEventId`` of the first try. Members' names are not told; LINE lets a bot neither delete nor mute.
Out: push messages, each counted against the account's monthly quota once for every reader, with ``X-Line-Retry-Key`` so that no try
doubles another. Reply tokens cost nothing, live for a minute, work once and have no retry key: an order that may be tried again or
later cannot rest upon one, and in a group what they send is public. None is used.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import structlog
from pydantic import Field

from assistant.errors import DeliveryFailed, DeliveryRefused, InvalidInput
from assistant.platforms.clipping import clipped_utf16
from assistant.platforms.platform import Check, Platform, PlatformSettings, Secret
from assistant.platforms.reading import (
    as_id,
    as_list,
    as_object,
    as_text,
    as_time,
    id_or_none,
    json_object,
    json_or_none,
)
from assistant.platforms.verification import check_equal, only_header
from assistant.ports import Answered, Outgoing
from assistant.types import (
    Button,
    Capabilities,
    Command,
    Connection,
    Do,
    Event,
    Hook,
    HookReply,
    HookRequest,
    Joined,
    Message,
    Order,
    Outcome,
    Part,
    PlatformRef,
    Pressed,
    Receipt,
    Said,
    Sees,
    TextLimit,
    Unit,
)

log = structlog.get_logger()

NAME = "line"
_OFFICIAL = "https://api.line.me"
_RETRY_KEYS = uuid.UUID("8b0b0f5e-6d0a-5a3c-9f57-1d1c5b0a6c11")
_COMMAND = re.compile(r"/(report|appeal|rules)(?:\s+(.*))?", re.ASCII | re.DOTALL | re.IGNORECASE)
_KINDS = {
    "image": "image",
    "video": "video",
    "audio": "voice",
    "file": "file",
    "location": "location",
    "sticker": "sticker",
}
_TEXTS = {"fileName": "file_name", "title": "title", "address": "address"}
_LONGEST_TEXT, _LONGEST_ALT, _LONGEST_LABEL = 5000, 400, 20
_DOES = frozenset({Do.MESSAGE, Do.POST})


class LineSettings(PlatformSettings):
    api_base: str = Field(_OFFICIAL, description="The Messaging API's address.")


def verify(connection: Connection, request: HookRequest) -> None:
    given = only_header(request, "x-line-signature")
    check_equal(given, *(_signature(secret, request.body) for secret in connection.accepted("channel_secret")))


def _signature(secret: str, body: bytes) -> bytes:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256))


def parse(connection: Connection, request: HookRequest) -> Hook:
    document = json_object(request.body)
    if "events" not in document:
        raise InvalidInput(field="events", problem="is missing")
    events: list[Event] = []
    for index, one in enumerate(as_list(document["events"], "events")):
        try:
            events.extend(_events(as_object(one, f"events[{index}]")))
        except InvalidInput as error:  # a redelivery would bring it again, and the others could not be had without it
            log.warning("an event of LINE cannot be read", connection=connection.id, at=index, field=error.field)
    return Hook(tuple(events))


def reply(connection: Connection, hook: Hook, outcomes: Sequence[Outcome]) -> HookReply:
    """Nothing: what is answered to a webhook reaches nobody."""
    return HookReply(body=b"{}")


async def act(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    if order.do not in _DOES:
        raise DeliveryRefused(f"LINE has no order {order.do.value}: a bot only reads and writes there")
    to = order.member_id if order.do is Do.MESSAGE else order.channel
    if not to or not order.text:
        raise DeliveryRefused("the order names nobody to write to, or nothing to write")
    message = (
        _card(order.text, order.buttons)
        if order.buttons
        else {"type": "text", "text": clipped_utf16(order.text, _LONGEST_TEXT)}
    )
    answer = await http.request(
        "POST",
        _url(connection, "message/push"),
        headers={**_authorization(connection), "x-line-retry-key": str(uuid.uuid5(_RETRY_KEYS, order.id))},
        json={"to": to, "messages": [message]},
    )
    if answer.status not in {200, 409}:
        raise DeliveryRefused(_advice(answer.status))
    return Receipt(_sent(answer), already=answer.status == 409)


async def check(connection: Connection, http: Outgoing) -> list[Check]:
    try:
        bot = await _get(connection, http, "info")
        lines = [Check("access_token", True, f"the account is {bot.get('basicId')}")]
        lines.append(await _webhook(connection, http))
        lines.append(await _quota(connection, http))
    except (DeliveryRefused, DeliveryFailed) as error:
        return [Check("access_token", False, error.problem)]
    if connection.staff_channel:
        lines.append(await _staff(connection, connection.staff_channel, http))
    return lines


def _events(event: Mapping[str, Any]) -> Iterator[Event]:
    kind = as_text(event.get("type"), "type")
    if kind not in {"message", "postback", "memberJoined"}:
        return
    key = as_id(event.get("webhookEventId"), "webhookEventId")
    source = as_object(event.get("source"), "source")
    channel = _channel(source)
    if channel is None:
        return
    if kind == "memberJoined":
        yield from _joined(event, key, channel)
    elif source.get("userId") is not None or kind == "message":
        member_id = as_id(source["userId"], "source.userId") if source.get("userId") is not None else None
        yield from (_spoken if kind == "message" else _pressed)(event, key, channel, member_id)


def _channel(source: Mapping[str, Any]) -> str | None:
    """The group, the room of several, or the member whom the account talks to alone; ``None`` for what LINE adds one day."""
    name = {"group": "groupId", "room": "roomId", "user": "userId"}.get(as_text(source.get("type"), "source.type"))
    return as_id(source.get(name), f"source.{name}") if name else None


def _spoken(event: Mapping[str, Any], key: str, channel: str, member_id: str | None) -> Iterator[Event]:
    said = _said(event, key, channel, member_id)
    command = _command(said)
    if command:
        yield command
    if command is None or (command.text and not said.private):
        yield said


def _said(event: Mapping[str, Any], key: str, channel: str, member_id: str | None) -> Said:
    content = as_object(event.get("message"), "message")
    kind = as_text(content.get("type"), "message.type")
    message_id = as_id(content.get("id"), "message.id")
    text = as_text(content.get("text"), "message.text")
    quoted = (
        {"quoted": as_id(content["quotedMessageId"], "message.quotedMessageId")} if "quotedMessageId" in content else {}
    )
    parts = [
        Part(f"{kind}.{ours}", value)
        for theirs, ours in _TEXTS.items()
        if (value := as_text(content.get(theirs), f"message.{theirs}"))
    ]
    if text and kind == "sticker":
        parts.append(Part("sticker.text", text))
    return Said(
        key=key,
        private=as_object(event.get("source"), "source").get("type") == "user",
        refs=quoted,
        message=Message(
            text=text if kind == "text" else "",
            member_id=member_id,
            channel=channel,
            reply_to=quoted.get("quoted"),
            platform=PlatformRef(NAME, message_id),
            sent_at=as_time(event.get("timestamp"), "timestamp", per_second=1000),
            parts=tuple(parts),
            unscreened=() if kind == "text" else (_KINDS.get(kind, "other"),),
        ),
    )


def _command(said: Said) -> Command | None:
    """Typed, since LINE has no commands of its own. A report is about the message it quotes, of which LINE tells the id alone."""
    match = _COMMAND.fullmatch(said.message.text)
    if match is None or said.message.member_id is None:
        return None
    quoted = said.refs.get("quoted")
    about = Message(text="", channel=said.message.channel, platform=PlatformRef(NAME, quoted))
    return Command(
        key=f"{said.key}:command",
        name=match[1].lower(),
        member_id=said.message.member_id,
        channel=said.message.channel,
        text=(match[2] or "").strip(),
        about=Said(key=f"{said.key}:about", message=about) if quoted else None,
    )


def _pressed(event: Mapping[str, Any], key: str, channel: str, member_id: str | None) -> Iterator[Event]:
    """Postbacks longer than a card's values, or of other characters, are those of the account's own menus."""
    data = as_text(as_object(event.get("postback"), "postback").get("data"), "postback.data")
    if member_id and 1 <= len(data) <= 64 and data.isascii():
        yield Pressed(key=key, value=data, member_id=member_id, channel=channel)


def _joined(event: Mapping[str, Any], key: str, channel: str) -> Iterator[Event]:
    members = as_list(as_object(event.get("joined"), "joined").get("members"), "joined.members")
    for index, one in enumerate(members):
        if (member_id := id_or_none(as_object(one, f"joined.members[{index}]").get("userId"))) is None:
            continue  # as of a member who has not agreed to be known
        yield Joined(key=f"{key}:{member_id}", member_id=member_id, channel=channel)


def _card(text: str, buttons: Sequence[Button]) -> dict[str, Any]:
    """A flex bubble: a buttons template holds 160 characters and four buttons. Without ``displayText`` a press shows nothing."""
    actions = [
        {
            "type": "button",
            "action": {"type": "postback", "label": clipped_utf16(one.text, _LONGEST_LABEL), "data": one.value},
        }
        for one in buttons
    ]
    body = {"type": "text", "text": clipped_utf16(text, _LONGEST_TEXT), "wrap": True}
    return {
        "type": "flex",
        "altText": clipped_utf16(text, _LONGEST_ALT),
        "contents": {
            "type": "bubble",
            "body": {"type": "box", "layout": "vertical", "contents": [body]},
            "footer": {"type": "box", "layout": "vertical", "contents": actions},
        },
    }


def _advice(status: int) -> str:
    if status == 401:
        return "LINE does not take the channel access token (401): issue a new one in the console"
    if status == 403:
        return "the account may not do this (403): look at its plan and its features in the console"
    if status in {400, 404}:
        return f"LINE refused it ({status}): the member or group is unknown to the account, or it is no member of the group"
    return f"LINE refused it ({status})"


def _sent(answer: Answered) -> str | None:
    """The id of what was sent, now or (409) by an earlier try."""
    document = json_or_none(answer.body)
    sent = document.get("sentMessages") if isinstance(document, Mapping) else None
    first = sent[0] if isinstance(sent, list) and sent else None
    return id_or_none(first.get("id")) if isinstance(first, Mapping) else None


async def _get(connection: Connection, http: Outgoing, path: str) -> Mapping[str, Any]:
    answer = await http.request("GET", _url(connection, path), headers=_authorization(connection))
    if answer.status != 200:
        raise DeliveryRefused(_advice(answer.status))
    document = answer.json()
    return document if isinstance(document, Mapping) else {}


async def _webhook(connection: Connection, http: Outgoing) -> Check:
    path = f"/v1/hooks/{connection.id}"
    try:
        hook = await _get(connection, http, "channel/webhook/endpoint")
    except DeliveryRefused:
        return Check("webhook", False, f"none is set: paste the address that ends in {path} in the console")
    if not str(hook.get("endpoint")).endswith(path):
        return Check("webhook", False, f"it leads elsewhere: paste the address that ends in {path} in the console")
    if hook.get("active") is not True:
        return Check("webhook", False, "it is set but not in use: switch on 'Use webhook' in the console")
    return Check("webhook", True, "set to this connection and in use")


async def _quota(connection: Connection, http: Outgoing) -> Check:
    quota = await _get(connection, http, "message/quota")
    used = (await _get(connection, http, "message/quota/consumption")).get("totalUsage", 0)
    if quota.get("type") != "limited":
        return Check("quota", True, f"{used} messages sent this month; no limit is set")
    left = isinstance(used, int) and isinstance(quota.get("value"), int) and used < quota["value"]
    return Check("quota", left, f"{used} of {quota.get('value')} messages of this month are used")


async def _staff(connection: Connection, channel: str, http: Outgoing) -> Check:
    """Groups begin with C, rooms with R, members with U."""
    safe = quote(channel, safe="")
    path = {"C": f"group/{safe}/summary", "R": f"room/{safe}/members/count"}.get(channel[:1], f"profile/{safe}")
    try:
        await _get(connection, http, path)
    except (DeliveryRefused, DeliveryFailed) as error:
        return Check("staff channel", False, error.problem)
    return Check("staff channel", True, "the account may write there")


def _url(connection: Connection, path: str) -> str:
    return f"{str(connection.settings.get('api_base') or _OFFICIAL).rstrip('/')}/v2/bot/{path}"


def _authorization(connection: Connection) -> dict[str, str]:
    token = connection.secrets.get("access_token")
    if not token:
        raise DeliveryRefused("the connection has no channel access token", field="access_token")
    return {"authorization": f"Bearer {token}"}


PLATFORM = Platform(
    name=NAME,
    title="LINE",
    capabilities=Capabilities(
        sees=frozenset({Sees.MESSAGES, Sees.JOINS, Sees.COMMANDS, Sees.PRESSES}),
        does=_DOES,
        deadline_s=2.0,
        paid=_DOES,
        idempotent=_DOES,
        per_second=50.0,
        longest_text=TextLimit(_LONGEST_TEXT, Unit.UTF16),
    ),
    settings=LineSettings,
    secrets=(
        Secret("channel_secret", "The channel's secret, from the console's Basic settings."),
        Secret("access_token", "A long-lived channel access token, from the console's Messaging API tab."),
    ),
    verify=verify,
    parse=parse,
    reply=reply,
    act=act,
    check=check,
)
