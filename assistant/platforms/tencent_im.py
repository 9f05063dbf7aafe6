"""Tencent Cloud IM (腾讯云即时通信): asked before a group or one-to-one message is shown, and acting through its REST API.

In: Tencent's "webhooks" (第三方回调). ``Sign`` in the query is SHA-256 of the callback token and ``RequestTime``; the body is not signed.
A before-send callback waits two seconds and then lets the message pass. Out: see ``tencent_im_api``.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from assistant.errors import DeliveryFailed, DeliveryRefused
from assistant.platforms import tencent_im_api as api
from assistant.platforms.platform import Check, Platform, Secret
from assistant.platforms.reading import as_id, as_list, as_object, as_text, json_object
from assistant.platforms.tencent_im_elements import first_text, parts_of, rewritten, unscreened_in
from assistant.platforms.verification import check_equal, check_fresh, only_query
from assistant.ports import Outgoing
from assistant.types import (
    Capabilities,
    Connection,
    Do,
    Hook,
    HookReply,
    HookRequest,
    Joined,
    Message,
    Order,
    Outcome,
    Part,
    PlatformRef,
    Receipt,
    Said,
    Sees,
    Verdict,
)

NAME = "tencent_im"
_TOLERANCE_S = 60
_FOR_EVER = 0xFFFFFFFF
_NO_SUCH_MESSAGE = 10030
_ALLOW, _REJECT, _DROP = 0, 1, 2
_ANY_NUMBER = 1_000_000  # of elements: how many of them are read is for ``tencent_im_elements``
_COMMANDS = {
    "Group.CallbackBeforeSendMsg": (True, "group"),
    "Group.CallbackAfterSendMsg": (False, "group"),
    "C2C.CallbackBeforeSendMsg": (True, "c2c"),
    "C2C.CallbackAfterSendMsg": (False, "c2c"),
}


@dataclass(frozen=True, slots=True)
class BeforeSend(Hook):
    """A callback that waits: rewriting answers with the whole ``elements`` of the message, one of them changed."""

    elements: tuple[Any, ...] = ()
    kind: str = "group"


def make_token() -> str:
    return secrets.token_hex(16)


def verify(connection: Connection, request: HookRequest) -> None:
    settings = api.settings_of(connection)
    check_equal(only_query(request, "SdkAppid"), str(settings.sdk_app_id))
    if settings.unsigned:
        return
    requested = only_query(request, "RequestTime")
    check_fresh(requested, request.received_at, _TOLERANCE_S)
    expected = [hashlib.sha256(f"{token}{requested}".encode()).hexdigest() for token in connection.accepted("token")]
    check_equal(only_query(request, "Sign").lower(), *expected)


def parse(connection: Connection, request: HookRequest) -> Hook:
    document = json_object(request.body)
    command = as_text(document.get("CallbackCommand"), "CallbackCommand")
    if command == "Group.CallbackAfterNewMemberJoin":
        return Hook(tuple(_joined(document)))
    if command not in _COMMANDS:
        return Hook()
    before, kind = _COMMANDS[command]
    elements = tuple(as_list(document.get("MsgBody"), "MsgBody", _ANY_NUMBER))
    sender = as_id(document.get("From_Account"), "From_Account")
    own = api.settings_of(connection).identifier
    events = () if sender == own else (_said(document, elements, sender, own, before=before, kind=kind),)
    return BeforeSend(events, elements=elements, kind=kind) if before else Hook(events)


def _said(
    document: Mapping[str, Any], elements: Sequence[Any], sender: str, own: str, *, before: bool, kind: str
) -> Said:
    where = _group(document) if kind == "group" else _c2c(document, sender)
    name = as_text(document.get("NickName"), "NickName")
    message = Message(
        text=first_text(elements),
        member_id=sender,
        channel=where.channel,
        thread=where.refs.get("topic"),
        platform=PlatformRef(NAME, where.message_id),
        parts=(*((Part("member.name", name),) if name else ()), *parts_of(elements)),
        unscreened=unscreened_in(elements),
    )
    moment = "before" if before else "after"
    return Said(
        key=f"{moment}:{where.key}",
        before=before,
        private=kind == "c2c" and where.refs["to"] == own,
        message=message,
        refs={"kind": kind, **where.refs},
    )


@dataclass(frozen=True, slots=True)
class _Where:
    channel: str
    message_id: str | None
    key: str
    refs: Mapping[str, str]


def _group(document: Mapping[str, Any]) -> _Where:
    """A group message has a number (``MsgSeq``) only once it is sent; before that, a random one of its sender's."""
    group = as_id(document.get("GroupId"), "GroupId")
    seq = as_id(document["MsgSeq"], "MsgSeq", 20) if document.get("MsgSeq") is not None else None
    topic = as_text(document.get("TopicId"), "TopicId")[:200]
    refs = {name: value for name, value in (("msg_seq", seq), ("topic", topic)) if value}
    sender = as_id(document.get("From_Account"), "From_Account")
    random, moment = (as_text(_plain(document.get(name)), name)[:20] for name in ("Random", "EventTime"))
    return _Where(group, seq, f"{group}:{seq}" if seq else f"{group}:{sender}:{random}:{moment}", refs)


