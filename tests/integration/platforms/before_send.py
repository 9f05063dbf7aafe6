"""Every platform that waits for our verdict: how it asks, and how its answer reads."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from standardwebhooks.webhooks import Webhook

from assistant.types import FailMode
from tests.live_service import Service

DOCS = Path(__file__).parents[3] / "docs"


@dataclass(frozen=True)
class Asking:
    """One connection of a platform. ``ask`` sends a message and gives back the raw answer; ``allowed`` reads it."""

    name: str
    deadline_s: float
    ask: Callable[[str], httpx.Response]
    allowed: Callable[[httpx.Response], bool]


def webhooks(service: Service, community: str, client: httpx.Client, fail_mode: FailMode) -> Asking:
    made = service.connect(community, fail_mode=fail_mode)
    secret = made.secrets["secret"]

    def ask(text: str) -> httpx.Response:
        body = json.dumps(
            {"type": "message.send", "data": {"id": secrets.token_hex(8), "text": text, "member": {"id": "u1"}}}
        )
        return client.post(f"/v1/hooks/{made.row.id}", content=body.encode(), headers=_signed(secret, body))

    return Asking("webhooks", 3.0, ask, lambda answer: answer.json()["verdict"] == "allow")


def matrix(service: Service, community: str, client: httpx.Client, fail_mode: FailMode) -> Asking:
    settings = {"api_base": "https://matrix.example.org", "user_id": "@bot:example.org"}
    made = service.connect(community, "matrix", {"token": "syt_x"}, settings=settings, fail_mode=fail_mode)
    secret = made.secrets["secret"]

    def ask(text: str) -> httpx.Response:
        event = {
            "type": "m.room.message",
            "event_id": f"${secrets.token_hex(8)}",
            "room_id": "!r:example.org",
            "sender": "@u:example.org",
            "content": {"msgtype": "m.text", "body": text},
        }
        body = json.dumps({"type": "event", "waits": True, "event": event})
        return client.post(f"/v1/hooks/{made.row.id}", content=body.encode(), headers=_signed(secret, body))

    return Asking("matrix", 1.6, ask, lambda answer: answer.json()["verdict"] == "allow")


def tencent_im(service: Service, community: str, client: httpx.Client, fail_mode: FailMode) -> Asking:
    made = service.connect(
        community,
        "tencent_im",
        {"secret_key": "s" * 32, "token": "t0ken"},
        settings={"sdk_app_id": "1400000001", "identifier": "admin"},
        fail_mode=fail_mode,
    )

    def ask(text: str) -> httpx.Response:
        now = str(int(datetime.now(UTC).timestamp()))
        query = {
            "SdkAppid": "1400000001",
            "CallbackCommand": "Group.CallbackBeforeSendMsg",
            "contenttype": "json",
            "Sign": hashlib.sha256(f"t0ken{now}".encode()).hexdigest(),
            "RequestTime": now,
        }
        body = {
            "CallbackCommand": "Group.CallbackBeforeSendMsg",
            "GroupId": "@TGS#1",
            "Type": "Public",
            "From_Account": "u1",
            "Operator_Account": "u1",
            "Random": secrets.randbelow(2**31),
            "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": text}}],
        }
        return client.post(f"/v1/hooks/{made.row.id}", params=query, json=body)

    return Asking("tencent_im", 2.0, ask, lambda answer: answer.json()["ErrorCode"] == 0)


def mapping(service: Service, community: str, client: httpx.Client, fail_mode: FailMode) -> Asking:
    """Stream's before-send hook, as its page in the docs sets it up."""
    page = (DOCS / "platforms" / "mapping.md").read_text("utf-8")
    stream = tomllib.loads(page.partition("# stream.toml\n")[2].partition("```")[0])
    made = service.connect(community, "mapping", {"secret": "k" * 32}, settings=stream, fail_mode=fail_mode)

    def ask(text: str) -> httpx.Response:
        body = json.dumps({"message": {"id": secrets.token_hex(8), "text": text}, "user": {"id": "u1"}}).encode()
        mac = hmac.new(b"k" * 32, body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-signature": mac}
        return client.post(f"/v1/hooks/{made.row.id}", content=body, headers=headers)

    return Asking("mapping", 1.5, ask, lambda answer: "error" not in answer.text)


PLATFORMS = {one.__name__: one for one in (webhooks, matrix, tencent_im, mapping)}


def _signed(secret: str, body: str) -> Mapping[str, Any]:
    now, identifier = datetime.now(UTC), f"msg_{secrets.token_hex(8)}"
    return {
        "content-type": "application/json",
        "webhook-id": identifier,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(identifier, now, body),
    }
