"""What members say that they do not like is left out of what their interests are made of, and nothing else is."""

from __future__ import annotations

import pytest

from assistant.members.dislikes import without_disliked
from assistant.members.meaning import words_of
from assistant.types.event import EventType
from tests.unit.members.making import event

DISLIKED = (
    "不喜歡打麻將",
    "我不太喜歡打麻將",
    "討厭打麻將",
    "讨厌打麻将，太吵了",
    "唔鍾意打麻雀",
    "麻將我真的沒興趣",
    "I don't like mahjong",
    "I don’t really like mahjong",
    "We hate mahjong!",
    "not a fan of mahjong",
    "I can't stand mahjong",
)
LIKED = (
    "喜歡打麻將",
    "誰不喜歡打麻將",
    "不是不喜歡打麻將",
    "我不討厭打麻將",
    "你喜不喜歡打麻將？",
    "愛不愛打麻將",
    "鍾唔鍾意打麻雀",
    "I don't hate mahjong",
    "who doesn't like mahjong",
    "I like mahjong",
)


@pytest.mark.parametrize("text", DISLIKED)
def test_a_dislike_is_left_out(text: str) -> None:
    assert without_disliked(text) == ""
    assert words_of(event(1, text=text), {}) == ""
    assert words_of(event(1, kind=EventType.ANSWER, text=text), {}) == ""


@pytest.mark.parametrize("text", LIKED)
def test_what_is_liked_or_asked_stays_as_it_is(text: str) -> None:
    assert without_disliked(text) == text


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("我不喜歡打麻將，但很喜歡爬山", "很喜歡爬山"),
        ("I hate mahjong but love hiking", "love hiking"),
        ("I don't like mahjong, I love hiking", "love hiking"),
        ("討厭麻將。週末去爬山", "週末去爬山"),
    ],
)
def test_the_rest_stays(text: str, rest: str) -> None:
    assert without_disliked(text) == rest
