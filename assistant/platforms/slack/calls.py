"""One call of Slack's Web API, and what its error codes mean (https://docs.slack.dev/apis/web-api/responses)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from assistant.errors import DeliveryFailed, DeliveryRefused
from assistant.platforms.slack.settings import API_BASE
from assistant.ports import Answered, Outgoing
from assistant.types import Connection

_CODE = re.compile(r"[a-z0-9_]{1,60}", re.ASCII)
_SCOPES = re.compile(r"[a-z0-9_:.,]{1,200}", re.ASCII)
_LATER = {
    "ratelimited": 30.0,
    "rate_limited": 30.0,
    "message_limit_exceeded": 60.0,
    "internal_error": 5.0,
    "fatal_error": 5.0,
    "service_unavailable": 30.0,
    "request_timeout": 5.0,
    "team_added_to_org": 60.0,
    "org_login_required": 60.0,
}
_TOKEN = "the token is not taken any more: reinstall the app and set the secret again"  # noqa: S105 - advice, no token
_ADVICE = {
    "invalid_auth": _TOKEN,
    "not_authed": _TOKEN,
    "account_inactive": _TOKEN,
    "token_revoked": _TOKEN,
    "token_expired": _TOKEN,
    "cant_delete_message": "add the secret user_token of an owner or admin: a bot deletes its own messages only",
    "compliance_exports_prevent_deletion": "the workspace keeps every message: nothing can be deleted",
    "channel_not_found": "no such channel, or the app is not in it: invite the app",
    "not_in_channel": "invite the app to the channel",
    "is_archived": "the channel is archived",
    "restricted_action": "the workspace's settings do not allow it to this token: add the secret user_token of an owner",
    "cant_kick_from_general": "nobody can be removed from the workspace's general channel",
    "cant_kick_self": "the token's own user cannot be removed by it",
    "user_not_found": "no such member",
    "user_disabled": "the member's account is deactivated",
    "messages_tab_disabled": "switch the Messages Tab on: App Home in the app's settings",
    "message_not_found": "the message is gone",
    "cant_update_message": "the message was not written by this app",
}


async def call(
    connection: Connection,
    http: Outgoing,
    method: str,
    arguments: Mapping[str, Any],
    *,
    secret: str = "token",  # noqa: S107 - the name of a secret
    allowed: Collection[str] = (),
) -> Mapping[str, Any]:
    """The answer's document; one whose ``error`` is among ``allowed`` too. Otherwise an error says what to do."""
    return read(method, await ask(connection, http, method, arguments, secret=secret), allowed)


def read(method: str, answer: Answered, allowed: Collection[str] = ()) -> Mapping[str, Any]:
    """What ``call`` gives for an answer."""
    document = answer.json()
    if not isinstance(document, dict):
        raise DeliveryFailed(f"Slack answered {method} with something else than an object")
    if document.get("ok") is True or str(document.get("error")) in allowed:
        return document
    raise _error(method, document, answer)


async def ask(
    connection: Connection, http: Outgoing, method: str, arguments: Mapping[str, Any], *, secret: str
) -> Answered:
    base = (connection.settings.get("api_base") or API_BASE).rstrip("/")
    token = connection.secrets.get(secret)
    if not token:
        raise DeliveryRefused(f"the connection has no secret {secret}", field=secret)
    return await http.request(
        "POST", f"{base}/{method}", json=dict(arguments), headers={"authorization": f"Bearer {token}"}
    )


def _error(method: str, document: Mapping[str, Any], answer: Answered) -> DeliveryFailed | DeliveryRefused:
    given = document.get("error")
    code = given if isinstance(given, str) and _CODE.fullmatch(given) else "unknown_error"
    if code in _LATER:
        return DeliveryFailed(f"{method}: {code}", retry_after=_seconds(answer) or _LATER[code])
    if code == "missing_scope":
        needed = document.get("needed")
        scopes = needed if isinstance(needed, str) and _SCOPES.fullmatch(needed) else "another one"
        return DeliveryRefused(f"{method}: missing_scope: give the app the scope {scopes} and reinstall it")
    advice = _ADVICE.get(code)
    return DeliveryRefused(f"{method}: {code}: {advice}" if advice else f"{method}: {code}")


def _seconds(answer: Answered) -> float | None:
    value = answer.headers.get("retry-after", "")
    return float(value) if re.fullmatch(r"[0-9]{1,5}", value, re.ASCII) else None
