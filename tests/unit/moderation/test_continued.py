"""Messages that go on from their author's last ones, over the shipped lists and model."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.moderation.continued import FRAGMENT_CHARS, MOST_FRAGMENTS, brought_in, continued
from assistant.moderation.flow import Screener
from assistant.moderation.policy import shipped_policy
from assistant.settings import Settings
from assistant.types import Action, ContextMessage, Decision, Exemptions, Finding, Message
from assistant.wiring import build_screener

SPLIT = [
    (("加", "薇", "信"), "spam"),
    (("操", "你", "妈"), "profanity"),
    (("f", "u", "c", "k"), "profanity"),
    (("kill", "your", "self"), "harassment"),
    (("代", "開", "發票"), "illicit"),
    (("外", "送", "茶"), "sexual"),
]
INNOCENT = [
    ("哈哈哈", "哈哈哈哈", "哈哈哈"),
    ("好", "好的", "謝謝"),
    ("有人在吗", "在", "好", "几点", "八点"),
    ("1", "1", "1", "1"),
    ("讚", "讚", "讚", "讚"),
    ("乾", "杯"),
    ("我要", "點", "外送", "茶葉蛋"),
    ("ok", "ok", "thx"),
]


@pytest.fixture(scope="module")
def screener() -> Screener:
    return build_screener(Settings())


def said(screener: Screener, *texts: str, by: str = "u", last_by: str = "u") -> Decision:
    context = tuple(ContextMessage(text, by) for text in texts[:-1])
    return screener.screen(Message(texts[-1], member_id=last_by, context=context))


@pytest.mark.parametrize(("texts", "label"), SPLIT, ids="".join)
def test_what_is_said_piece_by_piece_is_found_and_shown_in_the_last_piece(
    screener: Screener, texts: tuple[str, ...], label: str
) -> None:
    decision = said(screener, *texts)
    assert decision.action is not Action.ALLOW
    found = [finding for finding in decision.findings if finding.label == label]
    assert found
    assert all(0 <= one.start < one.end <= len(texts[-1]) for one in decision.findings)
    assert decision.masked_text.startswith("*")


@pytest.mark.parametrize(("texts", "label"), SPLIT, ids="".join)
def test_pieces_of_different_members_are_not_put_together(
    screener: Screener, texts: tuple[str, ...], label: str
) -> None:
    assert said(screener, *texts, by="v") == said(screener, texts[-1])


@pytest.mark.parametrize("texts", INNOCENT, ids=" ".join)
def test_short_talk_stays_what_it_is(screener: Screener, texts: tuple[str, ...]) -> None:
    assert said(screener, *texts).action is Action.ALLOW


@pytest.mark.parametrize("after", ["哈哈", "好的", "开玩笑啦"])
def test_one_bad_piece_does_not_colour_those_after_it(screener: Screener, after: str) -> None:
    assert said(screener, "傻逼", after).action is Action.ALLOW


def test_what_a_community_holds_innocent_is_innocent_in_pieces_too() -> None:
    policy = replace(shipped_policy(), exemptions=Exemptions(phrases=("外送茶",)))
    assert said(build_screener(Settings(), policy), "外", "送", "茶").action is Action.ALLOW


def test_a_long_message_between_ends_what_goes_on(screener: Screener) -> None:
    between = "今天天气真好，我们下午一起去公园散步吧"
    assert len(between) > FRAGMENT_CHARS
    assert said(screener, "加", "薇", between, "信").action is Action.ALLOW


@given(
    st.lists(st.text(max_size=FRAGMENT_CHARS + 2), max_size=MOST_FRAGMENTS + 3), st.text(max_size=FRAGMENT_CHARS + 2)
)
def test_the_whole_ends_with_the_message(before: list[str], text: str) -> None:
    whole = continued(Message(text, member_id="u", context=tuple(ContextMessage(one, "u") for one in before)))
    if whole is not None:
        assert whole.whole[whole.start :] == text
        assert whole.whole.startswith(whole.earlier)
        assert len(whole.whole) <= (MOST_FRAGMENTS + 1) * (FRAGMENT_CHARS + 1)


def test_only_what_crosses_into_the_message_is_brought_in() -> None:
    spans = [(0, 3), (0, 4), (2, 6), (3, 5), (4, 6)]
    found = [Finding("spam", 0.9, start, end, "rule:x") for start, end in spans]
    assert [(one.start, one.end) for one in brought_in(found, 3)] == [(0, 1), (0, 3)]
