"""A question of the demo community while its document is still to be read."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import RowMapping, text

from assistant.usecases.communities import DEMO
from assistant.usecases.faq.demo import DOCUMENT, RETRY_S
from assistant.usecases.faq.imports import Options, open_import, stop_job
from tests.integration.faq.conftest import Faq
from tests.integration.platforms.conftest import Shop
from tests.live_service import Service

QUESTION = {"question": "買錯了可以退嗎"}


@pytest.fixture
def loading(faq_service: Service):
    """The demo's import, which somebody has begun to read."""
    place = faq_service.assistant
    job = open_import(place, DEMO, [(DOCUMENT, b"question,answer\na,b\n")], Options(), actor="machine")
    yield job
    stop_job(place, DEMO, job.id, actor="test")


def test_it_is_neither_kept_nor_handed_over(faq_service: Service, loading) -> None:
    with faq_service.client(faq_service.key()) as operator:
        answer = operator.post("/v1/faq/ask", json=QUESTION)
        assert (answer.status_code, answer.json()["type"]) == (503, "/docs#still_loading")
        assert answer.headers["retry-after"] == str(RETRY_S)
        chinese = operator.post("/v1/faq/ask", json=QUESTION, headers={"accept-language": "zh-TW"})
        assert "仍在載入" in chinese.json()["detail"]
        assert operator.get("/v1/faq/handoffs").json()["handoffs"] == []
        stop_job(faq_service.assistant, DEMO, loading.id, actor="test")
        assert operator.post("/v1/faq/ask", json=QUESTION).status_code == 200


def test_a_chat_client_may_try_again(faq_service: Service, loading) -> None:
    with faq_service.client(faq_service.key()) as operator:
        body = {"model": "faq", "messages": [{"role": "user", "content": QUESTION["question"]}]}
        answer = operator.post("/v1/chat/completions", json=body)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, str(RETRY_S))


def test_other_communities_are_answered(faq: Faq, loading) -> None:
    assert faq.ask("怎麼退貨？")["outcome"] == "answer"


def test_a_document_of_that_name_elsewhere_holds_up_nothing(faq: Faq) -> None:
    content = b"question,answer\na,b\n"
    open_import(faq.service.assistant, faq.community, [(DOCUMENT, content)], Options(), actor="test")
    assert faq.ask("怎麼退貨？")["outcome"] == "answer"


def test_where_members_talk_it_is_answered_once_the_entries_are_there(faq_service: Service, receiver, loading) -> None:
    shop = Shop(faq_service, receiver, community=DEMO)
    shop.operator.put("/v1/faq/settings", json={"called": ["@demobot"]}).raise_for_status()
    faq_service.assistant.registry.refresh()
    shop.say("@demobot 轉人工")
    waiting = postponed(faq_service)
    assert (waiting["attempts"], waiting["because"]) == (0, None)
    assert timedelta(0) < waiting["due_at"] - datetime.now(UTC) <= timedelta(seconds=RETRY_S)
    assert receiver.posted == []
    stop_job(faq_service.assistant, DEMO, loading.id, actor="test")
    assert receiver.wait("order.post", seconds=RETRY_S + 10)
    shop.close()


def postponed(service: Service) -> RowMapping:
    """The question that waits, when a worker has looked at it."""
    query = text(
        "SELECT * FROM deliveries WHERE kind = 'question' AND state = 'waiting' AND attempts = 0 AND due_at > now()"
    )
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with service.assistant.database.transaction(DEMO) as transaction:
            if row := transaction.execute(query).mappings().one_or_none():
                return row
        time.sleep(0.05)
    raise AssertionError("nobody looked at it")
