"""The language of a text, from its script and a few words."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from assistant.text.characters import read_table
from assistant.text.han import HANS_ONLY, HANT_ONLY


@dataclass(frozen=True, slots=True)
class Detected:
    """``language`` is ``zh-Hans``, ``zh-Hant``, ``en``, ``und`` (no letters) or an ISO 639-1 code; only the first four are supported."""

    language: str
    supported: bool


_HANS = re.compile(f"[{''.join(HANS_ONLY)}]")
_HANT = re.compile(f"[{''.join(HANT_ONLY)}]")
_SHORT = 20
_FEW_WORDS = 4
"""Words of Latin letters that make a text of Latin letters for the greater part English."""

_STRETCH = 5
"""English words in a row that are read as English within a Chinese text."""


_SCRIPTS = {
    "latin": "A-Za-z\u00c0-\u024f\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a",
    "han": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff",
    "ja": "\u3041-\u30fa\u30fd-\u30ff\uff66-\uff9d",
    "ko": "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3",
    "ru": "\u0400-\u052f",
    "el": "\u0370-\u03ff",
    "ar": "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc",
    "he": "\u0590-\u05ff",
    "th": "\u0e00-\u0e7f",
    "hi": "\u0900-\u097f",
    "bn": "\u0980-\u09ff",
    "ta": "\u0b80-\u0bff",
    "my": "\u1000-\u109f",
    "km": "\u1780-\u17ff",
    "lo": "\u0e80-\u0eff",
    "ka": "\u10a0-\u10ff",
    "hy": "\u0530-\u058f",
    "bo": "\u0f00-\u0fff",
    "mn": "\u1800-\u18af",
}
_LETTERS = re.compile("|".join(f"(?P<{name}>[{chars}]+)" for name, chars in _SCRIPTS.items()))

_OTHER = re.compile("[" + "".join(chars for name, chars in _SCRIPTS.items() if name not in {"han", "latin"}) + "]")
_HAN, _LATIN = (re.compile(f"[{_SCRIPTS[name]}]+") for name in ("han", "latin"))
_BY_HAN = re.compile(f"[{_SCRIPTS['han']}]+|[^{_SCRIPTS['han']}]+")
_ENGLISH_WORD = re.compile(r"(?<![\w.@/:-])[A-Za-z]+(?:['’][A-Za-z]+)?(?![\w@/:-])(?!\.\w)")

_FUNCTION_KANA = re.compile(
    "です|ます|した|して|って|ない|たい|いる|ある|から|まで|だ|を|が|は|に|で|と|も|[\u30a1-\u30fa]{2}"
)
_CHINESE_ONLY = re.compile("[你您吗嗎呢吧啊們们这這么麼妈媽她很哪咱啥嘛呀哦傻逼屄婊屌滚滾]")
"""Common in Chinese and not written in Japanese, although its character set holds some of them."""
_REPEATED = re.compile(r"([^\W\d_])\1+")


def _languages_of() -> tuple[tuple[str, ...], dict[str, list[str]]]:
    """The languages that are told apart by their function words, and each word's."""
    rows = [(language, words.split()) for language, words in read_table("function_words.tsv")]
    languages_of: dict[str, list[str]] = {}
    for language, words in rows:
        for word in dict.fromkeys(words):
            languages_of.setdefault(word, []).append(language)
    return tuple(language for language, _ in rows), languages_of


_LANGUAGES, _LANGUAGES_OF = _languages_of()
_WORD = re.compile("[^\\W\\d_]+(?:'[^\\W\\d_]+)?")
_NON_ASCII_LATIN = re.compile("[\u00c0-\u024f\u1e00-\u1eff]")
_VIETNAMESE = re.compile("[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")


def detect_language(text: str) -> Detected:
    """Judge by the letters; texts under twenty letters of Latin or Han are English or Chinese unless they hold another script."""
    if _OTHER.search(text):
        counts = _count_scripts(text)
    else:
        counts = Counter(han=len("".join(_HAN.findall(text))), latin=len("".join(_LATIN.findall(text))))
    if not counts.total():
        return Detected("und", supported=True)
    language = _by_script(counts, text)
    return Detected(language, language in {"zh-Hans", "zh-Hant", "en"})


