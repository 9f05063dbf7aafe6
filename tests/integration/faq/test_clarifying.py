"""The bot asks back, and its own question is answered."""

from __future__ import annotations

import openai
import pytest

from assistant.types.access import Scope
from tests.integration.faq.conftest import ENTRIES, Faq

ANSWERS = {entry["question"]: entry["answer"] for entry in ENTRIES}
REFUND = {"id": "refund-time", "question": "退款多久會入帳？", "answer": "收到退貨後五個工作天內退回原付款方式。"}
TWO = {"floor": 0.0, "gap": 1.0}
"""Settings under which two entries are always asked about."""


def asked_which(faq: Faq, question: str = "退貨運費") -> dict:
    faq.settings(**TWO)
    answer = faq.ask(question)
    assert (answer["outcome"], len(answer["choices"])) == ("clarify", 2), answer
    return answer


def asked_whether(faq: Faq, question: str = "退貨") -> dict:
    """With one choice alone."""
    faq.settings(floor=1.0)
    answer = faq.ask(question)
    assert (answer["outcome"], len(answer["choices"])) == ("clarify", 1), answer
    return answer


@pytest.mark.parametrize("text", ["第二個", "2", "２", "the second one", "B"])
def test_a_number_picks_its_entry(faq: Faq, text: str) -> None:
    before = asked_which(faq)
    answer = faq.go_on(before, text)
    assert (answer["outcome"], answer["answer"]) == ("answer", ANSWERS[before["choices"][1]]), answer
    assert (answer["language"], answer["question"]) == (before["language"], before["choices"][1])


@pytest.mark.parametrize("text", ["對", "沒錯", "係", "yes", "1"])
def test_yes_picks_the_only_choice(faq: Faq, text: str) -> None:
    before = asked_whether(faq)
    answer = faq.go_on(before, text)
    assert (answer["outcome"], answer["answer"]) == ("answer", ANSWERS[before["choices"][0]]), answer


@pytest.mark.parametrize("text", ["都不是", "唔係", "neither", "不是"])
def test_none_of_them_hands_over_what_was_asked(faq: Faq, text: str) -> None:
    before = asked_which(faq)
    answer = faq.go_on(before, text)
    assert (answer["outcome"], answer["because"], answer["choices"]) == ("handoff", "floor", []), answer
    waiting = faq.operator.get("/v1/faq/handoffs").json()["handoffs"]
    assert [one["question"] for one in waiting] == ["退貨運費"]


def test_yes_to_two_is_asked_again_with_both(faq: Faq) -> None:
    before = asked_which(faq)
    again = faq.go_on(before, "對")
    assert (again["outcome"], again["choices"]) == ("clarify", before["choices"])
    assert faq.go_on(again, "2")["answer"] == ANSWERS[before["choices"][1]]


def test_a_part_of_a_choice_picks_it_and_another_question_is_one(faq: Faq) -> None:
    before = asked_which(faq)
    assert set(before["choices"]) == {"怎麼退貨？", "運費怎麼算？"}
    assert faq.go_on(before, "運費")["answer"] == ANSWERS["運費怎麼算？"]
    other = faq.go_on(asked_which(faq), "積分怎麼計算")
    assert other["answer"] == ANSWERS["積分怎麼計算？"]


@pytest.mark.parametrize("text", ["一般的規定", "2", "退款多久"])
def test_the_general_is_picked_by_the_bots_own_words(faq: Faq, text: str) -> None:
    before = doubtful(faq)
    answer = faq.go_on(before, text)
    assert (answer["outcome"], answer["answer"]) == ("answer", REFUND["answer"]), answer


@pytest.mark.parametrize("text", ["自己的訂單", "第一個"])
def test_ones_own_is_handed_over_with_what_was_asked(faq: Faq, text: str) -> None:
    before = doubtful(faq)
    answer = faq.go_on(before, text)
    assert (answer["outcome"], answer["because"], answer["question"]) == ("handoff", "account", before["question"])


def test_what_was_offered_is_kept_and_is_no_citation(faq: Faq) -> None:
    before = asked_which(faq)
    path = f"/v1/faq/conversations/{before['conversation_id']}"
    mine = {"x-conversation-token": before["conversation_token"]}
    turn = faq.member.get(path, headers=mine).json()["turns"][-1]
    assert (turn["choices"], turn["citations"]) == (before["choices"], [])


