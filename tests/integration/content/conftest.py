from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.live_service import Service, running, working

TALK = tomllib.loads((Path(__file__).parents[3] / "docs/examples/shop_week.toml").read_text("utf-8"))["talk"]


class Shop:
    """A community of its own in which the week of ``docs/examples/shop_week.toml`` was said, and its operator."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.community = service.community()
        self.operator = service.client(service.key(community=self.community))
        self.texts = {f"w{at}": row[3] for at, row in enumerate(TALK)}
        answer = self.operator.post("/v1/events", json={"events": list(map(self._event, range(len(TALK)), TALK))})
        assert answer.status_code == 200, answer.text
        assert answer.json()["errors"] == []

    def _event(self, at: int, row: list) -> dict:
        days, hour, member, text = row
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        moment = today - timedelta(days=days) + timedelta(hours=hour - 8)
        return {
            "id": f"w{at}",
            "type": "message",
            "member_id": member,
            "at": moment.isoformat(),
            "properties": {"text": text},
        }

    def now(self) -> str:
        return (datetime.now(UTC) - timedelta(seconds=1)).isoformat()

    def send(self, method: str, path: str, status: int = 200, **body) -> dict:
        answer = self.operator.request(method, path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def suggest(self, **asked) -> dict:
        return self.send("POST", "/v1/content/suggestions", **asked)

    def draft(self, **more) -> dict:
        given = {
            "kind": "poll",
            "title": "投個票",
            "body": "下次讀書會想讀哪一本？",
            "actor": "ming",
            "language": "zh-Hant",
        }
        return self.send("POST", "/v1/content/drafts", 201, **(given | more))

    def review(self, draft: dict, status: int = 200, **more) -> dict:
        given = {"actor": "ling", "revision": draft["revision"], "approve": True}
        return self.send("POST", f"/v1/content/drafts/{draft['id']}/review", status, **(given | more))


@pytest.fixture(scope="session")
def content_service(database_urls, tmp_path_factory):
    with (
        running(
            database_urls.app,
            tmp_path_factory.mktemp("content"),
            outgoing={"allow": ("127.0.0.0/8",)},
            outbox={"poll_s": 0.05},
        ) as service,
        working(service),
    ):
        yield service


@pytest.fixture(scope="module")
def shop(content_service):
    shop = Shop(content_service)
    yield shop
    shop.operator.close()
