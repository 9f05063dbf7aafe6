"""WeCom (企业微信): what members write to an application of their company, its cards for the staff, and messages back.

In: WeCom's "receiving messages and events", always sealed; everything is between one member and the application, never a group's talk.
Five seconds, three tries. Out: ``message/send``, ``appchat/send`` and ``message/update_template_card``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from pydantic import Field

from assistant.errors import DeliveryFailed, DeliveryRefused, InvalidInput, Unauthenticated
from assistant.platforms.platform import Check, Platform, PlatformSettings, Secret
from assistant.platforms.reading import as_id
from assistant.platforms.secret_forms import matching
from assistant.platforms.verification import check_fresh, only_query
from assistant.platforms.wechat_api import Api, ask, token_of
from assistant.platforms.wechat_crypto import (
    check_signature,
    is_aes_key,
    make_aes_key,
    make_token,
    read_xml,
    sealed_part,
    sealed_reply,
    text_xml,
    unseal,
)
from assistant.platforms.wechat_message import clipped, joined, key_of, written
from assistant.ports import Outgoing
from assistant.types import (
    Capabilities,
    Command,
    Connection,
    Do,
    Hook,
    HookReply,
    HookRequest,
    Order,
    Outcome,
    Pressed,
    Receipt,
    Sees,
    TextLimit,
    Unit,
)

NAME = "wecom"
_LONGEST_TEXT = 2048
_LONGEST_BUTTON = 60
_REPEAT_S = 1800
_RECEIVERS = {"user": "touser", "party": "toparty", "tag": "totag"}
_NOT_IN_TASK_ID = re.compile(r"[^0-9A-Za-z_\-@]")
_PROBLEMS = {
    40001: "the corp_secret is wrong: copy it from the application's page",
    40013: "the corp_id is wrong: copy it from My Company",
    40003: "WeCom knows no such member",
    40056: "the agent_id is wrong: copy it from the application's page",
    48002: "the application has no right to this interface",
    60011: "the application may not reach these members: add them to its visible range",
    60020: "this server's address is not among the application's trusted IPs: add it on the application's page",
    81013: "none of the receivers can be reached: add them to the application's visible range",
    86001: "there is no such app chat",
    86003: "there is no such app chat",
    301002: "the agent_id belongs to another application than the corp_secret",
}


class WeComSettings(PlatformSettings):
    corp_id: str = Field(description="The company's id, under My Company: `ww` and 16 characters.", min_length=1)
    agent_id: int = Field(description="The application's AgentId.")
    api_base: str = Field("https://qyapi.weixin.qq.com", description="Where WeCom's API is.")


def _settings(connection: Connection) -> WeComSettings:
    return WeComSettings.model_validate(dict(connection.settings))


def _sealed(request: HookRequest) -> str:
    return only_query(request, "echostr") if request.method == "GET" else sealed_part(request.body)


def _unsealed(connection: Connection, request: HookRequest) -> bytes:
    return unseal(_sealed(request), connection.accepted("encoding_aes_key"), _settings(connection).corp_id)


def verify(connection: Connection, request: HookRequest) -> None:
    timestamp, nonce = only_query(request, "timestamp"), only_query(request, "nonce")
    check_fresh(timestamp, request.received_at)
    signed = only_query(request, "msg_signature")
    check_signature(signed, connection.accepted("token"), timestamp, nonce, _sealed(request))
    _unsealed(connection, request)


def parse(connection: Connection, request: HookRequest) -> Hook:
    try:
        plain = _unsealed(connection, request)
    except Unauthenticated:
        raise InvalidInput(field="Encrypt", problem="cannot be opened") from None
    if request.method == "GET":
        return Hook(answer=HookReply(body=plain, media_type="text/plain"))
    fields = read_xml(plain)
    if fields.get("MsgType") != "event":
        return Hook((written(NAME, fields, fields.get("AgentID")),))
    if fields.get("Event") == "template_card_event":
        return Hook((_pressed(connection, fields),))
    return Hook((joined(fields, fields.get("AgentID")),)) if fields.get("Event") == "subscribe" else Hook()


def _pressed(connection: Connection, fields: Mapping[str, str]) -> Pressed:
    """WeCom does not say where a card stood; only those whom it was sent to can press it, so it is the staff's channel."""
    member = as_id(fields.get("FromUserName"), "FromUserName")
    return Pressed(
        key=key_of(fields),
        value=as_id(fields.get("EventKey"), "EventKey", 64),
        member_id=member,
        channel=connection.staff_channel or member,
        message_id=as_id(fields.get("TaskId"), "TaskId"),
        refs={"response_code": as_id(fields["ResponseCode"], "ResponseCode", 1000)}
        if fields.get("ResponseCode")
        else {},
    )


def reply(connection: Connection, hook: Hook, outcomes: Sequence[Outcome]) -> HookReply:
    """A command is answered to the member who gave it, sealed; everything else with nothing."""
    event = hook.events[0] if hook.events else None
    if not isinstance(event, Command) or not outcomes or not outcomes[0].text:
        return HookReply(media_type="text/plain")
    corp_id = _settings(connection).corp_id
    plain = text_xml(event.member_id, corp_id, clipped(outcomes[0].text, _LONGEST_TEXT))
    token, aes_key = (connection.accepted(name)[0] for name in ("token", "encoding_aes_key"))
    return sealed_reply(plain, token, aes_key, corp_id)


