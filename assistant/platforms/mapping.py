"""Any platform without an adapter of its own: settings say where things are in its webhooks and what its API is called with.

Bodies are JSON, or forms where the content type says so. What the settings hold is all that the connection can do.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import orjson

from assistant.errors import DeliveryRefused, InvalidInput, Unauthenticated
from assistant.platforms.dotted_path import value_at, values_at
from assistant.platforms.mapping_settings import STORED, Answer, Fields, MappingSettings, Signature
from assistant.platforms.platform import Check, Platform, Secret, host_of
from assistant.platforms.reading import as_id, as_text, id_or_none, json_object, json_or_none
from assistant.platforms.template import filled, filled_url
from assistant.platforms.verification import check_equal, check_fresh, only_header, only_query
from assistant.ports import Outgoing
from assistant.types import (
    Capabilities,
    Connection,
    Do,
    Hook,
    HookReply,
    HookRequest,
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

NAME = "mapping"
_FORM = "application/x-www-form-urlencoded"
_PLACES = re.compile(r"(\{timestamp\}|\{body\})")
_MOST_PARTS = 100


def _settings(connection: Connection) -> MappingSettings:
    return MappingSettings.model_validate(dict(connection.settings), context=STORED)


def verify(connection: Connection, request: HookRequest) -> None:
    signature = _settings(connection).signature
    accepted = connection.accepted("secret")
    if signature.scheme == "hmac":
        signed = _signed(signature, request)
        expected = [signature.prefix + _mac(signature, secret, signed) for secret in accepted]
        check_equal(only_header(request, signature.name), *expected)
        return
    check_equal(_token(signature, request), *(signature.prefix + secret for secret in accepted))


def _signed(signature: Signature, request: HookRequest) -> bytes:
    """What the MAC is over; the time in it has to be fresh."""
    values = {"{body}": request.body}
    if signature.timestamp_header:
        timestamp = only_header(request, signature.timestamp_header)
        check_fresh(timestamp, request.received_at)
        values["{timestamp}"] = timestamp.encode()
    return b"".join(values.get(piece, piece.encode()) for piece in _PLACES.split(signature.template))


def _mac(signature: Signature, secret: str, signed: bytes) -> str:
    mac = hmac.digest(secret.encode(), signed, getattr(hashlib, signature.algorithm))
    return mac.hex() if signature.encoding == "hex" else base64.b64encode(mac).decode()


def _token(signature: Signature, request: HookRequest) -> str:
    if signature.place == "header":
        return only_header(request, signature.name)
    if signature.place == "query":
        return only_query(request, signature.name)
    try:
        tokens = [value for _, value in values_at(_document(request), signature.name)]
    except InvalidInput:
        raise Unauthenticated("signature_wrong") from None
    if len(tokens) != 1 or not isinstance(tokens[0], str) or not tokens[0].isascii():
        raise Unauthenticated("signature_wrong")
    return tokens[0]


def _document(request: HookRequest) -> Mapping[str, Any]:
    """The body as an object; a form's fields are strings, and one that comes twice is refused."""
    content_type = next((value for name, value in request.headers if name == "content-type"), "")
    if content_type.split(";")[0].strip().lower() != _FORM:
        return json_object(request.body)
    try:
        pairs = parse_qsl(request.body.decode(), keep_blank_values=True, max_num_fields=500)
    except ValueError:
        raise InvalidInput(field="body", problem="is not a form") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise InvalidInput(field="body", problem="has a field twice")
    return form


def parse(connection: Connection, request: HookRequest) -> Hook:
    settings, document = _settings(connection), _document(request)
    fields = settings.fields
    if fields.bot and _as_word(value_at(document, fields.bot)) in fields.bot_values:
        return Hook()
    message = _message(fields, document)
    if _is_no_message(message) and value_at(document, fields.text) is None:
        return Hook()
    found = {name: id_or_none(value_at(document, path)) for name, path in fields.refs.items()}
    refs = {name: value for name, value in found.items() if value is not None}
    key = _key(fields, document, message, request.body)
    return Hook((Said(key=key, message=message, before=settings.before, refs=refs),))


def _is_no_message(message: Message) -> bool:
    """Whether there is nothing to screen but its author's name."""
    return not message.text and not message.unscreened and all(part.field == "member.name" for part in message.parts)


def _message(fields: Fields, document: Mapping[str, Any]) -> Message:
    message_id = id_or_none(value_at(document, fields.message_id)) if fields.message_id else None
    edited = fields.edited is not None and _as_word(value_at(document, fields.edited)) not in {"", "false", "0"}
    parts, unread = _parts(fields, document)
    files = ("file",) if fields.files and value_at(document, fields.files) else ()
    return Message(
        text=as_text(value_at(document, fields.text), fields.text),
        member_id=_id_at(document, fields.member_id),
        channel=_id_at(document, fields.channel),
        thread=id_or_none(value_at(document, fields.thread)) if fields.thread else None,
        reply_to=id_or_none(value_at(document, fields.reply_to)) if fields.reply_to else None,
        platform=PlatformRef(NAME, message_id),
        edit_of=message_id if edited else None,
        parts=parts,
        unscreened=files + unread,
    )


def _parts(fields: Fields, document: Mapping[str, Any]) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """Further texts, and what of them is not screened. Many platforms let authors write there what they like, so that a refusal, after
    which the platform shows the message, would be theirs to bring about."""
    found = [("member.name", value_at(document, fields.member_name))] if fields.member_name else []
    found += [(place[:200], value) for path in fields.parts for place, value in values_at(document, path)]
    texts = [Part(place, text) for place, value in found if (text := _as_words(value))]
    unread = {"other": any(isinstance(value, dict | list) and value for _, value in found)}
    unread["text_over_limit"] = len(texts) > _MOST_PARTS
    return tuple(texts[:_MOST_PARTS]), tuple(kind for kind, there in unread.items() if there)


