"""What Slack sends: the Events API, interactivity and slash commands (https://docs.slack.dev/apis/events-api,
https://docs.slack.dev/interactivity), signed as https://docs.slack.dev/authentication/verifying-requests-from-slack says."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import orjson

from assistant.errors import InvalidInput
from assistant.platforms.reading import as_id, as_list, as_object, as_text, json_object
from assistant.platforms.slack.markup import escaped
from assistant.platforms.slack.messages import Ours, as_ts, display_name, message_event, said
from assistant.platforms.verification import check_equal, check_fresh, only_header
from assistant.types import (
    Command,
    Connection,
    Did,
    Event,
    Hook,
    HookReply,
    HookRequest,
    Joined,
    Outcome,
    Pressed,
    Said,
)
from assistant.types.event import EventType

COMMANDS = {"report", "appeal", "rules"}
REPORT_SHORTCUT = "report_message"
_LONGEST_REPLY = 3000
_MAX_FIELDS = 100


def verify(connection: Connection, request: HookRequest) -> None:
    timestamp = only_header(request, "x-slack-request-timestamp")
    check_fresh(timestamp, request.received_at)
    signed = b"v0:" + timestamp.encode() + b":" + request.body
    secrets = connection.accepted("signing_secret")
    expected = ["v0=" + hmac.new(one.encode(), signed, hashlib.sha256).hexdigest() for one in secrets]
    check_equal(only_header(request, "x-slack-signature"), *expected)


def parse(connection: Connection, request: HookRequest) -> Hook:
    if any(name == "content-type" and "json" in value for name, value in request.headers):
        return _event_hook(connection, json_object(request.body))
    form = _form(request.body)
    if "payload" in form:
        return _interaction(connection, json_object(form["payload"].encode()))
    return _slash_command(connection, form)


def reply(connection: Connection, hook: Hook, outcomes: Sequence[Outcome]) -> HookReply:
    """Only a slash command is answered by the response itself; to anything else it must be empty."""
    slash = len(hook.events) == 1 and isinstance(hook.events[0], Command) and hook.events[0].about is None
    if not (slash and outcomes and outcomes[0].text):
        return HookReply()
    text = escaped(outcomes[0].text[:_LONGEST_REPLY])
    return HookReply(body=orjson.dumps({"response_type": "ephemeral", "text": text}))


def _form(body: bytes) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise InvalidInput(field="body", problem="is not a form") from None
    form = dict(pairs)
    if not form or len(form) != len(pairs):
        raise InvalidInput(field="body", problem="is not a form, or names a field twice")
    return form


def _event_hook(connection: Connection, document: Mapping[str, Any]) -> Hook:
    kind = as_text(document.get("type"), "type")
    if kind == "url_verification":
        challenge = as_id(document.get("challenge"), "challenge", 1000)
        return Hook(answer=HookReply(body=orjson.dumps({"challenge": challenge})))
    team = as_text(document.get("team_id"), "team_id")
    if kind != "event_callback" or _foreign(connection, team):
        return Hook()
    event = _event(document, as_object(document.get("event"), "event"), team)
    return Hook((event,) if event else ())


def _foreign(connection: Connection, team: str) -> bool:
    own = connection.settings.get("team_id")
    return bool(own) and own != team


def _event(document: Mapping[str, Any], event: Mapping[str, Any], team: str) -> Event | None:
    kind = as_text(event.get("type"), "event.type")
    if kind == "message":
        return message_event(event, team, _ours(document))
    if kind == "member_joined_channel":
        return _joined_channel(document, event)
    if kind == "team_join":
        return _joined_team(document, as_object(event.get("user"), "event.user"))
    if kind == "reaction_added":
        return _reaction(document, event)
    return None  # app_mention among them: the same message comes as a message


def _ours(document: Mapping[str, Any]) -> Ours:
    users = (
        as_text(as_object(one, "authorizations").get("user_id"), "authorizations.user_id")
        for one in as_list(document.get("authorizations"), "authorizations", 100)
    )
    return Ours(as_text(document.get("api_app_id"), "api_app_id"), frozenset(filter(None, users)))


def _reaction(document: Mapping[str, Any], event: Mapping[str, Any]) -> Event | None:
    """To a message; a reaction to a file is to nobody's post. Leaving a channel is not leaving, and of no other does Slack tell."""
    item = as_object(event.get("item", {}), "event.item")
    if item.get("type") != "message":
        return None
    return Did(
        key=as_id(document.get("event_id"), "event_id"),
        type=EventType.REACTION,
        member_id=as_id(event.get("user"), "event.user"),
        at=datetime.fromtimestamp(float(as_ts(event.get("event_ts"), "event.event_ts")), UTC),
        channel=as_id(item.get("channel"), "event.item.channel"),
        message_id=as_ts(item.get("ts"), "event.item.ts"),
        of_member=as_text(event.get("item_user"), "event.item_user") or None,
    )


