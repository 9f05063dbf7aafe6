"""What members want, by their words: what is denied, wished by way of greeting, or part of another word is no sign."""

from __future__ import annotations

import pytest

from assistant.content.ideas import ideas_of
from assistant.content.needs import find_needs
from assistant.content.signs import need_kind, shows, troubled
from assistant.content.topics import rising_topics
from assistant.types.content import Kind, NeedKind
from tests.unit.content.making import PERIOD, Embedder, said

COMPLAINTS = (
    "保溫瓶又漏水了",
    "等了三天沒人回，好失望",
    "客服都不理人",
    "運費太貴了",
    "我要退貨，跟照片差很多",
    "訂單還沒到，已經兩週",
    "申請退款一直沒下文",
    "不得不說很失望",
    "没想到这么失望",
    "快递太慢了",
    "用了两天就坏了",
    "商家不给退款",
    "沒有人回我訊息",
    "貴死了",
    "想退貨",
    "I'd like my money back",
    "又闪退了，难用",
    "部機壞咗，無人理",
    "my order never arrived",
    "I am so disappointed with the lid",
    "never been so disappointed in a shop",
    "the app crashes every time",
    "I want a refund",
    "still no refund after two weeks",
    "too slow, and the support is terrible",
    "did not expect such awful quality",
)
PRAISE = (
    "從來沒有失望過，大推",
    "never disappointed",
    "no complaints at all",
    "好貴氣的包裝！",
    "客服超好，馬上幫我退款",
    "不會讓人失望的一家店",
    "这家从没让我失望",
    "完全不漏水，好用",
    "一点都不贵",
    "没有很慢，隔天就到",
    "收到禮物開心壞了",
    "麻煩大家幫我看看這張照片，謝謝",
    "客服不錯，推",
    "唔麻煩，好易用",
    "You won't be disappointed",
    "can't complain, works as it should",
    "not too expensive for what it is",
    "we took the crash course and loved it",
    "worst case we share one",
    "没有什么不满意的",
    "太麻煩客服了，謝謝",
    "退款已收到，謝謝",
    "nobody complained",
)
QUESTIONS = (
    "可以退貨嗎？",
    "如果不合适可以退款吗",
    "請問運費怎麼算？",
    "想要請問尺寸怎麼選",
    "can I get a refund?",
    "any suggestions for a first book?",
    "邊度有得買？",
)
WISHES = (
    "希望可以出小一號",
    "想要粉紅色的",
    "敲碗補貨",
    "能不能出大容量的",
    "希望你們快點開團",
    "hope you restock the blue one",
    "hope there will be a smaller size",
    "I wish it came in green",
    "it would be great to have a lid",
    "几时有得订",
)
GREETINGS = (
    "希望大家週末愉快",
    "hope you all have a nice day",
    "希望你早日康復",
    "hope you feel better soon",
    "祝大家有希望的一年",
    "好想睡",
    "期待週末",
    "thanks for your suggestion",
    "Hope everyone is well",
)
URGENT = (
    "明天就要用了，來得及嗎",
    "急！寶寶過敏了",
    "今天之前要收到",
    "請馬上處理",
    "很急，拜托了",
    "I need it by tomorrow",
    "this is urgent",
    "听日要用，唔该尽快",
)
CALM = (
    "不急",
    "今天天氣真好",
    "不著急，慢慢來",
    "客服馬上就回我了，讚",
    "今天去公園玩",
    "no rush at all",
    "this is not urgent",
    "today was fun",
    "唔急，得閒先答我",
    "路上注意安全",
    "這個急救包不錯",
    "等了很久終於收到，超開心",
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *((text, NeedKind.COMPLAINT) for text in COMPLAINTS),
        *((text, NeedKind.QUESTION) for text in QUESTIONS),
        *((text, NeedKind.WISH) for text in WISHES),
        *((text, None) for text in (*PRAISE, *GREETINGS)),
    ],
)
def test_needs_are_told_from_what_wants_nothing(text, kind):
    assert need_kind(text) is kind


@pytest.mark.parametrize(("text", "urgent"), [*((text, True) for text in URGENT), *((text, False) for text in CALM)])
def test_urgency_is_told_from_a_day_that_is_named(text, urgent):
    assert shows(text, "urgent") is urgent


def test_harm_and_grief_trouble_a_topic():
    assert troubled(["奶奶上週過世了", "節哀"]) == 1
    assert troubled(["he passed away last week", "what a nice soup"]) == 0.5
    assert troubled(["不會過敏", "從來沒有失望過"]) == 0
    assert troubled([]) == 0


@pytest.mark.parametrize(
    "texts", [["flask leaks, terrible"] * 4, ["flask is faulty"] * 4, ["flask was grandma's, she passed away"] * 4]
)
def test_a_troubled_topic_is_answered_and_not_shown_off(texts):
    messages = [said(1, f"{text} {n}") for n, text in enumerate(texts)]
    vectors = Embedder().encode([one.text for one in messages])
    found = rising_topics(messages, vectors, PERIOD)
    assert {one.kind for one in ideas_of(found, [], [])} == {Kind.ANSWERS, Kind.HOW_TO, Kind.SURVEY}
    calm = [said(1, f"flask keeps tea warm {n}") for n in range(4)]
    found = rising_topics(calm, Embedder().encode([one.text for one in calm]), PERIOD)
    assert Kind.USER_CONTENT in {one.kind for one in ideas_of(found, [], [])}


def test_a_question_about_harm_is_no_show():
    messages = [said(1, f"is it poisonous for babies? {n}") for n in range(3)]
    needs = find_needs(messages, Embedder().encode([one.text for one in messages]), PERIOD)
    assert needs[0].kind is NeedKind.QUESTION
    assert Kind.LIVE not in {one.kind for one in ideas_of([], needs, [])}
