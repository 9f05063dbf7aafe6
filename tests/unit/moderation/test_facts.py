"""Shares of materials and origins are facts of goods."""

from __future__ import annotations

import pytest

from assistant.moderation.facts import shares
from assistant.moderation.flow import Screener
from assistant.settings import load_settings
from assistant.text import Normalised
from assistant.types import Action, Message, Purpose
from assistant.wiring import build_screener


@pytest.fixture(scope="module")
def screener() -> Screener:
    return build_screener(load_settings())


@pytest.mark.parametrize(
    "text",
    [
        "100% 純棉，台灣製",
        "１００％ 純果汁",
        "100% 蠶絲被",
        "100% 台灣製造",
        "100%纯棉",
        "棉 100%",
        "100% cotton",
        "100% made in Taiwan",
    ],
)
@pytest.mark.parametrize("purpose", [Purpose.MARKETING, Purpose.CHAT])
def test_a_share_is_no_claim(screener: Screener, text: str, purpose: Purpose) -> None:
    assert screener.screen(Message(text, purpose=purpose)).action is Action.ALLOW


@pytest.mark.parametrize("text", ["100% 有效，七天见效", "100% 純棉，保證根治濕疹", "100%纯天然 零副作用"])
def test_a_claim_is_one_beside_it_and_of_anything_else(screener: Screener, text: str) -> None:
    found = screener.screen(Message(text, purpose=Purpose.MARKETING))
    assert "misleading" in found.over


@pytest.mark.parametrize(
    ("text", "share"),
    [("本款 95% 棉", "95%"), ("成分：棉 60%", "60%"), ("百分百蚕丝", "百分百"), ("100% made in Taiwan", "100%")],
)
def test_the_share_alone_is_left_out(text: str, share: str) -> None:
    assert [text[start:end] for start, end in shares(Normalised(text))] == [share]


@pytest.mark.parametrize("text", ["100% 有效", "100% 滿意", "100%纯天然", "勝率 100%", "100% safe", "3100% 棉"])
def test_no_share_of_a_material(text: str) -> None:
    assert shares(Normalised(text)) == []
