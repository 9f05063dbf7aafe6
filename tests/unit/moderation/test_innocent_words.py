"""Phrases of every day in which a term of a list stands are let through by the lists."""

import pytest

from assistant.moderation.lexicon import Lexicon
from assistant.moderation.starter import starter_lists
from assistant.text import Normalised

SENTENCES = (
    "宿舍水房在哪",
    "開水房幾點關門",
    "開水房收水費怎麼算",
    "茶水房成員表",
    "今晚约不约球",
    "周末约不约看电影",
    "约不约爬山",
)


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon(starter_lists())


@pytest.mark.parametrize("text", SENTENCES)
def test_no_list_finds_anything(lexicon: Lexicon, text: str) -> None:
    assert lexicon.find(Normalised(text)) == []


@pytest.mark.parametrize("text", ["徵車手，水房收水錢，日領", "洗錢水房找人", "今晚约不约"])
def test_what_the_terms_are_there_for_is_found(lexicon: Lexicon, text: str) -> None:
    assert lexicon.find(Normalised(text))
