"""Promises that their author denies, over the shipped lists and model."""

from __future__ import annotations

import pytest

from assistant.moderation.flow import Screener
from assistant.settings import Settings
from assistant.types import Action, Label, Message
from assistant.wiring import build_screener


@pytest.fixture(scope="module")
def screener() -> Screener:
    return build_screener(Settings())


@pytest.mark.parametrize(
    "text",
    [
        "this tea does not cure cancer",
        "does not guarantee results",
        "This supplement doesn't cure diabetes.",
        "We cannot guarantee weight loss, it depends on you",
        "it isn't going to cure your cancer",
        "not a miracle cure",
        "Our vitamins are not intended to diagnose, treat, cure or prevent any disease",
        "这个产品不能治疗高血压",
        "益生菌不能代替降压药",
        "並不能治療糖尿病",
        "這款茶並不能治療糖尿病，只是好喝",
        "我們不保證獲利，投資有風險",
        "呢隻湯唔可以醫好癌症，只係暖胃",
        "沒有一款保健品可以治癒糖尿病，請看醫生",
        "除了多喝水，没有一款茶可以根治痛风",
        "我们的茶只是好喝，没有一款茶能根治糖尿病",
    ],
)
def test_an_honest_denial_is_free(screener: Screener, text: str) -> None:
    decision = screener.screen(Message(text))
    assert decision.action is Action.ALLOW


@pytest.mark.parametrize(
    "text",
    [
        "this does not cure cancer but it cures diabetes",
        "this tea does not cure cancer, our pills do",
        "it doesn't just cure cancer",
        "You cannot cure cancer without our tea",
        "there is nothing this tea cannot cure",
        "if it does not cure your cancer you get your money back",
        "doctors say it does not cure cancer. They lie. Drink it and be healthy in 7 days",
        "本品不能治愈癌症，但能治愈糖尿病",
        "没有根治不了的糖尿病",
        "没有糖尿病不能根治",
        "没有我们不能治的癌症",
        "西药不能根治糖尿病，这款茶三天治好",
        "沒有一種癌症不能治癒",
        "除了我們的茶，沒有一款茶可以治癒癌症",
        "没有任何药能根治糖尿病，除了本品",
        "没有一种药能根治糖尿病，但我们做到了",
        "除咗呢隻藥，冇一隻藥可以根治濕疹",
        "沒有醫不好的癌症",
    ],
)
def test_a_promise_beside_or_behind_a_negation_is_found(screener: Screener, text: str) -> None:
    decision = screener.screen(Message(text))
    assert decision.action is not Action.ALLOW
    assert Label.MISLEADING in decision.over