def english_and_chinese(text: str) -> tuple[str, str] | None:
    """A text in both languages as the two that it is read as, each as long as the text, what is left out as spaces; else None.

    An English text with some Chinese is its English and its Chinese; a Chinese one with a stretch of English is that stretch and the whole.
    A few English words beside Chinese are names and slang of Chinese speakers, and no language of their own.
    """
    if not _HAN.search(text) or not _LATIN.search(text):
        return None
    language = detect_language(text).language
    if language == "en" and len(_LATIN.findall(text)) >= _FEW_WORDS:
        return _HAN.sub(_spaces, text), _LATIN.sub(_spaces, text)
    if not language.startswith("zh"):
        return None
    english = _BY_HAN.sub(lambda found: found[0] if _is_english(found[0]) else _spaces(found), text)
    return (english, text) if english.strip() else None


def _is_english(stretch: str) -> bool:
    """Whether there are words enough, those of addresses and codes not counted."""
    return len(_ENGLISH_WORD.findall(stretch)) >= _STRETCH


def _spaces(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _count_scripts(text: str) -> Counter[str]:
    """Letters of each script."""
    counts: Counter[str] = Counter()
    for run in _LETTERS.finditer(text):
        counts[run.lastgroup or ""] += run.end() - run.start()
    return counts


def _by_script(counts: Counter[str], text: str) -> str:
    han, latin = counts["han"], counts["latin"]
    if counts["ja"] and (not han + latin or _is_japanese(counts, text)):
        return "ja"
    other, most = _other(text) if counts.keys() - {"han", "latin"} else ("", 0)
    if most > max(2 * han, latin):
        return other
    if han and 3 * han >= latin:
        return _chinese(text)
    return _latin(text, latin) if latin else other


def _is_japanese(counts: Counter[str], text: str) -> bool:
    """Kana are much of the text and hold it together: decoration (ののの), or a particle in Chinese or English, does neither."""
    kana, written = counts["ja"], counts["ja"] + counts["han"] + counts["latin"]
    if 10 * kana < 3 * written or not _FUNCTION_KANA.search(text):
        return False
    return 3 * kana > 2 * written or not _holds_chinese_only(text)


def _holds_chinese_only(text: str) -> bool:
    """Whether a Han character is one that Japanese does not write: most Simplified ones are not in its character set."""
    if _CHINESE_ONLY.search(text):
        return True
    try:
        "".join(_HAN.findall(text)).encode("cp932")
    except UnicodeEncodeError:
        return True
    return False


def _other(text: str) -> tuple[str, int]:
    """The script most used beside Han, Latin and kana, and its letters, repeated ones once: 傻逼ааааааа is Chinese still."""
    counts = _count_scripts(_REPEATED.sub(r"\1", text))
    others = [(n, name) for name, n in counts.items() if name not in {"han", "latin", "ja"}]
    most, name = max(others, default=(0, ""))
    return name, most


def _chinese(text: str) -> str:
    hans, hant = len(_HANS.findall(text)), len(_HANT.findall(text))
    return "zh-Hant" if hant > hans else "zh-Hans"


def _latin(text: str, letters: int) -> str:
    """English unless another language's words clearly outnumber its own, or its diacritics are frequent too."""
    lower = text.lower()
    vietnamese = len(_VIETNAMESE.findall(lower))
    if vietnamese >= 3 and 12 * vietnamese >= letters:
        return "vi"
    if letters < _SHORT:
        return "en"
    words = _WORD.findall(lower[:2000])
    hits = dict.fromkeys(_LANGUAGES, 0)
    for word in words:
        for language in _LANGUAGES_OF.get(word, ()):
            hits[language] += 1
    best = max(hits, key=lambda language: hits[language])
    marked = len(_NON_ASCII_LATIN.findall(lower))
    needed = 2 if marked else 3
    if best != "en" and hits[best] >= needed and hits[best] > 1.5 * hits["en"] and 6 * hits[best] >= len(words):
        return best
    return "en"
