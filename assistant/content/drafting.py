"""Drafts without a language model: honest templates, whose blanks 〔…〕 say what only the operator knows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from assistant.content.reasons import reason_key
from assistant.types.content import Idea, Written
from assistant.words import load_words

_BLANK: Final = re.compile(r"〔[^〕]*〕")


def subject_of(idea: Idea, language: str) -> str:
    """What the idea is about, in the language where it is a day or the community's goal."""
    if "goal" in idea.values:
        return load_words().get(f"content.goals.{idea.values['goal']}.subject", language)
    occasion = idea.values.get("occasion")
    return in_language(occasion, language) if isinstance(occasion, Mapping) else idea.subject


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
    words, subject = load_words(), subject_of(idea, language)
    entry = f"content.kinds.{idea.kind.value}"
    title = words.get(f"{entry}.title", language, subject=subject)
    day = f"{entry}.body_day"
    body = words.get(day if idea.day and day in words else f"{entry}.body", language, subject=subject).strip()
    return Written(title, body, language, origin={"generator": "template"})


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
