"""Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks, 1.0), in and out: for chat servers of one's own.

In: ``{"type": "message.send", "timestamp": ..., "data": {...}}`` asks before the message is shown; ``message.created`` and
``message.updated`` tell of one that is; ``member.joined`` of someone new; ``command`` of ``report``, ``appeal`` or
``rules``; ``press`` of a button on a card.
Out: orders as ``order.<do>``, and what the community's own systems subscribe to, as events; both signed, ``webhook-id`` the same on
every try.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
from pydantic import Field

from assistant.errors import DeliveryFailed, DeliveryRefused, InvalidInput, ReceiverGone, Unauthenticated
from assistant.platforms.platform import Check, Platform, PlatformSettings, Secret
from assistant.platforms.reading import as_id, as_list, as_object, as_text, id_or_none, json_object, json_or_none
from assistant.platforms.secret_forms import base64_after
from assistant.platforms.verification import check_fresh, is_signed, only_header
from assistant.ports import Outgoing
from assistant.types import (
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
    Purpose,
    Receipt,
    Said,
    Sees,
    Verdict,
)

NAME = "webhooks"
_MAX_SIGNATURES = 16
_GONE = 410
_NEVER = frozenset({400, 422})
"""Statuses by which a receiver says that this very message is wrong; whatever else is not 2xx may be mended there, and is tried again."""


class WebhooksSettings(PlatformSettings):
    url: str | None = Field(
        None,
        description="Where orders and events are posted to; empty: nothing is, and what needs it goes to the staff.",
    )
    events: tuple[str, ...] = Field(
        (), description="Events to post: `decision`, `action`, `penalty`, `case`, `appeal`, `handoff`, `alert`, or `*`."
    )
    orders: tuple[Do, ...] = Field(
        (), description="Orders that the receiver carries out; what is not listed goes to the staff."
    )


is_secret = base64_after("whsec_", 24, 64)


def make_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def verify(connection: Connection, request: HookRequest) -> None:
    identifier = only_header(request, "webhook-id")
    timestamp = only_header(request, "webhook-timestamp")
    check_fresh(timestamp, request.received_at)
    signed = b".".join((identifier.encode(), timestamp.encode(), request.body))
    expected = [_mac(key, signed) for key in _keys(connection)]
    public = connection.accepted("public_key")
    given = only_header(request, "webhook-signature").split(" ")[:_MAX_SIGNATURES]
    if not any(_matches(one, expected, public, signed) for one in given):
        raise Unauthenticated("signature_wrong")


def parse(connection: Connection, request: HookRequest) -> Hook:
    document = json_object(request.body)
    kind = as_text(document.get("type"), "type")
    data = as_object(document.get("data"), "data")
    hook_id = as_id(only_header(request, "webhook-id"), "webhook-id")
    if kind in {"message.send", "message.created", "message.updated"}:
        said = _said(kind, data, hook_id)
        if not said.message.text.strip() and not said.message.unscreened:
            raise InvalidInput("text_empty", field="data.text", limit=1)
        return Hook((said,))
    if kind == "member.joined":
        return Hook((_joined(data, hook_id),))
    if kind == "command":
        return Hook((_command(data, hook_id),))
    if kind == "press":
        return Hook((_pressed(data, hook_id),))
    return Hook()


def reply(connection: Connection, hook: Hook, outcomes: Sequence[Outcome]) -> HookReply:
    if not outcomes:
        return HookReply(body=b'{"ok":true}')
    outcome = outcomes[0]
    document = {
        "verdict": outcome.verdict.value,
        "action": outcome.action,
        "text": outcome.text or None,
        "reason": outcome.reason or None,
        "decision_id": outcome.decision_id,
        "degraded": outcome.degraded,
    }
    return HookReply(body=orjson.dumps(document))


def narrow(settings: Mapping[str, Any], capabilities: Capabilities) -> Capabilities:
    """The receiver carries out the orders that are listed, if there is one."""
    orders = settings.get("orders", ()) if settings.get("url") else ()
    return replace(capabilities, does=frozenset(Do(one) for one in orders))


async def act(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    if order.do not in connection.settings.get("orders", ()):
        raise DeliveryRefused(f"the receiver does not take the order {order.do.value}")
    data = {
        "id": order.id,
        "channel": order.channel,
        "message_id": order.message_id,
        "member_id": order.member_id,
        "text": order.text or None,
        "reason": order.reason or None,
        "until": order.until.isoformat() if order.until else None,
        "buttons": [{"text": one.text, "value": one.value} for one in order.buttons],
        "refs": dict(order.refs),
    }
    return await send(connection, order.id, f"order.{order.do.value}", data, http)


async def send(connection: Connection, identifier: str, kind: str, data: Mapping[str, Any], http: Outgoing) -> Receipt:
    """Post one signed webhook. Its time is that of this try, its id that of the first."""
    url = connection.settings.get("url")
    if not url:
        raise DeliveryRefused("the connection has no url to post to", field="url")
    now = datetime.now(UTC)
    body = orjson.dumps({"type": kind, "timestamp": now.isoformat(), "data": data})
    answer = await http.request("POST", url, content=body, headers=signed_headers(connection, identifier, now, body))
    if answer.status == _GONE:
        raise ReceiverGone("the receiver answered 410: it wants no more")
    if answer.status in _NEVER:
        raise DeliveryRefused(f"the receiver answered {answer.status}: it will not take this one")
    if not 200 <= answer.status < 300:
        raise DeliveryFailed(f"the receiver answered {answer.status}")
    return Receipt(_posted(answer.body))


def _posted(body: bytes) -> str | None:
    """The receiver's own id of what it posted, ``{"message_id": ...}``, by which it can be changed later."""
    document = json_or_none(body)
    return id_or_none(document.get("message_id")) if isinstance(document, dict) else None


