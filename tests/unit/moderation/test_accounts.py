"""Channels named right beside Chinese words."""

from __future__ import annotations

import pytest

from assistant.moderation.accounts import MAYBE
from assistant.moderation.contacts import ContactRules
from assistant.text import Normalised
from assistant.types import Own


@pytest.mark.parametrize("text", ["加我ig happy_99", "想睇嘅pm我", "有興趣dm我"])
def test_a_channel_beside_chinese_may_be_one(text: str) -> None:
    assert MAYBE.search(text)


@pytest.mark.parametrize("text", ["big sale today", "admin", "3 pmol", "dig_in"])
def test_letters_inside_a_word_are_no_channel(text: str) -> None:
    assert not MAYBE.search(text)


def test_an_account_beside_such_a_channel_is_found() -> None:
    assert ContactRules(Own()).find(Normalised("加我ig happy_99")) != []
