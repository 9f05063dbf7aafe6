"""The language that a member should be answered in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from assistant.text import detect_language
from assistant.text.han import HANS_ONLY, HANT_ONLY
from assistant.types.faq import Turn

_HONG_KONG: Final = re.compile("[嘅喺咗唔冇哋嗰佢嚟啲嘢咩俾]|係咪|點解|點樣|邊度|邊個|幾時|而家|唔該|點算|琴日|聽日")
"""Written Cantonese; a character or word that Taiwan does not write, or seldom."""
_ZHUYIN: Final = re.compile("[\u3105-\u312f]")
_TOKEN: Final = re.compile(r"[^\W_]+")
_SHOUTED: Final = "I|AM|ARE|CAN|DID|DO|HAS|HOW|IF|IN|IS|IT|ME|MY|OF|ON|OUR|THE|TO|WAS|WE|WHO|WHY|YOU"
_NAME: Final = re.compile(rf"(?=.*\d).+|[a-z]{{1,2}}[A-Z].*|(?!(?:{_SHOUTED})\Z)[A-Z]{{1,3}}|[Oo]k")
"""An order's number, a model, a brand or an abbreviation, which every language writes alike: A1234567, iPhone, VIP, OK."""
_TRADITIONAL, _SIMPLIFIED = "zh-Hant", "zh-Hans"


def asked_in(question: str, turns: Sequence[Turn]) -> str:
    """``en``, ``zh-Hans``, ``zh-Hant``, ``zh-Hant-HK``, or another language's code.

    Most short questions in Chinese hold no character that tells its script (你好): then earlier turns of the member tell it.
    """
    said = [question, *(turn.text for turn in reversed(turns) if turn.asker)]
    language = next((found for text in said if (found := _told(text)) != "und"), "en")
    if not language.startswith("zh"):
        return language
    script = next((script for text in said if (script := _script(text))), language)
    if script == _SIMPLIFIED:
        return script
    return "zh-Hant-HK" if any(_HONG_KONG.search(text) for text in said) else _TRADITIONAL


def answer_language(question: str, turns: Sequence[Turn], default: str, preferred: str | None = None) -> str:
    """As ``asked_in``, but ``preferred`` (what the asker's browser says) where it is the same language, and the community's ``default``
    where nothing tells: no letters, or those of a number or a name (A1234567, iPhone 15), Chinese whose script no character shows,
    Traditional Chinese that may be of either place. A question in Traditional characters is not answered in Simplified ones, nor one in
    English in Chinese or the other way round."""
    said = [question, *(turn.text for turn in reversed(turns) if turn.asker)]
    if all(_told(text) == "und" for text in said):
        return preferred or default
    found = asked_in(question, turns)
    script = next((script for text in said if (script := _script(text))), "")
    if preferred is not None and preferred[:2] == found[:2] and (script, preferred) != (_TRADITIONAL, _SIMPLIFIED):
        return preferred
    if not found.startswith("zh") or not default.startswith("zh"):
        return found
    if found == _TRADITIONAL and default.startswith(_TRADITIONAL):
        return default
    return found if script or found == "zh-Hant-HK" else default


def written_in(question: str, usual: str) -> str:
    """``en``, ``zh-Hans`` or ``zh-Hant``; empty for what is in none of these. ``usual`` is the community's language, and the script of a
    question whose characters are of both (多少) but for Zhuyin, which Taiwan writes."""
    language = detect_language(question).language
    if not language.startswith("zh"):
        return language if language == "en" else ""
    spelt = _TRADITIONAL if _ZHUYIN.search(question) or usual.startswith(_TRADITIONAL) else language
    return _script(question) or spelt


def _told(text: str) -> str:
    """The language of ``text``; ``und`` for what is written alike in all of them: names, and capitalised words that go on from one."""
    found = detect_language(text).language
    words = _TOKEN.findall(text) if found == "en" else []
    if words and _NAME.fullmatch(words[0]) and all(_NAME.fullmatch(one) or one.istitle() for one in words[1:]):
        return "und"
    return found


def _script(text: str) -> str:
    """Which script the characters of ``text`` show; empty where none does."""
    simplified, traditional = sum(c in HANS_ONLY for c in text), sum(c in HANT_ONLY for c in text)
    if traditional != simplified:
        return _TRADITIONAL if traditional > simplified else _SIMPLIFIED
    return ""