async def check(connection: Connection, http: Outgoing) -> list[Check]:
    if not connection.settings.get("url"):
        return [Check("url", True, "none: nothing is posted to this connection")]
    await send(connection, f"check_{secrets.token_hex(8)}", "ping", {}, http)
    return [Check("url", True, "took a signed ping")]


def signed_headers(connection: Connection, identifier: str, now: datetime, body: bytes) -> dict[str, str]:
    """Signed with the current secret and, during a rotation's overlap, with the previous one too.

    Raises: DeliveryRefused, where neither is a key.
    """
    timestamp = str(int(now.timestamp()))
    signed = b".".join((identifier.encode(), timestamp.encode(), body))
    signatures = [f"v1,{base64.b64encode(_mac(key, signed)).decode()}" for key in _keys(connection)]
    if not signatures:
        raise DeliveryRefused("the connection's secret is no key: rotate it", field="secret")
    return {
        "content-type": "application/json",
        "webhook-id": identifier,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signatures),
    }


def _keys(connection: Connection) -> Iterator[bytes]:
    """What was kept before secrets were checked and is no key signs nothing."""
    for secret in connection.accepted("secret"):
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"))
        except ValueError:
            continue
        if key:
            yield key


def _mac(key: bytes, signed: bytes) -> bytes:
    return hmac.digest(key, signed, hashlib.sha256)


def _matches(given: str, expected: Sequence[bytes], public: Sequence[str], signed: bytes) -> bool:
    version, _, encoded = given.partition(",")
    try:
        signature = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return False
    if version == "v1":
        return any(hmac.compare_digest(signature, one) for one in expected)
    return version == "v1a" and any(_verifies(one, signature, signed) for one in public)


def _verifies(public: str, signature: bytes, signed: bytes) -> bool:
    try:
        key = base64.b64decode(public.removeprefix("whpk_"))
    except ValueError:
        return False
    return is_signed(key, signature, signed)


def _said(kind: str, data: Mapping[str, Any], hook_id: str) -> Said:
    before, edited = kind == "message.send", kind == "message.updated"
    message_id = as_id(data["id"], "data.id") if data.get("id") is not None else None
    member = as_object(data.get("member", {}), "data.member")
    version = as_text(data.get("version"), "data.version")
    if version:
        as_id(version, "data.version")
    message = _message(data, member, message_id, edited=edited)
    known = f"{message_id}:{version}:{kind}:{message.channel or ''}"
    return Said(
        key=hook_id if message_id is None or (edited and not version) else known,
        before=before,
        private=data.get("private") is True,
        locale=as_text(member.get("locale"), "data.member.locale") or None,
        message=message,
    )