async def act(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    if order.do is Do.MESSAGE and order.member_id:
        if "|" in order.member_id or order.member_id.startswith("@"):
            raise DeliveryRefused("the member's id would reach several people")
        return await _send(connection, order, {"touser": order.member_id}, http)
    if order.do is Do.POST and order.channel:
        return await _post(connection, order, order.channel, http)
    if order.do is Do.AMEND:
        return await _amend(connection, order, http)
    raise DeliveryRefused(f"a WeCom application cannot {order.do.value}, or the order does not say to whom")


async def _send(connection: Connection, order: Order, to: Mapping[str, str], http: Outgoing) -> Receipt:
    """One message of the application; the same text to the same people again within half an hour is swallowed by WeCom."""
    document = {
        **to,
        "agentid": _settings(connection).agent_id,
        "enable_duplicate_check": 1,
        "duplicate_check_interval": _REPEAT_S,
        **(_card(order) if order.buttons else _text(order)),
    }
    answer = await _api(connection, http).call(http, "/cgi-bin/message/send", document)
    if "touser" in to and answer.get("invaliduser") == to["touser"]:
        raise DeliveryRefused("WeCom knows no such member, or they are outside the application's visible range")
    return Receipt(message_id=_task_id(order) if order.buttons else str(answer.get("msgid") or "")[:200] or None)


async def _post(connection: Connection, order: Order, channel: str, http: Outgoing) -> Receipt:
    """``user:a|b``, ``party:1``, ``tag:1`` or ``chat:id``; without a word before it, users. App chats take no cards."""
    kind, colon, ids = channel.partition(":")
    if colon and kind == "chat":
        await _api(connection, http).call(http, "/cgi-bin/appchat/send", {"chatid": ids, **_text(order)})
        return Receipt()
    if not colon:
        kind, ids = "user", channel
    if kind not in _RECEIVERS:
        raise DeliveryRefused("the channel must be user:…, party:…, tag:… or chat:…")
    return await _send(connection, order, {_RECEIVERS[kind]: ids}, http)


def _text(order: Order) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": clipped(order.text, _LONGEST_TEXT)}}


def _card(order: Order) -> dict[str, Any]:
    """A card takes six buttons; its id comes back with every press."""
    title, _, rest = order.text.partition("\n")
    buttons = [{"text": clipped(one.text, _LONGEST_BUTTON), "key": one.value} for one in order.buttons[:6]]
    card = {
        "card_type": "button_interaction",
        "main_title": {"title": clipped(title, 128)},
        "sub_title_text": clipped(rest, _LONGEST_TEXT),
        "task_id": _task_id(order),
        "button_list": buttons,
    }
    return {"msgtype": "template_card", "template_card": card}


def _task_id(order: Order) -> str:
    return _NOT_IN_TASK_ID.sub("-", order.id)[:128]


async def _amend(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    """A press brings the code that changes its card once within 72 hours: the buttons give way to the first line of the text."""
    if not (code := order.refs.get("response_code")):
        raise DeliveryRefused("WeCom lets a card be changed only once a button of it was pressed")
    text = order.text.split("\n", 1)[0]
    document = {
        "atall": 1,
        "agentid": _settings(connection).agent_id,
        "response_code": code,
        "button": {"replace_name": clipped(text, _LONGEST_BUTTON)},
    }
    await _api(connection, http).call(http, "/cgi-bin/message/update_template_card", document)
    return Receipt(message_id=order.message_id)


def _api(connection: Connection, http: Outgoing) -> Api:
    settings = _settings(connection)

    async def fetch() -> tuple[str, float]:
        if not (secret := connection.secrets.get("corp_secret")):
            raise DeliveryRefused("the connection has no corp_secret: nothing can be sent without it")
        query = urlencode({"corpid": settings.corp_id, "corpsecret": secret})
        return token_of(await ask(http, f"{settings.api_base.rstrip('/')}/cgi-bin/gettoken?{query}"), _PROBLEMS)

    return Api(settings.api_base, f"{NAME}:{connection.id}", fetch, _PROBLEMS)


async def check(connection: Connection, http: Outgoing) -> list[Check]:
    api = _api(connection, http)
    http.forget(api.remembered)
    try:
        await http.remembered(api.remembered, api.fetch)
    except (DeliveryRefused, DeliveryFailed) as error:
        return [Check("token", False, error.problem)]
    found = [Check("token", True, "corp_id and corp_secret are right")]
    try:
        answer = await api.call(http, "/cgi-bin/agent/list")
    except (DeliveryRefused, DeliveryFailed) as error:
        return [*found, Check("agent", False, error.problem)]
    agents = answer.get("agentlist")
    ids = [one.get("agentid") for one in agents if isinstance(one, dict)] if isinstance(agents, list) else []
    if (agent := _settings(connection).agent_id) in ids:
        return [*found, Check("agent", True, f"the application {agent} may be used from here")]
    return [*found, Check("agent", False, f"the corp_secret is not that of application {agent}: correct agent_id")]


PLATFORM = Platform(
    name=NAME,
    title="WeCom",
    capabilities=Capabilities(
        sees=frozenset({Sees.MESSAGES, Sees.JOINS, Sees.COMMANDS, Sees.PRESSES}),
        does=frozenset({Do.MESSAGE, Do.POST, Do.AMEND}),
        deadline_s=5.0,
        idempotent=frozenset({Do.MESSAGE}),
        per_second=5.0,
        longest_text=TextLimit(_LONGEST_TEXT, Unit.UTF8),
    ),
    settings=WeComSettings,
    secrets=(
        Secret(
            "token",
            "Signs every callback: up to 32 letters and digits; made when not given.",
            make=make_token,
            check=matching("[A-Za-z0-9]{1,32}"),
        ),
        Secret(
            "encoding_aes_key",
            "Seals every callback: 43 letters and digits; made when not given.",
            make=make_aes_key,
            check=is_aes_key,
        ),
        Secret("corp_secret", "The application's Secret, for messages and cards.", required=False),
    ),
    verify=verify,
    parse=parse,
    reply=reply,
    act=act,
    check=check,
)
