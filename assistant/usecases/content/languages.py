"""The language of drafts, as operators name it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from assistant.words import LANGUAGES, match_language


def spoken(language: str) -> str:
    """The one of ``LANGUAGES`` that a language tag (BCP 47) means: ``zh-TW`` is ``zh-Hant``, ``en-GB`` is ``en``.

    Raises:
        ValueError: it means none of them.
    """
    found = match_language(language)
    if found is None:
        raise ValueError(
            f"must be one of {', '.join(LANGUAGES)}, or a tag that means one of them (zh-TW, zh-HK, en-GB)"
        )
    return found


Language = Annotated[str, AfterValidator(spoken)]
"""A tag that is read as one of ``LANGUAGES``."""
