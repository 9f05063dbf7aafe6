from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from tests.live_service import Service, own_database, running, working
from tests.receiver import Receiver, receiving

ADVERT = "加微信 abc123 日结300"
CLEAN = "今天的奶粉團購什麼時候截止？"


class Shop:
    """A community of its own on the service, connected by Standard Webhooks to a receiver that carries out every order."""

    def __init__(self, service: Service, receiver: Receiver, community: str | None = None, **wanted) -> None:
        self.service = service
        self.receiver = receiver
        self.community = community or service.community()
        orders = ["delete", "hide", "restore", "message", "mute", "unmute", "kick", "ban", "unban", "post", "amend"]
        settings = {"url": receiver.url, "orders": orders, "events": ["*"], **wanted.pop("settings", {})}
        made = service.connect(self.community, settings=settings, **wanted)
        self.connection = made.row
        self.secret = receiver.secret = made.secrets["secret"]
        self.client = service.client()
        self.operator = service.client(service.key(community=self.community))

    def send(self, kind: str, data: dict, *, hook_id: str | None = None, secret: str | None = None) -> httpx.Response:
        """Signed by the reference library."""
        now, body = datetime.now(UTC), json.dumps({"type": kind, "data": data}, ensure_ascii=False)
        identifier = hook_id or f"msg_{secrets.token_hex(8)}"
        signature = Webhook(secret or self.secret).sign(identifier, now, body)
        headers = {
            "content-type": "application/json",
            "webhook-id": identifier,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
        }
        return self.client.post(f"/v1/hooks/{self.connection.id}", content=body.encode(), headers=headers)

    def say(self, text: str, member: str = "u1", *, before: bool = False, **more) -> dict:
        kind = "message.send" if before else "message.created"
        member_fields = {"id": member, **more.pop("member_fields", {})}
        data = {"id": f"m_{secrets.token_hex(6)}", "text": text, "member": member_fields, "channel": "general", **more}
        answer = self.send(kind, data)
        assert answer.status_code == 200, answer.text
        return {**answer.json(), "message_id": data["id"]}

    def decisions(self) -> list[dict]:
        return self.operator.get("/v1/decisions").json()["decisions"]

    def cases(self, **query) -> list[dict]:
        return self.operator.get("/v1/cases", params=query).json()["cases"]

    def record(self, member: str = "u1") -> dict:
        return self.operator.get(f"/v1/connections/{self.connection.id}/members/{member}").json()

    def resolve(self, case_id: str, resolution: str, actor: str = "ming") -> httpx.Response:
        return self.operator.post(f"/v1/cases/{case_id}/resolve", json={"resolution": resolution, "actor": actor})

    def close(self) -> None:
        self.client.close()
        self.operator.close()


@pytest.fixture(scope="session")
def platform_service(tmp_path_factory):
    """A service that may post to the loopback, and its worker."""
    with (
        own_database(tmp_path_factory.mktemp("platforms-database")) as urls,
        running(
            urls.app,
            tmp_path_factory.mktemp("platforms"),
            outgoing={"allow": ("127.0.0.0/8",)},
            outbox={"poll_s": 0.05},
        ) as service,
        working(service),
    ):
        yield service


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def shop(platform_service, receiver):
    shop = Shop(platform_service, receiver)
    yield shop
    shop.close()
