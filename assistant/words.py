"""Every word that people see, from `words.toml`: English, Simplified and Traditional Chinese (Taiwan; Hong Kong where it differs)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

LANGUAGES: Final = ("en", "zh-Hans", "zh-Hant", "zh-Hant-HK")

_FALLBACK: Final = {"zh-Hant-HK": "zh-Hant", "zh-Hant": "zh-Hant", "zh-Hans": "zh-Hans", "en": "en"}


class Words:
    """The sentences of one file, keyed by dotted path (``errors.too_large``)."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        self._entries: dict[str, dict[str, str]] = {}
        self._collect("", tables)

    def _collect(self, prefix: str, node: Mapping[str, Any]) -> None:
        if "en" in node and isinstance(node["en"], str):
            self._entries[prefix] = dict(node)
            return
        for name, child in node.items():
            self._collect(f"{prefix}.{name}" if prefix else name, child)

    def keys(self, section: str = "") -> list[str]:
        """Every key below ``section``."""
        return [key for key in self._entries if key.startswith(section)]

    def entry(self, key: str) -> Mapping[str, str]:
        """The languages in which ``key`` is written out, as in the file."""
        return self._entries[key]

    def get(self, key: str, language: str = "en", **values: object) -> str:
        """The sentence of ``key`` in ``language``, its ``{names}`` filled from ``values``; KeyError for an unknown key."""
        entry = self._entries[key]
        sentence = entry.get(language) or entry.get(_FALLBACK.get(language, "en")) or entry["en"]
        return sentence.format_map(values) if values else sentence

    def every(self, key: str, **values: object) -> dict[str, str]:
        """The sentence of ``key`` in every language."""
        return {language: self.get(key, language, **values) for language in LANGUAGES}

    def __contains__(self, key: str) -> bool:
        return key in self._entries


@cache
def load_words() -> Words:
    """The shipped words, read once per process."""
    return Words(tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8")))


def choose_language(accept: str | None, default: str = "en") -> str:
    """The best of ``LANGUAGES`` for an Accept-Language header (RFC 9110, section 12.5.4), or ``default``."""
    offers: list[tuple[float, int, str]] = []
    for position, part in enumerate((accept or "").split(",")[:20]):
        tag, _, weight = part.strip().partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            quality = 0.0
        language = _match(tag.strip().lower())
        if language and quality > 0:
            offers.append((-quality, position, language))
    return min(offers)[2] if offers else default


def match_language(tag: str) -> str | None:
    """The one of ``LANGUAGES`` that one language tag means (``en-GB``, ``zh-TW``, ``zh_Hant``); None where it means another language."""
    read = tag.strip().lower().replace("_", "-")
    return _match(read) if read.split("-")[0] in {"en", "zh"} else None


def _match(tag: str) -> str | None:
    if tag.startswith("en"):
        return "en"
    if not tag.startswith("zh"):
        return None
    subtags = tag.replace("_", "-").split("-")[1:]
    if "hk" in subtags or "mo" in subtags:
        return "zh-Hans" if "hans" in subtags else "zh-Hant-HK"
    if "tw" in subtags or "hant" in subtags:
        return "zh-Hant"
    return "zh-Hans"
