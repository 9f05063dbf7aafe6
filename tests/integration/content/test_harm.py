"""Nothing is made of words in which the risk screen sees harm, whether they were said to everybody or asked of the bot."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from assistant.store.database import Database
from tests.integration.content.asking import asked
from tests.integration.content.conftest import Shop

NOW = datetime.now(UTC).replace(microsecond=0)
HARM = ("不想活了", "我想自殺怎麼辦", "想約砲嗎", "我要殺了你", "黑鬼滾出去", "I want to kill myself")
WORDS = ("想活", "活了", "自殺", "約砲", "殺了", "黑鬼", "kill")


@pytest.fixture
def own(content_service):
    shop = Shop(content_service)
    yield shop
    shop.operator.close()


def _told(document: object) -> list[str]:
    text = json.dumps(document, ensure_ascii=False).lower()
    return [word for word in WORDS if word in text]


def test_harm_asked_of_the_bot_is_no_gap_and_no_suggestion(own: Shop, database: Database) -> None:
    for at, question in enumerate((*HARM, *HARM, "門市有停車位嗎", "門市有停車位嗎")):
        asked(database, own.community, f"m{at}", question, NOW - timedelta(hours=at + 1))
    kinds = ["live", "how_to", "answers"]
    found = own.suggest(kinds=kinds, count=12)
    assert "門市有停車位嗎" in {need["name"] for need in found["insight"]["needs"]}
    assert _told(found) == []
    gaps = own.send("GET", "/v1/faq/gaps")["gaps"]
    assert [one["question"] for one in gaps] == ["門市有停車位嗎"]


def test_harm_in_messages_is_no_topic_no_need_and_no_sample(own: Shop) -> None:
    said = ("真的不想活了", "我今天又不想活了", "大家有沒有不想活了的時候？", "不想活了怎麼辦？")
    events = [
        {
            "id": f"h{at}",
            "type": "message",
            "member_id": f"mh{at % 3}",
            "at": (NOW - timedelta(hours=at + 1)).isoformat(),
            "properties": {"text": text},
        }
        for at, text in enumerate(said * 3)
    ]
    assert own.send("POST", "/v1/events", events=events)["errors"] == []
    found = own.suggest(count=20, ahead_days=14)
    assert found["suggestions"]
    assert _told(found) == []
