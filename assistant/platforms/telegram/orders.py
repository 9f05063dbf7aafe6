"""Orders carried out by the Bot API. Whom an order concerns is looked up first wherever the plain call would undo something else:
lifting restrictions lifts bans too, and so does kicking."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from assistant.errors import DeliveryRefused
from assistant.platforms.clipping import clipped_utf16
from assistant.platforms.telegram.api import LONGEST_TEXT, Declined, call
from assistant.ports import Outgoing
from assistant.types import Connection, Do, Order, Receipt

_NUMBER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_SHORTEST_S, _LONGEST_S = 40, 366 * 86_400 - 60  # Telegram takes less than 30 s and more than 366 days for ever
_PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)
_UNKNOWN = ("user not found", "participant_id_invalid", "user_not_participant", "member not found", "user_id_invalid")


async def act(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    if order.do not in _ORDERS:
        raise DeliveryRefused(f"Telegram has no order {order.do.value}")

    async def ask(method: str, **parameters: Any) -> Any:
        return await call(connection, http, method, **parameters)

    try:
        return await _ORDERS[order.do](order, ask)
    except Declined as declined:
        raise DeliveryRefused(declined.advice) from None


_Ask = Callable[..., Awaitable[Any]]


async def _delete(order: Order, ask: _Ask) -> Receipt:
    try:
        await ask("deleteMessage", chat_id=_chat(order), message_id=_number(order.message_id, "message_id"))
    except Declined as declined:
        if declined.says("message to delete not found", "message_id_invalid"):
            return Receipt(already=True)
        raise
    return Receipt()


async def _mute(order: Order, ask: _Ask) -> Receipt:
    if (await _status(order, ask)) == "kicked":
        return Receipt(already=True)  # restricting a banned member would let them back in
    await ask("restrictChatMember", **_member(order), **_permissions(granted=False), until_date=_until(order))
    return Receipt()


async def _unmute(order: Order, ask: _Ask) -> Receipt:
    if (await _status(order, ask)) != "restricted":
        return Receipt(already=True)
    await ask("restrictChatMember", **_member(order), **_permissions(granted=True))
    return Receipt()


async def _kick(order: Order, ask: _Ask) -> Receipt:
    """unbanChatMember without ``only_if_banned`` leaves the member out and free to return: one call, so that no crash leaves a ban."""
    if (await _status(order, ask)) in {"left", "kicked", "away"}:
        return Receipt(already=True)
    try:
        await ask("unbanChatMember", **_member(order))
    except Declined as declined:
        if not declined.says("supergroup and channel chats only"):
            raise
        await ask("banChatMember", **_member(order))  # a basic group keeps no list of the banned
    return Receipt()


async def _ban(order: Order, ask: _Ask) -> Receipt:
    if _is_channel(order.member_id):
        await ask("banChatSenderChat", chat_id=_chat(order), sender_chat_id=_number(order.member_id, "member_id"))
    else:
        await ask("banChatMember", **_member(order), until_date=_until(order))
    return Receipt()


async def _unban(order: Order, ask: _Ask) -> Receipt:
    if _is_channel(order.member_id):
        await ask("unbanChatSenderChat", chat_id=_chat(order), sender_chat_id=_number(order.member_id, "member_id"))
    else:
        await ask("unbanChatMember", **_member(order), only_if_banned=True)
    return Receipt()


async def _message(order: Order, ask: _Ask) -> Receipt:
    if _is_channel(order.member_id):
        raise DeliveryRefused("a channel cannot be written to in private", field="member_id")
    sent = await ask("sendMessage", chat_id=_number(order.member_id, "member_id"), **_text(order))
    return Receipt(_message_id(sent))


async def _post(order: Order, ask: _Ask) -> Receipt:
    parameters = _text(order) | (_keyboard(order) if order.buttons else {})
    if thread := order.refs.get("thread"):
        parameters["message_thread_id"] = _number(thread, "refs.thread")
    return Receipt(_message_id(await ask("sendMessage", chat_id=_chat(order), **parameters)))


async def _amend(order: Order, ask: _Ask) -> Receipt:
    message_id = _number(order.message_id, "message_id")
    try:
        await ask(
            "editMessageText",
            chat_id=_chat(order),
            message_id=message_id,
            **_text(order),
            **_keyboard(order),
        )
    except Declined as declined:
        if declined.says("message is not modified"):
            return Receipt(order.message_id, already=True)
        raise
    return Receipt(order.message_id)


async def _status(order: Order, ask: _Ask) -> str:
    """As getChatMember has it; ``away`` for one who is restricted and not in the chat, ``left`` for one who never was."""
    if _is_channel(order.member_id):
        raise DeliveryRefused("one who writes as a channel can only be banned", field="member_id")
    try:
        member = await ask("getChatMember", **_member(order))
    except Declined as declined:
        if declined.says(*_UNKNOWN):
            return "left"
        raise
    if not isinstance(member, Mapping):
        return ""
    status = str(member.get("status"))
    if status in {"creator", "administrator"}:
        raise DeliveryRefused("the member is an administrator of the chat: take that away first")
    return "away" if status == "restricted" and member.get("is_member") is False else status


def _permissions(*, granted: bool) -> dict[str, Any]:
    return {"permissions": dict.fromkeys(_PERMISSIONS, granted), "use_independent_chat_permissions": True}


def _until(order: Order) -> int:
    """Seconds since 1970; 0 is for ever."""
    if order.until is None:
        return 0
    now = datetime.now(UTC).timestamp()
    return int(now + min(max(order.until.timestamp() - now, _SHORTEST_S), _LONGEST_S))


def _text(order: Order) -> dict[str, Any]:
    """No preview: a card must not show the page that it warns of."""
    if not order.text:
        raise DeliveryRefused("there is no text to send", field="text")
    return {"text": clipped_utf16(order.text, LONGEST_TEXT), "link_preview_options": {"is_disabled": True}}


def _keyboard(order: Order) -> dict[str, Any]:
    """Empty, it takes the buttons away."""
    buttons = [[{"text": one.text, "callback_data": one.value}] for one in order.buttons]
    return {"reply_markup": {"inline_keyboard": buttons}}


def _member(order: Order) -> dict[str, Any]:
    return {"chat_id": _chat(order), "user_id": _number(order.member_id, "member_id")}


def _chat(order: Order) -> int | str:
    """A chat's number, or the @name of a public one."""
    channel = order.channel or ""
    return channel if channel.startswith("@") else _number(channel, "channel")


def _number(value: str | None, field: str) -> int:
    if value is None or not _NUMBER.fullmatch(value):
        raise DeliveryRefused(f"the order's {field} is not a number of Telegram's", field=field)
    return int(value)


def _is_channel(member_id: str | None) -> bool:
    return bool(member_id) and str(member_id).startswith("-")


def _message_id(sent: Any) -> str | None:
    return str(sent["message_id"]) if isinstance(sent, Mapping) and "message_id" in sent else None


_ORDERS: Mapping[Do, Callable[[Order, _Ask], Awaitable[Receipt]]] = {
    Do.DELETE: _delete,
    Do.MUTE: _mute,
    Do.UNMUTE: _unmute,
    Do.KICK: _kick,
    Do.BAN: _ban,
    Do.UNBAN: _unban,
    Do.MESSAGE: _message,
    Do.POST: _post,
    Do.AMEND: _amend,
}
DOES = frozenset(_ORDERS)
