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
    "公司扣缴个税",
    "如何辨别貂毛真假",
    "带老人去北京旅游",
    "叫小弟去買便當",
    "國際刑警確認第二名持假護照的乘客",
    "這個男人竟然是私家偵探",
    "黑鬼油還有貨嗎",
    "黑鬼油还有货吗",
    "媽的多重宇宙 DVD",
    "妈的多重宇宙好看吗",
    "有需要的私我",
)

_HINT = 0.5
"""A term that is no finding by itself."""


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon(starter_lists())


@pytest.mark.parametrize("text", SENTENCES)
def test_no_list_finds_anything(lexicon: Lexicon, text: str) -> None:
    assert [one for one in lexicon.find(Normalised(text)) if one.score > _HINT] == []


@pytest.mark.parametrize(
    "text",
    [
        "徵車手，水房收水錢，日領",
        "洗錢水房找人",
        "今晚约不约",
        "烙人去堵他",
        "出售假护照",
        "死黑鬼",
        "媽的 又延遲",
        "有需要的私信",
    ],
)
def test_what_the_terms_are_there_for_is_found(lexicon: Lexicon, text: str) -> None:
    assert lexicon.find(Normalised(text))
