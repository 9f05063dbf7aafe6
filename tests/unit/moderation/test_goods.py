"""Clothing asked for as goods is as sexual as the rest of the text. What is sexual is always a placeholder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from assistant.moderation.flow import Screener
from assistant.moderation.goods import in_plain_words
from assistant.moderation.policy import shipped_policy
from assistant.settings import load_settings
from assistant.text import Normalised
from assistant.types import Action, Finding, Label, Message, ModelRef, Part
from assistant.wiring import build_screener

ASKED = [
    "小妹妹的內褲有 110 嗎",
    "小妹妹泳衣有 130 嗎",
    "請問小妹妹睡衣裙有 120 嗎",
    "妹妹的內褲有 120 嗎",
    "小妹妹內褲 110 三件組",
    "小女孩內衣 140 多少錢",
    "小妹妹的內褲洗了會縮水嗎",
    "妹妹泳衣可以機洗嗎",
    "小妹妹的裙子可以退貨嗎",
    "小妹妹泳衣 130 有现货吗",
    "细妹底裤有冇 110",
    "細妹泳衣 130 幾錢",
    "girls underwear size 110 in stock?",
    "little girl's panties size 6, can I return them?",
    "How much are the girls' swimsuits?",
    "想買girls underwear幾錢",
    "有无girls swimsuit尺码120",
]


@pytest.fixture(scope="module")
def shipped() -> Screener:
    return build_screener(load_settings())


@pytest.mark.parametrize("text", ASKED)
def test_goods_talk_is_allowed(shipped: Screener, text: str) -> None:
    assert shipped.screen(Message(text)).action is Action.ALLOW


@pytest.mark.parametrize(
    "text", ["原味內褲 多少錢", "內褲", "有 110 嗎", "dirty underwear, how much", "性感內衣 有 M 號嗎"]
)
def test_more_or_less_than_goods_is_read_as_it_stands(text: str) -> None:
    assert in_plain_words(Normalised(text)) is None


class Suspicious:
    """Takes garments and girls for sexual, as the shipped classifier does, and a placeholder."""

    ref = ModelRef("fake", "1", ())

    def classify(self, texts: Sequence[Normalised]) -> list[Mapping[str, float]]:
        return [{Label.SEXUAL.value: self._score(text.folded.text)} for text in texts]

    def _score(self, text: str) -> float:
        if "placeholder" in text:
            return 0.99
        return 0.9 if "妹" in text or "内裤" in text else 0.0

    def evidence(self, text: Normalised, label: str) -> list[tuple[int, int]]:
        return []


class NoRules:
    def spared(self, text: Normalised) -> Normalised:
        return text

    def find(self, text: Normalised) -> list[Finding]:
        return []


class FindsPlaceholder(NoRules):
    def find(self, text: Normalised) -> list[Finding]:
        at = text.original.find("[rule]")
        return [Finding(Label.SEXUAL, 0.95, at, at + 6, "rule:x")] if at >= 0 else []


@pytest.fixture
def screener() -> Screener:
    return Screener(shipped_policy(), FindsPlaceholder(), Suspicious())


def test_the_garment_alone_is_no_sexual_signal(screener: Screener) -> None:
    found = screener.screen(Message("小妹妹的內褲有 110 嗎"))
    assert (found.action, found.scores["sexual"], found.scores["sexual_minors"]) == (Action.ALLOW, 0.0, 0.0)


@pytest.mark.parametrize("sexual", ["[placeholder]", "[rule]"])
def test_a_sexual_signal_beside_the_garment_still_counts(screener: Screener, sexual: str) -> None:
    assert screener.screen(Message(f"小妹妹的內褲有 110 嗎 {sexual}")).action is Action.BLOCK


def test_a_sexual_signal_in_another_text_of_the_message_still_counts(screener: Screener) -> None:
    message = Message("小妹妹的內褲有 110 嗎", parts=(Part("member.name", "[placeholder]"),))
    assert screener.screen(message).action is Action.BLOCK


def test_what_is_no_goods_talk_keeps_its_score(screener: Screener) -> None:
    assert screener.screen(Message("小妹妹")).scores["sexual_minors"] == 0.9
