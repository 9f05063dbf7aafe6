"""Who speaks to the bot, and what is left without its name."""

from __future__ import annotations

import pytest

from assistant.faq.addressed import question_to

NAMES = ("@shopbot", "<@U012AB3CD>", "小幫手")


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("@shopbot 怎麼退貨？", "怎麼退貨？"),
        ("@ShopBot, how do I return it?", "how do I return it?"),
        ("請問 @shopbot 運費多少", "請問   運費多少"),
        ("<@U012AB3CD> where is my order", "where is my order"),
        ("小幫手，幾點開門", "幾點開門"),
        ("怎麼退貨？", ""),
        ("@shopbots are everywhere", ""),
        ("mail me@shopbot.example", ""),
        ("@shopbot", ""),
    ],
)
def test_by_name(text: str, question: str) -> None:
    assert question_to(text, NAMES, to_bot_alone=False) == question


def test_in_private_no_name_is_needed() -> None:
    assert question_to(" 怎麼退貨？ ", (), to_bot_alone=True) == "怎麼退貨？"
    assert question_to("@shopbot 怎麼退貨？", NAMES, to_bot_alone=True) == "怎麼退貨？"
    assert question_to("怎麼退貨？", (), to_bot_alone=False) == ""