def _message(data: Mapping[str, Any], member: Mapping[str, Any], message_id: str | None, *, edited: bool) -> Message:
    parts = [Part("member.name", name)] if (name := as_text(member.get("name"), "data.member.name")) else []
    kinds = []
    for index, attachment in enumerate(as_list(data.get("attachments"), "data.attachments", 20)):
        field = f"attachments[{index}]"
        one = as_object(attachment, f"data.{field}")
        kinds.append(as_id(one.get("kind"), f"data.{field}.kind", 32))
        if caption := as_text(one.get("caption"), f"data.{field}.caption"):
            parts.append(Part(f"{field}.caption", caption))
    return Message(
        text=as_text(data.get("text"), "data.text"),
        member_id=as_id(member["id"], "data.member.id") if member.get("id") is not None else None,
        roles=tuple(as_id(role, "data.member.roles") for role in as_list(member.get("roles"), "data.member.roles", 50)),
        channel=as_id(data["channel"], "data.channel") if data.get("channel") is not None else None,
        thread=as_id(data["thread"], "data.thread") if data.get("thread") is not None else None,
        reply_to=as_id(data["reply_to"], "data.reply_to") if data.get("reply_to") is not None else None,
        platform=PlatformRef(NAME, message_id),
        edit_of=message_id if edited else None,
        purpose=_purpose(data.get("purpose")),
        parts=tuple(parts),
        unscreened=tuple(dict.fromkeys(kinds)),
    )


def _purpose(value: Any) -> Purpose:
    try:
        return Purpose(value or "chat")
    except ValueError:
        raise InvalidInput(field="data.purpose", problem="must be chat, marketing or question") from None


def _joined(data: Mapping[str, Any], hook_id: str) -> Event:
    member = as_object(data.get("member"), "data.member")
    return Joined(
        key=hook_id,
        member_id=as_id(member.get("id"), "data.member.id"),
        name=as_text(member.get("name"), "data.member.name"),
        channel=as_id(data["channel"], "data.channel") if data.get("channel") is not None else None,
        locale=as_text(member.get("locale"), "data.member.locale") or None,
    )


def _command(data: Mapping[str, Any], hook_id: str) -> Event:
    member = as_object(data.get("member"), "data.member")
    about = {"channel": data.get("channel"), **as_object(data["about"], "data.about")} if data.get("about") else None
    return Command(
        key=hook_id,
        name=as_id(data.get("name"), "data.name", 32),
        member_id=as_id(member.get("id"), "data.member.id"),
        channel=as_id(data["channel"], "data.channel") if data.get("channel") is not None else None,
        text=as_text(data.get("text"), "data.text"),
        locale=as_text(member.get("locale"), "data.member.locale") or None,
        about=_said("message.created", about, f"{hook_id}:about") if about else None,
    )


def _pressed(data: Mapping[str, Any], hook_id: str) -> Event:
    member = as_object(data.get("member"), "data.member")
    return Pressed(
        key=hook_id,
        value=as_id(data.get("value"), "data.value", 64),
        member_id=as_id(member.get("id"), "data.member.id"),
        channel=as_id(data.get("channel"), "data.channel"),
        message_id=as_id(data["message_id"], "data.message_id") if data.get("message_id") is not None else None,
        locale=as_text(member.get("locale"), "data.member.locale") or None,
    )


PLATFORM = Platform(
    name=NAME,
    title="Standard Webhooks",
    capabilities=Capabilities(
        sees=frozenset({Sees.MESSAGES, Sees.EDITS, Sees.JOINS, Sees.COMMANDS, Sees.PRESSES}),
        does=frozenset(Do),
        verdicts=frozenset(Verdict),
        deadline_s=3.0,
        idempotent=frozenset(Do),
        per_second=100.0,
    ),
    settings=WebhooksSettings,
    secrets=(
        Secret(
            "secret",
            "`whsec_` and 24 to 64 bytes in base64; made when it is not given.",
            make=make_secret,
            check=is_secret,
        ),
        Secret(
            "public_key",
            "`whpk_` and an Ed25519 public key (32 bytes) in base64, for senders that sign v1a.",
            required=False,
            check=base64_after("whpk_", 32, 32),
        ),
    ),
    verify=verify,
    parse=parse,
    reply=reply,
    act=act,
    check=check,
    narrow=narrow,
)
