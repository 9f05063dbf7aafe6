"""A member writes while a person answers: neither waits for the other for ever."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.store import faq_conversations
from tests.integration.faq.conftest import Faq

UNKNOWN = "你們賣不賣潛水艇的備用螺旋槳？"


def slowly(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    done = getattr(faq_conversations, name)

    def late(*given, **more):
        time.sleep(0.4)
        return done(*given, **more)

    monkeypatch.setattr(faq_conversations, name, late)


@pytest.mark.parametrize("what", ["hold", "release", "answer"])
def test_a_question_and_its_answer_meet(faq: Faq, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    asked = faq.ask(UNKNOWN)
    token = {"x-conversation-token": asked["conversation_token"]}
    path = f"/v1/faq/handoffs/{asked['handoff']['id']}"
    if what == "release":
        assert faq.operator.post(f"{path}/hold", json={"actor": "ling"}).status_code == 200
    slowly(monkeypatch, "get")
    slowly(monkeypatch, "add_turn")
    body = {"actor": "ling"} | ({"answer": "沒有，抱歉。"} if what == "answer" else {})
    contact = {"contact": {"value": "mei@example.org"}, "consent": True}
    person = f"/v1/faq/conversations/{asked['conversation_id']}/handoff"
    again = {"question": UNKNOWN, "conversation_id": asked["conversation_id"]}
    with ThreadPoolExecutor(3) as pool:
        member = pool.submit(faq.member.post, "/v1/faq/ask", json=again, headers=token)
        button = pool.submit(faq.member.post, person, json=contact, headers=token)
        time.sleep(0.2)
        staff = pool.submit(faq.operator.post, f"{path}/{what}", json=body)
        answers = [one.result() for one in (member, button, staff)]
    assert [one.status_code for one in answers] == [200, 200, 200], [one.text for one in answers]
