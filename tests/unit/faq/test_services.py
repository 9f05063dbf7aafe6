"""Ways to pay and to send: an entry on one is no answer about another."""

from __future__ import annotations

import pytest

from assistant.faq.flow import House, from_hits
from assistant.faq.services import services, speaks_of_others
from assistant.faq.understand import Understood
from assistant.types.faq import Entry, FaqOutcome, Hit, QuestionKind

LINE = Entry(id="line", language="zh-Hant", question="可以用 LINE Pay 付款嗎？", answer="可以。結帳時選 LINE Pay。")
CASH = Entry(id="cash", language="zh-Hant", question="可以貨到付款嗎？", answer="可以，手續費 30 元。")
BOTH = Entry(id="both", language="zh-Hans", question="退款退到哪里？", answer="按原路退回：微信支付和支付宝当天到账。")
HOUSE = House("店", 0.7, 0.3, on_duty=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("可以用支付寶嗎", {"alipay"}),
        ("Do you take Alipay or PayPal?", {"alipay", "paypal"}),
        ("ＬＩＮＥ　Ｐａｙ可以嗎", {"line_pay"}),
        ("linepay可以吗", {"line_pay"}),
        ("寄7-11還是全家超商", {"seven_eleven", "family_mart"}),
        ("默认发中通或顺丰", {"zto", "sf_express"}),
        ("其中通过审核的", set()),
        ("全家人都可以用嗎", set()),
        ("items and systems", set()),
        ("the offline payments", set()),
        ("follow-ups and pop ups", set()),
        ("", set()),
    ],
)
def test_names_are_found_whole_and_in_any_script(text: str, found: set[str]) -> None:
    assert services(text) == found


@pytest.mark.parametrize(
    ("entry", "question", "others"),
    [
        (LINE, "可以用支付宝吗", True),
        (LINE, "Do you take Apple Pay?", True),
        (LINE, "可以用LINE Pay吗", False),
        (CASH, "可以用支付宝吗", True),
        (CASH, "可以付現嗎", False),
        (BOTH, "支付寶退款多久", False),
        (BOTH, "支付宝和花呗退款多久", False),
    ],
)
def test_an_entry_speaks_of_what_is_asked_or_of_others(entry: Entry, question: str, others: bool) -> None:
    assert speaks_of_others(entry, question) is others


def reply(entry: Entry, question: str, score: float = 0.95):
    understood = Understood(QuestionKind.PLAIN, question, "zh-Hant")
    return from_hits(understood, [Hit(entry, score)], HOUSE)


def test_it_is_offered_and_not_answered() -> None:
    offered = reply(LINE, "可以用支付寶嗎")
    assert (offered.outcome, offered.because, offered.choices) == (FaqOutcome.CLARIFY, "near", (LINE.question,))
    assert reply(LINE, "可以用 LINE Pay 嗎").outcome is FaqOutcome.ANSWER
    passage = Entry(id="p", language="zh-Hant", answer="結帳時選 LINE Pay。")
    assert reply(passage, "可以用支付寶嗎").outcome is FaqOutcome.HANDOFF