def _joined_channel(document: Mapping[str, Any], event: Mapping[str, Any]) -> Event | None:
    member = as_id(event.get("user"), "event.user")
    if member in _ours(document).users:
        return None
    key = as_id(document.get("event_id"), "event_id")
    return Joined(key=key, member_id=member, channel=as_id(event.get("channel"), "event.channel"))


def _joined_team(document: Mapping[str, Any], user: Mapping[str, Any]) -> Event | None:
    if user.get("is_bot") is True:
        return None
    named = display_name(user["profile"]) if user.get("profile") is not None else ""
    return Joined(
        key=as_id(document.get("event_id"), "event_id"),
        member_id=as_id(user.get("id"), "event.user.id"),
        name=named or as_text(user.get("real_name"), "event.user.real_name"),
        locale=as_text(user.get("locale"), "event.user.locale") or None,
    )


def _interaction(connection: Connection, payload: Mapping[str, Any]) -> Hook:
    team = _team(payload)
    kind = as_text(payload.get("type"), "type")
    if _foreign(connection, team):
        return Hook()
    if kind == "block_actions":
        return Hook(tuple(_pressed(payload, team)))
    if kind == "message_action" and payload.get("callback_id") == REPORT_SHORTCUT:
        return Hook((_report(payload, team),))
    return Hook()


def _team(payload: Mapping[str, Any]) -> str:
    team = payload.get("team")
    return as_text(as_object(team, "team").get("id"), "team.id") if team is not None else ""


def _pressed(payload: Mapping[str, Any], team: str) -> list[Event]:
    if payload.get("channel") is None:
        return []  # pressed in a modal or on the app's home: no card of ours
    member = as_id(as_object(payload.get("user"), "user").get("id"), "user.id")
    channel = as_id(as_object(payload["channel"], "channel").get("id"), "channel.id")
    container = as_object(payload.get("container", {}), "container")
    message_id = as_ts(container["message_ts"], "container.message_ts") if container.get("message_ts") else None
    events: list[Event] = []
    for action in as_list(payload.get("actions"), "actions", 10):
        one = as_object(action, "actions")
        if one.get("type") != "button" or not one.get("value"):
            continue
        at = as_id(one.get("action_ts"), "actions.action_ts", 40)
        value = as_id(one["value"], "actions.value", 2000)
        key = f"{team}:{channel}:{message_id}:{member}:{at}"
        events.append(Pressed(key=key, value=value, member_id=member, channel=channel, message_id=message_id))
    return events


def _report(payload: Mapping[str, Any], team: str) -> Event:
    member = as_id(as_object(payload.get("user"), "user").get("id"), "user.id")
    channel = as_id(as_object(payload.get("channel"), "channel").get("id"), "channel.id")
    about: Said = said(as_object(payload.get("message"), "message"), {"channel": channel}, team)
    return Command(
        key=f"{team}:{member}:{as_id(payload.get('action_ts'), 'action_ts', 40)}",
        name="report",
        member_id=member,
        channel=channel,
        about=about,
    )


def _slash_command(connection: Connection, form: Mapping[str, str]) -> Hook:
    """``/report``, or ``/anything-report``: names of slash commands are shared by all apps of a workspace."""
    if form.get("ssl_check") == "1":
        return Hook()
    name = as_id(form.get("command"), "command", 100).removeprefix("/").rpartition("-")[2].lower()
    team = as_text(form.get("team_id"), "team_id")
    if name not in COMMANDS or _foreign(connection, team):
        return Hook()
    command = Command(
        key=f"{team}:{as_id(form.get('trigger_id'), 'trigger_id')}",
        name=name,
        member_id=as_id(form.get("user_id"), "user_id"),
        channel=as_id(form.get("channel_id"), "channel_id"),
        text=as_text(form.get("text"), "text"),
    )
    return Hook((command,))
