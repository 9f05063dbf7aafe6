"""Further readings of a text: split characters merged, emoji spoken; nothing else gets one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text import Normalised
from assistant.text.characters import read_table
from assistant.text.emoji import spoken


def letters(text: str) -> list[str]:
    return [reading[0] for reading in Normalised(text).readings]


@pytest.mark.parametrize("text", ["今天天气不错", "see you at lunch 👍", "好的👍谢谢"])
def test_the_text_as_written_comes_first(text: str) -> None:
    normalised = Normalised(text)
    assert normalised.readings[0] == (normalised.leet.text, normalised.pinyin.text)


def test_split_characters_are_merged() -> None:
    assert letters("他是女干商") == ["他是女干商", "他是奸商"]


def test_emoji_beside_characters_are_spoken() -> None:
    assert letters("你是🐷吗") == ["你是吗", "你是猪吗"]
    assert letters("没🈶人") == ["没有人"], "a compatibility form is what it stands for already"


def test_ordinary_talk_has_one_reading() -> None:
    assert len(letters("今天天气不错")) == 1
    assert len(letters("nice 🐷 picture")) == 1


def test_sounds_follow_the_reading() -> None:
    assert Normalised("你是🐷吗").readings[1][1] == Normalised("你是猪吗").pinyin.text


def test_no_emoji_stands_for_two_characters() -> None:
    signs = [sign for _, signs in read_table("emoji.tsv") for sign in signs]
    assert len(signs) == len(set(signs))
    assert all(len(char) == 1 for char, _ in read_table("emoji.tsv"))


@given(st.text())
def test_what_is_spoken_is_as_long_as_what_was_written(text: str) -> None:
    said = spoken(text)
    assert said is None or len(said) == len(text)