def test_a_passage_is_picked_by_its_title(faq: Faq) -> None:
    passage = {"id": "doc", "answer": "團購滿十件另有禮物，取貨在門市一樓。", "title": "團購取貨"}
    faq.operator.put("/v1/faq/entries", json={"entries": [passage]})
    before = asked_which(faq, "團購取貨在哪")
    place = before["choices"].index("團購取貨") + 1
    assert faq.go_on(before, str(place))["answer"] == passage["answer"]


def test_entries_with_one_question_are_never_asked_about_for_ever(faq: Faq) -> None:
    for at, price in enumerate(("80", "100")):
        entry = {"id": f"gift-{2 - at}", "question": "禮盒包裝多少錢？", "answer": f"禮盒一個 {price} 元。"}
        faq.operator.put("/v1/faq/entries", json={"entries": [entry]})
    newer = "禮盒一個 100 元。"
    assert faq.ask("禮盒包裝多少錢？")["answer"] == newer
    asked = faq.ask("請問禮盒的包裝是多少錢")
    answered = faq.go_on(asked, asked["choices"][1]) if asked["because"] == "own" else asked
    assert answered["answer"] == newer
    offered = asked_whether(faq, "禮盒包裝")
    assert offered["choices"] == ["禮盒包裝多少錢？"]
    assert faq.go_on(offered, offered["choices"][0])["answer"] == newer


@pytest.fixture
def client(faq: Faq):
    key = faq.service.key(scope=Scope.MEMBER, community=faq.community)
    with openai.OpenAI(base_url=f"{faq.service.url}/v1", api_key=key, max_retries=0) as client:
        yield client


def test_chat_completions_show_the_choices_and_take_the_answer(faq: Faq, client) -> None:
    faq.settings(**TWO)
    messages = [{"role": "user", "content": "退貨運費"}]
    asked = client.chat.completions.create(model="m", messages=messages)
    choices = asked.model_extra["assistant"]["choices"]
    content = asked.choices[0].message.content
    assert content.split("\n")[1:] == [f"1. {choices[0]}", f"2. {choices[1]}"]
    pieces = client.chat.completions.create(model="m", messages=messages, stream=True)
    assert "".join(one.choices[0].delta.content or "" for one in pieces) == content
    messages += [{"role": "assistant", "content": content}, {"role": "user", "content": "第二個"}]
    picked = client.chat.completions.create(model="m", messages=messages)
    assert picked.choices[0].message.content == ANSWERS[choices[1]]


def test_chat_completions_hand_over_where_none_was_meant(faq: Faq, client) -> None:
    faq.settings(**TWO)
    messages = [{"role": "user", "content": "退貨運費"}]
    asked = client.chat.completions.create(model="m", messages=messages).choices[0].message.content
    messages += [{"role": "assistant", "content": asked}, {"role": "user", "content": "都不是"}]
    ours = client.chat.completions.create(model="m", messages=messages).model_extra["assistant"]
    assert (ours["outcome"], ours["question"]) == ("handoff", "退貨運費")


def test_models_are_listed_for_those_with_a_key(faq: Faq, client) -> None:
    [model] = client.models.list().data
    assert (model.id, model.object) == ("community-assistant", "model")
    assert client.models.retrieve(model.id) == model
    answer = client.chat.completions.create(model=model.id, messages=[{"role": "user", "content": "怎麼退貨？"}])
    assert answer.model == model.id
    with pytest.raises(openai.NotFoundError) as unknown:
        client.models.retrieve("gpt-9")
    assert (unknown.value.code, unknown.value.param) == ("model_unknown", "model")
    with openai.OpenAI(base_url=f"{faq.service.url}/v1", api_key="sk-wrong", max_retries=0) as stranger:
        with pytest.raises(openai.AuthenticationError):
            stranger.models.list()
        with pytest.raises(openai.AuthenticationError):
            stranger.models.retrieve(model.id)


def doubtful(faq: Faq) -> dict:
    faq.operator.put("/v1/faq/entries", json={"entries": [REFUND]})
    asked = ("退款大概要多久才會進我的帳戶", "昨天退貨的退款一般多久入帳", "退款通常多久會到我的帳戶")
    return next(answer for question in asked if (answer := faq.ask(question))["because"] == "own")
