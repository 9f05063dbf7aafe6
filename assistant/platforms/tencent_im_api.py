"""Tencent Cloud IM's REST API v4: a UserSig in the query, ``ErrorCode`` in every answer, HTTP 200 whatever happened.

A UserSig (TLSSigAPIv2) is JSON, deflated, in a base64 of its own alphabet; its ``TLS.sig`` is HMAC-SHA256 over lines of its other fields.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from pydantic import Field

from assistant.errors import DeliveryFailed, DeliveryRefused
from assistant.platforms.platform import PlatformSettings
from assistant.ports import Outgoing
from assistant.types import Connection

_LIFETIME_S = 86_400
_RENEWED_BEFORE_S = 3_600
_EXPIRED = frozenset({70001})
_LATER_S = {
    10002: 5.0,
    10023: 10.0,
    20004: 5.0,
    20005: 5.0,
    60007: 10.0,
    60008: 5.0,
    60011: 10.0,
    60012: 10.0,
    70169: 5.0,
    70202: 5.0,
    70500: 5.0,
    90992: 5.0,
    90994: 5.0,
    90995: 5.0,
    91000: 5.0,
}
_NOT_ADMIN = "the identifier is no App administrator: make it one in the console"
_WRONG_KEY = "the UserSig is not taken: compare sdk_app_id, identifier and secret_key with the console"
_PROBLEMS = {
    10004: "Tencent does not take this for the group: its type may not allow it",
    10007: "not allowed: the identifier is no App administrator, or the member owns the group",
    10010: "there is no such group, or it was dissolved",
    10015: "there is no such group",
    10031: "the message may not be recalled: the group or the time does not allow it",
    20003: "there is no such account",
    60010: _NOT_ADMIN,
    70003: _WRONG_KEY,
    70009: _WRONG_KEY,
    70013: _WRONG_KEY,
    70014: _WRONG_KEY,
    70020: "there is no such sdk_app_id in this region: look at api_base",
    70107: "there is no such account",
    70403: _NOT_ADMIN,
    90009: _NOT_ADMIN,
    90012: "there is no such account",
}


class TencentSettings(PlatformSettings):
    sdk_app_id: int = Field(description="The application's SDKAppID.", gt=0)
    identifier: str = Field(
        "administrator", description="An App administrator: what we do is done in its name.", min_length=1
    )
    reject_code: int = Field(
        10100,
        ge=10100,
        le=10200,
        description="The code that a client gets with our reason for a rejected group message.",
    )
    private_reject_code: int = Field(
        120001, ge=120001, le=130000, description="The same for a rejected one-to-one message."
    )
    unsigned: bool = Field(
        False,
        description="Take callbacks without a Sign, where the console's callback authentication is off: anybody can forge them.",
    )
    api_base: str = Field(
        "https://console.tim.qq.com",
        description="The region's REST API, e.g. https://adminapisgp.im.qcloud.com for Singapore.",
    )


def settings_of(connection: Connection) -> TencentSettings:
    return TencentSettings.model_validate(dict(connection.settings))


def user_sig(sdk_app_id: int, secret_key: str, identifier: str, now: int, lifetime_s: int = _LIFETIME_S) -> str:
    """``now`` in seconds since 1970."""
    lines = (("identifier", identifier), ("sdkappid", sdk_app_id), ("time", now), ("expire", lifetime_s))
    signed = "".join(f"TLS.{name}:{value}\n" for name, value in lines).encode()
    document = {
        "TLS.ver": "2.0",
        **{f"TLS.{name}": value for name, value in lines},
        "TLS.sig": base64.b64encode(hmac.digest(secret_key.encode(), signed, hashlib.sha256)).decode(),
    }
    return base64.b64encode(zlib.compress(orjson.dumps(document)), b"*-").decode().replace("=", "_")


def remembered_as(connection: Connection) -> str:
    return f"tencent_im:{connection.id}"


async def call(connection: Connection, command: str, document: Mapping[str, Any], http: Outgoing) -> Mapping[str, Any]:
    """The answer to one command (``openim/sendmsg``); a UserSig that ran out is made anew, once."""
    for _ in range(2):
        answer = await _once(connection, command, document, http)
        code = answer.get("ErrorCode")
        if not isinstance(code, int):
            raise DeliveryFailed("Tencent answered without an ErrorCode")
        if code not in _EXPIRED:
            raise_for(code)
            return answer
        http.forget(remembered_as(connection))
    raise DeliveryRefused("a fresh UserSig has run out already: set this server's clock")


def raise_for(code: int) -> None:
    """Nothing for 0; DeliveryFailed for what passes, DeliveryRefused for what does not."""
    if code in _LATER_S:
        raise DeliveryFailed(f"Tencent answered error {code}", retry_after=_LATER_S[code])
    if code:
        raise DeliveryRefused(_PROBLEMS.get(code, f"Tencent answered error {code}"))


async def _once(connection: Connection, command: str, document: Mapping[str, Any], http: Outgoing) -> Mapping[str, Any]:
    settings = settings_of(connection)

    async def make() -> tuple[str, float]:
        key = connection.secrets.get("secret_key")
        if not key:
            raise DeliveryRefused("the connection has no secret_key: nothing can be done on Tencent IM without it")
        now = int(datetime.now(UTC).timestamp())
        return user_sig(settings.sdk_app_id, key, settings.identifier, now), float(_LIFETIME_S - _RENEWED_BEFORE_S)

    query = {
        "sdkappid": settings.sdk_app_id,
        "identifier": settings.identifier,
        "usersig": await http.remembered(remembered_as(connection), make),
        "random": secrets.randbelow(2**32),
        "contenttype": "json",
    }
    url = f"{settings.api_base.rstrip('/')}/v4/{command}?{urlencode(query)}"
    reply = await http.request("POST", url, json=document)
    answer = reply.json()
    if reply.status != 200 or not isinstance(answer, dict):
        raise DeliveryFailed(f"Tencent answered {reply.status} and no JSON object")
    return answer
