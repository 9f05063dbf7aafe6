"""WeChat Official Accounts (公众号): what members write to the account, and customer service messages back.

In: WeChat's "receiving standard messages", plain or sealed ("safe mode"); everything is between one member and the account. Five seconds,
three tries. Out: ``message/custom/send``, within 48 hours of the member's last message.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from assistant.errors import DeliveryFailed, DeliveryRefused, InvalidInput, Unauthenticated
from assistant.platforms.platform import Check, Platform, PlatformSettings, Secret
from assistant.platforms.secret_forms import matching
from assistant.platforms.verification import check_fresh, only_query
from assistant.platforms.wechat_api import Api, ask, token_of
from assistant.platforms.wechat_crypto import (
    check_signature,
    is_aes_key,
    make_token,
    read_xml,
    sealed_part,
    sealed_reply,
    text_xml,
    unseal,
)
from assistant.platforms.wechat_message import clipped, joined, written
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
    Receipt,
    Sees,
    TextLimit,
    Unit,
)

NAME = "wechat"
_LONGEST_TEXT = 2048
_SEND = "/cgi-bin/message/custom/send"
_PROBLEMS = {
    40001: "the app_secret is wrong: copy it from Settings and Development, Basic Configuration",
    40003: "WeChat knows no such member of this account",
    40013: "the app_id is wrong",
    40125: "the app_secret is wrong: copy it from Settings and Development, Basic Configuration",
    40164: "this server's address is not on the account's IP allow list: add it under Basic Configuration",
    40243: "the app_secret is frozen: thaw it under Basic Configuration",
    43004: "the member does not follow the account",
    45002: "the text is too long for WeChat",
    45015: "the member wrote more than 48 hours ago: WeChat lets nothing through until they write again",
    45047: "WeChat takes no more messages to this member until they write again",
    48001: "the account has no right to customer service messages: WeChat gives it to verified accounts",
    48002: "the member has turned the account's messages off",
    48004: "WeChat has blocked this interface for the account",
    50002: "the account is restricted by WeChat",
    76022: "the account has no right to customer service messages: WeChat gives it to verified accounts",
}


class WeChatSettings(PlatformSettings):
    app_id: str = Field(description="The account's AppID: `wx` and 16 characters.", min_length=1, max_length=64)
    api_base: str = Field("https://api.weixin.qq.com", description="Where WeChat's API is.")


def _settings(connection: Connection) -> WeChatSettings:
    return WeChatSettings.model_validate(dict(connection.settings))


def verify(connection: Connection, request: HookRequest) -> None:
    tokens = connection.accepted("token")
    timestamp, nonce = only_query(request, "timestamp"), only_query(request, "nonce")
    check_fresh(timestamp, request.received_at)
    if request.method == "GET":
        only_query(request, "echostr")
    if request.method == "GET" or not connection.accepted("encoding_aes_key"):
        check_signature(only_query(request, "signature"), tokens, timestamp, nonce)
        return
    sealed = sealed_part(request.body)
    check_signature(only_query(request, "msg_signature"), tokens, timestamp, nonce, sealed)
    _unsealed(connection, sealed)


def _unsealed(connection: Connection, sealed: str) -> bytes:
    return unseal(sealed, connection.accepted("encoding_aes_key"), _settings(connection).app_id)


def _plain(connection: Connection, request: HookRequest) -> bytes:
    if not connection.accepted("encoding_aes_key"):
        return request.body
    try:
        return _unsealed(connection, sealed_part(request.body))
    except Unauthenticated:
        raise InvalidInput(field="Encrypt", problem="cannot be opened") from None


def parse(connection: Connection, request: HookRequest) -> Hook:
    if request.method == "GET":
        return Hook(answer=HookReply(body=only_query(request, "echostr").encode(), media_type="text/plain"))
    fields = read_xml(_plain(connection, request))
    account = fields.get("ToUserName")
    if fields.get("MsgType") != "event":
        return Hook((written(NAME, fields, account),))
    return Hook((joined(fields, account),)) if fields.get("Event") == "subscribe" else Hook()


def reply(connection: Connection, hook: Hook, outcomes: Sequence[Outcome]) -> HookReply:
    """A command is answered to the member who gave it; ``success`` tells WeChat that there is nothing to say."""
    event = hook.events[0] if hook.events else None
    if not isinstance(event, Command) or not outcomes or not outcomes[0].text:
        return HookReply(body=b"success", media_type="text/plain")
    plain = text_xml(event.member_id, event.refs["account"], clipped(outcomes[0].text, _LONGEST_TEXT))
    keys = connection.accepted("encoding_aes_key")
    if not keys:
        return HookReply(body=plain, media_type="application/xml")
    return sealed_reply(plain, connection.accepted("token")[0], keys[0], _settings(connection).app_id)


async def act(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    if order.do is not Do.MESSAGE:
        raise DeliveryRefused(f"a WeChat Official Account cannot {order.do.value}")
    if not order.member_id:
        raise DeliveryRefused("the order names no member")
    text = {"content": clipped(order.text, _LONGEST_TEXT)}
    await _api(connection, http).call(http, _SEND, {"touser": order.member_id, "msgtype": "text", "text": text})
    return Receipt()


def _api(connection: Connection, http: Outgoing) -> Api:
    settings = _settings(connection)

    async def fetch() -> tuple[str, float]:
        if not (secret := connection.secrets.get("app_secret")):
            raise DeliveryRefused("the connection has no app_secret: nothing can be sent without it")
        question = {"grant_type": "client_credential", "appid": settings.app_id, "secret": secret}
        url = f"{settings.api_base.rstrip('/')}/cgi-bin/stable_token"
        return token_of(await ask(http, url, question), _PROBLEMS)

    return Api(settings.api_base, f"{NAME}:{connection.id}", fetch, _PROBLEMS)


async def check(connection: Connection, http: Outgoing) -> list[Check]:
    api = _api(connection, http)
    http.forget(api.remembered)
    try:
        await http.remembered(api.remembered, api.fetch)
    except (DeliveryRefused, DeliveryFailed) as error:
        return [Check("token", False, error.problem)]
    found = [Check("token", True, "app_id, app_secret and this server's address are right")]
    try:
        answer = await api.call(http, "/cgi-bin/openapi/quota/get", {"cgi_path": _SEND})
    except (DeliveryRefused, DeliveryFailed) as error:
        return [*found, Check("messages", False, error.problem)]
    quota = answer.get("quota")
    remain = quota.get("remain") if isinstance(quota, dict) else None
    return [*found, Check("messages", bool(remain), f"{remain or 0} customer service messages left today")]


PLATFORM = Platform(
    name=NAME,
    title="WeChat Official Account",
    capabilities=Capabilities(
        sees=frozenset({Sees.MESSAGES, Sees.JOINS, Sees.COMMANDS}),
        does=frozenset({Do.MESSAGE}),
        deadline_s=5.0,
        per_second=10.0,
        longest_text=TextLimit(_LONGEST_TEXT, Unit.UTF8),
    ),
    settings=WeChatSettings,
    secrets=(
        Secret(
            "token",
            "Signs every callback: 3 to 32 letters and digits; made when it is not given.",
            make=make_token,
            check=matching("[A-Za-z0-9]{3,32}"),
        ),
        Secret(
            "encoding_aes_key",
            "Seals every callback: 43 letters and digits. With it only safe mode is taken; without it bodies are unsigned.",
            required=False,
            check=is_aes_key,
        ),
        Secret("app_secret", "The account's AppSecret, for messages to members.", required=False),
    ),
    verify=verify,
    parse=parse,
    reply=reply,
    act=act,
    check=check,
)