def _c2c(document: Mapping[str, Any], sender: str) -> _Where:
    """``MsgKey`` names a one-to-one message; the channel is the pair, whoever writes."""
    to = as_id(document.get("To_Account"), "To_Account")
    key = as_id(document.get("MsgKey"), "MsgKey")
    return _Where("c2c:" + "+".join(sorted((sender, to))), key, key, {"from": sender, "to": to, "msg_key": key})


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, int) else value


def _joined(document: Mapping[str, Any]) -> Iterator[Joined]:
    group = as_id(document.get("GroupId"), "GroupId")
    moment = as_text(_plain(document.get("EventTime")), "EventTime")[:20]
    for index, one in enumerate(as_list(document.get("NewMemberList"), "NewMemberList", 500)):
        field = f"NewMemberList[{index}]"
        member = as_id(as_object(one, field).get("Member_Account"), f"{field}.Member_Account")
        yield Joined(key=f"joined:{group}:{member}:{moment}", member_id=member, channel=group)


def reply(connection: Connection, hook: Hook, outcomes: Sequence[Outcome]) -> HookReply:
    if not isinstance(hook, BeforeSend) or not outcomes:
        return _answer(_ALLOW)
    outcome = outcomes[0]
    if outcome.verdict is Verdict.DROP:
        return _answer(_DROP)
    if outcome.verdict is Verdict.REWRITE and (elements := rewritten(hook.elements, outcome.text)):
        return _answer(_ALLOW, elements=elements)
    if outcome.verdict is Verdict.ALLOW:
        return _answer(_ALLOW)
    settings = api.settings_of(connection)
    code = settings.reject_code if hook.kind == "group" else settings.private_reject_code
    return _answer(code, info=outcome.reason) if outcome.reason else _answer(_REJECT)


def _answer(code: int, *, info: str = "", elements: Sequence[Any] = ()) -> HookReply:
    document: dict[str, Any] = {"ActionStatus": "OK", "ErrorInfo": info, "ErrorCode": code}
    if elements:
        document["MsgBody"] = elements
    return HookReply(body=orjson.dumps(document))


