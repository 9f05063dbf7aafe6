"""The language of a document and of each of its entries."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.text import detect_language
from assistant.text.han import HANS_ONLY, HANT_ONLY, fold
from assistant.types.faq import Entry
from assistant.words import match_language

_ENOUGH = 20_000
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_KNOWN = {
    "zh-Hans": "zh-hans zh-cn zh-sg zh-hans-cn zh cn chs simplified 简体中文 简体 简中 中文 普通话",
    "zh-Hant": "zh-hant zh-tw zh-hant-tw tw cht traditional 繁体中文 繁体 繁中 正体中文 正体 台湾",
    "zh-Hant-HK": "zh-hant-hk zh-hk zh-mo zh-hant-mo hk 香港 香港繁体 港澳",
    "en": "en en-us en-gb english 英文 英语",
}
_LANGUAGE_OF = {name: language for language, names in _KNOWN.items() for name in names.split()}
_NO_SCRIPT = frozenset({"zh", "中文"})
_CHINESE = "zh"
_TELLING = HANS_ONLY | HANT_ONLY


def read_language(text: str) -> str:
    """A language as people name it: ``zh-TW``, ``繁體中文``, ``English``, any tag of BCP 47: one of ours where it means one.

    Raises:
        ValueError: it is none.
    """
    name = text.strip().replace("_", "-")
    known = _LANGUAGE_OF.get(fold(name.lower()))
    if known is None and not _TAG.fullmatch(name):
        raise ValueError(f"{text[:40]!r} is no language like zh-Hant, zh-Hans or en")
    return known or match_language(name) or name


def read_tag(text: str) -> str:
    """As ``read_language``, for entries: a mere ``zh`` stays one, and ``in_script`` says in which. Raises: ValueError."""
    return _CHINESE if fold(text.strip().lower()) in _NO_SCRIPT else read_language(text)


def in_script(tag: str, found: str) -> str:
    """``tag``; ``found``, as detected, where it is none, or a mere ``zh`` of that script."""
    if tag and tag != _CHINESE:
        return tag
    return found if not tag or found.startswith("zh") else "zh-Hans"


def document_language(entries: list[Entry]) -> str:
    """That of most of its words: ``zh-Hans``, ``zh-Hant``, ``en``, ``und``, or another's ISO 639-1 code."""
    sample = "\n".join(f"{entry.question}\n{entry.answer}" for entry in entries)
    return detect_language(sample[:_ENOUGH]).language


def with_languages(entries: list[Entry], document: str) -> list[Entry]:
    """Each entry with its own language. A short one whose characters are the same in both scripts is in the document's."""
    open_ones = {"", _CHINESE}
    return [
        replace(entry, language=in_script(entry.language, _language(entry, document)))
        if entry.language in open_ones
        else entry
        for entry in entries
    ]


def _language(entry: Entry, document: str) -> str:
    text = f"{entry.question}\n{entry.answer}"
    found = detect_language(text).language
    if found == "und":
        return document
    undecided = found.startswith("zh") and _TELLING.isdisjoint(text)
    return document if undecided and document.startswith("zh") else found