def _as_words(value: Any) -> str:
    """Texts and numbers, which may be those of an account; whatever else there is has no words."""
    if isinstance(value, str):
        return as_text(value, "parts")
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _key(fields: Fields, document: Mapping[str, Any], message: Message, body: bytes) -> str:
    """The message's channel, beyond which its id may be another one's, its id and version. An edit without a version, and a message
    without an id, are told apart by what they say."""
    message_id = message.platform.message_id if message.platform else None
    version = as_text(_as_word(value_at(document, fields.version)), "version") if fields.version else ""
    if message_id and (version or not message.edit_of):
        return f"{message.channel or ''}:{message_id}:{version[:100]}" + (":edit" if message.edit_of else "")
    return f"{message_id or ''}:{hashlib.sha256(body).hexdigest()}"


def _id_at(document: Mapping[str, Any], path: str | None) -> str | None:
    value = value_at(document, path) if path else None
    return None if value is None or value == "" else as_id(value, path or "")


def _as_word(value: Any) -> str:
    """A value as the settings write it: ``true``, ``7``, ``bot``; a list or an object only says that it is there."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else ("there" if value else "")


def reply(connection: Connection, hook: Hook, outcomes: Sequence[Outcome]) -> HookReply:
    """The configured answer; where there is none, ``rewrite`` and ``drop`` are answered as ``reject``: nothing slips through."""
    settings = _settings(connection)
    outcome = outcomes[0] if outcomes and settings.before else Outcome()
    fallback = settings.answers.get(Verdict.ALLOW if outcome.verdict is Verdict.ALLOW else Verdict.REJECT, Answer())
    answer = settings.answers.get(outcome.verdict, fallback)
    if answer.body is None:
        return HookReply(status=answer.status)
    values = {
        "text": outcome.text,
        "reason": outcome.reason,
        "decision_id": outcome.decision_id or "",
        "action": outcome.action,
    }
    return HookReply(status=answer.status, body=orjson.dumps(filled(answer.body, values)))


def narrow(settings: Mapping[str, Any], capabilities: Capabilities) -> Capabilities:
    """What is configured is what it can do; without ``before`` it answers nothing that anybody waits for."""
    verdicts = [Verdict.ALLOW, *map(Verdict, settings.get("answers", ()))] if settings.get("before") else []
    does = frozenset(Do(one) for one in settings.get("calls", ()))
    return replace(capabilities, does=does, verdicts=frozenset(verdicts))


async def act(connection: Connection, order: Order, http: Outgoing) -> Receipt:
    call = _settings(connection).calls.get(order.do)
    if call is None:
        raise DeliveryRefused(f"the connection's settings have no call for {order.do.value}")
    values = _values(order)
    headers = filled(dict(call.headers), {**_secrets(connection, call.headers), "id": order.id})
    document = filled(call.body, values) if call.body is not None else None
    answer = await http.request(call.method, filled_url(call.url, values), headers=headers, json=document)
    if answer.status in call.already:
        return Receipt(already=True)
    if not 200 <= answer.status < 300:
        raise DeliveryRefused(_problem(answer.status))
    return Receipt(message_id=id_or_none(value_at(json_or_none(answer.body), call.posted)) if call.posted else None)


def _problem(status: int) -> str:
    if status in {401, 403}:
        return f"the platform answered {status}: look at the call's headers and the secret api_token"
    return f"the platform answered {status}"


def _values(order: Order) -> dict[str, str]:
    return {
        "id": order.id,
        "channel": order.channel or "",
        "message_id": order.message_id or "",
        "member_id": order.member_id or "",
        "text": order.text,
        "reason": order.reason,
        "until": order.until.isoformat() if order.until else "",
        **{f"ref:{name}": value for name, value in order.refs.items()},
    }


def _secrets(connection: Connection, headers: Mapping[str, str]) -> dict[str, str]:
    secrets = {f"secret:{name}": value for name, value in connection.secrets.items()}
    for name in ("secret", "api_token"):
        if f"secret:{name}" not in secrets and any(f"{{secret:{name}}}" in value for value in headers.values()):
            raise DeliveryRefused(f"the connection has no secret {name}, and the call's headers need it")
    return secrets


async def check(connection: Connection, http: Outgoing) -> list[Check]:
    """A mapped platform cannot be asked: this reads the settings, and nothing is sent."""
    calls = _settings(connection).calls
    if not calls:
        return [Check("calls", True, "none: nothing is carried out, orders go to the staff")]
    return [await _checked(connection, do, http) for do in calls]


async def _checked(connection: Connection, do: Do, http: Outgoing) -> Check:
    call = _settings(connection).calls[do]
    try:
        _secrets(connection, call.headers)
    except DeliveryRefused as error:
        return Check(do.value, False, error.problem)
    return Check(do.value, True, f"{call.method} at {host_of(call.url)}; not tried, send yourself a message to see")


PLATFORM = Platform(
    name=NAME,
    title="Another platform, mapped",
    capabilities=Capabilities(
        sees=frozenset({Sees.MESSAGES, Sees.EDITS}),
        does=frozenset(Do),
        verdicts=frozenset(Verdict),
        deadline_s=1.5,
        per_second=5.0,
        ends_mutes=False,
        ends_bans=False,
    ),
    settings=MappingSettings,
    secrets=(
        Secret("secret", "The token or signing key that the platform gives or takes."),
        Secret("api_token", "For the headers of calls: `{secret:api_token}`.", required=False),
    ),
    verify=verify,
    parse=parse,
    reply=reply,
    act=act,
    check=check,
    narrow=narrow,
)