async def act(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    match order.do:
        case Do.DELETE:
            return await _delete(connection, order, http)
        case Do.MUTE | Do.UNMUTE:
            return await _mute(connection, order, http)
        case Do.KICK:
            kicked = {"MemberToDel_Account": [_member(order)], "Reason": order.reason[:100]}
            return await _in_group(connection, order, "delete_group_member", kicked, http)
        case Do.BAN:
            seconds = min(_seconds(order), 2**31 - 1)
            banned = {"Members_Account": [_member(order)], "Duration": seconds, "Description": order.reason[:200]}
            return await _in_group(connection, order, "ban_group_member", banned, http)
        case Do.UNBAN:
            return await _in_group(connection, order, "unban_group_member", {"Members_Account": [_member(order)]}, http)
        case Do.MESSAGE | Do.POST:
            return await _write(connection, order, http)
        case _:
            raise DeliveryRefused(f"Tencent IM cannot {order.do.value}")


async def _in_group(
    connection: Connection, order: Order, command: str, document: Mapping[str, Any], http: Outgoing
) -> Receipt:
    await api.call(connection, f"group_open_http_svc/{command}", {"GroupId": _in(order), **document}, http)
    return Receipt()


async def _delete(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    """Withdrawn for everybody, whoever sent it. What was asked about before it was sent has no number to be withdrawn by."""
    refs = order.refs
    if key := refs.get("msg_key"):
        document = {"From_Account": refs.get("from", ""), "To_Account": refs.get("to", ""), "MsgKey": key}
        await api.call(connection, "openim/admin_msgwithdraw", document, http)
        return Receipt()
    seq = refs.get("msg_seq") or order.message_id or ""
    if not (seq.isascii() and seq.isdigit()):
        raise DeliveryRefused("the message has no number yet: turn on the callback after a group message is sent")
    question: dict[str, Any] = {
        "GroupId": _in(order),
        "MsgSeqList": [{"MsgSeq": int(seq)}],
        "Reason": order.reason[:200],
    }
    if refs.get("topic"):
        question["TopicId"] = refs["topic"]
    answer = await api.call(connection, "group_open_http_svc/group_msg_recall", question, http)
    results = answer.get("RecallRetList")
    code = results[0].get("RetCode") if isinstance(results, list) and results and isinstance(results[0], dict) else 0
    if code == _NO_SUCH_MESSAGE:
        return Receipt(already=True)
    api.raise_for(code if isinstance(code, int) else -1)
    return Receipt()


async def _mute(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    """In the group; a one-to-one message mutes all of the member's one-to-one messages, for there is no finer way."""
    seconds = 0 if order.do is Do.UNMUTE else _seconds(order)
    if _between_two(order):
        document = {"Set_Account": _member(order), "C2CmsgNospeakingTime": seconds}
        await api.call(connection, "openconfigsvr/setnospeaking", document, http)
        return Receipt()
    muted = {"Members_Account": [_member(order)], "MuteTime": seconds}
    return await _in_group(connection, order, "forbid_send_msg", muted, http)


async def _write(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    """In the administrator's name; what is to stand between two members goes to the one it answers. The same ``Random`` with the same text
    within five minutes is dropped by Tencent."""
    sender = api.settings_of(connection).identifier
    random = int.from_bytes(hashlib.sha256(order.id.encode()).digest()[:4], "big")
    body = [{"MsgType": "TIMTextElem", "MsgContent": {"Text": order.text}}]
    if order.do is Do.POST and not (order.member_id and _between_two(order)):
        document = {"GroupId": _in(order), "From_Account": sender, "Random": random, "MsgBody": body}
        answer = await api.call(connection, "group_open_http_svc/send_group_msg", document, http)
        seq = answer.get("MsgSeq")
        return Receipt(message_id=str(seq) if isinstance(seq, int) else None)
    document = {
        "SyncOtherMachine": 2,
        "From_Account": sender,
        "To_Account": _member(order),
        "MsgRandom": random,
        "MsgBody": body,
    }
    answer = await api.call(connection, "openim/sendmsg", document, http)
    key = answer.get("MsgKey")
    return Receipt(message_id=key if isinstance(key, str) else None)


def _in(order: Order) -> str:
    if not order.channel or _between_two(order):
        raise DeliveryRefused("that is done in a group, and the order names none")
    return order.channel


def _between_two(order: Order) -> bool:
    return (order.channel or "").startswith("c2c:")


def _member(order: Order) -> str:
    if not order.member_id:
        raise DeliveryRefused("the order names no member")
    return order.member_id


def _seconds(order: Order) -> int:
    """From now until the order's end, at least one: 0 would undo a mute."""
    if order.until is None:
        return _FOR_EVER
    return min(max(1, round((order.until - datetime.now(UTC)).total_seconds())), _FOR_EVER)


async def check(connection: Connection, http: Outgoing) -> list[Check]:
    identifier = api.settings_of(connection).identifier
    http.forget(api.remembered_as(connection))
    try:
        question = {"CheckItem": [{"UserID": identifier}]}
        answer = await api.call(connection, "im_open_login_svc/account_check", question, http)
    except (DeliveryRefused, DeliveryFailed) as error:
        return [Check("account", False, error.problem)]
    results = answer.get("ResultItem")
    one = results[0] if isinstance(results, list) and results and isinstance(results[0], dict) else {}
    if one.get("AccountStatus") != "Imported":
        return [Check("account", False, f"there is no account {identifier}: create it as an App administrator")]
    return [Check("account", True, f"{identifier} is an App administrator and its UserSig is taken")]


PLATFORM = Platform(
    name=NAME,
    title="Tencent Cloud IM",
    capabilities=Capabilities(
        sees=frozenset({Sees.MESSAGES, Sees.JOINS}),
        does=frozenset({Do.DELETE, Do.MUTE, Do.UNMUTE, Do.KICK, Do.BAN, Do.UNBAN, Do.MESSAGE, Do.POST}),
        verdicts=frozenset(Verdict),
        deadline_s=2.0,
        idempotent=frozenset({Do.DELETE, Do.MUTE, Do.UNMUTE, Do.KICK, Do.BAN, Do.UNBAN}),
        per_second=50.0,
    ),
    settings=api.TencentSettings,
    secrets=(
        Secret(
            "token",
            "Signs every callback: the console's callback authentication token; made when not given.",
            make=make_token,
        ),
        Secret("secret_key", "The application's SecretKey, to act through the REST API.", required=False),
    ),
    verify=verify,
    parse=parse,
    reply=reply,
    act=act,
    check=check,
)
