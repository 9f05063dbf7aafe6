"""A question of the demo community while its document is still to be read."""

from __future__ import annotations

import pytest

from assistant.usecases.communities import DEMO
from assistant.usecases.faq.demo import DOCUMENT, RETRY_S
from assistant.usecases.faq.imports import Options, open_import, stop_job
from tests.integration.faq.conftest import Faq
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
