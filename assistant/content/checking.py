"""What a language model wrote, held against what it was told: no fact, number or address that nobody gave it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from assistant.content.drafting import without_blanks
from assistant.content.offers import figures, offers, plain_digits
from assistant.text import detect_language
from assistant.text.han import HANS_ONLY, HANT_ONLY, fold

MAX_TITLE: Final = 80
MAX_BODY: Final = 1_200
_NUMBER: Final = re.compile(r"\d+(?:[.,:/]\d+)*")
_ADDRESS: Final = re.compile(
    r"https?://|www\.|\b[\w.+-]+@[\w-]+\.\w|\b[\w-]+\.(?:com|net|org|cn|tw|hk|io|me|shop|xyz|top|vip)\b|(?:微信|line|whatsapp|telegram)\s*(?:id|号|號)?\s*[:：]",
    re.IGNORECASE,
)
_LISTED: Final = re.compile(r"^\s*(\d)[.、)]", re.MULTILINE)
_CONTROL: Final = re.compile(
    r"<\|[^>]{0,40}\|>|\[/?INST\]|</?(?:system|user|assistant|think)>|[\x00-\x08\x0b-\x1f\x7f]", re.IGNORECASE
)
_OBEDIENT: Final = re.compile(
    r"(?:ignore|disregard)\s+(?:all\s+|the\s+)?(?:previous|above)|system\s+prompt|as an ai"
    r"|作为(?:一个)?(?:ai|人工智能)|忽略(?:以上|之前|前面)|系统提示"
)


def problem_with(data: Mapping[str, Any], told: Sequence[str], language: str, own: Sequence[str] = ()) -> str | None:
    """What is wrong with a draft ``{"title", "body"}``, in words for the model and the log; None where nothing is. ``told`` are the facts
    that it may state; characters of ``own``, the operator's words, may be of another script."""
    title, body = data.get("title"), data.get("body")
    if not isinstance(title, str) or not isinstance(body, str) or not title.strip() or not body.strip():
        return "title and body must be texts that are not empty"
    if len(title) > MAX_TITLE or len(body) > MAX_BODY:
        return f"the title may have {MAX_TITLE} characters, the body {MAX_BODY}"
    text = f"{title}\n{body}"
    if _CONTROL.search(text) or _OBEDIENT.search(fold(text.lower())):
        return "it speaks of its instructions, or holds control characters"
    if _ADDRESS.search(text):
        return "it holds an address, a link or an account"
    facts = "\n".join(told)
    stated = _LISTED.sub("", without_blanks(text))
    if extra := _numbers(stated) - _numbers(facts) - figures(facts):
        return f"it states numbers that it was not given: {', '.join(sorted(extra)[:5])}; leave 〔…〕 in their place"
    if extra := _unknown_offers(stated, facts):
        return f"it makes offers that it was not given: {', '.join(sorted(extra)[:5])}; leave 〔…〕 in their place"
    return _wrong_language(body, language) or _wrong_script(text, language, "".join(own))


def _numbers(text: str) -> set[str]:
    return {number.strip(".,:/") for number in _NUMBER.findall(plain_digits(text))}


def _unknown_offers(stated: str, facts: str) -> set[str]:
    """Those that no fact makes; an amount of money may stand in any of them."""
    return offers(stated) - offers(facts) - {f"money {number}" for number in figures(facts)}


def _wrong_language(body: str, language: str) -> str | None:
    found = detect_language(body).language
    if language == "en":
        return None if found == "en" else "it is not written in English"
    if not found.startswith("zh"):
        return f"it is not written in {language}"
    return None


def _wrong_script(text: str, language: str, own: str) -> str | None:
    """Characters that only the other Chinese script has, beside those of the operator's own words."""
    if not language.startswith("zh"):
        return None
    foreign, script = (HANS_ONLY, "Simplified") if language.startswith("zh-Hant") else (HANT_ONLY, "Traditional")
    found = sorted(foreign.intersection(text).difference(own))
    return f"it has {script} characters: {''.join(found[:10])}" if found else None
