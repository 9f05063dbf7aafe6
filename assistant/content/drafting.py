"""Drafts without a language model: honest templates, whose blanks 〔…〕 say what only the operator knows."""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Mapping
from typing import Any, Final

from assistant.content.reasons import reason_key
from assistant.text.han import in_script
from assistant.types.content import Idea, Written
from assistant.words import load_words

_NEAR_DAYS: Final = 10
"""A day that is so many days off, at most, is near."""
_BLANK: Final = re.compile(r"〔[^〕]*〕")


def subject_of(idea: Idea, language: str) -> str:
    """What the idea is about, in the language where it is a day or the community's goal."""
    if "goal" in idea.values:
        return load_words().get(f"content.goals.{idea.values['goal']}.subject", language)
    occasion = idea.values.get("occasion")
    return in_language(occasion, language) if isinstance(occasion, Mapping) else idea.subject


def posted_subject(idea: Idea, language: str) -> str:
    """What the idea is about, as it stands in a text to be posted: the first of its terms alone, in the script of the language."""
    subject = idea.terms[0] if idea.terms else subject_of(idea, language)
    return in_script(subject, traditional=language.startswith("zh-Hant")) if language.startswith("zh") else subject


def in_language(names: Mapping[str, str], language: str) -> str:
    return names.get(language) or next(iter(names.values()))


def why(idea: Idea, language: str) -> str:
    """The reason in words, with its figures."""
    values: dict[str, Any] = dict(idea.values)
    if isinstance(values.get("occasion"), Mapping):
        values["occasion"] = in_language(values["occasion"], language)
    if "goal" in values:
        values["goal"] = load_words().get(f"content.goals.{values['goal']}.name", language)
    return load_words().get(f"content.because.{reason_key(idea.because, values)}", language, **values)


def from_template(idea: Idea, language: str) -> Written:
    words, subject = load_words(), posted_subject(idea, language)
    entry = f"content.kinds.{idea.kind.value}"
    title = words.get(f"{entry}.title", language, subject=subject)
    body = words.get(_body(idea, entry), language, subject=subject, on=_on(idea, language)).strip()
    if language == "en":
        title, body = _capital(title), _capital(body)
    return Written(title, body, language, origin={"generator": "template"})


def _body(idea: Idea, entry: str) -> str:
    """The key of the sentences: of a day those that say how near it is, where the kind has them."""
    if idea.day is None or f"{entry}.body_day" not in load_words():
        return f"{entry}.body"
    days = idea.values.get("days", 0)
    return f"{entry}.body_day" + ("_today" if days == 0 else "" if days <= _NEAR_DAYS else "_later")


def _on(idea: Idea, language: str) -> str:
    if idea.day is None:
        return ""
    month = month_name[idea.day.month] if language == "en" else idea.day.month
    return load_words().get("content.date", language, day=idea.day.day, month=month)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def draft_text(idea: Idea, language: str) -> str:
    """What would be posted, without its blanks."""
    written = from_template(idea, language)
    return _BLANK.sub("", f"{written.title}\n{written.body}")


def measure(idea: Idea, language: str) -> str:
    """How it will be known whether it worked."""
    return load_words().get(f"content.kinds.{idea.kind.value}.measure", language)


def blanks(text: str) -> list[str]:
    """What is still to be filled in, in order."""
    return _BLANK.findall(text)


def without_blanks(text: str) -> str:
    """A space in place of each."""
    return _BLANK.sub(" ", text)
