"""The sentence that a member is told: what happens and for which kind of content, never the rule or the score."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from assistant.types import CUSTOM_PREFIX, Action
from assistant.words import LANGUAGES, load_words


@lru_cache(maxsize=4096)
def reason(action: Action, labels: tuple[str, ...], because: tuple[str, ...]) -> Mapping[str, str]:
    """One sentence per language. ``labels`` and ``because`` are those that brought ``action``."""
    words = load_words()
    sentences: dict[str, str] = {}
    for language in LANGUAGES:
        names = [_label_name(label, language) for label in labels]
        names += [words.get(f"reason.{cause}", language) for cause in because]
        listed = words.get("reason.separator", language).join(names)
        sentences[language] = words.get(f"reason.{action.value}", language, labels=listed)
    return sentences


def _label_name(label: str, language: str) -> str:
    if label.startswith(CUSTOM_PREFIX):
        return label.removeprefix(CUSTOM_PREFIX)
    name = load_words().get(f"labels.{label}.name", language)
    return name.lower() if language == "en" else name
