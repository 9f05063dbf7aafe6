from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

import pytest

from tests.live_service import Service, own_database, running, working
from tests.receiver import receiving

ENTRIES = [
    {
        "id": "returns",
        "question": "怎麼退貨？",
        "answer": "到貨七天內可以退貨。請保留完整包裝，並在訂單頁面按「申請退貨」。運費由本店負擔。",
        "alternatives": ["可以退嗎", "買錯了想退", "How do I return something?"],
        "source": "https://shop.example/returns",
    },
    {
        "id": "shipping",
        "question": "運費怎麼算？",
        "answer": "滿 1,000 元免運，未滿收 80 元。外島另加 120 元。",
        "alternatives": ["多少錢免運", "What does shipping cost?"],
    },
    {"id": "points", "question": "積分怎麼計算？", "answer": "每消費 100 元得 1 點，點數一年內有效。"},
    {
        "id": "hours",
        "question": "你們的營業時間是？",
        "answer": "週一到週五 10:00 到 19:00，例假日休息。客服電話 02-2345-6789。",
    },
    {
        "id": "staff-only",
        "question": "員工折扣是多少？",
        "answer": "員工購物八折。",
        "roles": ["staff"],
    },
    {
        "id": "wash",
        "language": "en",
        "question": "Can I wash the carrier in the machine?",
        "answer": "Yes, at 30 degrees in a laundry bag. Do not tumble dry.",
    },
]


class Faq:
    """A community of its own with a small FAQ, asked with a member's key."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.community = service.community()
        self.operator = service.client(service.key(community=self.community))
        self.member = service.client(service.key(scope="member", community=self.community))
        answer = self.operator.put("/v1/faq/entries", json={"entries": ENTRIES})
        assert answer.status_code == 200, answer.text

    def ask(self, question: str, **more) -> dict:
        headers = more.pop("headers", {})
        answer = self.member.post("/v1/faq/ask", json={"question": question, **more}, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def go_on(self, before: dict, question: str) -> dict:
        """A further question in the same conversation, by the browser that asked first."""
        headers = {"x-conversation-token": before["conversation_token"]}
        answer = self.ask(question, conversation_id=before["conversation_id"], headers=headers)
        return {**answer, "conversation_token": before["conversation_token"]}

    def settings(self, **document) -> None:
        answer = self.operator.put("/v1/faq/settings", json=document)
        assert answer.status_code == 200, answer.text

    def close(self) -> None:
        self.operator.close()
        self.member.close()


def jwt(secret: str, header: dict | None = None, **claims) -> str:
    """A member's token as any JWT library writes it."""
    claims = {"sub": "u1", "exp": int(time.time()) + 600, **claims}
    parts = [_part(header or {"alg": "HS256", "typ": "JWT"}), _part(claims)]
    mac = hmac.new(secret.encode(), ".".join(parts).encode(), hashlib.sha256).digest()
    return ".".join([*parts, base64.urlsafe_b64encode(mac).decode().rstrip("=")])


def _part(document: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


@pytest.fixture(scope="session")
def faq_service(tmp_path_factory):
    with (
        own_database(tmp_path_factory.mktemp("faq-database")) as urls,
        running(
            urls.app,
            tmp_path_factory.mktemp("faq"),
            outgoing={"allow": ("127.0.0.0/8",)},
            outbox={"poll_s": 0.05},
            limits={"faq_per_minute": 10_000},
        ) as service,
        working(service),
    ):
        yield service


@pytest.fixture
def faq(faq_service):
    faq = Faq(faq_service)
    yield faq
    faq.close()


@pytest.fixture
def receiver():
    with receiving() as receiver:
        yield receiver
