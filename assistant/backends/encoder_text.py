"""What the risk encoder reads, in training and in serving alike: the view ``leet`` with emoji by their names."""

from __future__ import annotations

import re
import unicodedata

MOST_TOKENS = 64
"""Of a longer text the encoder reads the first so many."""

_SIGNS = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")


def readable(text: str) -> str:
    """``text`` with each emoji as its name in words; everything else stays."""
    if text.isascii():
        return text
    return _SIGNS.sub(lambda sign: f" {unicodedata.name(sign[0], '').lower()} ", text)
