"""Orders, carried out through the Client-Server API. Transaction ids are made of the order's: a homeserver does each once per token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from assistant.errors import DeliveryRefused
from assistant.platforms.matrix.client import Client, failure
from assistant.platforms.matrix.direct import direct_room
from assistant.platforms.matrix.rooms import mute, unmute
from assistant.platforms.matrix.settings import sign_of, verb_of
from assistant.ports import Outgoing
from assistant.types import Connection, Do, Order, Receipt

_GONE = frozenset({"leave", "ban"})
_NO_REACTIONS = frozenset({"M_FORBIDDEN", "M_DUPLICATE_ANNOTATION"})


async def act(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    try:
        carry_out = _ORDERS[order.do]
    except KeyError:
        raise DeliveryRefused(f"Matrix has nothing for the order {order.do.value}") from None
    return await carry_out(Client(connection, http), order)


async def _delete(client: Client, order: Order) -> Receipt:
    """An edit is an event of its own, which goes along with the message that it edits, if that is its author's: anybody may send an event
    that names another's message as the one it edits."""
    room, message = _given(order.channel, "channel"), _given(order.message_id, "message_id")
    edit = order.refs.get("edit")
    reply = await client.ask("GET", "rooms", room, "event", message)
    already = reply.ok and _is_redacted(reply.document)
    own = edit is None or (reply.ok and reply.document.get("sender") == order.member_id)
    if own and not already:
        await _redact(client, room, message, order.id, order.reason)
    if edit:
        await _redact(client, room, edit, f"{order.id}.edit", order.reason)
        if not reply.ok:
            raise DeliveryRefused("the edit is deleted; what it edits cannot be read, and may be another member's")
    return Receipt(already=already and own)


def _is_redacted(event: Mapping[str, Any]) -> bool:
    unsigned = event.get("unsigned")
    return "redacted_because" in event or (isinstance(unsigned, dict) and "redacted_because" in unsigned)


async def _redact(client: Client, room: str, event: str, transaction: str, reason: str) -> None:
    await client.done("PUT", "rooms", room, "redact", event, transaction, document={"reason": reason} if reason else {})


async def _message(client: Client, order: Order) -> Receipt:
    room = await direct_room(client, _given(order.member_id, "member_id"))
    return Receipt(await client.send(room, "m.room.message", order.id, _content(order.text)))


def _content(text: str) -> dict[str, Any]:
    """Plain text, read as it stands by every client; nobody is notified by a name that occurs in it."""
    return {"msgtype": "m.text", "body": text, "m.mentions": {}}


async def _mute(client: Client, order: Order) -> Receipt:
    return await mute(client, _given(order.channel, "channel"), _given(order.member_id, "member_id"))


async def _unmute(client: Client, order: Order) -> Receipt:
    return await unmute(client, _given(order.channel, "channel"), _given(order.member_id, "member_id"))


def _membership(verb: str, is_done: Callable[[str | None], bool]) -> Callable[[Client, Order], Awaitable[Receipt]]:
    """Homeservers refuse what is so already with various codes: a refusal is looked into."""

    async def change(client: Client, order: Order) -> Receipt:
        room, member = _given(order.channel, "channel"), _given(order.member_id, "member_id")
        document = {"user_id": member} | ({"reason": order.reason} if order.reason else {})
        reply = await client.ask("POST", "rooms", room, verb, document=document)
        if reply.ok:
            return Receipt()
        if reply.code in {"M_FORBIDDEN", "M_BAD_STATE", "M_UNKNOWN", "M_NOT_FOUND"}:
            found = await client.state(room, "m.room.member", member)
            if is_done((found or {}).get("membership")):
                return Receipt(already=True)
        raise failure(reply)

    return change


async def _post(client: Client, order: Order) -> Receipt:
    room = _given(order.channel, "channel")
    event = await client.send(room, "m.room.message", order.id, _content(_card(order)) | _in_thread(order))
    await _offer(client, room, event, order)
    return Receipt(event)


def _in_thread(order: Order) -> dict[str, Any]:
    """An answer stays in its thread; clients without threads show it as a reply to what began it."""
    root = order.refs.get("thread")
    if not root:
        return {}
    reply = {"is_falling_back": True, "m.in_reply_to": {"event_id": root}}
    return {"m.relates_to": {"rel_type": "m.thread", "event_id": root, **reply}}


def _card(order: Order) -> str:
    offered = [f"{sign} {one.text}" for one in order.buttons if (sign := sign_of(one.value))]
    return f"{order.text}\n\n{' · '.join(offered)}" if offered else order.text


async def _offer(client: Client, room: str, card: str, order: Order) -> None:
    """React to the bot's own card, so that one click presses. Where the bot may not, staff can still react by themselves."""
    signs = filter(None, (sign_of(one.value) for one in order.buttons))
    for index, sign in enumerate(dict.fromkeys(signs)):
        relation = {"rel_type": "m.annotation", "event_id": card, "key": sign}
        transaction = f"{order.id}.sign{index}"
        reply = await client.ask(
            "PUT", "rooms", room, "send", "m.reaction", transaction, document={"m.relates_to": relation}
        )
        if not reply.ok and reply.code not in _NO_REACTIONS:
            raise failure(reply)


async def _amend(client: Client, order: Order) -> Receipt:
    room, card = _given(order.channel, "channel"), _given(order.message_id, "message_id")
    content = _content(_card(order))
    edit = content | {
        "body": f"* {content['body']}",
        "m.new_content": content,
        "m.relates_to": {"rel_type": "m.replace", "event_id": card},
    }
    await client.send(room, "m.room.message", order.id, edit)
    await _withdraw(client, room, card, order)
    await _offer(client, room, card, order)
    return Receipt(card)


async def _withdraw(client: Client, room: str, card: str, order: Order) -> None:
    """Take away the bot's reactions that are offered no more; where the homeserver cannot list them, they stay."""
    offered = {one.value.rpartition(":")[2] for one in order.buttons}
    path = ("rooms", room, "relations", card, "m.annotation", "m.reaction")
    listed = (await client.ask("GET", *path, version="v1", query="?limit=100")).document.get("chunk")
    for event in listed if isinstance(listed, list) else ():
        if not isinstance(event, dict) or event.get("sender") != client.user_id or _is_redacted(event):
            continue
        content = event.get("content")
        relation = content.get("m.relates_to") if isinstance(content, dict) else None
        verb = verb_of(str(relation.get("key"))) if isinstance(relation, dict) else None
        identifier = str(event.get("event_id"))
        if verb and verb not in offered:
            await _redact(client, room, identifier, f"{order.id}.{verb}", "")


def _given(value: str | None, name: str) -> str:
    if not value:
        raise DeliveryRefused(f"the order names no {name}", field=name)
    return value


_ORDERS: Mapping[Do, Callable[[Client, Order], Awaitable[Receipt]]] = MappingProxyType(
    {
        Do.DELETE: _delete,
        Do.MESSAGE: _message,
        Do.MUTE: _mute,
        Do.UNMUTE: _unmute,
        Do.KICK: _membership("kick", lambda found: found is None or found in _GONE),
        Do.BAN: _membership("ban", lambda found: found == "ban"),
        Do.UNBAN: _membership("unban", lambda found: found != "ban"),
        Do.POST: _post,
        Do.AMEND: _amend,
    }
)
DOES = frozenset(_ORDERS)
