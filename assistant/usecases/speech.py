"""Which language a member is spoken to in."""

from __future__ import annotations

from assistant.words import LANGUAGES, choose_language

HONG_KONG, TAIWAN = "zh-Hant-HK", "zh-Hant"


def language_of(locale: str | None, detected: str, default: str) -> str:
    """What the platform says of the member, else what they wrote in, else the community's default. Traditional Chinese without a region is
    the community's own."""
    if locale and locale.lower().startswith(("zh", "en")):
        chosen = choose_language(locale)
        return _regional(chosen, default) if locale.lower() in {"zh-hant", "zh_hant"} else chosen
    if detected in LANGUAGES:
        return _regional(detected, default)
    return default if default in LANGUAGES else choose_language(default)


def _regional(language: str, default: str) -> str:
    return default if language == TAIWAN and default in {TAIWAN, HONG_KONG} else language
