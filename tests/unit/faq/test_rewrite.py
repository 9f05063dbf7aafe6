"""Follow-up questions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.faq.rewrite import rewrite
from assistant.types.faq import Turn

CASES = [
    (["寄到香港要幾天"], "那運費呢", "寄到香港要幾天，運費"),
    (["寄到香港要幾天"], "那澳門呢？", "寄到澳門要幾天"),
    (["寄到香港要幾天", "那澳門呢"], "運費呢？", "寄到澳門要幾天，運費"),
    (["寄到香港要幾天", "謝謝"], "那運費呢", "寄到香港要幾天，運費"),
    (["你們有賣保溫瓶嗎"], "那個可以退嗎", "保溫瓶可以退嗎"),
    (["保温杯多少钱"], "它能放洗碗机吗", "保温杯能放洗碗机吗"),
    (["有冇兒童單車"], "嗰款幾多錢", "兒童單車幾多錢"),
    (["退款要多久"], "换货呢", "换货要多久"),
    (["可以用信用卡付款嗎"], "那貨到付款呢", "可以用貨到付款嗎"),
    (["怎么申请退款"], "要多久", "怎么申请退款，要多久"),
    (["How long does shipping to Taiwan take?"], "and for Hong Kong?", "How long does shipping to Hong Kong take?"),
    (["How do returns work?"], "what about shipping?", "How do returns work, shipping"),
    (["Do you sell gift cards?"], "can I return them?", "can I return gift cards?"),
    (["Do you ship to Canada?"], "How long does it take?", "Do you ship to Canada, How long does it take?"),
]
ALONE = [
    ([], "那運費呢"),
    (["退货要多久"], "你们几点开门"),
    (["保温杯多少钱"], "这个月有活动吗"),
    (["怎么申请退款"], "为什么呢"),
    (["Can I pay by PayPal?"], "Is it possible to pay cash?"),
    (["Can I pay by PayPal?"], "Do you have a store in Leeds?"),
]
TEXTS = st.text(max_size=120) | st.sampled_from([text for turns, question, _ in CASES for text in (*turns, question)])


@pytest.mark.parametrize(("turns", "question", "whole"), CASES)
def test_what_is_left_open_is_filled_in(turns: list[str], question: str, whole: str) -> None:
    assert rewrite(question, [Turn(text, asker=True) for text in turns]) == whole


@pytest.mark.parametrize(("turns", "question"), ALONE)
def test_what_stands_by_itself_is_left(turns: list[str], question: str) -> None:
    assert rewrite(question, [Turn(text, asker=True) for text in turns]) == question


def test_the_bots_words_are_no_topic() -> None:
    turns = [Turn("寄到香港要幾天", asker=True), Turn("寄到日本要五天", asker=False)]
    assert rewrite("那運費呢", turns) == "寄到香港要幾天，運費"


@given(TEXTS, st.lists(st.builds(Turn, TEXTS, st.booleans()), max_size=5))
def test_any_conversation_is_read(question: str, turns: list[Turn]) -> None:
    longest = sum(len(turn.text) + 2 for turn in turns) + len(question)
    assert len(rewrite(question, turns)) <= longest
