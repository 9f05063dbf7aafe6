"""What is said not to be liked is no interest: it is left out before a text is judged."""

from __future__ import annotations

import re
from typing import Final

from assistant.text.han import fold

_DISLIKED: Final = re.compile(
    "(?<![是谁没喜爱钟])不(?:太|大|怎么|是很|是太|再|那么)?(?:喜欢|爱|感兴趣|钟意)"
    "|(?<![不没唔])(?:讨厌|厌恶|痛恨|憎恨|受不了|反感)|(?<!不是)[没冇](?:有)?(?:什么)?兴趣"
    "|(?<![系鐘钟])唔(?:系好|系几|多|太)?(?:钟意|中意|喜欢)|(?<![\u4e00-\u9fff])憎"
    r"|(?<!who )\b(?:don'?t|do not|doesn'?t|does not|didn'?t|never|no longer)\s+(?:\w+\s+)?(?:like|love|enjoy|care (?:for|about))\b"
    r"|\b(?:can'?t|cannot|can not) stand\b"
    r"|(?<!n't )(?<!not )(?<!never )\b(?:hate[sd]?|dislike[sd]?|detest|loathe)\b"
    r"|\bnot (?:\w+ )?(?:a fan of|into|interested in|fond of|keen on)\b|\bno interest in\b"
)
_SENTENCE: Final = re.compile(r"[。.!！?？；;\n]+")
_CONTRAST: Final = re.compile(
    r"但是?|不过|可是|反而|却|(?:[，,、]\s*|\band\s+)(?:我|i\s+)?(?:\w+\s+)?(?=(?:比较|更|很|最)?(?:喜欢|爱|钟意|想)|(?:love|like|enjoy|prefer)\b)|\b(?:but|however|though)\b"
)


def without_disliked(text: str) -> str:
    """The text without the sentences, or what stands on one side of a "but" in them, that tell of a dislike."""
    read = fold(text).lower().replace("’", "'")
    if len(read) != len(text) or not _DISLIKED.search(read):
        return text
    return "\n".join(
        text[begin:end].strip()
        for first, last in _split(read, _SENTENCE, 0, len(read))
        for begin, end in _split(read, _CONTRAST, first, last)
        if read[begin:end].strip() and not _DISLIKED.search(read, begin, end)
    )


def _split(text: str, at: re.Pattern[str], first: int, last: int) -> list[tuple[int, int]]:
    places = [match.span() for match in at.finditer(text, first, last)]
    begins, ends = [first, *(end for _, end in places)], [*(begin for begin, _ in places), last]
    return list(zip(begins, ends, strict=True))
